"""A Parquet file as a spool: typed columns as text, exactly."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.headings import Sheet
from equivalents.intake.opening.headingtexts import is_among
from equivalents.intake.opening.rawcells import Chunk, RawColumns
from equivalents.intake.opening.spool import Spooled
from equivalents.intake.opening.tablespool import Source, spool_rows
from equivalents.intake.parquet import parquet_parts, text_column, type_fault
from equivalents.intake.timetypes import with_time, with_zone

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["spool_parquet"]


def spool_parquet(
    path: Path, name: str, wanted: Sequence[Sheet], target: Path, used: frozenset[str] = frozenset()
) -> Spooled:
    """Spool a Parquet file that people call ``name``.

    ``wanted`` are the tables that it may be, ``used`` headings whose columns must be exact:
    however they are written, none of them may be floats, or of a type that is no text, number or
    date. A time of day stays, for the rule of times (5.21), but not one with a zone.

    Raises:
        DataError: ``FLOAT_COLUMN``, ``COLUMN_TYPE``, ``TIME_COLUMN``, ``FILE_EMPTY``,
            ``FILE_DAMAGED``.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts = parquet_parts(path, name)
    schema = pq.read_schema(path)
    problems = [
        Problem(code, Place(name, column=one.name), one.name, {"detail": str(one.type)})
        for one in schema
        if (code := _fault(one.type)) and is_among(one.name, used)
    ]
    if problems:
        raise DataError(problems)

    def chunks() -> Iterator[Chunk]:
        yield RawColumns(tuple([heading] for heading in schema.names), np.zeros(1, np.int64))
        for part in parts:
            for raw in part.batches() if part.group >= 0 else ():
                texts = (text_column(raw.columns[heading]) for heading in schema.names)
                yield RawColumns(tuple(one.cast(pa.string()) for one in texts), raw.row)

    source = Source(name, first_row=0, origin={"kind": "parquet"})
    return spool_rows(chunks(), wanted, target, source)


def _fault(kind: "pa.DataType") -> str:
    """The code for a type that a used column may not have, or blank."""
    if with_time(kind):
        return "TIME_COLUMN" if with_zone(kind) else ""
    return type_fault(kind, None)
