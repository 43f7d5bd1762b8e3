"""Funds by tables, and what all funds have in common: scope, order, payers, refusals.

Faults caught: approvals that vanish, a floor by money that is not recurrent, an assessment that is
missing and counts as 1, a part computed before its whole, half of the problems told.
"""

from dataclasses import replace
from fractions import Fraction

import pytest

from equivalents.errors import RefusedError
from equivalents.fund import money
from equivalents.fundfacts import Facts, coefficients_on
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_day
from equivalents.policy.funds import (
    Dated,
    Floor,
    Fund,
    Given,
    Heads,
    PerEquivalent,
    PerHead,
    Split,
    Tasks,
    Version,
)
from equivalents.policy.funds import Scope as Where
from equivalents.policy.keyrules import Coefficient, Scope
from equivalents.policy.model import Institution
from equivalents.units import print_fen
from tests import funds as made


def share(text: str) -> Dated[Fraction]:
    return Dated((Version(Fraction(text)),))


def refused(*funds: Fund, facts: Facts) -> list[str]:
    with pytest.raises(RefusedError) as caught:
        money(made.scheme(*funds), facts)
    return [problem.code for problem in caught.value.problems]


# -- approved amounts ------------------------------------------------------------------------

APPROVED = (
    made.account("I1", "基建", "approved", "100.01", source="省"),
    made.account("I1", "基建", "approved", "50", source="县"),
    made.account("I1", "基建", "approved", "0.99", source="省"),
    made.account("I1", "别的", "approved", "7"),
    made.account("I1", "基建", "received", "9"),
)


def test_approved_amounts_are_paid_by_their_sources() -> None:
    (due,) = money(made.scheme(made.fund(Given(), "基建")), made.facts(accounts=APPROVED)).dues
    assert made.lines(due) == [
        ("approved:县", "", "50.00", "", "50.00"),
        ("approved:省", "", "101.00", "", "101.00"),
    ]
    assert made.parts(due) == [("县", "50.00"), ("省", "101.00")]


def test_declared_payers_pay_what_was_approved() -> None:
    fund = made.fund(Given(), "基建", payers=made.payers(("中央", 1), ("省", 1)))
    (due,) = money(made.scheme(fund), made.facts(accounts=APPROVED)).dues
    assert made.parts(due) == [("中央", "75.50"), ("省", "75.50")]


def test_an_assessment_multiplies_what_was_approved_and_rounds_once() -> None:
    # 151.00 x 0.9333 = 140.9283; of it 46.6650 and 94.2633: the odd fen goes to the larger part.
    facts = made.facts(accounts=APPROVED, coefficients_e4={("I1", "考核"): 9333})
    (due,) = money(made.scheme(made.fund(Given("考核"), "基建")), facts).dues
    assert made.lines(due) == [
        ("approved:县", "", "50.00", "0.9333", "46.67"),
        ("approved:省", "", "101.00", "0.9333", "94.26"),
    ]
    assert made.parts(due) == [("县", "46.67"), ("省", "94.26")]
    assert refused(made.fund(Given("没有"), "基建"), facts=facts) == ["FUND_COEFFICIENT_MISSING"]


def test_nothing_approved_is_nothing_due() -> None:
    (due,) = money(made.scheme(made.fund(Given(), "设备")), made.facts(accounts=APPROVED)).dues
    assert (due.due_fen, due.lines, due.parts) == (0, (), (("", 0),))


def test_an_approval_that_the_fund_does_not_concern_is_refused() -> None:
    elsewhere = made.fund(Given(), "基建", scope=Where(ids=("I2",)))
    past = made.fund(Given(), "基建", valid_to=parse_day("2025-01-01"))
    facts = made.facts(where=made.places("I1", "I2"), accounts=APPROVED)
    assert refused(elsewhere, facts=facts) == ["FUND_OUT_OF_SCOPE"]
    assert refused(past, facts=facts) == ["FUND_OUT_OF_SCOPE"]


# -- budget mode -----------------------------------------------------------------------------

STANDARDS = {"门诊": made.price("12.5"), "访视": made.price("30")}
TASKS = {
    ("I1", "F", "门诊"): 1_000_500,
    ("I1", "F", "访视"): 10_000,
    ("I1", "G", "访视"): 7_000,
    ("I2", "F", "访视"): 1_000,
}


def test_tasks_less_income_times_assessment() -> None:
    fund = made.fund(Tasks(STANDARDS, "assessment"))
    facts = made.facts(
        tasks_e3=TASKS,
        approved_income_fen={("I1", "F"): 200_000, ("I1", "G"): 5, ("I9", "F"): 1},
        coefficients_e4={("I1", "assessment"): 9_333},
    )
    (due,) = money(made.scheme(fund), facts).dues
    # (1000.5 x 12.50 + 10 x 30 - 2,000.00) x 0.9333 = 10,806.25 x 0.9333 = 10,085.473125
    assert due.due_fen == 1_008_547
    assert [line[:4] for line in due.lines] == [
        ("task:访视", "10.000", "30.0000", "0.9333"),
        ("task:门诊", "1000.500", "12.5000", "0.9333"),
        ("income:approved", "", "-2000.00", "0.9333"),
    ]


