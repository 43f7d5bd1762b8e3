"""The work of a series as a fund buys it: through a channel, in the months it is in force.

Rows of an institution are added up in whole columns; what then goes through Python is one sum
for each price. Sources: B1; definition 5.13.
"""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from equivalents.policy.calendar import print_day
from equivalents.policy.funds import Fund, PerItem
from equivalents.policy.model import Institution
from equivalents.policy.scheme import Channel
from equivalents.reckoning import Reckoner
from equivalents.units import Int64
from equivalents.work import Work, summed

__all__ = ["Shop"]


class Shop:
    """What a channel (or everybody, without one) buys of the work of one series."""

    def __init__(self, case: Reckoner, series: str, channel: Channel | None) -> None:
        self._case, self._channel = case, channel
        self._work: Work = case.facts.work[series]
        self._rows = self._work.rows()
        starts = np.array(case.month_starts, np.int64)
        if not np.isin(self._work.month, starts).all():
            raise ValueError(f"work of {series} outside the period")
        self._month = np.searchsorted(starts, self._work.month)
        self._versions: dict[int, Int64] = {}
        shares = [[self.share(item, day) for day in case.month_starts] for item in self._work.items]
        self._shares = sorted({Fraction(0), *(share for row in shares for share in row)})
        position = {share: at for at, share in enumerate(self._shares)}
        # (items, months); position 0 is the share 0: an item that is not bought.
        found = [[position[share] for share in row] for row in shares]
        self._share_at = np.array(found, np.int64).reshape(len(shares), len(starts))

    def share(self, item: str, day: int) -> Fraction:
        """The share of an item that is bought in the month that begins on a day."""
        if self._channel is None:
            return Fraction(1)
        return self._case.scheme.bought(self._channel.name, item, day)

    def days(self, fund: Fund) -> Sequence[int]:
        """The first days of the months in which the fund and the channel are in force."""
        return [self._case.month_starts[at] for at in self._months(fund)]

    def _months(self, fund: Fund) -> Sequence[int]:
        spans = [(fund.valid_from, fund.valid_to)]
        if self._channel is not None:
            spans.append((self._channel.valid_from, self._channel.valid_to))
            if self._channel.others:  # what is left changes with every other channel
                every = self._case.scheme.channels.values()
                edges = [(one.valid_from, one.valid_to) for one in every if one.items]
                self._case.check_whole_months(fund, "channels", edges)
        self._case.check_whole_months(fund, "valid_from", spans)
        return [
            at
            for at, day in enumerate(self._case.month_starts)
            if all(since <= day < until for since, until in spans)
        ]

    def equivalents(self, fund: Fund, place: Institution) -> list[tuple[int, Fraction]]:
        """What is bought of an institution, in e7, by the first day of the month."""
        rows = self._rows.get(place.institution_id, slice(0, 0))
        share = self._share_at[self._work.item[rows], self._month[rows]]
        bought = share > 0
        found: dict[int, Fraction] = defaultdict(Fraction)
        values = self._work.equivalents_e7[rows][bought]
        for (month, at), total in summed(values, self._month[rows][bought], share[bought]):
            found[month] += self._shares[at] * total
        starts = self._case.month_starts
        return [(starts[at], found[at]) for at in self._months(fund) if at in found]

    def quantities(
        self, fund: Fund, body: PerItem, place: Institution
    ) -> list[tuple[str, int, int]]:
        """Item, position of its price's version, and quantity in e3 that has this price.

        Work of a priced item in a month without price is noted, and so is that of an item of
        the channel that has no price at all.
        """
        rows = self._rows.get(place.institution_id, slice(0, 0))
        item = self._work.item[rows].astype(np.int64)
        version = self._version(fund, body)[item, self._month[rows]]
        bought = version > 0
        for at in np.unique(item[version < 0]).tolist():
            self._note_unpriced(fund, body, self._work.items[at])
        sums = summed(self._work.quantity_e3[rows][bought], item[bought], version[bought])
        return [(self._work.items[at], which - 1, total) for (at, which), total in sums]

    def _version(self, fund: Fund, body: PerItem) -> Int64:
        """``(items, months)``: 1 + the version of the price, 0 not bought, -1 without price."""
        known = self._versions.get(id(fund))
        if known is not None:
            return known
        found = np.zeros((len(self._work.items), len(self._case.month_starts)), np.int64)
        months = self._months(fund)
        for at, item in enumerate(self._work.items):
            dated = body.prices_e4.get(item)
            if dated is None and self._channel is None:
                continue
            versions = dated.versions if dated else ()
            spans = [(one.valid_from, one.valid_to) for one in versions]
            self._case.check_whole_months(fund, f"prices.{item}", spans)
            for month in months:
                if self._share_at[at, month] == 0:
                    continue
                day = self._case.month_starts[month]
                inside = (1 + n for n, (since, end) in enumerate(spans) if since <= day < end)
                found[at, month] = next(inside, -1)
        self._versions[id(fund)] = found
        return found

    def _note_unpriced(self, fund: Fund, body: PerItem, item: str) -> None:
        """Note an item without a price, and the first month in which it has none."""
        dated = body.prices_e4.get(item)
        days = (day for day in self.days(fund) if dated is None or dated.on(day) is None)
        self._case.note(
            "FUND_FIGURE_MISSING", fund, figure=f"prices.{item}", day=print_day(next(days))
        )
