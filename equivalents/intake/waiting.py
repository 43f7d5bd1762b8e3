"""What waiting records need from their rows: resident, household, end of the stay (5.5, 5.6).

Only the records that wait for others are looked at, so files whose items do not need it pay
nothing for their resident ids.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from equivalents.ids import IdBook, Texts
from equivalents.intake.columns import AnyColumn, TextColumn
from equivalents.records import Contact, Origin
from equivalents.tally import Plan
from equivalents.units import Codes, Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["NO_END", "contact_of"]

NO_END = -1
"""Stands for a blank service end date."""


def contact_of(
    columns: Mapping[str, AnyColumn], item: Codes, end: Codes | None, plan: Plan, origin: Origin
) -> Contact | None:
    """The contact columns of a batch; ``None`` where no record of it waits."""
    waits = plan.waits.item[np.minimum(item, len(plan.known_items))]
    if end is not None:
        waits |= end != NO_END
    where = np.flatnonzero(waits)
    if where.size == 0:
        return None
    return Contact(
        waits,
        _learned(columns.get("resident_id"), where, item.size, plan.residents),
        _learned(columns.get("household_id"), where, item.size, plan.households),
        np.full(item.size, NO_END, np.int32) if end is None else end,
        origin,
    )


def _learned(column: AnyColumn | None, where: Int64, size: int, book: IdBook) -> Codes:
    """Codes of the texts of some records; -1 where blank or not asked."""
    codes = np.full(size, -1, np.int32)
    if not isinstance(column, TextColumn) or column.blank_only():
        return codes
    index = column.index[where]
    present = np.zeros(len(column.distinct.values), bool)
    present[index] = True
    present &= ~column.distinct.blanks()
    asked = np.flatnonzero(present)
    known = np.full(present.size, -1, np.int32)
    known[asked] = book.learn(_texts(column.distinct.some(asked)))
    codes[where] = known[index]
    return codes


def _texts(values: "pa.Array") -> Texts:
    """Texts where Arrow has them, without a copy."""
    _, begins, data = values.buffers()
    begins = np.frombuffer(begins, np.int32)[values.offset : values.offset + len(values) + 1]
    return Texts(np.frombuffer(data or b"", np.uint8), begins.astype(np.int64))
