"""No service is bought twice across series, channels, dates and institutions (B1).

Faults caught: funds of two series that buy the same item, a channel that is switched off and whose
items are bought by the others, a refusal where dates, institutions or parts keep funds apart.
"""

from collections.abc import Sequence
from fractions import Fraction

import pytest

from equivalents.findings import Findings
from equivalents.fund import money
from equivalents.policy.calendar import LAST_DAY, parse_day, parse_period
from equivalents.policy.funds import Fund, PerEquivalent, PerItem, Scope
from equivalents.policy.model import Pool, WeightRow
from equivalents.policy.purchases import check_purchases
from equivalents.policy.scheme import Channel
from equivalents.units import print_fen
from tests import funds as made

pytestmark = pytest.mark.rules("B1")

HALF, JULY = Fraction(1, 2), parse_day("2025-07-01")


def row(
    series: str, item: str = "X", weight_e4: int = 10_000, until: str = "2030-01-01"
) -> WeightRow:
    return WeightRow(series, item, weight_e4, parse_day("2020-01-01"), parse_day(until))


def buys(
    series: str = "purchase", name: str = "purchase", channel: str = "", **more: object
) -> Fund:
    body = PerEquivalent(series, channel, made.price("1"))
    return made.fund(body, name, channel=channel, **more)


def prices(series: str = "fixed", channel: str = "", **more: object) -> Fund:
    body = PerItem(series, {"X": made.price("30")}, channel)
    return made.fund(body, "fixed-price", channel=channel, **more)


def lists(name: str, part: Fraction = Fraction(1), until: int = LAST_DAY) -> Channel:
    return Channel(name, items={"X": part}, valid_to=until)


REST = Channel("rest", others=True)


def told(
    funds: Sequence[Fund],
    rows: Sequence[WeightRow],
    channels: Sequence[Channel] = (),
    pools: Sequence[Pool] = (),
) -> list[tuple[str, ...]]:
    findings = Findings()
    scheme = made.scheme(*funds, channels=channels)
    check_purchases(scheme, rows, pools, parse_period("2025"), findings)
    facts = ("channels", "total", "day")
    return [(p.code, p.value, *(p.facts[name] for name in facts)) for p in findings.problems]


TWICE = ("ITEM_BOUGHT_TWICE", "X")


def test_two_series_that_buy_the_same_item_buy_it_twice() -> None:
    rows = [row("purchase"), row("fixed"), row("purchase", "Y"), row("pay")]
    assert told([prices(), buys()], rows) == [(*TWICE, "fixed-price, purchase", "2", "2025-01-01")]


def test_a_channel_that_is_off_keeps_its_items_out() -> None:
    """Nobody pays through it, and still its items are not bought by anybody else."""
    off = lists("contract")
    rows = [row("purchase"), row("pay")]
    twice = [(*TWICE, "contract, purchase", "2", "2025-01-01")]
    assert told([buys()], rows, [off]) == twice
    assert told([buys(channel="rest")], rows, [off, REST]) == twice


def test_a_series_that_people_are_paid_by_does_not_say_what_is_bought() -> None:
    off, rows = lists("contract"), [row("purchase"), row("pay")]
    assert told([buys("pay", channel="rest")], rows, [off, REST]) == []
    assert told([buys(channel="rest")], [row("purchase")], [off, REST]) == []
    pool = Pool("I1", "绩效", "purchase", 100)
    assert told([buys(channel="rest")], rows, [off, REST], [pool]) == []
    # But without a channel it is bought, whatever the series is.
    assert len(told([buys("pay")], rows, [off])) == 1


def test_one_series_bought_through_two_channels() -> None:
    rows = [row("work"), row("pay")]
    funds = [prices("work", "listed"), buys("work", channel="rest")]
    assert told(funds, rows, [lists("listed"), REST]) == []


@pytest.mark.parametrize("part", ["1/2", "1/3"])
def test_parts_that_add_up_to_the_whole(part: str) -> None:
    channel = lists("listed", Fraction(part))
    funds = [prices(channel="listed"), buys(channel="rest")]
    rows = [row("fixed"), row("purchase"), row("pay")]
    assert told(funds, rows, [channel, REST]) == []
    assert told([prices(channel="listed"), buys()], rows, [channel]) == [
        (*TWICE, "listed, purchase", str(1 + Fraction(part)), "2025-01-01")
    ]


def test_two_funds_of_one_channel_and_two_series() -> None:
    funds = [prices(channel="listed"), buys(channel="listed")]
    rows = [row("fixed"), row("purchase")]
    assert told(funds, rows, [lists("listed")]) == [
        (*TWICE, "fixed-price, purchase", "2", "2025-01-01")
    ]


def test_dates_keep_funds_apart() -> None:
    rows = [row("purchase", until="2025-07-01"), row("fixed")]
    assert told([prices(valid_from=JULY), buys()], rows) == []
    assert told([prices(), buys(valid_from=JULY)], rows) == []
    late = [prices(valid_from=JULY - 30), buys()]
    assert told(late, rows) == [(*TWICE, "fixed-price, purchase", "2", "2025-06-01")]


def test_institutions_keep_funds_apart() -> None:
    rows = [row("purchase"), row("fixed")]
    one, two = Scope(ids=("I1",)), Scope(ids=("I2",))
    assert told([prices(scope=one), buys(scope=two)], rows) == []
    assert len(told([prices(scope=one), buys(scope=Scope(ids=("I2", "I1")))], rows)) == 1
    channel = lists("listed")
    assert told([prices(channel="listed", scope=one), buys(scope=two)], rows, [channel]) == []


def test_a_weight_of_0_buys_no_equivalents_but_counts_for_a_price() -> None:
    assert told([prices(), buys()], [row("purchase", weight_e4=0), row("fixed")]) == []
    assert len(told([prices(), buys()], [row("purchase"), row("fixed", weight_e4=0)])) == 1


def test_the_others_are_what_no_channel_lists_in_the_month() -> None:
    """X is half somebody else's until July and wholly ours after it; Y is ours all along."""
    half = lists("listed", HALF, JULY)
    fund = buys(channel="rest")
    work = made.work(
        ("I1", "X", "2025-03", "10", "10"),
        ("I1", "X", "2025-08", "4", "4"),
        ("I1", "Y", "2025-03", "1", "1"),
    )
    facts = made.facts(work={"purchase": work})
    (due,) = money(made.scheme(fund, channels=[half, REST]), facts).dues
    assert print_fen(due.due_fen) == "10.00"
