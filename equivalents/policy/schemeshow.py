"""A scheme 分配方案 value by value: what applies, since when, on what ground, and what it replaced.

Every text that stands in a file becomes a :class:`Value` with its path of keys, dates, unit,
reference and place. A value that an earlier layer had otherwise keeps that one beside it, and
one that a later layer took away is still told. Sources: issue "Schemes as dated data" (``scheme
show`` "prints what applies on a date and where each value comes from"); rules B1, B10.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from equivalents.errors import NOWHERE, Place
from equivalents.findings import Findings
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.layers import Ground, Layer, Layered, lay
from equivalents.policy.payertext import FORMS
from equivalents.policy.schemetext import SHARED_KEYS, Reading
from equivalents.policy.yamltext import Entry, all_texts, span_of

__all__ = ["ABOUT", "Block", "SECTIONS", "Value", "View", "view_of"]

SECTIONS: Final = (
    *("channels", "funds", "pools", "pay_cap", "share_tests", "components"),
    *("consultation_codes", "charge_prices", "assessment"),
    *SHARED_KEYS,
)
"""The keys of a scheme in the order in which they are told."""
ABOUT: Final = ("valid_from", "valid_to", "reference", "illustrative")
"""What a rule says of itself rather than of money."""
_Keys = tuple[str, ...]
_NAMED: Final = (
    *("channels", "funds", "pools", "share_tests", "components"),
    *("sharing", "coefficients", "leave", "series"),
)
"""Sections that hold rules by name."""
_FIGURES: Final = frozenset(
    (
        *("rate", "price", "reimbursement", "share", "at_least", "budget", "pay_ratio", "cap"),
        "multiple",
    )
)
"""Keys under which a plain text is a figure."""
_ASSESSED: Final = frozenset(("target", "from", "to", "at", "below", "above"))
"""The same in an assessment, beside the weights of a composite."""
_OF_FIGURES: Final = (("prices",), ("group_prices",), ("standards",), ("items",))
"""Keys of mappings whose plain texts are figures."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value as it stands in a file; ``layer`` counts from 1, 0 where nothing is left.

    In force over ``[valid_from, valid_to)`` as it says itself, within its rule. ``replaced`` are
    what earlier layers said, the earliest first; a value with ``dropped`` is no more, and
    ``layer`` is the one that took it away.
    """

    keys: tuple[str, ...]
    text: str
    unit: str = ""
    valid_from: int = FIRST_DAY
    valid_to: int = LAST_DAY
    reference: str = ""
    illustrative: bool = False
    layer: int = 0
    place: Place = NOWHERE
    figure: bool = False
    replaced: tuple["Value", ...] = ()
    dropped: bool = False

    @property
    def path(self) -> str:
        """The keys that lead to it: ``funds.contract-fee.rate``."""
        return ".".join(self.keys)

    @property
    def said(self) -> tuple[str, str, int, int]:
        """What it says, wherever it stands and whatever founds it."""
        return self.text, self.unit, self.valid_from, self.valid_to


@dataclass(frozen=True, slots=True)
class Block:
    """A rule and its values: a fund, a pool, the pay cap ...; dates and ground are the rule's."""

    keys: tuple[str, ...]
    title: str
    ground: Ground
    valid_from: int
    valid_to: int
    values: tuple[Value, ...]

    @property
    def path(self) -> str:
        """The keys that lead to it."""
        return ".".join(self.keys)


@dataclass(frozen=True, slots=True)
class View:
    """A scheme on a day (``None``: every version), for the community or for one institution.

    ``idle`` are rules and figures without a version on the day, with their dates; ``elsewhere``
    funds that name their institutions, and not the one that is asked for.
    """

    layers: tuple[Layer, ...]
    blocks: tuple[Block, ...]
    idle: tuple[Value, ...] = ()
    elsewhere: tuple[str, ...] = ()

    @property
    def values(self) -> Iterator[Value]:
        """Every value, in the order of the blocks."""
        for block in self.blocks:
            yield from block.values


def view_of(reading: Reading, on: int | None = None, institution: str = "") -> View:
    """What a scheme without faults says on a day, with what each value replaced.

    ``institution`` names whose own layers count too; those of others never do.
    """
    layers = reading.layered.layers
    chosen = [one for one in layers if not one.of_institutions or institution in one.institutions]
    walk = _Walk(reading.layered, {one.file: n for n, one in enumerate(layers, 1)}, on)
    states = []
    for count in range(1, len(chosen) + 1):
        walk.idle.clear()
        states.append(walk.told(_merged(chosen[:count], institution)))
    merged = _merged(chosen, institution)
    numbers = [walk.numbers[one.file] for one in chosen]
    values = _with_history(states, numbers, walk.idle) if states else []
    elsewhere = _elsewhere(reading, institution)
    blocks = [
        block
        for block in _blocks(values, merged, reading.layered)
        if block.keys[0] != "funds" or block.keys[1] not in elsewhere
    ]
    return View(layers, tuple(blocks), tuple(walk.idle), elsewhere)


