"""Parquet tables and record files: one part per row group, dictionary columns kept as such."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.csvfile import RawBatch
from equivalents.intake.plaintexts import understood
from equivalents.intake.timetypes import with_time, with_zone
from equivalents.policy.daytext import Times

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = [
    "ORIGIN",
    "ORIGIN_MARK",
    "ParquetPart",
    "known_text",
    "of_store",
    "parquet_parts",
    "read_group",
    "read_text_rows",
    "text_column",
    "text_values",
    "type_fault",
]

ORIGIN: Final[Mapping[str, str]] = {
    "file": "import_file",
    "sheet": "import_sheet",
    "row": "import_row",
}
"""Columns of a kept record that say where it stood, and what they are called in a made file."""
ORIGIN_MARK: Final = {b"equivalents": b"store"}
"""Metadata of a file of records that was made of what the store keeps."""

_BATCH: Final = 1 << 17
"""Records read at once. What is read and what is made of it then is used again for the next batch;
of larger columns each is new memory, which the system first fills with zeros: with two threads that
took a third of the time of reading and counting."""
_ALONE: Final = 1 << 19
"""The same where the columns are read side by side: each step waits for the slowest of them."""


@dataclass(frozen=True, slots=True)
class ParquetPart:
    """One row group of a Parquet file; its first record has number ``first_row`` (from 1)."""

    path: Path
    name: str
    headings: tuple[str, ...]
    group: int
    first_row: int

    sheet: str = ""
    heading_row: int = 1

    may_break: ClassVar[bool] = True

    @property
    def titles(self) -> tuple[str, ...]:
        """The headings as written."""
        return self.headings

    @property
    def written(self) -> Mapping[str, str]:
        """The headings as they stand in the file, where they are not as they were understood."""
        return {}

    def as_written(self) -> Iterator[RawBatch]:
        """All rows with the texts as they stand in the file."""
        return self.batches()

    def batches(
        self, only: frozenset[str] | None = None, *, alone: bool = False
    ) -> Iterator[RawBatch]:
        """The rows of the group in batches; ``only`` limits the columns that are read.

        With ``alone`` no other part is being read: the columns then share the processors.
        """
        wanted = [name for name in self.headings if only is None or name in only]
        row = self.first_row
        for batch in read_group(self, wanted, alone=alone):
            rows = np.arange(row, row + batch.num_rows, dtype=np.int64)
            row += batch.num_rows
            yield RawBatch(rows, {name: batch.column(name) for name in wanted})


def read_group(
    part: ParquetPart, wanted: Sequence[str], *, alone: bool = False
) -> "Iterator[pa.RecordBatch]":
    """Some columns of a row group in batches, texts as codes; none where there is no group."""
    import pyarrow as pa

    if part.group < 0:
        return
    try:
        file = _open(part.path, part.name, read_dictionary=_texts(part.path, wanted))
        yield from file.iter_batches(
            _ALONE if alone else _BATCH,
            row_groups=[part.group],
            columns=list(wanted),
            use_threads=alone,
        )
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(part.name, error) from None


def _texts(path: Path, names: Sequence[str]) -> list[str]:
    """The text columns among ``names``: those that Arrow can read as codes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pq.read_schema(path)
    texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_dictionary)
    return [name for name in names if any(is_text(schema.field(name).type) for is_text in texts)]


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


def of_store(path: Path) -> bool:
    """Whether a Parquet file was made of what the store keeps: its further columns are of right."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found = pq.read_schema(path).metadata or {}
    except (pa.ArrowInvalid, OSError):
        return False  # told where its parts are looked at
    return all(found.get(name) == text for name, text in ORIGIN_MARK.items())


def text_values(array: "pa.Array") -> list[str]:
    """The values of any column as the text that a CSV would hold; missing ones are blank.

    Columns of odd types (lists, bytes, floats) are only shown, never used.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if not _as_text(array.type):
        return ["" if value is None else str(value) for value in array.to_pylist()]
    return [str(value) for value in pc.fill_null(array.cast(pa.string()), "").to_pylist()]


def text_column(array: "pa.Array") -> "pa.Array":
    """The same texts as :func:`text_values` gives, as a column of large strings."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if not _as_text(array.type):
        return pa.array(text_values(array), pa.large_string())
    if not pa.types.is_large_string(array.type):
        array = array.cast(pa.string()).cast(pa.large_string())
    return pc.fill_null(array, "") if array.null_count else array


def known_text(name: str, array: "pa.Array") -> "pa.Array":
    """A column of records as texts that are understood by its ``name``."""
    return understood(name, text_column(array))


def _as_text(kind: "pa.DataType") -> bool:
    """Whether Arrow writes the values of a type as a CSV would hold them."""
    return _exact(kind) or (with_time(kind) and not with_zone(kind))


def _exact(kind: "pa.DataType") -> bool:
    """Whether a type is plain text, a whole number, a decimal or a date."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_date32(kind)
        or pa.types.is_null(kind)
    )


def type_fault(kind: "pa.DataType", times: Times | None) -> str:
    """The code for a type that a small table may not have, or blank.

    ``times`` says what becomes of a time of day, in a column of dates.
    """
    import pyarrow as pa

    if times is not None and with_time(kind):
        return "" if times is Times.TRUNCATE and not with_zone(kind) else "TIME_COLUMN"
    if _exact(kind):
        return ""
    return "FLOAT_COLUMN" if pa.types.is_floating(kind) else "COLUMN_TYPE"


def read_text_rows(
    path: Path, days: frozenset[str] = frozenset(), times: Times = Times.REFUSE
) -> Iterator[tuple[int, list[str]]]:
    """The headings, then the rows of a small Parquet table as text; inexact types are refused.

    ``days`` are headings of dates; ``times`` says whether those may have a time of day.

    Raises:
        DataError: unreadable, or columns that are floats (``FLOAT_COLUMN``), of a type that is
            no text, number or date (``COLUMN_TYPE``), or dates with more than may be
            (``TIME_COLUMN``).
    """
    import pyarrow as pa

    try:
        table = _open(path, path.name).read()
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(path.name, error) from None
    place = Place(path.name)
    problems = [
        Problem(code, place.at(field.name), field.name, {"detail": str(field.type)})
        for field in table.schema
        if (code := type_fault(field.type, times if field.name.strip() in days else None))
    ]
    if problems:
        raise DataError(problems)
    yield 1, list(table.schema.names)
    columns = [text_values(table.column(at).combine_chunks()) for at in range(table.num_columns)]
    for number, values in enumerate(zip(*columns, strict=True), 1):
        yield number, list(values)
