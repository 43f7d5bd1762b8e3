"""Assessment: functions at their bounds, and that more never gives less.

Rules C1, C2; definitions 5.2, 5.3, 5.17. Catches: a bound that is not included, a weight that is
lost with what is not applicable, a coefficient rounded twice.
"""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.assess import print_number
from equivalents.assessscore import (
    coefficient_e4,
    coefficient_of,
    indicator_points,
    next_step,
    points_of,
    spread,
    steps_of,
)
from equivalents.policy.assessment import (
    AssessedLevel,
    CoefficientKind,
    CoefficientRule,
    Indicator,
    IndicatorPoints,
    Result,
    ScoreKind,
    ScoreRule,
    ScoreTier,
)
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_day
from equivalents.policy.funds import Dated, Version

F = Fraction
FULL = F(100)
DAY = parse_day("2025-12-31")


def figure(*values: str) -> Dated[Fraction]:
    """One value always, or one in 2024 and another from 2025 on."""
    edge = parse_day("2025-01-01")
    spans = [(FIRST_DAY, edge), (edge, LAST_DAY)] if len(values) > 1 else [(FIRST_DAY, LAST_DAY)]
    found = zip(values, spans, strict=True)
    return Dated(tuple(Version(F(value), *span) for value, span in found))


def rule(kind: ScoreKind, target: str = "", start: str = "", end: str = "", falling: bool = False,
         tiers: tuple[ScoreTier, ...] = ()) -> ScoreRule:  # fmt: skip
    a, b, c = (figure(one) if one else None for one in (target, start, end))
    return ScoreRule(kind, a, b, c, falling, tiers)


TIERS = (ScoreTier(F("0.6"), F(60)), ScoreTier(F("0.9"), F(100)))


@pytest.mark.parametrize(
    ("function", "ratio", "points"),
    [
        (rule(ScoreKind.YES_NO), "1", "100"),
        (rule(ScoreKind.YES_NO), "0", "0"),
        (rule(ScoreKind.YES_NO), "1/2", None),
        (rule(ScoreKind.AT_LEAST, "0.85"), "17/20", "100"),
        (rule(ScoreKind.AT_LEAST, "0.85"), "8499/10000", "0"),
        (rule(ScoreKind.AT_MOST, "1/3"), "1/3", "100"),
        (rule(ScoreKind.AT_MOST, "1/3"), "3334/10000", "0"),
        (rule(ScoreKind.PROPORTIONAL, "0.9"), "0.3", "100/3"),
        (rule(ScoreKind.PROPORTIONAL, "0.9"), "2", "100"),
        (rule(ScoreKind.LINEAR, start="0.5", end="0.8"), "0.4", "0"),
        (rule(ScoreKind.LINEAR, start="0.5", end="0.8"), "0.6", "100/3"),
        (rule(ScoreKind.LINEAR, start="0.5", end="0.8"), "0.8", "100"),
        (rule(ScoreKind.LINEAR, start="0.5", end="0.8", falling=True), "0.6", "200/3"),
        (rule(ScoreKind.LINEAR, start="0.5", end="0.8", falling=True), "9", "0"),
        (rule(ScoreKind.TIERS, tiers=TIERS), "0.5999", "0"),
        (rule(ScoreKind.TIERS, tiers=TIERS), "0.6", "60"),
        (rule(ScoreKind.TIERS, tiers=TIERS), "0.8999", "60"),
        (rule(ScoreKind.TIERS, tiers=TIERS), "0.9", "100"),
    ],
)
def test_a_ratio_gets_its_points_with_the_bound_included(
    function: ScoreRule, ratio: str, points: str | None
) -> None:
    found = points_of(function, FULL, F(ratio), DAY)
    assert found == (None if points is None else F(points))


def test_a_target_is_that_of_the_day_and_none_gives_no_points() -> None:
    by_year = ScoreRule(ScoreKind.AT_LEAST, figure("0.8", "0.9"))
    assert points_of(by_year, FULL, F("0.85"), parse_day("2024-12-31")) == FULL
    assert points_of(by_year, FULL, F("0.85"), DAY) == 0
    later = Dated((Version(F(1), parse_day("2026-01-01")),))
    assert points_of(ScoreRule(ScoreKind.AT_LEAST, later), FULL, F(1), DAY) is None


LINE = CoefficientRule(
    CoefficientKind.LINEAR, (ScoreTier(F(60), F("0.6")), ScoreTier(F(90), F("1.1")))
)
STEPS = CoefficientRule(
    CoefficientKind.TIERS,
    (ScoreTier(F(0), F("0.8")), ScoreTier(F(80), F(1)), ScoreTier(F(90), F(1))),
)
CLIFF = CoefficientRule(CoefficientKind.THRESHOLD, at=F(60), below=F(0), above=F(1))
PART = CoefficientRule(CoefficientKind.THRESHOLD, at=F(60), below=F("0.5"))


