"""From a ratio to points, from points to a score, from a score to a coefficient, all exactly.

Ratios, bounds and scores are fractions and compare exactly; only the coefficient is rounded, once,
half-up, to four places. Sources: C2; definition 5.17.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from equivalents.policy.assessment import (
    CoefficientKind,
    CoefficientRule,
    Indicator,
    IndicatorPoints,
    Result,
    ScoreKind,
    ScoreRule,
    ScoreTier,
)
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.funds import Dated

__all__ = [
    "coefficient_e4",
    "coefficient_of",
    "indicator_points",
    "next_step",
    "points_of",
    "spread",
    "steps_of",
]

_NONE: Fraction = Fraction(0)


def points_of(rule: ScoreRule, full: Fraction, ratio: Fraction, day: int) -> Fraction | None:
    """The points of ``full`` that a ratio gets by a score function on a day, exactly (C2).

    ``None``: a target or bound has no version in force on the day, or a yes/no is neither.
    """
    if rule.kind is ScoreKind.TIERS:
        return _tier(rule.tiers, ratio)
    if rule.kind is ScoreKind.YES_NO:
        return full * ratio if ratio in (0, 1) else None
    if rule.kind is ScoreKind.LINEAR:
        start, end = _on(rule.start, day), _on(rule.end, day)
        return None if start is None or end is None else _linear(rule, full, ratio, start, end)
    target = _on(rule.target, day)
    return None if target is None else _against(rule.kind, full, ratio, target)


def _against(kind: ScoreKind, full: Fraction, ratio: Fraction, target: Fraction) -> Fraction:
    """The points of a ratio against a target; "at least" and "at most" include it."""
    if kind is ScoreKind.AT_MOST:
        return full if ratio <= target else _NONE
    if ratio >= target:
        return full
    return full * ratio / target if kind is ScoreKind.PROPORTIONAL else _NONE


def _linear(
    rule: ScoreRule, full: Fraction, ratio: Fraction, start: Fraction, end: Fraction
) -> Fraction:
    part = min(max((ratio - start) / (end - start), Fraction(0)), Fraction(1))
    return full * (1 - part if rule.falling else part)


def _on(figure: Dated[Fraction] | None, day: int) -> Fraction | None:
    version = figure.on(day) if figure is not None else None
    return version.value if version is not None else None


def _tier(tiers: Sequence[ScoreTier], value: Fraction) -> Fraction:
    """The value of the tier [a, b) that a number is in; 0 below the first."""
    at = bisect_right([tier.start for tier in tiers], value)
    return tiers[at - 1].value if at else _NONE


def indicator_points(
    indicator: Indicator, weight: Fraction, result: Result, day: int
) -> IndicatorPoints | None:
    """What a result gives an indicator, before weights are spread.

    Exempt gives the full points, a denominator of 0 none, not applicable (5.17). ``None``: the
    function cannot judge it, see :func:`points_of`.
    """
    none = IndicatorPoints(indicator.name, weight, None, _NONE)
    if result.exempt:
        return none._replace(points=indicator.full, exempt=True)
    if result.score is not None:
        return none._replace(points=result.score)
    above, below = result.numerator, result.denominator
    if not below or above is None or indicator.score is None:
        return none._replace(numerator=above, denominator=below)
    value = above / below
    points = points_of(indicator.score, indicator.full, value, day)
    if points is None:
        return None
    return IndicatorPoints(indicator.name, weight, points, _NONE, above, below, value)


def spread(
    several: Sequence[IndicatorPoints], full: Mapping[str, Fraction], total: Fraction
) -> tuple[tuple[IndicatorPoints, ...], Fraction] | None:
    """What each indicator adds to the score, and the score: weight x points / full, added up.

    The weight of what is not applicable is spread over the others in proportion: each counts
    weight x total / weights that are applicable. ``None`` where nothing is applicable (5.17).
    """
    applicable = sum((one.weight for one in several if one.points is not None), _NONE)
    if not applicable:
        return None
    scale = None if applicable == total else total / applicable
    told = tuple(
        one
        if one.points is None
        else one._replace(weighted=_scaled(one.weight, scale) * one.points / full[one.indicator])
        for one in several
    )
    return told, sum((one.weighted for one in told), _NONE)


def _scaled(weight: Fraction, scale: Fraction | None) -> Fraction:
    return weight if scale is None else weight * scale


def coefficient_of(rule: CoefficientRule, score: Fraction, total: Fraction) -> Fraction:
    """The coefficient of a score, exactly (C2)."""
    if rule.kind is CoefficientKind.TIERS:
        return _tier(rule.steps, score)
    if rule.kind is CoefficientKind.LINEAR:
        return _between(rule.steps, score)
    if rule.kind is CoefficientKind.THRESHOLD:
        if score < rule.at:
            return rule.below
        if rule.above is not None:
            return rule.above
    return score / total


def _between(points: Sequence[ScoreTier], score: Fraction) -> Fraction:
    """Piecewise linear between points, clamped at both ends."""
    if score <= points[0].start:
        return points[0].value
    for one, other in pairwise(points):
        if score <= other.start:
            part = (score - one.start) / (other.start - one.start)
            return one.value + (other.value - one.value) * part
    return points[-1].value


def coefficient_e4(exact: Fraction) -> int:
    """A coefficient rounded once, half-up, to four places (5.17)."""
    return int((2 * exact.numerator * ONE_E4 + exact.denominator) // (2 * exact.denominator))


def steps_of(rule: CoefficientRule, total: Fraction) -> tuple[tuple[Fraction, int, int], ...]:
    """Where a coefficient jumps 断崖: the score, the coefficient just below and from there on.

    A threshold whose coefficient is the score's part jumps from ``below``; jumps of 0 are none.
    """
    found: list[tuple[Fraction, Fraction, Fraction]] = []
    if rule.kind is CoefficientKind.TIERS:
        found = [(other.start, one.value, other.value) for one, other in pairwise(rule.steps)]
    elif rule.kind is CoefficientKind.THRESHOLD:
        found = [(rule.at, rule.below, coefficient_of(rule, rule.at, total))]
    jumps = ((at, coefficient_e4(one), coefficient_e4(other)) for at, one, other in found)
    return tuple(jump for jump in jumps if jump[1] != jump[2])


def next_step(
    rule: CoefficientRule, score: Fraction, total: Fraction
) -> tuple[Fraction, int] | None:
    """The lowest score above this one at which the coefficient jumps, and to what."""
    above = [(at, to) for at, _, to in steps_of(rule, total) if at > score]
    return min(above) if above else None
