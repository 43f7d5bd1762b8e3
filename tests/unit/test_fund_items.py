"""Funds by item: what a channel buys of each, at its price of the month (B1, B2).

Faults caught: an item bought without its share, a price of another month, a channel that buys on
days on which it is not in force, an item without a price bought for nothing.
"""

from dataclasses import replace
from fractions import Fraction

import pytest

from equivalents.errors import RefusedError
from equivalents.fund import money
from equivalents.policy.calendar import parse_day
from equivalents.policy.funds import PerEquivalent, PerItem, Scope
from equivalents.policy.scheme import Channel
from tests import funds as made
from tests.funds import bought, one, totals

VISITS = made.work(
    ("I1", "HOME", "2025-01", "2", "10"),
    ("I1", "HOME", "2025-07", "1", "5"),
    ("I1", "VISIT", "2025-01", "10.5", "10.5"),
    ("I2", "VISIT", "2025-02", "0.333", "0.333"),
)


def test_items_at_their_price_of_the_month() -> None:
    body = PerItem(
        "purchase",
        {"HOME": made.prices(d2025_01_01="30", d2025_07_01="35.5"), "VISIT": made.price("1.11")},
    )
    first, second, third = money(made.scheme(made.fund(body)), bought(VISITS)).dues
    # 2 x 30 + 1 x 35.50 + 10.5 x 1.11 (11.655) = 107.155 -> 107.16, of which .655 takes the fen
    assert made.lines(first) == [
        ("item:HOME", "2.000", "30.0000", "", "60.00"),
        ("item:HOME", "1.000", "35.5000", "", "35.50"),
        ("item:VISIT", "10.500", "1.1100", "", "11.66"),
    ]
    assert (first.due_fen, second.due_fen, third.due_fen) == (10_716, 37, 0)


def test_a_channel_buys_its_share_of_an_item() -> None:
    public = Channel("公卫", items={"VISIT": Fraction(3, 5), "HOME": Fraction(1, 3)})
    medical = Channel("医疗", items={"VISIT": Fraction(2, 5), "HOME": Fraction(2, 3)})
    channels = (public, medical)
    funds = [
        made.fund(PerEquivalent("purchase", name, made.price("10")), name)
        for name in ("公卫", "医疗")
    ]
    found = money(made.scheme(*funds, channels=channels), bought(VISITS))
    # I1: 10.5 x 3/5 + 15 / 3 = 11.3 and 10.5 x 2/5 + 10 = 14.2; together 25.5
    assert totals(found)[:4] == ["113.00", "142.00", "2.00", "1.33"]
    items = PerItem("purchase", {"HOME": made.price("1"), "VISIT": made.price("1")}, "公卫")
    due = money(made.scheme(made.fund(items), channels=channels), bought(VISITS)).dues[0]
    # 3 x 1/3 = 1.00, 10.5 x 3/5 = 6.30
    assert made.lines(due) == [
        ("item:HOME", "3.000", "1.0000", "1/3", "1.00"),
        ("item:VISIT", "10.500", "1.0000", "0.6000", "6.30"),
    ]


def test_what_a_channel_does_not_buy_needs_no_price() -> None:
    channel = Channel("公卫", items={"HOME": Fraction(1)})
    items = made.fund(PerItem("purchase", {"HOME": made.price("1")}, "公卫"))
    assert one(items, bought(VISITS), channel).due_fen == 300
    none = made.fund(PerEquivalent("purchase", "公卫", made.price("1")))
    found = money(made.scheme(none, channels=[channel]), bought(VISITS))
    assert totals(found) == ["15.00", "0.00", "0.00"]
    # Before there is a price, I2 did only what is not bought, and I1 what is.
    later = made.fund(PerEquivalent("purchase", "公卫", made.prices(d2025_03_01="1")))
    second = replace(later, scope=Scope(ids=("I2",)))
    assert totals(money(made.scheme(second, channels=[channel]), bought(VISITS))) == ["0.00"]
    with pytest.raises(RefusedError, match="FUND_FIGURE_MISSING"):
        money(made.scheme(later, channels=[channel]), bought(VISITS))


def test_a_bought_item_without_a_price_is_refused() -> None:
    channel = Channel("公卫", items={"HOME": Fraction(1), "VISIT": Fraction(1)})
    never = made.fund(PerItem("purchase", {"HOME": made.price("1")}, "公卫"))
    later = made.fund(PerItem("purchase", {"HOME": made.prices(d2025_02_01="1")}))
    for fund, figure in ((never, "prices.VISIT"), (later, "prices.HOME")):
        with pytest.raises(RefusedError) as refused:
            money(made.scheme(fund, channels=[channel]), bought(VISITS))
        assert {p.facts["figure"] for p in refused.value.problems} == {figure}
        assert {p.facts["day"] for p in refused.value.problems} == {"2025-01-01"}


def test_without_a_channel_only_priced_items_are_bought() -> None:
    fund = made.fund(PerItem("purchase", {"HOME": made.price("1")}))
    assert totals(money(made.scheme(fund), bought(VISITS))) == ["3.00", "0.00", "0.00"]


def test_a_channel_in_force_for_some_months() -> None:
    channel = Channel("公卫", items={"HOME": Fraction(1)}, valid_from=parse_day("2025-07-01"))
    fund = made.fund(PerEquivalent("purchase", "公卫", made.price("1")))
    assert one(fund, bought(VISITS), channel).due_fen == 500
    within = replace(channel, valid_from=parse_day("2025-07-02"))
    with pytest.raises(RefusedError, match="FUND_MID_MONTH"):
        one(fund, bought(VISITS), within)


def test_own_prices_of_an_institution() -> None:
    body = PerItem("purchase", {"VISIT": made.price("1")})
    own = made.fund(replace(body, prices_e4={"VISIT": made.price("2")}))
    fund = replace(made.fund(body), own={"I2": own})
    assert totals(money(made.scheme(fund), bought(VISITS))) == ["10.50", "0.67", "0.00"]
