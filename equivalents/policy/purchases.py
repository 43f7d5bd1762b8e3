"""No service is bought twice: the weights of a case against the funds and channels of its scheme.

The idea: an item is bought by each fund that reads a series in which it has a weight, and it
belongs to each channel that lists it, whether money goes through that channel or not. Over all of
these its parts are at most 1, on every day of the period, whatever the series are called. A channel
with ``others: yes`` buys what no channel lists; a weight of a listed item in a series that only
buys says that it is bought again, and is refused rather than left out in silence. Source: B1.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from equivalents.findings import Findings
from equivalents.policy.calendar import Period, print_day
from equivalents.policy.funds import Fund, PerEquivalent, PerItem
from equivalents.policy.model import Pool, WeightRow
from equivalents.policy.scheme import Channel, Scheme
from equivalents.policy.schemetwice import share_places

__all__ = ["Buyer", "Shops", "check_purchases", "shops"]


class Buyer(NamedTuple):
    """A fund that buys an item on a day: the part of it, through a channel or (blank) without."""

    fund: Fund
    channel: str
    share: Fraction
    row: WeightRow


def check_purchases(
    scheme: Scheme,
    weights: Sequence[WeightRow],
    pools: Sequence[Pool],
    period: Period,
    findings: Findings,
) -> None:
    """Note items of which more than all is bought on a day of the period, each once.

    In a series by which pools are shared as well a weight does not say that an item is bought.
    """
    if any(one.code in ("FUNDS_BUY_TWICE", "ITEM_BOUGHT_TWICE") for one in findings.problems):
        return  # the scheme alone says it already
    shop = shops(scheme, weights, pools)
    for item in shop.items():
        for day in shop.days(item, period):
            over = _over(shop, item, day)
            if over is not None:
                buyer, names, total = over
                facts = {"channels": ", ".join(names), "total": str(total), "day": print_day(day)}
                findings.add("ITEM_BOUGHT_TWICE", buyer.row.place, item, **facts)
                break


def shops(scheme: Scheme, weights: Sequence[WeightRow], pools: Sequence[Pool]) -> "Shops":
    """Who buys what in a case; pools are shared by some of its series."""
    every = {row.series for row in weights}
    shared = {"pay", *(one.series for one in pools)}
    shared |= {one.series for one in scheme.bridges.values()}
    return Shops(scheme, weights, frozenset(shared if len(every) > 1 else every))


def _over(shop: "Shops", item: str, day: int) -> tuple[Buyer, list[str], Fraction] | None:
    """The last fund of those that buy more than all of an item on a day, and who they are."""
    buyers = [*shop.buyers(item, day)]
    listed = shop.listed(item, day)
    for buyer in reversed(buyers):
        near = [one for one in buyers if one is buyer or share_places(one.fund, buyer.fund)]
        parts = {
            name: share
            for name, share in listed.items()
            if name != buyer.channel and shop.concerns(name, buyer.fund)
        }
        alone = [one for one in near if one.channel not in parts]
        total = sum((one.share for one in alone), Fraction()) + sum(parts.values(), Fraction())
        if total > 1:
            return buyer, [*parts, *(one.fund.name for one in alone)], total
    return None


class Shops:
    """Who buys what, by item and day."""

    def __init__(
        self, scheme: Scheme, weights: Sequence[WeightRow], shared: frozenset[str]
    ) -> None:
        self._channels, self._shared = scheme.channels, shared
        self._all = [*scheme.funds.values()]
        self._funds = [
            (fund, fund.body)
            for fund in self._all
            if isinstance(fund.body, PerItem | PerEquivalent)
        ]
        series = {body.series for _, body in self._funds}
        self._rows: dict[tuple[str, str], list[WeightRow]] = {}
        for row in weights:
            if row.series in series:
                self._rows.setdefault((row.series, row.item_code), []).append(row)

    def items(self) -> Sequence[str]:
        """The items that have a weight in any series that a fund buys."""
        return sorted({item for _, item in self._rows})

    def days(self, item: str, period: Period) -> Sequence[int]:
        """The days of the period on which who buys an item may change."""
        rows = [row for body in self._bodies() for row in self._rows.get((body.series, item), ())]
        spans: list[Fund | Channel | WeightRow] = [*self._all, *self._channels.values(), *rows]
        edges = {day for one in spans for day in (one.valid_from, one.valid_to)}
        return sorted({period.start, *(day for day in edges if period.start < day < period.end)})

    def _bodies(self) -> Iterator[PerItem | PerEquivalent]:
        return (body for _, body in self._funds)

    def listed(self, item: str, day: int) -> Mapping[str, Fraction]:
        """The channels that list an item on a day, and their parts of it."""
        return {
            name: one.items[item]
            for name, one in self._channels.items()
            if item in one.items and one.valid_from <= day < one.valid_to
        }

    def concerns(self, channel: str, fund: Fund) -> bool:
        """Whether a channel may buy where a fund does; one without any fund is everybody's."""
        funds = [one for one in self._all if one.channel == channel]
        return not funds or any(share_places(one, fund) for one in funds)

    def buyers(self, item: str, day: int) -> Iterator[Buyer]:
        """The funds that buy an item on a day, in declared order."""
        listed = self.listed(item, day)
        for fund, body in self._funds:
            row = self._row(body, item, day)
            if row is None or not fund.valid_from <= day < fund.valid_to:
                continue
            if isinstance(body, PerItem) and not body.channel and item not in body.prices_e4:
                continue
            share = self._share(body, listed, day)
            if share > 0:
                yield Buyer(fund, body.channel, share, row)

    def _row(self, body: PerItem | PerEquivalent, item: str, day: int) -> WeightRow | None:
        """A weight that makes a fund buy an item: above 0 where equivalents are bought."""
        for row in self._rows.get((body.series, item), ()):
            counts = row.weight_e4 > 0 or isinstance(body, PerItem)
            if counts and not row.stopped and row.valid_from <= day < row.valid_to:
                return row
        return None

    def _share(
        self, body: PerItem | PerEquivalent, listed: Mapping[str, Fraction], day: int
    ) -> Fraction:
        """The part of a listed item that a fund buys, or that its weight says it buys."""
        if not body.channel:
            return Fraction(1)
        channel = self._channels.get(body.channel)
        if channel is None or not channel.valid_from <= day < channel.valid_to:
            return Fraction(0)
        if not channel.others:
            return listed.get(body.channel, Fraction(0))
        rest = 1 - sum(listed.values(), Fraction())
        same = any(
            other.channel in listed and other.series == body.series for other in self._bodies()
        )
        # Of a series that only this channel buys by, the weight of somebody else's item is a claim.
        only = rest == 0 and body.series not in self._shared and not same
        return Fraction(1) if only else rest
