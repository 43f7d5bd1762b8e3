"""What components pay before the pools, one rule at a time, without files (D4, B9; 5.3, 5.19).

Faults seen to be caught: the rest of a release carried that is to be retained, a release of pools
that nobody named, a coefficient of exactly 1 refused, withheld money released and still waiting, a
bonus or an adjustment of a contract worker counted in the pay cap, a correction of released money
counted a second time, a month of an allowance before it was in force, a fund outside the cap that
counts by way of a component.
"""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from equivalents.components import FixedPay, fixed_pay
from equivalents.componentsources import counted_in_cap
from equivalents.errors import RefusedError
from equivalents.policy.calendar import LAST_DAY, parse_day, parse_period
from equivalents.policy.components import (
    Adjustment,
    Bonus,
    Component,
    ComponentKind,
    PayRows,
    Rest,
)
from equivalents.policy.funds import Dated, Fund, Given, Version
from equivalents.policy.keyrules import Coefficient, KeyRules, Scope, WithheldBefore
from equivalents.policy.model import CaseRules, Institution, Posting, WeightRow
from equivalents.policy.scheme import PayCap, Scheme
from equivalents.tally import Plan

pytestmark = pytest.mark.rules("D4", "B9")
PERIOD = parse_period("2025-H1")
APRIL = parse_day("2025-04-01")
RELEASE = Component("兑现", ComponentKind.RELEASE, pools=("甲",), coefficient="考核")
BONUS = Component("奖", ComponentKind.BONUS)
STAFF = (
    Posting("P1", "I1", 0, LAST_DAY, employment_type="在编"),
    Posting("P2", "I1", 0, LAST_DAY, employment_type="合同工"),
    # P3 was a contract worker before the period, P4 in the cap before it.
    Posting("P3", "I1", 0, PERIOD.start, "a", employment_type="合同工"),
    Posting("P3", "I1", PERIOD.start, LAST_DAY, "b", employment_type="在编"),
    Posting("P4", "I1", 0, PERIOD.start, "a", employment_type="在编"),
    Posting("P4", "I1", PERIOD.start, APRIL, "b", employment_type="合同工"),
    Posting("P5", "I1", 0, APRIL, "a", employment_type="在编"),
    Posting("P5", "I1", APRIL, LAST_DAY, "b", employment_type="合同工"),
)
WITHHELD = (
    WithheldBefore("I1", "乙", "P1", 700),
    WithheldBefore("I1", "甲", "P1", 1001),
)


def rules(
    *components: Component,
    withheld: Sequence[WithheldBefore] = (),
    value_e4: int = 8_000,
    pay_rows: PayRows | None = None,
) -> CaseRules:
    by_name = {one.name: one for one in components}
    row = Coefficient(Scope.PERSON, "P1", "考核", value_e4, 0, LAST_DAY, "P1")
    return CaseRules(
        PERIOD,
        (Institution("I1"),),
        STAFF,
        (WeightRow("pay", "A", 10_000, 0, LAST_DAY),),
        (),
        key_rules=KeyRules((row,), withheld=tuple(withheld)),
        scheme=Scheme("s", components=by_name, pay_cap=PayCap(outside_types=("合同工",))),
        pay_rows=pay_rows,
    )


def fixed(case: CaseRules) -> FixedPay:
    return fixed_pay(case, Plan(case), ())


@pytest.mark.parametrize(("rest", "kept"), [(Rest.RETAIN, (200, 0)), (Rest.CARRY, (0, 200))])
def test_a_release_pays_of_its_own_pools_and_the_rest_stays_as_declared(
    rest: Rest, kept: tuple[int, int]
) -> None:
    found = fixed(rules(replace(RELEASE, rest=rest), withheld=WITHHELD))
    (one,) = found.paid
    # 10.01 x 0.8 = 8.008: 8.01 are paid, 2.00 are left; what pool 乙 withheld waits.
    assert (one.amount_fen, one.retained_fen, one.carried_fen) == (801, *kept)
    assert [(row.pool, row.amount_fen) for row in found.waiting] == [("乙", 700)]


def test_all_that_a_release_pays_of_waits_no_longer() -> None:
    found = fixed(rules(replace(RELEASE, pools=()), withheld=WITHHELD, value_e4=10_000))
    assert [one.amount_fen for one in found.paid] == [1701]
    assert found.waiting == ()
    with pytest.raises(RefusedError) as caught:
        fixed(rules(RELEASE, withheld=WITHHELD, value_e4=10_001))
    assert [one.code for one in caught.value.problems] == ["RELEASE_ABOVE_ONE"]


def test_a_bonus_goes_by_the_postings_of_the_period_else_by_the_last() -> None:
    bonuses = tuple(Bonus("I1", person, "奖", 100) for person in ("P1", "P2", "P3", "P4", "P5"))
    case = rules(BONUS, pay_rows=PayRows(bonuses=bonuses))
    assert case.scheme is not None
    # P1, P3 and P5 (to April) count; P2 is a contract worker, P4 became one before the period.
    assert counted_in_cap(case.scheme, fixed(case).paid) == {"I1": (("奖", 300),)}


def test_a_correction_counts_in_the_cap_by_what_pays_it() -> None:
    rows = (
        Adjustment("I1", "兑现", "P1", "2024", "兑现", 500),  # was in the cap when withheld
        Adjustment("I1", "奖", "P1", "2024", "奖", 30),
        Adjustment("I1", "奖", "P2", "2024", "奖", 7),
    )
    case = rules(RELEASE, BONUS, pay_rows=PayRows(adjustments=rows))
    assert case.scheme is not None
    found = fixed(case).paid
    assert sum(one.amount_fen for one in found) == 537
    assert counted_in_cap(case.scheme, found) == {"I1": (("adjustment", 30),)}


@pytest.mark.parametrize("in_cap", [True, False])
def test_a_fund_outside_the_cap_is_outside_it_by_a_component_too(in_cap: bool) -> None:
    case = rules(replace(BONUS, fund="F"), pay_rows=PayRows((Bonus("I1", "P1", "奖", 100),)))
    assert case.scheme is not None
    scheme = replace(case.scheme, funds={"F": Fund("F", Given(), in_cap=in_cap)})
    wanted = {"I1": (("奖", 100),)} if in_cap else {}
    assert counted_in_cap(scheme, fixed(case).paid) == wanted


def test_an_allowance_of_whole_months_begins_with_its_first_day_in_force() -> None:
    rate = Dated((Version(1_000_000, 0, LAST_DAY),))
    one = Component("津贴", ComponentKind.ALLOWANCE, rate_e4=rate, valid_from=APRIL)
    paid = {each.person_id: each.amount_fen for each in fixed(rules(one)).paid}
    # April to June for who is there; P4 left on 1 April.
    assert paid == {"P1": 30_000, "P2": 30_000, "P3": 30_000, "P5": 30_000}
