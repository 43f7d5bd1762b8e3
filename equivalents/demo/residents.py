"""The made-up residents 居民: where they live, their households, their groups 重点人群."""

from typing import Final

import numpy as np

from equivalents.demo.draw import Draw, Int64, Urn

__all__ = ["GROUPS", "Residents", "USUAL_RECORDS", "WHO"]

USUAL_RECORDS: Final = 1_500_000
"""Records of the county in its usual size; residents grow and shrink with them."""

GROUPS: Final = (
    "",
    "child",
    "pregnant",
    "elderly",
    "elderly;hypertension",
    "diabetes;elderly",
    "diabetes;elderly;hypertension",
    "hypertension",
    "diabetes",
    "disabled",
    "disabled;elderly;hypertension",
    "tb",
    "severe_mental_illness",
    "elderly;poor",
)
"""The combinations that occur, as `resident_group` is written (codes in order)."""

# Residents per thousand in each combination.
_PER_MILLE: Final = (520, 120, 15, 95, 70, 14, 22, 72, 26, 16, 9, 2, 6, 13)

# Which combinations an item meets, by chance; "none" has no resident.
WHO: Final[dict[str, tuple[int, ...]]] = {
    "any": (400, 120, 10, 120, 110, 25, 40, 80, 40, 20, 15, 3, 7, 10),
    "none": (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    "child": (0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    "pregnant": (0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    "elderly": (0, 0, 0, 45, 30, 6, 9, 0, 0, 0, 4, 0, 0, 6),
    "hypertension": (0, 0, 0, 0, 45, 0, 10, 40, 0, 0, 5, 0, 0, 0),
    "diabetes": (0, 0, 0, 0, 0, 30, 35, 0, 35, 0, 0, 0, 0, 0),
    "chronic": (0, 0, 0, 0, 40, 12, 18, 30, 16, 4, 5, 0, 0, 0),
    "frail": (0, 0, 0, 30, 25, 8, 12, 0, 0, 18, 12, 0, 2, 8),
    "mental": (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0),
    "tb": (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0),
    "adult": (60, 0, 0, 15, 8, 2, 3, 8, 3, 2, 0, 0, 0, 0),
}

# Numbers are scattered by a stride, so that an id tells nothing; both are primes.
_STRIDE: Final = 104_729
_RANGE: Final = 9_999_991
_HOUSEHOLD_SIZES: Final = np.array((2, 3, 1, 4, 2, 3, 2, 5, 3, 1, 2, 4))


class Residents:
    """About 200 residents for each size unit of an area, in blocks of (area, combination).

    ``area``, ``group`` and ``household`` give each resident's area, combination and household.
    """

    def __init__(self, area_sizes: list[int], records: int, draw: Draw) -> None:
        counts = [
            [size * 200 * part * records // (1000 * USUAL_RECORDS) + 1 for part in _PER_MILLE]
            for size in area_sizes
        ]
        self._counts = np.array(counts, dtype=np.int64)
        flat = self._counts.ravel()
        self._starts = (np.cumsum(flat) - flat).reshape(self._counts.shape)
        self._urn = Urn(list(WHO.values()))
        self.total = int(flat.sum())
        block = np.repeat(np.arange(flat.size), flat)
        self.area, self.group = block // len(GROUPS), block % len(GROUPS)
        self.household = self._households(draw)
        self.ids = _ids("J", self.total)
        self.household_ids = _ids("F", int(self.household.max()) + 1)

    def _households(self, draw: Draw) -> Int64:
        """Neighbours of all ages under one roof: areas shuffled and cut into small households."""
        order = np.lexsort((draw.shuffled(self.total), self.area))
        ends = np.cumsum(np.resize(_HOUSEHOLD_SIZES, self.total))
        at = np.searchsorted(ends, np.arange(self.total), side="right")
        # A household does not reach over the border of an area.
        place = np.unique(self.area[order] * (self.total + 1) + at, return_inverse=True)[1]
        household = np.empty(self.total, dtype=np.int64)
        household[order] = place
        return household

    def meet(self, draw: Draw, area: Int64, who: Int64) -> Int64:
        """A resident of each area whom an item with this audience meets; -1 where it is "none".

        `who` counts through WHO.
        """
        group = self._urn.take(draw, who) % len(GROUPS)
        inside = draw.below(self._counts[area, group], len(area))
        resident = self._starts[area, group] + inside
        return np.where(who == list(WHO).index("none"), -1, resident)


def _ids(letter: str, count: int) -> list[str]:
    return [f"{letter}{k * _STRIDE % _RANGE:07d}" for k in range(1, count + 1)]
