"""The made-up residents 居民: where they live, and the groups 重点人群 that they belong to."""

from typing import Final

import numpy as np

from equivalents.demo.draw import Draw, Int64, Urn

__all__ = ["GROUPS", "Residents", "WHO"]

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

_STRIDE: Final = 104_729  # a prime: it scatters the numbers, so that an id tells nothing


class Residents:
    """About 200 residents for each size unit of an area, in blocks of (area, combination)."""

    def __init__(self, area_sizes: list[int]) -> None:
        counts = [[size * 200 * part // 1000 + 2 for part in _PER_MILLE] for size in area_sizes]
        self._counts = np.array(counts, dtype=np.int64)
        flat = self._counts.ravel()
        self._starts = (np.cumsum(flat) - flat).reshape(self._counts.shape)
        self._urn = Urn(list(WHO.values()))
        self.total = int(flat.sum())
        self.ids = [f"J{k * _STRIDE % 999_983:06d}" for k in range(1, self.total + 1)]

    def meet(self, draw: Draw, area: Int64, who: Int64) -> tuple[Int64, Int64]:
        """A resident of each area whom an item with this audience meets: (resident, group).

        `who` counts through WHO. Where it is "none", the resident is -1.
        """
        group = self._urn.take(draw, who) % len(GROUPS)
        inside = draw.below(self._counts[area, group], len(area))
        resident = self._starts[area, group] + inside
        nobody = who == list(WHO).index("none")
        return np.where(nobody, -1, resident), np.where(nobody, 0, group)
