"""The part of a year that a bound of a year applies to: months, heads, and what was paid (5.11).

Who brings in what earlier locked periods of the year paid (``opening``, kind ``paid``) has the
bound of the year *to date*: that of one settlement from 1 January to the end of the period, less
what was paid. So December's bound, with all that came before, is the bound of the year. Who brings
in nothing has the period alone: its own months, nothing paid. Sources: definitions 5.3, 5.11, 5.18.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from equivalents.headcount import headcount_e4
from equivalents.keys import PoolKeys
from equivalents.policy.calendar import Period, parse_period, print_day
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.keyrules import PaidBefore
from equivalents.policy.model import CaseRules, Pool
from equivalents.policy.yearly import Months
from equivalents.tally import Plan
from equivalents.units import Int64

__all__ = ["NO_YEAR", "YearPart", "YearToDate", "months_covered", "year_fen"]

_MONTHS_OF_A_YEAR: Final = 12


class YearPart(NamedTuple):
    """What a bound of a year comes to: its months, a part of a head, less the fen paid before."""

    months: int
    head_e4: int
    paid_fen: int


NO_YEAR: Final = YearPart(0, 0, 0)
"""Stands where no bound of a year is declared."""


def year_fen(value_fen: int, part: YearPart, *, up: bool = False) -> int:
    """A bound of the year for a part of it, rounded once, less what was paid, never below 0.

    A cap is rounded down to the fen, a floor ``up`` (5.11).
    """
    exact, whole = value_fen * part.months * part.head_e4, _MONTHS_OF_A_YEAR * ONE_E4
    return max((-(-exact // whole) if up else exact // whole) - part.paid_fen, 0)


def months_covered(plan: Plan, owner: Int64, counts: Months) -> Mapping[int, int]:
    """The months of the plan's period in which each owner has postings; none is left out at 0.

    A whole month is one on each day of which the owner has a posting; a month begun is one with
    any such day. ``owner`` says whose each posting is.
    """
    postings, period = plan.postings, plan.period
    starts = [*period.month_starts, period.end]
    found: dict[int, int] = defaultdict(int)
    present = np.flatnonzero(postings.overlap(period.start, period.end))
    order = present[np.lexsort((postings.since[present], owner[present]))]
    for first, after in pairwise(starts):
        covered: dict[int, int] = {}
        for at in order[postings.overlap(first, after)[order]].tolist():
            who, since = int(owner[at]), int(postings.since[at])
            until = covered.get(who, first)
            if since <= until or counts is Months.BEGUN:
                covered[who] = max(until, int(postings.until[at]))
        for who, until in covered.items():
            found[who] += until >= after or counts is Months.BEGUN
    return found


@dataclass(frozen=True)
class _Span:
    """Months and heads over the days of one plan; without keys everybody is a whole head."""

    plan: Plan
    keys: PoolKeys | None
    _months: dict[tuple[Months, bool], Mapping[int, int]]
    _heads: dict[str, Int64]

    def months(self, counts: Months, person: int, institution: int | None = None) -> int:
        """Months at an institution, or at whatever institutions."""
        name = counts, institution is None
        postings, wide = self.plan.postings, len(self.plan.persons)
        if name not in self._months:
            owner = postings.person.astype(np.int64)
            if institution is not None:
                owner = owner + postings.institution.astype(np.int64) * wide
            self._months[name] = months_covered(self.plan, owner, counts)
        at = person if institution is None else institution * wide + person
        return self._months[name].get(at, 0)

    def head_e4(self, person: int, institution: int, pool: str) -> int | None:
        """The part of a head in a pool; ``None`` without a posting there."""
        if self.keys is None:
            return ONE_E4
        pair = self.keys.staff.find(institution, person)
        if pair < 0:
            return None
        if pool not in self._heads:
            self._heads[pool] = headcount_e4(self.keys, Pool("", pool, "", 0))
        return int(self._heads[pool][pair])


class YearToDate:
    """Says for each person which part of a year a bound applies to.

    ``keys`` are what heads are known by (5.3); ``None``: everybody is a whole one.
    """

    def __init__(self, rules: CaseRules, plan: Plan, keys: PoolKeys | None) -> None:
        self._rules, self._plan = rules, plan
        self._period = _Span(plan, keys, {}, {})
        self._paid: dict[str, list[PaidBefore]] = defaultdict(list)
        for row in rules.key_rules.paid:
            self._paid[row.person_id].append(row)

    @cached_property
    def _year(self) -> _Span:
        """From 1 January to the end of the period."""
        period = self._plan.period
        first = parse_period(print_day(period.start)[:4]).start
        # Nothing is counted in it, so only who is posted and what coefficients say is needed.
        rules = replace(self._rules, period=Period("", first, period.end), weights=())
        plan = Plan(rules)
        return _Span(plan, PoolKeys(plan, {}, rules), {}, {})

    def in_pool(self, pool: str, institution: int, person: int) -> YearPart:
        """The part for a bound of one pool at one institution: whole months of postings there."""
        place = self._plan.institutions[institution]
        rows = self._rows(person, (pool,))
        paid = [row.amount_fen for row in rows if row.institution_id == place]
        span = self._year if paid else self._period
        head = span.head_e4(person, institution, pool)
        months = span.months(Months.WHOLE, person, institution)
        return YearPart(months, ONE_E4 if head is None else head, sum(paid))

    def of_pools(
        self,
        pools: Collection[str],
        person: int,
        payouts: Iterable[tuple[int, str]],
        counts: Months,
    ) -> YearPart:
        """The part for a limit on several pools: months at whatever institutions.

        ``payouts`` are the institutions and pools that pay the person now. Parts of a head at the
        institutions are added up (at each the largest of the pools), one at most, or the largest
        of them where that is more (5.3).
        """
        rows = self._rows(person, pools)
        span = self._year if rows else self._period
        find = self._plan.institutions.find
        paying = {*payouts, *((find(row.institution_id), row.pool) for row in rows)}
        of_place: dict[int, int] = {}
        for place, pool in paying:
            head = span.head_e4(person, place, pool)
            if head is not None:
                of_place[place] = max(of_place.get(place, 0), head)
        head_e4 = min(sum(of_place.values()), max(ONE_E4, *of_place.values(), 0))
        paid = sum(row.amount_fen for row in rows)
        return YearPart(span.months(counts, person), head_e4, paid)

    def _rows(self, person: int, pools: Collection[str]) -> list[PaidBefore]:
        """What was paid to a person from some pools, at whatever institutions."""
        of_person = self._paid.get(self._plan.persons[person], ())
        return [row for row in of_person if row.pool in pools]
