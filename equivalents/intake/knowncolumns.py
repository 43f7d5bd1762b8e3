"""The known columns of a batch of records, without the rows that are blank throughout."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from equivalents.intake.columns import AnyColumn, Distinct, PlainColumn, TextColumn, make_column
from equivalents.intake.csvfile import RawBatch
from equivalents.intake.parquet import text_values
from equivalents.policy.daytext import Times
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["known_columns"]


def known_columns(
    raw: RawBatch, names: Mapping[str, str], latest: dict[str, Distinct], times: Times
) -> tuple[Int64, dict[str, AnyColumn]]:
    """Known columns by machine name, without rows that are blank in every column.

    ``latest`` keeps the distinct texts of each column from batch to batch: mostly the same.
    """
    columns = {}
    for heading, array in raw.columns.items():
        name = names.get(heading)
        if name is not None:
            columns[name] = column = make_column(array, name, latest.get(name), times=times)
            if isinstance(column, TextColumn):
                latest[name] = column.distinct
    filled = _filled(columns, [a for h, a in raw.columns.items() if h not in names])
    if filled is None:
        return raw.row, columns
    for fault in raw.given:
        filled = np.union1d(filled, np.searchsorted(raw.row, fault.row))
    return raw.row[filled], {name: column.take(filled) for name, column in columns.items()}


def _filled(columns: Mapping[str, AnyColumn], others: "Sequence[pa.Array]") -> Int64 | None:
    """Positions of the rows that are not blank throughout; ``None`` when no row is blank."""
    blank = None
    for column in columns.values():
        if not isinstance(column, TextColumn | PlainColumn):
            return None
        if not column.may_be_blank():
            return None
        here = column.blank()
        blank = here if blank is None else blank & here
        if not blank.any():
            return None
    if blank is None:
        return None
    for array in others:
        blank &= np.array([not text for text in text_values(array)], bool)
    return np.flatnonzero(~blank) if blank.any() else None
