"""Opens the files of a case: those that are plain stay as they are, all others become spools.

What a file is comes from its content. Workbooks are read by child processes, two at a time; zips
are unpacked under limits and their members opened likewise; other texts are read here. What was
odd is told, and each sheet that was left aside, but for blank ones that have no other table's name
and, in a workbook that is a whole case, blank tables and the sheets that we write beside them.
Source: issue "Files as they are".
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.encodings import AS_FOUND, Reading
from equivalents.intake.headings import TABLES, Sheet
from equivalents.intake.opening.child import in_child
from equivalents.intake.opening.filenames import Unpacked, name_problem
from equivalents.intake.opening.found import Found, SpoolFolder
from equivalents.intake.opening.kinds import Kind, different_name, kind_of
from equivalents.intake.opening.limits import Limits
from equivalents.intake.opening.parquetspool import spool_parquet
from equivalents.intake.opening.spool import Spooled, read_spooled
from equivalents.intake.opening.tablespool import Source, spool_rows
from equivalents.intake.opening.textfile import plain_look, raw_chunks, text_shape
from equivalents.intake.opening.wanted import as_data
from equivalents.intake.text import TextFile

__all__ = ["Book", "Opened", "SUFFIXES", "of_book", "open_book", "open_tables", "open_zip"]

SUFFIXES: Final = (
    *(".csv", ".parquet", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et"),
    *(".htm", ".html", ".zip"),
)
"""How the names of files end that tables are read from."""
_AT_ONCE: Final = 2
"""Child processes at a time: each may use the memory that the limits allow."""


@dataclass(slots=True)
class Opened:
    """What was found in some files, and what is to be told of them."""

    tables: list[Found] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def take(self, other: "Opened") -> None:
        """Add what was found in a further file."""
        self.tables += other.tables
        self.problems += other.problems


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook that is a case: its sheets that are tables, and the rows of the case sheet.

    ``texts`` are the lines of YAML files, as schemes, that stand in sheets of their name.
    """

    opened: Opened
    sheet: str
    rows: Sequence[tuple[int, str, str]]
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)


def open_tables(
    files: Iterable[tuple[Path, str]],
    wanted: Sequence[str | Sheet],
    keeper: SpoolFolder,
    *,
    reading: Reading = AS_FOUND,
    spool: bool = False,
    exact: frozenset[str] = frozenset(),
) -> Opened:
    """Every table that some files (path, name that people know) hold, in the order of the files.

    Args:
        files: what to open.
        wanted: the tables that each may be: ours by name, or those that a map reads.
        keeper: where spools are written.
        reading: what is declared of text files.
        spool: plain texts and Parquet files become spools, too.
        exact: headings that may not be floats in a Parquet file that becomes one.

    Problems of whole files are among what is told; nothing is raised for them.
    """
    tables = tuple(TABLES[one] if isinstance(one, str) else one for one in wanted)
    opener = _Opener(tables, keeper, Limits.from_environment(), reading, spool, exact)
    every = Opened()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for opened in pool.map(opener.open, files):
            every.take(opened)
    return every


def open_book(path: Path, name: str, kind: Kind, keeper: SpoolFolder) -> Book:
    """A workbook that is a whole case, its sheets going by their names.

    Raises:
        DataError: it cannot be read; ``CASE_SHEET_MISSING``.
    """
    opener = _Opener((), keeper, Limits.from_environment())
    answer = opener.in_child(path, name, kind, whole=True)
    opened = of_book(answer, name, keeper, whole=True)
    case = answer["case"]
    if case is None:
        raise DataError([*opened.problems, Problem("CASE_SHEET_MISSING", Place(name), name)])
    rows = [(int(row), str(key), str(value)) for row, key, value in case["rows"]]
    return Book(opened, str(case["sheet"]), rows, answer["texts"])


def open_zip(
    path: Path, name: str, keeper: SpoolFolder
) -> tuple[Sequence[Unpacked], Sequence[Problem]]:
    """The members of a zip and of those inside it, and what is odd about it.

    Raises:
        DataError: it is not unpacked.
    """
    opener = _Opener((), keeper, Limits.from_environment())
    return opener.unpack(path, name)


