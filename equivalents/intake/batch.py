"""One batch of records while it is judged: its columns and the faults found so far."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from equivalents.grouping import among
from equivalents.intake.columns import AnyColumn, TextColumn
from equivalents.intake.csvfile import GivenFault
from equivalents.records import FaultSet
from equivalents.units import Int64

__all__ = ["Batch", "Mask"]

Mask = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Batch:
    """One batch while it is judged: its columns and the faults found so far."""

    part: int
    row: Int64
    columns: Mapping[str, AnyColumn]
    faults: list[FaultSet] = field(default_factory=list)
    bad: Mask | None = None
    given: dict[str, Mask] = field(default_factory=dict)

    def note(
        self,
        code: str,
        column: str,
        mask: Mask,
        notes: Callable[[Int64], tuple[str, ...]] | None = None,
    ) -> None:
        """Note a fault for the records of a mask, but those whose value was refused before.

        What was refused without a column is a whole row.
        """
        for told in ("", column) if self.given else ():
            if told in self.given:
                mask = mask & ~self.given[told]
        where = np.flatnonzero(mask)
        if where.size == 0:
            return
        texts = notes(where) if notes is not None else ()
        self.faults.append(FaultSet(self.part, code, column, self.row[where], "", texts))
        self.bad = mask if self.bad is None else self.bad | mask

    def note_given(self, faults: Sequence[GivenFault]) -> None:
        """Note what was found when the texts were cleaned: it comes before all else."""
        for fault in faults:
            mask = among(self.row, fault.row)
            self.note(fault.code, fault.column, mask, partial(_alike, fault.note))
            self.given[fault.column] = self.given.get(fault.column, False) | mask

    def text(self, name: str) -> TextColumn | None:
        """A text column, if the batch has it."""
        column = self.columns.get(name)
        return column if isinstance(column, TextColumn) else None

    def filled(self, name: str) -> TextColumn | None:
        """A text column that is not blank throughout."""
        column = self.text(name)
        return None if column is None or column.blank_only() else column


def _alike(note: str, where: Int64) -> tuple[str, ...]:
    return (note,) * where.size if note else ()
