"""The records of a case as parts that the engine can count, and the way back to any original row.

A :class:`Source` looks at every record file once: columns, encodings, repeated record ids. Then
each part yields record blocks, as often as asked, in any order, from any thread. Sources: A10,
definition 5.8; specification page 2 "intake".
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np

from equivalents.errors import DataError, Place, Problem
from equivalents.findings import Findings, said
from equivalents.intake.coding import Coder, Judge
from equivalents.intake.columns import AnyColumn, UnusableColumnError, make_column
from equivalents.intake.csvfile import CsvPart, GivenFault, RawBatch, csv_parts
from equivalents.intake.datesread import DatesRead, told_of_dates
from equivalents.intake.doubts import Doubts, with_more
from equivalents.intake.expected import expected_rows
from equivalents.intake.fields import FieldColumns
from equivalents.intake.form import IdFaults
from equivalents.intake.grid import Grid
from equivalents.intake.headings import TABLES
from equivalents.intake.identity import KeptHashes, find_identities
from equivalents.intake.knowncolumns import known_columns
from equivalents.intake.opening.found import Found
from equivalents.intake.originals import (
    LATER,
    Original,
    OriginalRows,
    later_texts,
    original_rows,
)
from equivalents.intake.parquet import ParquetPart, known_text, of_store, parquet_parts
from equivalents.intake.spoolpart import spool_parts
from equivalents.intake.tables import match_columns
from equivalents.memory import keep, let_go
from equivalents.policy.daytext import Times
from equivalents.records import FaultSet, Origin, RecordBlock
from equivalents.tally import Plan
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KeptRows", "PartBlocks", "Source"]

_Part = CsvPart | ParquetPart
_SHEET: Final = TABLES["records"]
_DAYS: Final = tuple(column.name for column in _SHEET.columns if column.is_day)
_SLICE: Final = 1 << 17
"""Records a block: few enough that the columns of a block stay in the processor's cache."""

KeptRows = Callable[[int, Int64, Callable[[], Iterator[OriginalRows]]], Iterator[OriginalRows]]
"""Gives rows of a part that were asked for before, else what it is given reads."""


