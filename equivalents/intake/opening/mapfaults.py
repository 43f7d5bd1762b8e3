"""Faults of rows on their way through a column map: those that they came with, those of the map.

A row comes with every fault that the cleaning of its cells found, each at the heading of the
source. One in a cell that the map reads, for a column, a join, a unit or a filter, rejects the row;
those of other cells are no matter. Source: issue "Files as they are", point 3; docs/maps.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.intake.opening.spool import ROW_SHAPE, parted_faults
from equivalents.units import Codes, Int64

__all__ = ["CameWith", "RowFaults"]

_Mask = npt.NDArray[np.bool_]
_OF_ROWS: Final = (ROW_SHAPE,)
"""Faults of a whole row: none of its cells is known."""


@dataclass(frozen=True, slots=True)
class CameWith:
    """The faults that rows came with: distinct texts, and the position of each row's in them.

    The first text is blank: no fault.
    """

    texts: Sequence[str]
    code: Codes

    @classmethod
    def of(cls, faults: Sequence[str], size: int) -> "CameWith":
        """``faults`` has ``CODE:column`` of each fault of each row; none where no row has any."""
        texts = ["", *dict.fromkeys(fault for fault in faults if fault)]
        if len(texts) == 1:
            return cls(texts, np.zeros(size, np.int32))
        at = {text: position for position, text in enumerate(texts)}
        return cls(texts, np.array([at[fault] for fault in faults], np.int32))

    def unknown(self, column: str) -> _Mask:
        """The rows whose cell in a column of the source is at fault, or all of whose cells are."""
        bad = [
            any(code in _OF_ROWS or of == column for code, of in parted_faults(text))
            for text in self.texts
        ]
        return np.array(bad, bool)[self.code]

    def kept(self, keep: _Mask) -> "CameWith":
        """Those of some rows."""
        return CameWith(self.texts, self.code[keep])

    def by_reader(self, readers: Mapping[str, str]) -> "RowFaults":
        """The first fault of each row that matters: by the column that reads the cell at fault."""
        known: dict[str, int] = {"": 0}
        at = []
        for text in self.texts:
            found = (
                f"{code}:{column}" if code in _OF_ROWS else f"{code}:{readers[column]}"
                for code, column in parted_faults(text)
                if code in _OF_ROWS or column in readers
            )
            at.append(known.setdefault(next(found, ""), len(known)))
        return RowFaults([*known], np.array(at, np.int32)[self.code])


@dataclass(slots=True)
class RowFaults:
    """The first fault of each row as ``CODE:column``, by its position in those that are known."""

    known: list[str]
    at: Codes

    def add(self, code: str, column: str, rows: _Mask) -> None:
        """Note a fault of the rows that have none so far."""
        if rows.any():
            self.known.append(f"{code}:{column}")
            self.at[rows & (self.at == 0)] = len(self.known) - 1

    def texts(self) -> Sequence[str]:
        """The fault of each row, blank where it has none; nothing where no row has any."""
        return [self.known[at] for at in self.at.tolist()] if self.at.any() else ()

    def found(self) -> Iterator[tuple[str, str, Int64]]:
        """Each fault with the positions of its rows; of whole rows what is wrong with them."""
        for at, fault in enumerate(self.known):
            rows = np.flatnonzero(self.at == at) if fault else np.zeros(0, np.int64)
            if rows.size:
                code, _, column = fault.partition(":")
                yield code, column, rows

    @staticmethod
    def of_row(code: str) -> bool:
        """Whether a fault is one of a whole row, which has no column."""
        return code in _OF_ROWS
