"""Figures of data quality: records counted by source, institution, item and month (A10).

The idea: everything that can be said of a record is a mark (rejected, a code, a filled column),
and every figure is how many records of a group have a mark. Counts are exact; the groups of each
grouping, with those for what is unknown or blank, hold all records. Source: issue "Files as they
are", data-quality report.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.errors import ConservationError
from equivalents.units import Codes, Int64

__all__ = ["GROUPINGS", "NO_DAY", "QualityBlock", "QualitySums", "share_e2"]

GROUPINGS: Final = ("source", "institution", "item", "month")
"""By what records are grouped."""
NO_DAY: Final = int(np.iinfo(np.int64).max)
"""The day of a record that has none in the period."""
_NO_LAST: Final = int(np.iinfo(np.int64).min)


@dataclass(frozen=True, slots=True)
class QualityBlock:
    """Some records: ``(n,)`` codes by grouping, days, and marks (masks) by name.

    ``day`` is :data:`NO_DAY` where a record has no day in the period; a mark that no record of
    the block has may be absent.
    """

    codes: Mapping[str, Codes]
    day: Int64
    marks: Mapping[str, npt.NDArray[np.bool_]]


@dataclass(slots=True)
class QualitySums:
    """Records and marks summed by the groups of each grouping; ``sizes`` says how many there are.

    ``received[grouping]`` is ``(groups,)``, ``monthly[grouping]`` ``(groups, months)`` with the
    groups of months that are none of the period, too. ``first`` and ``last`` are days in the
    period, meaningless where a group has none (:meth:`has_days`).
    """

    sizes: Mapping[str, int]
    received: dict[str, Int64] = field(default_factory=dict)
    monthly: dict[str, Int64] = field(default_factory=dict)
    first: dict[str, Int64] = field(default_factory=dict)
    last: dict[str, Int64] = field(default_factory=dict)
    _marked: dict[tuple[str, str], Int64] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, size in self.sizes.items():
            self.received[name] = np.zeros(size, np.int64)
            self.monthly[name] = np.zeros((size, self.sizes["month"]), np.int64)
            self.first[name] = np.full(size, NO_DAY, np.int64)
            self.last[name] = np.full(size, _NO_LAST, np.int64)

    def add(self, block: QualityBlock) -> None:
        """Add the records of a block."""
        month, width = block.codes["month"].astype(np.int64), self.sizes["month"]
        dated = np.flatnonzero(block.day != NO_DAY)
        for name, size in self.sizes.items():
            code = block.codes[name].astype(np.int64)
            self.received[name] += np.bincount(code, minlength=size)
            cells = np.bincount(code * width + month, minlength=size * width)
            self.monthly[name] += cells.reshape(size, width)
            np.minimum.at(self.first[name], code[dated], block.day[dated])
            np.maximum.at(self.last[name], code[dated], block.day[dated])
            for mark, mask in block.marks.items():
                counts = np.bincount(code[mask], minlength=size)
                self._marked[name, mark] = self.marked(name, mark) + counts

    def marked(self, grouping: str, mark: str) -> Int64:
        """How many records of each group have a mark: ``(groups,)``."""
        found = self._marked.get((grouping, mark))
        return np.zeros(self.sizes[grouping], np.int64) if found is None else found

    def marks(self, beginning: str) -> list[str]:
        """The marks of which a record was met that begin so, in order, without the beginning."""
        names = {mark for _, mark in self._marked if mark.startswith(beginning)}
        return sorted(mark.removeprefix(beginning) for mark in names)

    def has_days(self, grouping: str) -> npt.NDArray[np.bool_]:
        """Which groups have a record with a day in the period."""
        known: npt.NDArray[np.bool_] = self.first[grouping] != NO_DAY
        return known

    def total(self, mark: str = "") -> int:
        """How many records there are, or how many have a mark."""
        return int((self.marked("month", mark) if mark else self.received["month"]).sum())

    def check(self, received: int, rejected: int) -> None:
        """Hold every grouping against what the check itself counted.

        Raises:
            ConservationError: a grouping has other records than were received or rejected.
        """
        for name in self.sizes:
            found = int(self.received[name].sum()), int(self.marked(name, "rejected").sum())
            if found != (received, rejected):
                raise ConservationError(
                    f"quality by {name}: {found[0]} records, {found[1]} rejected; "
                    f"the check has {received} and {rejected}"
                )


def share_e2(part: int, whole: int) -> int | None:
    """A share in hundredths of a percent, rounded half up; ``None`` of nothing.

    >>> share_e2(1, 3), share_e2(1, 8), share_e2(0, 0)
    (3333, 1250, None)
    """
    return (part * 20_000 + whole) // (2 * whole) if whole else None
