"""Original rows fetched again by columns, some thousands at a time, for the lists of faults.

A faulty file may hold millions of faulty rows: their texts stay Arrow columns, and only so many
rows are in memory at once. Sources: A10, specification page 3 (``rejected.csv``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equivalents.intake.csvfile import CsvPart, Malformed, RawBatch
from equivalents.intake.parquet import ParquetPart, text_column
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Original", "OriginalRows", "original_rows"]

_WINDOW: Final = 1 << 14
"""Rows fetched at once: enough for work by columns, and some ten megabytes of sentences."""


@dataclass(frozen=True, slots=True)
class Original:
    """A row as it came: its file, row number, and texts by our column name or its heading."""

    file: str
    row: int
    by_column: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OriginalRows:
    """Some rows of one file as they came, in row order: ``(n,)`` row numbers and text columns.

    ``columns`` are by our column name, or by heading where it is none of ours.
    """

    file: str
    row: Int64
    columns: "Mapping[str, pa.Array]"

    def __len__(self) -> int:
        return int(self.row.size)

    def texts(self, column: str, at: Int64) -> "pa.Array":
        """The texts of one column at some positions; blank where the file has no such column."""
        import pyarrow as pa

        if column not in self.columns:
            return pa.repeat(pa.scalar("", pa.large_string()), at.size)
        if at.size == len(self):
            return self.columns[column]
        return self.columns[column].take(pa.array(at))

    def head(self, count: int | None) -> "OriginalRows":
        """The first rows only, or all of them."""
        columns = {name: column[:count] for name, column in self.columns.items()}
        return OriginalRows(self.file, self.row[:count], columns)

    def each(self) -> Iterator[Original]:
        """The rows one by one."""
        texts = [column.to_pylist() for column in self.columns.values()]
        for row, *values in zip(self.row.tolist(), *texts, strict=True):
            yield Original(self.file, row, dict(zip(self.columns, values, strict=True)))


def original_rows(
    part: CsvPart | ParquetPart, names: Mapping[str, str], wanted: Int64
) -> Iterator[OriginalRows]:
    """The wanted rows of a part (sorted row numbers, each once), good and malformed, in order.

    ``names`` has our name of each known heading.
    """
    waiting: list[Malformed] = []
    for raw in part.batches():
        waiting += _wanted(raw.malformed, wanted)
        last = int(raw.row[-1]) if raw.row.size else 0
        # A malformed row may be told of before its turn, with an earlier batch.
        due = [row for row in waiting if row.row < last]
        waiting = [row for row in waiting if row.row > last]
        yield from _windows(part, names, raw, _positions(raw.row, wanted), due)
    nothing = RawBatch(np.zeros(0, np.int64), {})
    yield from _windows(part, names, nothing, nothing.row, waiting)


def _wanted(malformed: Sequence[Malformed], wanted: Int64) -> list[Malformed]:
    if not malformed or not wanted.size:
        return []
    rows = np.array([row.row for row in malformed], np.int64)
    at = np.minimum(np.searchsorted(wanted, rows), wanted.size - 1)
    return [row for row, hit in zip(malformed, (wanted[at] == rows).tolist(), strict=True) if hit]


def _positions(rows: Int64, wanted: Int64) -> Int64:
    """Where the wanted rows stand in a batch; both are sorted."""
    if not rows.size:
        return np.zeros(0, np.int64)
    start, stop = np.searchsorted(wanted, [rows[0], rows[-1] + 1])
    mine = wanted[start:stop]
    at = np.searchsorted(rows, mine)
    found: Int64 = at[rows[at] == mine]
    return found


def _windows(
    part: CsvPart | ParquetPart,
    names: Mapping[str, str],
    raw: RawBatch,
    good: Int64,
    lost: Sequence[Malformed],
) -> Iterator[OriginalRows]:
    """Good rows of a batch by position, with the malformed rows between them."""
    row = np.concatenate([raw.row[good], np.array([one.row for one in lost], np.int64)])
    order = np.argsort(row, kind="stable") if lost else np.arange(row.size)
    for start in range(0, row.size, _WINDOW):
        some = order[start : start + _WINDOW]
        here = [lost[at] for at in (some[some >= good.size] - good.size).tolist()]
        columns = _columns(part, names, raw, good[some[some < good.size]], here)
        if here:
            # Malformed rows were put behind the good ones: back to row order.
            back = np.argsort(np.argsort(some >= good.size, kind="stable"), kind="stable")
            columns = {name: column.take(back) for name, column in columns.items()}
        yield OriginalRows(part.name, row[some], columns)


def _columns(
    part: CsvPart | ParquetPart,
    names: Mapping[str, str],
    raw: RawBatch,
    good: Int64,
    lost: Sequence[Malformed],
) -> "dict[str, pa.Array]":
    """The texts of good rows, then of malformed ones: their whole text in the first column."""
    import pyarrow as pa

    columns = {}
    for heading in part.headings:
        pieces = [text_column(raw.columns[heading].take(pa.array(good)))] if good.size else []
        if lost:
            first = heading == part.headings[0]
            texts = [row.text if first else "" for row in lost]
            pieces.append(pa.array(texts, pa.large_string()))
        columns[names.get(heading, heading)] = pa.concat_arrays(pieces)
    return columns
