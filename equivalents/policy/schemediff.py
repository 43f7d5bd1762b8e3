"""What differs between two schemes 分配方案: a list of changes by path, in a fixed order.

Values are compared as they apply after all layers, wherever they stand in the files. Sources:
issue "Schemes as dated data" (``scheme diff A B`` prints a change list).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from equivalents.policy.schemeshow import SECTIONS, Value, View, view_of
from equivalents.policy.schemetext import Reading

__all__ = ["Change", "Kind", "changes_between"]

_Keys = tuple[str, ...]
_Versions = Sequence[Value]


class Kind(StrEnum):
    """What became of a value; ``founded``: only its reference or its mark as 示例 differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    FOUNDED = "founded"


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs; ``institution`` is blank for the community's."""

    kind: Kind
    keys: _Keys
    before: Value | None
    after: Value | None
    institution: str = ""

    @property
    def path(self) -> str:
        """The keys that lead to the value."""
        return ".".join(self.keys)


def changes_between(a: Reading, b: Reading) -> tuple[Change, ...]:
    """Everything that differs from ``a`` to ``b``: what they say of themselves, then their values.

    What institutions have of their own follows, where it differs otherwise than the community's.
    """
    common = tuple(_changes(_by_keys(view_of(a)), _by_keys(view_of(b)), ""))
    known = _told(common)
    own: list[Change] = []
    for institution in sorted({*a.layered.own, *b.layered.own}):
        before, after = (view_of(one, institution=institution) for one in (a, b))
        found = tuple(_changes(_by_keys(before), _by_keys(after), institution))
        told = _told(found)
        own += [one for one in found if told[one.keys] != known.get(one.keys)]
    return (*_heads(a, b), *common, *own)


def _told(changes: Sequence[Change]) -> dict[_Keys, list[object]]:
    """What is said of each value, without whose it is."""
    found: dict[_Keys, list[object]] = {}
    for change in changes:
        sides = [one and _grounded(one) for one in (change.before, change.after)]
        found.setdefault(change.keys, []).append((change.kind, *sides))
    return found


def _grounded(value: Value) -> tuple[object, ...]:
    return (*value.said, value.reference, value.illustrative)


def _heads(a: Reading, b: Reading) -> Iterator[Change]:
    """Titles and references of the schemes themselves; their names are what was compared."""
    for key in ("title", "reference"):
        before, after = (_head(one, key) for one in (a, b))
        if before != after:
            yield Change(Kind.CHANGED, (key,), Value((key,), before), Value((key,), after))


def _head(reading: Reading, key: str) -> str:
    return str(getattr(reading.scheme, key))


def _by_keys(view: View) -> dict[_Keys, list[Value]]:
    found: dict[_Keys, list[Value]] = {}
    for value in view.values:
        if not value.dropped:
            found.setdefault(value.keys, []).append(value)
    return found


def _changes(
    a: Mapping[_Keys, _Versions], b: Mapping[_Keys, _Versions], institution: str
) -> Iterator[Change]:
    """Changes by section; in one, as they stand in ``a``, and what only ``b`` has with its rule."""
    order = {keys: number for number, keys in enumerate(_in_order(a, b))}
    for keys in sorted(order, key=lambda one: (_section(one), order[one])):
        for before, after in _paired(a.get(keys, ()), b.get(keys, ())):
            kind = _kind(before, after)
            if kind is not None:
                yield Change(kind, keys, before, after, institution)


def _section(keys: _Keys) -> int:
    return SECTIONS.index(keys[0].partition("[")[0])


def _in_order(a: Mapping[_Keys, object], b: Mapping[_Keys, object]) -> list[_Keys]:
    """Every path, the rules of ``a`` first, each rule with all that either has of it."""
    rules: dict[_Keys, dict[_Keys, None]] = {}
    for keys in (*a, *b):
        rules.setdefault(keys[:2], {})[keys] = None
    return [keys for rule in rules.values() for keys in rule]


def _paired(a: _Versions, b: _Versions) -> Iterator[tuple[Value | None, Value | None]]:
    """Versions of one figure side by side: by their first day, or the only one with the other."""
    if len(a) == len(b) == 1:
        yield a[0], b[0]
        return
    before = {one.valid_from: one for one in a}
    after = {one.valid_from: one for one in b}
    for day in sorted({*before, *after}):
        yield before.get(day), after.get(day)


def _kind(before: Value | None, after: Value | None) -> Kind | None:
    if before is None or after is None:
        return Kind.ADDED if before is None else Kind.REMOVED
    if before.said != after.said:
        return Kind.CHANGED
    ground = before.reference, before.illustrative
    if before.figure and ground != (after.reference, after.illustrative):
        return Kind.FOUNDED
    return None
