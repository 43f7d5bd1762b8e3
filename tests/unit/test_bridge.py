"""Pools out of money: only by a declared rule, never above its source, never used twice (D0, B7).

Faults caught: a share rounded down, a fen paid twice where two halves are rounded up, costs that
make a pool negative, money that is both income of the surplus and a pool.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from equivalents.bridge import Bridged, bridge_problems, bridged
from equivalents.errors import Problem, RefusedError
from equivalents.fundfacts import Money
from equivalents.policy.accounts import Account
from equivalents.policy.calendar import LAST_DAY, parse_day, parse_period
from equivalents.policy.funds import Dated, Given, Version
from equivalents.policy.model import CaseRules, Pool, WeightRow
from equivalents.policy.scheme import Bridge, BridgeRule, Scheme
from tests import funds as made

pytestmark = pytest.mark.rules("D0")
PERIOD = parse_period("2025")
PERCENT, AFTER = BridgeRule.PERCENT, BridgeRule.AFTER_COSTS


def share(text: str, valid_to: int = LAST_DAY) -> Dated[Fraction]:
    return Dated((Version(Fraction(text), valid_to=valid_to),))


def scheme(*bridges: Bridge, **more: bool) -> Scheme:
    funds = {one.fund: made.fund(Given(), one.fund, **more) for one in bridges if one.fund}
    return Scheme("示例", funds=funds, bridges={one.pool: one for one in bridges})


def pools(
    money: Money, *bridges: Bridge, accounts: Sequence[Account] = ()
) -> dict[tuple[str, str], int]:
    found = bridged(scheme(*bridges), money, accounts, PERIOD)
    return {(one.institution_id, one.bridge.pool): one.pool_fen for one in found}


def refused(money: Money, *bridges: Bridge) -> list[Problem]:
    with pytest.raises(RefusedError) as caught:
        bridged(scheme(*bridges), money, (), PERIOD)
    return [*caught.value.problems]


def test_all_of_a_fund_becomes_the_pool_of_each_institution() -> None:
    money = made.owed(("I1", "签约", "100.01"), ("I2", "签约", "0"), ("I1", "购买", "7"))
    assert pools(money, Bridge("p", "签约")) == {("I1", "p"): 10_001, ("I2", "p"): 0}


@pytest.mark.parametrize(
    ("due", "part", "expected"),
    [("100.01", "1/2", 5_001), ("100.01", "0.7", 7_001), ("0.01", "0.49", 0), ("10", "2/3", 667)],
)
def test_a_share_is_rounded_half_up(due: str, part: str, expected: int) -> None:
    # 50.005 -> 50.01; 70.007 -> 70.01; 0.0049 -> 0.00; 6.666.. -> 6.67
    money = made.owed(("I1", "签约", due))
    bridge = Bridge("p", "签约", rule=PERCENT, share=share(part))
    assert pools(money, bridge) == {("I1", "p"): expected}


def test_two_halves_that_are_rounded_up_do_not_overdraw() -> None:
    halves = [Bridge(name, "签约", rule=PERCENT, share=share("1/2")) for name in ("b", "a")]
    # 50.005 each: the first by name is rounded up, the other takes what is left.
    money = made.owed(("I1", "签约", "100.01"))
    assert pools(money, *halves) == {("I1", "a"): 5_001, ("I1", "b"): 5_000}


def test_shares_above_the_whole_are_refused() -> None:
    parts = [Bridge(name, "签约", rule=PERCENT, share=share("0.6")) for name in ("a", "b")]
    (problem,) = refused(made.owed(("I1", "签约", "100")), *parts)
    assert problem.code == "BRIDGE_OVERDRAWN"
    assert (problem.facts["amount"], problem.facts["left"]) == ("60.00", "40.00")


def test_shares_above_the_whole_are_refused_also_by_a_part_of_a_fen() -> None:
    rows = [made.account("I1", "总量", "approved", "4")]
    parts = [
        Bridge(name, approved_line="总量", rule=PERCENT, share=share(part))
        for name, part in (("a", "0.5"), ("b", "0.5001"))
    ]
    # 200 + 200.04 fen: what is left of 400 is not what was asked for
    with pytest.raises(RefusedError) as caught:
        bridged(scheme(*parts), Money(()), rows, PERIOD)
    assert [problem.code for problem in caught.value.problems] == ["BRIDGE_OVERDRAWN"]


COSTS = (
    made.account("I1", "药品", "expenditure", "30.01"),
    made.account("I1", "药品", "project_expenditure", "10"),
    made.account("I1", "车辆", "expenditure", "5"),
    made.account("I2", "药品", "expenditure", "200"),
    made.account("I1", "药品", "paid", "1"),
)


@pytest.mark.parametrize(("part", "first"), [(None, 5_999), ("1/2", 3_000)])
def test_costs_are_taken_off_first_and_never_below_zero(part: str | None, first: int) -> None:
    # 100.00 - 30.01 - 10.00 = 59.99, half of it 29.995 -> 30.00; 100 - 200 is no pool.
    money = made.owed(("I1", "签约", "100"), ("I2", "签约", "100"))
    bridge = Bridge(
        "p", "签约", rule=AFTER, cost_lines=("药品", "药品"), share=share(part) if part else None
    )
    assert pools(money, bridge, accounts=COSTS) == {("I1", "p"): first, ("I2", "p"): 0}


def test_an_approved_total_is_shared_by_its_incentive_part() -> None:
    accounts = (
        made.account("I1", "总量", "approved", "1000"),
        made.account("I1", "总量", "approved", "0.50", source="县"),
        made.account("I2", "总量", "income", "9"),
    )
    bridge = Bridge("p", approved_line="总量", rule=PERCENT, share=share("0.4"))
    # 1000.50 x 0.4 = 400.20; nothing was approved for I2
    assert pools(Money(()), bridge, accounts=accounts) == {("I1", "p"): 40_020}


def test_money_below_zero_is_no_pool() -> None:
    (problem,) = refused(made.owed(("I1", "签约", "-0.01")), Bridge("p", "签约"))
    assert problem.code == "BRIDGE_NEGATIVE"


def test_a_share_is_that_of_the_last_day() -> None:
    july = parse_day("2025-07-01")
    both = Dated((Version(Fraction(1, 2), valid_to=july), Version(Fraction(1, 4), july)))
    money = made.owed(("I1", "签约", "100"))
    assert pools(money, Bridge("p", "签约", rule=PERCENT, share=both)) == {("I1", "p"): 2_500}


@pytest.mark.parametrize("dated", [None, share("1/2", valid_to=parse_day("2025-12-31"))])
def test_a_missing_share_is_refused(dated: Dated[Fraction] | None) -> None:
    bridge = Bridge("p", "签约", rule=PERCENT, share=dated)
    (problem,) = refused(made.owed(("I1", "签约", "100")), bridge)
    assert (problem.code, problem.facts["day"]) == ("BRIDGE_FIGURE_MISSING", "2025-12-31")


def test_a_bridge_for_a_part_of_the_period_is_refused_and_one_outside_makes_nothing() -> None:
    money = made.owed(("I1", "签约", "100"))
    (problem,) = refused(money, Bridge("p", "签约", valid_to=parse_day("2025-12-31")))
    assert problem.code == "SCHEME_PART_PERIOD"
    assert pools(money, Bridge("p", "签约", valid_to=parse_day("2025-01-01"))) == {}
    assert pools(money, Bridge("p", "签约", valid_from=parse_day("2026-01-01"))) == {}


@pytest.mark.parametrize(
    ("fund", "bridge", "counts"),
    [(True, True, True), (True, False, False), (False, True, False)],
)
def test_a_pool_counts_in_the_cap_where_fund_and_bridge_say_so(
    fund: bool, bridge: bool, counts: bool
) -> None:
    money = made.owed(("I1", "签约", "100"))
    (one,) = bridged(scheme(Bridge("p", "签约", in_cap=bridge), in_cap=fund), money, (), PERIOD)
    assert one.in_cap is counts


# -- what stands against pools -----------------------------------------------------------------


def stands(
    one: Scheme,
    found: Sequence[Bridged],
    given: Sequence[Pool] = (),
    accounts: Sequence[Account] = (),
) -> list[Problem]:
    weights = (WeightRow("pay", "X", 10_000, 0, 1), WeightRow("purchase", "X", 10_000, 0, 1))
    rules = CaseRules(PERIOD, (), (), weights, (), accounts=tuple(accounts))
    return bridge_problems(one, found, given, rules)


def said(
    one: Scheme,
    found: Sequence[Bridged],
    given: Sequence[Pool] = (),
    accounts: Sequence[Account] = (),
) -> list[tuple[str, str]]:
    return [(p.code, p.value) for p in stands(one, found, given, accounts)]


MONEY = made.owed(("I1", "签约", "100"))


def outside(one: Scheme) -> Scheme:
    """The scheme with a fund that is no income of the institution, and has a title."""
    own = replace(one.funds["签约"], income=False, title="签约服务费")
    return replace(one, funds={**one.funds, "签约": own})


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("签约", ""),
        ("财政", "签约"),
        ("签约", "签约"),
        ("签约服务费", ""),
        ("签约服务费收入", ""),
        ("财政", "签约服务费"),
    ],
)
def test_money_is_never_both_income_and_a_pool(line: str, source: str) -> None:
    one = outside(scheme(Bridge("p", "签约")))
    found = bridged(one, MONEY, (), PERIOD)
    row = made.account("I1", line, "income", "100", source=source)
    assert said(one, found, accounts=[row]) == [("FUND_TWICE", "签约")]
    assert said(one, found, accounts=[replace(row, institution_id="I2")]) == []
    assert said(one, found, accounts=[replace(row, kind="received")]) == []
    assert said(one, found, accounts=[replace(row, line="签约服务", source="")]) == []


def test_income_that_becomes_a_pool_as_a_whole_is_refused() -> None:
    one = scheme(Bridge("p", "签约"))
    found = bridged(one, MONEY, (), PERIOD)
    assert said(one, found) == [("FUND_ALL_INCOME", "签约")]


def test_an_institutions_own_layer_makes_no_income_of_a_pool() -> None:
    one = outside(scheme(Bridge("p", "签约")))
    found = bridged(one, MONEY, (), PERIOD)
    fund = one.funds["签约"]
    own = replace(fund, own={"I1": replace(fund, income=True)})
    assert said(one, found) == []
    assert said(replace(one, funds={**one.funds, "签约": own}), found) == [
        ("FUND_ALL_INCOME", "签约")
    ]


@pytest.mark.parametrize(("booked", "codes"), [("30", []), ("30.01", [("FUND_TWICE", "签约")])])
def test_of_a_fund_of_income_the_rest_may_stand_in_the_account(
    booked: str, codes: list[tuple[str, str]]
) -> None:
    one = scheme(Bridge("p", "签约", rule=PERCENT, share=share("0.7")))
    found = bridged(one, MONEY, (), PERIOD)
    rows = [made.account("I1", "签约", "income", booked)]
    assert said(one, found, accounts=rows) == codes
    for problem in stands(one, found, accounts=rows):
        assert (problem.facts["booked"], problem.facts["room"]) == ("30.01", "30.00")


def test_whether_a_fund_is_income_is_asked_of_the_institution() -> None:
    one = outside(scheme(Bridge("p", "签约", rule=PERCENT, share=share("0.7"))))
    found = bridged(one, MONEY, (), PERIOD)
    fund = one.funds["签约"]
    inside = replace(one, funds={"签约": replace(fund, own={"I1": replace(fund, income=True)})})
    row = [made.account("I1", "签约", "income", "30")]
    assert said(one, found, accounts=row) == [("FUND_TWICE", "签约")]
    assert said(inside, found, accounts=row) == []


def test_costs_that_lower_pool_and_surplus_are_said() -> None:
    one = scheme(Bridge("p", "签约", rule=AFTER, cost_lines=("药品",)))
    found = bridged(one, MONEY, COSTS, PERIOD)
    assert said(one, found, accounts=COSTS) == [("COSTS_TWICE", "药品")]


def test_a_pool_is_made_or_given_not_both() -> None:
    one = outside(scheme(Bridge("p", "签约")))
    found = bridged(one, MONEY, (), PERIOD)
    assert said(one, found, [Pool("I1", "p", "pay", 1)]) == [("BRIDGE_POOL_GIVEN", "I1")]
    assert said(one, found, [Pool("I2", "p", "pay", 1), Pool("I1", "q", "pay", 1)]) == []


def test_a_pool_without_any_source_is_said() -> None:
    later = Bridge("q", "未来", valid_from=parse_day("2026-01-01"))
    one = scheme(Bridge("p", approved_line="总量"), later)
    assert said(one, bridged(one, MONEY, (), PERIOD)) == [("BRIDGE_EMPTY", "p")]


def test_a_pool_takes_its_series_else_pay() -> None:
    one = outside(scheme(Bridge("p", "签约"), Bridge("q", approved_line="总量", series="购买")))
    rows = [made.account("I1", "总量", "approved", "5")]
    found = bridged(one, MONEY, rows, PERIOD)
    assert [made_.pool(("pay", "purchase")).series for made_ in found] == ["pay", "购买"]
    assert found[0].pool(("purchase",)).series == "purchase"
    assert said(one, found) == [("BRIDGE_SERIES", "q")]
