"""What everybody takes of shared totals, added up at once: the direct path (A5, 5.4).

The same totals as in :mod:`equivalents.shares`, split the same way, but nothing is kept of them
but the sum of each performer. The trick: with shares adding up to ``w``, a total of ``q x w + r``
units gives each performer ``q x share`` and his part of ``r``, because neither the remainders of
the division nor the ties between them depend on ``q`` (5.10). So the totals of a crew become one
sum of ``q``, and a number of totals for each ``r``: a few values are split instead of millions.
Sources: A5; definitions 5.4, 5.10.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from equivalents.allocate import largest_remainder
from equivalents.grouping import group, sum_runs
from equivalents.shares import Parts, kinds_of, segment_of, split
from equivalents.tally import Plan, Tally
from equivalents.units import Codes, Int64
from equivalents.weigh import Scales, shared_cells

__all__ = ["shared_sums"]

_AT_ONCE: Final = 1 << 16
"""Cells that are added up at once: few enough for the processor's cache."""


class _Crews(NamedTuple):
    """By crew: its kind, the segment it was in, and what its shares add up to."""

    kind: Codes
    segment: Int64
    whole: Int64


def shared_sums(tally: Tally, scales: Scales, series: str) -> Int64:
    """The equivalents per posting in e7 of the shared cells of a settled tally.

    It is for the caller to prove that int64 holds the sum of all totals (``DirectSum.finish``).
    """
    plan = scales.plan
    crews = _crews(plan)
    sums = np.zeros(len(plan.postings), np.int64)
    apart = plan.postings.moves or scales.by_performer(series)
    for where in _pieces(tally, plan, crews.kind):
        columns = tally.posting, tally.item, tally.attribute, tally.bucket
        rows = scales.rows(series, *(column[where] for column in columns))
        left = where[rows >= 0]
        if left.size and not apart:
            left = left[_add_alike(tally, left, rows[rows >= 0], scales, series, crews, sums)]
        if left.size:
            cells = shared_cells(tally, left, scales, series)
            _add_parts(split(plan, cells, scales.books[series].weight_e4, crews.kind), sums)
    return sums


def _crews(plan: Plan) -> _Crews:
    members = plan.performers.crews.members()
    bucket = np.zeros(members.member.size, np.int32)
    starts = members.starts[:-1]
    segment = sum_runs(segment_of(plan, members.member, bucket), starts)
    return _Crews(kinds_of(plan), segment, sum_runs(members.share, starts))


def _pieces(tally: Tally, plan: Plan, kinds: Codes) -> Iterator[Int64]:
    """The positions of the shared cells in pieces, none of a kind of crews without the others."""
    first = int(np.searchsorted(tally.posting, len(plan.postings)))
    kind = kinds[tally.posting[first:] - np.int32(len(plan.postings))]
    before = np.cumsum(np.bincount(kind)) // _AT_ONCE
    piece = before.astype(np.min_scalar_type(int(before.max(initial=0))))[kind]
    order = np.argsort(piece, kind="stable")
    bounds = np.flatnonzero(np.diff(piece[order])) + 1
    return (where + first for where in np.split(order, bounds))


def _add_alike(
    tally: Tally,
    where: Int64,
    rows: Codes,
    scales: Scales,
    series: str,
    crews: _Crews,
    sums: Int64,
) -> Int64:
    """Add what everybody takes of totals of one crew, in place; returns the cells of the others.

    All performers of a cell have its row. A total of several crews (with other dates of postings)
    is left: to whose posting it goes, is for :func:`equivalents.shares.split` to say.
    """
    plan = scales.plan
    crew = tally.posting[where] - np.int32(len(plan.postings))
    month = plan.month_of_bucket[tally.bucket[where]]
    order, starts = group([crews.kind[crew], rows, month, crews.segment[crew]])
    crew, row = crew[order], rows[order[starts]]
    ends = np.append(starts[1:], order.size) - 1
    records = tally.records[where]
    quantity = scales.quantity(series, rows, tally.quantity_e3[where], records)[order]
    total = sum_runs(quantity, starts) * scales.books[series].weight_e4[row]
    single = np.minimum.reduceat(crew, starts) == np.maximum.reduceat(crew, starts)
    _split_alike(crew[starts[single]], total[single], plan, crews, sums)
    left: Int64 = order[np.repeat(~single, ends - starts + 1)]
    return left


def _split_alike(crew: Codes, total: Int64, plan: Plan, crews: _Crews, sums: Int64) -> None:
    """Split totals of one crew each, and add the parts to the sums per posting, in place."""
    members = plan.performers.crews.members()
    sign, size = np.sign(total), np.abs(total)
    # exact: quotient and remainder
    quotient, rest = np.divmod(size, crews.whole[crew])
    order, starts = group([crew, rest])
    one = order[starts]
    of, at = members.expand(crew[one])
    heads = np.flatnonzero(np.diff(of, prepend=-1))
    share = members.share[at]
    part = largest_remainder(rest[one], share, heads).amount_fen
    often, whole = (sum_runs(column[order], starts) for column in (sign, sign * quotient))
    np.add.at(sums, members.member[at], part * often[of] + share * whole[of])


def _add_parts(parts: Parts, sums: Int64) -> None:
    np.add.at(sums, parts.stood, parts.stood_e7.astype(np.int64, copy=False))
