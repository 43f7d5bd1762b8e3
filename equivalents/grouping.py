"""Sorting by several whole-number columns at once: what merging and summing of cells stand on."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from equivalents.units import Exact, Int64

_Column = TypeVar("_Column", Int64, Exact)

__all__ = ["among", "group", "in_order", "numbered", "sum_runs"]


def group(keys: Sequence[npt.NDArray[np.integer]]) -> tuple[Int64, Int64]:
    """A sorting order by several columns, and where each distinct key begins in that order.

    Keys are not negative. They are packed into one integer when they fit, which sorts several
    times faster. The order within equal keys is of no meaning.
    """
    size = keys[0].size
    if size == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    packed = _packed(keys)
    changed = np.zeros(size, bool)
    changed[0] = True
    if packed is None:
        order = np.lexsort(tuple(reversed(keys)))
        for key in keys:
            changed[1:] |= np.diff(key[order]) != 0
        return order, np.flatnonzero(changed)
    order = np.argsort(packed)
    packed = packed[order]
    np.not_equal(packed[1:], packed[:-1], out=changed[1:])
    return order, np.flatnonzero(changed)


def in_order(keys: Sequence[npt.NDArray[np.integer]]) -> Int64:
    """A sorting order by several columns, as of :func:`group`; equal keys stay in their order."""
    packed = _packed(keys)
    if packed is None:
        return np.lexsort(tuple(reversed(keys)))
    return np.argsort(packed, kind="stable")


def _packed(keys: Sequence[npt.NDArray[np.integer]]) -> Int64 | None:
    """The columns as one that sorts alike, or ``None`` where they do not fit."""
    widths = [int(key.max(initial=0)).bit_length() for key in keys]
    if sum(widths) > 62:
        return None
    packed = np.zeros(keys[0].size, np.int64)
    for key, width in zip(keys, widths, strict=True):
        packed = packed << width | key
    return packed


def sum_runs(column: _Column, starts: Int64) -> _Column:
    """Sums of the runs of a sorted column; none where there are no runs."""
    return np.add.reduceat(column, starts) if starts.size else column[:0]


def numbered(keys: Sequence[npt.NDArray[np.integer]]) -> Int64:
    """A number from 0 for each distinct combination of the columns, in ascending order of them."""
    order, starts = group(keys)
    numbers = np.zeros(order.size, np.int64)
    numbers[order] = np.repeat(np.arange(starts.size), np.diff(starts, append=order.size))
    return numbers


def among(keys: npt.NDArray[np.integer], some: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    """Which of the keys are among some others; sorting beats hashing where there are many."""
    if some.size == 0:
        return np.zeros(keys.size, bool)
    ordered = np.sort(some)
    at = np.minimum(np.searchsorted(ordered, keys), ordered.size - 1)
    found: npt.NDArray[np.bool_] = ordered[at] == keys
    return found
