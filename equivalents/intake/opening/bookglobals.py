"""What a workbook says of itself as a whole: from which day it counts, whether it is encrypted.

Serial numbers of days count from 1900, or from 1904 as old Macintoshes did. An old xls may be
garbled by a password in a way that its parser does not notice.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from equivalents.intake.opening.binaryrecords import xls_records, xlsb_records
from equivalents.intake.opening.compound import CompoundError, beginning, streams_of
from equivalents.intake.opening.kinds import Kind
from equivalents.intake.opening.zipdir import ZipFaultError, pieces, read_members

__all__ = ["epoch_1904", "has_password"]

_SETTING: Final = re.compile(
    rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true|on)[\"']"
)
_LIST: Final = 1 << 25
_XLSB_SETTINGS: Final = 153
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
    for number, data in xlsb_records(part):
        if number == _XLSB_SETTINGS:
            return bool(data[:1]) and bool(data[0] & 1)
    return False


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
    for _, number, data in xls_records(records):
        if number == _LAST:
            return
        yield number, data
