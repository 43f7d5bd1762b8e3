"""Fault sets laid over the rows of a window: one fault a row, code and column; series merged.

The engine notes a fault of policy once for each series. A clerk reads it once, with the series
that it concerns, at the place of the first.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from equivalents.records import FaultSet
from equivalents.units import Int64

__all__ = ["MergedFaults", "merged"]

_NONE: Final = 0


@dataclass(frozen=True, slots=True)
class MergedFaults:
    """Faults of one code and column, that were noted first in one set and for the same series.

    ``at`` are ``(n,)`` positions in the window, ascending; ``notes`` has ``n`` texts. ``first`` is
    the place of that first set among all: faults of a row come in this order. ``series`` is its
    series, ``named`` all of them as written: blank when every series is concerned.
    """

    code: str
    column: str
    first: int
    series: str
    named: str
    at: Int64
    notes: Sequence[str]


def merged(rows: Int64, faults: Sequence[FaultSet], every: Sequence[str]) -> Iterator[MergedFaults]:
    """The faults of some rows (sorted numbers); every fault between the first and last is there.

    ``faults`` have sorted rows too; ``every`` are all series.
    """
    by_key: dict[tuple[str, str], list[_Part]] = defaultdict(list)
    for index, fault in enumerate(faults):
        start, stop = np.searchsorted(fault.row, [rows[0], rows[-1] + 1]).tolist()
        if start < stop:
            at = np.searchsorted(rows, fault.row[start:stop])
            by_key[fault.code, fault.column].append(_Part(index, fault, start, at))
    for parts in by_key.values():
        yield from _merge(parts, rows.size, every)


@dataclass(frozen=True, slots=True)
class _Part:
    """Where the rows of one set stand in the window, from the set's position ``start``."""

    index: int
    fault: FaultSet
    start: int
    at: Int64


def _merge(parts: Sequence[_Part], size: int, every: Sequence[str]) -> Iterator[MergedFaults]:
    labels = _Labels(size)
    fresh = []
    for part in parts:
        fresh.append(labels.value[part.at] == _NONE)
        labels.add(part.at, part.fault.series)
    for part, new in zip(parts, fresh, strict=True):
        label = labels.value[part.at]
        for one in np.unique(label[new]).tolist():
            mine = np.flatnonzero(new & (label == one))
            fault = part.fault
            texts = fault.notes[part.start : part.start + part.at.size] if fault.notes else ()
            notes = [texts[i] for i in mine.tolist()] if texts else [""] * mine.size
            named = _named(labels.series[one], every)
            yield MergedFaults(
                fault.code, fault.column, part.index, fault.series, named, part.at[mine], notes
            )


class _Labels:
    """For each row a small number that stands for the series in which it was met so far."""

    def __init__(self, size: int) -> None:
        self.value = np.zeros(size, np.int64)
        self.series: list[tuple[str, ...]] = [()]
        self._next: dict[tuple[int, str], int] = {}

    def add(self, at: Int64, series: str) -> None:
        """The rows at these positions were met in one more series."""
        before = self.value[at]
        after = np.zeros(len(self.series), np.int64)
        for label in np.flatnonzero(np.bincount(before)).tolist():
            if (label, series) not in self._next:
                self._next[label, series] = len(self.series)
                self.series.append((*self.series[label], series))
            after[label] = self._next[label, series]
        self.value[at] = after[before]


def _named(named: Sequence[str], every: Sequence[str]) -> str:
    """The series that a fault concerns, as written: blank when it is all of them."""
    if "" in named or set(named) == set(every):
        return ""
    return ";".join(sorted(named))
