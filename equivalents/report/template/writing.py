"""The workbook to fill in as a whole: in which order its sheets stand, blank or with a case in it.

The same tables and the same case give the same bytes. Source: page 3 (``equivalents template``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, count, islice
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from equivalents.errors import Problem
from equivalents.intake.headings import TABLES
from equivalents.report.template.lists import LAST_ROW, LISTS_SHEET, Lists
from equivalents.report.template.sheets import (
    CASE_SHEET,
    EXAMPLE_SHEET,
    INSTRUCTIONS_SHEET,
    NEEDED,
    write_example,
    write_instructions,
    write_settings,
    write_table,
    write_text,
)
from equivalents.report.template.styles import Styles

__all__ = ["FilledTable", "Filling", "ordered", "write_template"]

_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FilledTable:
    """What the sheets of a table are filled with.

    ``rows`` have the texts of the table's columns, then those of the columns ``more`` that are
    none of ours. A sheet takes 1,048,575 of them; the others go on in further sheets.
    """

    table: str
    rows: Iterable[Sequence[str]]
    more: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Filling:
    """A case to write into the workbook: settings by key, and its tables.

    ``texts`` are the lines of YAML files, as schemes, each a sheet of its name.
    ``values`` are those that open lists get besides their own, by the title of the list.
    ``told`` grows as rows are written: what the workbook cannot hold as it is meant.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    tables: Sequence[FilledTable] = ()
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    told: list[Problem] = field(default_factory=list)


def ordered(names: Iterable[str] | None = None) -> tuple[str, ...]:
    """The tables of a workbook in the order of its sheets: those nearly always needed first.

    All tables, or those needed and the named ones.
    """
    wanted = set(TABLES) if names is None else {*names, *NEEDED}
    return (*NEEDED, *(name for name in TABLES if name in wanted and name not in NEEDED))


def write_template(path: Path, tables: Sequence[str], filling: Filling | None = None) -> None:
    """Write the workbook with the sheets of some tables, in their order."""
    filling = filling or Filling()
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": str(path.parent)})
    book.set_properties({"title": "当量绩效核算填报工作簿", "created": _MADE})
    styles, lists = Styles(book), Lists(book, tables, filling.values)
    write_instructions(book.add_worksheet(INSTRUCTIONS_SHEET), tables, styles)
    write_example(book.add_worksheet(EXAMPLE_SHEET), tables, styles)
    write_settings(book.add_worksheet(CASE_SHEET), filling.settings, lists, styles)
    for name, lines in filling.texts.items():
        write_text(book.add_worksheet(name), lines, styles)
    filled = {one.table: one for one in filling.tables}
    for name in tables:
        _write_sheets(book, filled.get(name) or FilledTable(name, ()), lists, styles)
    lists.write(book.add_worksheet(LISTS_SHEET), styles)
    book.close()


def _write_sheets(book: Any, one: FilledTable, lists: Lists, styles: Styles) -> None:
    """The sheets of a table, as many as its rows take; one where it has none."""
    table, rows = TABLES[one.table], iter(one.rows)
    for number in count(1):
        sheet = book.add_worksheet(table.title if number == 1 else f"{table.title} ({number})")
        write_table(sheet, table, lists, styles, islice(rows, LAST_ROW - 1), one.more)
        following = next(rows, None)
        if following is None:
            return
        rows = chain([following], rows)
