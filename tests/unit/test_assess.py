"""Assessment: functions at their bounds, periods, who must have results, and what never changes.

Rules C1, C2; definitions 5.2, 5.3, 5.17. Catches: a bound that is not included, a weight that is
lost with what is not applicable, a coefficient rounded twice, a leaver asked for a result, a head
asked for one, weights that count by their size and not by their part, an order of rows that counts.
"""

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.assess import Assessing, coefficients_of, needed_periods, print_number
from equivalents.assessscore import (
    coefficient_e4,
    coefficient_of,
    indicator_points,
    next_step,
    points_of,
    spread,
    steps_of,
)
from equivalents.assesswho import Known
from equivalents.policy.assessment import (
    AppliesIn,
    AssessedLevel,
    Assessment,
    CoefficientKind,
    CoefficientRule,
    Combine,
    Composite,
    Indicator,
    IndicatorPoints,
    Length,
    Outcome,
    Result,
    ScoreKind,
    ScoreRule,
    ScoreTier,
    Subjects,
)
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_day, parse_period, periods_of
from equivalents.policy.funds import Dated, Version
from equivalents.policy.keyrules import Scope
from equivalents.policy.leaders import LeaderRule
from equivalents.policy.model import Department, Institution, Posting
from equivalents.policy.roster import Roster

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


# -- periods ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "months", "names"),
    [
        ("2025", 12, ["2025"]),
        ("2025-03", 12, ["2025"]),
        ("2025", 6, ["2025-H1", "2025-H2"]),
        ("2025-H2", 3, ["2025-Q3", "2025-Q4"]),
        ("2025-12", 6, ["2025-H2"]),
        ("2025-Q4", 1, ["2025-10", "2025-11", "2025-12"]),
    ],
)
def test_the_periods_of_a_length_that_meet_a_case(case: str, months: int, names: list[str]) -> None:
    period = parse_period(case)
    assert [one.name for one in periods_of(months, period.start, period.end)] == names


def composite(**more: object) -> Composite:
    weights = Dated((Version({"a": FULL}),))
    fields: dict[str, object] = {"name": "k", "level": AssessedLevel.PERSON, "weights": weights}
    return Composite(**(fields | more))  # type: ignore[arg-type]


def test_a_result_may_hold_in_the_next_period() -> None:
    held = needed_periods(
        composite(period=Length.QUARTER, applies=AppliesIn.NEXT), parse_period("2025-H1")
    )
    names = [(one.name, other.name) for one, other in held]
    assert names == [("2024-Q4", "2025-Q1"), ("2025-Q1", "2025-Q2")]


# -- who -------------------------------------------------------------------------------------------

MARCH, JULY = parse_day("2025-03-01"), parse_day("2025-07-01")
POSTINGS = (
    Posting("P1", "I1", FIRST_DAY, LAST_DAY, "a", "D1", post="医师", employment_type="编内"),
    Posting("P2", "I1", FIRST_DAY, JULY, "a", "D2", post="护士", employment_type="合同"),
    Posting("P3", "I2", FIRST_DAY, LAST_DAY, "a", "V1", post="院长"),
    Posting("P4", "I2", FIRST_DAY, MARCH, "a", "V1", post="村医"),
)
PLACES = (Institution("I1", group="平原", kind="卫生院"), Institution("I2", group="山区"))
DEPARTMENTS = {
    "D1": Department("D1", "I1"),
    "D2": Department("D2", "I1"),
    "V1": Department("V1", "I2", kind="village_room"),
}
LED = (LeaderRule(("院长",), FIRST_DAY, LAST_DAY),)


def known(period: str = "2025") -> Known:
    masters = PLACES, DEPARTMENTS, Roster.of(POSTINGS)
    return Known(parse_period(period), *masters, LED, frozenset(("T1",)))


def asked(one: Composite, period: str = "2025") -> tuple[list[str], list[str]]:
    span = parse_period(period)
    who = known().assessed(one, span.start, span.end)
    return [*who.required], sorted(who.optional)


def test_whoever_has_a_posting_on_the_days_must_have_results_but_heads() -> None:
    assert asked(composite()) == (["P1", "P2", "P4"], ["P3"])
    assert asked(composite(), "2025-H2") == (["P1"], ["P2", "P3", "P4"])


def test_a_result_of_the_year_is_asked_for_by_a_posting_in_the_period_alone() -> None:
    """P2 left before July: the year's result holds then, and nobody asks for it."""
    year = parse_period("2025")
    who = known("2025-H2").assessed(composite(), year.start, year.end)
    assert ([*who.required], sorted(who.optional)) == (["P1"], ["P2", "P3", "P4"])


