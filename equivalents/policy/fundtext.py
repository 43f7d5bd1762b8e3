"""The key ``funds`` of a scheme: every kind of fund, read strictly, with all faults in place.

Each kind has its own keys; what none of them knows is an error, never ignored. Parts of payers
are checked here against the fee that they pay: shares and percents as they are, amounts against
each version of the rate. Sources: B1 to B8, B10; definitions 5.13, 5.15.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from equivalents.policy.figuretext import Reader, amount_fen, equivalents_e7, money_e4, part
from equivalents.policy.figureunits import COUNTED, EQUIVALENT, MONEY, PART, PER_HEAD, TASK
from equivalents.policy.forecasttext import read_forecast
from equivalents.policy.funds import (
    Dated,
    Deficit,
    Floor,
    Fund,
    FundBody,
    Given,
    OverBudget,
    Package,
    Packages,
    Per,
    PerEquivalent,
    PerHead,
    PerItem,
    PriceTier,
    Scope,
    Split,
    Tasks,
)
from equivalents.policy.headstext import read_heads
from equivalents.policy.instalmenttext import read_instalments
from equivalents.policy.payertext import read_payers
from equivalents.policy.yamltext import Entry, expect, span_of
from equivalents.units import print_e4

__all__ = ["FUND_KEYS", "KINDS", "read_funds"]

FUND_KEYS: Final[Mapping[str, str]] = {
    "title": "text",
    "kind": "text",
    "channel": "text",
    "level": "text",
    "purpose": "text",
    "institutions": "mapping",
    "payers": "list",
    "income": "text",
    "in_cap": "text",
    "restricted": "text",
    "over_advanced": "text",
    "instalments": "",
    "valid_from": "text",
    "valid_to": "text",
    "unit": "text",
    "reference": "text",
    "illustrative": "text",
}
"""What every fund may say, and in which shape."""
_SCOPE: Final = {"ids": "texts", "groups": "texts", "kinds": "texts"}
_PACKAGE: Final = {"title": "text", "price": "", "reimbursement": "", "items": "texts"}
_TIER: Final = {"from": "text", "price": ""}
_COMPUTED: Final = (PerHead, PerItem, PerEquivalent, Tasks, Floor)
"""Kinds that say what is due and not who owes it."""

_ONE_PRICE: Final = (
    "price、group_prices、tiers、floating 四者须有且只有一个"
    "¦give exactly one of price, group_prices, tiers and floating"
)
_FLOATING: Final = "floating 须有 budget¦floating needs a budget"
_TIERS: Final = "tiers 须从 0 起、逐级上升¦tiers start at 0 and go up"
_PRORATE: Final = "prorate 只用于 per: year¦prorate belongs to per: year"
_PACKAGE_PAYERS: Final = (
    "服务包由居民与 reimbursed_by 支付，不另写 payers"
    "¦a package is paid by the resident and by reimbursed_by; it has no payers"
)
_SPLIT_PAYERS: Final = (
    "拆分的资金出自上级资金，不另写 payers"
    "¦a split comes out of its parent; it has no payers of its own"
)
_DEAR: Final = "报销高于价格¦the reimbursement is above the price"


def read_funds(entry: Entry, read: Reader) -> dict[str, Fund]:
    """Every fund by name, in the declared order; faults are noted."""
    expect(entry, "mapping", "funds", read.findings)
    found = {}
    for number, (name, one) in enumerate(entry.mapping.items(), start=1):
        fund = _fund(name, one, read)
        if fund is not None:
            found[name] = replace(fund, number=number)
    return found


def _fund(name: str, entry: Entry, read: Reader) -> Fund | None:
    expect(entry, "mapping", f"funds.{name}", read.findings)
    kind = read.known("CHOICE_INVALID", entry.get("kind"), tuple(KINDS))
    if not read.need(entry, "kind") or not kind:
        return None
    shapes, body_of = KINDS[kind]
    read.keys(entry, {**FUND_KEYS, **shapes}, f"funds.{name}")
    ground = read.ground(entry, name)
    body = body_of(entry, read.under(entry))
    if body is None:
        return None
    rate = body.rate_e4 if isinstance(body, PerHead) else None
    payers = read_payers(entry.get("payers"), read, rate)
    if isinstance(body, Packages) and payers.versions:
        read.invalid("FUND_INVALID", entry.get("payers"), name, _PACKAGE_PAYERS)
    if isinstance(body, _COMPUTED) and _nobody(entry.get("payers")):
        read.findings.add("PAYERS_MISSING", entry.get("payers").place, name)
    if isinstance(body, Split) and payers.versions:
        read.invalid("FUND_INVALID", entry.get("payers"), name, _SPLIT_PAYERS)
    start, end = span_of(entry, read.findings)
    return Fund(
        name,
        body,
        entry.get("title").text,
        entry.get("channel").text,
        entry.get("level").text,
        entry.get("purpose").text,
        _scope(entry.get("institutions"), read),
        payers,
        read.flag(entry.get("income"), default=True),
        read.flag(entry.get("in_cap"), default=True),
        read.flag(entry.get("restricted"), default=False),
        read.choice(entry.get("over_advanced"), Deficit.RECOVER),
        start,
        end,
        *ground,
        place=entry.place,
        instalments=read_instalments(entry.get("instalments"), read),
    )


def _nobody(entry: Entry) -> bool:
    """Whether nobody pays a fund, or nobody for some days of it."""
    dated = [one.get("payers") for one in entry.items if "payers" in one.mapping]
    return not entry.items or any(not one.items for one in dated)


def _scope(entry: Entry, read: Reader) -> Scope:
    read.keys(entry, _SCOPE, "institutions")
    ids, groups, kinds = (read.texts(entry.get(key)) for key in _SCOPE)
    return Scope(ids, groups, kinds, entry.place)


# -- the kinds ---------------------------------------------------------------------------------


def _given(entry: Entry, read: Reader) -> FundBody:
    return Given(entry.get("coefficient").text)


def _floor(entry: Entry, read: Reader) -> FundBody:
    return Floor(read.flag(entry.get("count_dues"), default=True))


def _per_head(entry: Entry, read: Reader) -> FundBody | None:
    heads = read_heads(entry.get("heads"), read)
    per = read.choice(entry.get("per"), Per.YEAR)
    rate = read.required(entry, "rate", money_e4, PER_HEAD[per])
    prorate = read.flag(entry.get("prorate"), default=False)
    if prorate and per is not Per.YEAR:
        read.invalid("FUND_INVALID", entry.get("prorate"), "prorate", _PRORATE)
    least = read.figure(entry.get("at_least"), money_e4, "at_least", PER_HEAD[per])
    if rate is None:
        return None
    _check_least(rate, least, read)
    return PerHead(
        heads,
        rate,
        per,
        prorate,
        entry.get("coefficient").text,
        read.texts(entry.get("less_charges")),
        read.flag(entry.get("below_zero"), default=False),
        least,
    )


def _check_least(rate: Dated[int], least: Dated[int] | None, read: Reader) -> None:
    """A rate is never below the minimum in force with it; the minimum itself is enough (B4)."""
    for one in rate.versions:
        for bound in least.versions if least is not None else ():
            meet = max(one.valid_from, bound.valid_from) < min(one.valid_to, bound.valid_to)
            if meet and one.value < bound.value:
                facts = {"least": print_e4(bound.value), "reference": bound.reference}
                read.findings.add("RATE_BELOW_MINIMUM", one.place, print_e4(one.value), **facts)


def _per_item(entry: Entry, read: Reader) -> FundBody | None:
    if not read.need(entry, "series", "prices"):
        return None
    return PerItem(
        entry.get("series").text,
        read.figures(entry.get("prices"), money_e4, "prices", COUNTED),
        entry.get("channel").text,
        read.figure(entry.get("budget"), amount_fen, "budget", MONEY),
        read.choice(entry.get("over_budget"), OverBudget.REFUSE),
    )


def _per_equivalent(entry: Entry, read: Reader) -> FundBody | None:
    floating = read.flag(entry.get("floating"), default=False)
    given = [key for key in ("price", "group_prices", "tiers") if entry.get(key).value != ""]
    if len(given) + floating != 1:
        read.invalid("FUND_INVALID", entry, "price", _ONE_PRICE)
    budget = read.figure(entry.get("budget"), amount_fen, "budget", MONEY)
    if floating and budget is None:
        read.invalid("FUND_INVALID", entry, "floating", _FLOATING)
    if not read.need(entry, "series"):
        return None
    return PerEquivalent(
        entry.get("series").text,
        entry.get("channel").text,
        read.figure(entry.get("price"), money_e4, "price", EQUIVALENT),
        read.figures(entry.get("group_prices"), money_e4, "group_prices", EQUIVALENT),
        _tiers(entry.get("tiers"), read),
        floating,
        budget,
        read.choice(entry.get("over_budget"), OverBudget.REFUSE),
        read.texts(entry.get("coefficients")),
        read.texts(entry.get("offset_lines")),
        read.flag(entry.get("below_zero"), default=False),
        read.texts(entry.get("offset_charges")),
    )


def _tiers(entry: Entry, read: Reader) -> tuple[PriceTier, ...]:
    found = []
    for one in entry.items:
        read.keys(one, _TIER, "tiers")
        price = read.required(one, "price", money_e4, EQUIVALENT)
        since = read.number(one.get("from"), equivalents_e7)
        if read.need(one, "from") and price is not None and since is not None:
            found.append(PriceTier(since, price))
    starts = [tier.from_e7 for tier in found]
    if found and (starts[0] != 0 or starts != sorted(set(starts))):
        read.invalid("FUND_INVALID", entry, "tiers", _TIERS)
    return tuple(found)


def _packages(entry: Entry, read: Reader) -> FundBody | None:
    if not read.need(entry, "packages", "reimbursed_by"):
        return None
    found = []
    per = read.choice(entry.get("per"), Per.YEAR)
    for name, one in entry.get("packages").mapping.items():
        read.keys(one, _PACKAGE, name)
        price = read.required(one, "price", money_e4, PER_HEAD[per])
        back = read.required(one, "reimbursement", money_e4, PER_HEAD[per])
        if price is not None and back is not None:
            _check_dear(name, one, price, back, read)
            items = read.texts(one.get("items"))
            found.append(Package(name, price, back, items, one.get("title").text))
    return Packages(tuple(found), entry.get("reimbursed_by").text, per)


def _check_dear(name: str, entry: Entry, price: Dated[int], back: Dated[int], read: Reader) -> None:
    """A reimbursement is never above the price in force with it."""
    for one in back.versions:
        for other in price.versions:
            meet = max(one.valid_from, other.valid_from) < min(one.valid_to, other.valid_to)
            if meet and one.value > other.value:
                read.findings.add("FUND_INVALID", one.place, name, detail=_DEAR)


def _tasks(entry: Entry, read: Reader) -> FundBody | None:
    if not read.need(entry, "standards"):
        return None
    return Tasks(
        read.figures(entry.get("standards"), money_e4, "standards", TASK),
        entry.get("assessment").text,
        read.flag(entry.get("below_zero"), default=False),
        read_forecast(entry.get("forecast"), read),
    )


def _split(entry: Entry, read: Reader) -> FundBody | None:
    share = read.required(entry, "share", part, PART)
    if not read.need(entry, "of") or share is None:
        return None
    return Split(entry.get("of").text, share)


_Body = Callable[[Entry, Reader], FundBody | None]

KINDS: Final[Mapping[str, tuple[Mapping[str, str], _Body]]] = {
    "given": ({"coefficient": "text"}, _given),
    "per_head": (
        {
            "heads": "mapping",
            "rate": "",
            "at_least": "",
            "per": "text",
            "prorate": "text",
            "coefficient": "text",
            "less_charges": "texts",
            "below_zero": "text",
        },
        _per_head,
    ),
    "per_item": (
        {"series": "text", "prices": "mapping", "budget": "", "over_budget": "text"},
        _per_item,
    ),
    "per_equivalent": (
        {
            "series": "text",
            "price": "",
            "group_prices": "mapping",
            "tiers": "list",
            "floating": "text",
            "budget": "",
            "over_budget": "text",
            "coefficients": "texts",
            "offset_lines": "texts",
            "offset_charges": "texts",
            "below_zero": "text",
        },
        _per_equivalent,
    ),
    "packages": ({"packages": "mapping", "reimbursed_by": "text", "per": "text"}, _packages),
    "tasks": (
        {
            "standards": "mapping",
            "assessment": "text",
            "below_zero": "text",
            "forecast": "mapping",
        },
        _tasks,
    ),
    "floor": ({"count_dues": "text"}, _floor),
    "split": ({"of": "text", "share": ""}, _split),
}
"""The kinds of fund: the keys of their own, and who reads them."""
