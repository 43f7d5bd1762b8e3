"""Service records on their way in: coded columns, and what was wrong with the others.

Everything is by column and by row number, so that millions of records cost arrays, not objects;
the original text of a faulty row is fetched again from its source when it is to be shown.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equivalents.policy.posts import Codes
from equivalents.units import Int64

__all__ = ["FaultSet", "RecordBlock"]


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

    def __len__(self) -> int:
        return int(self.item.size)

    @property
    def received(self) -> int:
        """All rows that this block accounts for."""
        return len(self) + self.refused

    def without(self, bad: npt.NDArray[np.bool_], faults: tuple[FaultSet, ...]) -> "RecordBlock":
        """The same block without its faulty records, which ``faults`` describe."""
        good = np.flatnonzero(~bad)
        return RecordBlock(
            self.part,
            self.row[good],
            self.institution[good],
            self.person[good],
            self.item[good],
            self.day[good],
            self.quantity_e3[good],
            None if self.attribute is None else self.attribute[good],
            None if self.post is None else self.post[good],
            bad.size - good.size,
            faults,
        )

    @classmethod
    def empty(cls, part: int, refused: int, faults: tuple[FaultSet, ...]) -> "RecordBlock":
        """A block of faults only."""
        codes, numbers = np.zeros(0, np.int32), np.zeros(0, np.int64)
        return cls(part, numbers, codes, codes, codes, codes, numbers, None, None, refused, faults)
