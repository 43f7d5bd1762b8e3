"""Small binary workbooks written by hand: xls (BIFF8 in a compound file) and xlsb (BIFF12)."""

import struct
from collections.abc import Sequence

from tests.files.make.books import ROWS, xlsx_parts
from tests.files.make.zips import zipped

__all__ = ["BOTH_ERRORS", "compound", "short", "small_compound", "xls", "xlsb"]

BOTH_ERRORS = (
    *ROWS[:2],
    (*ROWS[2][:5], b"\x2a"),
    (*ROWS[3][:5], b"\x07="),
)
"""The good rows with ``#N/A`` as a value and ``#DIV/0!`` as what a formula gave."""

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file (OLE) of streams, each padded to the 4,096 bytes of an ordinary stream."""
    padded = {
        name: data.ljust(max(4096, -(-len(data) // _SECTOR) * _SECTOR), b"\0")
        for name, data in streams.items()
    }
    table = [_FAT, _END]
    body = b""
    entries = [_directory("Root Entry", 5, _END, 0, child=1)]
    for number, (name, data) in enumerate(padded.items(), 1):
        first, count = len(table), len(data) // _SECTOR
        table += [*range(first + 1, first + count), _END]
        after = number + 1 if number < len(padded) else _FREE
        entries.append(_directory(name, 2, first, len(data), after=after))
        body += data
    assert len(table) <= 128
    assert len(entries) <= 4
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9L", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109L", 0, *[_FREE] * 108)
    fat = struct.pack("<128L", *table, *[_FREE] * (128 - len(table)))
    return header + fat + b"".join(entries).ljust(_SECTOR, b"\0") + body


def _directory(
    name: str, kind: int, first: int, size: int, *, child: int = _FREE, after: int = _FREE
) -> bytes:
    written = name.encode("utf-16-le")
    return struct.pack(
        "<64sH2B3L16xL16xLQ",
        written, len(written) + 2, kind, 1, _FREE, after, child, 0, first, size,
    )  # fmt: skip


def _record(number: int, data: bytes = b"") -> bytes:
    return struct.pack("<2H", number, len(data)) + data


def _text(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def xls(
    rows: Sequence[Sequence[object]] = ROWS, *, from_1904: bool = False, before: bytes = b""
) -> bytes:
    """An xls with one sheet; numbers below -1 are the days of a date, negated.

    Bytes are the code of an error: one for a value, two for a formula's.
    """
    texts = sorted({value for row in rows for value in row if isinstance(value, str)})
    bound = struct.pack("<LH", 0, 0) + struct.pack("<BB", 2, 1) + "记录".encode("utf-16-le")
    begin = _record(0x809, struct.pack("<4HLL", 0x600, 5, 0x0DBB, 0x07CC, 0, 6))
    start = begin + before + _record(0x42, struct.pack("<H", 1200))
    start += _record(0x22, struct.pack("<H", from_1904))
    start += b"".join(
        _record(0xE0, struct.pack("<3H", 0, form, 0).ljust(20, b"\0")) for form in (0, 14)
    )
    shared = struct.pack("<2L", len(texts), len(texts)) + b"".join(map(_text, texts))
    rest = _record(0xFC, shared) + _record(0x0A)
    at = len(start) + len(_record(0x85, bound)) + len(rest)
    bound = struct.pack("<L", at) + bound[4:]
    sheet = _record(0x809, struct.pack("<4HLL", 0x600, 0x10, 0x0DBB, 0x07CC, 0, 6))
    width = max(map(len, rows))
    sheet += _record(0x200, struct.pack("<2L3H", 0, len(rows), 0, width, 0))
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            sheet += _xls_cell(row, column, value, texts)
    return compound({"Workbook": start + _record(0x85, bound) + rest + sheet + _record(0x0A)})


def _xls_cell(row: int, column: int, value: object, texts: list[str]) -> bytes:
    if isinstance(value, str):
        return _record(0xFD, struct.pack("<3HL", row, column, 0, texts.index(value)))
    if isinstance(value, bytes) and len(value) == 1:
        return _record(0x205, struct.pack("<3H2B", row, column, 0, value[0], 1))
    if isinstance(value, bytes):
        result = bytes([2, 0, value[0], 0, 0, 0, 0xFF, 0xFF])
        formula = struct.pack("<3H8sHLH", row, column, 0, result, 0, 0, 0)
        return _record(0x06, formula)
    assert isinstance(value, int | float)
    dated = value < -1
    return _record(0x203, struct.pack("<3Hd", row, column, int(dated), abs(value)))


def short(number: int, data: bytes = b"") -> bytes:
    """A record of BIFF12: number and length in bytes of seven bits."""
    return _seven(number) + _seven(len(data)) + data


def _seven(number: int) -> bytes:
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def _wide(text: str) -> bytes:
    return struct.pack("<L", len(text)) + text.encode("utf-16-le")


def xlsb(
    rows: Sequence[Sequence[object]] = ROWS, *, from_1904: bool = False, styles: bytes = b""
) -> bytes:
    """An xlsb with one sheet; bytes as in :func:`xls`."""
    book = short(131) + short(153, struct.pack("<2L", from_1904, 0) + _wide("")) + short(143)
    book += short(156, struct.pack("<2L", 0, 1) + _wide("rId1") + _wide("记录"))
    book += short(144) + short(132)
    sheet = short(129)
    sheet += short(148, struct.pack("<4L", 0, len(rows) - 1, 0, max(map(len, rows)) - 1))
    sheet += short(145)
    for row, values in enumerate(rows):
        sheet += short(0, struct.pack("<2LH3xL", row, 0, 300, 0))
        for column, value in enumerate(values):
            start = struct.pack("<2L", column, 0)
            if isinstance(value, str):
                sheet += short(6, start + _wide(value))
            elif isinstance(value, bytes) and len(value) == 1:
                sheet += short(3, start + value)
            elif isinstance(value, bytes):
                sheet += short(11, start + value[:1] + bytes(10))
            else:
                assert isinstance(value, int | float)
                sheet += short(5, start + struct.pack("<d", value))
    sheet += short(146) + short(130)
    parts = xlsx_parts({"记录": ""})
    for old in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"):
        text = parts.pop(old)
        if old.endswith(".rels"):
            parts["xl/_rels/workbook.bin.rels"] = str(text).replace(".xml", ".bin")
    parts["_rels/.rels"] = str(parts["_rels/.rels"]).replace("workbook.xml", "workbook.bin")
    parts["xl/workbook.bin"] = book
    parts["xl/worksheets/sheet1.bin"] = sheet
    if styles:
        parts["xl/styles.bin"] = styles
    return zipped(parts)


def small_compound(name: str, data: bytes) -> bytes:
    """A compound file of one stream of less than 4,096 bytes: in sectors of 64, in the root's."""
    count = -(-len(data) // 64)
    inside = data.ljust(-(-len(data) // _SECTOR) * _SECTOR, b"\0")
    sectors = len(inside) // _SECTOR
    table = [_FAT, _END, _END, *range(4, 3 + sectors), _END]
    links = [*range(1, count), _END]
    entries = [
        _directory("Root Entry", 5, 3, count * 64, child=1),
        _directory(name, 2, 0, len(data)),
    ]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9L", 0, 1, 1, 0, 4096, 2, 1, _END, 0)
    header += struct.pack("<109L", 0, *[_FREE] * 108)
    fat = struct.pack("<128L", *table, *[_FREE] * (128 - len(table)))
    mini = struct.pack("<128L", *links, *[_FREE] * (128 - len(links)))
    return header + fat + b"".join(entries).ljust(_SECTOR, b"\0") + mini + inside
