"""Random draws that never change: raw PCG64 bits and integer arithmetic, nothing else.

NumPy promises the raw stream of a bit generator for ever, but not the streams of its
distributions. So every draw here is ``(bits >> 32) * limit >> 32`` on whole numbers: the same
on every NumPy, Python and platform.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

__all__ = ["Draw", "Int64", "Urn", "split"]

Int64 = npt.NDArray[np.int64]
"""A vector of 64-bit integers."""


class Draw:
    """One stream of whole numbers, named by a seed and a stream number."""

    def __init__(self, seed: int, stream: int) -> None:
        self._bits = np.random.PCG64([seed, stream])

    def below(self, limit: int | Int64, count: int) -> Int64:
        """`count` numbers 0 <= x < `limit` (one limit, or one for each); limits below 2**32."""
        high = np.asarray(self._bits.random_raw(count), dtype=np.uint64) >> np.uint64(32)
        scaled = (high * np.asarray(limit, dtype=np.uint64)) >> np.uint64(32)
        return scaled.astype(np.int64)

    def one(self, limit: int) -> int:
        """A single number 0 <= x < `limit`."""
        return int(self.below(limit, 1)[0])

    def shuffled(self, count: int) -> Int64:
        """The numbers 0 .. count - 1 in random order."""
        return np.argsort(self.below(2**32 - 1, count), kind="stable").astype(np.int64)


class Urn:
    """Groups of entries with whole-number chances; entries are numbered over all groups."""

    def __init__(self, groups: Sequence[Sequence[int]]) -> None:
        chances = np.array([chance for group in groups for chance in group], dtype=np.int64)
        sizes = np.array([len(group) for group in groups], dtype=np.int64)
        self._ends = np.cumsum(chances)
        bounds = np.concatenate(([0], self._ends))[np.concatenate(([0], np.cumsum(sizes)))]
        self._starts, self._totals = bounds[:-1], np.diff(bounds)
        if not (self._totals > 0).all() or int(self._totals.max()) >= 2**32:
            raise ValueError("every group needs a chance, and fewer than 2**32 in all")

    def take(self, draw: Draw, groups: Int64) -> Int64:
        """For each group number one of its entries, as often as its chance says."""
        mark = self._starts[groups] + draw.below(self._totals[groups], len(groups))
        return np.searchsorted(self._ends, mark, side="right").astype(np.int64)


def split(total: int, chances: Sequence[int]) -> list[int]:
    """Whole parts of `total` in proportion to `chances`, without chance; they add up exactly."""
    whole, seen, ends = sum(chances), 0, [0]
    for chance in chances:
        seen += chance
        ends.append(total * seen // whole)
    return [after - before for before, after in pairwise(ends)]
