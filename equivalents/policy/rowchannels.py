"""The column ``channel`` 购买渠道 of weight rows against what a scheme buys their items through.

The scheme decides through which channel an item is bought; the column of the weight table is what
its authors had in mind, and moves no money. Where the two name different channels, one of the
documents is wrong about who pays: that is told, once for each pair of names, and the scheme
counts. A warning and no error: a county cannot edit a shipped table. Source: B1.
"""

from collections.abc import Iterator, Sequence

from equivalents.findings import Findings, near
from equivalents.policy.calendar import Period, print_day
from equivalents.policy.model import Pool, WeightRow
from equivalents.policy.purchases import Shops, shops
from equivalents.policy.scheme import Scheme

__all__ = ["check_row_channels"]

_NOBODY = "没有渠道或资金¦no channel or fund"
_SHOWN = 5
"""So many items are named; the others are counted."""


def check_row_channels(
    scheme: Scheme,
    weights: Sequence[WeightRow],
    pools: Sequence[Pool],
    period: Period,
    findings: Findings,
) -> None:
    """Note channels of weight rows that are not those their items are bought through."""
    if not scheme.channels:
        return
    shop = shops(scheme, weights, pools)
    found: dict[tuple[str, str], list[tuple[WeightRow, int]]] = {}
    for row in weights:
        other = next(_others(scheme, shop, row, period), None) if row.channel else None
        if other is not None:
            name, day = other
            found.setdefault((row.channel, name), []).append((row, day))
    for (named, name), rows in found.items():
        items = sorted({row.item_code for row, _ in rows})
        listed = "、".join(items[:_SHOWN]) + ("…" if len(items) > _SHOWN else "")
        facts = {"items": listed, "count": str(len(items)), "by": name or _NOBODY}
        facts["day"] = print_day(min(day for _, day in rows))
        known = tuple(scheme.channels)
        facts["near"] = "" if named in known else near(named, known)
        findings.add("ROW_CHANNEL", rows[0][0].place.at("channel"), named, **facts)


def _others(
    scheme: Scheme, shop: Shops, row: WeightRow, period: Period
) -> Iterator[tuple[str, int]]:
    """Who else buys the item of a row, and from when; a blank name where nobody does."""
    start, end = max(row.valid_from, period.start), min(row.valid_to, period.end)
    if row.stopped or start >= end:
        return
    edges = (day for day in shop.days(row.item_code, period) if start < day < end)
    for day in (start, *edges):
        takers = [*shop.listed(row.item_code, day)]
        takers += [one.channel or one.fund.name for one in shop.buyers(row.item_code, day)]
        channel = scheme.channels.get(row.channel)
        if row.channel in takers:
            continue
        if takers and (channel is not None or takers[0] in scheme.channels):
            yield ", ".join(dict.fromkeys(takers)), day
        elif not takers and channel is not None and channel.items:
            yield "", day  # a channel that lists its items, and not this one
