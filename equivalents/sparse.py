"""Counts as a sparse matrix: postings by columns, multiplied by a weight a column, exactly.

The idea: a *column* is all that decides a weight row (item, bucket, attributes, class of the
posting), so a weight table is a vector with one weight a column, and the equivalents of every
posting are matrix times vector. The cells lie row by row for a whole table, and a second time item
by item, so that a few changed items touch their own cells only.

int64 addition wraps, so partial sums need no bound. What must fit is each row: its largest
possible sum is bounded beforehand, and a row that does not fit is summed in Python integers.
Sources: F; specification page 2 "Numbers".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from equivalents.policy.posts import Codes
from equivalents.tally import Plan, Tally
from equivalents.units import INT64_LIMIT, QUANTITY_PLACES, Int64

__all__ = ["Matrix", "Scale"]

_Mask = npt.NDArray[np.bool_]
_Sizes = tuple[int, int, int, int]
_ONE_E3: Final = 10**QUANTITY_PLACES
_DENSE: Final = 1 << 26
"""Columns are numbered by marking them in a table up to this many possible ones (64 MB)."""
_CHUNK: Final = 1 << 16
"""Cells that are multiplied at a time: few enough that they stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A weight table of one series, by column.

    ``row`` is the weight row or a negative verdict, ``weight_e4`` its weight (0 for a verdict);
    where ``once`` says so, records count as 1.000 each instead of their quantity (5.5).
    """

    row: Codes
    weight_e4: Int64
    once: _Mask

    def differs(self, other: "Scale") -> _Mask:
        """The columns that the two tables weigh differently."""
        same = (self.weight_e4 == other.weight_e4) & (self.once == other.once)
        differs: _Mask = ~same
        return differs


class _ByItem(NamedTuple):
    """The cells by item and then by row; those of an item begin at ``starts[item]``."""

    starts: Int64
    row: Codes
    column: Codes
    records: Int64
    quantity_e3: Int64


class Matrix:
    """The cells of a settled tally whose posting is one person's, as rows and columns.

    ``posting`` is what each row is; ``item``, ``bucket``, ``attribute`` and ``kind`` (the class
    of the posting) are what each column is.
    """

    def __init__(self, plan: Plan, cells: Tally) -> None:
        """Lay out cells that are sorted by posting; their columns are used as they are."""
        self._column, columns = _columns(plan, cells)
        self.item, self.bucket, self.attribute, self.kind = columns
        self._starts = np.flatnonzero(np.diff(cells.posting, prepend=-1))
        self._ends = np.append(self._starts[1:], self._column.size)
        self.posting = cells.posting[self._starts]
        self._records, self._quantity_e3 = cells.records, cells.quantity_e3
        self._values = b"", *self._bounded(cells.quantity_e3)

    def __len__(self) -> int:
        """The number of cells."""
        return int(self._column.size)

    @cached_property
    def records(self) -> Int64:
        """The number of records of each column."""
        return self._by_column(self._records)

    def quantity_e3(self, once: _Mask) -> Int64:
        """What is weighed in each column, where some count records as 1.000 each."""
        return np.where(once, self.records * _ONE_E3, self._quantities)

    @cached_property
    def _quantities(self) -> Int64:
        return self._by_column(self._quantity_e3)

    def _by_column(self, values: Int64) -> Int64:
        sums = np.zeros(self.item.size, np.int64)
        np.add.at(sums, self._column, values)
        return sums

    # -- the whole table -----------------------------------------------------------------------

    def product(self, scale: Scale) -> tuple[Int64, dict[int, int]]:
        """The equivalents of each row in e7; and those of rows that are not proven to fit.

        The rows named in the second answer are Python integers, and mean nothing in the first.
        """
        values = self._weighed(scale.once)[0]
        sums = np.zeros(self._starts.size, np.int64)
        buffer = np.empty(0, np.int64)
        for first, last in self._chunks():
            start, end = int(self._starts[first]), int(self._ends[last - 1])
            if buffer.size < end - start:
                buffer = np.empty(end - start, np.int64)
            products = buffer[: end - start]
            # With a mode other than `raise`, `take` writes straight into the buffer.
            np.take(scale.weight_e4, self._column[start:end], out=products, mode="clip")
            np.multiply(products, values[start:end], out=products)
            sums[first:last] = np.add.reduceat(products, self._starts[first:last] - start)
        return sums, {row: self._dot(row, values, scale) for row in self.wide(scale).tolist()}

    def _chunks(self) -> Iterator[tuple[int, int]]:
        """Runs of whole rows with about :data:`_CHUNK` cells each."""
        first = 0
        while first < self._starts.size:
            last = int(np.searchsorted(self._ends, self._starts[first] + _CHUNK, side="right"))
            last = max(last, first + 1)
            yield first, last
            first = last

    def wide(self, scale: Scale) -> Int64:
        """The rows whose sums under a table are not proven to fit in int64."""
        bound_e3 = self._weighed(scale.once)[1]
        heaviest = max(int(scale.weight_e4.max(initial=0)), 1)
        # floor: bound x heaviest is below the limit up to this quotient, and for nothing above it
        return np.flatnonzero(bound_e3 > (INT64_LIMIT - 1) // heaviest)

    def _dot(self, row: int, values: Int64, scale: Scale) -> int:
        """One row in Python integers."""
        some = slice(int(self._starts[row]), int(self._ends[row]))
        weights = scale.weight_e4[self._column[some]].tolist()
        return sum(v * w for v, w in zip(values[some].tolist(), weights, strict=True))

    def _weighed(self, once: _Mask) -> tuple[Int64, Int64]:
        """What is multiplied in each cell, and a bound on each row's sum of it; kept for next."""
        name = once.tobytes() if once.any() else b""
        if self._values[0] != name:
            values = self._quantity_e3
            if name:
                values = np.where(once[self._column], self._records * _ONE_E3, values)
            self._values = name, *self._bounded(values)
        return self._values[1:]

    def _bounded(self, values: Int64) -> tuple[Int64, Int64]:
        if self._starts.size == 0:
            return values, self._starts
        return values, np.add.reduceat(np.abs(values), self._starts)

    # -- changed items -------------------------------------------------------------------------

    def gain(self, before: Scale, after: Scale) -> Int64:
        """What each row gains in e7 under another table, modulo 2**64.

        Added to what ``before`` gave it is exact where the rows fit under ``after``.
        """
        gain = np.zeros(self._starts.size, np.int64)
        by = self._by_item
        once = bool((before.once | after.once).any())
        step = after.weight_e4 - before.weight_e4
        for item in np.unique(self.item[before.differs(after)]).tolist():
            some = slice(int(by.starts[item]), int(by.starts[item + 1]))
            row, column = by.row[some], by.column[some]
            quantity = by.quantity_e3[some]
            if once:
                single = by.records[some] * _ONE_E3
                new = np.where(after.once[column], single, quantity) * after.weight_e4[column]
                old = np.where(before.once[column], single, quantity) * before.weight_e4[column]
                products = new - old
            else:
                products = quantity * np.take(step, column)
            starts = np.flatnonzero(np.diff(row, prepend=-1))
            gain[row[starts]] += np.add.reduceat(products, starts)
        return gain

    @cached_property
    def _by_item(self) -> _ByItem:
        """The cells a second time, so that those of one item stand together."""
        item = self.item[self._column]
        last = int(self.item.max(initial=-1))
        # A stable sort of 16 bits is a counting sort, and rows stay in order within an item.
        order = np.argsort(item.astype(np.uint16) if last < 1 << 16 else item, kind="stable")
        rows = np.arange(self._starts.size, dtype=np.int32)
        row = np.repeat(rows, self._ends - self._starts)
        starts = np.searchsorted(item[order], np.arange(last + 2))
        values = self._records[order], self._quantity_e3[order]
        return _ByItem(starts, row[order], self._column[order], *values)


