"""The key ``assessment`` of a scheme or of case.yaml, read: indicators and their functions.

Every fault is noted with file, line and path. Sources: C1 to C3; definition 5.17.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from equivalents.policy.assessfigures import (
    FOUNDED,
    LARGEST,
    note_kind_keys,
    positive,
    ratio,
    read_steps,
)
from equivalents.policy.assessment import (
    HUNDRED,
    Assessment,
    Composite,
    Growth,
    Indicator,
    ScoreKind,
    ScoreRule,
)
from equivalents.policy.compositetext import read_composite
from equivalents.policy.figuretext import Reader
from equivalents.policy.figureunits import PART
from equivalents.policy.funds import Dated
from equivalents.policy.yamltext import Entry

__all__ = [
    "ASSESSMENT_KEYS",
    "INDICATOR_KEYS",
    "SCORE_KEYS",
    "TIER_KEYS",
    "read_assessment",
]

ASSESSMENT_KEYS: Final = dict.fromkeys(
    ("growth", "indicators", "composites", "effective"), "mapping"
)
"""What the key ``assessment`` may say."""
INDICATOR_KEYS: Final = {
    **dict.fromkeys(("title", "family", "full", "valid_from", "unit"), "text"),
    "score": "mapping",
    **FOUNDED,
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
_GROWTH: Final = ("first", "yearly")

_CROSS: Final = "from 须小于 to¦from must be below to"
_ZERO_TARGET: Final = "按比例计分的 target 须大于 0¦a proportional score needs a target above 0"
_RANGE: Final = "须为两个整数，由小到大，如 [4, 6]¦two whole numbers, the smaller first: [4, 6]"
_TOP: Final = "分值高于满分¦points are above the full points"


def read_assessment(entry: Entry, read: Reader) -> Assessment | None:
    """The assessment of a scheme; ``None`` where the key is absent. Faults are noted."""
    if entry.value == "":
        return None
    read.keys(entry, ASSESSMENT_KEYS, "assessment")
    listed = entry.get("indicators").mapping
    indicators = {name: _indicator(name, one, read) for name, one in listed.items()}
    composites: dict[str, Composite] = {}
    for name, one in entry.get("composites").mapping.items():
        composite = read_composite(name, one, indicators, read)
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
        good = len(texts) == len(numbers) == 2 and numbers[0] <= numbers[1] < LARGEST
        if entry.get(key).value != "" and not good:
            read.invalid("ASSESSMENT_INVALID", entry.get(key), f"growth.{key}", _RANGE)
        found.append((numbers[0], numbers[1]) if good else None)
    return Growth(*found)


def _indicator(name: str, entry: Entry, read: Reader) -> Indicator:
    read.keys(entry, INDICATOR_KEYS, name)
    ground = read.ground(entry, name)
    full = read.number(entry.get("full"), positive) or HUNDRED
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
    note_kind_keys(entry, kind, SCORE_KEYS, read, optional=("falling",))

    def figure(key: str) -> Dated[Fraction] | None:
        return read.figure(entry.get(key), ratio, f"{name}.{key}", PART)

    rule = ScoreRule(
        kind,
        figure("target"),
        figure("from"),
        figure("to"),
        read.flag(entry.get("falling"), default=False),
        read_steps(name, entry.get("tiers"), TIER_KEYS, ratio, read),
        entry.place,
    )
    _check_score(name, rule, entry, full, read)
    return rule


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