@pytest.mark.parametrize(("below_zero", "expected"), [(False, 0), (True, -17_000)])
def test_income_above_the_tasks(below_zero: bool, expected: int) -> None:
    facts = made.facts(
        tasks_e3={("I1", "F", "访视"): 1_000}, approved_income_fen={("I1", "F"): 20_000}
    )
    fund = made.fund(Tasks(STANDARDS, below_zero=below_zero))
    assert money(made.scheme(fund), facts).dues[0].due_fen == expected


def test_tasks_without_a_standard_or_an_assessment_are_refused() -> None:
    facts = made.facts(tasks_e3={("I1", "F", "门诊量"): 1_000})
    assert refused(made.fund(Tasks(STANDARDS, "a")), facts=facts) == [
        "FUND_COEFFICIENT_MISSING",
        "FUND_STANDARD_MISSING",
    ]


# -- the floor -------------------------------------------------------------------------------


@pytest.mark.parametrize(("earned", "expected"), [("60", 4_000), ("100", 0), ("100.01", 0)])
def test_the_floor_is_what_recurrent_income_lacks(earned: str, expected: int) -> None:
    rows = (
        made.account("I1", "人员", "expenditure", "100", recurrent=True),
        made.account("I1", "基建", "expenditure", "1000"),
        made.account("I1", "诊疗", "income", earned, recurrent=True),
        made.account("I1", "捐赠", "income", "5000"),
        made.account("I1", "项目", "project_income", "77", recurrent=True),
    )
    (due,) = money(made.scheme(made.fund(Floor())), made.facts(accounts=rows)).dues
    assert due.due_fen == expected
    assert ("zero" in [line.what for line in due.lines]) is (earned == "100.01")


# -- parts of other funds --------------------------------------------------------------------


def test_a_part_of_a_fund_declared_later_and_a_part_of_that_part() -> None:
    whole = made.fund(PerHead(Heads(), made.price("0.05")), "whole")
    part = made.fund(Split("whole", share("2/5")), "part")
    smaller = made.fund(Split("part", share("1/3")), "smaller")
    facts = made.facts(heads=made.always(25))
    found = money(made.scheme(smaller, part, whole), facts)
    # 1.25, of it 0.50, of it 0.1666; each keeps what its own part leaves.
    assert made.dues(found) == {
        ("I1", "smaller"): "0.17",
        ("I1", "part"): "0.33",
        ("I1", "whole"): "0.75",
    }
    assert [due.fund.name for due in found.dues] == ["smaller", "part", "whole"]
    assert made.lines(found.dues[1]) == [
        ("fund:whole", "", "1.25", "0.4000", "0.50"),
        ("split:smaller", "", "", "", "-0.17"),
    ]
    assert [made.parts(due) for due in found.dues] == [[], [], [("", "1.25")]]
    assert [due.passed for due in found.dues] == [(), (("smaller", 17),), (("part", 50),)]


@pytest.mark.parametrize(
    ("whole", "below_zero", "expected"),
    [("0.05", False, ["0.00", "0.03", "0.02"]), ("-0.05", True, ["0.00", "-0.03", "-0.02"])],
)
def test_halves_are_not_rounded_up_beyond_the_whole(
    whole: str, below_zero: bool, expected: list[str]
) -> None:
    """Two halves of 0.05 are 0.03 and 0.02: the later one takes what is left."""
    parent = made.fund(
        Tasks({"门诊": made.price("0.05")}, below_zero=below_zero),
        "whole",
        payers=made.payers(("甲", 1)),
    )
    one, two = (made.fund(Split("whole", share("1/2")), name) for name in ("b", "a"))
    facts = made.facts(
        tasks_e3={("I1", "whole", "门诊"): 1000},
        approved_income_fen={("I1", "whole"): 10 if below_zero else 0},
    )
    found = money(made.scheme(parent, one, two), facts)
    assert [print_fen(due.due_fen) for due in found.dues] == expected
    assert made.parts(found.dues[0]) == [("甲", whole)]


def test_a_split_of_some_of_the_days_is_refused() -> None:
    whole = made.fund(PerHead(Heads(), made.price("1")), "whole")
    part = made.fund(Split("whole", share("1/2")), "part", valid_from=parse_day("2025-07-01"))
    facts = made.facts(heads=made.always(3))
    assert refused(whole, part, facts=facts) == ["SCHEME_PART_PERIOD"]
    late = made.fund(whole.body, "whole", valid_from=parse_day("2025-07-01"))
    assert made.dues(money(made.scheme(late, part), facts)) == {
        ("I1", "whole"): "1.50",
        ("I1", "part"): "1.50",
    }


