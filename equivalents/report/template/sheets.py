"""The sheets of the workbook to fill in: instructions, example, settings, and one sheet a table.

Headings are locked and frozen, the cells below them are open and checked as they are typed.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from xlsxwriter.utility import xl_col_to_name

from equivalents.intake.headings import TABLES, Column, Sheet
from equivalents.intake.opening.othersheets import OWN_SHEETS
from equivalents.report.neutral import is_risky, legible
from equivalents.report.template.choices import CHOICES, SETTINGS
from equivalents.report.template.kinds import TEXT, Kind, cell_of, kind_of, validation
from equivalents.report.template.lines import AFTER, BEFORE, RULES
from equivalents.report.template.lists import LAST_ROW, Lists
from equivalents.report.template.styles import Styles
from equivalents.report.template.words import TABLE_NOTES, WORDS

__all__ = [
    "CASE_SHEET",
    "EXAMPLE_SHEET",
    "INSTRUCTIONS_SHEET",
    "NEEDED",
    "write_example",
    "write_instructions",
    "write_settings",
    "write_table",
    "write_text",
]

INSTRUCTIONS_SHEET, EXAMPLE_SHEET = "说明", "示例"
CASE_SHEET: Final = "基本信息"
NEEDED: Final = ("institutions", "staff", "weights", "records", "pools")
"""The tables that nearly every case fills, in the order in which they are filled in."""

_REQUIRED_COLOUR: Final = "#F4B183"
_OPTIONAL_COLOUR: Final = "#DDEBF7"
_MISSING_COLOUR: Final = "#FCE4D6"
_TABS: Final = {True: "#C00000", False: "#A6A6A6"}
_LAST_COLUMN: Final = 16_383
_OTHERWISE_NAMED: Final = frozenset((("records", "person_id"),))
"""Required columns whose cells may be blank: a team or several performers stand for them."""
_ALLOWED: Final = {
    "insert_rows": True,
    "delete_rows": True,
    "sort": True,
    "autofilter": True,
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "insert_hyperlinks": True,
}
"""What is allowed on a sheet whose headings are protected."""


def write_instructions(sheet: Any, tables: Sequence[str], styles: Styles) -> None:
    """What to fill in, in which order, the rules, and what happens next."""
    wrap = styles(text_wrap=True, valign="top")
    bold = styles(bold=True, font_size=12)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 18)
    sheet.set_column(2, 2, 92)
    sheet.write_string(0, 0, OWN_SHEETS[INSTRUCTIONS_SHEET], styles(bold=True, font_size=16))
    at = 2
    for line in BEFORE:
        at = _line(sheet, at, line, wrap)
    at = _heading(sheet, at, "填写顺序", bold)
    order = [(CASE_SHEET, "期间和标题；必填", True)]
    order += [(TABLES[name].title, TABLE_NOTES[name], name in NEEDED) for name in tables]
    for number, (title, note, needed) in enumerate(order, start=1):
        mark = "【必填】" if needed else "【按需】"
        sheet.write_number(at, 0, number, styles(align="center", valign="top"))
        sheet.write_url(at, 1, f"internal:'{title}'!A1", styles(font_color="#0563C1"), title)
        sheet.write_string(at, 2, f"{mark}{note}", wrap)
        at += 1
    for title, lines in (("怎样填写", RULES), ("填好以后", AFTER)):
        at = _heading(sheet, at, title, bold)
        for line in lines:
            at = _line(sheet, at, line, wrap)
    sheet.protect()
    sheet.activate()


def _heading(sheet: Any, at: int, text: str, style: Any) -> int:
    sheet.write_string(at + 1, 0, text, style)
    return at + 2


def _line(sheet: Any, at: int, text: str, style: Any) -> int:
    """One paragraph over the whole width; a merged cell does not grow by itself."""
    sheet.set_row(at, 16 * (1 + len(text) // 58))
    sheet.merge_range(at, 0, at, 2, text, style)
    return at + 1


def write_settings(sheet: Any, settings: Mapping[str, str], lists: Lists, styles: Styles) -> None:
    """基本信息: the settings of case.yaml, key and value; those given are filled in."""
    head = styles(bold=True, bg_color=_REQUIRED_COLOUR, border=1, locked=True)
    for at, (title, width) in enumerate((("键", 18), ("值", 40), ("名称", 18), ("说明", 60))):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, title, head)
    told = styles(font_color="#666666", text_wrap=True, valign="top", border=1)
    for row, key in enumerate([*SETTINGS, *(key for key in settings if key not in SETTINGS)], 1):
        name, note, values = SETTINGS.get(key, ("", "同 case.yaml 中的写法", {}))
        value = settings.get(key, "")
        sheet.write_string(row, 0, key, styles(bold=True, border=1))
        open_cell = {"locked": False, "num_format": "@", "border": 1, "text_wrap": True}
        quoted = {"quote_prefix": True} if is_risky(value) else {}
        sheet.write_string(row, 1, legible(value), styles(**open_cell, **quoted, valign="top"))
        sheet.write_string(row, 2, name, told)
        sheet.write_string(row, 3, note, told)
        if values:
            sheet.data_validation(row, 1, row, 1, lists.of_choice(name))
    sheet.freeze_panes(1, 0)
    sheet.set_tab_color(_TABS[True])
    sheet.protect("", _ALLOWED)


def write_text(sheet: Any, lines: Sequence[str], styles: Styles) -> None:
    """A YAML file, a line a row; the sheet is called like the file."""
    plain = {"num_format": "@", "font_name": "Consolas"}
    sheet.set_column(0, 0, 110, styles(**plain))
    for row, line in enumerate(lines):
        if line:
            quoted = {"quote_prefix": True} if is_risky(line) else {}
            sheet.write_string(row, 0, legible(line), styles(**plain, **quoted))


def write_table(
    sheet: Any,
    table: Sheet,
    lists: Lists,
    styles: Styles,
    rows: Iterable[Sequence[str]] = (),
    more: Sequence[str] = (),
) -> None:
    """The sheet of a table: headings, checks, and rows if there are any.

    Each of ``rows`` has the texts of all columns of the table, then those of the columns ``more``,
    which are none of ours. No more than a sheet takes.
    """
    kinds = [kind_of(column) for column in table.columns]
    for at, (column, kind) in enumerate(zip(table.columns, kinds, strict=True)):
        sheet.set_column(at, at, kind.width, _open(styles, kind))
        _write_heading(sheet, at, table.name, column, lists, styles)
        _check(sheet, at, table.name, column, kind, lists)
    _mark_missing(sheet, table, styles)
    sheet.set_row(0, 30)
    for at, heading in enumerate(more, len(kinds)):
        sheet.set_column(at, at, TEXT.width, _open(styles, TEXT))
        quoted = {"quote_prefix": True} if is_risky(heading) else {}
        sheet.write_string(0, at, legible(heading), styles(bold=True, border=1, **quoted))
    _write_rows(sheet, [*kinds, *(TEXT for _ in more)], styles, rows)
    _open_rest(sheet, len(kinds) + len(more), styles)
    sheet.autofilter(0, 0, LAST_ROW - 1, len(kinds) + len(more) - 1)
    sheet.freeze_panes(1, 1)
    sheet.set_tab_color(_TABS[table.name in NEEDED])
    sheet.protect("", _ALLOWED)


def _open_rest(sheet: Any, first: int, styles: Styles) -> None:
    """Columns behind ours are open, too: a row can be deleted only if none of its cells is locked.

    They are no cells: what the sheet says of its size stays (and each row as short as it is).
    """
    last = sheet.dim_colmax
    sheet.set_column(first, _LAST_COLUMN, None, styles(locked=False))
    sheet.dim_colmax = last


def _open(styles: Styles, kind: Kind, **more: Any) -> Any:
    return styles(locked=False, num_format=kind.form, **more)


def _write_heading(
    sheet: Any, at: int, table: str, column: Column, lists: Lists, styles: Styles
) -> None:
    """A locked heading with a comment: machine name, meaning, example, choices."""
    colour = _REQUIRED_COLOUR if column.required else _OPTIONAL_COLOUR
    style = styles(
        bold=True, bg_color=colour, border=1, text_wrap=True, valign="vcenter", locked=True
    )
    sheet.write_string(0, at, column.heading, style)
    said = WORDS[table][column.name]
    lines = [f"{column.name}（{'必填' if column.required else '可留空'}）", said.meaning]
    example = next((one for one in said.examples if one), "")
    lines += [f"例：{example}"] if example else []
    meanings = lists.meanings(table, column.name)
    lines += [f"可选：{meanings}"] if meanings else []
    high = sum(1 + len(line) // 20 for line in lines)
    size = {"width": 280, "height": 18 * high + 12, "font_size": 9}
    sheet.write_comment(0, at, "\n".join(lines), {"author": "equivalents", **size})


def _check(sheet: Any, at: int, table: str, column: Column, kind: Kind, lists: Lists) -> None:
    choice = CHOICES.get((table, column.name))
    check = (
        lists.of_choice(choice.title)
        if choice is not None
        else lists.of_reference(table, column.name) or validation(kind, at)
    )
    if check is not None:
        sheet.data_validation(1, at, LAST_ROW - 1, at, check)


def _mark_missing(sheet: Any, table: Sheet, styles: Styles) -> None:
    """Required cells that are blank in a row that is begun show at once."""
    last = xl_col_to_name(len(table.columns) - 1)
    for at, column in enumerate(table.columns):
        if column.required and (table.name, column.name) not in _OTHERWISE_NAMED:
            formula = f"=AND(ISBLANK({xl_col_to_name(at)}2),COUNTA($A2:${last}2)>0)"
            rule = {"type": "formula", "criteria": formula}
            shown = styles(bg_color=_MISSING_COLOUR)
            sheet.conditional_format(1, at, LAST_ROW - 1, at, {**rule, "format": shown})


def _write_rows(
    sheet: Any, kinds: Sequence[Kind], styles: Styles, rows: Iterable[Sequence[str]]
) -> None:
    plain = [_open(styles, kind) for kind in kinds]
    text = _open(styles, TEXT)
    quoted = _open(styles, TEXT, quote_prefix=True)
    for row, values in enumerate(rows, 1):
        for at, value in enumerate(values):
            if not value:
                continue
            cell = cell_of(value, kinds[at])
            if isinstance(cell.value, Decimal):
                sheet.write_number(row, at, cell.value, plain[at])
            else:
                sheet.write_string(row, at, cell.value, quoted if cell.quoted else text)


def write_example(sheet: Any, tables: Sequence[str], styles: Styles) -> None:
    """One small case that fits together, table below table; nothing of it is read."""
    sheet.set_column(0, 18, 16)
    sheet.write_string(0, 0, OWN_SHEETS[EXAMPLE_SHEET], styles(bold=True, font_size=14))
    head = styles(bold=True, bg_color=_OPTIONAL_COLOUR, border=1, text_wrap=True)
    cells = styles(border=1, border_color="#CCCCCC", num_format="@")
    block = styles(bold=True, font_size=12)
    sheet.write_string(
        2, 0, f"{CASE_SHEET}：period 写 2025-06，title 写 示例卫生院 2025 年 6 月", block
    )
    at = 4
    for name in tables:
        table, said = TABLES[name], WORDS[name]
        sheet.write_string(at, 0, f"{table.title}：{TABLE_NOTES[name]}", block)
        for place, column in enumerate(table.columns):
            sheet.write_string(at + 1, place, column.heading, head)
        columns = [said[column.name].examples for column in table.columns]
        for values in zip(*columns, strict=True):
            for place, value in enumerate(values):
                sheet.write_string(at + 2, place, value, cells)
            at += 1
        at += 3
    sheet.protect()
