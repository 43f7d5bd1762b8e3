"""Classes of entries: who stands before whom, and what is told of some of them (5.5)."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from equivalents.policy.basis import Basis
from equivalents.policy.book import WeightBook
from equivalents.records import FaultSet
from equivalents.units import Codes, Int64
from equivalents.waiting import Entries

__all__ = ["before", "by_basis", "faults_of", "rank_in"]

_Mask = npt.NDArray[np.bool_]


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


def before(classes: Int64, order: Int64, counts: _Mask) -> Int64:
    """How many entries that count stand before each entry in its class."""
    by_class = np.lexsort((order, classes))
    begins = np.flatnonzero(np.diff(classes[by_class], prepend=-1))
    sizes = np.diff(begins, append=classes.size)
    so_far: Int64 = np.cumsum(counts[by_class]) - counts[by_class]
    standing = np.zeros(classes.size, np.int64)
    standing[by_class] = so_far - np.repeat(so_far[begins], sizes)
    return standing


def rank_in(classes: Int64, order: Int64) -> Int64:
    """The position of each entry in its class, from 0."""
    return before(classes, order, np.ones(classes.size, bool))


def by_basis(book: WeightBook, rows: Codes) -> Iterator[tuple[Basis, Int64]]:
    """Each basis among the chosen weight rows, with the positions that have it."""
    bases = list(dict.fromkeys(row.basis for row in book.rows))
    number = np.array([bases.index(row.basis) for row in book.rows], np.int64)
    which = number[rows]
    for at in np.unique(which).tolist():
        yield bases[at], np.flatnonzero(which == at)