@dataclass(frozen=True, slots=True)
class _Opener:
    """Opens one file after another; several threads may."""

    wanted: tuple[Sheet, ...]
    keeper: SpoolFolder
    limits: Limits
    reading: Reading = AS_FOUND
    always: bool = False
    exact: frozenset[str] = frozenset()

    def open(self, file: tuple[Path, str]) -> Opened:
        """The tables of one file; that one is empty is told where it is read."""
        path, name = file
        if (unreadable := name_problem(name)) is not None:
            return Opened([], [unreadable])
        try:
            if not path.stat().st_size:
                return Opened([Found(path, name)])
            kind = kind_of(path, name)
            told = different_name(kind, name)
            opened = Opened([], [] if told is None else [told])
            opened.take(self._of_kind(path, name, kind))
        except DataError as error:
            return Opened([], [*error.problems])
        return opened

    def _of_kind(self, path: Path, name: str, kind: Kind) -> Opened:
        if kind is Kind.PARQUET and self.always:
            target = self.keeper.fresh() / "typed.parquet"
            return _of_spool(
                spool_parquet(path, name, self.wanted, target, self.exact), self.keeper
            )
        if kind is Kind.PARQUET:
            return Opened([Found(path, name, keeper=self.keeper)])
        if kind is Kind.ZIP:
            return self._zip(path, name)
        if kind.is_workbook:
            return of_book(self.in_child(path, name, kind, whole=False), name, self.keeper)
        plain, seen = (False, None) if self.always else plain_look(path, self.reading)
        if plain:
            return Opened([Found(path, name, "", None, self.keeper, self.reading, seen)])
        return self._text(path, name, seen)

    def _text(self, path: Path, name: str, seen: TextFile | None) -> Opened:
        """A text that is not plain."""
        shape = text_shape(path, name, self.reading, seen)
        target = self.keeper.fresh() / "text.parquet"
        source = Source(name, strict_width=True, origin=shape.as_json())
        spool = spool_rows(raw_chunks(path, shape), self.wanted, target, source)
        return _of_spool(spool, self.keeper)

    def _zip(self, path: Path, name: str) -> Opened:
        """The tables of the members, in the order of their names."""
        members, problems = self.unpack(path, name)
        opened = Opened([], [*problems])
        for member in sorted(members, key=attrgetter("name")):
            opened.take(self.open((member.path, member.name)))
        return opened

    def unpack(self, path: Path, name: str) -> tuple[list[Unpacked], list[Problem]]:
        """The members of a zip and of those inside it, with the names that people know.

        Raises:
            DataError: it is not unpacked.
        """
        asked = {"path": str(path.resolve()), "name": name, "folder": str(self.keeper.fresh())}
        answer = in_child("archive:unpack", asked, self.limits)
        files = [Unpacked(Path(at), called, tuple(parts)) for at, called, parts in answer["files"]]
        return files, _problems(answer["told"])

    def in_child(self, path: Path, name: str, kind: Kind, *, whole: bool) -> dict[str, Any]:
        """What the child process says of a workbook.

        Raises:
            DataError: it cannot be read, or it has no table where one is asked for.
        """
        request = {
            "path": str(path.resolve()),
            "kind": kind.value,
            "name": name,
            "folder": str(self.keeper.fresh()),
            "tables": [as_data(sheet) for sheet in self.wanted],
            "whole": whole,
        }
        return in_child("booktask:open_book", request, self.limits)


def of_book(
    answer: Mapping[str, Any], name: str, keeper: SpoolFolder, *, whole: bool = False
) -> Opened:
    """The spools of a workbook, and what is told of its other sheets.

    A sheet without a table is told; it is refused where no other has any, where it has data as
    wide as a table found, and in a ``whole`` case, where it has the name of one. A blank sheet is
    passed by where others have tables.
    """
    opened = Opened(problems=_problems(answer["told"]))
    for path in answer["spools"]:
        opened.take(_of_spool(read_spooled(Path(path)), keeper))
    for sheet, why, told in answer["aside"]:
        place, problems = Place(name, sheet), _problems(told)
        blank = bool(problems) and all(one.code == "FILE_EMPTY" for one in problems)
        if why == "hidden":
            opened.problems.append(Problem("SHEET_HIDDEN", place, sheet))
        elif why == "data" or (why == "table" and (not blank if whole else not opened.tables)):
            opened.problems += problems
        elif not blank:
            opened.problems.append(Problem("SHEET_NOT_USED", place, sheet, {"detail": _WHY[why]}))
    if not opened.tables and not any(one.severity == "error" for one in opened.problems):
        opened.problems.append(Problem("SHEETS_NONE", Place(name), name))
    return opened


def _of_spool(spool: Spooled, keeper: SpoolFolder) -> Opened:
    found = Found(spool.path, spool.file, spool.sheet, spool, keeper)
    return Opened([found], spool.found())


def _problems(told: Iterable[Sequence[Any]]) -> list[Problem]:
    """Problems as the child process tells them."""
    return [Problem(code, Place(*at), value, facts) for code, at, value, facts in told]


_WHY: Final = {  # a sheet was left aside, as docs/files.md says
    "name": "表名不是所需数据表的名称¦its name is not that of a table looked for",
    "table": "没有数据表的标题¦it has no headings of a table",
}