def _columns(plan: Plan, cells: Tally) -> tuple[Codes, tuple[Codes, ...]]:
    """The column of each cell; and item, bucket, attribute and class of each column."""
    sizes = (
        int(cells.item.max(initial=0)) + 1,
        max(len(plan.bucket_starts), 1),
        len(plan.attributes),
        max(len(plan.classes), 1),
    )
    if sizes[0] * sizes[1] * sizes[2] * sizes[3] > _DENSE:
        keys = [np.zeros(0, np.int64), *(key for _, key in _keys(plan, cells, sizes))]
        found, number = np.unique(np.concatenate(keys), return_inverse=True)
        column = number.astype(np.int32)
    else:
        found, column = _marked(plan, cells, sizes)
    what = (one.astype(np.int32) for one in np.unravel_index(found, sizes))
    return column, tuple(what)


def _marked(plan: Plan, cells: Tally, sizes: _Sizes) -> tuple[Int64, Codes]:
    """Distinct keys, and the position of each cell's among them, by marking them in a table."""
    present = np.zeros(sizes[0] * sizes[1] * sizes[2] * sizes[3], bool)
    for _, key in _keys(plan, cells, sizes):
        present[key] = True
    found = np.flatnonzero(present)
    number = np.zeros(present.size, np.int32)
    number[found] = np.arange(found.size, dtype=np.int32)
    column = np.empty(len(cells), np.int32)
    for some, key in _keys(plan, cells, sizes):
        column[some] = number[key]
    return found, column


def _keys(plan: Plan, cells: Tally, sizes: _Sizes) -> Iterator[tuple[slice, Int64]]:
    """One number for item, bucket, attribute and class of each cell, some cells at a time."""
    _, buckets, attributes, classes = sizes
    for start in range(0, len(cells), _CHUNK):
        some = slice(start, start + _CHUNK)
        key = cells.item[some].astype(np.int64) * buckets + cells.bucket[some]
        key = (key * attributes + cells.attribute[some]) * classes
        yield some, key + plan.class_of_posting[cells.posting[some]]
