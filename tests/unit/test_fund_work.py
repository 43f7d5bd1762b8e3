"""Funds by work: fixed and floating prices, groups, tiers, adjustment, offset, budgets, channels.

Faults caught: a floating price that is rounded and then used, an adjustment rounded factor by
factor, an item bought without its share, work priced by the wrong month, a sum above its budget.
"""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from equivalents.errors import RefusedError
from equivalents.fund import money
from equivalents.policy.accounts import Account
from equivalents.policy.calendar import parse_day
from equivalents.policy.funds import (
    Dated,
    Fund,
    OverBudget,
    PerEquivalent,
    PerItem,
    PriceTier,
    Scope,
    Version,
)
from equivalents.policy.model import Institution
from equivalents.units import print_e4, print_fen
from tests import funds as made
from tests.build.tables import read
from tests.funds import bought, codes, one, totals

DATA = Path(__file__).resolve().parents[1] / "data" / "chinese_centres"


def by_equivalents(**body: object) -> Fund:
    return made.fund(PerEquivalent("purchase", **body))  # type: ignore[arg-type]


EQUAL = made.work(
    ("I1", "A", "2025-01", "1", "0.125"),
    ("I1", "B", "2025-02", "1", "10"),
    ("I2", "A", "2025-03", "1", "10.0000001"),
)

# -- a fixed price ---------------------------------------------------------------------------


def test_a_fixed_price_rounds_once_half_up_for_each_institution() -> None:
    found = money(made.scheme(by_equivalents(price_e4=made.price("0.2"))), bought(EQUAL))
    # 10.125 x 0.2 = 2.025 -> 2.03; 10.0000001 x 0.2 = 2.00000002 -> 2.00; no work, 0.00
    assert totals(found) == ["2.03", "2.00", "0.00"]
    assert made.lines(found.dues[0]) == [("equivalents", "10.1250000", "0.2000", "", "2.03")]
    assert made.lines(found.dues[2]) == []


def test_prices_by_institution_group() -> None:
    where = (Institution("I1", group="plain"), Institution("I2", group="mountain"))
    fund = by_equivalents(group_prices_e4={"plain": made.price("2"), "mountain": made.price("3")})
    assert totals(money(made.scheme(fund), bought(EQUAL, where=where))) == ["20.25", "30.00"]
    only = by_equivalents(group_prices_e4={"plain": made.price("2")})
    with pytest.raises(RefusedError) as refused:
        money(made.scheme(only), bought(EQUAL, where=where))
    assert codes(refused) == ["FUND_PRICE_MISSING"]
    rest = by_equivalents(group_prices_e4={"plain": made.price("2")}, price_e4=made.price("1"))
    assert totals(money(made.scheme(rest), bought(EQUAL, where=where))) == ["20.25", "10.00"]


@pytest.mark.parametrize(
    ("equivalents", "expected"),
    [("99.9999999", "499.9999995"), ("100", "400"), ("250", "1000"), ("1000", "3000")],
)
def test_a_scale_tier_prices_the_whole_and_includes_its_bound(
    equivalents: str, expected: str
) -> None:
    prices = (("0", "5"), ("100", "4"), ("1000", "3"))
    tiers = tuple(PriceTier(int(Fraction(t) * 10**7), made.price(p)) for t, p in prices)
    work = made.work(("I1", "A", "2025-01", "1", equivalents))
    due = one(by_equivalents(tiers=tiers[::-1]), bought(work))
    assert due.due_fen == round(Fraction(expected) * 100)


@pytest.mark.parametrize(("below_zero", "due"), [(False, "0.00"), (True, "-7.50")])
def test_below_the_first_tier_its_price_holds_and_the_amount_is_not_below_zero(
    below_zero: bool, due: str
) -> None:
    """More taken back than done, as a correction of last year leaves it (5.12, 5.13)."""
    tiers = (PriceTier(10**9, made.price("4")), PriceTier(0, made.price("5")))
    work = made.work(("I1", "A", "2025-01", "1", "-1.5"), ("I2", "A", "2025-01", "1", "100"))
    fund = by_equivalents(tiers=tiers, below_zero=below_zero)
    assert totals(money(made.scheme(fund), bought(work)))[:2] == [due, "400.00"]


