"""Workbooks of rows: headings in the first row, exact numbers, ids as texts, and a sheet 核对.

Rows are written as they come and not kept (xlsxwriter's ``constant_memory``), so that a county
fits. An amount is written from its exact decimal text; ids and account numbers are texts, and no
text can be taken for a formula (:mod:`equivalents.report.neutral`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Final

from equivalents.errors import DataError, Problem
from equivalents.payroll.fields import AMOUNTS, EXACT, HEADINGS, PART, RUN, heading
from equivalents.payroll.linetable import LineTable, csv_bytes
from equivalents.payroll.model import Control, Kind, Level, PayLines
from equivalents.report.neutral import fits_excel, neutral
from equivalents.units import print_fen

__all__ = [
    "MONEY",
    "NUMBER",
    "RowSheet",
    "TEXT",
    "check_rows",
    "control_rows",
    "write_book",
    "write_line_book",
]

TEXT: Final = "@"
MONEY: Final = "#,##0.00"
NUMBER: Final = "#,##0.0000###"
_FONT: Final = {"font_name": "Microsoft YaHei", "font_size": 10}
_MOST: Final = 1_000_000
_WIDE: Final = ("institution", "department", "account_number", "bank", "identity_number")
_EXACT_WIDTH: Final = 20
"""Characters of the longest number that is one: 15 digits, a mark every three, a point; a narrower
column shows ``####`` instead."""
_KINDS: Final[Mapping[str, str]] = {
    Kind.POOL_SHARE: "绩效池",
    Kind.COMPONENT: "构成项",
    Kind.ADJUSTMENT: "补发扣回",
    Kind.YEAR_END: "年终清算",
}


@dataclass(frozen=True, slots=True)
class RowSheet:
    """A sheet: headings, the number format and the width of each column, rows of texts."""

    name: str
    headings: Sequence[str]
    forms: Sequence[str]
    rows: Iterable[Sequence[str]]
    widths: Sequence[int] = ()
    header: bool = True


def write_book(sheets: Sequence[RowSheet], target: Path | BinaryIO) -> None:
    """Write a workbook; the same bytes for the same rows, at any time."""
    import xlsxwriter

    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    book.set_properties({"title": "当量绩效", "created": datetime(2000, 1, 1, tzinfo=UTC)})
    head = book.add_format({**_FONT, "bold": True, "bg_color": "#E8EEF4", "border": 1})
    styles = {
        form: book.add_format({**_FONT, "num_format": form})
        for form in sorted({form for sheet in sheets for form in sheet.forms} | {TEXT})
    }
    for one in sheets:
        sheet = book.add_worksheet(one.name)
        for at, width in enumerate(one.widths or [14] * len(one.headings)):
            sheet.set_column(at, at, width)
        first = int(one.header)
        if one.header:
            for at, text in enumerate(one.headings):
                sheet.write_string(0, at, neutral(text), head)
            sheet.freeze_panes(1, 0)
        used = [(form != TEXT, styles[form]) for form in one.forms]
        for row, values in enumerate(one.rows, first):
            for at, ((is_number, style), value) in enumerate(zip(used, values, strict=True)):
                if is_number and fits_excel(value):
                    sheet.write_number(row, at, Decimal(value), style)
                elif value:
                    sheet.write_string(row, at, neutral(value), styles[TEXT])
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        if one.header:
            sheet.repeat_rows(0)
        sheet.set_footer("&C第 &P 页 共 &N 页")
    book.close()


def check_rows(count: int) -> None:
    """Refuse more lines than a sheet takes (``PAYROLL_XLSX_ROWS``)."""
    if count > _MOST:
        facts = {"most": f"{_MOST:,}"}
        raise DataError([Problem("PAYROLL_XLSX_ROWS", value=f"{count:,}", facts=facts)])


def write_line_book(lines: PayLines, table: LineTable, target: Path | BinaryIO) -> Control:
    """Write the workbook of pay lines (明细) or totals (合计), and the sheet 核对.

    What is the same in every line (run id, versions) stands in 核对 alone.

    Raises:
        DataError: ``PAYROLL_XLSX_ROWS``.
    """
    check_rows(len(table.rows))
    control = table.control(csv_bytes(table), "lines")
    kept = [at for at, name in enumerate(table.columns) if name not in RUN]
    names = [table.columns[at] for at in kept]
    kind = names.index("kind") if "kind" in names else -1
    name = "明细" if table.level is Level.DETAIL else "合计"
    rows = ([row[at] for at in kept] for row in table.rows)
    sheets = [
        RowSheet(
            name,
            [*map(heading, names)],
            [*map(_form, names)],
            rows if kind < 0 else (_titled(row, kind) for row in rows),
            [24 if one in _WIDE else _EXACT_WIDTH if one in EXACT else 14 for one in names],
        ),
        RowSheet("核对", ("核对项", "值"), (TEXT, TEXT), control_rows(lines, control), (34, 70)),
    ]
    write_book(sheets, target)
    return control


def _titled(row: list[str], kind: int) -> list[str]:
    row[kind] = _KINDS[row[kind]]
    return row


def _form(name: str) -> str:
    if name in AMOUNTS or name.startswith(PART):
        return MONEY
    return NUMBER if name in EXACT else TEXT


def control_rows(lines: PayLines, control: Control) -> Iterable[tuple[str, str]]:
    """The lines of the sheet 核对: the control total, and by what the figures were made."""
    yield "人数", str(control.people)
    yield "行数", str(control.lines)
    yield "金额合计（元）", print_fen(control.amount_fen)
    yield "各行散列 sha256", control.sha256
    yield "期间", lines.period
    yield "税款所属期", lines.tax_month
    yield "所得项目", lines.income_type
    for name, value in zip(RUN, (lines.run_id, *lines.versions), strict=True):
        yield HEADINGS[name], value
