"""Checks at the door: which records are doubtful beside the others, by columns (A10, E1).

Each check is a pure function over columns of one length ``n``: whole-number codes and
thousandths, in any order of rows. It finds positions and, where one record is doubted because of
another, the position of that one. Whether a finding warns or rejects is not decided here.

What a check doubts depends on the columns alone and never on the order of rows: a file that is
shuffled or cut in two is judged alike. Where one of two alike records must be named, it is the
one that stands first.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.grouping import group, sum_runs
from equivalents.units import Int64

__all__ = [
    "Doubts",
    "beyond_the_clock",
    "months_missing",
    "months_thin",
    "on_leave",
    "same_service_twice",
    "two_places",
    "unlikely_quantities",
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
    person: Int64, day: Int64, quantity_e3: Int64, minutes: Int64, *, limit: int
) -> Doubts:
    """All records of a person and day whose work takes more than ``limit`` minutes together.

    ``minutes`` is what one unit of a record's item takes, below 2**20, and 0 where nothing is
    known. Records without minutes are not doubted. Corrections take time off again. ``by`` is
    the time of the day in thousandths of a minute; a day is to stay below 2**63 of them.
    """
    timed = np.flatnonzero(minutes > 0)
    order, starts = group([person[timed], day[timed]])
    where = timed[order]
    total = sum_runs(quantity_e3[where] * minutes[where], starts)
    by = np.repeat(total, np.diff(starts, append=order.size))
    return _ascending(where, by, by > limit * 1000)


def unlikely_quantities(item: Int64, quantity_e3: Int64, *, factor_e1: int, fewest: int) -> Doubts:
    """Records whose quantity stands far above what is usual for their item.

    Usual is the median of the item's quantities above 0, of two middle ones the lower. The
    spread is the median of the distances from it, and where that is 0 (nearly all quantities
    alike) the usual quantity itself. Doubted is a record that stands above the usual by more
    than ``factor_e1`` tenths of the spread. Items of fewer than ``fewest`` such records are left
    alone. ``by`` is the usual quantity in thousandths.
    """
    given = np.flatnonzero(quantity_e3 > 0)
    quantity = quantity_e3[given]
    order, starts = group([item[given], quantity])
    starts = _changes([item[given][order]])
    size = np.diff(starts, append=order.size)
    middle = starts + (size - 1) // 2
    usual = np.repeat(quantity[order[middle]], size)
    above = quantity[order] - usual
    run = np.repeat(np.arange(starts.size), size)
    nearest, _ = group([run, np.abs(above)])
    spread = np.repeat(np.abs(above)[nearest[middle]], size)
    spread = np.where(spread == 0, usual, spread)
    doubted = (above * _TENTHS > spread * factor_e1) & (np.repeat(size, size) >= fewest)
    return _ascending(given[order], usual, doubted)


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
