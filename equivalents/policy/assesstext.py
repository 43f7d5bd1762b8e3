"""The key ``assessment`` of a scheme or of case.yaml, read: indicators, functions, composites.

Every fault is noted with file, line and path. Sources: C1 to C3; definition 5.17.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final

from equivalents.policy.assessment import (
    HUNDRED,
    AppliesIn,
    AssessedLevel,
    Assessment,
    CoefficientKind,
    CoefficientRule,
    Combine,
    Composite,
    Growth,
    Indicator,
    Length,
    ScoreKind,
    ScoreRule,
    ScoreTier,
    Subjects,
)
from equivalents.policy.figuretext import Reader
from equivalents.policy.figureunits import PART
from equivalents.policy.funds import Dated, Version
from equivalents.policy.surplus import fraction_of
from equivalents.policy.yamltext import Entry, expect, span_of
from equivalents.units import WEIGHT_PLACES, NumberFaultError, parse_fixed

__all__ = [
    "ASSESSMENT_KEYS",
    "COEFFICIENT_KEYS",
    "COMPOSITE_KEYS",
    "INDICATOR_KEYS",
    "LIMIT_KEYS",
    "SCORE_KEYS",
    "STEP_KEYS",
    "SUBJECT_KEYS",
    "TIER_KEYS",
    "WEIGHTS_KEYS",
    "decimal",
    "ratio",
    "read_assessment",
]

_FOUNDED: Final = dict.fromkeys(("reference", "illustrative"), "text")
ASSESSMENT_KEYS: Final = dict.fromkeys(
    ("growth", "indicators", "composites", "effective"), "mapping"
)
"""What the key ``assessment`` may say."""
INDICATOR_KEYS: Final = {
    **dict.fromkeys(("title", "family", "full", "valid_from", "unit"), "text"),
    "score": "mapping",
    **_FOUNDED,
}
"""What an indicator may say."""
SCORE_KEYS: Final[Mapping[ScoreKind, tuple[str, ...]]] = {
    ScoreKind.YES_NO: (),
    ScoreKind.AT_LEAST: ("target",),
    ScoreKind.AT_MOST: ("target",),
    ScoreKind.PROPORTIONAL: ("target",),
    ScoreKind.LINEAR: ("from", "to", "falling"),
    ScoreKind.TIERS: ("tiers",),
}
"""What each score function may say beside its kind; all but ``falling`` is needed."""
TIER_KEYS: Final = ("from", "points")
"""What a tier of an indicator says."""
COMPOSITE_KEYS: Final = {
    **dict.fromkeys(("title", "level", "period", "applies", "combine", "total"), "text"),
    "subjects": "mapping",
    "weights": "",
    "coefficient": "mapping",
    **_FOUNDED,
}
"""What a composite may say."""
WEIGHTS_KEYS: Final = {
    **dict.fromkeys(("valid_from", "valid_to"), "text"),
    "weights": "mapping",
    **_FOUNDED,
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
_GROWTH: Final = ("first", "yearly")
_LARGEST: Final = 10**6

_UNFIT: Final = "“{key}”不用于 kind: {kind}¦'{key}' does not belong to kind: {kind}"
_CROSS: Final = "from 须小于 to¦from must be below to"
_ZERO_TARGET: Final = "按比例计分的 target 须大于 0¦a proportional score needs a target above 0"
_ASCEND: Final = "须逐级上升¦must go up"
_FROM_ZERO: Final = "第一级须从 0 起¦the first tier starts at 0"
_TWO_POINTS: Final = "至少要两点¦at least two points are needed"
_RANGE: Final = "须为两个整数，由小到大，如 [4, 6]¦two whole numbers, the smaller first: [4, 6]"
_LIMITS: Final = "min 不得大于 max¦min must not be above max"
_TOP: Final = "分值高于满分¦points are above the full points"
_OF_PEOPLE: Final = ("posts", "employment_types")
_IDLE: Final = "“{key}”不用于 level: {level}¦'{key}' does not belong to level: {level}"
_NAMED_TWICE: Final = "综合考核与指标不能同名¦a composite and an indicator may not have one name"
_OF_CONTRACTS: Final = (
    "level: contract 只用于有效签约，不能有综合考核"
    "¦results of contracts serve effective contracts only and have no composite"
)


def decimal(text: str) -> Fraction:
    """A decimal of at most four places, not negative, exactly."""
    value = parse_fixed(text, WEIGHT_PLACES)
    if value >= _LARGEST * 10**WEIGHT_PLACES:
        raise NumberFaultError("range", text)
    return Fraction(value, 10**WEIGHT_PLACES)


def _positive(text: str) -> Fraction:
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


def read_assessment(entry: Entry, read: Reader) -> Assessment | None:
    """The assessment of a scheme; ``None`` where the key is absent. Faults are noted."""
    if entry.value == "":
        return None
    read.keys(entry, ASSESSMENT_KEYS, "assessment")
    listed = entry.get("indicators").mapping
    indicators = {name: _indicator(name, one, read) for name, one in listed.items()}
    composites: dict[str, Composite] = {}
    for name, one in entry.get("composites").mapping.items():
        composite = _composite(name, one, indicators, read)
        if composite is not None:
            composites[name] = composite
    growth = _growth(entry.get("growth"), read)
    return Assessment(indicators, composites, growth, entry.place)


def _growth(entry: Entry, read: Reader) -> Growth:
    read.keys(entry, dict.fromkeys(_GROWTH, "texts"), "growth")
    found = []
    for key in _GROWTH:
        texts = [one.text for one in entry.get(key).items]
        numbers = [int(text) for text in texts if text.isascii() and text.isdigit()]
        good = len(texts) == len(numbers) == 2 and numbers[0] <= numbers[1] < _LARGEST
        if entry.get(key).value != "" and not good:
            read.invalid("ASSESSMENT_INVALID", entry.get(key), f"growth.{key}", _RANGE)
        found.append((numbers[0], numbers[1]) if good else None)
    return Growth(*found)


# -- indicators ----------------------------------------------------------------------------------


def _indicator(name: str, entry: Entry, read: Reader) -> Indicator:
    read.keys(entry, INDICATOR_KEYS, name)
    ground = read.ground(entry, name)
    full = read.number(entry.get("full"), _positive) or HUNDRED
    score = entry.get("score")
    return Indicator(
        name,
        entry.get("title").text,
        entry.get("family").text,
        full,
        _score(name, score, full, read.under(_with_unit(entry))) if score.mapping else None,
        ground.reference,
        entry.place,
    )


def _with_unit(entry: Entry) -> Entry:
    """An indicator as the rule above its figures: they are ratios where it says no unit."""
    return Entry({"unit": Entry(PART[0], entry.place), **entry.mapping}, entry.place)


def _score(name: str, entry: Entry, full: Fraction, read: Reader) -> ScoreRule | None:
    if not read.need(entry, "kind"):
        return None
    kind = read.choice(entry.get("kind"), ScoreKind.YES_NO)
    _check_keys(entry, kind, SCORE_KEYS, read, optional=("falling",))

    def figure(key: str) -> Dated[Fraction] | None:
        return read.figure(entry.get(key), ratio, f"{name}.{key}", PART)

    rule = ScoreRule(
        kind,
        figure("target"),
        figure("from"),
        figure("to"),
        read.flag(entry.get("falling"), default=False),
        _steps(name, entry.get("tiers"), TIER_KEYS, ratio, read),
        entry.place,
    )
    _check_score(name, rule, entry, full, read)
    return rule


def _check_keys(
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


def _check_score(name: str, rule: ScoreRule, entry: Entry, full: Fraction, read: Reader) -> None:
    """Note bounds that cross, on whatever day, a target of 0, and points above the full ones."""
    if rule.start is not None and rule.end is not None:
        for one in rule.start.versions:
            for other in rule.end.versions:
                meet = max(one.valid_from, other.valid_from) < min(one.valid_to, other.valid_to)
                if meet and one.value >= other.value:
                    read.invalid("BOUNDS_CROSS", entry, name, _CROSS)
    targets = rule.target.versions if rule.target is not None else ()
    if rule.kind is ScoreKind.PROPORTIONAL and any(not one.value for one in targets):
        read.invalid("ASSESSMENT_INVALID", entry, name, _ZERO_TARGET)
    if any(tier.value > full for tier in rule.tiers):
        read.invalid("ASSESSMENT_INVALID", entry.get("tiers"), name, _TOP)


def _steps(
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


# -- composites ----------------------------------------------------------------------------------


def _composite(
    name: str, entry: Entry, indicators: Mapping[str, Indicator], read: Reader
) -> Composite | None:
    read.keys(entry, COMPOSITE_KEYS, name)
    if name in indicators:
        read.invalid("ASSESSMENT_INVALID", entry, name, _NAMED_TWICE)
    ground = read.ground(entry, name)
    if not read.need(entry, "level", "weights"):
        return None
    level = read.choice(entry.get("level"), AssessedLevel.INSTITUTION)
    if level is AssessedLevel.CONTRACT:
        read.invalid("ASSESSMENT_INVALID", entry.get("level"), name, _OF_CONTRACTS)
    total = read.number(entry.get("total"), _positive) or HUNDRED
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
            found[indicator] = read.number(one, _positive) or Fraction(0)
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
    _check_keys(entry, kind, COEFFICIENT_KEYS, read, optional=("limits",))
    steps: tuple[ScoreTier, ...] = ()
    if kind in STEP_KEYS:
        listed = entry.get(COEFFICIENT_KEYS[kind][0])
        steps = _steps(name, listed, STEP_KEYS[kind], decimal, read)
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
