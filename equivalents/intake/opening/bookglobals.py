"""What a workbook says of itself as a whole: from which day it counts, whether it is encrypted.

Serial numbers of days count from 1900, or from 1904 as old Macintoshes did. An old xls may be
garbled by a password in a way that its parser does not notice.
"""

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from equivalents.intake.opening.compound import CompoundError, beginning, streams_of
from equivalents.intake.opening.kinds import Kind
from equivalents.intake.opening.zipdir import ZipFaultError, pieces, read_members

__all__ = ["epoch_1904", "has_password"]

_SETTING: Final = re.compile(
    rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true|on)[\"']"
)
_LIST: Final = 1 << 25
_XLSB_SETTINGS: Final = 153
_HEADER: Final = struct.Struct("<2H")
_DATEMODE: Final = 0x22
_FILEPASS: Final = 0x2F
_LAST: Final = 0x0A
_SEEN: Final = 1 << 16


def epoch_1904(path: Path, kind: Kind) -> bool:
    """Whether serial numbers count from 1904-01-01; what cannot be read counts as no."""
    if kind in (Kind.XLSX, Kind.XLSM):
        return _SETTING.search(_part(path, "xl/workbook.xml")) is not None
    if kind is Kind.XLSB:
        return _of_xlsb(_part(path, "xl/workbook.bin"))
    return kind is Kind.XLS and _of_xls(path)


def _part(path: Path, name: str) -> bytes:
    """The first mebibyte of a part of a workbook, or nothing."""
    try:
        for member in read_members(path, _LIST):
            if member.name == name:
                with path.open("rb") as file:
                    return next(pieces(file, member), b"")
    except ZipFaultError:
        pass
    return b""


def _of_xlsb(part: bytes) -> bool:
    """The first bit of the settings of the workbook, a record with a number and a length."""
    at = 0
    while at < len(part):
        number, at = _varied(part, at, 2)
        length, at = _varied(part, at, 4)
        if number == _XLSB_SETTINGS:
            return bool(part[at : at + 1] and part[at] & 1)
        at += length
    return False


def _varied(part: bytes, at: int, most: int) -> tuple[int, int]:
    """A number in at most so many bytes of seven bits, the lowest first, and where it ends."""
    number = 0
    for place in range(most):
        if at >= len(part):
            break
        byte = part[at]
        at += 1
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            break
    return number, at


def has_password(path: Path, kind: Kind) -> bool:
    """Whether an xls is encrypted or garbled; of other kinds their container says so."""
    return kind is Kind.XLS and any(number == _FILEPASS for number, _ in _xls_records(path))


def _of_xls(path: Path) -> bool:
    """The record DATEMODE near the beginning of the workbook."""
    return any(number == _DATEMODE and data == b"\x01\x00" for number, data in _xls_records(path))


def _xls_records(path: Path) -> Iterator[tuple[int, bytes]]:
    """The first records of the workbook, up to the end of its global part."""
    try:
        streams = streams_of(path)
    except CompoundError:
        return
    book = streams.get("Workbook") or streams.get("Book")
    records = beginning(path, book, _SEEN) if book is not None else b""
    at = 0
    while at + _HEADER.size <= len(records):
        number, length = _HEADER.unpack_from(records, at)
        at += _HEADER.size
        if number == _LAST:
            return
        yield number, records[at : at + length]
        at += length
