"""Layers of a scheme 分配方案的层: files laid over each other, every value with where it is from.

Community layers 县域层 come first, each over those before it, the inline keys of case.yaml last;
what an institution 机构层 says otherwise is laid over the funds of the community. Mappings are
merged key by key; texts and lists are replaced. A value keeps the place where it was written, and
the reference that founds it is the nearest one above it *in the same file*: what a county writes
over a shipped scheme never borrows the shipped scheme's reference. Sources: issue "Schemes as
dated data"; rules B1, B10.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from equivalents.errors import NOWHERE, Place
from equivalents.findings import Findings, near
from equivalents.policy.calendar import FIRST_DAY
from equivalents.policy.yamltext import Entry, day_of, expect

__all__ = [
    "Ground",
    "HEAD_KEYS",
    "LAYERS",
    "Layer",
    "Layered",
    "NOT_OF_AN_INSTITUTION",
    "SCHEME_KEYS",
    "lay",
    "read_layer",
    "with_paths",
]

HEAD_KEYS: Final = (
    *("scheme", "title", "reference", "layer", "over", "institution", "illustrative"),
    *("valid_from", "open_choices"),
)
"""What a scheme file says of itself."""
SCHEME_KEYS: Final = (
    "consultation_codes",
    "charge_prices",
    "channels",
    "funds",
    "pools",
    "pay_cap",
    "share_tests",
    "assessment",
    "components",
)
"""What only a scheme has; case.yaml has the same keys inline."""
LAYERS: Final = ("community", "institution")
NOT_OF_AN_INSTITUTION: Final = (
    "kind",
    "institutions",
    "of",
    "channel",
    "series",
    "floating",
    "budget",
    "over_budget",
)
"""Keys of a fund that hold for all institutions alike."""

_WORDS: Final = ("title", "reference")
"""Keys that say something of a value and decide none."""
_YES: Final = ("yes", "true")
_SHAPES: Final = dict.fromkeys(HEAD_KEYS, "text") | {
    "institution": "texts",
    "over": "texts",
    "open_choices": "mapping",
}


class Ground(NamedTuple):
    """What founds a value: the nearest reference 文件依据 above it, and whether it is 示例."""

    reference: str = ""
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """One file of a scheme: what it says of itself, and its other keys as ``entry``.

    ``institutions`` is empty for a layer of the community. ``ground`` is that of the whole file.
    ``choices`` are its open choices: by path the reason. ``valid_from`` is the first day of
    figures that name none, and whose rule names none.
    """

    file: str
    entry: Entry
    name: str = ""
    title: str = ""
    institutions: tuple[str, ...] = ()
    of_institutions: bool = False
    ground: Ground = field(default_factory=Ground)
    place: Place = NOWHERE
    choices: Mapping[str, Entry] = field(default_factory=dict)
    valid_from: Entry = field(default_factory=lambda: Entry("", NOWHERE))


@dataclass(frozen=True, slots=True)
class Layered:
    """All layers laid over each other: ``entry`` for the community, ``own`` per institution.

    ``own[institution]["funds"]`` holds only the funds that its layers touch, each complete.
    """

    layers: tuple[Layer, ...]
    entry: Entry
    own: Mapping[str, Entry] = field(default_factory=dict)
    grounds: Mapping[Place, Ground] = field(default_factory=dict)

    def ground(self, entry: Entry) -> Ground:
        """What founds a value: of its own file, the nearest above it."""
        return self.grounds.get(entry.place, Ground())

    def since(self, entry: Entry) -> Entry:
        """The first day of figures that the head of its file names; blank where it names none."""
        heads = (one.valid_from for one in self.layers if one.file == entry.place.file)
        return next(heads, Entry("", entry.place))


def with_paths(entry: Entry, path: str = "") -> Entry:
    """The same values, each place with the path of keys that leads to it (``funds.x.rate[2]``)."""
    place = entry.place.at(path)
    if isinstance(entry.value, dict):
        prefix = f"{path}." if path else ""
        return Entry({key: with_paths(v, prefix + key) for key, v in entry.value.items()}, place)
    if isinstance(entry.value, list):
        return Entry([with_paths(v, f"{path}[{n}]") for n, v in enumerate(entry.value, 1)], place)
    return Entry(entry.value, place)


# -- one file ----------------------------------------------------------------------------------


def read_layer(entry: Entry, stem: str, known: Sequence[str], findings: Findings) -> Layer:
    """One scheme file as a layer; what is wrong with its head or its top keys is noted.

    ``entry`` is the file as read, ``stem`` its name without folder and ending, ``known`` the keys
    that it may have beside those of its head.
    """
    file = entry.place.file
    entry = with_paths(entry)
    expect(entry, "mapping", file, findings)
    every = (*HEAD_KEYS, *known)
    for key, value in entry.mapping.items():
        if key not in every:
            findings.add("KEY_UNKNOWN", value.place, key, near=near(key, every))
        elif key in _SHAPES:
            expect(value, _SHAPES[key], key, findings)
    for key in ("scheme", "title", "reference") if entry.mapping else ():
        if not entry.get(key).text:
            findings.add("KEY_MISSING", entry.place, key)
    layer = Layer(
        file,
        Entry({key: v for key, v in entry.mapping.items() if key in known}, entry.place),
        entry.get("scheme").text,
        entry.get("title").text,
        _names(entry.get("institution")),
        entry.get("layer").text == "institution",
        Ground(entry.get("reference").text, entry.get("illustrative").text in _YES),
        entry.place,
        entry.get("open_choices").mapping,
        entry.get("valid_from"),
    )
    day_of(layer.valid_from, FIRST_DAY, findings)
    _check_head(layer, entry, stem, findings)
    return layer


def _names(entry: Entry) -> tuple[str, ...]:
    return tuple(e.text for e in entry.items) or ((entry.text,) if entry.text else ())


def _check_head(layer: Layer, entry: Entry, stem: str, findings: Findings) -> None:
    choices = (("layer", LAYERS), ("illustrative", (*_YES, "no", "false")))
    for key, allowed in choices:
        value = entry.get(key)
        if value.text and value.text not in allowed:
            hint, every = near(value.text, allowed), ", ".join(allowed)
            findings.add("CHOICE_INVALID", value.place, value.text, near=hint, allowed=every)
    if layer.name and layer.name != stem:
        findings.add("SCHEME_NAME", entry.get("scheme").place, layer.name, file=stem)
    if layer.ground.illustrative and "示例" not in layer.title:
        findings.add("SCHEME_NOT_MARKED", entry.get("title").place, layer.title)
    if layer.of_institutions and not layer.institutions:
        findings.add("KEY_MISSING", entry.place, "institution")
    if layer.institutions and not layer.of_institutions:
        place = entry.get("institution").place
        findings.add("LAYER_INVALID", place, ", ".join(layer.institutions), detail=_NO_LAYER)
    if layer.of_institutions:
        _check_touched(layer, findings)


_NO_LAYER: Final = (
    "写了 institution，却不是机构层；请写 layer: institution"
    "¦it names an institution but is no layer of one; say 'layer: institution'"
)
_ONLY_FUNDS: Final = "机构层只能改 funds¦a layer of an institution may only change funds"
_FOR_ALL: Final = (
    "此键对所有机构一致，机构层不能改"
    "¦this key holds for all institutions alike, so a layer of one may not change it"
)
_LATE: Final = "县域层须列在机构层之前¦layers of the community stand before those of institutions"


def _check_touched(layer: Layer, findings: Findings) -> None:
    for key, value in layer.entry.mapping.items():
        if key != "funds":
            findings.add("LAYER_INVALID", value.place, key, detail=_ONLY_FUNDS)
    for fund in layer.entry.get("funds").mapping.values():
        for key in NOT_OF_AN_INSTITUTION:
            if key in fund.mapping:
                findings.add("LAYER_INVALID", fund.get(key).place, key, detail=_FOR_ALL)


# -- all files ---------------------------------------------------------------------------------


def lay(layers: Sequence[Layer], findings: Findings) -> Layered:
    """Lay all layers over each other, in their order; what may not be changed so is noted."""
    entry = Entry({}, layers[0].place if layers else NOWHERE)
    seen_own = False
    for layer in layers:
        if layer.of_institutions:
            seen_own = True
            continue
        if seen_own:
            findings.add("LAYER_INVALID", layer.place, layer.name, detail=_LATE)
        earlier = layers[: layers.index(layer)] if layer.name else ()
        entry = _over(entry, layer.entry, layer.ground.reference, _files(earlier), findings)
    own: dict[str, Entry] = {}
    known = entry.get("funds").mapping
    for layer in layers:
        for name, fund in layer.entry.get("funds").mapping.items() if layer.of_institutions else ():
            if name not in known:
                hint, every = near(name, tuple(known)), ", ".join(known)
                findings.add("FUND_UNKNOWN", fund.place, name, near=hint, allowed=every)
        for institution in layer.institutions if layer.of_institutions else ():
            before = [one for one in layers if institution in one.institutions]
            alike = _files(before[: before.index(layer)])
            funds = _own_funds(entry, own.get(institution), layer, alike, findings)
            own[institution] = Entry({"funds": Entry(funds, layer.place)}, layer.place)
    grounds = {
        place: ground for layer in layers for place, ground in _grounds(layer.entry, layer.ground)
    }
    return Layered(tuple(layers), entry, own, grounds)


def _files(layers: Sequence[Layer]) -> frozenset[str]:
    return frozenset(layer.file for layer in layers)


def _own_funds(
    entry: Entry, before: Entry | None, layer: Layer, alike: frozenset[str], findings: Findings
) -> dict[str, Entry]:
    """The funds of one institution, each complete, after one more of its layers."""
    funds = dict(before.get("funds").mapping) if before else {}
    known = entry.get("funds").mapping
    for name, over in layer.entry.get("funds").mapping.items():
        if name in known:
            base = funds.get(name, known[name])
            reference = over.get("reference").text or layer.ground.reference
            funds[name] = _over(base, over, reference, alike, findings)
    return funds


def _over(
    base: Entry, over: Entry, reference: str, alike: frozenset[str], findings: Findings
) -> Entry:
    """``over`` laid over ``base``; ``reference`` is the nearest one above ``over`` in its file.

    ``alike`` are the files of earlier layers of the same kind: which of two counts is told.
    """
    if over.value == "":
        return base  # a key without a value means "not given"
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        reference = over.get("reference").text or reference
        joined, figure = dict(base.value), "value" in base.value and "value" in over.value
        said = {key: one for key, one in over.value.items() if key not in _WORDS and key in joined}
        for key, value in over.value.items():
            ways = frozenset() if figure or key in _WORDS else alike
            there = joined.get(key, value)
            joined[key] = _over(there, value, reference, ways, findings)
        changed = [
            base.get(key) for key, one in said.items() if _plain(one) != _plain(base.get(key))
        ]
        twice = [one.place for one in changed if one.place.file in alike]
        if figure and twice:  # a figure is one value: told once
            findings.add("LAYER_DIFFERS", over.place, over.place.column, other=str(twice[0]))
        return Entry(joined, base.place)
    reference = over.get("reference").text or reference
    versions = over.items if base.value != "" else []
    founded = bool(versions) and all(one.get("reference").text for one in versions)
    differs = base.value != "" and _plain(base) != _plain(over)
    path, other = over.place.column, str(base.place)
    if differs and not (reference or founded):
        findings.add("OVERRIDE_NO_REFERENCE", over.place, path, other=other)
    elif differs and base.place.file in alike:
        findings.add("LAYER_DIFFERS", over.place, path, other=other)
    return over


def _plain(entry: Entry) -> object:
    """The values alone, to be compared."""
    if isinstance(entry.value, dict):
        return {key: _plain(value) for key, value in entry.value.items()}
    return [_plain(value) for value in entry.items] or entry.text


def _grounds(entry: Entry, above: Ground) -> Iterator[tuple[Place, Ground]]:
    given = entry.get("illustrative").text
    ground = Ground(
        entry.get("reference").text or above.reference,
        given in _YES if given else above.illustrative,
    )
    yield entry.place, ground
    for value in (*entry.mapping.values(), *entry.items):
        yield from _grounds(value, ground)