@pytest.mark.parametrize(
    ("subjects", "required", "optional"),
    [
        (Subjects(ids=("P1", "P3")), ["P1"], ["P3"]),
        (Subjects(groups=("山区",)), ["P4"], ["P3"]),
        (Subjects(kinds=("卫生院",)), ["P1", "P2"], []),
        (Subjects(posts=("医师", "村医")), ["P1", "P4"], []),
        (Subjects(employment_types=("合同",)), ["P2"], []),
        (Subjects(institutions=("I2",), posts=("护士",)), [], []),
    ],
)
def test_subjects_narrow_who_is_assessed(
    subjects: Subjects, required: list[str], optional: list[str]
) -> None:
    assert asked(composite(subjects=subjects)) == (required, optional)


def test_departments_are_of_a_level_by_their_kind() -> None:
    levels = AssessedLevel.DEPARTMENT, AssessedLevel.VILLAGE_ROOM, AssessedLevel.TEAM
    found = [asked(composite(level=level)) for level in levels]
    assert found[0] == (["D1", "D2"], ["V1"])
    assert found[1] == (["V1"], ["D1", "D2"])
    assert found[2] == (["D1", "D2", "V1"], ["T1"])  # no department says that it is a team
    assert asked(composite(level=AssessedLevel.INSTITUTION)) == (["I1", "I2"], [])


# -- outcomes --------------------------------------------------------------------------------------


def score(subject: str, value: int, period: str = "2025") -> Result:
    return Result(AssessedLevel.PERSON, subject, "a", period, score=F(value))


def assess(one: Composite, results: list[Result], period: str = "2025") -> Assessing:
    assessment = Assessment({"a": Indicator("a")}, {"k": one})
    return Assessing(assessment, results, known(period))


ONLY_P1 = Subjects(ids=("P1",))


def test_a_missing_result_is_an_error_and_no_coefficient() -> None:
    assessing = assess(composite(), [score("P1", 90)])
    outcomes = assessing.outcomes()
    assert [one.subject_id for one in outcomes] == ["P1"]
    assert [(one.code, one.value) for one in assessing.problems] == [
        ("RESULT_MISSING", "P2"),
        ("RESULT_MISSING", "P4"),
    ]


def test_the_mean_is_exact_and_leaves_exempt_periods_out() -> None:
    one = composite(period=Length.QUARTER, combine=Combine.MEAN, subjects=ONLY_P1)
    rows = [score("P1", value, f"2025-Q{n}") for n, value in ((1, 70), (2, 71), (3, 71))]
    exempt = Result(AssessedLevel.PERSON, "P1", "k", "2025-Q4", exempt=True)
    outcomes = assess(one, [*rows, exempt]).outcomes()
    assert [each.in_force for each in outcomes] == [False] * 4 + [True]
    assert (outcomes[-1].score, outcomes[-1].coefficient_e4) == (F(212, 3), 7067)


def test_weights_and_targets_are_those_of_the_last_day_of_the_results_period() -> None:
    """Both change in July: the year goes by the later ones, and each half by its own."""
    one = Version({"a": F(40), "b": F(60)}, FIRST_DAY, JULY)
    two = Version({"a": F(90), "b": F(10)}, JULY, LAST_DAY)
    target = Dated((Version(F("0.5"), FIRST_DAY, JULY), Version(F(1), JULY, LAST_DAY)))
    indicators = {
        "a": Indicator("a", score=ScoreRule(ScoreKind.PROPORTIONAL, target)),
        "b": Indicator("b"),
    }

    def scores(length: Length, *periods: str) -> list[Fraction | None]:
        whole = composite(weights=Dated((one, two)), period=length, subjects=ONLY_P1)
        results = [
            row
            for name in periods
            for row in (
                Result(AssessedLevel.PERSON, "P1", "a", name, F(1), F(2)),
                Result(AssessedLevel.PERSON, "P1", "b", name, score=FULL),
            )
        ]
        assessing = Assessing(Assessment(indicators, {"k": whole}), results, known())
        return [each.score for each in assessing.outcomes()]

    assert scores(Length.YEAR, "2025") == [F(55)]  # 90 x 0.5 / 1 + 10
    assert scores(Length.HALF_YEAR, "2025-H1", "2025-H2") == [F(100), F(55)]