def test_the_adjustment_is_the_product_rounded_once() -> None:
    fund = by_equivalents(price_e4=made.price("100"), coefficients=("remote", "assessment"))
    kinds = {("I1", "remote"): 10_500, ("I1", "assessment"): 9_871}
    facts = bought(EQUAL, where=made.places("I1"), coefficients_e4=kinds)
    # 1.05 x 0.9871 = 1.036455 -> 1.0365; 10.125 x 100 x 1.0365 = 1,049.45625 -> 1,049.46
    due = one(fund, facts)
    assert made.lines(due) == [("equivalents", "10.1250000", "100.0000", "1.0365", "1049.46")]
    only = bought(EQUAL, where=made.places("I1"), coefficients_e4={("I1", "remote"): 10_500})
    with pytest.raises(RefusedError, match="FUND_COEFFICIENT_MISSING"):
        one(fund, only)


def income(line: str, yuan: str, kind: str = "income") -> Account:
    return made.account("I1", line, kind, yuan)


@pytest.mark.parametrize(("below_zero", "expected"), [(False, "0.00"), (True, "-97.97")])
def test_the_income_offset_does_not_go_below_zero(below_zero: bool, expected: str) -> None:
    rows = (
        income("诊疗", "60"),
        income("药品", "40"),
        income("别的", "7"),
        income("诊疗", "9", "expenditure"),
    )
    fund = by_equivalents(
        price_e4=made.price("0.2"), offset_lines=("诊疗", "药品"), below_zero=below_zero
    )
    due = one(fund, bought(EQUAL, accounts=rows))
    assert print_fen(due.due_fen) == expected
    assert made.lines(due)[1:3] == [
        ("income:诊疗", "", "", "", "-60.00"),
        ("income:药品", "", "", "", "-40.00"),
    ]


@pytest.mark.rules("B2", "B4a")
@pytest.mark.parametrize("floating", [False, True])
def test_charges_that_a_scheme_names_come_off_as_income(floating: bool) -> None:
    charges = {("I1", "CALL"): 30, ("I1", "BED"): 20, ("I1", "X"): 7, ("I2", "CALL"): 9}
    fund = by_equivalents(
        price_e4=None if floating else made.price("0.2"),
        floating=floating,
        budget_fen=made.budget("2.03") if floating else None,
        offset_charges=("CALL", "BED", "CALL"),
        offset_lines=("诊疗", "诊疗"),
    )
    facts = bought(EQUAL, charges_fen=charges, accounts=(income("诊疗", "0.13"),))
    due = money(made.scheme(fund), facts).dues[0]
    first, *taken = made.lines(due)
    assert [(line[0], line[4]) for line in taken] == [
        ("income:诊疗", "-0.13"), ("charges:CALL", "-0.30"), ("charges:BED", "-0.20"),
    ]  # fmt: skip
    # 10.125 equivalents x 0.20 = 2.025 -> 2.03; of two with equal keys half the budget, 1.02.
    assert first[4] == ("1.02" if floating else "2.03")
    assert due.due_fen == (102 if floating else 203) - 13 - 30 - 20


def test_a_price_that_changes_is_that_of_the_month_of_service() -> None:
    fund = by_equivalents(price_e4=made.prices(d2025_01_01="1", d2025_02_01="2"))
    due = one(fund, bought(EQUAL))
    # 0.125 + 20.00 = 20.125 -> 20.13, once; the half fen of the first line takes it.
    assert made.lines(due) == [
        ("equivalents", "0.1250000", "1.0000", "", "0.13"),
        ("equivalents", "10.0000000", "2.0000", "", "20.00"),
    ]
    assert due.due_fen == 2013


def test_a_change_within_a_month_is_refused() -> None:
    price = by_equivalents(price_e4=made.prices(d2025_01_01="1", d2025_02_10="2"))
    starts = replace(by_equivalents(price_e4=made.price("1")), valid_from=parse_day("2025-01-02"))
    items = made.fund(PerItem("purchase", {"A": made.prices(d2025_01_15="1")}))
    for fund in (price, starts, items):
        with pytest.raises(RefusedError) as refused:
            money(made.scheme(fund), bought(EQUAL))
        assert "FUND_MID_MONTH" in codes(refused)


