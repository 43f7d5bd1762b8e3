"""Checks at the door: which records are doubtful beside the others, by columns (A10, E1).

Each check is a pure function over columns of one length ``n``: whole-number codes and
thousandths, in any order of rows. It finds positions and, where one record is doubted because of
another, the position of that one. Whether a finding warns or rejects is not decided here.

What a check doubts depends on the columns alone and never on the order of rows: a file that is
shuffled or cut in two is judged alike. Where one of two alike records must be named, it is the
one that stands first.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from equivalents.grouping import group, sum_runs
from equivalents.units import Int64

__all__ = [
    "Doubts",
    "Usual",
    "beyond_the_clock",
    "months_missing",
    "months_thin",
    "on_leave",
    "same_service_twice",
    "two_places",
    "unlikely_quantities",
    "usual_quantities",
]

_PERCENT: Final = 100
_TENTHS: Final = 10


@dataclass(frozen=True, slots=True)
class Doubts:
    """Doubtful records: positions ``at`` (ascending), and for each what it was doubted by.

    ``by`` is the position of another record (:func:`same_service_twice`, :func:`two_places`) or
    the figure that was too large (minutes of the day in thousandths, the usual quantity).
    """

    at: Int64
    by: Int64


def same_service_twice(resident: Int64, item: Int64, day: Int64, source: Int64) -> Doubts:
    """Records of one resident, item and day that several sources report.

    ``resident`` is -1 where blank: such a record is compared with none. Codes of sources are to
    follow their texts, or what stands would depend on the order of reading. Of the sources of one
    service the one with the least code stands; every record of another one is doubted, by the
    first record of that source. Records of one source alone are never doubted: identical rows
    are genuine (A10).
    """
    known = np.flatnonzero(resident >= 0)
    # Days from the first one: fewer bits, so that keys and places fit one integer when sorted.
    day = day - day.min() if day.size else day
    keys = [column[known] for column in (resident, item, day)]
    known = known[_differing(keys, source[known])]
    keys = [column[known] for column in (resident, item, day)]
    order, _ = group([*keys, source[known]])
    service = _changes([key[order] for key in keys])
    # Within a service records stand by source: the first of them is of the least source.
    first = known[order[service]]
    size = np.diff(service, append=order.size)
    by, where = np.repeat(first, size), known[order]
    return _ascending(where, by, source[where] != source[by])


def two_places(person: Int64, day: Int64, institution: Int64) -> Doubts:
    """Records of one person and day at several institutions.

    Nothing tells which place is the right one, so every record of such a day is doubted: by the
    first record at the institution with the least code, and those of that one by the first
    record at the one with the greatest.
    """
    several = _differing([person, day], institution)
    person, day, here = person[several], day[several], institution[several]
    order, starts = group([person, day, here])
    days = _changes([person[order], day[order]])
    size = np.diff(days, append=order.size)
    least = np.repeat(order[days], size)
    last = np.searchsorted(starts, days + size - 1, "right") - 1
    greatest = np.repeat(order[starts[last]], size)
    by = np.where(here[order] == here[least], greatest, least)
    return _ascending(several[order], several[by], here[order] != here[by])


def on_leave(person: Int64, day: Int64, leaver: Int64, valid_from: Int64, valid_to: Int64) -> Int64:
    """Positions of the records of people who are on leave that day, ascending.

    ``leaver`` and the half-open spans ``[valid_from, valid_to)`` are as long as there are
    leaves; those of one person do not overlap (``LEAVE_OVERLAP`` refuses them).
    """
    if not leaver.size:
        return np.zeros(0, np.int64)
    first = min(int(day.min(initial=0)), int(valid_from.min()))
    width = max(int(day.max(initial=0)), int(valid_from.max())) - first + 1
    begins = leaver * width + (valid_from - first)
    order = np.argsort(begins, kind="stable")
    asked = person * width + (day - first)
    at = np.searchsorted(begins[order], asked, "right") - 1
    latest = order[np.maximum(at, 0)]
    away = (at >= 0) & (leaver[latest] == person) & (day < valid_to[latest])
    return np.flatnonzero(away)


def beyond_the_clock(
    person: Int64, day: Int64, quantity_e3: Int64, minutes_e3: Int64, *, limit: int
) -> Doubts:
    """All records of a person and day whose work takes more than ``limit`` minutes together.

    ``minutes_e3`` is what one unit of a record's item takes, in thousandths of a minute, and 0
    where nothing is known. Records without minutes are not doubted. Corrections take time off
    again. ``by`` is the time of the day in thousandths of a minute, rounded up so that what is
    beyond the limit is never shown as the limit; one record counts with at most 2**62 / n
    millionths, so that no sum overflows.
    """
    timed = np.flatnonzero(minutes_e3 > 0)
    order, starts = group([person[timed], day[timed]])
    where = timed[order]
    each = minutes_e3[where]
    most = (1 << 62) // max(where.size, 1) // np.maximum(each, 1)
    total = sum_runs(np.minimum(quantity_e3[where], most) * each, starts)
    total = np.repeat(total, np.diff(starts, append=order.size))
    return _ascending(where, -(-total // 1000), total > limit * 1_000_000)


class Usual(NamedTuple):
    """What is usual by item (ascending): median, spread, how many records; thousandths."""

    item: Int64
    quantity_e3: Int64
    spread_e3: Int64
    records: Int64


def usual_quantities(item: Int64, quantity_e3: Int64, records: Int64) -> Usual:
    """What is usual of each item, from its quantities and how many records have each of them.

    Usual is the median of the item's quantities above 0, of two middle ones the lower. The
    spread is the median of the distances from it, and where that is 0 (nearly all quantities
    alike) the usual quantity itself.
    """
    given = (quantity_e3 > 0) & (records > 0)
    item, quantity, records = item[given], quantity_e3[given], records[given]
    order, _ = group([item, quantity])
    item, quantity, records = item[order], quantity[order], records[order]
    starts = _changes([item])
    total = np.add.reduceat(records, starts) if starts.size else records
    usual = quantity[_middles(records, starts, total)]
    size = np.diff(starts, append=item.size)
    away = np.abs(quantity - np.repeat(usual, size))
    order, _ = group([np.repeat(np.arange(starts.size), size), away])
    spread = away[order][_middles(records[order], starts, total)]
    return Usual(item[starts], usual, np.where(spread == 0, usual, spread), total)


def unlikely_quantities(
    item: Int64, quantity_e3: Int64, usual: Usual, *, factor_e1: int, fewest: int
) -> Doubts:
    """Records whose quantity stands far above what is usual for their item.

    Doubted is a record that stands above the usual by more than ``factor_e1`` tenths of the
    spread. Items of fewer than ``fewest`` records are left alone, and those that ``usual`` does
    not have. ``by`` is the usual quantity in thousandths.
    """
    if not usual.item.size:
        return Doubts(np.zeros(0, np.int64), np.zeros(0, np.int64))
    at = np.minimum(np.searchsorted(usual.item, item), usual.item.size - 1)
    known = (usual.item[at] == item) & (usual.records[at] >= fewest) & (quantity_e3 > 0)
    above = (quantity_e3 - usual.quantity_e3[at]) * _TENTHS > usual.spread_e3[at] * factor_e1
    where = np.flatnonzero(known & above)
    return Doubts(where, usual.quantity_e3[at][where])


def months_missing(now: Int64, before: Int64) -> Int64:
    """Groups and months without a record where earlier periods had some: ``(k, 2)``.

    ``now`` is ``(groups, months)`` counts of records, ``before`` ``(groups,)`` those of an
    earlier result.
    """
    return np.argwhere((now == 0) & (before > 0)[:, None])


def months_thin(now: Int64, before: Int64, months: int, percent: int) -> Int64:
    """Groups and months with some records, but less than a percentage of the earlier mean.

    As :func:`months_missing`; the earlier result spans so many ``months``. Compared exactly: a
    month of just the percentage passes. Counts are below 2**40.
    """
    little = now * (months * _PERCENT) < (before * percent)[:, None]
    return np.argwhere(little & (now > 0))


def _differing(keys: list[Int64], column: Int64) -> Int64:
    """Positions (ascending) of the rows whose keys occur with several values of a column.

    They are few: only these are worth sorting by the column, too.
    """
    order, starts = group(keys)
    if not order.size:
        return order
    values = column[order]
    several = np.minimum.reduceat(values, starts) != np.maximum.reduceat(values, starts)
    return np.sort(order[np.repeat(several, np.diff(starts, append=order.size))])


def _middles(records: Int64, starts: Int64, total: Int64) -> Int64:
    """Of runs of rows that stand for so many records: the row of the middle record of each."""
    ends = np.cumsum(records)
    before = ends[starts] - records[starts]
    return np.searchsorted(ends, before + (total - 1) // 2, "right")


def _changes(keys: list[Int64]) -> Int64:
    """Where a combination of columns begins that differs from the one before."""
    changed = np.ones(keys[0].size, bool)
    changed[1:] = False
    for key in keys:
        changed[1:] |= np.diff(key) != 0
    return np.flatnonzero(changed)


def _ascending(where: Int64, by: Int64, doubted: npt.NDArray[np.bool_]) -> Doubts:
    """The doubted ones in the order of rows."""
    at = where[doubted]
    order = np.argsort(at, kind="stable")
    return Doubts(at[order], by[doubted][order])
