"""Cells of binary sheets, xlsb and xls, found without a parser: where they lie, which hold errors.

Both are rows of records, each a number, a length and data; cells begin with their place. Their
parser gives ``#DIV/0!`` as a blank, which would be a value left out in silence.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from equivalents.intake.opening.numberformats import FormatRuns
from equivalents.intake.opening.rectangle import Rectangle

__all__ = ["BinaryScan", "records_of", "text_of", "title_of", "xls_errors"]

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
_HEADER: Final = struct.Struct("<2H")
_PLACE: Final = struct.Struct("<2H")
_BEGIN: Final = 0x809
_TITLE: Final = 0x85
_VALUE: Final = 0x205
_FORMULA: Final = 0x06


def _error(code: int) -> str:
    return _ERRORS.get(code, "#ERROR!")


def records_of(part: bytes) -> Iterator[tuple[int, bytes]]:
    """The whole records of a piece of an xlsb part: number and data."""
    at, end = 0, len(part)
    while (found := _record(part, at, end)) is not None:
        number, start, at = found
        yield number, part[start:at]


def _record(part: bytes, at: int, end: int) -> tuple[int, int, int] | None:
    """The number of the record at a place, where its data begins and ends; none if not whole.

    Number and length are written in bytes of seven bits, the lowest first.
    """
    number = length = 0
    for place in range(2):
        if at >= end:
            return None
        byte = part[at]
        at += 1
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            break
    for place in range(4):
        if at >= end:
            return None
        byte = part[at]
        at += 1
        length |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            break
    return (number, at, at + length) if at + length <= end else None


def text_of(data: bytes, at: int) -> tuple[str, int]:
    """A text with its length in front, and where it ends."""
    length = int.from_bytes(data[at : at + 4], "little")
    end = at + 4 + 2 * length
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


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
        while (found := _record(part, at, end)) is not None:
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
    titles: dict[int, str] = {}
    found: dict[str, dict[tuple[int, int], str]] = {}
    at, title = 0, ""
    while at + _HEADER.size <= len(book):
        number, length = _HEADER.unpack_from(book, at)
        start = at + _HEADER.size
        if number == _BEGIN:
            title = titles.get(at, title)
        elif number == _TITLE:
            data = book[start : start + length]
            titles[int.from_bytes(data[:4], "little")] = title_of(data)
        elif number in (_VALUE, _FORMULA) and start + 14 <= len(book):
            code = _xls_error(number, book, start)
            if code is not None:
                row, column = _PLACE.unpack_from(book, start)
                found.setdefault(title, {})[row + 1, column + 1] = _error(code)
        at = start + length
    return found


def title_of(data: bytes) -> str:
    """The title in the record of a sheet: one or two bytes for each character."""
    length = data[6] if len(data) > 7 else 0
    if length and data[7] & 1:
        return data[8 : 8 + 2 * length].decode("utf-16-le", "replace")
    return data[8 : 8 + length].decode("latin-1")


def _xls_error(number: int, book: bytes, start: int) -> int | None:
    """The code of the error that a cell holds, if it does: a value, or the result of a formula."""
    if number == _VALUE:
        return book[start + 6] if book[start + 7] == 1 else None
    result = book[start + 6 : start + 14]
    return result[2] if result[0] == 2 and result[6:] == b"\xff\xff" else None
