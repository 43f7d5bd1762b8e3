"""Score functions of indicators, and what a composite's score comes to (C2; 5.17)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise

from tests.reference.numbers import half_up
from tests.reference.scheme import Yaml, on_day, yes
from tests.reference.text import Refused

HUNDRED = "100"


def full_of(indicator: Yaml) -> Fraction:
    """Return the points of an indicator that is met in full."""
    return Fraction(indicator.get("full", HUNDRED))


def points(name: str, indicator: Yaml, ratio: Fraction, day: date) -> Fraction:
    """Return the exact points of a ratio, by the score function of a day."""
    score, full = indicator["score"], full_of(indicator)
    if score["kind"] == "yes_no":
        if ratio not in (0, 1):
            raise Refused("RESULT_NOT_YES_NO", name)
        return full * ratio
    if score["kind"] == "tiers":
        return _tier(score["tiers"], ratio, "points")
    if score["kind"] == "linear":
        return full * _between(name, score, ratio, day)
    target = on_day(score["target"], day, name)
    match score["kind"]:
        case "at_least":
            return full if ratio >= target else Fraction(0)
        case "at_most":
            return full if ratio <= target else Fraction(0)
        case "proportional":
            if target <= 0:
                raise Refused("SCORE_TARGET", name)
            return full if ratio >= target else full * ratio / target
    raise Refused("SCORE_KIND", score["kind"])


def _between(name: str, score: Yaml, ratio: Fraction, day: date) -> Fraction:
    """Return the part of full points between two bounds: rising, or falling where declared."""
    low, high = on_day(score["from"], day, name), on_day(score["to"], day, name)
    if low >= high:
        raise Refused("SCORE_BOUNDS_CROSS", name)
    part = min(max((ratio - low) / (high - low), Fraction(0)), Fraction(1))
    return 1 - part if yes(score, "falling") else part


def _tier(tiers: Sequence[Yaml], value: Fraction, gives: str) -> Fraction:
    """Return what the tier of a value gives, [a, b); below the first 0."""
    bounds = [Fraction(one["from"]) for one in tiers]
    if any(a >= b for a, b in pairwise(bounds)):
        raise Refused("TIERS_NOT_ASCENDING")
    reached = [one for one, bound in zip(tiers, bounds, strict=True) if value >= bound]
    return Fraction(reached[-1][gives]) if reached else Fraction(0)


def coefficient(composite: Yaml, score: Fraction) -> Fraction:
    """Return the coefficient of a score, rounded once, half-up, to four places (5.17)."""
    declared = composite.get("coefficient") or {}
    value = half_up(_exact(composite, declared, score), 4)
    limits = declared.get("limits") or {}
    if value < Fraction(limits.get("min", value)) or value > Fraction(limits.get("max", value)):
        raise Refused("COEFFICIENT_OUTSIDE", str(value))
    return value


def _exact(composite: Yaml, declared: Yaml, score: Fraction) -> Fraction:
    whole = score / Fraction(composite.get("total", HUNDRED))
    match declared.get("kind"):
        case None:
            return whole
        case "linear":
            return _piecewise(declared["points"], score)
        case "tiers":
            return _tier(declared["tiers"], score, "value")
    if score < Fraction(declared["at"]):
        return Fraction(declared["below"])
    above = declared["above"]
    return whole if above == "score" else Fraction(above)


def _piecewise(given: Sequence[Yaml], score: Fraction) -> Fraction:
    """Return the value on straight lines between points, clamped at both ends."""
    found = [(Fraction(one["score"]), Fraction(one["value"])) for one in given]
    if any(a >= b for (a, _), (b, _) in pairwise(found)):
        raise Refused("POINTS_NOT_ASCENDING")
    if score <= found[0][0]:
        return found[0][1]
    for (low, at_low), (high, at_high) in pairwise(found):
        if score <= high:
            return at_low + (at_high - at_low) * (score - low) / (high - low)
    return found[-1][1]
