"""What waiting records need from their rows: resident, household, end of the stay (5.5, 5.6).

Only the records that wait for others are looked at, so files whose items do not need it pay
nothing for their resident ids.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from equivalents.ids import IdBook, Texts
from equivalents.intake.columns import AnyColumn, TextColumn
from equivalents.records import Contact, FaultSet, Origin, RecordBlock
from equivalents.tally import Plan
from equivalents.units import Codes, Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Contacts", "NO_END", "parted", "waiting_of"]

_Mask = npt.NDArray[np.bool_]

NO_END = -1
"""Stands for a blank service end date."""


class Contacts(NamedTuple):
    """The batch that waiting records are of: its columns, ends of stays if any, and the way back.

    ``end`` is :data:`NO_END` where blank.
    """

    columns: Mapping[str, AnyColumn]
    end: Codes | None
    origin: Origin
    plan: Plan

    def of(self, where: Int64) -> Contact:
        """What some records of the batch need while they wait."""
        columns, plan = self.columns, self.plan
        return Contact(
            _learned(columns.get("resident_id"), where, plan.residents),
            _learned(columns.get("household_id"), where, plan.households),
            _nowhere(where.size) if self.end is None else self.end[where],
            self.origin,
        )


def waiting_of(item: Codes, end: Codes | None, plan: Plan) -> _Mask | None:
    """Which records of a batch must wait for others; ``None`` where none does."""
    if end is None and not plan.waits.any:
        return None
    waits = np.take(plan.waits.item, np.minimum(item, np.int32(len(plan.known_items))))
    if end is not None:
        waits |= end != NO_END
    return waits if waits.any() else None


def parted(
    block: RecordBlock,
    waits: _Mask,
    bad: _Mask | None,
    faults: tuple[FaultSet, ...],
    contacts: Contacts,
) -> list[RecordBlock]:
    """The records of a batch that need not wait, with what is wrong with others; and those that do.

    ``block`` has all of them, also the ``bad`` ones, which then are in neither.
    """
    if bad is not None:
        waits &= ~bad
    own, others = np.flatnonzero(waits), np.flatnonzero(~waits if bad is None else ~(waits | bad))
    refused = len(block) - own.size - others.size
    return [
        replace(block.only(others), refused=refused, faults=faults),
        replace(block.only(own), contact=contacts.of(own)),
    ]


def _learned(column: AnyColumn | None, where: Int64, book: IdBook) -> Codes:
    """Codes of the texts of some records; -1 where blank."""
    if not isinstance(column, TextColumn) or column.blank_only():
        return _nowhere(where.size)
    index = np.take(column.index, where)
    present = np.zeros(len(column.distinct.values), bool)
    present[index] = True
    present &= ~column.distinct.blanks()
    asked = np.flatnonzero(present)
    known = np.full(present.size, -1, np.int32)
    known[asked] = book.learn(_texts(column.distinct.some(asked)))
    return np.take(known, index)


def _nowhere(size: int) -> Codes:
    """A column that is blank throughout; it takes no memory."""
    return np.broadcast_to(np.int32(-1), size)


def _texts(values: "pa.Array") -> Texts:
    """Texts where Arrow has them, without a copy."""
    _, begins, data = values.buffers()
    begins = np.frombuffer(begins, np.int32)[values.offset : values.offset + len(values) + 1]
    return Texts(np.frombuffer(data or b"", np.uint8), begins.astype(np.int64))
