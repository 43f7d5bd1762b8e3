"""The coefficients of the demo county's assessment, from its table and shipped files alone.

Fractions of texts; nothing here asks the engine what is right. Only what the shipped files use is
known: proportional, linear, at least, at most, tiers; coefficients that are linear or score /
total.
"""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from tests.demo_county import rows_of

__all__ = ["assessed"]

Yaml = dict[str, Any]


def assessed(shipped: Sequence[Path], table: Path, composite: str) -> dict[str, Fraction]:
    """The coefficient of every subject of a composite; the mean score of several periods."""
    layers = [yaml.load(one.read_text(encoding="utf-8"), yaml.BaseLoader) for one in shipped]
    rule = layers[-1]["assessment"]["composites"][composite]
    indicators: dict[str, Yaml] = {}
    for layer in layers:
        for name, one in layer["assessment"]["indicators"].items():
            indicators[name] = indicators.get(name, {}) | one
    found: dict[tuple[str, str], dict[str, Fraction | None]] = defaultdict(dict)
    for row in rows_of(table):
        if row["level"] == rule["level"] and row["indicator"] in rule["weights"]:
            found[row["subject_id"], row["period"]][row["indicator"]] = _part(
                indicators[row["indicator"]], row
            )
    scores: dict[str, list[Fraction]] = defaultdict(list)
    for (subject, _), parts in found.items():
        assert set(parts) == set(rule["weights"])
        weights = {name: Fraction(rule["weights"][name]) for name in parts}
        applicable = sum((w for name, w in weights.items() if parts[name] is not None), Fraction())
        earned = sum((w * (parts[name] or 0) for name, w in weights.items()), Fraction())
        scores[subject].append(earned * 100 / applicable)
    means = {who: sum(some, Fraction(0)) / len(some) for who, some in scores.items()}
    return {subject: _coefficient(rule.get("coefficient"), mean) for subject, mean in means.items()}


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
    """Linear between two points, clamped, or score / 100; half-up to four places."""
    value = score / 100
    if rule is not None:
        (low, start), (high, end) = (
            (Fraction(one["score"]), Fraction(one["value"])) for one in rule["points"]
        )
        part = min(max((score - low) / (high - low), Fraction(0)), Fraction(1))
        value = start + (end - start) * part
    return Fraction((value * 20_000 + 1).__floor__() // 2, 10_000)
