"""Sheets that are printed and signed: A4, one page wide, page numbers, our styles."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Final

from equivalents.report.neutral import fits_excel, neutral
from equivalents.units import print_fen

__all__ = ["PrintBook", "sheet_name"]

_FONT: Final = {"font_name": "SimSun", "font_size": 11, "valign": "vcenter"}
_BOX: Final = {**_FONT, "border": 1}
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "title": {**_FONT, "bold": True, "font_size": 18, "align": "center"},
    "note": {**_FONT, "shrink": True},
    "right": {**_FONT, "align": "right"},
    "head": {**_BOX, "bold": True, "align": "center", "text_wrap": True},
    "text": {**_BOX, "num_format": "@", "shrink": True},
    "middle": {**_BOX, "align": "center"},
    "count": {**_BOX, "num_format": "#,##0", "align": "right"},
    "money": {**_BOX, "num_format": "#,##0.00", "align": "right"},
    "sum": {**_BOX, "bold": True},
    "sum_count": {**_BOX, "bold": True, "num_format": "#,##0", "align": "right"},
    "sum_money": {**_BOX, "bold": True, "num_format": "#,##0.00", "align": "right"},
    "words": {**_BOX, "bold": True, "text_wrap": True},
    "sign": {**_FONT, "bottom": 1},
}
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_LONGEST_NAME: Final = 31


def sheet_name(number: int, *parts: str) -> str:
    """The name of a sheet: a number that makes it the only one, and what it is of."""
    told = " ".join(_FORBIDDEN.sub("", part) for part in parts if part)
    return f"{number:03d} {told}".strip()[:_LONGEST_NAME]


class PrintBook:
    """A workbook of sheets to be printed; cells are written with styles by name."""

    def __init__(self, target: Path | BinaryIO, title: str) -> None:
        import xlsxwriter

        self._book = xlsxwriter.Workbook(target, {"in_memory": True})
        self._book.set_properties({"title": title, "created": datetime(2000, 1, 1, tzinfo=UTC)})
        self._styles = {name: self._book.add_format(style) for name, style in _STYLES.items()}

    def sheet(self, name: str, widths: tuple[int, ...], heads: int, footer: str) -> Any:
        """A sheet for A4 upright, one page wide, whose first rows stand on every page."""
        sheet = self._book.add_worksheet(name)
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        sheet.set_paper(9)
        sheet.set_portrait()
        sheet.fit_to_pages(1, 0)
        sheet.center_horizontally()
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.8)
        if heads:
            sheet.repeat_rows(0, heads - 1)
        sheet.set_footer(f"&L{footer.replace('&', '&&')[:100]}&R第 &P 页 共 &N 页")
        return sheet

    def text(self, sheet: Any, row: int, column: int, text: str, style: str = "text") -> None:
        """A text cell; a blank one keeps its box."""
        if text:
            sheet.write_string(row, column, neutral(text), self._styles[style])
        else:
            sheet.write_blank(row, column, None, self._styles[style])

    def number(self, sheet: Any, row: int, column: int, value: int, style: str) -> None:
        """A count."""
        sheet.write_number(row, column, value, self._styles[style])

    def money(self, sheet: Any, row: int, column: int, fen: int, style: str = "money") -> None:
        """An amount, exactly; as text where Excel would not keep its last digit."""
        text = print_fen(fen)
        if fits_excel(text):
            sheet.write_number(row, column, Decimal(text), self._styles[style])
        else:
            sheet.write_string(row, column, text, self._styles[style])

    def across(
        self, sheet: Any, row: int, first: int, last: int, text: str, style: str = "text"
    ) -> None:
        """A text over several columns of a row."""
        sheet.merge_range(row, first, row, last, neutral(text), self._styles[style])

    def close(self) -> None:
        """Write the file."""
        self._book.close()
