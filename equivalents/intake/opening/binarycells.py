"""Cells of binary sheets, xlsb and xls, found without a parser: where they lie, which hold errors.

Both are rows of records, each a number, a length and data; cells begin with their place. Their
parser gives ``#DIV/0!`` as a blank, which would be a value left out in silence.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from equivalents.intake.opening.binaryrecords import record_at, xls_records, xls_titles
from equivalents.intake.opening.numberformats import FormatRuns
from equivalents.intake.opening.rectangle import Rectangle

__all__ = ["BinaryScan", "xls_errors"]

_ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_ROW: Final = 0
_FIRST_CELL: Final = 2
_LAST_CELL: Final = 11
_CELL_ERROR: Final = 3
_FORMULA_ERROR: Final = 11
_NUMBERS: Final = (2, 5, 9)
_PLACE: Final = struct.Struct("<2H")
_BEGIN: Final = 0x809
_VALUE: Final = 0x205
_FORMULA: Final = 0x06
_LEAST: Final = {_VALUE: 8, _FORMULA: 14}
"""How many bytes such a record has at least."""


def _error(code: int) -> str:
    return _ERRORS.get(code, "#ERROR!")


@dataclass(slots=True)
class BinaryScan:
    """One xlsb sheet, piece by piece; see :class:`sheetcells.CellScan`."""

    styles: Mapping[bytes, str] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formats: FormatRuns = field(default_factory=FormatRuns)
    _left: bytes = b""
    _row: int = 0
    _rows: tuple[int, int] = (0, -1)
    _columns: tuple[int, int] = (0, -1)

    def see(self, piece: bytes) -> None:
        """Look at the next piece."""
        part = self._left + piece
        at, end, row = 0, len(part), self._row
        columns: set[bytes] = set()
        rows: set[int] = set()
        while (found := record_at(part, at, end)) is not None:
            number, start, at = found
            if number == _ROW:
                row = int.from_bytes(part[start : start + 4], "little")
            elif _FIRST_CELL <= number <= _LAST_CELL:
                columns.add(part[start : start + 4])
                rows.add(row)
                if number in (_CELL_ERROR, _FORMULA_ERROR) and at - start > 8:
                    column = int.from_bytes(part[start : start + 4], "little")
                    self.errors[row + 1, column + 1] = _error(part[start + 8])
                elif self.styles and number in _NUMBERS:
                    code = self.styles.get(part[start + 4 : start + 7])
                    if code is not None:
                        column = int.from_bytes(part[start : start + 4], "little")
                        self.formats.add(row + 1, column + 1, code)
        self._left, self._row = part[at:], row
        if rows:
            numbers = [int.from_bytes(one, "little") for one in columns]
            self._rows = _wider(self._rows, min(rows), max(rows))
            self._columns = _wider(self._columns, min(numbers), max(numbers))

    def may_exceed(self, cells: int) -> bool:
        """Whether the rectangle has more than ``cells``."""
        found = self.rectangle(iter(()))
        return found is not None and found.cells > cells

    def rectangle(self, _: Iterator[bytes]) -> Rectangle | None:
        """The rectangle around the cells with content that were seen, or none."""
        if self._rows[1] < 0:
            return None
        return Rectangle(
            self._rows[0] + 1, self._rows[1] + 1, self._columns[0] + 1, self._columns[1] + 1
        )


def _wider(span: tuple[int, int], least: int, most: int) -> tuple[int, int]:
    if span[1] < 0:
        return least, most
    return min(span[0], least), max(span[1], most)


def xls_errors(book: bytes) -> dict[str, dict[tuple[int, int], str]]:
    """Cells with errors of an xls, the bytes of its workbook, by title of the sheet and place."""
    titles = xls_titles(book)
    found: dict[str, dict[tuple[int, int], str]] = {}
    title = ""
    for at, number, data in xls_records(book):
        if number == _BEGIN:
            title = titles.get(at, title)
        elif number in (_VALUE, _FORMULA) and len(data) >= _LEAST[number]:
            code = _xls_error(number, data)
            if code is not None:
                row, column = _PLACE.unpack_from(data)
                found.setdefault(title, {})[row + 1, column + 1] = _error(code)
    return found


def _xls_error(number: int, data: bytes) -> int | None:
    """The code of the error that a cell holds, if it does: a value, or the result of a formula."""
    if number == _VALUE:
        return data[6] if data[7] == 1 else None
    result = data[6:14]
    return result[2] if result[0] == 2 and result[6:] == b"\xff\xff" else None