def _elsewhere(reading: Reading, institution: str) -> tuple[str, ...]:
    """The funds of others by name; groups and kinds are known to the tables of a case alone."""
    scopes = {name: fund.scope.ids for name, fund in reading.scheme.funds.items()}
    return tuple(
        name for name, ids in scopes.items() if institution and ids and institution not in ids
    )


def _merged(layers: Sequence[Layer], institution: str) -> Entry:
    """These layers laid over each other, with the institution's funds in place of all's."""
    laid = lay(layers, Findings())
    if institution not in laid.own:
        return laid.entry
    own = laid.own[institution].get("funds").mapping
    funds = laid.entry.get("funds")
    joined = {name: own.get(name, fund) for name, fund in funds.mapping.items()}
    keys = dict(laid.entry.mapping) | {"funds": Entry(joined, funds.place)}
    return Entry(keys, laid.entry.place)


# -- one state of the layers -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Walk:
    """Goes through laid layers; ``idle`` gathers what is not in force on the day."""

    layered: Layered
    numbers: Mapping[str, int]
    on: int | None
    idle: list[Value] = field(default_factory=list)

    def told(self, entry: Entry) -> dict[_Keys, tuple[Value, ...]]:
        """Every value by its keys, the versions of a figure together."""
        found: dict[_Keys, tuple[Value, ...]] = {}
        for key in SECTIONS:
            found |= dict(self._values((key,), entry.get(key)))
        return found

    def _values(self, keys: _Keys, entry: Entry) -> Iterator[tuple[_Keys, tuple[Value, ...]]]:
        if entry.value in ("", [], {}):
            return
        versions = self._versions(keys, entry)
        if versions:
            there = tuple(one for one in versions if self._in_force(one))
            if there:
                yield keys, there
            else:
                self.idle.extend(versions)
        elif entry.mapping:
            start, end = span_of(entry, Findings())
            place = entry.get("valid_to").place
            rule = Value(keys, "", "", start, end, *self.layered.ground(entry), place=place)
            if not self._in_force(rule):
                self.idle.append(rule)
                return
            for key, one in entry.mapping.items():
                yield from self._values((*keys, key), one)
        else:
            for number, one in enumerate(entry.items, start=1):
                yield from self._values((*keys[:-1], f"{keys[-1]}[{number}]"), one)

    def _in_force(self, value: Value) -> bool:
        return self.on is None or value.valid_from <= self.on < value.valid_to

    def _versions(self, keys: _Keys, entry: Entry) -> list[Value]:
        """The versions of what is told in one line each; none for what has values inside."""
        if keys[-1] == "payers" and entry.items:
            dated = all("payers" in one.mapping for one in entry.items)
            several = entry.items if dated else [entry]
            return [self._payers(keys, one) for one in several]
        if "value" in entry.mapping:
            return [self._version(keys, entry)]
        steps = any(key in one.mapping for one in entry.items for key in ("from", "score"))
        if entry.items and not steps and all("value" in one.mapping for one in entry.items):
            return [self._version(keys, one) for one in entry.items]
        plain = entry.text
        if all_texts(entry):
            plain = ", ".join(one.text for one in entry.items)
        if plain:
            return [self._at(keys, plain, entry, figure=_is_figure(keys))]
        if keys[-1].endswith("]") and entry.mapping and _flat(entry):
            return [self._row(keys, entry)]
        return []

    def _version(self, keys: _Keys, entry: Entry) -> Value:
        written = entry.get("value")
        start, end = span_of(entry, Findings())
        found = self._at(keys, written.text, written, figure=True)
        return replace(found, unit=entry.get("unit").text, valid_from=start, valid_to=end)

    def _payers(self, keys: _Keys, entry: Entry) -> Value:
        listed = entry.items or entry.get("payers").items
        start, end = span_of(entry, Findings())
        found = self._at(keys, _parts(listed), entry, figure=True)
        return replace(found, valid_from=start, valid_to=end)

    def _row(self, keys: _Keys, entry: Entry) -> Value:
        """A row of a list: its keys in one line."""
        start, end = span_of(entry, Findings())
        told = {key: _text(one) for key, one in entry.mapping.items() if key not in ABOUT}
        text = ", ".join(f"{key}={one}" for key, one in told.items())
        found = self._at(keys, text, entry, figure=not _FIGURES.isdisjoint(told))
        return replace(found, valid_from=start, valid_to=end)

    def _at(self, keys: _Keys, text: str, entry: Entry, *, figure: bool = False) -> Value:
        ground, place = self.layered.ground(entry), entry.place
        number = self.numbers.get(place.file, 0)
        return Value(keys, text, "", FIRST_DAY, LAST_DAY, *ground, number, place, figure)


