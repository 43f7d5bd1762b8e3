"""Effective contracts: what a contract is worth, by hand.

Catches: a threshold that excludes its own bound, what is not applicable taken for failed, a result
of another period, a missing result taken for 0, a resident with two contracts counted twice.
"""

from fractions import Fraction

import numpy as np
import pytest

from equivalents.assess import Assessing
from equivalents.assesswho import Known
from equivalents.effective import Effective
from equivalents.heads import counter, effective_of
from equivalents.policy.assessment import (
    AssessedLevel,
    Assessment,
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
from equivalents.policy.calendar import parse_day, parse_period, year_end
from equivalents.policy.effective import EffectivePolicy, EffectiveRule
from equivalents.policy.funds import Dated, Heads, Version
from equivalents.policy.heads import Contracts, HeadCount
from equivalents.policy.roster import Roster
from tests.signed import PLACES, One, contracts

D = parse_day
INSTITUTION, TEAM, CONTRACT = (
    AssessedLevel.INSTITUTION, AssessedLevel.TEAM, AssessedLevel.CONTRACT,
)  # fmt: skip
LEAST = Dated((Version(Fraction(4, 5), D("2020-01-01"), D("2030-01-01")),))
INDICATORS = {
    "知晓": Indicator("知晓", score=ScoreRule(ScoreKind.AT_LEAST, LEAST)),
    "满意": Indicator("满意", score=ScoreRule(ScoreKind.YES_NO)),
}
DAY = D("2025-12-31")


def result(
    level: AssessedLevel, who: str, indicator: str, above: int, below: int, period: str = "2025"
) -> Result:
    return Result(level, who, indicator, period, Fraction(above), Fraction(below))


def worth(
    policy: EffectivePolicy,
    some: Contracts,
    results: list[Result],
    outcomes: list[Outcome] | None = None,
    day: int = DAY,
) -> tuple[list[int], list[tuple[str, str]]]:
    """What each contract is worth, and the codes and values of what is wrong."""
    effective = Effective({policy.name: policy}, INDICATORS, results, outcomes or [])
    counted = np.ones(len(some), np.bool_)
    found = effective.worth_e4(policy.name, some, counted, day)
    return found.tolist(), [(one.code, one.value) for one in effective.problems]


def policy(
    rule: EffectiveRule, level: AssessedLevel, at_least: int | None = None
) -> EffectivePolicy:
    return EffectivePolicy("有效", rule, level, ("知晓", "满意"), "总", at_least)


ALL = policy(EffectiveRule.ALL_THRESHOLDS, INSTITUTION)
TWO = contracts([One("J1", "A", "P1"), One("J2", "B", "P1"), One("J3", "A", "P1")])


def test_a_bound_is_met_by_its_own_value_and_all_have_to_be_met() -> None:
    results = [
        result(INSTITUTION, "A", "知晓", 4, 5), result(INSTITUTION, "A", "满意", 1, 1),
        result(INSTITUTION, "B", "知晓", 1, 1), result(INSTITUTION, "B", "满意", 0, 1),
    ]  # fmt: skip
    assert worth(ALL, TWO, results) == ([10_000, 0, 10_000], [])


def test_what_is_not_applicable_is_not_asked_for_and_nothing_applicable_is_an_error() -> None:
    results = [
        result(INSTITUTION, "A", "知晓", 0, 0), result(INSTITUTION, "A", "满意", 1, 1),
        result(INSTITUTION, "B", "知晓", 0, 0), result(INSTITUTION, "B", "满意", 0, 0),
    ]  # fmt: skip
    assert worth(ALL, TWO, results) == ([10_000, 0, 10_000], [("EFFECTIVE_NOT_APPLICABLE", "B")])


def test_a_missing_result_is_told_for_each_indicator_and_is_no_zero() -> None:
    results = [result(INSTITUTION, "A", "知晓", 1, 1)]
    found, told = worth(ALL, TWO, results)
    assert found == [0, 0, 0]
    missing = "EFFECTIVE_RESULT_MISSING"
    assert told == [(missing, "A"), (missing, "B"), (missing, "B")]


def test_at_least_one_of_two_is_enough_where_that_is_declared() -> None:
    results = [
        result(INSTITUTION, "A", "知晓", 0, 1), result(INSTITUTION, "A", "满意", 1, 1),
        result(INSTITUTION, "B", "知晓", 0, 1), result(INSTITUTION, "B", "满意", 0, 1),
    ]  # fmt: skip
    one = policy(EffectiveRule.ALL_THRESHOLDS, INSTITUTION, 1)
    assert worth(one, TWO, results) == ([10_000, 0, 10_000], [])


def test_of_several_periods_the_shortest_that_holds_the_day_decides() -> None:
    year = [result(INSTITUTION, place, name, 1, 1) for place in "AB" for name in ("知晓", "满意")]
    half = result(INSTITUTION, "A", "满意", 0, 1, "2025-H2")
    assert worth(ALL, TWO, [*year, half])[0] == [0, 10_000, 0]
    assert worth(ALL, TWO, [*year, half], day=D("2025-06-30"))[0] == [10_000] * 3


def test_a_composite_makes_each_head_worth_its_coefficient() -> None:
    rate = policy(EffectiveRule.COMPOSITE, TEAM)
    some = contracts(
        [One("J1", "A", "P1", team="T1"), One("J2", "A", "P1", team="T2"), One("J3", "A", "P1")]
    )
    outcomes = [
        Outcome("总", TEAM, team, "2025", D("2025-01-01"), D("2026-01-01"), Fraction(50), value)
        for team, value in (("T1", 7_500), ("T2", 12_000))
    ]
    found, told = worth(rate, some, [], outcomes)
    assert (found, told) == ([7_500, 12_000, 0], [("EFFECTIVE_NO_TEAM", "Q2")])
    assert worth(rate, some, [], outcomes[:1])[1] == [
        ("EFFECTIVE_NO_TEAM", "Q2"),
        ("EFFECTIVE_RESULT_MISSING", "T2"),
    ]


def test_of_a_mean_the_one_in_force_decides() -> None:
    rate = policy(EffectiveRule.COMPOSITE, INSTITUTION)
    some = contracts([One("J1", "A", "P1")])
    year = D("2025-01-01"), D("2026-01-01")
    half = Outcome("总", INSTITUTION, "A", "2025-H2", D("2025-07-01"), year[1], None, 5_000,
                   in_force=False)  # fmt: skip
    mean = Outcome("总", INSTITUTION, "A", "2025", *year, None, 8_000)
    assert worth(rate, some, [], [half, mean])[0] == [8_000]


def test_the_mean_decides_for_a_team_that_is_no_department_too() -> None:
    """None of its outcomes is in force, and the half-year is shorter: the mean counts all the same.

    (60 + 90) / 2 = 75, on each day of the year.
    """
    rate = policy(EffectiveRule.COMPOSITE, TEAM)
    some = contracts([One("J1", "A", "P1", team="T1")])
    mean = Composite(
        "总", TEAM, Dated((Version({"质量": Fraction(100)}),)), period=Length.HALF_YEAR,
        combine=Combine.MEAN, subjects=Subjects(ids=("T1",)),
    )  # fmt: skip
    results = [
        Result(TEAM, "T1", "质量", f"2025-H{half}", score=Fraction(points))
        for half, points in ((1, 60), (2, 90))
    ]
    known = Known(parse_period("2025"), (), {}, Roster.of(()), teams=("T1",))
    assessment = Assessment({"质量": Indicator("质量")}, {"总": mean})
    outcomes = [*Assessing(assessment, results, known).outcomes()]
    assert [one.in_force for one in outcomes] == [False] * 3
    for day in (D("2025-03-31"), DAY):
        assert worth(rate, some, [], outcomes, day)[0] == [7_500]


def test_a_result_ends_with_its_period_and_the_next_one_begins() -> None:
    halves = [
        result(INSTITUTION, place, name, place == "A", 1, "2025-H1")
        for place in "AB"
        for name in ("知晓", "满意")
    ]
    halves += [
        one._replace(numerator=Fraction(1) - (one.numerator or 0), period="2025-H2")
        for one in halves
    ]
    assert worth(ALL, TWO, halves, day=D("2025-06-30"))[0] == [10_000, 0, 10_000]
    assert worth(ALL, TWO, halves, day=D("2025-07-01"))[0] == [0, 10_000, 0]


def test_no_more_is_asked_for_than_is_applicable() -> None:
    results = [
        result(INSTITUTION, place, name, place == "A", name == "满意")
        for place in "AB"
        for name in ("知晓", "满意")
    ]
    two = policy(EffectiveRule.ALL_THRESHOLDS, INSTITUTION, 2)
    assert worth(two, TWO, results) == ([10_000, 0, 10_000], [])


def test_each_contract_passes_tests_of_its_own() -> None:
    each = policy(EffectiveRule.PER_CONTRACT, CONTRACT)
    some = contracts([One("J1", "A", "P1"), One("J2", "A", "P1"), One("J3", "B", "P1")])
    results = [
        result(CONTRACT, "Q0", "知晓", 4, 5), result(CONTRACT, "Q0", "满意", 1, 1),
        result(CONTRACT, "Q1", "知晓", 4, 5), result(CONTRACT, "Q1", "满意", 0, 1),
        result(CONTRACT, "Q2", "知晓", 4, 5),
    ]  # fmt: skip
    assert worth(each, some, results) == ([10_000, 0, 0], [("EFFECTIVE_TESTS_MISSING", "Q2")])


def test_a_contract_to_which_no_test_is_applicable_is_an_error_and_no_zero() -> None:
    each = policy(EffectiveRule.PER_CONTRACT, CONTRACT)
    some = contracts([One("J1", "A", "P1"), One("J2", "A", "P1")])
    names = ("知晓", "满意")
    results = [result(CONTRACT, of, name, 0, 0) for of in ("Q0", "Q1") for name in names]
    assert worth(each, some, results) == ([0, 0], [("EFFECTIVE_NOT_APPLICABLE", "Q0")])


def test_a_resident_with_two_contracts_is_one_head_by_the_one_worth_most() -> None:
    some = contracts(
        [One("J1", "A", "P1"), One("J1", "A", "P1"), One("J1", "B", "P1"), One("J2", "A", "P1")]
    )
    each = np.array([4_000, 9_000, 10_000, 0], np.int64)
    found = effective_of(some, Heads(), PLACES, DAY, year_end(DAY), each)
    assert found.tolist() == [9_000, 10_000, 0]
    once = effective_of(some, Heads(once=True), PLACES, DAY, year_end(DAY), each)
    assert once.tolist() == [4_000, 0, 0]  # the earliest contract of J1, then by its number


@pytest.mark.parametrize("effective", ["", "有效"])
def test_a_fund_counts_signed_or_effective_heads(effective: str) -> None:
    heads = Heads(effective=effective)
    of = counter([HeadCount(heads, DAY, "A", 3, 25_000)], ["A"])
    assert of(heads, DAY) == [Fraction(5, 2) if effective else 3]
