"""The approval sheet 发放审批表: what each institution pays from which pools, to be signed.

A sheet for the community, then one with a page for each institution: pools and components with
people and amount, adjustments by the period that they are about, the sum in figures and in words,
and who made, checked and approved it with dates.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO, Final

from equivalents.errors import ConservationError
from equivalents.payroll.amountwords import amount_in_words
from equivalents.payroll.linetable import csv_bytes, line_table
from equivalents.payroll.model import Control, Kind, Level, PayLine, PayLines, part_label
from equivalents.payroll.printed import PrintBook
from equivalents.report.words import component_title

__all__ = ["approval_form"]

_WIDTHS: Final = (8, 34, 14, 12, 20)
_HEADINGS: Final = ("序号", "绩效池或构成项", "类别", "人数", "金额（元）")
_INSTITUTIONS: Final = ("序号", "机构", "编号", "人数", "金额（元）")
_LAST: Final = len(_WIDTHS) - 1
_ROW: Final = 22
_SIGNED: Final = (("制表", "审核"), ("单位负责人", "审批"))
_TITLE: Final = "绩效工资发放审批表"


def approval_form(lines: PayLines, target: Path | BinaryIO) -> Control:
    """Write the approval sheets; the control total is that of the CSV of the totals.

    Raises:
        ConservationError: the rows of the sheets do not add up to the pay lines.
    """
    table = line_table(lines, Level.SUMMARY)
    book = PrintBook(target, _TITLE)
    by_institution = [[*group] for _, group in groupby(lines.lines, lambda one: one.institution_id)]
    sheet = book.sheet("共同体", _WIDTHS, 0, f"核算编号 {lines.run_id}")
    of = lines.title or "共同体合计"
    row, total = _form(book, sheet, 0, (of, lines), lines.lines, by_institution)
    sheet = book.sheet("各机构", _WIDTHS, 0, f"核算编号 {lines.run_id}")
    row, breaks, of_each = 0, [], 0
    for several in by_institution:
        if row:
            breaks.append(row)
        first = several[0]
        of = f"{first.institution or first.institution_id}（{first.institution_id}）"
        row, fen = _form(book, sheet, row, (of, lines), several, ())
        of_each += fen
    if breaks:
        sheet.set_h_pagebreaks(breaks)
    book.close()
    if not total == of_each == lines.amount_fen:
        raise ConservationError(f"approval sheets: {total}, {of_each}, {lines.amount_fen}")
    return table.control(csv_bytes(table), "lines")


def _form(
    book: PrintBook,
    sheet: Any,
    top: int,
    named: tuple[str, PayLines],
    lines: Sequence[PayLine],
    institutions: Sequence[Sequence[PayLine]],
) -> tuple[int, int]:
    """One form from a row on: gives the row behind it, and the fen that it shows."""
    of, run = named
    sheet.set_row(top, 30)
    book.across(sheet, top, 0, _LAST, _TITLE, "title")
    told = f"{of}　期间 {run.period}　税款所属期 {run.tax_month}　单位：元"
    book.across(sheet, top + 1, 0, _LAST, told, "note")
    row = _block(book, sheet, top + 2, _HEADINGS, [*_parts(lines)])
    fen = sum(one.amount_fen for one in lines)
    _row(book, sheet, row, ("", "合计", "", len({one.person_id for one in lines}), fen), "sum")
    sheet.set_row(row + 1, 30)
    book.across(sheet, row + 1, 0, _LAST, f"金额（大写）：{amount_in_words(fen)}", "words")
    row += 2
    if institutions:
        # A large community goes on over several pages: each of them says what its columns are.
        sheet.repeat_rows(row + 1)
        row = _block(book, sheet, row + 1, _INSTITUTIONS, [*_of_institutions(institutions)])
    versions = f"程序 {run.versions.engine}　方法 {run.versions.method}　核算编号 {run.run_id}"
    book.across(sheet, row, 0, _LAST, versions, "note")
    row += 1
    for left, right in _SIGNED:
        sheet.set_row(row, 34)
        book.across(sheet, row, 0, 1, f"{left}：　　　　　　　日期：", "sign")
        book.across(sheet, row, 2, _LAST, f"{right}：　　　　　　　日期：", "sign")
        row += 1
    return row + 1, fen


def _block(
    book: PrintBook,
    sheet: Any,
    row: int,
    headings: Sequence[str],
    rows: Sequence[tuple[str, str, int, int]],
) -> int:
    for at, heading in enumerate(headings):
        book.text(sheet, row, at, heading, "head")
    for at, one in enumerate(rows, 1):
        _row(book, sheet, row + at, (str(at), *one), "")
    return row + len(rows) + 1


def _row(
    book: PrintBook, sheet: Any, row: int, values: tuple[str, str, str, int, int], bold: str
) -> None:
    sheet.set_row(row, _ROW)
    *texts, people, fen = values
    for at, text in enumerate(texts):
        book.text(sheet, row, at, str(text), bold or ("middle" if at == 0 else "text"))
    book.number(sheet, row, _LAST - 1, people, f"{bold}_count".strip("_"))
    book.money(sheet, row, _LAST, fen, f"{bold}_money".strip("_"))


def _parts(lines: Sequence[PayLine]) -> Iterator[tuple[str, str, int, int]]:
    """Pools and components in code-point order, then back-pay and claw-back by closed period."""
    found: dict[tuple[bool, str, str], list[PayLine]] = {}
    for line in lines:
        found.setdefault(_part(line), []).append(line)
    for (_, name, kind), several in sorted(found.items()):
        people = len({one.person_id for one in several})
        yield name, kind, people, sum(one.amount_fen for one in several)


def _part(line: PayLine) -> tuple[bool, str, str]:
    if line.kind == Kind.ADJUSTMENT:
        kind = "补发" if line.amount_fen >= 0 else "扣回"
        return True, f"{line.closed_period} 期间更正", kind
    name = component_title(part_label(line).removeprefix(":"))
    if line.kind == Kind.YEAR_END:
        return True, name, "年终补发" if line.amount_fen >= 0 else "年终扣回"
    return False, name, "绩效池" if line.kind == Kind.POOL_SHARE else "构成项"


def _of_institutions(
    institutions: Sequence[Sequence[PayLine]],
) -> Iterator[tuple[str, str, int, int]]:
    for several in institutions:
        first = several[0]
        people = len({one.person_id for one in several})
        fen = sum(one.amount_fen for one in several)
        yield first.institution or first.institution_id, first.institution_id, people, fen
