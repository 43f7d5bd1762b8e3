"""Number formats of binary workbooks, xlsb and xls, that show another id than a number's digits.

Which matter, :mod:`~.numberformats` says. A workbook without any costs no more than a look at its
list of formats. Source: issue "Files as they are", point 2: leading zeros are kept.
"""

import struct
from collections.abc import Mapping
from typing import Final

from equivalents.intake.opening.binaryrecords import (
    text_of,
    xls_records,
    xls_titles,
    xlsb_records,
)
from equivalents.intake.opening.numberformats import FormatRuns, matters

__all__ = ["formats_of_bin", "xls_formats"]

_FMT: Final = 44
_XF: Final = 47
_CELL_XFS: Final = (617, 618)
_HEADER: Final = struct.Struct("<2H")
_CELL: Final = struct.Struct("<3H")
_END: Final = 0x0A
_FORMAT: Final = 0x41E
_XLS_XF: Final = 0xE0
_NUMBERS: Final = (0x203, 0x27E, 0x06)
_MANY: Final = 0xBD
"""Several numbers side by side: a row, the first column, six bytes for each, the last column."""


def formats_of_bin(styles: bytes) -> dict[bytes, str]:
    """The formats that matter in the part ``styles.bin``, by what cells call them."""
    codes: dict[int, str] = {}
    found: dict[bytes, str] = {}
    at = -1
    for number, data in xlsb_records(styles):
        if number == _FMT:
            code = text_of(data, 2)[0]
            if matters(code):
                codes[int.from_bytes(data[:2], "little")] = code
        elif number in _CELL_XFS:
            at = 0 if number == _CELL_XFS[0] else -1
        elif number == _XF and at >= 0:
            if code := codes.get(int.from_bytes(data[2:4], "little"), ""):
                found[at.to_bytes(3, "little")] = code
            at += 1
    return found


def xls_formats(book: bytes) -> dict[str, FormatRuns]:
    """Where numbers of formats that matter stand in an xls, by title of the sheet."""
    codes: dict[int, str] = {}
    found: list[str] = []
    for _, number, data in xls_records(book):
        if number == _FORMAT:
            code = _format(data)
            if matters(code):
                codes[int.from_bytes(data[:2], "little")] = code
        elif number == _XLS_XF:
            found.append(codes.get(int.from_bytes(data[2:4], "little"), ""))
        elif number == _END:
            break
    if not any(found):
        return {}
    return {
        title: _runs(book, at, dict(enumerate(found))) for at, title in xls_titles(book).items()
    }


def _format(data: bytes) -> str:
    """The code of a format; old files have one byte for its length and for each character."""
    length = int.from_bytes(data[2:4], "little")
    if len(data) == 5 + 2 * length and data[4] & 1:
        return data[5:].decode("utf-16-le", "replace")
    return data[5 if len(data) == 5 + length else 3 :].decode("latin-1")


def _runs(book: bytes, start: int, styles: Mapping[int, str]) -> FormatRuns:
    """The numbers of the sheet that begins at a place."""
    runs = FormatRuns()
    for _, number, data in xls_records(book, start):
        if number in _NUMBERS and len(data) >= _CELL.size:
            row, column, style = _CELL.unpack_from(data)
            if code := styles.get(style):
                runs.add(row + 1, column + 1, code)
        elif number == _MANY:
            row, first = _HEADER.unpack_from(data)
            for at in range((len(data) - 6) // 6):
                style = int.from_bytes(data[4 + 6 * at : 6 + 6 * at], "little")
                if code := styles.get(style):
                    runs.add(row + 1, first + at + 1, code)
        elif number == _END:
            break
    return runs
