"""Composites 综合考核 of an assessment, read: weights, subjects, the way to the coefficient.

Every fault is noted with file, line and path. Sources: C2, C3; definition 5.17.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from equivalents.policy.assessfigures import (
    FOUNDED,
    decimal,
    note_kind_keys,
    positive,
    read_steps,
)
from equivalents.policy.assessment import (
    HUNDRED,
    AppliesIn,
    AssessedLevel,
    CoefficientKind,
    CoefficientRule,
    Combine,
    Composite,
    Indicator,
    Length,
    ScoreTier,
    Subjects,
)
from equivalents.policy.figuretext import Reader
from equivalents.policy.funds import Dated, Version
from equivalents.policy.yamltext import Entry, expect, span_of
from equivalents.units import WEIGHT_PLACES

__all__ = [
    "COEFFICIENT_KEYS",
    "COMPOSITE_KEYS",
    "LIMIT_KEYS",
    "STEP_KEYS",
    "SUBJECT_KEYS",
    "WEIGHTS_KEYS",
    "read_composite",
]

COMPOSITE_KEYS: Final = {
    **dict.fromkeys(("title", "level", "period", "applies", "combine", "total"), "text"),
    "subjects": "mapping",
    "weights": "",
    "coefficient": "mapping",
    **FOUNDED,
}
"""What a composite may say."""
WEIGHTS_KEYS: Final = {
    **dict.fromkeys(("valid_from", "valid_to"), "text"),
    "weights": "mapping",
    **FOUNDED,
}
"""What a version of the weights says."""
SUBJECT_KEYS: Final = ("ids", "groups", "kinds", "posts", "employment_types", "institutions")
"""What ``subjects`` of a composite may list."""
COEFFICIENT_KEYS: Final[Mapping[CoefficientKind, tuple[str, ...]]] = {
    CoefficientKind.SHARE: (),
    CoefficientKind.LINEAR: ("points",),
    CoefficientKind.TIERS: ("tiers",),
    CoefficientKind.THRESHOLD: ("at", "below", "above"),
}
"""What each way from a score to a coefficient needs beside its kind."""
STEP_KEYS: Final[Mapping[CoefficientKind, tuple[str, str]]] = {
    CoefficientKind.LINEAR: ("score", "value"),
    CoefficientKind.TIERS: ("from", "value"),
}
"""What a point or a tier of a coefficient says."""
LIMIT_KEYS: Final = ("min", "max")
"""What ``limits`` of a coefficient may say."""
_SCORE: Final = "score"

_FROM_ZERO: Final = "第一级须从 0 起¦the first tier starts at 0"
_TWO_POINTS: Final = "至少要两点¦at least two points are needed"
_LIMITS: Final = "min 不得大于 max¦min must not be above max"
_TOP: Final = "分值高于满分¦points are above the full points"
_OF_PEOPLE: Final = ("posts", "employment_types")
_IDLE: Final = "“{key}”不用于 level: {level}¦'{key}' does not belong to level: {level}"
_NAMED_TWICE: Final = "综合考核与指标不能同名¦a composite and an indicator may not have one name"
_OF_CONTRACTS: Final = (
    "level: contract 只用于有效签约，不能有综合考核"
    "¦results of contracts serve effective contracts only and have no composite"
)


def read_composite(
    name: str, entry: Entry, indicators: Mapping[str, Indicator], read: Reader
) -> Composite | None:
    """A composite; ``None`` where it has no level or no weights. Faults are noted."""
    read.keys(entry, COMPOSITE_KEYS, name)
    if name in indicators:
        read.invalid("ASSESSMENT_INVALID", entry, name, _NAMED_TWICE)
    ground = read.ground(entry, name)
    if not read.need(entry, "level", "weights"):
        return None
    level = read.choice(entry.get("level"), AssessedLevel.INSTITUTION)
    if level is AssessedLevel.CONTRACT:
        read.invalid("ASSESSMENT_INVALID", entry.get("level"), name, _OF_CONTRACTS)
    total = read.number(entry.get("total"), positive) or HUNDRED
    weights = _weights(name, entry.get("weights"), total, indicators, read)
    return Composite(
        name,
        level,
        weights,
        entry.get("title").text,
        read.choice(entry.get("period"), Length.YEAR),
        read.choice(entry.get("applies"), AppliesIn.SAME),
        read.choice(entry.get("combine"), Combine.EACH),
        _subjects(level, entry.get("subjects"), read),
        total,
        _coefficient(name, entry.get("coefficient"), total, read),
        ground.reference,
        entry.place,
    )


def _weights(
    name: str, entry: Entry, total: Fraction, indicators: Mapping[str, Indicator], read: Reader
) -> Dated[Mapping[str, Fraction]]:
    """The versions of the weights; one that does not add up to the total is noted."""
    if entry.items:
        listed = [(one, one.get("weights")) for one in entry.items]
    else:
        expect(entry, "mapping", f"{name}.weights", read.findings)
        inside = entry.get("weights")
        listed = [(entry, inside)] if inside.mapping else [(Entry({}, entry.place), entry)]
    versions = []
    for version, weights in listed:
        read.keys(version, WEIGHTS_KEYS, f"{name}.weights")
        if version.mapping:
            read.need(version, "weights")
        found: dict[str, Fraction] = {}
        for indicator, one in weights.mapping.items():
            if indicator not in indicators:
                known = Entry(indicator, one.place)
                read.known("INDICATOR_UNKNOWN", known, tuple(indicators))
            found[indicator] = read.number(one, positive) or Fraction(0)
        if weights.mapping and all(found.values()) and sum(found.values()) != total:
            facts = {"found": _print(sum(found.values(), Fraction(0))), "total": _print(total)}
            read.findings.add("WEIGHTS_NOT_TOTAL", weights.place, name, **facts)
        ground = read.ground(weights, f"{name}.weights")
        start, end = span_of(version, read.findings)
        weighed: Mapping[str, Fraction] = found
        versions.append(Version(weighed, start, end, "", *ground, place=weights.place))
    return Dated(read.in_order(versions, f"{name}.weights"))


def _print(value: Fraction) -> str:
    text = f"{value.numerator * 10**WEIGHT_PLACES // value.denominator:05d}"
    whole = f"{text[:-WEIGHT_PLACES]}.{text[-WEIGHT_PLACES:]}"
    return whole.rstrip("0").rstrip(".")


def _subjects(level: AssessedLevel, entry: Entry, read: Reader) -> Subjects:
    read.keys(entry, dict.fromkeys(SUBJECT_KEYS, "texts"), "subjects")
    person = level is AssessedLevel.PERSON
    idle = SUBJECT_KEYS if level is AssessedLevel.COUNTY else () if person else _OF_PEOPLE
    for key in (key for key in entry.mapping if key in idle):
        detail = _IDLE.format(key=key, level=level.value)
        read.invalid("ASSESSMENT_INVALID", entry.get(key), key, detail)
    listed = {key: read.texts(entry.get(key)) for key in SUBJECT_KEYS}
    return Subjects(**listed, place=entry.place)


def _coefficient(name: str, entry: Entry, total: Fraction, read: Reader) -> CoefficientRule:
    if entry.value in ("", {}):
        return CoefficientRule()
    kind = read.choice(entry.get("kind"), CoefficientKind.SHARE)
    note_kind_keys(entry, kind, COEFFICIENT_KEYS, read, optional=("limits",))
    steps: tuple[ScoreTier, ...] = ()
    if kind in STEP_KEYS:
        listed = entry.get(COEFFICIENT_KEYS[kind][0])
        steps = read_steps(name, listed, STEP_KEYS[kind], decimal, read)
        if kind is CoefficientKind.TIERS and steps and steps[0].start:
            read.invalid("ASSESSMENT_INVALID", listed, name, _FROM_ZERO)
        if kind is CoefficientKind.LINEAR and len(steps) == 1:
            read.invalid("ASSESSMENT_INVALID", listed, name, _TWO_POINTS)
    above = entry.get("above")
    at = read.number(entry.get("at"), decimal) or Fraction(0)
    if at > total:
        read.invalid("ASSESSMENT_INVALID", entry.get("at"), name, _TOP)
    limits = entry.get("limits")
    read.keys(limits, dict.fromkeys(LIMIT_KEYS, "text"), f"{name}.limits")
    least, most = (read.number(limits.get(key), decimal) for key in LIMIT_KEYS)
    if least is not None and most is not None and least > most:
        read.invalid("BOUNDS_CROSS", limits, name, _LIMITS)
    return CoefficientRule(
        kind,
        steps,
        at,
        read.number(entry.get("below"), decimal) or Fraction(0),
        read.number(above, decimal) if above.text != _SCORE else None,
        least,
        most,
        entry.place,
    )
