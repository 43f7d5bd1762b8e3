"""A workbook on its way into spools: what the child process does, from the first byte to the last.

Only this task ever opens a workbook. It answers with the spools that it wrote and what it left
aside; a spool tells the rest itself. Hidden sheets are left aside, and told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from equivalents.errors import DataError, Problem
from equivalents.intake.headings import TABLES, Sheet
from equivalents.intake.opening.cellvalues import print_value
from equivalents.intake.opening.headless import first_rows, refuse_headless
from equivalents.intake.opening.kinds import Kind
from equivalents.intake.opening.limits import Limits
from equivalents.intake.opening.named import CASE_SHEETS, table_named
from equivalents.intake.opening.othersheets import YAML_NAME, is_ours, yaml_lines
from equivalents.intake.opening.spool import Spooled
from equivalents.intake.opening.tablespool import Source, spool_rows
from equivalents.intake.opening.wanted import of_data
from equivalents.intake.opening.workbook import RawSheet, raw_sheets

__all__ = ["open_book"]

_WITHOUT: Final = ("FILE_EMPTY", "HEADINGS_NOT_FOUND", "TABLE_DOUBT")
"""What is wrong with a sheet that may be no table at all."""


@dataclass(slots=True)
class _Answer:
    """What goes back: paths of spools, sheets left aside with why, the rows of the case sheet.

    ``texts`` are the lines of YAML files that stand in sheets of their name, ``told`` the warnings
    of the whole file.
    """

    spools: list[str] = field(default_factory=list)
    aside: list[tuple[str, str, list[Any]]] = field(default_factory=list)
    case: dict[str, Any] | None = None
    texts: dict[str, Sequence[str]] = field(default_factory=dict)
    told: list[Problem] = field(default_factory=list)
    found: list[Spooled] = field(default_factory=list)
    heads: dict[str, list[tuple[int, list[str]]]] = field(default_factory=dict)
    """The first rows of sheets without a table, with their numbers."""


def open_book(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """The task ``booktask:open_book``: spools of the sheets of a workbook.

    The request has ``path``, ``kind``, ``name`` (what people call the file), ``folder`` (where
    spools are written) and ``tables``, the tables that each sheet may be, as data; with
    ``whole`` the workbook is a case, whose sheets go by their names.
    """
    path, folder, name = Path(request["path"]), Path(request["folder"]), str(request["name"])
    wanted = [of_data(one) for one in request["tables"]] if not request["whole"] else []
    answer = _Answer()
    sheets = raw_sheets(path, Kind(request["kind"]), limits, name, answer.told)
    for number, sheet in enumerate(sheets):
        if sheet.hidden:
            answer.aside.append((sheet.name, "hidden", []))
        elif request["whole"] and sheet.name.strip() in CASE_SHEETS:
            answer.case = {"sheet": sheet.name, "rows": [*_case_rows(sheet)]}
        else:
            tables = _of_name(sheet.name, wanted)
            if not tables:
                _take_other(answer, sheet)
                continue
            try:
                target = folder / f"{number}.parquet"
                spooled = spool_rows(sheet.blocks(), tables, target, _source(sheet, request))
                answer.spools.append(str(spooled.path))
                answer.found.append(spooled)
            except DataError as error:
                _set_aside(answer, sheet, error)
    if not request["whole"]:
        refuse_headless(answer.aside, answer.heads, answer.found, wanted, name)
    return {
        "spools": answer.spools,
        "aside": answer.aside,
        "case": answer.case,
        "texts": answer.texts,
        "told": _told(answer.told),
    }


def _take_other(answer: _Answer, sheet: RawSheet) -> None:
    """A sheet of a case that has the name of no table."""
    if YAML_NAME.fullmatch(sheet.name):
        answer.texts[sheet.name] = yaml_lines(sheet)
    elif not is_ours(sheet):
        answer.aside.append((sheet.name, "name", []))


def _of_name(name: str, wanted: Sequence[Sheet]) -> Sequence[Sheet]:
    """What a sheet may be by its name, which may be that of another table; in a case it must be."""
    table = table_named(name)
    if not wanted:
        return [TABLES[table]] if table else []
    return [sheet for sheet in wanted if table in ("", sheet.name)]


def _source(sheet: RawSheet, request: dict[str, Any]) -> Source:
    """Where the rows of a sheet come from."""
    return Source(
        str(request["name"]),
        sheet.name,
        first_row=sheet.first_row,
        epoch_1904=sheet.epoch_1904,
        origin={"kind": str(request["kind"]), **sheet.not_shown},
    )


def _set_aside(answer: _Answer, sheet: RawSheet, error: DataError) -> None:
    """A sheet without a table is left aside with its problems; other faults are of the file."""
    if any(one.code not in _WITHOUT for one in error.problems):
        raise error
    answer.aside.append((sheet.name, "table", _told(error.problems)))
    answer.heads[sheet.name] = first_rows(sheet)


def _told(problems: Sequence[Problem]) -> list[Any]:
    return [[one.code, list(one.place), one.value, dict(one.facts)] for one in problems]


def _case_rows(sheet: RawSheet) -> Iterator[tuple[int, str, str]]:
    """Row number, key and value of the first two columns of the case sheet."""
    row = sheet.first_row
    for chunk in sheet.chunks():
        for cells in chunk:
            key, value = (*cells, "", "")[:2]
            yield row, print_value(key), _print_setting(value)
            row += 1


def _print_setting(value: object) -> str:
    """A value of the case sheet as text: Excel turns ``2025-06`` into the first of that month."""
    if isinstance(value, datetime | date) and value.day == 1:
        return f"{value.year:04d}-{value.month:02d}"
    return print_value(value)
