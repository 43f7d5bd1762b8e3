"""Chunks of a table as its reader gives them: rows of Python cells, or columns of texts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa


__all__ = ["Chunk", "RawColumns", "as_columns", "gathered"]

_TURNED: Final = 1024


@dataclass(frozen=True, slots=True)
class RawColumns:
    """Some rows by columns, all of one length: Python cells, or Arrow texts.

    ``rows`` are the row numbers, where they do not simply follow on those before; ``lengths`` how
    many cells each row had, where that may differ (shorter rows are blank at the end).
    """

    columns: "tuple[Sequence[object] | pa.Array, ...]"
    rows: Int64 | None = None
    lengths: Int64 | None = None

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    @property
    def has_cells(self) -> bool:
        """Whether any row has a cell: empty lines have none."""
        return len(self) > 0 and (self.lengths is None or bool(self.lengths.any()))

    def head(self, count: int) -> list[list[object]]:
        """The first rows as Python cells."""
        cells = [_plain(column[:count]) for column in self.columns]
        return [list(row) for row in zip(*cells, strict=True)]

    def after(self, count: int) -> "RawColumns":
        """The rows after the first ``count``."""
        return RawColumns(
            tuple(column[count:] for column in self.columns),
            None if self.rows is None else self.rows[count:],
            None if self.lengths is None else self.lengths[count:],
        )

    def pieces(self, size: int) -> "Iterator[RawColumns]":
        """The same rows, at most ``size`` at once."""
        if 0 < len(self) <= size:
            yield self
            return
        for start in range(0, len(self), size):
            stop = start + size
            yield RawColumns(
                tuple(column[start:stop] for column in self.columns),
                None if self.rows is None else self.rows[start:stop],
                None if self.lengths is None else self.lengths[start:stop],
            )


Chunk: TypeAlias = RawColumns | Sequence[Sequence[object]]
"""Rows of Python cells, as readers of workbooks and databases give them, or columns."""


def _plain(column: "Sequence[object] | pa.Array") -> Sequence[object]:
    import pyarrow as pa

    return column.to_pylist() if isinstance(column, pa.Array | pa.ChunkedArray) else column


def as_columns(chunk: Chunk) -> RawColumns:
    """A chunk by columns; rows of different lengths are filled up with blanks."""
    if isinstance(chunk, RawColumns):
        return chunk
    lengths = set(map(len, chunk))
    width = max(lengths, default=0)
    if not width:
        # Empty lines are rows, too: those behind them have their numbers by them.
        return RawColumns(([""] * len(chunk),), None, np.zeros(len(chunk), np.int64))
    if len(lengths) <= 1:
        return RawColumns(_turned(chunk, width))
    full = [row if len(row) == width else [*row, *[""] * (width - len(row))] for row in chunk]
    counts = np.fromiter(map(len, chunk), np.int64, len(chunk))
    return RawColumns(_turned(full, width), None, counts)


def _turned(rows: Sequence[Sequence[object]], width: int) -> tuple[list[object], ...]:
    """Rows as columns; some rows at a time, which stay in the processor's cache meanwhile."""
    columns: tuple[list[object], ...] = tuple([] for _ in range(width))
    for start in range(0, len(rows), _TURNED):
        parts = zip(*rows[start : start + _TURNED], strict=True)
        for column, part in zip(columns, parts, strict=True):
            column.extend(part)
    return columns


def gathered(chunks: Iterable[Chunk], least: int) -> Iterator[Chunk]:
    """The same chunks, those of rows at the beginning joined until there are ``least`` rows."""
    stream = iter(chunks)
    first: list[Sequence[object]] = []
    for chunk in stream:
        if isinstance(chunk, RawColumns):
            if first:
                yield first
            yield chunk
            break
        first = [*first, *chunk] if first else list(chunk)
        if len(first) >= least:
            yield first
            break
    else:
        if first:
            yield first
    yield from stream
