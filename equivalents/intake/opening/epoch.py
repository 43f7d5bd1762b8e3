"""From which day a workbook counts its serial numbers: 1900, or 1904 as old Macintoshes did."""

import re
import struct
from pathlib import Path
from typing import Final

from equivalents.intake.opening.kinds import Kind
from equivalents.intake.opening.zipdir import ZipFaultError, pieces, read_members

__all__ = ["epoch_1904"]

_SETTING: Final = re.compile(
    rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true|on)[\"']"
)
_LIST: Final = 1 << 25
_XLSB_SETTINGS: Final = 153
_SECTOR: Final = 512
_GLOBALS: Final = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_HEADER: Final = struct.Struct("<2H")
_DATEMODE: Final = 0x22
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


def _of_xls(path: Path) -> bool:
    """The record DATEMODE of the global part, which begins at a sector and lies in one piece."""
    with path.open("rb") as file:
        while sector := file.read(_SECTOR):
            if sector.startswith(_GLOBALS):
                return _date_mode(sector + file.read(_SEEN))
    return False


def _date_mode(records: bytes) -> bool:
    at = 0
    while at + _HEADER.size < len(records):
        number, length = _HEADER.unpack_from(records, at)
        at += _HEADER.size
        if number == _DATEMODE:
            return records[at : at + 2] == b"\x01\x00"
        if number == _LAST:
            return False
        at += length
    return False
