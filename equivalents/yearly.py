"""Yearly limits: a cap on what one person gets from several pools together (D3, 5.11).

The idea: all pools are shared first; then each person's total of the named pools, at all
institutions, is held against

    cap of the year x months employed / 12 x part of a head,

rounded down to the fen. What stands above is taken off the person's payouts of these pools by
largest remainder, in proportion to their amounts, and stays with the pool that it came from. It is
not shared again: over several pools that has no single result. Sources: D3; definitions 5.3,
5.10, 5.11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from equivalents.allocate import largest_remainder
from equivalents.errors import ConservationError, Problem
from equivalents.headcount import headcount_e4
from equivalents.keys import PoolKeys
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.keyrules import Excess
from equivalents.policy.model import Pool
from equivalents.policy.posts import Codes
from equivalents.policy.yearly import Months, YearlyLimit
from equivalents.tally import Plan
from equivalents.units import Int64, print_fen

__all__ = ["Limited", "LimitedPayout", "cap_fen", "limit_payouts", "months_employed"]

_MONTHS_OF_A_YEAR: Final = 12


class LimitedPayout(NamedTuple):
    """A payout of somebody whose total is above a yearly limit.

    ``row`` is the payout; ``head_e4`` the person's part of a head, ``cap_fen`` and ``total_fen``
    are of the person, ``before_fen`` and ``taken_fen`` of this payout.
    """

    row: int
    limit: YearlyLimit
    months: int
    head_e4: int
    cap_fen: int
    total_fen: int
    before_fen: int
    taken_fen: int


@dataclass(frozen=True, slots=True)
class Limited:
    """What yearly limits take: from each payout, and what each pool retains and carries of it."""

    payouts: tuple[LimitedPayout, ...]
    taken_fen: Int64
    retained_fen: Int64
    carried_fen: Int64
    problems: tuple[Problem, ...]


def cap_fen(year_fen: int, months: int, head_e4: int) -> int:
    """A cap of the year for some months and a part of a head, rounded down to the fen (5.11)."""
    return year_fen * months * head_e4 // (_MONTHS_OF_A_YEAR * ONE_E4)


def months_employed(plan: Plan, counts: Months) -> Mapping[int, int]:
    """The months of the period in which each person has postings, at whatever institutions.

    A whole month is one on each day of which the person has a posting; a month begun is one with
    any such day.
    """
    postings, period = plan.postings, plan.period
    starts = [*period.month_starts, period.end]
    found = dict.fromkeys(range(len(plan.persons)), 0)
    present = np.flatnonzero(postings.overlap(period.start, period.end))
    order = present[np.lexsort((postings.since[present], postings.person[present]))]
    for first, after in pairwise(starts):
        covered: dict[int, int] = {}
        for at in order[postings.overlap(first, after)[order]].tolist():
            person, since = int(postings.person[at]), int(postings.since[at])
            until = covered.get(person, first)
            if since <= until or counts is Months.BEGUN:
                covered[person] = max(until, int(postings.until[at]))
        for person, until in covered.items():
            found[person] += until >= after or counts is Months.BEGUN
    return found


def limit_payouts(
    limits: Sequence[YearlyLimit],
    pools: Sequence[Pool],
    plan: Plan,
    keys: PoolKeys | None,
    columns: tuple[Codes, Codes, Codes],
    amount_fen: Int64,
) -> Limited | None:
    """Hold payouts against the yearly limits; ``None`` where there are none.

    Args:
        limits: those in force in the period; no pool belongs to two.
        pools: all pools, by position.
        plan: who is employed when.
        keys: what heads are known by (5.3); ``None``: everybody is a whole one.
        columns: pool, institution and person of each payout, in the order of institution and pool.
        amount_fen: the payouts.

    Raises:
        ConservationError: the parts taken do not add up to the excess (a defect).
    """
    if not limits:
        return None
    taken = np.zeros(amount_fen.size, np.int64)
    stays: Mapping[Excess, Int64] = {word: np.zeros(len(pools), np.int64) for word in Excess}
    found: list[LimitedPayout] = []
    problems: list[Problem] = []
    for limit in limits:
        holder = _Holder(limit, pools, plan, keys, columns, amount_fen)
        for one in holder.over():
            taken[one.row] += one.taken_fen
            stays[limit.excess][int(columns[0][one.row])] += one.taken_fen
            found.append(one)
        problems += holder.problems
    found.sort(key=lambda one: one.row)
    retained, carried = stays[Excess.RETAIN], stays[Excess.CARRY]
    return Limited(tuple(found), taken, retained, carried, tuple(problems))


class _Holder:
    """Holds the payouts of one limit's pools against it."""

    def __init__(
        self,
        limit: YearlyLimit,
        pools: Sequence[Pool],
        plan: Plan,
        keys: PoolKeys | None,
        columns: tuple[Codes, Codes, Codes],
        amount_fen: Int64,
    ) -> None:
        self._limit, self._pools, self._plan, self._keys = limit, pools, plan, keys
        self._pool, self._institution, self._person = columns
        self._amount = amount_fen
        self._heads: dict[str, Int64] = {}
        self.problems: list[Problem] = []

    def over(self) -> list[LimitedPayout]:
        """The payouts of everybody whose total is above the limit, and what is taken of each."""
        named = np.array([pool.pool in self._limit.pools for pool in self._pools], bool)
        rows = np.flatnonzero(named[self._pool])
        rows = rows[np.argsort(self._person[rows], kind="stable")]
        starts = np.flatnonzero(np.diff(self._person[rows], prepend=-1))
        if starts.size == 0:
            return []
        total = np.add.reduceat(self._amount[rows], starts)
        months = months_employed(self._plan, self._limit.months)
        found: list[LimitedPayout] = []
        for mine, sum_fen in zip(np.split(rows, starts[1:]), total.tolist(), strict=True):
            person = int(self._person[mine[0]])
            head_e4 = self._head_e4(mine)
            year_fen = self._limit.of(self._plan.persons[person])
            most_fen = cap_fen(year_fen, months[person], head_e4)
            if sum_fen > most_fen:
                self._tell(person, months[person], sum_fen)
                figures = (self._limit, months[person], head_e4, most_fen, sum_fen)
                found += self._split(mine, figures)
        return found

    def _split(
        self, rows: Int64, figures: tuple[YearlyLimit, int, int, int, int]
    ) -> list[LimitedPayout]:
        """The excess of one person, taken off the payouts in proportion to them (5.10)."""
        excess = figures[4] - figures[3]
        amounts = self._amount[rows]
        parts = largest_remainder(np.array([excess], np.int64), amounts, np.zeros(1, np.int64))
        if (parts.amount_fen > amounts).any():
            raise ConservationError("a yearly limit takes more than there is")
        three = zip(rows.tolist(), amounts.tolist(), parts.amount_fen.tolist(), strict=True)
        return [LimitedPayout(row, *figures, before, part) for row, before, part in three]

    def _head_e4(self, rows: Int64) -> int:
        """The person's part of a head: those of the institutions added up, one at most (5.3).

        Where one institution alone counts the person as more than one, that is the most.
        """
        if self._keys is None:
            return ONE_E4
        of_place: dict[int, int] = {}
        for row in rows.tolist():
            place, pool = int(self._institution[row]), self._pools[self._pool[row]]
            if pool.pool not in self._heads:
                self._heads[pool.pool] = headcount_e4(self._keys, pool)
            pair = self._keys.staff.find(place, int(self._person[row]))
            head = int(self._heads[pool.pool][pair])
            of_place[place] = max(of_place.get(place, 0), head)
        return min(sum(of_place.values()), max(ONE_E4, *of_place.values()))

    def _tell(self, person: int, months: int, total_fen: int) -> None:
        if months == 0:
            facts = {"name": self._limit.name, "amount": print_fen(total_fen)}
            name = self._plan.persons[person]
            self.problems.append(Problem("YEARLY_NO_MONTH", self._limit.place, name, facts))
