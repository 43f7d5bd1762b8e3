"""Yearly limits: a cap on what one person gets from several pools together (D3, 5.11).

The idea: all pools are shared first; then each person's total of the named pools, at all
institutions, is held against

    cap of the year x months employed / 12 x part of a head,

rounded down to the fen, less what earlier locked periods of the year paid from these pools, never
below 0 (:mod:`equivalents.yeartodate`). What stands above is taken off the person's payouts of
these pools by largest remainder, in proportion to their amounts, and stays with the pool that it
came from. It is not shared again: over several pools that has no single result. Sources: D3;
definitions 5.3, 5.10, 5.11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from equivalents.allocate import largest_remainder
from equivalents.errors import ConservationError, Problem
from equivalents.policy.keyrules import Excess
from equivalents.policy.model import Pool
from equivalents.policy.posts import Codes
from equivalents.policy.yearly import YearlyLimit
from equivalents.tally import Plan
from equivalents.units import Int64, print_fen
from equivalents.yeartodate import YearPart, YearToDate, year_fen

__all__ = ["Limited", "LimitedPayout", "limit_payouts"]


class LimitedPayout(NamedTuple):
    """A payout of somebody whose total is above a yearly limit.

    ``row`` is the payout; ``year_fen`` (the cap of a whole year), ``part`` (of the year),
    ``cap_fen`` and ``total_fen`` are of the person, ``before_fen`` and ``taken_fen`` of this
    payout.
    """

    row: int
    limit: YearlyLimit
    year_fen: int
    part: YearPart
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


def limit_payouts(
    limits: Sequence[YearlyLimit],
    pools: Sequence[Pool],
    plan: Plan,
    year: YearToDate,
    columns: tuple[Codes, Codes, Codes],
    amount_fen: Int64,
) -> Limited | None:
    """Hold payouts against the yearly limits; ``None`` where there are none.

    Args:
        limits: those in force in the period; no pool belongs to two.
        pools: all pools, by position.
        plan: the codes of people.
        year: which part of the year applies to whom, and what was paid in it before.
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
        holder = _Holder(limit, pools, plan, year, columns, amount_fen)
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
        year: YearToDate,
        columns: tuple[Codes, Codes, Codes],
        amount_fen: Int64,
    ) -> None:
        self._limit, self._pools, self._plan, self._year = limit, pools, plan, year
        self._pool, self._institution, self._person = columns
        self._amount = amount_fen
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
        found: list[LimitedPayout] = []
        for mine, sum_fen in zip(np.split(rows, starts[1:]), total.tolist(), strict=True):
            person = int(self._person[mine[0]])
            part = self._part(person, mine)
            most_fen = year_fen(self._limit.of(self._plan.persons[person]), part)
            if sum_fen > most_fen:
                self._tell(person, part, sum_fen)
                found += self._split(mine, person, part, (most_fen, sum_fen))
        return found

    def _part(self, person: int, rows: Int64) -> YearPart:
        """The part of the year that the limit applies to, for a person with some payouts."""
        names = [self._pools[at].pool for at in self._pool[rows].tolist()]
        paying = zip(self._institution[rows].tolist(), names, strict=True)
        return self._year.of_pools(self._limit.pools, person, paying, self._limit.months)

    def _split(
        self, rows: Int64, person: int, part: YearPart, figures: tuple[int, int]
    ) -> list[LimitedPayout]:
        """The excess of one person, taken off the payouts in proportion to them (5.10)."""
        most_fen, total_fen = figures
        excess = total_fen - most_fen
        amounts = self._amount[rows]
        parts = largest_remainder(np.array([excess], np.int64), amounts, np.zeros(1, np.int64))
        if (parts.amount_fen > amounts).any():
            raise ConservationError("a yearly limit takes more than there is")
        three = zip(rows.tolist(), amounts.tolist(), parts.amount_fen.tolist(), strict=True)
        of_year = self._limit.of(self._plan.persons[person])
        told = self._limit, of_year, part, most_fen, total_fen
        return [LimitedPayout(row, *told, before, taken) for row, before, taken in three]

    def _tell(self, person: int, part: YearPart, total_fen: int) -> None:
        if part.months == 0:
            facts = {"name": self._limit.name, "amount": print_fen(total_fen)}
            name = self._plan.persons[person]
            self.problems.append(Problem("YEARLY_NO_MONTH", self._limit.place, name, facts))
