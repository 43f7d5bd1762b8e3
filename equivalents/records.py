"""Service records on their way in: coded columns, and what was wrong with the others.

Everything is by column and by row number, so that millions of records cost arrays, not objects;
the original text of a faulty row is fetched again from its source when it is to be shown.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from equivalents.policy.posts import Codes
from equivalents.units import Int64

__all__ = ["Contact", "FaultSet", "Origin", "RecordBlock"]

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


class Origin(Protocol):
    """Where the records of a part came from: for the few whose other columns matter."""

    def texts(self, rows: Int64, *, residents: bool = True) -> list[tuple[str, ...]]:
        """The columns behind the quantity of some rows as canonical text, in order (5.5).

        Rows are given, and come, in ascending order. Without ``residents`` the resident ids need
        not be told: rows are compared with those of one resident alone.
        """

    def corrected(self) -> Mapping[int, tuple[int, int]]:
        """The rows that correct a record, with the part and row of the record they name."""


@dataclass(frozen=True, slots=True)
class Contact:
    """What waiting records need (A3, A12, 5.5, 5.6), in columns as long as their block.

    ``resident`` and ``household`` are codes, -1 where blank; ``end`` is the service end date, -1
    where blank.
    """

    resident: Codes
    household: Codes
    end: Codes
    origin: Origin

    def only(self, pick: "Callable[[Any], Any]") -> "Contact":
        """The same for some of the records, picked from each column by ``pick``."""
        resident, household, end = map(pick, (self.resident, self.household, self.end))
        return Contact(resident, household, end, self.origin)


@dataclass(frozen=True, slots=True)
class RecordBlock:
    """Some rows of a part: the well-formed records as coded columns, the others as faults.

    The columns have one length ``n``. Codes are positions in the codebooks of the counting plan;
    ``attribute`` and ``post`` may be absent when no record of the block has any. ``refused`` is
    the number of rows with a fault of form or identity; they are in none of the columns.

    ``contact`` is there where all records of the block wait for others: it has what they need.
    ``records`` says how many records each entry accounts for, one where absent: a stay that is
    cut in pieces is one record and several entries.
    ``shared`` is absent when each record has one performer; where a record is shared it holds
    the set that it names (:meth:`equivalents.crews.Performers.find`), else -1, and ``person`` is
    negative where a shared record names none.
    ``parts`` is present where records of several parts stand together, in the order of parts; it
    has the part of each, and ``part`` means nothing.
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
    contact: Contact | None = None
    records: Int64 | None = None
    shared: Codes | None = None
    parts: Int64 | None = None

    def __len__(self) -> int:
        return int(self.item.size)

    @property
    def received(self) -> int:
        """All rows that this block accounts for."""
        return len(self) + self.refused

    def part_of(self, at: int) -> int:
        """The part that a record came from."""
        return self.part if self.parts is None else int(self.parts[at])

    def faults_at(
        self, code: str, column: str, at: Int64, series: str, notes: Sequence[str] = ()
    ) -> Iterator[FaultSet]:
        """A fault of some records (ascending positions) by parts; a note for each, or none."""
        if self.parts is None:
            yield FaultSet(self.part, code, column, self.row[at], series, tuple(notes))
            return
        starts = np.flatnonzero(np.diff(self.parts[at], prepend=-1)).tolist()
        for start, stop in pairwise([*starts, at.size]):
            rows, part = self.row[at[start:stop]], int(self.parts[at[start]])
            yield FaultSet(part, code, column, rows, series, tuple(notes[start:stop]))

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
            None if self.contact is None else self.contact.only(keep),
            shared=None if self.shared is None else keep(self.shared),
        )

    def only(self, where: Int64) -> "RecordBlock":
        """Some of the records, without what is told of the others."""

        def take(column: npt.NDArray[_Value]) -> npt.NDArray[_Value]:
            return np.take(column, where)

        return RecordBlock(
            self.part,
            take(self.row),
            take(self.institution),
            take(self.person),
            take(self.item),
            take(self.day),
            take(self.quantity_e3),
            None if self.attribute is None else take(self.attribute),
            None if self.post is None else take(self.post),
            contact=None if self.contact is None else self.contact.only(take),
            shared=None if self.shared is None else take(self.shared),
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
