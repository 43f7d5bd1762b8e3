"""No service is bought twice, and no money is spent twice: funds, splits and bridges of a scheme.

That the parts of an item add to 1 over the channels is seen where these are read; here are funds
that buy the same work, and splits and bridges that take more than all of a fund.
Sources: B1, B10, D0.
"""

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations

from equivalents.findings import Findings
from equivalents.policy.calendar import FIRST_DAY, print_day
from equivalents.policy.funds import Fund, PerEquivalent, PerItem, Split
from equivalents.policy.scheme import Bridge, BridgeRule, Channel, Scheme

__all__ = ["check_twice", "share_places"]


def check_twice(scheme: Scheme, findings: Findings) -> None:
    """Note funds that buy the same work on one day, and funds that are spent more than once."""
    _check_purchases(scheme, findings)
    _check_splits(scheme, findings)
    _check_bridges(scheme.bridges, findings)


def _check_purchases(scheme: Scheme, findings: Findings) -> None:
    """Funds of one series; what is bought by two series is seen against the weights of a case."""
    funds = [
        (fund, fund.body)
        for fund in scheme.funds.values()
        if isinstance(fund.body, PerItem | PerEquivalent)
    ]
    for (one, body), (other, its) in combinations(funds, 2):
        apart = body.channel and its.channel and body.channel != its.channel
        if apart or body.series != its.series or not _meet(one, other):
            continue  # the parts of an item add to 1 over different channels
        named = [
            items
            for items in (_bought(body, scheme.channels), _bought(its, scheme.channels))
            if items is not None
        ]
        both = frozenset.intersection(*named) if named else frozenset({other.name})
        if both and share_places(one, other):
            facts = {"fund": other.name, "other": one.name}
            findings.add("FUNDS_BUY_TWICE", other.place, min(both), **facts)


def _bought(
    body: PerItem | PerEquivalent, channels: Mapping[str, Channel]
) -> frozenset[str] | None:
    """The items that a fund buys; ``None`` for every item of its series."""
    channel = channels.get(body.channel)
    items = None if channel is None or channel.others else frozenset(channel.items)
    if isinstance(body, PerEquivalent):
        return items
    priced = frozenset(body.prices_e4)
    return priced if items is None else priced & items


def _meet(one: Fund | Bridge, other: Fund | Bridge) -> bool:
    return max(one.valid_from, other.valid_from) < min(one.valid_to, other.valid_to)


def share_places(one: Fund, other: Fund) -> bool:
    """Whether an institution may be in the scope of both."""
    a, b = one.scope, other.scope
    pairs = ((a.ids, b.ids), (a.groups, b.groups), (a.kinds, b.kinds))
    return all(not left or not right or {*left} & {*right} for left, right in pairs)


def _check_splits(scheme: Scheme, findings: Findings) -> None:
    """The splits of one parent take no more than all of it, on no day and at no institution."""
    for at, fund in enumerate(scheme.funds.values()):
        of = _parent(fund)
        before = [
            one
            for one in [*scheme.funds.values()][:at]
            if of and _parent(one) == of and share_places(one, fund)
        ]
        owners = ("", *sorted({name for one in (*before, fund) for name in one.own}))
        for institution in owners if before else ():
            over = _over_whole([one.of(institution) for one in (*before, fund)])
            if over:
                others = ", ".join(one.name for one in before)
                findings.add("FUND_SPLIT_OVER", fund.place, fund.name, other=others, of=of, **over)
                break


def _parent(fund: Fund) -> str:
    return fund.body.of if isinstance(fund.body, Split) else ""


def _over_whole(splits: list[Fund]) -> dict[str, str]:
    """The first day from which splits take more than all of their parent, and what they take."""
    spans = [
        (max(version.valid_from, one.valid_from), min(version.valid_to, one.valid_to), version)
        for one in splits
        if isinstance(one.body, Split)
        for version in one.body.share.versions
    ]
    for day in sorted({since for since, _, _ in spans}):
        there = [one.value for since, until, one in spans if since <= day < until]
        if sum(there, Fraction()) > 1:
            since = "起初¦the beginning" if day == FIRST_DAY else print_day(day)
            return {"total": str(sum(there, Fraction())), "day": since}
    return {}


def _check_bridges(bridges: Mapping[str, Bridge], findings: Findings) -> None:
    for fund in dict.fromkeys(bridge.fund for bridge in bridges.values() if bridge.fund):
        group = [bridge for bridge in bridges.values() if bridge.fund == fund]
        for at, bridge in enumerate(group):
            before = [one for one in group[:at] if _meet(one, bridge)]
            if before and sum(map(_most, before), _most(bridge)) > 1:
                facts = {"fund": fund, "other": ", ".join(one.pool for one in before)}
                findings.add("FUND_BRIDGED_TWICE", bridge.place, bridge.pool, **facts)


def _most(bridge: Bridge) -> Fraction:
    """The largest part of its fund that a bridge may take."""
    if bridge.rule is not BridgeRule.PERCENT or bridge.share is None:
        return Fraction(1)
    return max(version.value for version in bridge.share.versions)
