"""The end of the year: what a year is worth to everybody, less what its months paid (5.18).

Months were locked one by one, each sharing its own pool (月预发). The year is settled as a whole
(年清算): everybody's entitlement out of the year's pools, less what the months and the adjustments
paid. A month's rows of the component ``adjustment`` pay adjustments that are counted by their own
tables, pool by pool, so these rows are compared with them and never counted twice. Whoever was paid
too much gives it back (``recover``), or it goes on to the next year (``carry``). Sources: D5, B6;
definitions 5.18, 5.19.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.codes import Coded
from equivalents.errors import ConservationError, Problem, RefusedError
from equivalents.paidrows import POOL_SHARE, PaidRows, aligned, matching, some
from equivalents.policy.corrections import OverPaid
from equivalents.units import print_fen

__all__ = ["ADJUSTMENT", "LINES", "PaidPeriod", "YearEndLine", "YearEndResult", "year_end"]

ADJUSTMENT: Final = "adjustment"
"""The component by which a period pays adjustments of an earlier one."""
LINES: Final = ("paid", "retained", "carried")
"""Where the money of a pool goes: to people, or not."""


@dataclass(frozen=True, slots=True)
class PaidPeriod:
    """What a settled period pays: rows of people, and of pools by institution, pool and line.

    What a pool pays includes adjustments of earlier periods that were charged to it; their rows of
    people have its name and the component ``adjustment``.
    """

    paid: PaidRows
    pools: PaidRows


@dataclass(frozen=True, slots=True)
class YearEndLine:
    """A row of the year: ``names``, then fen: entitlement - paid - adjusted = due.

    The names are institution, pool, person and component; of a pool institution, pool and line.
    ``now_fen`` of what is due is paid or taken back at once, the rest of it carried on.
    """

    names: tuple[str, ...]
    entitlement_fen: int
    paid_fen: int
    adjusted_fen: int
    due_fen: int
    now_fen: int

    @property
    def carried_fen(self) -> int:
        """What goes on to the next year, 0 or below."""
        return self.due_fen - self.now_fen


@dataclass(frozen=True, slots=True)
class YearEndResult:
    """Everybody's row and every pool's three lines, in the order of code points; warnings.

    ``worth_fen`` and ``pools_fen`` are what the year pays to people and what its pools have,
    adjustments of earlier years apart, added up before anything was put side by side.
    """

    people: tuple[YearEndLine, ...]
    pools: tuple[YearEndLine, ...]
    problems: tuple[Problem, ...]
    worth_fen: int
    pools_fen: int


def year_end(
    over_paid: OverPaid,
    year: PaidPeriod,
    months: Sequence[PaidPeriod],
    adjusted: Sequence[PaidRows],
    parents: Mapping[str, str],
) -> YearEndResult:
    """Settle a year against what was paid in it.

    Args:
        over_paid: what becomes of an amount below 0 that is due.
        year: the whole year, settled.
        months: the locked periods that cover it, in any order.
        adjusted: the adjustments of these periods, in any order.
        parents: the institution above each, which may own the pool that pays somebody.

    Raises:
        RefusedError: ``YEAR_END_POOL``: the year knows no such pool or component.
        ConservationError: the rows do not come to the totals (a defect).
    """
    known = _known(year)
    lost = {name for one in months for name in _known(one)} - known
    if lost:
        raise RefusedError(
            [
                Problem("YEAR_END_POOL", value=name, facts={"institution": place})
                for place, name in sorted(lost)
            ]
        )
    rows = [_settled(one.paid) for one in months]
    worth = _settled(year.paid)
    people = _lines(over_paid, worth, rows, adjusted)
    of_pools = [_by_pool(one, _owners(year), parents, POOL_SHARE) for one in adjusted]
    shares, *before = (_shared(one, parents) for one in (year, *months))
    pools = _lines(OverPaid.RECOVER, shares, before, of_pools)
    _conserve(people, pools)
    totals = int(worth.value.sum()), int(shares.value.sum())
    return YearEndResult(people, pools, _unexplained(year, months, adjusted), *totals)


def _owners(period: PaidPeriod) -> set[tuple[str, str]]:
    """The pools of a period, by institution."""
    place, pool, _ = period.pools.columns
    return set(zip(place, pool, strict=True))


def _known(period: PaidPeriod) -> set[tuple[str, str]]:
    """The pools of a period, and its further components at no institution."""
    components = {*period.paid.columns[3].texts} - {POOL_SHARE, ADJUSTMENT}
    return _owners(period) | {("", name) for name in components}


def _settled(paid: PaidRows) -> PaidRows:
    """The rows but those that pay adjustments of earlier periods."""
    return _some(paid, ~matching(paid.columns[3], (ADJUSTMENT,)))


def _some(rows: PaidRows, kept: npt.NDArray[np.bool_]) -> PaidRows:
    at = np.flatnonzero(kept)
    return PaidRows(tuple(Coded.of(some(column, at)) for column in rows.columns), rows.value[at])


def _lines(
    over_paid: OverPaid,
    year: PaidRows,
    months: Sequence[PaidRows],
    adjusted: Sequence[PaidRows],
) -> tuple[YearEndLine, ...]:
    """Rows of the year less those of its months and adjustments."""
    sides = aligned([year, *months, *adjusted])
    worth, *rest = sides.values
    none = np.zeros(worth.size, np.int64)
    paid = sum(rest[: len(months)], none)
    more = sum(rest[len(months) :], none)
    due = worth - paid - more
    now = np.maximum(due, 0) if over_paid is OverPaid.CARRY else due
    columns = zip(*(one.tolist() for one in (worth, paid, more, due, now)), strict=True)
    names = sides.rows(np.ones(worth.size, bool))
    return tuple(YearEndLine(name, *fen) for name, fen in zip(names, columns, strict=True))


def _shared(period: PaidPeriod, parents: Mapping[str, str]) -> PaidRows:
    """The lines of pools without the adjustments that were charged to them."""
    owners = _owners(period)
    charged = _by_pool(period.paid, owners, parents, ADJUSTMENT)
    at = [name in owners for name in zip(*charged.columns[:2], strict=True)]
    sides = aligned([period.pools, _some(charged, np.array(at, bool))])
    return PaidRows(sides.columns, sides.values[0] - sides.values[1])


def _by_pool(
    paid: PaidRows, owners: set[tuple[str, str]], parents: Mapping[str, str], component: str
) -> PaidRows:
    """Rows of a component as lines of the pools that they belong to.

    A pool pays at its own institution, or at one right below it that has none of that name.
    """
    shares = _some(paid, matching(paid.columns[3], (component,)))
    place, pool, *_ = shares.columns
    found = [
        one if (one, name) in owners else parents.get(one, one)
        for one, name in zip(place, pool, strict=True)
    ]
    line = Coded.alike(LINES[0], shares.value.size)
    return PaidRows((Coded.of(found), pool, line), shares.value)


def _conserve(people: Sequence[YearEndLine], pools: Sequence[YearEndLine]) -> None:
    """What people have as shares is what the pools paid, in each column."""
    shares = [one for one in people if one.names[3] == POOL_SHARE]
    lines = [one for one in pools if one.names[2] == LINES[0]]
    left, right = _totals(shares), _totals(lines)
    if left != right:
        raise ConservationError(f"shares come to {left}, what pools paid to {right}")


def _totals(lines: Sequence[YearEndLine]) -> tuple[int, ...]:
    columns = [(one.entitlement_fen, one.paid_fen, one.adjusted_fen, one.due_fen) for one in lines]
    return tuple(map(sum, zip(*columns, strict=True))) if columns else (0, 0, 0, 0)


def _unexplained(
    year: PaidPeriod, months: Sequence[PaidPeriod], adjusted: Sequence[PaidRows]
) -> tuple[Problem, ...]:
    """Who was paid other adjustments in the months than those given and those of earlier years."""
    parts = [_of_person(one.paid, adjustments=True) for one in (year, *months)]
    parts += [_of_person(one, adjustments=False) for one in adjusted]
    sides = aligned(parts)
    none = np.zeros(sides.columns[0].code.size, np.int64)
    before, *rest = sides.values
    paid, given = sum(rest[: len(months)], none), sum(rest[len(months) :], none)
    odd = paid != before + given
    figures = zip(*(one[odd].tolist() for one in (paid, before + given)), strict=True)
    return tuple(
        Problem(
            "YEAR_END_ADJUSTMENTS",
            value=person,
            facts={"institution": place, "paid": print_fen(one), "given": print_fen(other)},
        )
        for (place, person), (one, other) in zip(sides.rows(odd), figures, strict=True)
    )


def _of_person(rows: PaidRows, *, adjustments: bool) -> PaidRows:
    """Rows by institution and person; of what a period pays its adjustments only."""
    if adjustments:
        rows = _some(rows, matching(rows.columns[3], (ADJUSTMENT,)))
    place, _, person, _ = rows.columns
    return PaidRows((place, person), rows.value)