def test_work_counts_in_the_months_a_fund_is_in_force() -> None:
    fund = by_equivalents(price_e4=made.price("1"))
    late = replace(fund, valid_from=parse_day("2025-02-01"))
    assert totals(money(made.scheme(late), bought(EQUAL))) == ["10.00", "10.00", "0.00"]
    early = replace(fund, valid_to=parse_day("2025-02-01"))
    assert totals(money(made.scheme(early), bought(EQUAL))) == ["0.13", "0.00", "0.00"]


# -- a floating price ------------------------------------------------------------------------

THIRDS = made.work(*((place, "A", "2025-01", "1", "1") for place in ("I1", "I2", "I3")))


def test_a_floating_price_is_shown_and_the_budget_shared() -> None:
    fund = by_equivalents(floating=True, budget_fen=made.budget("100"))
    found = money(made.scheme(fund), bought(THIRDS))
    # 100.00 / 3 is 33.3333 a head: used, it would leave a fen; shared, the first gets it.
    assert totals(found) == ["33.34", "33.33", "33.33"]
    assert {name: print_e4(price) for name, price in found.floating_e4.items()} == {"F": "33.3333"}
    assert made.lines(found.dues[0]) == [("equivalents", "1.0000000", "33.3333", "", "33.34")]


def test_a_budget_is_shared_by_equivalents_times_adjustment() -> None:
    adjust = {("I1", "a"): 5_000, ("I2", "a"): 10_000, ("I3", "a"): 15_000}
    fund = by_equivalents(
        floating=True,
        budget_fen=made.budget("60"),
        coefficients=("a",),
        offset_lines=("诊疗",),
    )
    rows = (income("诊疗", "4.5"),)
    found = money(made.scheme(fund), bought(THIRDS, coefficients_e4=adjust, accounts=rows))
    assert totals(found) == ["5.50", "20.00", "30.00"]
    assert found.floating_e4 == {"F": 200_000}


def test_payers_of_a_floating_price_are_those_of_the_institutions_own_days() -> None:
    change = parse_day("2025-03-01")
    old, new = (made.payers((name, 1)).versions[0] for name in ("甲", "乙"))
    both = Dated((replace(old, valid_to=change), replace(new, valid_from=change)))
    fund = replace(
        by_equivalents(floating=True, budget_fen=made.budget("10")),
        payers=both,
        scope=Scope(ids=("I2",)),
    )
    facts = bought(EQUAL)
    with pytest.raises(RefusedError, match="FUND_PAYERS_CHANGE"):
        money(made.scheme(fund), facts)
    own = replace(fund, own={"I2": replace(fund, valid_from=change)})
    (due,) = money(made.scheme(own), facts).dues
    assert made.parts(due) == [("乙", "10.00")]


def test_negative_equivalents_take_no_part_of_a_budget() -> None:
    work = made.work(("I1", "A", "2025-01", "-1", "-1"), ("I2", "A", "2025-01", "1", "1"))
    fund = by_equivalents(floating=True, budget_fen=made.budget("10"))
    assert totals(money(made.scheme(fund), bought(work))) == ["0.00", "10.00", "0.00"]


def test_a_budget_that_nobody_has_equivalents_for_is_refused() -> None:
    nothing = made.work(("I1", "A", "2025-01", "1", "0"))
    fund = by_equivalents(floating=True, budget_fen=made.budget("10"))
    with pytest.raises(RefusedError) as refused:
        money(made.scheme(fund), bought(nothing))
    assert codes(refused) == ["FUND_NO_KEY"]
    nowhere = replace(fund, scope=Scope(ids=("I9",)))
    with pytest.raises(RefusedError, match="FUND_NO_KEY"):
        money(made.scheme(nowhere), bought(EQUAL))
    past = replace(nowhere, valid_to=parse_day("2025-01-01"))
    assert money(made.scheme(past), bought(EQUAL)).dues == ()
    empty = by_equivalents(floating=True, budget_fen=made.budget("0"))
    assert totals(money(made.scheme(empty), bought(nothing))) == ["0.00", "0.00", "0.00"]