def test_a_coefficient_is_in_force_over_the_period_in_which_its_result_holds() -> None:
    one = composite(period=Length.HALF_YEAR, applies=AppliesIn.NEXT, subjects=ONLY_P1)
    rows = [score("P1", 70, "2024-H2"), score("P1", 80, "2025-H1")]
    found = coefficients_of(assess(one, rows).outcomes(), known())
    halves = [parse_period(name) for name in ("2025-H1", "2025-H2")]
    assert [(c.valid_from, c.valid_to, c.value_e4) for c in found] == [
        (halves[0].start, halves[0].end, 7000),
        (halves[1].start, halves[1].end, 8000),
    ]


def test_the_county_is_a_coefficient_of_every_institution() -> None:
    one = composite(level=AssessedLevel.COUNTY)
    row = Result(AssessedLevel.COUNTY, "县", "a", "2025", score=F(88))
    outcomes = assess(one, [row]).outcomes()
    found = coefficients_of(outcomes, known())
    assert [(c.scope, c.institution_id, c.value_e4) for c in found] == [
        (Scope.INSTITUTION, "I1", 8800),
        (Scope.INSTITUTION, "I2", 8800),
    ]


def test_a_team_that_is_no_department_has_an_outcome_and_no_coefficient() -> None:
    one = composite(level=AssessedLevel.TEAM, subjects=Subjects(ids=("T1",)))
    row = Result(AssessedLevel.TEAM, "T1", "a", "2025", score=F(88))
    outcomes = assess(one, [row]).outcomes()
    assert [(each.coefficient_e4, each.in_force) for each in outcomes] == [(8800, False)]
    assert coefficients_of(outcomes, known()) == ()


def test_limits_hold_for_a_team_whose_coefficient_only_contracts_go_by() -> None:
    limits = CoefficientRule(least=F("0.88"), most=F("0.9"))
    one = composite(level=AssessedLevel.TEAM, subjects=Subjects(ids=("T1",)), coefficient=limits)

    def codes(value: int) -> list[str]:
        row = Result(AssessedLevel.TEAM, "T1", "a", "2025", score=F(value))
        assessing = assess(one, [row])
        assessing.outcomes()
        return [problem.code for problem in assessing.problems]

    assert [codes(value) for value in (87, 88, 90, 91)] == [
        ["COEFFICIENT_OUTSIDE"], [], [], ["COEFFICIENT_OUTSIDE"],
    ]  # fmt: skip


# -- properties ------------------------------------------------------------------------------------

WEIGHTS = st.lists(st.integers(1, 50), min_size=1, max_size=6)
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


def outcomes_of(
    weights: list[int], values: list[int | None], scale: int, seed: int
) -> tuple[Outcome, ...]:
    """One subject by these weights, scaled, its results in some order; ``None``: 0 of 0."""
    names = [f"i{at}" for at in range(len(weights))]
    kinds = {name: Indicator(name, score=rule(ScoreKind.PROPORTIONAL, "1")) for name in names}
    total = F(sum(weights) * scale)
    weighed = {name: F(weight * scale) for name, weight in zip(names, weights, strict=True)}
    one = composite(weights=Dated((Version(weighed),)), total=total, subjects=ONLY_P1)
    results = [
        Result(AssessedLevel.PERSON, "P1", name, "2025", F(value or 0), F(value is not None))
        for name, value in zip(names, values, strict=True)
    ]
    random.Random(seed).shuffle(results)
    return Assessing(Assessment(kinds, {"k": one}), results, known()).outcomes()


@given(WEIGHTS, st.data(), st.integers(1, 1000), st.integers(0, 99))
def test_scaled_weights_and_the_order_of_rows_change_no_coefficient(
    weights: list[int], data: st.DataObject, scale: int, seed: int
) -> None:
    size = len(weights)
    values = data.draw(st.lists(st.sampled_from([None, 0, 1]), min_size=size, max_size=size))
    plain, scaled = outcomes_of(weights, values, 1, 0), outcomes_of(weights, values, scale, seed)
    assert [one.coefficient_e4 for one in plain] == [one.coefficient_e4 for one in scaled]
    assert bool(plain) is any(value is not None for value in values)
    for one in plain:
        assert one.score == sum(part.weighted for part in one.points)


@given(WEIGHTS, st.integers(0, 1))
def test_equal_points_score_the_same_whatever_is_not_applicable(
    weights: list[int], value: int
) -> None:
    whole = outcomes_of(weights, [value] * len(weights), 1, 0)
    cut = outcomes_of(weights, [value, *[None] * (len(weights) - 1)], 1, 0)
    assert whole[0].coefficient_e4 == cut[0].coefficient_e4 == 10_000 * value
