"""A workbook in our style: titled sheets, frozen headings, exact numbers, sums that Excel adds.

Every number is written from its exact decimal text; where a value has more digits than Excel
keeps (15) it is written as text, so that nothing is shown that is not so. Texts are neutralised
(:mod:`equivalents.report.neutral`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from equivalents.report.neutral import fits_excel, neutral

__all__ = ["Book", "ROWS_SHOWN", "SheetColumn"]

ROWS_SHOWN: Final = 20_000
"""Details that a sheet lists, as rejected rows; nobody reads more, and the CSV has them all."""
_ROWS_A_SHEET: Final = 1_000_000
_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:/[0-9]+)?", re.ASCII)
"""What stands as text in a column of numbers: too many digits, or a fraction."""
_TITLE_HEIGHT: Final = 22  # points: rows of blocks do not grow by themselves in every program


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet: heading, width, number format (blank: text), and if it is summed."""

    heading: str
    width: int
    form: str = ""
    total: bool = False


class Book:
    """A workbook with our styles; sheets are written row by row."""

    def __init__(self, path: Path) -> None:
        # In memory, and with a fixed date: the same bytes at any time and in any time zone.
        self._book = xlsxwriter.Workbook(path, {"in_memory": True})
        self._book.set_properties(
            {"title": "当量绩效核算结果", "created": datetime(2000, 1, 1, tzinfo=UTC)}
        )
        font = {"font_name": "Microsoft YaHei", "font_size": 10}
        self._title = self._book.add_format({**font, "bold": True, "font_size": 14})
        self._note = self._book.add_format({**font, "font_color": "#666666"})
        self._head = self._book.add_format(
            {
                **font,
                "bold": True,
                "bg_color": "#E8EEF4",
                "border": 1,
                "text_wrap": True,
                "valign": "vcenter",
            }
        )
        self._font = font
        self._formats: dict[tuple[str, bool], Any] = {}

    def _format(self, form: str, bold: bool) -> Any:
        key = (form, bold)
        if key not in self._formats:
            style: dict[str, Any] = {**self._font, "border": 1, "border_color": "#CCCCCC"}
            style |= {"num_format": form} if form else {}
            style |= {"bold": True, "bg_color": "#F5F5F5"} if bold else {}
            self._formats[key] = self._book.add_format(style)
        return self._formats[key]

    def sheet(
        self, name: str, note: str, columns: Sequence[SheetColumn], rows: Iterable[Sequence[str]]
    ) -> None:
        """One sheet: title, note, headings on row 3, rows, and a line of sums (合计)."""
        sheet = self._book.add_worksheet(name)
        sheet.write_string(0, 0, name, self._title)
        sheet.write_string(1, 0, neutral(note), self._note)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(2, at, neutral(column.heading), self._head)
        last, styles = 2, self._styles(columns)
        sums = {at: Decimal(0) for at, column in enumerate(columns) if column.total}
        for last, row in enumerate(rows, 3):
            if last > _ROWS_A_SHEET:
                cut = f"{note}（仅列前 {_ROWS_A_SHEET:,} 行，全部见 CSV）"
                sheet.write_string(1, 0, neutral(cut), self._note)
                break
            _write_row(sheet, last, styles, row)
            for at in sums:
                sums[at] += Decimal(row[at])
        sheet.freeze_panes(3, 0)
        if last > 2:
            sheet.autofilter(2, 0, last, len(columns) - 1)
            self._totals(sheet, last + 1, columns, sums)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)

    def blocks(
        self,
        name: str,
        note: str,
        columns: Sequence[SheetColumn],
        blocks: Iterable[tuple[str, Sequence[Sequence[str]]]],
    ) -> None:
        """One sheet of blocks, each with a title, its rows and a line of sums, a page a block."""
        sheet = self._book.add_worksheet(name)
        sheet.write_string(0, 0, name, self._title)
        sheet.write_string(1, 0, neutral(note), self._note)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(2, at, neutral(column.heading), self._head)
        at, breaks, styles = 3, [], self._styles(columns)
        for title, rows in blocks:
            if at > 3:
                breaks.append(at)
            sheet.set_row(at, _TITLE_HEIGHT)
            sheet.write_string(at, 0, neutral(title), self._title)
            for place, row in enumerate(rows, at + 1):
                _write_row(sheet, place, styles, row)
            last = at + len(rows)
            self._sums(sheet, at + 1, last, columns, rows)
            at = last + 2
        sheet.set_h_pagebreaks(breaks)
        sheet.freeze_panes(3, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)

    def _sums(
        self,
        sheet: Any,
        first: int,
        last: int,
        columns: Sequence[SheetColumn],
        rows: Sequence[Sequence[str]],
    ) -> None:
        """The sums of a block below it, as formulas with our exact sum."""
        sheet.write_string(last + 1, 0, "合计", self._format("", True))
        for place, column in enumerate(columns):
            if not column.total:
                continue
            total = str(sum((Decimal(row[place] or 0) for row in rows), Decimal(0)))
            letter = xl_col_to_name(place)
            stored = Decimal(total) if fits_excel(total) else total
            style = self._format(column.form, True)
            formula = f"=SUM({letter}{first + 1}:{letter}{last + 1})"
            sheet.write_formula(last + 1, place, formula, style, stored)

    def _styles(
        self, columns: Sequence[SheetColumn]
    ) -> Sequence[tuple[Any, Any | None, Any | None]]:
        """Of each column the style of its texts, of its numbers, and of its whole numbers."""
        return [
            (
                self._format(one.form, False),
                self._format(one.form, False) if one.form else None,
                self._format(_whole(one.form), False) if one.form else None,
            )
            for one in columns
        ]

    def _totals(
        self, sheet: Any, at: int, columns: Sequence[SheetColumn], sums: dict[int, Decimal]
    ) -> None:
        """Sums as formulas that follow the filter, with our exact sum for viewers without one."""
        if not sums:
            return
        sheet.write_string(at, 0, "合计", self._format("", True))
        for place, total in sums.items():
            letter = xl_col_to_name(place)
            formula = f"=SUBTOTAL(109,{letter}4:{letter}{at})"
            style = self._format(columns[place].form, True)
            # A text as the stored value would make a viewer that does not calculate show a text.
            stored = total if fits_excel(str(total)) else str(total)
            sheet.write_formula(at, place, formula, style, stored)

    def close(self) -> None:
        """Write the file."""
        self._book.close()


def _whole(form: str) -> str:
    """The format of whole numbers of a column.

    Excel shows a bare point where all decimals of a format are optional and a number has none.
    """
    whole, point, decimals = form.partition(".")
    return whole if point and not decimals.strip("#") else form


def _write_row(
    sheet: Any, at: int, styles: Sequence[tuple[Any, Any, Any]], row: Sequence[str]
) -> None:
    for place, ((style, numbers, whole), value) in enumerate(zip(styles, row, strict=True)):
        if not value:
            sheet.write_blank(at, place, None, style)
        elif numbers and fits_excel(value):
            bare = not value.partition(".")[2].strip("0")
            sheet.write_number(at, place, Decimal(value), whole if bare else numbers)
        elif numbers and _NUMBER.fullmatch(value):
            sheet.write_string(at, place, value, style)
        else:
            sheet.write_string(at, place, neutral(value), style)
