"""``equivalents map`` as functions: check a column map, with a file or without; propose one.

This is the shell around :mod:`equivalents.intake.opening.maps`; of a proposal only text is made.
Sources: issue "Files as they are", point 3; docs/maps.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from equivalents.errors import NOWHERE, DataError, Place, Problem, UsageError, near
from equivalents.findings import Findings
from equivalents.intake.casefiles import CaseFiles
from equivalents.intake.casefolder import open_folder
from equivalents.intake.headings import TABLES, Sheet
from equivalents.intake.opening.found import Found, SpoolFolder
from equivalents.intake.opening.mapfile import read_map, shipped_maps
from equivalents.intake.opening.mapmodel import ColumnMap
from equivalents.intake.opening.opener import open_tables
from equivalents.intake.opening.proposedmap import map_text
from equivalents.intake.opening.sources import SourceRule, mapped_spools
from equivalents.intake.opening.suggest import Known, Proposed, propose, sheets_by_synonyms
from equivalents.intake.parquet import text_values
from equivalents.intake.settings import read_settings
from equivalents.intake.spoolpart import spool_parts

__all__ = ["MapChecked", "Suggested", "check_map", "suggest_map"]

_SAMPLE: Final = 5000
"""Rows that a proposal looks at."""


@dataclass(frozen=True, slots=True)
class MapChecked:
    """A map as read, what its file became, and every problem of both."""

    found: ColumnMap | None
    tables: tuple[Mapping[str, Any], ...]
    problems: tuple[Problem, ...]

    @property
    def faulty(self) -> bool:
        """Whether the map, the file or any row is at fault."""
        rows = any(one["map_faults"] for one in self.tables)
        return rows or any(problem.severity == "error" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Suggested:
    """A proposed map: as values, as YAML text, and what is to be told of the file."""

    proposed: Proposed
    text: str
    unused: tuple[str, ...]
    problems: tuple[Problem, ...]


def check_map(name: str, file: Path | None = None, case: Path | None = None) -> MapChecked:
    """Read a map, and apply it to a file where one is given; nothing is written.

    Args:
        name: the path of a map, or the name of a shipped one.
        file: a file of the source, of any kind.
        case: the folder in which the map's tables of codes lie; that of the map without it.

    Raises:
        UsageError: there is no such map or file.
    """
    path = Path(name) if Path(name).is_file() else shipped_maps().get(name)
    if path is None:
        hint = near(name, [*shipped_maps()]).partition("¦")
        raise UsageError(f"找不到列映射“{name}”{hint[0]}。\nThere is no map '{name}'{hint[2]}.")
    if file is not None and not file.is_file():
        raise UsageError(f"找不到文件“{file.name}”。\nThere is no file '{file.name}'.")
    root = (case or path.parent).resolve()
    inside = path.resolve().is_relative_to(root)
    called = path.resolve().relative_to(root).as_posix() if inside else path.name
    findings = Findings()
    found = read_map(path, called, _files_in(root), findings)
    if found is not None and found.proposed and not findings.errors:
        findings.add("MAP_PROPOSED", found.place, found.name)
    if found is None or file is None or findings.errors:
        return MapChecked(found, (), tuple(findings.problems))
    keeper = SpoolFolder()
    try:
        rule = SourceRule(found.name, found, NOWHERE, ((file, file.name),))
        mapped = mapped_spools([rule], keeper, findings)
        tables = tuple(
            {"file": one.found.file, "sheet": one.found.sheet, **known}
            for one in mapped
            for known in (one.found.spool.understood if one.found.spool else ())
        )
    finally:
        keeper.remove()
    return MapChecked(found, tables, tuple(findings.problems))


def _files_in(folder: Path) -> dict[str, Path]:
    every = (path for path in sorted(folder.rglob("*.*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in every}


def suggest_map(
    file: Path, table: str = "", case: Path | None = None, name: str = "proposed"
) -> Suggested:
    """Propose a map for a file from its headings and content.

    Args:
        file: the file, of any kind.
        table: our table; the one that fits best without it.
        case: a case whose codes are looked for in the file.
        name: that of the map.

    Raises:
        DataError: the file cannot be read, or its headings are like those of no table.
        UsageError: there is no such table or file.
    """
    if table and table not in TABLES:
        hint = near(table, [*TABLES]).partition("¦")
        raise UsageError(f"没有名为“{table}”的数据表{hint[0]}。\nNo table '{table}'{hint[2]}.")
    if not file.is_file():
        raise UsageError(f"找不到文件“{file.name}”。\nThere is no file '{file.name}'.")
    known = _known(case) if case is not None else None
    sheets = tuple(sheet for sheet in sheets_by_synonyms() if table in ("", sheet.name))
    keeper = SpoolFolder()
    try:
        found, problems = _opened(file, sheets, keeper)
        assert found.spool is not None, "every table is spooled"
        sheet, columns = TABLES[found.spool.table], _sample(found)
    finally:
        keeper.remove()
    proposed = propose(sheet, columns, known)
    used = {one.heading for one in proposed.columns}
    unused = tuple(heading for heading in columns if heading not in used)
    return Suggested(proposed, map_text(proposed, name, unused), unused, tuple(problems))


def _opened(
    file: Path, sheets: Sequence[Sheet], keeper: SpoolFolder
) -> tuple[Found, Sequence[Problem]]:
    """The first table of a file, as a spool."""
    opened = open_tables([(file, file.name)], sheets, keeper, spool=True)
    # What the headings stand for is proposed here, and how cells are cleaned is told by `look`.
    told = [
        one for one in opened.problems if one.severity == "error" and one.code != "COLUMN_TWICE"
    ]
    if not opened.tables:
        raise DataError(told or [Problem("FILE_EMPTY", Place(file.name))])
    return opened.tables[0], told


def _sample(found: Found) -> dict[str, list[str]]:
    """The first rows by heading as written."""
    assert found.spool is not None, "every table is spooled"
    titles = dict(zip(found.spool.headings, found.spool.titles, strict=True))
    columns: dict[str, list[str]] = {title.strip(): [] for title in titles.values() if title}
    for part in spool_parts(found):
        for batch in part.batches() if part.group >= 0 else ():
            for heading, array in batch.columns.items():
                cells = columns.get(titles[heading].strip())
                if cells is not None:
                    cells += islice(text_values(array), _SAMPLE - len(cells))
        if all(len(cells) >= _SAMPLE for cells in columns.values()):
            break
    return columns


def _known(case: Path) -> Known:
    """The codes of a case; what is wrong with it is no matter here.

    Raises:
        DataError: there is no case.
    """
    folder, findings = open_folder(case), Findings()
    files = CaseFiles(folder, findings)
    weights = files.weights(
        read_settings(folder.entry(findings), folder.folder, findings).weight_tables
    )
    codes = {"item_code": frozenset(row.item_code for row in weights)}
    for table, column in (
        ("institutions", "institution_id"),
        ("staff", "person_id"),
        ("departments", "department_id"),
        ("teams", "team_id"),
    ):
        codes[column] = frozenset(files.table(table, required=False).column(column)) - {""}
    items = {row.item_name: row.item_code for row in weights if row.item_name}
    return Known({column: some for column, some in codes.items() if some}, items)
