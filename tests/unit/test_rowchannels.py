"""Channels that weight rows name, against those through which a scheme buys their items (B1).

Faults caught: a column that nobody reads, a warning for each row, a channel that is switched off
taken for none, a warning where nothing is declared, a day outside the row or the period.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from equivalents.findings import Findings
from equivalents.policy.calendar import parse_day, parse_period
from equivalents.policy.funds import Fund, PerEquivalent
from equivalents.policy.model import WeightRow
from equivalents.policy.rowchannels import check_row_channels
from equivalents.policy.scheme import Channel
from tests import funds as made

pytestmark = pytest.mark.rules("B1")

REST, INSURANCE = Channel("rest", others=True), Channel("insurance")


def lists(name: str, *items: str, part: Fraction = Fraction(1)) -> Channel:
    return Channel(name, items=dict.fromkeys(items, part))


START, END = parse_day("2020-01-01"), parse_day("2030-01-01")


def row(channel: str, item: str = "X", series: str = "purchase") -> WeightRow:
    return WeightRow(series, item, 10_000, START, END, channel=channel)


def buys(channel: str = "rest", name: str = "purchase") -> Fund:
    return made.fund(PerEquivalent("purchase", channel, made.price("1")), name, channel=channel)


def told(
    rows: Sequence[WeightRow], channels: Sequence[Channel], funds: Sequence[Fund] = ()
) -> list[tuple[str, ...]]:
    findings = Findings()
    scheme = made.scheme(*funds, channels=channels)
    check_row_channels(scheme, rows, [], parse_period("2025"), findings)
    assert {(p.code, p.severity) for p in findings.problems} <= {("ROW_CHANNEL", "warning")}
    facts = ("by", "items", "count", "day")
    return [(p.value, *(p.facts[name] for name in facts)) for p in findings.problems]


def test_a_row_of_the_channel_that_buys_its_item_is_silent() -> None:
    channels = [REST, lists("listed", "Y"), INSURANCE]
    rows = [row("rest"), row("listed", "Y", "pay"), row("insurance", "Z", "pay"), row("", "W")]
    assert told(rows, channels, [buys()]) == []


def test_a_row_of_another_channel_is_told_once_for_all_its_items() -> None:
    rows = [row("insurance", item) for item in ("B", "A", "A", "C", "D", "E", "F")]
    assert told(rows, [REST, INSURANCE], [buys()]) == [
        ("insurance", "rest", "A、B、C、D、E…", "6", "2025-01-01")
    ]


def test_a_channel_through_which_no_money_goes_has_its_items_too() -> None:
    rows = [row("rest", series="pay"), row("rest", "Y", series="pay")]
    assert told(rows, [REST, lists("off", "X")], [buys()]) == [
        ("rest", "off", "X", "1", "2025-01-01")
    ]


def test_a_name_that_no_channel_has_is_told_with_what_comes_near() -> None:
    findings = Findings()
    scheme = made.scheme(channels=[lists("fixed-price", "X")])
    rows = [row("fixed_price", series="pay")]
    check_row_channels(scheme, rows, [], parse_period("2025"), findings)
    (problem,) = findings.problems
    assert "fixed-price" in problem.facts["near"]


def test_a_list_that_lacks_the_item_buys_it_not() -> None:
    told_zh = told([row("listed", series="pay")], [lists("listed", "Y")])
    assert [one[0] for one in told_zh] == ["listed"]
    assert "没有渠道或资金" in told_zh[0][1]


def test_parts_of_an_item_are_of_both_channels() -> None:
    half = Fraction(1, 2)
    channels = [lists("a", "X", part=half), lists("b", "X", part=half), INSURANCE]
    assert told([row("a", series="pay"), row("b", series="pay")], channels) == []
    assert told([row("insurance", series="pay")], channels) == [
        ("insurance", "a, b", "X", "1", "2025-01-01")
    ]


def test_the_first_day_is_told_on_which_another_channel_buys() -> None:
    july = parse_day("2025-07-01")
    a, b = lists("a", "X"), lists("b", "X")
    channels = [replace(a, valid_to=july), replace(b, valid_from=july)]
    assert told([row("a", series="pay")], channels) == [("a", "b", "X", "1", "2025-07-01")]
    until = replace(row("a", series="pay"), valid_to=july)
    outside = replace(row("b", series="pay"), valid_from=parse_day("2026-01-01"))
    stopped = replace(row("b", series="pay"), stopped=True)
    assert told([until, outside, stopped], channels) == []


def test_what_no_scheme_declares_is_not_compared() -> None:
    assert told([row("anything")], [], [buys("")]) == []
    # A fund without channel buys, and the table speaks of channels of its own.
    assert told([row("anything")], [INSURANCE], [buys("")]) == []
    assert told([row("insurance")], [INSURANCE], [buys("")]) == [
        ("insurance", "purchase", "X", "1", "2025-01-01")
    ]
