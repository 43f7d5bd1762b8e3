"""Parquet tables and record files: one part per row group, dictionary columns kept as such."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.csvfile import RawBatch

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = ["ParquetPart", "parquet_parts", "read_text_rows", "text_values"]


@dataclass(frozen=True, slots=True)
class ParquetPart:
    """One row group of a Parquet file; its first record has number ``first_row`` (from 1)."""

    path: Path
    name: str
    headings: tuple[str, ...]
    group: int
    first_row: int

    def batches(self, only: frozenset[str] | None = None) -> Iterator[RawBatch]:
        """The rows of the group as one batch; ``only`` limits the columns that are read."""
        import pyarrow as pa

        wanted = [name for name in self.headings if only is None or name in only]
        try:
            file = _open(self.path, self.name, read_dictionary=wanted)
            table = file.read_row_group(self.group, columns=wanted, use_threads=False)
        except (pa.ArrowInvalid, OSError) as error:
            raise _damaged(self.name, error) from None
        row = np.arange(table.num_rows, dtype=np.int64) + self.first_row
        yield RawBatch(row, {name: table.column(name).combine_chunks() for name in wanted})


def _damaged(name: str, error: object) -> DataError:
    return DataError([Problem("FILE_DAMAGED", Place(name), facts={"detail": str(error)[:200]})])


def _open(path: Path, name: str, read_dictionary: Sequence[str] = ()) -> "pq.ParquetFile":
    import pyarrow as pa
    import pyarrow.parquet as pq

    if path.stat().st_size == 0:
        raise DataError([Problem("FILE_EMPTY", Place(name))])
    try:
        return pq.ParquetFile(path, read_dictionary=list(read_dictionary), memory_map=False)
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(name, error) from None


def parquet_parts(path: Path, name: str) -> list[ParquetPart]:
    """The row groups of a Parquet file as parts.

    Raises:
        DataError: ``FILE_EMPTY`` or ``FILE_DAMAGED``.
    """
    metadata = _open(path, name).metadata
    headings = tuple(metadata.schema.to_arrow_schema().names)
    parts, row = [], 1
    for group in range(metadata.num_row_groups):
        parts.append(ParquetPart(path, name, headings, group, row))
        row += metadata.row_group(group).num_rows
    return parts or [ParquetPart(path, name, headings, -1, 1)]


def text_values(array: "pa.Array") -> list[str]:
    """The values of any exact column as the text that a CSV would hold; missing ones are blank."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_floating(array.type):
        return ["" if value is None else repr(value) for value in array.to_pylist()]
    return [str(value) for value in pc.fill_null(array.cast(pa.string()), "").to_pylist()]


def read_text_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The headings, then the rows of a small Parquet table as text; floats are refused.

    Raises:
        DataError: unreadable, or a float column (``FLOAT_COLUMN``).
    """
    import pyarrow as pa

    try:
        table = _open(path, path.name).read()
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(path.name, error) from None
    names = table.schema.names
    floats = [name for name in names if pa.types.is_floating(table.schema.field(name).type)]
    if floats:
        place = Place(path.name)
        raise DataError([Problem("FLOAT_COLUMN", place.at(name), name) for name in floats])
    yield 1, list(names)
    columns = [text_values(table.column(name).combine_chunks()) for name in names]
    for number, values in enumerate(zip(*columns, strict=True)):
        yield number + 1, list(values)
