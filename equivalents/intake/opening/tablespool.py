"""From chunks of raw cells to a spool: find the headings, leave out what is no data, clean, write.

Used for whatever gives chunks: sheets of workbooks, text files, databases, mapped sources. Memory
holds a chunk and a row group, whatever the number of rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.headings import Sheet
from equivalents.intake.opening.cells import Cells, cells_of
from equivalents.intake.opening.datarows import judge
from equivalents.intake.opening.forms import FAULTS
from equivalents.intake.opening.rawcells import Chunk, RawColumns, as_columns, gathered
from equivalents.intake.opening.shape import HEAD, Shape, find_shape
from equivalents.intake.opening.spool import BETWEEN, ROW_SHAPE, Spooled, SpoolWriter, unique
from equivalents.intake.opening.understood import Understood
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Source", "spool_rows"]

_SLICE: Final = 131_072
"""Rows that are cleaned at once."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where chunks come from.

    ``file`` and ``sheet`` as people know them; ``first_row`` the number of the first row given;
    ``epoch_1904`` the calendar of a workbook's serial days, ``None`` where there is none;
    ``strict_width`` whether a row with another number of cells than the headings is refused (text
    files); ``errors`` cells that hold an error (row number, column from 0, text) where the reader
    gives blanks for them; ``origin`` what else the opener knows, for
    :class:`~.understood.Understood`; ``map`` the column map in use.
    """

    file: str
    sheet: str = ""
    first_row: int = 1
    epoch_1904: bool | None = None
    strict_width: bool = False
    errors: Sequence[tuple[int, int, str]] = ()
    origin: Mapping[str, Any] = field(default_factory=dict)
    map: str = ""

    @property
    def place(self) -> Place:
        """The place of the whole table."""
        return Place(self.file, self.sheet)


def spool_rows(
    chunks: Iterable[Chunk], wanted: Sequence[Sheet], target: Path, source: Source
) -> Spooled:
    """Spool the table that chunks of raw cells hold.

    Args:
        chunks: all rows from ``source.first_row`` on, title rows and headings included.
        wanted: the tables that it may be.
        target: the spool to write.
        source: where the chunks come from.

    Raises:
        DataError: ``FILE_EMPTY``, ``HEADINGS_NOT_FOUND`` or ``TABLE_DOUBT``.
    """
    stream = map(as_columns, gathered(chunks, HEAD))
    before = source.first_row
    for first in stream:
        if first.has_cells:
            break
        before += len(first)
    else:
        raise DataError([Problem("FILE_EMPTY", source.place)])
    numbers = _numbers(first, before)
    shape = find_shape(first.head(HEAD), wanted, source.place, numbers.tolist())
    spooling = _Spooling.of(shape, first, numbers, source, target)
    begin = shape.at + shape.rows
    with spooling.writer:
        at = before + begin
        for chunk in chain([first.after(begin)], stream):
            for piece in chunk.pieces(_SLICE):
                spooling.take(piece, _numbers(piece, at))
                at += len(piece)
        return spooling.close()


def _numbers(chunk: RawColumns, first_row: int) -> Int64:
    """The row numbers of a chunk."""
    if chunk.rows is not None:
        return chunk.rows
    return np.arange(first_row, first_row + len(chunk), dtype=np.int64)


@dataclass(slots=True)
class _Spooling:
    """A table on its way into a spool.

    ``used`` are the positions of columns that are written, by their names in the spool; ``width``
    is how many cells a row must have, or -1.
    """

    shape: Shape
    source: Source
    used: dict[str, int]
    width: int
    writer: SpoolWriter
    known: Understood

    @classmethod
    def of(
        cls, shape: Shape, first: RawColumns, numbers: Int64, source: Source, target: Path
    ) -> "_Spooling":
        """Begin a spool; columns without a heading and without any cell at first are left out."""
        begin = shape.at + shape.rows
        body = first.after(begin)
        width = -1
        if source.strict_width:
            lengths = first.lengths
            width = len(shape.headings) if lengths is None else int(lengths[begin - 1])
        used = [
            at
            for at, heading in enumerate(shape.headings)
            if heading.title or ((at < width or width < 0) and _filled(body.columns[at]))
        ]
        names = unique([shape.headings[at].name for at in used])
        cleaned = [name for name, at in zip(names, used, strict=True) if at in shape.known]
        known = Understood(shape, source.origin, numbers[:begin].tolist())
        columns = dict(zip(names, used, strict=True))
        return cls(shape, source, columns, width, SpoolWriter(target, names, cleaned), known)

    def take(self, piece: RawColumns, row: Int64) -> None:
        """Clean and write the rows of a piece."""
        if not len(piece):
            return
        cells = [cells_of(column) for column in self._columns(piece, row)]
        judged = judge(cells, self.shape, row)
        self.known.blank_rows += judged.blank
        self.known.leave_out(judged.left_out)
        kept = [column.kept(judged.keep) for column in cells]
        faults = _Faults.of(np.flatnonzero(judged.keep).size)
        if self.width >= 0:
            faults.note_widths(_lengths(piece)[judged.keep], self.width)
        place = np.cumsum(judged.keep) - 1
        for at, column in judged.labels:
            faults.note_label(int(place[at]), self.shape.known[column].name)
        if self.width < 0:
            self._note_outside(kept, row[judged.keep])
        self._write(kept, row[judged.keep], faults)

    def _columns(self, piece: RawColumns, row: Int64) -> "list[Sequence[object] | pa.Array]":
        """The columns of a piece, as many as there are headings at least, errors filled in."""
        columns = list(piece.columns)
        blank = [""] * len(piece)
        columns += [blank] * (len(self.shape.headings) - len(columns))
        changed: dict[int, list[object]] = {}
        for at, position, text in self._errors(row):
            if at < len(columns):
                if at not in changed:
                    changed[at] = list(columns[at])
                changed[at][position] = text
        for at, cells in changed.items():
            columns[at] = cells
        return columns

    def _errors(self, row: Int64) -> list[tuple[int, int, str]]:
        """Cells of a piece that hold an error: column, position in the piece, text."""
        if not self.source.errors or not row.size:
            return []
        numbers = np.array([number for number, _, _ in self.source.errors], np.int64)
        order = np.argsort(row, kind="stable")
        place = np.minimum(np.searchsorted(row[order], numbers), row.size - 1)
        position = order[place]
        return [
            (self.source.errors[i][1], int(position[i]), self.source.errors[i][2])
            for i in np.flatnonzero(row[position] == numbers).tolist()
        ]

    def _note_outside(self, cells: Sequence[Cells], row: Int64) -> None:
        """Cells in columns that have no heading; nothing uses them."""
        titled = {at for at, heading in enumerate(self.shape.headings) if heading.title}
        for at, column in enumerate(cells):
            if at in titled or not len(column):
                continue
            filled = column.filled()
            if filled.any():
                if not self.known.outside:
                    self.known.outside_row = int(row[np.argmax(filled)])
                self.known.outside += int(np.count_nonzero(filled))

    def _write(self, cells: Sequence[Cells], row: Int64, faults: "_Faults") -> None:
        columns: dict[str, pa.Array] = {}
        raw: dict[str, pa.Array] = {}
        for name, at in self.used.items():
            column, ours = cells[at], self.shape.known.get(at)
            if ours is None:
                columns[name] = column.spread(column.texts())
                continue
            meant = column.meant(ours.kind, ours.required, self.source.epoch_1904)
            columns[name] = column.spread(meant.text)
            if meant.raw.null_count < len(meant.raw):
                raw[name] = column.spread(meant.raw)
            if meant.fault.any():
                faults.note(meant.fault[column.code], ours.name)
            title = " ".join(self.shape.headings[at].title.split())
            self.known.note_forms(title, meant, column.code, row)
        self.writer.write(row, columns, raw, faults.texts())

    def close(self) -> Spooled:
        """Finish the spool, with what was understood."""
        self.known.rows = self.writer.rows
        title = {name: self.shape.headings[at].title for name, at in self.used.items()}
        return self.writer.close(
            {
                "file": self.source.file,
                "sheet": self.source.sheet,
                "titles": list(title.values()),
                "table": self.shape.sheet.name,
                "map": self.source.map,
                "header_row": self.known.heading_row,
                "header_rows": self.shape.rows,
                "understood": [self.known.as_json()],
                "problems": self.known.problems(),
            }
        )


def _filled(column: "Sequence[object] | pa.Array") -> bool:
    return len(column) > 0 and bool(cells_of(column).filled().any())


def _lengths(piece: RawColumns) -> Int64:
    if piece.lengths is not None:
        return piece.lengths
    return np.full(len(piece), len(piece.columns), np.int64)


@dataclass(slots=True)
class _Faults:
    """The faults of each row, by row: the position in ``seen`` of all of them; 0 is none."""

    code: npt.NDArray[np.int32]
    seen: list[str | None]

    @classmethod
    def of(cls, rows: int) -> "_Faults":
        return cls(np.zeros(rows, np.int32), [None])

    def _set(self, where: npt.NDArray[np.bool_], text: str) -> None:
        """One fault more; of a row with another number of cells nothing else is said."""
        for before in np.unique(self.code[where]).tolist():
            others = self.seen[before]
            if others is None or not others.startswith(ROW_SHAPE):
                self.code[where & (self.code == before)] = len(self.seen)
                self.seen.append(text if others is None else f"{others}{BETWEEN}{text}")

    def note(self, fault: npt.NDArray[np.uint8], column: str) -> None:
        """Faults of the cells of a column, by row."""
        for code in np.unique(fault[fault > 0]).tolist():
            self._set(fault == code, f"{FAULTS[code]}:{column}")

    def note_label(self, at: int, column: str) -> None:
        """A label of a total or signature in the place of an id."""
        where = np.zeros(self.code.size, bool)
        where[at] = True
        self._set(where, f"ROW_LABEL:{column}")

    def note_widths(self, lengths: Int64, width: int) -> None:
        """Rows with another number of cells than the headings: ``ROW_SHAPE:found/expected``."""
        for length in np.unique(lengths[lengths != width]).tolist():
            self._set(lengths == length, f"{ROW_SHAPE}:{length}/{width}")

    def texts(self) -> "pa.Array | None":
        """The faults as a column of the spool."""
        import pyarrow as pa

        if not self.code.any():
            return None
        return pa.array(self.seen, pa.string()).take(pa.array(self.code))
