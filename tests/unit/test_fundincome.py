"""Money of funds in the business account: what is due against what is booked (B7, B8).

Faults caught: a fund whose income never reached the account, a title that is not known, an account
kept by what was received taken for a fault, a floor that pays what another fund owes already.
"""

from dataclasses import replace
from fractions import Fraction

import pytest

from equivalents.errors import Problem
from equivalents.fund import money
from equivalents.fundfacts import Due, Money
from equivalents.fundincome import reconciled
from equivalents.policy.accounts import Account
from equivalents.policy.funds import Dated, Floor, Fund, Given, Split, Version
from equivalents.units import print_fen
from tests import funds as made

pytestmark = pytest.mark.rules("B7", "B8")
FUND = made.fund(Given(), "fee", title="签约服务费")
SPENT = made.account("I1", "日常", "expenditure", "500", recurrent=True)


def compared(*rows: Account, fund: Fund = FUND, received: int = 0) -> list[Problem]:
    dues = Money((Due("I1", fund, 156_000, (), (("县", 156_000),)),))
    return [*reconciled(dues, rows, {("I1", "fee"): received}, {("I1", "fee"): 6_000})]


@pytest.mark.parametrize("line", ["fee", "fee收入", "签约服务费", "签约服务费收入"])
def test_income_that_is_due_and_booked_is_told_by_code_and_title(line: str) -> None:
    assert compared(SPENT, made.account("I1", line, "income", "1500")) == []
    assert compared(SPENT, made.account("I1", "财政", "income", "1500", source=line)) == []


def test_a_difference_is_told_with_both_figures() -> None:
    (problem,) = compared(SPENT, made.account("I1", "fee", "income", "5"))
    assert (problem.code, problem.severity) == ("FUND_INCOME_DIFFERS", "warning")
    figures = [problem.facts[name] for name in ("due", "booked", "difference")]
    assert figures == ["1500.00", "5.00", "1495.00"]


def test_an_account_may_be_kept_by_what_was_received() -> None:
    row = made.account("I1", "fee", "income", "900")
    assert compared(row, received=96_000) == []
    assert len(compared(row, received=96_001)) == 1
    # Nothing came yet, or no more than the pool: nothing can be booked.
    assert compared(SPENT) == compared(SPENT, received=6_000) == []
    assert [one.facts["booked"] for one in compared(SPENT, received=6_001)] == ["0.00"]


def test_what_is_no_income_or_has_no_account_is_not_compared() -> None:
    assert compared(SPENT, fund=replace(FUND, income=False)) == []
    assert compared(made.account("I1", "fee", "received", "5")) == []
    assert compared(replace(SPENT, institution_id="I2")) == []


def floor_due(*rows: Account, income: bool = True, count: bool = True) -> str:
    given = made.fund(Given(), "fee", title="签约服务费", income=income)
    half = Dated((Version(Fraction(1, 2)),))
    part = made.fund(Split("floor", half), "part")
    scheme = made.scheme(made.fund(Floor(count), "floor"), part, given)
    approved = made.account("I1", "fee", "approved", "120", source="县")
    found = money(scheme, made.facts(accounts=(SPENT, approved, *rows)))
    # what is left of the floor, and the part that came out of it
    dues = [one.due_fen for one in found.dues if one.fund.name in ("floor", "part")]
    return print_fen(sum(dues))


def test_a_floor_counts_what_other_funds_owe_as_income() -> None:
    # 500.00 - 120.00 that is due; a part of the floor itself is not its income
    assert floor_due() == "380.00"
    assert floor_due(income=False) == "500.00"
    assert floor_due(count=False) == "500.00"


def test_a_fund_that_is_booked_counts_by_its_row() -> None:
    row = made.account("I1", "签约服务费", "income", "100", recurrent=True)
    assert floor_due(row) == "400.00"
    assert floor_due(replace(row, recurrent=False)) == "500.00"


def test_every_fund_is_looked_for_in_all_rows() -> None:
    # 500.00 spent; 30.00, 20.00 and 10.00 came in, of which the second and first are of funds.
    funds = [made.fund(Given(), name, title=title) for name, title in (("a", ""), ("b", "公卫"))]
    scheme = made.scheme(*funds, made.fund(Floor(), "floor"))
    rows = [
        made.account("I1", line, "income", amount, recurrent=True)
        for line, amount in (("公卫收入", "30"), ("a收入", "20"), ("挂号", "10"))
    ]
    approved = [made.account("I1", name, "approved", "120", source="县") for name in "ab"]
    found = money(scheme, made.facts(accounts=(SPENT, *approved, *rows)))
    assert [one.due_fen for one in found.dues if one.fund.name == "floor"] == [44_000]


def test_what_a_split_takes_is_income_only_where_the_split_is() -> None:
    half = Dated((Version(Fraction(1, 2)),))
    fee = made.fund(Given(), "fee")
    approved = made.account("I1", "fee", "approved", "120", source="县")
    for income, left in ((False, 44_000), (True, 38_000)):
        part = made.fund(Split("fee", half), "part", income=income)
        scheme = made.scheme(fee, part, made.fund(Floor(), "floor"))
        found = money(scheme, made.facts(accounts=(SPENT, approved)))
        assert [one.due_fen for one in found.dues if one.fund.name == "floor"] == [left]
