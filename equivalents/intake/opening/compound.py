"""Compound files (OLE), in which old workbooks and encrypted new ones lie: are they whole?

The parser of old workbooks takes a file that is cut off between two rows for one that ends there,
and rows would be lost in silence. So the chain of sectors of each stream is followed here first:
it must be as long as the stream says and lie within the file.

Small streams lie in that of the root, in sectors of their own. An old workbook may hold others, as
objects in it, each with a stream ``Workbook`` in a folder of its own; the parser takes the first of
that name, so that one must be the one of the file itself.
"""

import struct
from collections.abc import Sequence
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
_STREAM: Final = 2
_ROOT: Final = 5
_SMALL: Final = 64
"""The size of a sector of small streams."""
_BOOKS: Final = ("Workbook", "Book")
"""The streams that are read; all others are of no account."""


class CompoundError(Exception):
    """A compound file that is not whole; the message is a fact in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}{BOTH}{en}")


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream: where each of its sectors begins in the file, their size, and its length.

    Of small streams only those of a workbook have their sectors looked for.
    """

    starts: tuple[int, ...]
    size: int
    length: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the directory: a stream (kind 2), a folder (1) or the root (5)."""

    name: str
    kind: int
    beside: tuple[int, int]
    child: int
    first: int
    length: int


@dataclass(frozen=True, slots=True)
class _Head:
    """The first sector of the directory; how long a small stream is at most; their table."""

    directory: int
    small_below: int
    small_table: int


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
        layout, head = _layout(file, path.stat().st_size)
        entries = _entries(
            b"".join(
                _sector(file, layout, at) for at in layout.chain(head.directory)[:_MOST_ENTRIES]
            ),
            layout,
        )
        root = next((one for one in entries if one.kind == _ROOT), None)
        inside = _stream(layout, root) if root is not None and root.length else Stream((), 1, 0)
        found: dict[str, Stream] = {}
        for one in (one for one in entries if one.kind == _STREAM and one.name not in found):
            if one.length >= head.small_below or not one.length:
                found[one.name] = _stream(layout, one)
            elif one.name in _BOOKS:
                found[one.name] = _small(file, layout, head, one, inside)
            else:
                found[one.name] = Stream((), 1, one.length)
    _refuse_several(entries)
    return found


def _entries(directory: bytes, layout: _Layout) -> list[_Entry]:
    """The entries of the directory in order; blank ones, too, as others count them."""
    found = []
    for at in range(0, len(directory) - _ENTRY.size + 1, _ENTRY.size):
        name, length, kind, _, *links, first, size = _ENTRY.unpack_from(directory, at)
        if layout.sector == 512:
            size &= _LARGEST
        whole = 2 <= length <= 64
        title = name[: length - 2].decode("utf-16-le", "replace") if whole else ""
        found.append(
            _Entry(title, kind if whole else 0, (links[0], links[1]), links[2], first, size)
        )
    return found


def _refuse_several(entries: Sequence[_Entry]) -> None:
    """Refuse a file of which it is not sure which workbook in it the parser reads.

    Raises:
        CompoundError: of several streams of the name, the first is not the file's own.
    """
    for name in _BOOKS:
        named = [at for at, one in enumerate(entries) if (one.kind, one.name) == (_STREAM, name)]
        if len(named) > 1 and set(named) & _top(entries) != {named[0]}:
            raise CompoundError(
                f"有几个名为 {name} 的数据流", f"several streams in it are called {name}"
            )


def _top(entries: Sequence[_Entry]) -> set[int]:
    """The entries that lie in the root itself, in no folder; they hang together as a tree."""
    seen: set[int] = set()
    ahead = [one.child for one in entries if one.kind == _ROOT][:1]
    while ahead:
        at = ahead.pop()
        if at < len(entries) and at not in seen:
            seen.add(at)
            ahead += entries[at].beside
    return seen


def _stream(layout: _Layout, one: _Entry) -> Stream:
    """A stream in sectors of the file; of none where it is empty."""
    sectors = _whole(layout, one.first, one.length) if one.length else ()
    return Stream(tuple(map(layout.start, sectors)), layout.sector, one.length)


def _small(file: IO[bytes], layout: _Layout, head: _Head, one: _Entry, inside: Stream) -> Stream:
    """A stream in small sectors, which lie in the stream of the root.

    Raises:
        CompoundError: it is not whole.
    """
    table: list[int] = []
    for at in layout.chain(head.small_table) if head.small_table < _LAST else ():
        table += struct.unpack(f"<{layout.sector // 4}L", _sector(file, layout, at))
    chain = _Layout(_SMALL, layout.file_size, tuple(table)).chain(one.first)
    needed = -(-one.length // _SMALL)
    offsets = [at * _SMALL for at in chain[:needed]]
    if len(chain) < needed or max(offsets) + _SMALL > len(inside.starts) * layout.sector:
        raise CompoundError("数据流不完整", "a stream in it is not whole")
    starts = (inside.starts[at // layout.sector] + at % layout.sector for at in offsets)
    return Stream(tuple(starts), _SMALL, one.length)


def beginning(path: Path, stream: Stream, most: int) -> bytes:
    """The first bytes of a stream whose sectors are known."""
    with path.open("rb") as file:
        found = bytearray()
        for start in stream.starts:
            if len(found) >= most:
                break
            file.seek(start)
            found += file.read(stream.size)
    return bytes(found[: min(most, stream.length)])


def _layout(file: IO[bytes], size: int) -> tuple[_Layout, _Head]:
    """The layout, and what else the header says."""
    head = file.read(_HEADER.size)
    if len(head) < _HEADER.size:
        raise CompoundError("文件不完整，可能没有传完", "it is cut off")
    values = _HEADER.unpack(head)
    shift, tables, directory, small_below, small_table, next_list, lists = (
        values[4], values[7], values[8], values[10], values[11], values[13], values[14],
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
    return _Layout(layout.sector, size, tuple(table)), _Head(directory, small_below, small_table)


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
