"""A file read for the store: its good rows on disk by months, its rejected rows with their reasons.

Nothing here touches the database. A rejected row is kept with its first fault, as a settlement
lists it, and with the columns of the table ``records`` that it has; ids of residents only as
pseudonyms. Source: issue 7, "Import"; rule A10.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from equivalents.errors import DataError, Place, Problem
from equivalents.findings import said
from equivalents.intake.headings import TABLES
from equivalents.intake.originals import Original
from equivalents.intake.source import Source
from equivalents.policy.daytext import day_fault
from equivalents.reasons import REASONS
from equivalents.records import FaultSet
from equivalents.store.evidence import Secrecy, secrecy_of
from equivalents.store.importfiles import Incoming
from equivalents.store.importrows import Hider, RowTaker
from equivalents.store.importspool import MonthSpool
from equivalents.store.sealing import canonical
from equivalents.store.secret import HIDDEN

__all__ = ["Read", "Rejects", "read_file"]

_COLUMNS: Final = TABLES["records"].names
_LISTED: Final = 1000
_CHUNK: Final = 2000


class Rejects:
    """Rejected rows in a temporary file: how many, by which codes, the first as problems."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.counts: Counter[str] = Counter()
        self.first: list[Problem] = []

    @property
    def total(self) -> int:
        """How many rows were rejected."""
        return self.counts.total()

    def add(self, several: Iterator[tuple[Problem, Mapping[str, str]]]) -> None:
        """Add rows, each with its reason and what stood in it."""
        with self._path.open("a", encoding="utf-8") as stream:
            for problem, original in several:
                self.counts[problem.code] += 1
                if len(self.first) < _LISTED:
                    self.first.append(problem)
                place = problem.place
                row = {
                    "file": place.file,
                    "sheet": place.sheet,
                    "row": place.row,
                    "heading": place.column,
                    "code": problem.code,
                    "value": problem.value,
                    "original": canonical(dict(original)),
                }
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")

    def rows(self) -> Iterator[list[dict[str, Any]]]:
        """Every row as the table ``rejections`` has it, some thousands at a time."""
        if not self.total:
            return
        with self._path.open(encoding="utf-8") as stream:
            while lines := [*islice(stream, _CHUNK)]:
                yield [json.loads(line) for line in lines]


@dataclass(slots=True)
class Read:
    """A file as it was read: its good rows by months, and the others.

    ``rejects`` are faults of form and identity within the file; ``standing`` are rows whose record
    id stands in the store with other content, as it was when that was last asked. ``hidden``: ids
    of residents or households were read.
    """

    file: Incoming
    source: Source
    spool: MonthSpool
    rejects: Rejects
    hider: Hider
    hidden: bool
    problems: list[Problem] = field(default_factory=list)
    standing: Rejects | None = None

    @property
    def received(self) -> int:
        """Every row that came, but those that are blank throughout."""
        return self.spool.counts.total() + self.rejects.total

    @property
    def rejected(self) -> tuple[Rejects, ...]:
        """All rejected rows."""
        return (self.rejects,) if self.standing is None else (self.rejects, self.standing)

    @property
    def secrecy(self) -> Secrecy:
        """What the file may hold, as far as reading it showed."""
        file = self.file
        if file.path is None:
            return Secrecy.NONE
        mapped = any(one.is_mapped for one in file.tables)
        known = {"hidden": self.hidden, "mapped": mapped}
        found = secrecy_of(file.path, file.path.name, self.problems, **known)
        columns = any(self.source.written(part).keys() & HIDDEN.keys() for part in self._parts)
        if file.whole or (columns and self.rejects.counts["ROW_SHAPE"]):
            return max(found, Secrecy.WHOLE)
        return max(found, Secrecy.MAY if columns else Secrecy.NONE)

    @property
    def _parts(self) -> range:
        return range(len(self.source.parts))

    def places(self) -> list[tuple[str, str]]:
        """The file and sheet of each part of the source."""
        return [(part.name, part.sheet) for part in self.source.parts]

    def reject(self, clashes: Mapping[int, Mapping[int, str]]) -> None:
        """Reject rows of the spool, by part and row number, each with the row that it contradicts.

        Rows that were rejected so before are forgotten: the store may be another now.
        """
        self.standing = Rejects(self.file.keeper.fresh() / "standing.jsonl")
        wanted = {part: np.array(sorted(rows), np.int64) for part, rows in clashes.items()}
        names = self.places()
        told: dict[tuple[str, str, int], str] = {}
        for part, rows in clashes.items():
            told |= {(*names[part], row): note for row, note in rows.items()}

        def each() -> Iterator[tuple[Problem, Mapping[str, str]]]:
            for one in self.source.originals(wanted):
                note = told[one.file, one.sheet, one.row]
                place = Place(one.file, one.sheet, one.row, "record_id")
                value = one.by_column.get("record_id", "")
                yield (
                    Problem("RECORD_ID_STANDS", place, value, {"other": note}),
                    _hidden(one.by_column, self.hider),
                )

        self.standing.add(each())