@pytest.mark.parametrize(
    ("how", "score", "e4"),
    [
        (CoefficientRule(), "250/3", 8333),
        (CoefficientRule(), "77.775", 7778),
        (LINE, "10", 6000),
        (LINE, "70", 7667),
        (LINE, "100", 11000),
        (STEPS, "79.9999", 8000),
        (STEPS, "80", 10000),
        (CLIFF, "59.9999", 0),
        (CLIFF, "60", 10000),
        (PART, "59", 5000),
        (PART, "72.345", 7235),
    ],
)
def test_a_score_becomes_a_coefficient_rounded_once_half_up(
    how: CoefficientRule, score: str, e4: int
) -> None:
    assert coefficient_e4(coefficient_of(how, F(score), FULL)) == e4


def test_jumps_are_steps_and_the_next_one_is_the_lowest_above() -> None:
    assert steps_of(STEPS, FULL) == ((F(80), 8000, 10000),)  # from 90 on nothing changes
    assert steps_of(PART, FULL) == ((F(60), 5000, 6000),)
    assert steps_of(LINE, FULL) == steps_of(CoefficientRule(), FULL) == ()
    assert next_step(STEPS, F(79), FULL) == (F(80), 10000)
    assert next_step(STEPS, F(80), FULL) is None


def part(name: str, weight: int, points: int | None) -> IndicatorPoints:
    return IndicatorPoints(name, F(weight), None if points is None else F(points), F(0))


def test_what_is_not_applicable_gives_its_weight_to_the_others_in_proportion() -> None:
    several = [part("a", 50, None), part("b", 30, 100), part("c", 20, 10)]
    added = spread(several, {"a": FULL, "b": FULL, "c": F(20)}, FULL)
    assert added is not None
    assert [one.weighted for one in added[0]] == [0, 60, 20]
    assert added[1] == 80
    assert spread([part("a", 100, None)], {"a": FULL}, FULL) is None


def test_a_denominator_of_0_is_not_applicable_and_exempt_gets_full_points() -> None:
    indicator = Indicator("a", full=F(20), score=rule(ScoreKind.YES_NO))
    row = Result(AssessedLevel.PERSON, "P", "a", "2025", F(0), F(0))
    told = indicator_points(indicator, F(1), row, DAY)
    assert told is not None
    assert (told.points, told.value) == (None, None)
    exempt = Result(AssessedLevel.PERSON, "P", "a", "2025", exempt=True)
    told = indicator_points(indicator, F(1), exempt, DAY)
    assert told is not None
    assert (told.points, told.exempt) == (F(20), True)


def test_a_denominator_below_1_divides_like_any_other() -> None:
    indicator = Indicator("a", score=rule(ScoreKind.PROPORTIONAL, "0.9"))
    row = Result(AssessedLevel.PERSON, "P", "a", "2025", F("0.3"), F("0.5"))
    told = indicator_points(indicator, F(1), row, DAY)
    assert told is not None
    assert (told.value, told.points) == (F(3, 5), F(200, 3))


def test_numbers_are_printed_exactly() -> None:
    texts = ["0", "7", "85.5", "0.0000001", "1/3", "250/3"]
    assert [print_number(F(text)) for text in texts] == texts


# -- properties ------------------------------------------------------------------------------------

RATIOS = st.fractions(0, 2, max_denominator=50)
RISING = st.sampled_from(
    [
        rule(ScoreKind.AT_LEAST, "0.85"),
        rule(ScoreKind.PROPORTIONAL, "0.9"),
        rule(ScoreKind.LINEAR, start="0.3", end="1.2"),
        rule(ScoreKind.TIERS, tiers=TIERS),
    ]
)
FALLING = st.sampled_from(
    [
        rule(ScoreKind.AT_MOST, "0.85"),
        rule(ScoreKind.LINEAR, start="0.3", end="1.2", falling=True),
    ]
)
HOW = st.sampled_from([CoefficientRule(), LINE, STEPS, CLIFF, PART])


@given(RISING, RATIOS, RATIOS)
def test_a_rising_function_never_gives_less_for_more(
    function: ScoreRule, one: Fraction, other: Fraction
) -> None:
    low, high = (points_of(function, FULL, x, DAY) for x in sorted((one, other)))
    assert low is not None
    assert high is not None
    assert 0 <= low <= high <= FULL


@given(FALLING, RATIOS, RATIOS)
def test_a_falling_function_never_gives_more_for_more(
    function: ScoreRule, one: Fraction, other: Fraction
) -> None:
    low, high = (points_of(function, FULL, x, DAY) for x in sorted((one, other)))
    assert low is not None
    assert high is not None
    assert FULL >= low >= high >= 0


@given(HOW, st.fractions(0, 100), st.fractions(0, 100))
def test_a_higher_score_never_has_a_lower_coefficient(
    how: CoefficientRule, one: Fraction, other: Fraction
) -> None:
    low, high = (coefficient_e4(coefficient_of(how, x, FULL)) for x in sorted((one, other)))
    assert low <= high
