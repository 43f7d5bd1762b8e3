"""Service records on their way in: coded columns, and what was wrong with the others.

Everything is by column and by row number, so that millions of records cost arrays, not objects;
the original text of a faulty row is fetched again from its source when it is to be shown.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from equivalents.policy.posts import Codes
from equivalents.units import Int64

__all__ = ["FaultSet", "RecordBlock"]

_Value = TypeVar("_Value", bound=np.generic)

_SPARSE: Final = 500
"""One value dropped of so many or more: copying the runs between them beats picking the rest."""


@dataclass(frozen=True, slots=True)
class FaultSet:
    """Rows of one source part that share a fault (or warning) in one column.

    ``row`` is ``(n,)`` row numbers as Excel shows them. ``notes`` is empty or ``(n,)`` texts with
    what the message needs and the row itself cannot tell (the other place, the fields found).
    ``series`` is blank when the fault concerns every series.
    """

    part: int
    code: str
    column: str
    row: Int64
    series: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordBlock:
    """Some rows of a part: the well-formed records as coded columns, the others as faults.

    The columns have one length ``n``. Codes are positions in the codebooks of the counting plan;
    ``attribute`` and ``post`` may be absent when no record of the block has any. ``refused`` is
    the number of rows with a fault of form or identity; they are in none of the columns.
    ``shared`` is absent when each record has one performer; where a record is shared it holds
    the set that it names (:meth:`equivalents.crews.Performers.find`), else -1, and ``person`` is
    negative where a shared record names none.
    """

    part: int
    row: Int64
    institution: Codes
    person: Codes
    item: Codes
    day: Codes
    quantity_e3: Int64
    attribute: Codes | None = None
    post: Codes | None = None
    refused: int = 0
    faults: tuple[FaultSet, ...] = ()
    shared: Codes | None = None

    def __len__(self) -> int:
        return int(self.item.size)

    @property
    def received(self) -> int:
        """All rows that this block accounts for."""
        return len(self) + self.refused

    def without(self, bad: npt.NDArray[np.bool_], faults: tuple[FaultSet, ...]) -> "RecordBlock":
        """The same block without its faulty records, which ``faults`` describe."""
        keep = _Keep(bad)
        return RecordBlock(
            self.part,
            keep(self.row),
            keep(self.institution),
            keep(self.person),
            keep(self.item),
            keep(self.day),
            keep(self.quantity_e3),
            None if self.attribute is None else keep(self.attribute),
            None if self.post is None else keep(self.post),
            keep.dropped,
            faults,
            None if self.shared is None else keep(self.shared),
        )

    @classmethod
    def empty(cls, part: int, refused: int, faults: tuple[FaultSet, ...]) -> "RecordBlock":
        """A block of faults only."""
        codes, numbers = np.zeros(0, np.int32), np.zeros(0, np.int64)
        return cls(part, numbers, codes, codes, codes, codes, numbers, None, None, refused, faults)


class _Keep:
    """Columns without the values of a mask: by whole runs where few are dropped."""

    def __init__(self, bad: npt.NDArray[np.bool_]) -> None:
        at = np.flatnonzero(bad)
        self.dropped = int(at.size)
        self._good = np.flatnonzero(~bad) if at.size * _SPARSE > bad.size else None
        edges = [-1, *at.tolist(), bad.size]
        self._runs = [slice(a + 1, b) for a, b in pairwise(edges)] if self._good is None else []

    def __call__(self, column: npt.NDArray[_Value]) -> npt.NDArray[_Value]:
        if self._good is not None:
            return column[self._good]
        return np.concatenate([column[run] for run in self._runs])
