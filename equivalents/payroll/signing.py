"""The signing sheet 签字表: who gets how much, with a box to sign, page by page for the printer.

Each institution has a sheet. A page has a fixed number of rows, its own total 本页小计 and the
total so far 累计; the last one ends with 合计 and the amount in words. Nothing is left to a
spreadsheet: page breaks are set, and the headings stand on every page.
"""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO, Final

from equivalents.payroll.amountwords import amount_in_words
from equivalents.payroll.linetable import csv_bytes, line_table
from equivalents.payroll.model import Control, Level, PayLines, PayTotal
from equivalents.payroll.printed import PrintBook, sheet_name

__all__ = ["MOST_ROWS", "ROWS_A_PAGE", "signing_form"]

ROWS_A_PAGE: Final = 25
"""People on a page of A4 where nothing else is said."""
MOST_ROWS: Final = 40
"""People on a page at most: more would be too small to read and sign."""
_WIDTHS: Final = (6, 15, 13, 15, 15, 19)
_HEADINGS: Final = ("序号", "人员编号", "姓名", "岗位", "应发（元）", "签字")
_HEADS: Final = 3
_MONEY_AT: Final = 4
_LAST: Final = len(_HEADINGS) - 1
_TITLE, _NOTE, _HEAD, _WORDS = 30, 18, 24, 30
_TALLEST: Final = 22
_PAGE: Final = 730
"""Points of height: A4 (842) less margins of 0.6 and 0.8 inch, with some room."""


def signing_form(
    lines: PayLines, target: Path | BinaryIO, *, rows_a_page: int = ROWS_A_PAGE
) -> Control:
    """Write the signing sheets, one an institution; the control total is that of the totals' CSV.

    Raises:
        ValueError: no row a page, or more than :data:`MOST_ROWS`.
    """
    if not 1 <= rows_a_page <= MOST_ROWS:
        raise ValueError(f"a page has one row at least and {MOST_ROWS} at most")
    table = line_table(lines, Level.SUMMARY)
    book = PrintBook(target, "签字表")
    by_institution = groupby(lines.totals(), lambda one: one.line.institution_id)
    for number, (_, group) in enumerate(by_institution, 1):
        _institution(book, number, lines, [*group], rows_a_page)
    if not lines.lines:
        book.sheet("签字表", _WIDTHS, 0, "")
    book.close()
    return table.control(csv_bytes(table), "lines")


def _institution(
    book: PrintBook, number: int, lines: PayLines, people: Sequence[PayTotal], rows_a_page: int
) -> None:
    first = people[0].line
    name = sheet_name(number, first.institution_id, first.institution)
    sheet = book.sheet(name, _WIDTHS, _HEADS, f"核算编号 {lines.run_id}")
    for at, height in enumerate((_TITLE, _NOTE, _HEAD)):
        sheet.set_row(at, height)
    # The last page has three lines of sums below its people, and the amount in words.
    room = _PAGE - _TITLE - _NOTE - _HEAD - _WORDS
    sheet.set_default_row(min(_TALLEST, room // (rows_a_page + 3)))
    book.across(sheet, 0, 0, _LAST, "绩效工资发放签字表", "title")
    of = f"{first.institution or first.institution_id}（{first.institution_id}）"
    book.across(sheet, 1, 0, _LAST, f"{of}　期间 {lines.period}　单位：元", "note")
    for at, heading in enumerate(_HEADINGS):
        book.text(sheet, 2, at, heading, "head")
    row, so_far, breaks = _HEADS, 0, []
    for start in range(0, len(people), rows_a_page):
        page = people[start : start + rows_a_page]
        for at, one in enumerate(page, start + 1):
            _person(book, sheet, row, at, one)
            row += 1
        fen = sum(one.amount_fen for one in page)
        so_far += fen
        _sum(book, sheet, row, f"本页小计　{len(page)} 人", fen)
        _sum(book, sheet, row + 1, f"累计　{start + len(page)} 人", so_far)
        row += 2
        if start + rows_a_page < len(people):
            breaks.append(row)
    _sum(book, sheet, row, f"合计　{len(people)} 人", so_far)
    sheet.set_row(row + 1, _WORDS)
    book.across(sheet, row + 1, 0, _LAST, f"合计金额（大写）：{amount_in_words(so_far)}", "words")
    if breaks:
        sheet.set_h_pagebreaks(breaks)


def _person(book: PrintBook, sheet: Any, row: int, number: int, one: PayTotal) -> None:
    line = one.line
    book.number(sheet, row, 0, number, "middle")
    for at, text in enumerate((line.person_id, line.name, line.post), 1):
        book.text(sheet, row, at, text)
    book.money(sheet, row, _MONEY_AT, one.amount_fen)
    book.text(sheet, row, _LAST, "")


def _sum(book: PrintBook, sheet: Any, row: int, text: str, fen: int) -> None:
    book.across(sheet, row, 0, _MONEY_AT - 1, text, "sum")
    book.money(sheet, row, _MONEY_AT, fen, "sum_money")
    book.text(sheet, row, _LAST, "", "sum")
