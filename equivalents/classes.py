"""Classes of entries: who stands before whom, and what is told of some of them (5.5)."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from equivalents.grouping import group, numbered
from equivalents.policy.basis import Basis, Subject, window_number
from equivalents.policy.book import WeightBook
from equivalents.policy.contacts import UsedClass
from equivalents.records import FaultSet
from equivalents.tally import Plan
from equivalents.units import Codes, Int64
from equivalents.waiting import Entries

__all__ = ["before", "by_basis", "class_columns", "faults_of", "places_used", "rank_in"]

_Mask = npt.NDArray[np.bool_]
_Columns = list[npt.NDArray[np.integer]]


def faults_of(
    entries: Entries, where: Int64, code: str, column: str, notes: Sequence[str] = ()
) -> list[FaultSet]:
    """A fault for some entries, part by part, in the order of rows."""
    found = []
    for part in np.unique(entries.part[where]).tolist():
        here = np.flatnonzero(entries.part[where] == part)
        here = here[np.argsort(entries.row[where[here]], kind="stable")]
        told = tuple(notes[at] for at in here.tolist()) if notes else ()
        found.append(FaultSet(part, code, column, entries.row[where[here]], "", told))
    return found


def before(columns: _Columns, order: Int64, counts: _Mask) -> Int64:
    """How many entries that count stand before each entry in its class, all columns being equal.

    ``order`` is different for each entry.
    """
    if order.size == 0:
        return order
    by_class, begins = _in_classes(columns, order)
    sizes = np.diff(begins, append=order.size)
    counted = counts[by_class]
    so_far: Int64 = np.cumsum(counted) - counted
    standing = np.zeros(order.size, np.int64)
    standing[by_class] = so_far - np.repeat(so_far[begins], sizes)
    return standing


def _in_classes(columns: _Columns, order: Int64) -> tuple[Int64, Int64]:
    """The entries class by class, each in its order; and where the classes begin."""
    widths = [int(column.max()).bit_length() for column in columns]
    last = int(order.max()).bit_length()
    if sum(widths) + last > 62:
        classes = numbered(columns)
        by_class = group([classes, order])[0]
        return by_class, np.flatnonzero(np.diff(classes[by_class], prepend=-1))
    # A place in the order tells the entry, so sorting numbers is enough.
    place = np.empty(int(order.max()) + 1, np.int64)
    place[order] = np.arange(order.size)
    packed = columns[0].astype(np.int64)
    for column, width in zip(columns[1:], widths[1:], strict=True):
        packed <<= width
        packed |= column
    packed <<= last
    packed |= order
    packed.sort()
    by_class = place[packed & ((1 << last) - 1)]
    packed >>= last
    return by_class, np.flatnonzero(np.diff(packed, prepend=-1))


def rank_in(columns: _Columns, order: Int64) -> Int64:
    """The position of each entry in its class, from 0."""
    return before(columns, order, np.ones(order.size, bool))


def by_basis(book: WeightBook, rows: Codes) -> Iterator[tuple[Basis, Int64]]:
    """Each basis among the chosen weight rows, with the positions that have it."""
    chosen = np.flatnonzero(np.bincount(rows)).tolist()
    bases = list(dict.fromkeys(book.rows[row].basis for row in chosen))
    number = np.zeros(len(book.rows), np.int32)
    number[chosen] = [bases.index(book.rows[row].basis) for row in chosen]
    which = number[rows]
    for at, basis in enumerate(bases):
        yield basis, np.flatnonzero(which == at)


def class_columns(entries: Entries, where: Int64, basis: Basis) -> _Columns:
    """What tells the classes of some entries apart: item, subject, window and scope (5.5)."""
    subject = entries.household if basis.subject is Subject.HOUSEHOLD else entries.resident
    columns: _Columns = [
        entries.item[where],
        subject[where],
        window_number(entries.day[where], basis.window),
    ]
    return [*columns, entries.institution[where]] if basis.scope == "institution" else columns


def places_used(
    entries: Entries,
    where: Int64,
    basis: Basis,
    series: str,
    used: Sequence[UsedClass],
    plan: Plan,
) -> Int64:
    """How many places of the class of each entry locked periods have used (``counted``, 5.5).

    A row that names no series holds in all of them; with ``series`` blank only those count.
    """
    rows = _used_rows(basis, series, used, plan)
    if where.size == 0 or len(rows) == 0:
        return np.zeros(where.size, np.int64)
    columns = class_columns(entries, where, basis)
    which = numbered([np.concatenate([rows[:, at], own]) for at, own in enumerate(columns)])
    sums = np.zeros(int(which.max()) + 1, np.int64)
    np.add.at(sums, which[: len(rows)], rows[:, -1])
    places: Int64 = sums[which[len(rows) :]]
    return places


def _used_rows(basis: Basis, series: str, used: Sequence[UsedClass], plan: Plan) -> Int64:
    """Item, subject, window, institution and places of the rows that fit; of known codes only."""
    by_place = basis.scope == "institution"
    subjects = plan.households if basis.subject is Subject.HOUSEHOLD else plan.residents
    rows = [
        (
            plan.items.find(row.item_code),
            subjects.find(row.subject_id),
            row.number,
            plan.institutions.find(row.institution_id) if by_place else 0,
            row.used,
        )
        for row in used
        if row.window == basis.window
        and bool(row.institution_id) == by_place
        and row.series in ("", series)
    ]
    table = np.array(rows, np.int64).reshape(-1, 5)
    known: Int64 = table[(table[:, :4] >= 0).all(axis=1)]
    return known
