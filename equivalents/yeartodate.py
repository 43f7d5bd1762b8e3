"""The part of a year that a bound of a year applies to: months, heads, and what was paid (5.11).

The months of the period count, and those of the earlier locked periods of the year that are
brought in with what they paid (``opening``, kind ``paid``, also 0.00). The bound is that of these
months together, less what was paid in them. So December's bound, with all that came before, is the
bound of the year, and a month that nobody brought in, whose pay nobody knows, frees no money.
Sources: definitions 5.3, 5.11, 5.18.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from equivalents.headcount import headcount_e4
from equivalents.keys import PoolKeys
from equivalents.policy.calendar import Period, parse_period, print_day
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.keyrules import PaidBefore
from equivalents.policy.leaders import at_the_rules
from equivalents.policy.model import CaseRules, Pool
from equivalents.policy.roster import Roster
from equivalents.policy.yearly import Months
from equivalents.tally import Plan
from equivalents.units import Int64

__all__ = ["NO_YEAR", "YearPart", "YearToDate", "months_covered", "year_fen"]

_MONTHS_OF_A_YEAR: Final = 12
_Month = tuple[int, int]
"""The first day of a month, and the one after its last."""


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


def months_covered(
    plan: Plan, owner: Int64, counts: Months, months: Sequence[_Month]
) -> Mapping[int, int]:
    """In how many of some months each owner has postings; who has none may be missing.

    A whole month is one on each day of which the owner has a posting; a month begun is one with
    any such day. ``owner`` says whose each posting is.
    """
    postings = plan.postings
    order = np.lexsort((postings.since, owner))
    found: dict[int, int] = defaultdict(int)
    for first, after in months:
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
    """Months and heads over some months of a plan; without keys everybody is a whole head."""

    plan: Plan
    keys: PoolKeys | None
    days: Sequence[_Month]
    _months: dict[tuple[Months, bool], Mapping[int, int]] = field(default_factory=dict)
    _heads: dict[str, Int64] = field(default_factory=dict)

    def months(self, counts: Months, person: int, institution: int | None = None) -> int:
        """Months at an institution, or at whatever institutions."""
        name = counts, institution is None
        postings, wide = self.plan.postings, len(self.plan.persons)
        if name not in self._months:
            owner = postings.person.astype(np.int64)
            if institution is not None:
                owner = owner + postings.institution.astype(np.int64) * wide
            self._months[name] = months_covered(self.plan, owner, counts, self.days)
        at = person if institution is None else institution * wide + person
        return self._months[name].get(at, 0)

    def head_e4(self, person: int, institution: int, pool: str) -> int | None:
        """The part of a head in a pool; ``None`` without a posting there in these months."""
        if (institution, person) not in self._posted:
            return None
        if self.keys is None:
            return ONE_E4
        pair = self.keys.staff.find(institution, person)
        if pair < 0:  # there only as a head, whose postings share in nothing (5.20)
            return None
        if pool not in self._heads:
            self._heads[pool] = headcount_e4(self.keys, Pool("", pool, "", 0), self.days)
        return int(self._heads[pool][pair])

    @cached_property
    def _posted(self) -> Set[tuple[int, int]]:
        postings = self.plan.postings
        overlaps = [postings.overlap(*month) for month in self.days]
        at = np.flatnonzero(np.logical_or.reduce(overlaps))
        pairs = zip(postings.institution[at].tolist(), postings.person[at].tolist(), strict=True)
        return frozenset(pairs)


class YearToDate:
    """Says for each person which part of a year a bound applies to.

    ``keys`` are what heads are known by (5.3); ``None``: everybody is a whole one.
    """

    def __init__(self, rules: CaseRules, plan: Plan, keys: PoolKeys | None) -> None:
        self._rules, self._plan = rules, plan
        self._keys = keys
        self._spans: dict[Sequence[int], _Span] = {}
        self._paid: dict[str, list[PaidBefore]] = defaultdict(list)
        for row in rules.key_rules.paid:
            self._paid[row.person_id].append(row)

    def _span(self, rows: Iterable[PaidBefore]) -> _Span:
        """The months of the period, and of the periods of some rows."""
        mine = self._plan.period.month_starts
        earlier = {day for row in rows for day in parse_period(row.period).month_starts}
        months = tuple(sorted(earlier.union(mine)))
        if months not in self._spans:
            plan, keys = (self._plan, self._keys) if months == mine else self._year
            ends = dict(pairwise([*plan.period.month_starts, plan.period.end]))
            days = [(day, ends[day]) for day in months]
            self._spans[months] = _Span(plan, keys, days)
        return self._spans[months]

    @cached_property
    def _year(self) -> tuple[Plan, PoolKeys]:
        """From 1 January to the end of the period: who is posted, what coefficients say."""
        period = self._plan.period
        first = parse_period(print_day(period.start)[:4]).start
        # Nothing is counted in it, so it needs no weights.
        postings = Roster.of(self._rules.postings)
        rules = replace(
            self._rules,
            period=Period("", first, period.end),
            weights=(),
            postings=at_the_rules(postings, self._rules.key_rules.leaders),
        )
        plan = Plan(rules)
        return plan, PoolKeys(plan, {}, rules)

    def in_pool(self, pool: str, institution: int, person: int) -> YearPart:
        """The part for a bound of one pool at one institution: whole months of postings there."""
        place = self._plan.institutions[institution]
        rows = [row for row in self._rows(person, (pool,)) if row.institution_id == place]
        span = self._span(rows)
        head = span.head_e4(person, institution, pool)
        months = span.months(Months.WHOLE, person, institution)
        return YearPart(months, ONE_E4 if head is None else head, _paid_fen(rows))

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
        span = self._span(rows)
        find = self._plan.institutions.find
        paying = {*payouts, *((find(row.institution_id), row.pool) for row in rows)}
        of_place: dict[int, int] = {}
        for place, pool in paying:
            head = span.head_e4(person, place, pool)
            if head is not None:
                of_place[place] = max(of_place.get(place, 0), head)
        head_e4 = min(sum(of_place.values()), max(ONE_E4, *of_place.values(), 0))
        return YearPart(span.months(counts, person), head_e4, _paid_fen(rows))

    def _rows(self, person: int, pools: Collection[str]) -> list[PaidBefore]:
        """What was paid to a person from some pools, at whatever institutions."""
        of_person = self._paid.get(self._plan.persons[person], ())
        return [row for row in of_person if row.pool in pools]


def _paid_fen(rows: Iterable[PaidBefore]) -> int:
    return sum(row.amount_fen for row in rows)
