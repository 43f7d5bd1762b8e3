"""Original rows fetched again by columns, some thousands at a time, for the lists of faults.

A faulty file may hold millions of faulty rows: their texts stay Arrow columns, and only so many
rows are in memory at once. Sources: A10, specification page 3 (``rejected.csv``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from equivalents.grouping import among
from equivalents.intake.csvfile import CsvPart, RawBatch
from equivalents.intake.grid import MalformedRows
from equivalents.intake.headings import TABLES
from equivalents.intake.parquet import ParquetPart, text_column
from equivalents.policy.daytext import Times, day_text
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["LATER", "Original", "OriginalRows", "later_texts", "original_rows"]

_SHEET: Final = TABLES["records"]
_DAYS: Final = frozenset(column.name for column in _SHEET.columns if column.is_day)
LATER: Final = _SHEET.names[_SHEET.names.index("quantity") + 1 :]
"""The columns of records whose codes do not tell the order of their texts."""

_WINDOW: Final = 1 << 14
"""Rows fetched at once: enough for work by columns, and some ten megabytes of sentences."""


@dataclass(frozen=True, slots=True)
class Original:
    """A row as it came: its file, row number, and texts by our column name or its heading."""

    file: str
    row: int
    by_column: Mapping[str, str]
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class OriginalRows:
    """Some rows of one file or sheet as they came, in order: ``(n,)`` row numbers, text columns.

    ``columns`` are by our column name, or by heading where it is none of ours.
    """

    file: str
    row: Int64
    columns: "Mapping[str, pa.Array]"
    sheet: str = ""

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
        return OriginalRows(self.file, self.row[:count], columns, self.sheet)

    def each(self) -> Iterator[Original]:
        """The rows one by one."""
        texts = [column.to_pylist() for column in self.columns.values()]
        for row, *values in zip(self.row.tolist(), *texts, strict=True):
            cells = dict(zip(self.columns, values, strict=True))
            yield Original(self.file, row, cells, self.sheet)


def original_rows(
    part: CsvPart | ParquetPart, names: Mapping[str, str], wanted: Int64
) -> Iterator[OriginalRows]:
    """The wanted rows of a part (sorted row numbers, each once), good and malformed, in order.

    ``names`` has our name of each known heading.
    """
    waiting = _Lost.none()
    for raw in part.as_written():
        if raw.malformed:
            waiting = waiting.with_more(raw.malformed, wanted)
        last = int(raw.row[-1]) if raw.row.size else 0
        # A malformed row may be told of before its turn, with an earlier batch.
        due, waiting = waiting.cut(last)
        yield from _windows(part, names, raw, _positions(raw.row, wanted), due)
    nothing = RawBatch(np.zeros(0, np.int64), {})
    yield from _windows(part, names, nothing, nothing.row, waiting)


@dataclass(frozen=True, slots=True)
class _Lost:
    """Wanted malformed rows: ``(n,)`` row numbers, ascending, and their whole texts."""

    row: Int64
    text: "pa.Array"

    @classmethod
    def none(cls) -> "_Lost":
        import pyarrow as pa

        return cls(np.zeros(0, np.int64), pa.array([], pa.large_string()))

    def with_more(self, malformed: MalformedRows, wanted: Int64) -> "_Lost":
        """These and those of some later rows that are wanted."""
        import pyarrow as pa

        hit = np.flatnonzero(among(malformed.row, wanted))
        if not hit.size:
            return self
        found = text_column(malformed.texts()).take(pa.array(hit))
        row = np.concatenate([self.row, malformed.row[hit]])
        return _Lost(row, pa.concat_arrays([self.text, found]))

    def cut(self, last: int) -> "tuple[_Lost, _Lost]":
        """The rows before a row number, and the others."""
        at = int(np.searchsorted(self.row, last))
        return _Lost(self.row[:at], self.text[:at]), _Lost(self.row[at:], self.text[at:])


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
    lost: _Lost,
) -> Iterator[OriginalRows]:
    """Good rows of a batch by position, with the malformed rows between them."""
    import pyarrow as pa

    row = np.concatenate([raw.row[good], lost.row])
    order = np.argsort(row, kind="stable") if lost.row.size else np.arange(row.size)
    for start in range(0, row.size, _WINDOW):
        some = order[start : start + _WINDOW]
        here = some[some >= good.size] - good.size
        malformed = lost.text.take(pa.array(here))
        columns = _columns(part, names, raw, good[some[some < good.size]], malformed)
        if here.size and here.size < some.size:
            # Malformed rows were put behind the good ones: back to row order.
            back = np.argsort(np.argsort(some >= good.size, kind="stable"), kind="stable")
            columns = {name: column.take(back) for name, column in columns.items()}
        yield OriginalRows(part.name, row[some], columns, part.sheet)


def _columns(
    part: CsvPart | ParquetPart,
    names: Mapping[str, str],
    raw: RawBatch,
    good: Int64,
    lost: "pa.Array",
) -> "dict[str, pa.Array]":
    """The texts of good rows, then of malformed ones: their whole text in the first column."""
    import pyarrow as pa

    columns = {}
    blank = pa.repeat(pa.scalar("", pa.large_string()), len(lost))
    for heading in part.headings:
        pieces = [text_column(raw.columns[heading].take(pa.array(good)))] if good.size else []
        if len(lost) or not good.size:
            pieces.append(lost if heading == part.headings[0] else blank)
        columns[names.get(heading, heading)] = pa.concat_arrays(pieces)
    return columns


def later_texts(
    columns: Mapping[str, Sequence[str]], size: int, times: Times
) -> list[tuple[str, ...]]:
    """The columns behind the quantity as canonical text, row by row in the order of page 3 (5.5).

    Groups stand in order, and dates as ``YYYY-MM-DD`` without a time part where that is left out;
    everything else is as it was read.
    """
    day = partial(day_text, times=times)
    texts = dict(columns) | {name: [*map(day, columns[name])] for name in _DAYS if name in columns}
    groups = texts.get("resident_group", ())
    texts["resident_group"] = [";".join(sorted(set(text.split(";")) - {""})) for text in groups]
    blank = ("",) * size
    return list(zip(*(texts.get(name) or blank for name in LATER), strict=True))
