"""The workbook to fill in as a whole: in which order its sheets stand, blank or with a case in it.

The same tables and the same case give the same bytes. Source: page 3 (``equivalents template``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import xlsxwriter

from equivalents.intake.headings import TABLES
from equivalents.report.template.lists import LISTS_SHEET, Lists
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

__all__ = ["FilledSheet", "Filling", "ordered", "write_template"]

_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """What a sheet of a table is filled with.

    ``rows`` have the texts of the table's columns, then those of the columns ``more`` that are
    none of ours; a sheet takes 1,048,575 of them.
    """

    name: str
    table: str
    rows: Iterable[Sequence[str]]
    more: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Filling:
    """A case to write into the workbook: settings by key, and the sheets of its tables.

    ``texts`` are the lines of YAML files, as schemes, each a sheet of its name.
    ``values`` are those that open lists get besides their own, by the title of the list.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    sheets: Sequence[FilledSheet] = ()
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)


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
    filled = {one.table for one in filling.sheets}
    blank = [FilledSheet(TABLES[name].title, name, ()) for name in tables if name not in filled]
    place = {name: at for at, name in enumerate(tables)}
    for one in sorted([*filling.sheets, *blank], key=lambda one: place[one.table]):
        sheet = book.add_worksheet(one.name)
        write_table(sheet, TABLES[one.table], lists, styles, one.rows, one.more)
    lists.write(book.add_worksheet(LISTS_SHEET), styles)
    book.close()
