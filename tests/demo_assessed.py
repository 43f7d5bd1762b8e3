"""The coefficients of the demo county's assessment, from its table and its scheme files alone.

Fractions of texts; nothing here asks the engine what is right. Only what these files use is
known: proportional, linear, at least, at most, tiers; coefficients by lines, tiers, score / total.
"""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from tests.demo_county import rows_of

__all__ = ["assessed", "assessed_each", "points_met"]

Yaml = dict[str, Any]


def assessed(files: Sequence[Path], table: Path, composite: str) -> dict[str, Fraction]:
    """The coefficient of every subject of a composite; the mean score of several periods."""
    rule, indicators = _composite(files, composite)
    scores: dict[str, list[Fraction]] = defaultdict(list)
    for (subject, _), score in _scores(rule, indicators, table).items():
        scores[subject].append(score)
    means = {who: sum(some, Fraction(0)) / len(some) for who, some in scores.items()}
    return {subject: _coefficient(rule.get("coefficient"), mean) for subject, mean in means.items()}


def assessed_each(
    files: Sequence[Path], table: Path, composite: str
) -> dict[tuple[str, str], Fraction]:
    """The coefficient of every subject in every period of a composite."""
    rule, indicators = _composite(files, composite)
    scores = _scores(rule, indicators, table)
    return {key: _coefficient(rule.get("coefficient"), score) for key, score in scores.items()}


def points_met(files: Sequence[Path], table: Path, level: str) -> dict[str, dict[str, bool]]:
    """Which indicators of a level have their full points, by subject."""
    _, indicators = _composite(files, "")
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    for row in rows_of(table):
        if row["level"] == level:
            part = _part(indicators[row["indicator"]], row)
            found[row["subject_id"]][row["indicator"]] = part == 1
    return found


def _composite(files: Sequence[Path], composite: str) -> tuple[Yaml, dict[str, Yaml]]:
    """The rule of a composite, and all indicators."""
    layers = [yaml.load(one.read_text(encoding="utf-8"), yaml.BaseLoader) for one in files]
    indicators: dict[str, Yaml] = {}
    for layer in layers:
        for name, one in layer["assessment"]["indicators"].items():
            indicators[name] = indicators.get(name, {}) | one
    return layers[-1]["assessment"]["composites"].get(composite, {}), indicators


def _scores(
    rule: Yaml, indicators: dict[str, Yaml], table: Path
) -> dict[tuple[str, str], Fraction]:
    found: dict[tuple[str, str], dict[str, Fraction | None]] = defaultdict(dict)
    for row in rows_of(table):
        if row["level"] == rule["level"] and row["indicator"] in rule["weights"]:
            found[row["subject_id"], row["period"]][row["indicator"]] = _part(
                indicators[row["indicator"]], row
            )
    kinds = rule.get("subjects", {}).get("kinds")
    if kinds:
        places = rows_of(table.with_name("institutions.csv"))
        there = {row["institution_id"] for row in places if row["kind"] in kinds}
        found = defaultdict(dict, {key: parts for key, parts in found.items() if key[0] in there})
    scores = {}
    for key, parts in found.items():
        assert set(parts) == set(rule["weights"])
        weights = {name: Fraction(rule["weights"][name]) for name in parts}
        applicable = sum((w for name, w in weights.items() if parts[name] is not None), Fraction())
        earned = sum((w * (parts[name] or 0) for name, w in weights.items()), Fraction())
        scores[key] = earned * 100 / applicable
    return scores


def _part(indicator: Yaml, row: dict[str, str]) -> Fraction | None:
    """The part of the full points, between 0 and 1."""
    if row["score"]:
        return Fraction(row["score"]) / Fraction(indicator.get("full", "100"))
    above, below = Fraction(row["numerator"]), Fraction(row["denominator"])
    if not below:
        return None
    ratio, rule = above / below, indicator["score"]
    if rule["kind"] == "tiers":
        held = [tier for tier in rule["tiers"] if ratio >= Fraction(tier["from"])]
        return Fraction(held[-1]["points"]) / 100 if held else Fraction(0)
    if rule["kind"] == "linear":
        start, end = Fraction(rule["from"]["value"]), Fraction(rule["to"]["value"])
        return min(max((ratio - start) / (end - start), Fraction(0)), Fraction(1))
    target = Fraction(
        rule["target"] if isinstance(rule["target"], str) else rule["target"]["value"]
    )
    if rule["kind"] == "proportional":
        return min(ratio / target, Fraction(1))
    met = ratio >= target if rule["kind"] == "at_least" else ratio <= target
    return Fraction(int(met))


def _coefficient(rule: Yaml | None, score: Fraction) -> Fraction:
    """By lines between points, clamped, by tiers, or score / 100; half-up to four places."""
    value = score / 100
    if rule is not None and rule["kind"] == "tiers":
        held = [one for one in rule["tiers"] if score >= Fraction(one["from"])]
        value = Fraction(held[-1]["value"])
    elif rule is not None:
        points = [(Fraction(one["score"]), Fraction(one["value"])) for one in rule["points"]]
        held_at = min(max(score, points[0][0]), points[-1][0])
        for (low, start), (high, end) in pairwise(points):
            if low <= held_at <= high:
                value = start + (end - start) * (held_at - low) / (high - low)
    return Fraction((value * 20_000 + 1).__floor__() // 2, 10_000)
