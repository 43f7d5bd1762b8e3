"""CSV record files as parts: ranges of a file that are read, parsed and counted on their own.

A plain file (UTF-8, no quote marks) is cut at line ends into ranges of some megabytes, so that
threads share the work and memory stays bounded, and its fields are found by comparison
(:mod:`equivalents.intake.grid`); any other file is one part and goes through Arrow's parser.
Rows keep the numbers that Excel shows: the heading is row 1, blank rows count.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.encodings import AS_FOUND, Reading
from equivalents.intake.grid import Grid, Malformed, MalformedRows, blocks, make_grid
from equivalents.intake.headings import TABLES
from equivalents.intake.tables import NO_HEADINGS
from equivalents.intake.text import BOM, TextFile, look_at
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["CsvPart", "GivenFault", "Malformed", "RawBatch", "csv_parts"]

_BLOCK: Final = 1 << 23
"""Bytes parsed at once: more would be new memory each time, less would look ids up more often."""
_WHOLE: Final = 1 << 27
"""Bytes of a range that may be parsed at once where very many rows are malformed."""
_HOPELESS: Final = 1000
"""Malformed rows of a range after which it is parsed at once."""
_FEW: Final = frozenset(
    (
        "item_code",
        "service_date",
        "quantity",
        "service_end_date",
        "resident_group",
        "setting",
        "visit_number",
        "team_id",
        "post_id",
        "source",
    )
)
"""Columns with few different texts, which the parser turns into codes as it goes."""


@dataclass(frozen=True, slots=True)
class GivenFault:
    """Rows that were found at fault before they came here: ``(n,)`` ascending row numbers.

    ``note`` is what the sentence needs beside: how many fields were found, of how many. Without a
    column the whole row is meant.
    """

    code: str
    column: str
    row: Int64
    note: str = ""


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Some rows of a part as they came: row numbers, columns by heading, and malformed rows.

    ``given`` are faults that whoever cleaned the texts has found already.
    """

    row: Int64
    columns: "dict[str, pa.Array]"
    malformed: MalformedRows = field(default_factory=lambda: MalformedRows.of(()))
    given: tuple[GivenFault, ...] = ()


@dataclass(frozen=True, slots=True)
class CsvPart:
    """A range of a CSV file: ``[start, stop)`` in bytes, whose first row has ``first_row``.

    ``titles`` are the headings as written, ``headings`` the same made unique; ``may_break`` says
    whether quotes could hide a line end inside a value, ``plain`` that each row is one line of
    UTF-8 and each comma in it separates two fields.
    """

    path: Path
    name: str
    titles: tuple[str, ...]
    headings: tuple[str, ...]
    encoding: str
    may_break: bool
    plain: bool
    start: int
    stop: int
    first_row: int

    sheet: ClassVar[str] = ""
    heading_row: ClassVar[int] = 1
    written: ClassVar[Mapping[str, str]] = {}

    def as_written(self) -> Iterator[RawBatch]:
        """All rows with the texts as they stand in the file."""
        return self.batches()

    def pieces(self, only: frozenset[str] | None = None) -> "Iterator[Grid | RawBatch]":
        """All rows, as grids where they can be had, else as :meth:`parsed` gives them.

        A grid is overwritten when the next piece is asked for.
        """
        if not self.plain:
            yield from self.parsed(only)
            return
        row = self.first_row
        for block in blocks(self.path, self.start, self.stop, len(self.headings)):
            if not block.size:
                yield from replace(self, start=block.start, first_row=row).parsed(only)
                return
            grid = make_grid(block, len(self.headings), row)
            yield grid
            row += grid.row.size + len(grid.malformed)

    def batches(
        self, only: frozenset[str] | None = None, *, alone: bool = False
    ) -> Iterator[RawBatch]:
        """The rows as text, in batches; ``only`` limits the columns that are converted.

        ``alone`` changes nothing here: the lines are cut one after the other.
        """
        wanted = [(at, h) for at, h in enumerate(self.headings) if only is None or h in only]
        for piece in self.pieces(only):
            if isinstance(piece, RawBatch):
                yield piece
            else:
                columns = {heading: piece.texts(at) for at, heading in wanted}
                yield RawBatch(piece.row, columns, piece.malformed.kept())

    def parsed(self, only: frozenset[str] | None = None) -> Iterator[RawBatch]:
        """The same as :meth:`batches`, by Arrow's parser."""
        import pyarrow as pa

        if self.start >= self.stop:
            return
        rows = _Rows(self.first_row, _HOPELESS if self.stop - self.start <= _WHOLE else None)
        try:
            with ExitStack() as stack:
                yield from self._parse(self._open(stack), rows, only)
        except pa.ArrowInvalid as error:
            if not rows.hopeless:
                raise _damaged(self.name, str(error)) from None
        if rows.hopeless:
            rows = _Rows(self.first_row, None, rows.delivered, told=rows.told)
            yield from self._parse_whole(rows, only)
        last = rows.finish()
        if last.malformed:
            yield last

    def _parse(
        self, stream: "pa.NativeFile", rows: "_Rows", only: frozenset[str] | None
    ) -> Iterator[RawBatch]:
        import pyarrow.csv as pc

        for batch in pc.open_csv(stream, **self._options(rows, only, _BLOCK)):
            yield rows.number(batch)

    def _parse_whole(self, rows: "_Rows", only: frozenset[str] | None) -> Iterator[RawBatch]:
        """The rows that were not delivered yet, from the whole range parsed in this thread.

        The stream tells of each malformed row from a thread of its own, which costs ten times the
        parsing of the row: too much where they are not few.
        """
        import pyarrow as pa
        import pyarrow.csv as pc

        with ExitStack() as stack:
            content = self._open(stack).read_buffer()
        options = self._options(rows, only, content.size + 1)
        try:
            table = pc.read_csv(pa.BufferReader(content), **options)
        except pa.ArrowInvalid as error:
            raise _damaged(self.name, str(error)) from None
        for batch in table.slice(rows.delivered).to_batches():
            yield rows.number(batch)

    def _options(self, rows: "_Rows", only: frozenset[str] | None, block: int) -> dict[str, Any]:
        """How the range is read; ``only`` limits the columns that are converted."""
        import pyarrow as pa
        import pyarrow.csv as pc

        wanted = [name for name in self.headings if only is None or name in only]
        names = {heading: column.name for heading, column in TABLES["records"].lookup().items()}
        codes = pa.dictionary(pa.int32(), pa.string())
        return {
            "read_options": pc.ReadOptions(
                use_threads=False,
                column_names=list(self.headings),
                block_size=block,
                encoding=self.encoding,
            ),
            "parse_options": pc.ParseOptions(
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=rows.skip,
            ),
            "convert_options": pc.ConvertOptions(
                column_types={
                    name: codes if names.get(name.strip()) in _FEW else pa.string()
                    for name in wanted
                },
                include_columns=wanted,
                strings_can_be_null=False,
                check_utf8=False,
            ),
        }

    def _open(self, stack: ExitStack) -> "pa.NativeFile":
        """The bytes of the range as a stream, so that little memory is used again and again."""
        import pyarrow as pa

        file = stack.enter_context(pa.OSFile(str(self.path)))
        return file.get_stream(self.start, self.stop - self.start)