def read_file(file: Incoming, hider: Hider, left: int | None = None, most: int = 0) -> Read:
    """Read every row of a file.

    Args:
        file: the file.
        hider: for ids of residents.
        left: so many rows it may have; any number without it.
        most: the bound that is told where it has more.

    Raises:
        DataError: every fault of the file as a whole; ``KEY_ABSENT``, ``KEY_UNREADABLE``;
            ``UPLOAD_ROWS``, as soon as there is one row more.
    """
    source = file.opened()
    spool = MonthSpool(file.keeper)
    taker = RowTaker(file.times, hider, spool.put)
    faults: list[FaultSet] = []
    refused = 0
    for index in range(len(source.parts)):
        for block in source.read(index, taker):
            faults += block.faults
            refused += block.refused
            if left is not None and spool.counts.total() + refused > left:
                raise DataError([Problem("UPLOAD_ROWS", value=str(most))])
    spool.close()
    rejects = Rejects(file.keeper.fresh() / "rejected.jsonl")
    verdicts = _verdicts(faults)
    if verdicts:
        rejects.add(_rejected(source, verdicts, hider))
    told = [*file.problems, *(one for one in source.problems if one not in file.problems)]
    return Read(file, source, spool, rejects, hider, hider.key is not None, told)


def _verdicts(faults: list[FaultSet]) -> dict[int, dict[int, FaultSet]]:
    """The first fault of each rejected row, by part and row number."""
    found: dict[int, dict[int, FaultSet]] = {}
    for one in faults:
        if REASONS[one.code].severity != "error":
            continue
        mine = found.setdefault(one.part, {})
        for at, row in enumerate(one.row.tolist()):
            if row not in mine:
                notes = (one.notes[at],) if one.notes else ()
                mine[row] = replace(one, row=one.row[at : at + 1], notes=notes)
    return found


def _rejected(
    source: Source, verdicts: Mapping[int, Mapping[int, FaultSet]], hider: Hider
) -> Iterator[tuple[Problem, Mapping[str, str]]]:
    for part in sorted(verdicts):
        mine = verdicts[part]
        width, headings = source.width(part), source.written(part)
        wanted = {part: np.array(sorted(mine), np.int64)}
        for one in source.originals(wanted):
            yield _problem(one, mine[one.row], width, headings, hider)


def _problem(
    one: Original, fault: FaultSet, width: int, headings: Mapping[str, str], hider: Hider
) -> tuple[Problem, Mapping[str, str]]:
    """The verdict of a row, and what is kept of it."""
    place = Place(one.file, one.sheet, one.row, fault.column)
    original = {} if fault.code == "ROW_SHAPE" else _hidden(one.by_column, hider)
    value = original.get(fault.column, "")
    note = "".join(fault.notes)
    facts = {"column": said(fault.column, headings)} if fault.column else {}
    match fault.code:
        case "ROW_SHAPE":
            facts = {"found": note, "expected": str(width)}
        case "DATE_INVALID":
            facts["detail"] = day_fault(value)
        case _:
            facts |= {"other": note} if note else {}
    return Problem(fault.code, place, value, facts), original


def _hidden(by_column: Mapping[str, str], hider: Hider) -> dict[str, str]:
    """The known columns of a row that are filled, ids of residents as pseudonyms."""
    return {
        name: hider.hide(name, [text])[0] if name in HIDDEN else text
        for name in _COLUMNS
        if (text := by_column.get(name, ""))
    }
