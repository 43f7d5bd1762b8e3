"""The keys of a scheme beside its funds: channels, bridges to pools, the pay cap, share tests.

Sources: B1 (channels), D0 (bridges), B9 and 5.18 (total pay cap), B4 (tests of shares).
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from equivalents.policy.calendar import FIRST_DAY, print_day
from equivalents.policy.figuretext import Reader, money_e4, part
from equivalents.policy.figureunits import PART, PER_HEAD
from equivalents.policy.funds import Per
from equivalents.policy.scheme import (
    Bridge,
    BridgeRule,
    CapKind,
    CapPer,
    CapStaff,
    CapTerm,
    CapTermKind,
    Channel,
    Excess,
    PayCap,
    Several,
    ShareTest,
)
from equivalents.policy.yamltext import Entry, expect, span_of

__all__ = [
    "BRIDGE_KEYS",
    "CHANNEL_KEYS",
    "PAY_CAP_KEYS",
    "TEST_KEYS",
    "check_whole_items",
    "read_bridges",
    "read_channels",
    "read_pay_cap",
    "read_share_tests",
]

_DATED: Final = dict.fromkeys(("valid_from", "valid_to", "reference", "illustrative"), "text")
CHANNEL_KEYS: Final = {"title": "text", "items": "", "others": "text", **_DATED}
"""What a channel may say."""
BRIDGE_KEYS: Final = {
    "fund": "text",
    "approved_line": "text",
    "rule": "text",
    "share": "",
    "cost_lines": "texts",
    "series": "text",
    "in_cap": "text",
    **_DATED,
}
"""What a bridge from money to a pool may say."""
PAY_CAP_KEYS: Final = {
    "kind": "text",
    "line": "text",
    "base_line": "text",
    "terms": "list",
    "coefficient": "text",
    "excess": "text",
    "outside": "texts",
    "per": "text",
    "prorate": "text",
    "outside_types": "texts",
    **_DATED,
}
"""What the total pay cap may say."""
TEST_KEYS: Final = {
    "title": "text",
    "part_lines": "texts",
    "whole_lines": "texts",
    "at_least": "",
    "reference": "text",
    "illustrative": "text",
}
"""What a test of a share may say."""
_TERM: Final = {
    "kind": "text",
    "name": "text",
    "rate": "",
    "share": "",
    "staff": "text",
    "several": "text",
    "reference": "text",
    "illustrative": "text",
}

_OTHERS: Final = (
    "others: yes 的渠道不列项目，且同一日只能有一个"
    "¦a channel with others: yes lists no items, and there is one on a day"
)
_ONE_SOURCE: Final = "须有 fund 或 approved_line 之一¦give either a fund or an approved_line"
_SHARE: Final = (
    "rule: percent 须有 share，其他规则不用¦the rule percent needs a share, the others have none"
)
_COSTS: Final = (
    "rule: after_costs 须有 cost_lines，其他规则不用"
    "¦the rule after_costs needs cost_lines, the others have none"
)
_TERMS: Final = "kind: formula 须有 terms，其他不用¦a formula cap needs terms, the others have none"
_PRORATE: Final = "prorate 只用于 per: year¦prorate belongs to per: year"
_TERM_NEEDS: Final[Mapping[CapTermKind, tuple[str, ...]]] = {
    CapTermKind.PER_HEAD: ("rate",),
    CapTermKind.FUND_SHARE: ("name", "share"),
    CapTermKind.LINE_SHARE: ("name", "share"),
    CapTermKind.AMOUNT: ("name",),
}
_TERM_MAY: Final[Mapping[CapTermKind, tuple[str, ...]]] = {
    CapTermKind.PER_HEAD: ("rate", "staff", "several"),
    CapTermKind.FUND_SHARE: ("share",),
    CapTermKind.LINE_SHARE: ("share",),
    CapTermKind.AMOUNT: (),
}
"""What of the keys of some kinds only a kind may have."""


# -- channels ----------------------------------------------------------------------------------


def read_channels(entry: Entry, read: Reader) -> dict[str, Channel]:
    """Every channel by name; that the parts of an item add up is :func:`check_whole_items`."""
    expect(entry, "mapping", "channels", read.findings)
    found = {}
    for name, one in entry.mapping.items():
        read.keys(one, CHANNEL_KEYS, name)
        ground = read.ground(one, name)
        start, end = span_of(one, read.findings)
        items = _items(one.get("items"), read)
        title = one.get("title").text
        others = read.flag(one.get("others"), default=False)
        found[name] = Channel(name, title, items, start, end, ground.reference, one.place, others)
        twin = [other for other in found.values() if other.others and other.name != name]
        met = any(start < other.valid_to and other.valid_from < end for other in twin)
        if others and (items or met):
            read.invalid("CHANNEL_INVALID", one, name, _OTHERS)
    return found


def _items(entry: Entry, read: Reader) -> dict[str, Fraction]:
    """The part of each item; a list, or a single name, has each wholly."""
    if not entry.mapping:
        return dict.fromkeys(read.texts(entry), Fraction(1))
    return {name: read.number(one, part) or Fraction(1) for name, one in entry.mapping.items()}


def check_whole_items(channels: Mapping[str, Channel], read: Reader) -> None:
    """No service is bought twice: on every day the parts of an item add to 1 (B1).

    Less than 1 is all right while a channel buys the others: it takes the rest.
    """
    every = [*channels.values()]
    items = sorted({item for one in every for item in one.items})
    for item in items:
        buying = [one for one in every if item in one.items]
        edges = [one for one in every if item in one.items or one.others]
        for day in sorted({day for one in edges for day in (one.valid_from, one.valid_to)}):
            there = [one for one in buying if one.valid_from <= day < one.valid_to]
            if not there:
                continue  # from here on nobody buys it
            total = sum((one.items[item] for one in there), Fraction(0))
            rest = any(one.others and one.valid_from <= day < one.valid_to for one in every)
            if total > 1 or (total < 1 and not rest):
                code = "ITEM_BOUGHT_TWICE" if total > 1 else "ITEM_PARTLY_BOUGHT"
                names = ", ".join(one.name for one in there)
                facts = {"channels": names, "total": str(total), "day": _since(day)}
                read.findings.add(code, there[-1].place, item, **facts)
                break


def _since(day: int) -> str:
    return "起初¦the beginning" if day == FIRST_DAY else print_day(day)


# -- from money to pools -------------------------------------------------------------------------


def read_bridges(entry: Entry, read: Reader) -> dict[str, Bridge]:
    """Every bridge by the name of its pool; faults are noted."""
    expect(entry, "mapping", "pools", read.findings)
    return {name: _bridge(name, one, read) for name, one in entry.mapping.items()}


def _bridge(name: str, entry: Entry, read: Reader) -> Bridge:
    read.keys(entry, BRIDGE_KEYS, name)
    ground = read.ground(entry, name)
    fund, line = entry.get("fund").text, entry.get("approved_line").text
    if bool(fund) == bool(line):
        read.invalid("POOL_RULE_INVALID", entry, name, _ONE_SOURCE)
    rule = read.choice(entry.get("rule"), BridgeRule.ALL)
    share = read.under(entry).figure(entry.get("share"), part, f"{name}.share", PART)
    costs = read.texts(entry.get("cost_lines"))
    if (rule is BridgeRule.PERCENT) != (share is not None):
        read.invalid("POOL_RULE_INVALID", entry, name, _SHARE)
    if (rule is BridgeRule.AFTER_COSTS) != bool(costs):
        read.invalid("POOL_RULE_INVALID", entry, name, _COSTS)
    start, end = span_of(entry, read.findings)
    return Bridge(
        name,
        fund,
        line,
        rule,
        share,
        costs,
        entry.get("series").text,
        read.flag(entry.get("in_cap"), default=True),
        start,
        end,
        ground.reference,
        entry.place,
    )


# -- the total pay cap -------------------------------------------------------------------------


def read_pay_cap(entry: Entry, read: Reader) -> PayCap:
    """The cap; none where the key is absent."""
    if entry.value == "":
        return PayCap()
    read.keys(entry, PAY_CAP_KEYS, "pay_cap")
    ground = read.ground(entry, "pay_cap")
    read.need(entry, "kind")
    kind = read.choice(entry.get("kind"), CapKind.NONE)
    terms = tuple(_term(one, read.under(entry)) for one in entry.get("terms").items)
    if (kind is CapKind.FORMULA) != bool(terms):
        read.invalid("PAY_CAP_INVALID", entry, "terms", _TERMS)
    start, end = span_of(entry, read.findings)
    per = read.choice(entry.get("per"), CapPer.YEAR)
    prorate = read.flag(entry.get("prorate"), default=False)
    if prorate and per is not CapPer.YEAR:
        read.invalid("PAY_CAP_INVALID", entry, "prorate", _PRORATE)
    plain = PayCap()
    return PayCap(
        kind,
        entry.get("line").text or plain.line,
        entry.get("base_line").text or plain.base_line,
        terms,
        entry.get("coefficient").text,
        read.choice(entry.get("excess"), Excess.CARRIED),
        start,
        end,
        ground.reference,
        entry.place,
        read.texts(entry.get("outside")),
        per,
        prorate,
        read.texts(entry.get("outside_types")),
    )


def _term(entry: Entry, read: Reader) -> CapTerm:
    read.keys(entry, _TERM, "terms")
    ground = read.ground(entry, "terms")
    read.need(entry, "kind")
    kind = read.choice(entry.get("kind"), CapTermKind.AMOUNT)
    read.need(entry, *_TERM_NEEDS[kind])
    for key in ("rate", "share", "staff", "several"):
        if entry.get(key).value != "" and key not in _TERM_MAY[kind]:
            place, near = entry.get(key).place, ""
            read.findings.add("KEY_UNKNOWN", place, key, near=near)
    return CapTerm(
        kind,
        entry.get("name").text,
        read.figure(entry.get("rate"), money_e4, "rate", PER_HEAD[Per.MONTH]),
        read.figure(entry.get("share"), part, "share", PART),
        ground.reference,
        entry.place,
        read.choice(entry.get("staff"), CapStaff.IN_CAP),
        read.choice(entry.get("several"), Several.REFUSE),
    )


# -- tests of shares ---------------------------------------------------------------------------


def read_share_tests(entry: Entry, read: Reader) -> tuple[ShareTest, ...]:
    """Every test that a part is at least a share of a whole; faults are noted."""
    expect(entry, "mapping", "share_tests", read.findings)
    found: list[ShareTest] = []
    for name, one in entry.mapping.items():
        read.keys(one, TEST_KEYS, name)
        ground = read.ground(one, name)
        least = read.under(one).required(one, "at_least", part, PART)
        of, whole = read.texts(one.get("part_lines")), read.texts(one.get("whole_lines"))
        if read.need(one, "part_lines", "whole_lines") and least is not None:
            title = one.get("title").text
            found.append(ShareTest(name, of, whole, least, title, ground.reference, one.place))
    return tuple(found)
