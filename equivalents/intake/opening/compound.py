"""Compound files (OLE), in which old workbooks and encrypted new ones lie: are they whole?

The parser of old workbooks takes a file that is cut off between two rows for one that ends there,
and rows would be lost in silence. So the chain of sectors of each stream is followed here first:
it must be as long as the stream says and lie within the file.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from equivalents.reasons import BOTH

__all__ = ["CompoundError", "MAGIC", "Stream", "beginning", "streams_of"]

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER: Final = struct.Struct("<24s5H6x9L109L")
_ENTRY: Final = struct.Struct("<64sH2B3L16xL16xLQ")
_LAST: Final = 0xFFFFFFFA
"""Numbers from here on are no sectors: the end of a chain, free, tables."""
_MOST_TABLES: Final = 1 << 16
_MOST_ENTRIES: Final = 1 << 16
_LARGEST: Final = 0xFFFFFFFF


class CompoundError(Exception):
    """A compound file that is not whole; the message is a fact in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}{BOTH}{en}")


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream: its sectors in order (of a small stream none are known) and its length."""

    sectors: tuple[int, ...]
    length: int


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the header says: the size of a sector, of the file, and the table of chains."""

    sector: int
    file_size: int
    table: tuple[int, ...]

    def start(self, sector: int) -> int:
        """Where a sector begins in the file; the header takes the room of one."""
        return (sector + 1) * self.sector

    def chain(self, first: int) -> tuple[int, ...]:
        """The sectors of a chain in order.

        Raises:
            CompoundError: it leaves the table or comes back on itself.
        """
        found: list[int] = []
        at = first
        while at < _LAST:
            if at >= len(self.table) or len(found) > len(self.table):
                raise CompoundError("扇区链损坏", "a chain of its sectors is damaged")
            found.append(at)
            at = self.table[at]
        return tuple(found)


def streams_of(path: Path) -> dict[str, Stream]:
    """All streams by name; each is whole.

    Raises:
        CompoundError: the file is cut off or damaged.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        layout, first_of_directory, small_below = _layout(file, size)
        entries = b"".join(
            _sector(file, layout, at) for at in layout.chain(first_of_directory)[:_MOST_ENTRIES]
        )
    found = {}
    for at in range(0, len(entries) - _ENTRY.size + 1, _ENTRY.size):
        name, length, kind, *_, first, bytes_long = _ENTRY.unpack_from(entries, at)
        if kind not in (2, 5) or not 2 <= length <= 64:
            continue
        if layout.sector == 512:
            bytes_long &= _LARGEST
        title = name[: length - 2].decode("utf-16-le", "replace")
        # Small streams lie in that of the root, which is checked like any other.
        small = kind == 2 and bytes_long < small_below
        sectors = () if small or not bytes_long else _whole(layout, first, bytes_long)
        if kind == 2:
            found[title] = Stream(sectors, bytes_long)
    return found


def beginning(path: Path, stream: Stream, most: int) -> bytes:
    """The first bytes of a stream that is not small."""
    with path.open("rb") as file:
        sector = 1 << struct.unpack_from("<H", file.read(32), 30)[0]
        found = bytearray()
        for at in stream.sectors:
            if len(found) >= most:
                break
            file.seek((at + 1) * sector)
            found += file.read(sector)
    return bytes(found[: min(most, stream.length)])


def _layout(file: IO[bytes], size: int) -> tuple[_Layout, int, int]:
    """The layout, the first sector of the directory, and how long a small stream is at most."""
    head = file.read(_HEADER.size)
    if len(head) < _HEADER.size:
        raise CompoundError("文件不完整，可能没有传完", "it is cut off")
    values = _HEADER.unpack(head)
    shift, tables, directory, small_below, next_list, lists = (
        values[4], values[7], values[8], values[10], values[13], values[14],
    )  # fmt: skip
    if shift not in (9, 12) or tables > _MOST_TABLES or lists > _MOST_TABLES:
        raise CompoundError("文件头损坏", "its header is damaged")
    layout = _Layout(1 << shift, size, ())
    listed = [one for one in values[15:] if one < _LAST]
    seen = 0
    while next_list < _LAST and seen < lists:
        more = struct.unpack(f"<{layout.sector // 4}L", _sector(file, layout, next_list))
        listed += [one for one in more[:-1] if one < _LAST]
        next_list = more[-1]
        seen += 1
    table: list[int] = []
    for at in listed[:tables]:
        table += struct.unpack(f"<{layout.sector // 4}L", _sector(file, layout, at))
    return _Layout(layout.sector, size, tuple(table)), directory, small_below


def _sector(file: IO[bytes], layout: _Layout, at: int) -> bytes:
    """One whole sector."""
    file.seek(layout.start(at))
    found = file.read(layout.sector)
    if len(found) < layout.sector:
        raise CompoundError("文件不完整，可能没有传完", "it is cut off")
    return found


def _whole(layout: _Layout, first: int, length: int) -> tuple[int, ...]:
    """The sectors of a stream, as many as it needs, each within the file."""
    sectors = layout.chain(first)
    needed = -(-length // layout.sector)
    if len(sectors) < needed:
        raise CompoundError("数据流不完整", "a stream in it is not whole")
    # Of the last sector only what is used must be there.
    last = length - (needed - 1) * layout.sector
    ends = [layout.start(at) + layout.sector for at in sectors[: needed - 1]]
    ends.append(layout.start(sectors[needed - 1]) + last)
    if max(ends) > layout.file_size:
        raise CompoundError("文件不完整，可能没有传完", "it is cut off")
    return sectors[:needed]
