"""Sorting by several whole-number columns at once: what merging and summing of cells stand on."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from equivalents.units import Codes, Exact, Int64

_Column = TypeVar("_Column", Int64, Exact)
_Whole = TypeVar("_Whole", bound=np.integer)
_Keys = Sequence[npt.NDArray[np.integer]]

__all__ = ["among", "distinct", "each_once", "group", "numbered", "runs", "sum_runs"]


def group(keys: _Keys) -> tuple[Int64, Int64]:
    """A sorting order by several columns, and where each distinct key begins in that order.

    Keys are not negative. They are packed into one integer when they fit, which sorts several
    times faster. Equal keys stay in their order.
    """
    order, starts, _ = _sorted(keys, _widths(keys))
    return order, starts


def distinct(keys: _Keys) -> tuple[Int64, Int64, list[Codes]]:
    """The same, and the columns of the distinct keys; keys are below 2**31."""
    widths = _widths(keys)
    order, starts, packed = _sorted(keys, widths)
    if packed is None:
        at = order[starts]
        return order, starts, [key[at].astype(np.int32, copy=False) for key in keys]
    # Cut out of the sorted keys: they are read in order, the columns would be read at random.
    packed = packed if starts.size == packed.size else packed[starts]
    columns = []
    for width in reversed(widths):
        columns.append((packed & ((1 << width) - 1)).astype(np.int32))
        packed = packed >> width
    return order, starts, columns[::-1]


def _widths(keys: _Keys) -> list[int]:
    """The bits that each column needs."""
    return [int(key.max(initial=0)).bit_length() for key in keys]


def _sorted(keys: _Keys, widths: Sequence[int]) -> tuple[Int64, Int64, Int64 | None]:
    """Order, starts, and the packed keys in that order where one integer can hold them."""
    size = keys[0].size
    if size == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), None
    changed = np.ones(size, bool)
    if sum(widths) > 62:
        order = np.lexsort(tuple(reversed(keys)))
        changed[1:] = False
        for key in keys:
            changed[1:] |= np.diff(key[order]) != 0
        return order, np.flatnonzero(changed), None
    packed = keys[0].astype(np.int64)
    for key, width in zip(keys[1:], widths[1:], strict=True):
        packed <<= width
        packed |= key
    order, packed = _with_places(packed, sum(widths))
    np.not_equal(packed[1:], packed[:-1], out=changed[1:])
    return order, np.flatnonzero(changed), packed


def _with_places(packed: Int64, width: int) -> tuple[Int64, Int64]:
    """A sorting order of packed keys of so many bits, and the keys in that order."""
    place = (packed.size - 1).bit_length()
    if width + place > 63:
        order = np.argsort(packed, kind="stable")
        return order, packed[order]
    # With its place beside it a key takes the place along: sorting numbers is faster than
    # sorting the places of numbers, and nothing is read at random.
    packed <<= place
    packed |= np.arange(packed.size)
    packed.sort()
    order = packed & ((1 << place) - 1)
    packed >>= place
    return order, packed


def runs(ordered: Int64) -> tuple[Int64, Int64, Int64]:
    """The distinct values of an ascending column, where each begins, and the number of each row's.

    Raises:
        ValueError: the column does not ascend.
    """
    step = np.diff(ordered)
    if step.min(initial=0) < 0:
        raise ValueError("the column does not ascend")
    starts = np.flatnonzero(np.concatenate([[True] * min(ordered.size, 1), step > 0]))
    number = np.repeat(np.arange(starts.size), np.diff(starts, append=ordered.size))
    return ordered[starts], starts, number


def sum_runs(column: _Column, starts: Int64) -> _Column:
    """Sums of the runs of a sorted column; none where there are no runs."""
    if starts.size == column.size:
        return column
    if column.dtype != np.int64 or not starts.size:
        return np.add.reduceat(column, starts) if starts.size else column[:0]
    # Differences of running totals: exact, as int64 wraps, and faster than sums of short runs.
    ends = np.cumsum(column)[np.append(starts[1:], column.size) - 1]
    sums: _Column = np.diff(ends, prepend=0)
    return sums


def numbered(keys: _Keys) -> Int64:
    """A number from 0 for each distinct combination of the columns, in ascending order of them."""
    order, starts = group(keys)
    numbers = np.zeros(order.size, np.int64)
    numbers[order] = np.repeat(np.arange(starts.size), np.diff(starts, append=order.size))
    return numbers


def each_once(values: npt.NDArray[_Whole]) -> npt.NDArray[_Whole]:
    """The distinct values of a column, ascending.

    What NumPy offers for this loads its masked arrays at the first call: a run is too short for it.
    """
    ordered = np.sort(values)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))]


def among(keys: npt.NDArray[np.integer], some: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    """Which of the keys are among some others; sorting beats hashing where there are many."""
    if some.size == 0:
        return np.zeros(keys.size, bool)
    ordered = np.sort(some)
    at = np.minimum(np.searchsorted(ordered, keys), ordered.size - 1)
    found: npt.NDArray[np.bool_] = ordered[at] == keys
    return found