def _is_figure(keys: _Keys) -> bool:
    """Whether a text is a figure by its key, or by the mapping of names that it stands in."""
    if keys[0] == "assessment":
        return keys[-1] in _ASSESSED or any(key.startswith("weights") for key in keys[-2:-1])
    return keys[-1] in _FIGURES or keys[-2:-1] in _OF_FIGURES


def _flat(entry: Entry) -> bool:
    return all(isinstance(one.value, str) or all_texts(one) for one in entry.mapping.values())


def _text(entry: Entry) -> str:
    return entry.text or "+".join(one.text for one in entry.items)


def _parts(payers: Sequence[Entry]) -> str:
    """Payers and their parts in one line: ``市财政（市）4 : 县财政（县）6``."""
    form = next((form for form in FORMS if form in payers[0].mapping), "") if payers else ""
    told = []
    for one in payers:
        level, part = one.get("level").text, one.get(form).text
        name = one.get("payer").text + (f"（{level}）" if level else "")
        unit = "%" if form == "percent" else " 元" if form == "amount" else ""
        told.append(name if form == "equal" else f"{name} {part}{unit}")
    if form == "equal":
        return " = ".join(told)
    return (" : " if form == "share" else " + ").join(told)


# -- what was replaced ---------------------------------------------------------------------------

_State = Mapping[_Keys, tuple[Value, ...]]


def _with_history(
    states: Sequence[_State], numbers: Sequence[int], idle: Sequence[Value]
) -> list[Value]:
    """The values of the last state, each with those that it replaced; what was dropped last."""
    final = states[-1]
    found = []
    for keys, values in final.items():
        replaced = _replaced(keys, states)
        found += [replace(values[0], replaced=replaced), *values[1:]]
    for keys in dict.fromkeys(keys for state in states for keys in state):
        if keys in final or any(keys[: len(one.keys)] == one.keys for one in idle):
            continue
        last = max(n for n, state in enumerate(states) if keys in state)
        before = (*_replaced(keys, states[: last + 1]), *states[last][keys])
        found.append(Value(keys, "", layer=numbers[last + 1], replaced=before, dropped=True))
    return found


def _replaced(keys: _Keys, states: Sequence[_State]) -> tuple[Value, ...]:
    """What the keys said before they said what they say now; the same again is no change."""
    told: list[tuple[Value, ...]] = []
    for state in states:
        values = state.get(keys, ())
        if told and [one.said for one in told[-1]] == [one.said for one in values]:
            told[-1] = values
        elif values:
            told.append(values)
    return tuple(one for values in told[:-1] for one in values)


# -- rules ----------------------------------------------------------------------------------------


def _blocks(values: Sequence[Value], merged: Entry, layered: Layered) -> tuple[Block, ...]:
    """The values by the rule that they belong to, in the order of the sections."""
    grouped: dict[_Keys, list[Value]] = {}
    for value in values:
        grouped.setdefault(_rule(value.keys), []).append(value)
    first = sorted(grouped, key=lambda keys: SECTIONS.index(_section(keys)))
    return tuple(_block(keys, grouped[keys], merged, layered) for keys in first)


def _block(keys: _Keys, values: Sequence[Value], merged: Entry, layered: Layered) -> Block:
    entry = merged.get(_section(keys))
    if keys[0].endswith("]"):
        number = int(keys[0].partition("[")[2][:-1])
        # A later layer's list may be shorter: then the rule is told as dropped, and is no more.
        entry = entry.items[number - 1] if number <= len(entry.items) else Entry("", NOWHERE)
    for key in keys[1:]:
        entry = entry.get(key)
    start, end = span_of(entry, Findings())
    return Block(keys, entry.get("title").text, layered.ground(entry), start, end, tuple(values))


def _rule(keys: _Keys) -> _Keys:
    """The rule that a value belongs to: one of a name, one of a list, or the whole section."""
    section = _section(keys)
    if section in _NAMED:
        return (section, *keys[1:2])
    if section == "assessment" and keys[1:2] != ("growth",):
        return keys[:3]
    return keys[:1] if len(keys) > 1 else (section,)


def _section(keys: _Keys) -> str:
    return keys[0].partition("[")[0]
