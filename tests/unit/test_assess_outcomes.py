"""Assessment: periods, who must have results, outcomes, and what never changes them.

Rules C1, C2; definitions 5.2, 5.3, 5.17. Catches: a leaver asked for a result, a head asked for
one, weights that count by their size and not by their part, an order of rows that counts.
"""

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.assess import Assessing, coefficients_of, needed_periods
from equivalents.assesswho import Known
from equivalents.policy.assessment import (
    AppliesIn,
    AssessedLevel,
    Assessment,
    CoefficientRule,
    Combine,
    Composite,
    Indicator,
    Length,
    Outcome,
    Result,
    ScoreKind,
    ScoreRule,
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
PART = ScoreRule(ScoreKind.PROPORTIONAL, Dated((Version(F(1)),)))


def outcomes_of(
    weights: list[int], values: list[int | None], scale: int, seed: int
) -> tuple[Outcome, ...]:
    """One subject by these weights, scaled, its results in some order; ``None``: 0 of 0."""
    names = [f"i{at}" for at in range(len(weights))]
    kinds = {name: Indicator(name, score=PART) for name in names}
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