class Source:
    """All record files of a case, opened and understood; no record is kept in memory."""

    def __init__(
        self,
        folder: Path,
        files: Sequence[Path | Found],
        times: Times = Times.REFUSE,
        kept: KeptHashes | None = None,
    ) -> None:
        """Look at the files. ``times`` says what becomes of a time part in a date.

        A path is that of a file to be read as it stands, known by its path in ``folder``.
        ``kept`` knows the hashes of record ids of files that were seen before.

        Raises:
            DataError: every fault of a whole file (format, encoding, columns), all at once.
        """
        keep()
        self.findings = Findings()
        self.times = times
        self.parts: list[_Part] = []
        self._read_dates: dict[int, Counter[tuple[str, str]]] = {}
        self._names: list[dict[str, str]] = []
        for file in files:
            if isinstance(file, Found):
                self._add_file(file)
            else:
                self._add_file(Found(file, file.relative_to(folder).as_posix()))
        self.findings.stop_on_errors()
        self._ids = find_identities(self.parts, self._names, times, kept=kept)
        self.doubts: Doubts | None = None
        self.kept_rows: KeptRows | None = None

    def _add_file(self, found: Found) -> None:
        try:
            parts = _parts(found)
        except DataError as error:
            self.findings.take(error)
            return
        head = Place(parts[0].name, parts[0].sheet, parts[0].heading_row)
        others = found.is_mapped or (found.is_parquet and of_store(found.path))
        columns, _ = match_columns(parts[0].titles, _SHEET, head, self.findings, others=others)
        names = {parts[0].headings[at]: column.name for at, column in columns.items()}
        self._check_types(parts[0], names)
        self.parts.extend(parts)
        self._names.extend([names] * len(parts))

    def _check_types(self, part: _Part, names: Mapping[str, str]) -> None:
        """Refuse float and other inexact columns of a whole Parquet file at once."""
        if not isinstance(part, ParquetPart):
            return
        import pyarrow.parquet as pq

        schema = pq.read_schema(part.path)
        for heading, name in names.items():
            try:
                make_column(_none(schema.field(heading).type), name, times=self.times)
            except UnusableColumnError as fault:
                place = Place(part.name, part.sheet, column=heading)
                self.findings.add(fault.code, place, heading, detail=fault.kind)

    def blocks(self, plan: Plan) -> list["PartBlocks"]:
        """Every part as an iterable of record blocks for a counting plan."""
        coder, reading = Coder(plan, self.times), _Reading(len(self.parts))
        return [PartBlocks(self, index, coder, reading) for index in range(len(self.parts))]

    @property
    def expected(self) -> int:
        """How many records are to come; of text files about so many."""
        return expected_rows(self.parts)

    def read(self, index: int, coder: Judge) -> Iterator[RecordBlock]:
        """The record blocks of one part."""
        ids, warnings = self.noted(index)
        if warnings:
            yield RecordBlock.empty(index, 0, warnings)
        yield from self.read_alone(index, coder, ids)

    def read_alone(
        self, index: int, coder: Judge, ids: IdFaults | None = None
    ) -> Iterator[RecordBlock]:
        """The record blocks of one part as its own file makes them: no other one is asked.

        ``ids`` are record ids at fault; without them each one is taken to be good.
        """
        part, names = self.parts[index], self._names[index]
        if isinstance(part, ParquetPart) and part.group < 0:
            return
        # Its own, so that parts with other texts in other threads do not undo each other's work.
        latest, dates = coder.latest.copy(), DatesRead(self.times, _DAYS)
        for raw in part.batches() if isinstance(part, ParquetPart) else part.pieces():
            faults = _malformed(index, raw)
            if faults is not None:
                yield RecordBlock.empty(index, faults.row.size, (faults,))
            if isinstance(raw, Grid):
                grid = raw.filled()
                fields = FieldColumns(grid, part.headings, names, coder.tables)
                yield from self._code(index, grid.row, fields, coder, dates, ids)
                continue
            row, columns = known_columns(raw, names, latest, self.times)
            coder.latest.update(latest)
            for start in range(0, row.size, _SLICE):
                some = slice(start, start + _SLICE)
                batch = {name: column.take(some) for name, column in columns.items()}
                yield from self._code(index, row[some], batch, coder, dates, ids, raw.given)
        # Set and not added: a part may be read more than once.
        self._read_dates[index] = dates.counts

    def _code(
        self,
        index: int,
        row: Int64,
        columns: Mapping[str, AnyColumn],
        coder: Judge,
        dates: DatesRead,
        ids: IdFaults | None,
        given: Sequence[GivenFault] = (),
    ) -> list[RecordBlock]:
        """Code a batch; ``dates`` counts those that were read otherwise than they stand."""
        dates.add(columns)
        return coder.code(
            index,
            row,
            columns,
            ids,
            may_break=self.parts[index].may_break,
            origin=self.origin(index),
            given=given,
        )

    def origin(self, index: int) -> Origin:
        """The way back from records to the rows of a part."""
        return _PartOrigin(self, index)

    def noted(self, index: int) -> tuple[IdFaults | None, tuple[FaultSet, ...]]:
        """What all files together make of a part: ids at fault, and what its rows are warned of."""
        doubts = self.doubts
        return self._ids.faults[index], () if doubts is None else doubts.warnings[index]

    def dates_read(self, index: int) -> Counter[tuple[str, str]]:
        """The dates of a part that were read otherwise than they stand, by column and kind."""
        return self._read_dates.get(index, Counter())

    def take_dates(self, index: int, counts: Counter[tuple[str, str]]) -> None:
        """The same of a part that is not read because it was counted before."""
        self._read_dates[index] = counts

    def originals(self, wanted: Mapping[int, Int64]) -> Iterator[Original]:
        """The original rows asked for (row numbers by part), in the order of parts and rows."""
        for index in sorted(wanted):
            for rows in self.original_rows(index, np.unique(wanted[index])):
                yield from rows.each()

    def original_rows(self, index: int, wanted: Int64) -> Iterator[OriginalRows]:
        """Rows of one part (sorted row numbers, each once) by columns, in row order."""
        read = partial(original_rows, self.parts[index], self._names[index], wanted)
        return read() if self.kept_rows is None else self.kept_rows(index, wanted, read)

    def texts(self, index: int, rows: Int64, *, residents: bool) -> list[tuple[str, ...]]:
        """The columns behind the quantity of some rows of a part, as :class:`Origin` has them.

        Only these columns are read; where the part has none of them, nothing is. Of all of them
        resident ids, which are hardly ever alike, take longest.
        """
        part, names = self.parts[index], self._names[index]
        asked = {*LATER} if residents else {*LATER} - {"resident_id"}
        wanted = frozenset(heading for heading, name in names.items() if name in asked)
        if not wanted:
            return later_texts({}, rows.size, self.times)
        found: list[tuple[str, ...]] = []
        for raw in part.batches(wanted, alone=True):
            # Row numbers ascend, here and there.
            first, after = np.searchsorted(rows, [*raw.row[:1], *(raw.row[-1:] + 1)] or [0, 0])
            if first < after:
                here = np.searchsorted(raw.row, rows[first:after])
                some = ((names[h], raw.columns[h].take(here)) for h in wanted)
                columns = {name: known_text(name, one).to_pylist() for name, one in some}
                found.extend(later_texts(columns, here.size, self.times))
            if len(found) == rows.size:
                break
        return found

    def corrected(self, index: int) -> Mapping[int, tuple[int, int]]:
        """The rows of a part that correct a record, with the part and row that they name."""
        return self._ids.links[index]

    def opened(self, index: int) -> tuple[_Part, Mapping[str, str]]:
        """One part, and our name of each of its headings that is known."""
        return self.parts[index], self._names[index]

    def take_doubts(self, doubts: Doubts) -> None:
        """Reject and warn of records as the checks at the door say, from now on."""
        self.doubts = doubts
        merged = [*map(with_more, self._ids.faults, doubts.errors)]
        self._ids = replace(self._ids, faults=merged)

    def width(self, index: int) -> int:
        """How many headings the file of a part has."""
        return len(self.parts[index].headings)

    def names(self, index: int) -> Mapping[str, str]:
        """Our column name of each heading of a part that is known, as made unique."""
        return self._names[index]

    def written(self, index: int) -> dict[str, str]:
        """The headings of the file of a part as they stand there, by our column name."""
        names, written = self._names[index], self.parts[index].written
        return {name: written.get(heading, heading).strip() for heading, name in names.items()}

    @property
    def titles(self) -> tuple[str, ...]:
        """:attr:`headings` as the files have them.

        A known column whose heading is not the same in all files goes by our name.
        """
        found: dict[str, set[str]] = {}
        for index in range(len(self.parts)):
            for name, heading in self.written(index).items():
                found.setdefault(name, set()).add(heading)
        return tuple(
            next(iter(found[name])) if len(found.get(name, ())) == 1 else name
            for name in self.headings
        )

    @property
    def problems(self) -> list[Problem]:
        """What is odd about whole files: also, once they were read, what was made of dates.

        That is told once for each column of a file.
        """
        counts: dict[tuple[Place, str], Counter[str]] = {}
        for index, part in enumerate(self.parts):
            read = self._read_dates.get(index, Counter())
            for name, heading in self.written(index).items():
                place = Place(part.name, part.sheet, column=name)
                column = place, said(name, {name: heading})
                here = {kind: count for (of, kind), count in read.items() if of == name}
                counts.setdefault(column, Counter()).update(here)
        told = (told_of_dates(place, column, found) for (place, column), found in counts.items())
        return [*self.findings.problems, *chain.from_iterable(told)]

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading of every file: known columns first, in canonical order, by our names."""
        known = {name for names in self._names for name in names.values()}
        others: dict[str, None] = {}
        for part, names in zip(self.parts, self._names, strict=True):
            others.update((h, None) for h in part.headings if h not in names)
        return (*(name for name in _SHEET.names if name in known), *others)


@dataclass(frozen=True, slots=True)
class _PartOrigin:
    """The way back from records to the rows of their part."""

    source: Source
    index: int

    def texts(self, rows: Int64, *, residents: bool = True) -> list[tuple[str, ...]]:
        return self.source.texts(self.index, rows, residents=residents)

    def corrected(self) -> Mapping[int, tuple[int, int]]:
        return self.source.corrected(self.index)


@dataclass(frozen=True, slots=True)
class PartBlocks:
    """One part as an iterable that can be iterated again."""

    source: Source
    index: int
    coder: Coder
    reading: "_Reading"

    def __iter__(self) -> Iterator[RecordBlock]:
        self.reading.begun()
        yield from self.source.read(self.index, self.coder)
        self.reading.ended()

    def alone(self) -> Iterator[RecordBlock]:
        """The same as the part's own file makes them, whatever the others say of its ids."""
        self.reading.begun()
        yield from self.source.read_alone(self.index, self.coder)
        self.reading.ended()

    def passed(self) -> None:
        """The part need not be read: it was counted before."""
        self.reading.begun()
        self.reading.ended()


class _Reading:
    """How far all parts are read: when none is left, what was kept for the next one is let go.

    What it was read into is a third of all memory at that time; the records that waited for the
    others need it then.
    """

    def __init__(self, parts: int) -> None:
        self._parts, self._begun, self._lock = parts, 0, Lock()

    def begun(self) -> None:
        """A part is being read; parts may be read again."""
        with self._lock:
            self._begun += 1

    def ended(self) -> None:
        """A part has been read, in the same thread: each lets go its own."""
        if self._begun % self._parts == 0:
            let_go()


def _parts(found: Found) -> Sequence[_Part]:
    """The parts of a file, or of one sheet."""
    if found.spool is not None:
        return spool_parts(found)
    if found.is_parquet:
        return parquet_parts(found.path, found.file)
    return csv_parts(found.path, found.file, found.reading, found.seen)


def _none(kind: "pa.DataType") -> "pa.Array":
    import pyarrow as pa

    return pa.nulls(0, kind)


def _malformed(index: int, raw: RawBatch | Grid) -> FaultSet | None:
    if not raw.malformed:
        return None
    notes = tuple(map(str, raw.malformed.found.tolist()))
    return FaultSet(index, "ROW_SHAPE", "", raw.malformed.row, "", notes)
