"""Shares of a record's equivalents: whole totals split among a crew, exactly (A5, 5.4).

The idea: not the single record is split, which would round a thousand times, but the total of
all records of one (institution, performers with posts and shares, weight row, month). It is
weighed to e7 and split by largest remainder with the shares as keys, so the parts add up to the
whole and the order of records, files and postings changes nothing.

Where the performers of a record have different weight rows, the records are grouped for each
performer by his own row and weighed with it; the total is split over the whole set all the same,
and he takes his part of it. A post that goes to another department within a month is one performer
of one total; his part is divided among the departments by what was earned while he was in each.
Sources: A5; definitions 5.4, 5.10.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from equivalents.allocate import largest_remainder
from equivalents.codes import Codebook
from equivalents.crews import Members, Shared
from equivalents.grouping import group, sum_runs
from equivalents.policy.posts import Codes
from equivalents.tally import Plan
from equivalents.units import Exact, Int64, checked_total, weigh_exactly

__all__ = ["Parts", "SharedCells", "kinds_of", "segment_of", "split"]

_ALL: Final = 0
"""Stands for all performers where they have one weight row."""


@dataclass(frozen=True, slots=True)
class SharedCells:
    """Cells of the tally whose posting is a crew; all columns of one length.

    ``crew`` is the position in ``plan.performers.crews``, ``item`` and ``bucket`` as in the tally.
    ``row`` is the weight row of each member of each cell, the members of a cell together and in
    the order of the crew.
    """

    crew: Codes
    item: Codes
    bucket: Codes
    records: Int64
    quantity_e3: Int64
    row: Codes


@dataclass(frozen=True, slots=True)
class Parts:
    """What each performer takes of each total; all columns of one length.

    ``posting`` is the first of the performer's postings that the total was earned in, ``bucket``
    the first of its buckets: they tell person, institution, post, month and coefficient segment.
    ``share`` of ``whole`` is his share. ``records`` and ``quantity_e3`` are those of the whole
    total, ``equivalents_e7`` is his part of it.

    ``stood`` are postings, one for each department that a part was earned in, and ``stood_e7`` what
    of the parts belongs there: the same equivalents by department.
    """

    posting: Codes
    item: Codes
    bucket: Codes
    row: Codes
    share: Int64
    whole: Int64
    records: Int64
    quantity_e3: Int64
    equivalents_e7: Exact
    stood: Codes
    stood_e7: Exact

    def at(self, where: npt.NDArray[np.bool_]) -> "Parts":
        """Some of the parts, for their lines: without what stood where."""
        own = {field.name: getattr(self, field.name)[where] for field in fields(self)[:-2]}
        return Parts(**own, stood=self.stood[:0], stood_e7=self.stood_e7[:0])


def segment_of(plan: Plan, posting: Codes, bucket: Codes) -> Int64:
    """The segment of each posting and bucket in which the person's coefficient does not change.

    Totals are cut where the segment of any performer changes (5.4). Segments are counted from 0
    in the order of time, and postings of one person, institution and post count alike, so that
    those which differ only in dates or title merge. The roster is cut where a segment begins, so
    the posting tells it, and the bucket is of no matter.
    """
    return plan.segment_of_posting[posting]


def kinds_of(plan: Plan) -> Codes:
    """A number for each crew of a case: one for all with the same persons, posts and shares."""
    return _kinds(plan.performers.crews.members(), plan.postings.identity)


def split(plan: Plan, cells: SharedCells, weight_e4: Int64, kinds: Codes | None = None) -> Parts:
    """Merge cells that share alike, weigh them, and split each total among its performers.

    ``weight_e4`` are the weights by row; ``kinds`` are those of :func:`kinds_of`, where they are
    known already.

    Raises:
        OverflowError: a total is beyond the limit of 2**63 units.
    """
    members = plan.performers.crews.members()
    merged = _merge(members, cells, plan, kinds_of(plan) if kinds is None else kinds)
    exact = weigh_exactly(merged.quantity_e3, weight_e4[merged.row])
    total_e7 = checked_total(exact) if exact.dtype == object else exact.astype(np.int64)
    total, at = members.expand(merged.crew)
    starts, share = _starts(total), members.share[at]
    part = largest_remainder(np.abs(total_e7), share, starts).amount_fen
    taker = merged.taker[total]
    takes = np.flatnonzero((taker == _ALL) | (taker == 1 + _places(total)))
    whole = sum_runs(share, starts)
    # Where the sum of totals is not proven to fit, the sums of parts are left to Python integers.
    signed = part * np.sign(total_e7)[total]
    part_e7: Exact = signed.astype(object) if exact.dtype == object else signed
    stood = merged.posting[takes], part_e7[takes]
    if plan.postings.moves:
        weight = weight_e4[merged.row][total]
        stood = _by_department(plan, members, merged, takes, (part_e7, weight, share, whole[total]))
    total = total[takes]
    return Parts(
        merged.posting[takes],
        merged.item[total],
        merged.bucket[total],
        merged.row[total],
        share[takes],
        whole[total],
        merged.records[total],
        merged.quantity_e3[total],
        part_e7[takes],
        *stood,
    )


class _Merged(NamedTuple):
    """Totals: one entry each, but ``posting`` has one for each member of each total.

    ``cell_crew`` and ``cell_e3`` are crews and quantities of the cells that were added up, those of
    a total from each of ``starts``.
    """

    crew: Codes
    taker: Int64
    row: Codes
    item: Codes
    bucket: Codes
    records: Int64
    quantity_e3: Int64
    posting: Codes
    cell_crew: Codes
    cell_e3: Int64
    starts: Int64


def _merge(members: Members, cells: SharedCells, plan: Plan, kinds: Codes) -> _Merged:
    """Add up the cells that are split together; a cell may come once for each of its members."""
    of, at = members.expand(cells.crew)
    entry, taker = _entries(cells.row, of)
    segment = sum_runs(segment_of(plan, members.member[at], cells.bucket[of]), _starts(of))
    cell, row = of[entry], cells.row[entry]
    kind = kinds[cells.crew]
    month = plan.month_of_bucket[cells.bucket]
    order, starts = group([kind[cell], taker, row, month[cell], segment[cell]])
    cell, head = cell[order], order[starts]
    crew, bucket = cells.crew[cell], cells.bucket[cell]
    return _Merged(
        crew[starts],
        taker[head],
        row[head],
        cells.item[cell[starts]],
        np.minimum.reduceat(bucket, starts),
        sum_runs(cells.records[cell], starts),
        sum_runs(cells.quantity_e3[cell], starts),
        _first_postings(members, crew, starts),
        crew,
        cells.quantity_e3[cell],
        starts,
    )


def _entries(row: Codes, of: Int64) -> tuple[Int64, Int64]:
    """Which members bring their cell into a total, and which one takes of it (from 1; 0 for all).

    Where all have one row the cell comes once, and all take. Else it comes once for each member,
    with his row, and he alone takes.
    """
    starts = _starts(of)
    differ = np.minimum.reduceat(row, starts) != np.maximum.reduceat(row, starts)
    place = _places(of)
    taker = np.where(differ[of], place + 1, _ALL)
    entry = np.flatnonzero((taker != _ALL) | (place == 0))
    return entry, taker[entry]


def _kinds(members: Members, identity: Codes) -> Codes:
    """A number for each crew: one for all with the same persons, posts and shares."""
    kinds: Codebook[Shared] = Codebook()
    pairs = [*zip(identity[members.member].tolist(), members.share.tolist(), strict=True)]
    bounds = pairwise(members.starts.tolist())
    return np.array(kinds.learn(tuple(pairs[a:b]) for a, b in bounds), np.int32)


def _first_postings(members: Members, crew: Codes, starts: Int64) -> Codes:
    """The first posting of each member of each total; its crews differ only in dates of postings.

    ``crew`` are the crews of the merged cells, a total's from each of ``starts``.
    """
    payee, _, at = _payees(members, crew, starts)
    first = np.full(int(payee.max(initial=-1)) + 1, np.iinfo(np.int32).max, np.int32)
    np.minimum.at(first, payee, members.member[at])
    return first


def _payees(members: Members, crew: Codes, starts: Int64) -> tuple[Int64, Int64, Int64]:
    """Every member of every merged cell: whose part of which total, the cell, and the member.

    The members of a total have consecutive numbers, total by total.
    """
    of, at = members.expand(crew)
    total = np.repeat(np.arange(starts.size), np.diff(starts, append=crew.size))
    sizes = np.diff(members.starts)[crew[starts]]
    return (np.cumsum(sizes) - sizes)[total[of]] + _places(of), of, at


def _by_department(
    plan: Plan,
    members: Members,
    merged: _Merged,
    takes: Int64,
    parts: tuple[Exact, Int64, Int64, Int64],
) -> tuple[Codes, Exact]:
    """The parts that are taken, by department: the first posting in each, and what is earned there.

    ``parts`` has, for each member of each total, part, weight, share and whole.
    """
    payee, of, at = _payees(members, merged.cell_crew, merged.starts)
    posting = members.member[at]
    order, starts = group([payee, plan.postings.department[posting]])
    owner = payee[order[starts]]
    first = np.minimum.reduceat(posting[order], starts)
    quantity = sum_runs(merged.cell_e3[of][order], starts)
    part, weight, share, whole = parts
    value: Exact = part[owner]
    heads = _starts(owner)
    for head, size in zip(heads.tolist(), np.diff(heads, append=owner.size).tolist(), strict=True):
        if size > 1:
            who = int(owner[head])
            unit = int(weight[who]) * int(share[who])
            exact = [one * unit for one in quantity[head : head + size].tolist()]
            value[head : head + size] = _divided(int(part[who]), exact, int(whole[who]))
    taken = np.zeros(part.size, bool)
    taken[takes] = True
    return first[taken[owner]], value[taken[owner]]


def _divided(part: int, exact: Sequence[int], whole: int) -> list[int]:
    """A part among departments that have ``exact / whole`` of it, and add up to it.

    Each is rounded down; the units left go by larger remainder, then larger part, then the order.
    """
    floors = [one // whole for one in exact]
    order = sorted(range(len(exact)), key=lambda at: (floors[at] * whole - exact[at], -exact[at]))
    for at in order[: part - sum(floors)]:
        floors[at] += 1
    return floors


def _starts(of: Int64) -> Int64:
    """Where each run of equal numbers begins."""
    return np.flatnonzero(np.diff(of, prepend=-1))


def _places(of: Int64) -> Int64:
    """The place of each member within its run, from 0."""
    starts = _starts(of)
    return np.arange(of.size) - np.repeat(starts, np.diff(starts, append=of.size))
