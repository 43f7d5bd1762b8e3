"""Sorting by several whole-number columns at once: what merging and summing of cells stand on."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from equivalents.units import Exact, Int64

_Column = TypeVar("_Column", Int64, Exact)

__all__ = ["group", "sum_runs"]


def group(keys: Sequence[npt.NDArray[np.integer]]) -> tuple[Int64, Int64]:
    """A sorting order by several columns, and where each distinct key begins in that order.

    Keys are not negative. They are packed into one integer when they fit, which sorts several
    times faster. The order within equal keys is of no meaning.
    """
    size = keys[0].size
    if size == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    widths = [int(key.max()).bit_length() for key in keys]
    if sum(widths) > 62:
        order = np.lexsort(tuple(reversed(keys)))
        changed = np.zeros(size, bool)
        changed[0] = True
        for key in keys:
            changed[1:] |= np.diff(key[order]) != 0
        return order, np.flatnonzero(changed)
    packed = np.zeros(size, np.int64)
    for key, width in zip(keys, widths, strict=True):
        packed = packed << width | key
    order = np.argsort(packed)
    packed = packed[order]
    changed = np.ones(size, bool)
    np.not_equal(packed[1:], packed[:-1], out=changed[1:])
    return order, np.flatnonzero(changed)


def sum_runs(column: _Column, starts: Int64) -> _Column:
    """Sums of the runs of a sorted column; none where there are no runs."""
    return np.add.reduceat(column, starts) if starts.size else column[:0]
