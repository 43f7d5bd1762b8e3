"""Figures of an assessment, read: points, ratios, tiers that go up, the keys of each kind.

Indicators and composites are read by them. Sources: C1, C2; definition 5.17.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Final

from equivalents.policy.assessment import CoefficientKind, ScoreKind, ScoreTier
from equivalents.policy.figuretext import Reader
from equivalents.policy.surplus import fraction_of
from equivalents.policy.yamltext import Entry, expect
from equivalents.units import WEIGHT_PLACES, NumberFaultError, parse_fixed

__all__ = [
    "FOUNDED",
    "LARGEST",
    "decimal",
    "note_kind_keys",
    "positive",
    "ratio",
    "read_steps",
]

FOUNDED: Final = dict.fromkeys(("reference", "illustrative"), "text")
"""What founds anything that is declared."""
LARGEST: Final = 10**6
"""Points and numbers of indicators stay below."""

_UNFIT: Final = "“{key}”不用于 kind: {kind}¦'{key}' does not belong to kind: {kind}"
_ASCEND: Final = "须逐级上升¦must go up"


@lru_cache(maxsize=4096)
def decimal(text: str) -> Fraction:
    """A decimal of at most four places, not negative, exactly."""
    value = parse_fixed(text, WEIGHT_PLACES)
    if value >= LARGEST * 10**WEIGHT_PLACES:
        raise NumberFaultError("range", text)
    return Fraction(value, 10**WEIGHT_PLACES)


def positive(text: str) -> Fraction:
    """The same, above 0."""
    value = decimal(text)
    if not value:
        raise NumberFaultError("range", text)
    return value


def ratio(text: str) -> Fraction:
    """A ratio, not negative, exactly: ``17/20`` or ``0.85``; it may be above 1."""
    found = fraction_of(text)
    if found is None:
        raise NumberFaultError("text", text)
    return found


def note_kind_keys(
    entry: Entry,
    kind: ScoreKind | CoefficientKind,
    keys: Mapping[ScoreKind, tuple[str, ...]] | Mapping[CoefficientKind, tuple[str, ...]],
    read: Reader,
    optional: Sequence[str] = (),
) -> None:
    """Note unknown keys, those of another kind, and what the kind needs and has not."""
    mine = next(names for one, names in keys.items() if one is kind)
    every = {key for names in keys.values() for key in names}
    for key, value in entry.mapping.items():
        if key in every and key not in mine:
            detail = _UNFIT.format(key=key, kind=kind.value)
            read.findings.add("ASSESSMENT_INVALID", value.place, key, detail=detail)
    known = dict.fromkeys((*sorted(every), *optional), "") | {"kind": "text"}
    read.keys(entry, known, entry.place.column)
    read.need(entry, *(key for key in mine if key not in optional))


def read_steps(
    name: str,
    entry: Entry,
    keys: tuple[str, str],
    start: Callable[[str], Fraction],
    read: Reader,
) -> tuple[ScoreTier, ...]:
    """Tiers or points, which go up; faults are noted."""
    if entry.value == "":
        return ()
    expect(entry, "list", name, read.findings)
    found, whole = [], True
    for one in entry.items:
        read.keys(one, dict.fromkeys(keys, "text"), name)
        whole &= read.need(one, *keys)
        begin = read.number(one.get(keys[0]), start)
        value = read.number(one.get(keys[1]), decimal)
        whole &= begin is not None and value is not None
        found.append(ScoreTier(begin or Fraction(0), value or Fraction(0)))
    if whole and not all(one.start < other.start for one, other in pairwise(found)):
        read.invalid("TIERS_NOT_ASCENDING", entry, name, _ASCEND)
    return tuple(found)
