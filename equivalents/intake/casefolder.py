"""A case as it lies there: a folder, one workbook, or a zip of either; its tables by name.

A table is a file that carries its name, English or Chinese, of any kind that tables are read from;
in a case that is one workbook it is a sheet of that name. The records may be many files and
sheets. Whatever is not plain is opened once, by :mod:`equivalents.intake.opening.opener`. Sources:
specification page 3 "A case"; issue "Files as they are".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import Any, Final

from equivalents.errors import DataError, Place, Problem, called
from equivalents.findings import Findings, near
from equivalents.intake.casesheet import sheet_entry
from equivalents.intake.encodings import AS_FOUND, Reading
from equivalents.intake.filesofcase import (
    CASE_FILE,
    FilesOfCase,
    file_of,
    files_in,
    files_of_zip,
    rules_folder,
)
from equivalents.intake.headings import TABLES
from equivalents.intake.opening.filenames import name_problem
from equivalents.intake.opening.found import Found, SpoolFolder
from equivalents.intake.opening.kinds import Kind, kind_of
from equivalents.intake.opening.named import table_named
from equivalents.intake.opening.opener import SUFFIXES, Book, open_book, open_tables, open_zip
from equivalents.intake.opening.othersheets import YAML_NAME
from equivalents.intake.opening.sources import Mapped, mapped_spools, read_sources
from equivalents.intake.samefiles import same_records
from equivalents.intake.settings import known_keys, read_case_yaml
from equivalents.policy.yamltext import Entry

__all__ = ["CASE_FILE", "CaseFolder", "open_folder"]

_RECORDS: Final = "records"
_FORMATS: Final = f"{', '.join(SUFFIXES)}"


@dataclass(slots=True)
class CaseFolder:
    """A case, opened: which files and sheets hold its tables.

    ``given`` is what was named: a folder, or a file that is the whole case. ``folder`` is where
    scheme files are looked for. ``files`` are the files of the case by their path in it; of a
    workbook there are only the schemes in it, and a ``book``. ``understood`` grows as tables are
    opened: what was understood of each file or sheet that is not plain, as data. ``reading`` is
    what is declared of text files, to be set before any table is opened. ``archived`` are the
    files that lie in a zip of a zipped case, with that zip. ``mapped`` are the tables
    that sources give by their column maps; where ``sources_failed`` it cannot be told what is
    missing.
    """

    given: Path
    folder: Path
    files: Mapping[str, Path]
    keeper: SpoolFolder
    book: Book | None = None
    problems: tuple[Problem, ...] = ()
    understood: list[Mapping[str, Any]] = field(default_factory=list)
    mapped: list[Mapped] = field(default_factory=list)
    sources_failed: bool = False
    reading: Reading = AS_FOUND
    archived: Mapping[str, str] = field(default_factory=dict)
    _records: tuple[Found, ...] | None = None

    def entry(self, findings: Findings) -> Entry:
        """The keys of case.yaml, or of the sheet that stands for it; faults are noted."""
        if self.book is None:
            return read_case_yaml(self.files[CASE_FILE], CASE_FILE, findings)
        rows, sheet = self.book.rows, self.book.sheet
        return known_keys(sheet_entry(rows, self.given.name, sheet, findings), findings)

    def told(self, findings: Findings) -> None:
        """Note what is to be told of the case as a whole."""
        findings.problems += self.problems
        if self.book is not None:
            findings.problems += self.book.opened.problems
            self._understand(self.book.opened.tables)

    def take_sources(self, entry: Entry, findings: Findings) -> None:
        """Open what case.yaml declares as ``sources``; every fault is noted."""
        if entry.value == "":
            return
        before = len(findings.errors)
        try:
            files = self._every_file()
        except DataError as error:
            findings.take(error)
            files = {}
        rules = read_sources(entry, files, findings)
        if len(findings.errors) == before:
            self.mapped = mapped_spools(rules, self.keeper, findings, self.reading)
            self._understand(one.found for one in self.mapped)
        self.sources_failed = len(findings.errors) > before

    def _every_file(self) -> dict[str, Path]:
        """All files of the case by their path in it, also those in folders of any name."""
        if self.given.is_dir():
            return files_in(self.given, every=True)
        return dict(self.files)

    def _of_sources(self, name: str) -> list[Found]:
        return [one.found for one in self.mapped if one.source.map.table == name]

    def inputs(self, files: Iterable[tuple[str, Path]]) -> list[tuple[str, Path]]:
        """What the manifest names: the files as they were given; a whole case is one file."""
        files = [*dict.fromkeys(files)]
        if self.given.is_dir():
            return files
        inside = {path.resolve() for path in self.files.values()}
        outside = [(name, path) for name, path in files if path.resolve() not in inside]
        return [(self.given.name, self.given), *outside]

    def files_of(self, found: Found) -> list[tuple[str, Path]]:
        """The file of the case that a table stands in, with its name there."""
        mapped = next((one for one in self.mapped if one.found is found), None)
        if mapped is not None:
            return [*mapped.source.used]
        if self.book is not None:
            return []
        return [file_of(found.file, self.files)]

    def table(self, name: str, findings: Findings, *, required: bool) -> Found | None:
        """The one file or sheet of a table, or ``None`` with what is wrong noted."""
        found = self._named(name, findings, required=required)
        if len(found) > 1:
            names = ", ".join(called(one.file, one.sheet) for one in found)
            findings.add("TABLE_TWICE", Place(names), name, other=names)
        if found:
            return found[0]
        if required and not self._files_named(name) and not self.sources_failed:
            findings.add("TABLE_MISSING", Place(), name, near=self.near(name))
        return None

    def near(self, name: str) -> str:
        """A hint at a file or sheet that may be a table under another name."""
        return near(name, [stem for stem in self._stems() if stem not in TABLES])

    def _stems(self) -> list[str]:
        return [PurePosixPath(file).stem for file in self.files if "/" not in file]

    def _files_named(self, name: str) -> list[tuple[Path, str]]:
        """The files beside case.yaml that carry the name of a table; of a zip all in it."""
        found = []
        for file, path in self.files.items():
            given = PurePosixPath(self.archived.get(file, file))
            beside = len(given.parts) == 1 and _carries(given.name)
            if beside and table_named(given.stem) == name:
                found.append((path, file))
        return found

    def _given(self, files: Iterable[tuple[Path, str]]) -> set[str]:
        """The files that people named: a zip in a zip is one, whatever is in it."""
        return {self.archived.get(file, file) for _, file in files}

    def _named(self, name: str, findings: Findings, *, required: bool) -> list[Found]:
        return [*self._own(name, findings, required=required), *self._of_sources(name)]

    def _own(self, name: str, findings: Findings, *, required: bool) -> list[Found]:
        """The tables of a name that stand in the case as such."""
        if self.book is not None:
            # A sheet with headings alone, as in a form that was filled in, is no table; one that
            # the case needs is an empty one.
            return [
                one
                for one in self.book.opened.tables
                if (spool := one.spool) is not None
                and spool.table == name
                and (spool.rows or (required and TABLES[name].required))
            ]
        files = self._files_named(name)
        if len(self._given(files)) > 1:
            # Whatever is in them: which of them counts is not for us to say.
            return [Found(path, file) for path, file in files]
        return self._open(files, name, findings)

    def open_file(self, path: Path, file: str, table: str, findings: Findings) -> list[Found]:
        """The tables of one kind in a file that the case names."""
        return self._open([(path, file)], table, findings)

    def _open(
        self, files: Sequence[tuple[Path, str]], table: str, findings: Findings
    ) -> list[Found]:
        opened = open_tables(files, (table,), self.keeper, reading=self.reading)
        findings.problems += opened.problems
        self._understand(opened.tables)
        return opened.tables

    def _understand(self, tables: Iterable[Found]) -> None:
        for one in tables:
            if one.spool is not None:
                head = {"file": one.file, "sheet": one.sheet}
                self.understood += [{**head, **known} for known in one.spool.understood]

    def records(self, findings: Findings) -> tuple[Found, ...]:
        """Every file and sheet of records, in the order of their names; opened once.

        They stand in one file, or in a folder of many, but not in both: an export in two formats
        would pay everything twice.
        """
        if self._records is None:
            self._records = tuple(self._find_records(findings))
            findings.problems += same_records(self._records)
        return self._records

    def _find_records(self, findings: Findings) -> list[Found]:
        if self.book is not None:
            found = self._named(_RECORDS, findings, required=True)
            if not found and not self.sources_failed:
                findings.add("TABLE_MISSING", Place(), _RECORDS, near="")
            return found
        single, inside = self._files_named(_RECORDS), self._in_folders(_RECORDS)
        if not inside and len(self._given(single)) != 1:
            of_sources = self._of_sources(_RECORDS)
            if of_sources and not single:
                return of_sources
            one = self.table(_RECORDS, findings, required=True)
            return [one] if one is not None else []
        if inside and single:
            folders = sorted({f"{PurePosixPath(file).parts[0]}/" for _, file in inside})
            names = ", ".join([*sorted(self._given(single)), *folders])
            findings.add("TABLE_TWICE", Place(names), _RECORDS, other=names)
        files = []
        for path, file in sorted([*single, *inside], key=itemgetter(1)):
            if _carries(file):
                files.append((path, file))
            else:
                suffix = PurePosixPath(file).suffix
                findings.add("FILE_FORMAT", Place(file), suffix, detail=_FORMATS)
        return [*self._open(files, _RECORDS, findings), *self._of_sources(_RECORDS)]

    def _in_folders(self, name: str) -> list[tuple[Path, str]]:
        """The files in the folder that carries the name of a table, at any depth."""
        return [
            (path, file)
            for file, path in self.files.items()
            if "/" in file and table_named(PurePosixPath(file).parts[0]) == name
        ]


def _carries(file: str) -> bool:
    """Whether tables are read from files whose name ends so."""
    return PurePosixPath(file).suffix.lower() in SUFFIXES


def open_folder(given: Path | CaseFolder) -> CaseFolder:
    """Open a case: a folder, a workbook, or a zip of either.

    Raises:
        DataError: ``CASE_NOT_FOUND``, ``CASE_SHEET_MISSING``, or what is wrong with the workbook
            or zip as a whole.
    """
    if isinstance(given, CaseFolder):
        return given
    if (unreadable := name_problem(given.name)) is not None:
        raise DataError([unreadable])
    keeper = SpoolFolder()
    if given.is_dir() and (given / CASE_FILE).is_file():
        return CaseFolder(given, given, files_in(given), keeper)
    if not given.is_file():
        raise DataError([Problem("CASE_NOT_FOUND", value=given.name)])
    kind = kind_of(given, given.name)
    if kind is Kind.ZIP:
        return _open_zip(given, keeper)
    if not kind.is_workbook:
        raise DataError([Problem("CASE_NOT_FOUND", value=given.name)])
    return _open_book(given, given, kind, keeper)


def _open_book(given: Path, path: Path, kind: Kind, keeper: SpoolFolder) -> CaseFolder:
    """A workbook that is a case; the schemes in it become files of a folder of our own."""
    book, folder = open_book(path, given.name, kind, keeper), keeper.fresh()
    files = {name: folder / name for name in book.texts if YAML_NAME.fullmatch(name)}
    for name, target in files.items():
        target.write_text("".join(f"{line}\n" for line in book.texts[name]), "utf-8")
    return CaseFolder(given, folder, files, keeper, book)


def _open_zip(given: Path, keeper: SpoolFolder) -> CaseFolder:
    """A zip that holds the files of a case, in a folder or not, or one workbook that is a case."""
    members, problems = open_zip(given, given.name, keeper)
    held = files_of_zip(members)
    if isinstance(held, FilesOfCase):
        folder, told = rules_folder(held.files, keeper), (*problems, *held.problems)
        return CaseFolder(given, folder, held.files, keeper, problems=told, archived=held.archived)
    if held is not None:
        kind = kind_of(held, given.name)
        if kind.is_workbook:
            return _open_book(given, held, kind, keeper)
    raise DataError([Problem("CASE_NOT_FOUND", value=given.name)])