def test_a_part_of_what_an_institution_does_not_have_is_nothing() -> None:
    whole = made.fund(PerHead(Heads(), made.price("1")), "whole", scope=Where(ids=("I2",)))
    part = made.fund(Split("whole", share("1/2")), "part")
    facts = made.facts(where=made.places("I1", "I2"), heads=made.always(3, 3))
    assert made.dues(money(made.scheme(whole, part), facts)) == {
        ("I1", "part"): "0.00",
        ("I2", "whole"): "1.50",
        ("I2", "part"): "1.50",
    }


def test_parts_of_each_other_do_not_hang() -> None:
    one, other = (made.fund(Split(of, share("1/2")), of[::-1]) for of in ("ab", "ba"))
    with pytest.raises(ValueError, match="parts of each other"):
        money(made.scheme(one, other), made.facts())


# -- which institutions ----------------------------------------------------------------------

HOSPITAL = Institution("I1", group="plain", kind="卫生院")
CENTRE = Institution("I2", group="mountain", kind="中心")
REMOTE = Institution("I3", group="mountain", kind="卫生院")


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Where(), "I1 I2 I3"),
        (Where(ids=("I3", "I1")), "I1 I3"),
        (Where(groups=("mountain",)), "I2 I3"),
        (Where(groups=("mountain",), kinds=("卫生院",)), "I3"),
        (Where(ids=("I1",), groups=("mountain",)), ""),
    ],
)
def test_a_scope_is_all_that_fit_every_condition(scope: Where, expected: str) -> None:
    fund = made.fund(PerHead(Heads(), made.price("1")), scope=scope)
    facts = made.facts(where=(REMOTE, HOSPITAL, CENTRE), heads=made.always(1, 1, 1))
    found = money(made.scheme(fund), facts)
    assert " ".join(due.institution_id for due in found.dues) == expected
    by_fund = found.by_fund()
    assert " ".join(by_fund.get("F", {})) == expected


def test_an_institution_leaves_a_fund_by_its_own_scope() -> None:
    own = made.fund(PerHead(Heads(), made.price("1")), scope=Where(ids=("I9",)))
    fund = replace(own, scope=Where(), own={"I2": own})
    facts = made.facts(where=made.places("I1", "I2"), heads=made.always(1, 1))
    assert list(made.dues(money(made.scheme(fund), facts))) == [("I1", "F")]


# -- refusals --------------------------------------------------------------------------------


def test_all_that_is_missing_is_told_at_once() -> None:
    heads = made.fund(PerHead(Heads(), Dated(()), coefficient="effective"), "heads")
    nobody = replace(heads, name="payers", payers=Dated((Version((), FIRST_DAY, FIRST_DAY + 1),)))
    tasks = made.fund(Tasks({}))
    facts = made.facts(heads=made.always(1), tasks_e3=TASKS)
    with pytest.raises(RefusedError) as caught:
        money(made.scheme(heads, nobody, tasks), facts)
    told = [(p.value, p.code, p.facts.get("figure", "")) for p in caught.value.problems]
    assert told == [
        ("heads", "FUND_COEFFICIENT_MISSING", ""),
        ("heads", "FUND_FIGURE_MISSING", "rate"),
        ("payers", "FUND_COEFFICIENT_MISSING", ""),
        ("payers", "FUND_FIGURE_MISSING", "rate"),
        ("payers", "FUND_FIGURE_MISSING", "payers"),
        ("F", "FUND_STANDARD_MISSING", ""),
        ("F", "FUND_STANDARD_MISSING", ""),
    ]
    assert all("{" not in str(problem) for problem in caught.value.problems)


def test_an_amount_beyond_any_county_is_refused() -> None:
    fund = made.fund(PerHead(Heads(), made.price("99999999")))
    facts = made.facts(heads=made.always(10**8))
    assert refused(fund, facts=facts) == ["FUND_TOO_LARGE"]


def test_a_missing_budget_is_refused() -> None:
    work = {"purchase": made.work(("I1", "A", "2025-01", "1", "1"))}
    floating = made.fund(PerEquivalent("purchase", floating=True))
    assert refused(floating, facts=made.facts(work=work)) == ["FUND_FIGURE_MISSING"]


def test_a_scheme_without_funds_owes_nothing() -> None:
    assert money(made.scheme(), made.facts()).dues == ()


# -- coefficients of a day -------------------------------------------------------------------


def test_coefficients_of_institutions_on_a_day() -> None:
    first, last = parse_day("2025-01-01"), parse_day("2025-12-31")
    rows = [
        Coefficient(Scope.INSTITUTION, "I1", "a", 9_000, first, last, institution_id="I1"),
        Coefficient(Scope.INSTITUTION, "I1", "a", 8_000, last, LAST_DAY, institution_id="I1"),
        Coefficient(Scope.POSTING, "P@I1", "a", 7_000, first, LAST_DAY, "P", "I1"),
        Coefficient(Scope.INSTITUTION, "I2", "b", 5_000, first, last, institution_id="I2"),
    ]
    assert coefficients_on(rows, last) == {("I1", "a"): 8_000}
    assert coefficients_on(rows, first) == {("I1", "a"): 9_000, ("I2", "b"): 5_000}