def _damaged(name: str, detail: str) -> DataError:
    return DataError([Problem("FILE_DAMAGED", Place(name), facts={"detail": detail})])


@dataclass(slots=True)
class _Rows:
    """Gives rows their numbers: malformed rows are skipped by the parser but keep theirs."""

    first_row: int
    limit: int | None
    delivered: int = 0
    skipped: list[Malformed] = field(default_factory=list)
    told: int = 0

    @property
    def hopeless(self) -> bool:
        """Whether there are so many malformed rows that this way of reading was given up."""
        return self.limit is not None and len(self.skipped) > self.limit

    def skip(self, row: "pa.csv.InvalidRow") -> str:
        """Called by the parser for a row with a wrong number of fields."""
        number = self.first_row + row.number - 1
        self.skipped.append(Malformed(number, row.actual_columns, row.text))
        return "error" if self.hopeless else "skip"

    def number(self, batch: "pa.RecordBatch") -> RawBatch:
        """Number a batch of good rows, counting the malformed rows before each."""
        nth = np.arange(self.delivered, self.delivered + batch.num_rows, dtype=np.int64)
        self.delivered += batch.num_rows
        bad = np.array([row.row for row in self.skipped], np.int64)
        before = bad - self.first_row - np.arange(bad.size)
        row = self.first_row + nth + np.searchsorted(before, nth, side="right")
        columns = dict(zip(batch.schema.names, batch.columns, strict=True))
        return RawBatch(row, columns, self._news())

    def finish(self) -> RawBatch:
        """The malformed rows after the last batch."""
        return RawBatch(np.zeros(0, np.int64), {}, self._news())

    def _news(self) -> MalformedRows:
        news = MalformedRows.of(self.skipped[self.told :])
        self.told = len(self.skipped)
        return news


def csv_parts(
    path: Path, name: str, reading: Reading = AS_FOUND, seen: TextFile | None = None
) -> list[CsvPart]:
    """Look at a CSV file once (encoding, quotes, headings) and cut it into parts.

    ``reading`` is what is declared of text files, ``seen`` what a look at this one showed.

    Raises:
        DataError: empty, wrongly encoded, or with an unclosed quote.
    """
    seen = seen or look_at(path, name, reading)
    if seen.quotes % 2:
        raise _damaged(name, "引号不成对¦unpaired quote marks")
    size = path.stat().st_size
    titles, start = _headings(path, name, seen.encoding)
    plain = not seen.quotes and not seen.lone_returns and seen.encoding == "utf-8"
    headings = _unique(titles)
    part = partial(CsvPart, path, name, titles, headings, seen.encoding, seen.quotes > 0, plain)
    if not plain:
        return [part(start, size, 2)]
    parts = []
    row = 2
    for stop, lines in seen.cuts:
        if start < stop < size:
            parts.append(part(start, stop, row))
            start, row = stop, lines + 1
    return [*parts, part(start, size, row)]


def _unique(titles: Sequence[str]) -> tuple[str, ...]:
    """Headings as unique names: a blank or repeated one gets its position."""
    first: dict[str, int] = {}
    for at, title in enumerate(titles):
        first.setdefault(title, at)
    return tuple(
        title if title.strip() and first[title] == at else f"{title}#{at + 1}"
        for at, title in enumerate(titles)
    )


def _headings(path: Path, name: str, encoding: str) -> tuple[tuple[str, ...], int]:
    """The headings and the byte at which the rows begin."""
    with path.open("rb") as file:
        head = file.read(1 << 20)
    bom = len(BOM) if head.startswith(BOM) else 0
    decoded = head[bom:].decode(encoding, errors="ignore")
    stream = io.StringIO(decoded, newline="")
    headings = next(csv.reader(_lines(stream)), [])
    consumed = decoded[: stream.tell()]
    if not any(heading.strip() for heading in headings):
        raise _damaged(name, NO_HEADINGS)
    return tuple(headings), bom + len(consumed.encode(encoding))


def _lines(stream: io.StringIO) -> Iterator[str]:
    """Lines by ``readline``, so that the stream knows how much was used."""
    while line := stream.readline():
        yield line