def test_keys_beyond_int64_share_exactly() -> None:
    # 9,000 million equivalents x 3.0000 are 2.7 x 10^21 in e11, far beyond 2^63.
    rows = [(place, "A", "2025-01", "1", "9000000000") for place in ("I1", "I2")]
    fund = by_equivalents(floating=True, budget_fen=made.budget("0.03"), coefficients=("a",))
    adjust = {("I1", "a"): 30_000, ("I2", "a"): 30_000}
    where = made.places("I1", "I2")
    found = money(made.scheme(fund), bought(made.work(*rows), where=where, coefficients_e4=adjust))
    assert totals(found) == ["0.02", "0.01"]


@pytest.mark.parametrize("year", ["2019", "2020"])
def test_overall_cost_per_equivalent_of_fourteen_published_centres(year: str) -> None:
    """Cost / equivalents as a floating price: within 0.05 of the paper, 28 of 28 (00084)."""
    costs = {row["institution"]: row for row in read(DATA / "p84_cost_per_equivalent.csv")}
    funds, rows = [], []
    for row in read(DATA / "p84_equivalents_wan.csv"):
        name, cost = row["institution"], costs[row["institution"]]
        spent = sum(
            Fraction(cost[f"{part}_{year}"]) * Fraction(row[f"{part}_{year}"])
            for part in ("basic", "ph")
        )
        paid = Dated((Version(round(spent * 10**6)),))
        body = PerEquivalent("purchase", floating=True, budget_fen=paid)
        funds.append(made.fund(body, name, scope=Scope(ids=(name,))))
        wan = int(Fraction(row[f"total_{year}"]) * 10**4)
        rows.append((name, "A", f"{year}-01", "1", str(wan)))
    facts = bought(made.work(*rows), period=year, where=made.places(*costs))
    priced = money(made.scheme(*funds), facts).floating_e4
    errors = [abs(priced[name] - made.e4(costs[name][f"all_{year}"])) for name in costs]
    assert len(errors) == 14
    assert max(errors) <= 500


# -- budgets over a fixed price --------------------------------------------------------------


def test_a_sum_above_its_budget_is_refused_or_scaled() -> None:
    body = PerEquivalent("purchase", price_e4=made.price("10"), budget_fen=made.budget("25"))
    fixed = made.fund(body)
    with pytest.raises(RefusedError) as refused:
        money(made.scheme(fixed), bought(THIRDS))
    assert codes(refused) == ["FUND_OVER_BUDGET"]
    assert refused.value.problems[0].facts["total"] == "30.00"
    scale = replace(body, over_budget=OverBudget.SCALE)
    fund = made.fund(scale, payers=made.payers(("甲", 1), ("乙", 1)))
    found = money(made.scheme(fund), bought(THIRDS))
    assert totals(found) == ["8.34", "8.33", "8.33"]
    assert made.lines(found.dues[1]) == [
        ("equivalents", "1.0000000", "10.0000", "", "10.00"),
        ("budget", "", "", "", "-1.67"),
    ]
    assert made.parts(found.dues[1]) == [("甲", "4.17"), ("乙", "4.16")]


def test_a_sum_at_its_budget_passes() -> None:
    fixed = by_equivalents(price_e4=made.price("10"), budget_fen=made.budget("30"))
    assert totals(money(made.scheme(fixed), bought(THIRDS))) == ["10.00", "10.00", "10.00"]


def test_what_is_owed_back_is_not_scaled() -> None:
    work = made.work(
        ("I1", "A", "2025-01", "-1", "-1"),
        ("I2", "A", "2025-01", "1", "2"),
        ("I3", "A", "2025-01", "1", "2"),
    )
    body = PerItem(
        "purchase",
        {"A": made.price("10")},
        budget_fen=made.budget("5"),
        over_budget=OverBudget.SCALE,
    )
    found = money(made.scheme(made.fund(body)), bought(work))
    # -10 + 10 + 10 = 10 above 5: -10 stays, 15.00 are shared.
    assert totals(found) == ["-10.00", "7.50", "7.50"]


def test_work_of_another_period_is_a_mistake_of_the_caller() -> None:
    fund = by_equivalents(price_e4=made.price("1"))
    with pytest.raises(ValueError, match="outside the period"):
        money(made.scheme(fund), bought(EQUAL, period="2025-01"))
