"""Records of binary workbooks, xls and xlsb: each a number, a length and data. One walk for all.

Also what their globals say of sheets: the titles by which cells, formats and errors are told.
"""

import codecs
import struct
from collections.abc import Iterator
from typing import Final

__all__ = ["record_at", "text_of", "xls_records", "xls_titles", "xlsb_records"]

_HEADER: Final = struct.Struct("<2H")
_BEGIN: Final = 0x809
_END: Final = 0x0A
_TITLE: Final = 0x85
_CODEPAGE: Final = 0x42
_BIFF8: Final = 0x600
_CODECS: Final = {936: "gb18030", 10000: "mac_roman", 0x8000: "mac_roman", 0x8001: "cp1252"}


def xls_records(book: bytes, at: int = 0) -> Iterator[tuple[int, int, bytes]]:
    """The records of an xls from a place on: place, number and data (short where cut off)."""
    while at + _HEADER.size <= len(book):
        number, length = _HEADER.unpack_from(book, at)
        start = at + _HEADER.size
        yield at, number, book[start : start + length]
        at = start + length


def xls_titles(book: bytes) -> dict[int, str]:
    """The titles of the sheets of an xls by the place where each begins.

    Files of Excel 97 and later have one or two bytes for each character, older ones the bytes of
    a code page, which a record names.
    """
    found: list[bytes] = []
    unicode, codec = True, "cp1252"
    for _, number, data in xls_records(book):
        if number == _BEGIN:
            unicode = int.from_bytes(data[:2], "little") >= _BIFF8
        elif number == _CODEPAGE:
            codec = _codec(int.from_bytes(data[:2], "little"))
        elif number == _TITLE:
            found.append(data)
        elif number == _END:
            break
    titles = (_title(data) if unicode else _old_title(data, codec) for data in found)
    places = (int.from_bytes(data[:4], "little") for data in found)
    return dict(zip(places, titles, strict=True))


def _codec(page: int) -> str:
    name = _CODECS.get(page, f"cp{page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"


def _title(data: bytes) -> str:
    length = data[6] if len(data) > 7 else 0
    if length and data[7] & 1:
        return data[8 : 8 + 2 * length].decode("utf-16-le", "replace")
    return data[8 : 8 + length].decode("latin-1")


def _old_title(data: bytes, codec: str) -> str:
    length = data[6] if len(data) > 6 else 0
    return data[7 : 7 + length].decode(codec, "replace")


def xlsb_records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """The whole records of a piece of an xlsb part: number and data."""
    at, end = 0, len(part)
    while (found := record_at(part, at, end)) is not None:
        number, start, at = found
        yield number, part[start:at]


def record_at(part: bytes, at: int, end: int) -> tuple[int, int, int] | None:
    """The number of the xlsb record at a place, where its data begins and ends; none if not whole.

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
    """A text of an xlsb with its length in front, and where it ends."""
    length = int.from_bytes(data[at : at + 4], "little")
    end = at + 4 + 2 * length
    return data[at + 4 : end].decode("utf-16-le", "replace"), end
