"""Bytes to text without guessing in silence: UTF-8 (with or without BOM), else GB18030.

A file is pure ASCII, or strictly valid UTF-8, or strictly valid GB18030; anything else is refused
with the place of the first bad byte. UTF-16 and binary files are recognised and named.
"""

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.errors import DataError, Place, Problem

__all__ = ["BOM", "RANGE", "TextFile", "find_encoding", "look_at"]

BOM: Final = codecs.BOM_UTF8
_BLOCK: Final = 1 << 22
_RETURN: Final = ord("\r")
_FEED: Final = ord("\n")
_ASCII: Final = 0x7F
RANGE: Final = 1 << 24
"""How far apart the cuts of a text file are, at least."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """What one reading of a text file showed.

    Its encoding, how many quote marks it holds, whether any line ends with a lone ``\\r``, and
    ``cuts``: places after a line end, some megabytes apart, with the number of lines before each.
    """

    encoding: str
    quotes: int
    lone_returns: bool
    cuts: tuple[tuple[int, int], ...] = ()


def find_encoding(path: Path, name: str) -> str:
    """``utf-8`` or ``gb18030``; see :func:`look_at`."""
    return look_at(path, name).encoding


def look_at(path: Path, name: str) -> TextFile:
    """Prove the encoding by decoding the whole file, and count its quote marks.

    Raises:
        DataError: ``FILE_EMPTY`` or ``FILE_ENCODING`` with what was seen.
    """
    with path.open("rb") as file:
        head = file.read(4)
        if not head.strip(BOM + b"\r\n\t ,"):
            rest = file.read(_BLOCK)
            if not rest.strip(b"\r\n\t ,"):
                raise DataError([Problem("FILE_EMPTY", Place(name))])
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _refuse(name, "UTF-16")
    if head.startswith(b"PK\x03\x04"):
        raise _refuse(name, "ZIP / xlsx")
    faults = []
    for encoding in ("utf-8", "gb18030"):
        marks = _Marks()
        fault = _decode(path, encoding, marks)
        if not fault:
            return TextFile(encoding, marks.quotes, marks.returns != marks.pairs, tuple(marks.cuts))
        faults.append(f"{encoding}: {fault}")
    raise _refuse(name, "; ".join(faults))


def _refuse(name: str, detail: str) -> DataError:
    return DataError([Problem("FILE_ENCODING", Place(name), facts={"detail": detail})])


@dataclass(slots=True)
class _Marks:
    """Counts quote marks and line ends; neither is ever part of another character."""

    quotes: int = 0
    returns: int = 0
    pairs: int = 0
    last: int = 0
    done: int = 0
    lines: int = 0
    cuts: list[tuple[int, int]] = field(default_factory=list)

    def count(self, block: npt.NDArray[np.uint8], raw: bytearray) -> None:
        """Count a block; ``raw`` is the buffer that it is the beginning of."""
        size = block.size
        self.quotes += raw.count(b'"', 0, size)
        if raw.find(b"\r", 0, size) >= 0:
            returned = block == _RETURN
            self.returns += int(np.count_nonzero(returned))
            self.pairs += int(np.count_nonzero(returned[:-1] & (block[1:] == _FEED)))
        self.pairs += self.last == _RETURN and block[0] == _FEED
        self.last = int(block[-1])
        self._cut(raw, size, int(np.count_nonzero(block == _FEED)))

    def _cut(self, raw: bytearray, size: int, ends: int) -> None:
        """Note the last line end of the block when the last cut lies far enough back."""
        since = self.cuts[-1][0] if self.cuts else 0
        if ends and self.done + size - since >= RANGE:
            self.cuts.append((self.done + raw.rindex(b"\n", 0, size) + 1, self.lines + ends))
        self.done += size
        self.lines += ends


def _blocks(file: io.RawIOBase, raw: bytearray) -> Iterator[int]:
    """Fill ``raw`` again and again; yields how much of it to use, up to a line end if it has one.

    Fresh memory for every block would cost more than the look. What follows the line end is
    moved to the front before the next filling.
    """
    kept = 0
    while added := file.readinto(memoryview(raw)[kept:]):
        total = kept + added
        size = raw.rfind(b"\n", 0, total) + 1 or total
        yield size
        kept = total - size
        raw[:kept] = raw[size:total]
    if kept:
        yield kept


def _decode(path: Path, encoding: str, marks: _Marks) -> str:
    """The first fault of decoding a file strictly, or blank."""
    decoder = codecs.getincrementaldecoder(encoding)()
    raw = bytearray(_BLOCK)
    with path.open("rb", buffering=0) as file:
        for size in _blocks(file, raw):
            done = marks.done
            nul = raw.find(b"\0", 0, size)
            if nul >= 0:
                return f"NUL byte at {done + nul}"
            block = np.frombuffer(raw, np.uint8, size)
            marks.count(block, raw)
            pending = decoder.getstate()[0]
            if not pending and _plainly(encoding, block):
                continue
            try:
                decoder.decode(memoryview(raw)[:size])
            except UnicodeDecodeError as error:
                return f"byte {done + error.start - len(pending)}"
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return f"byte {marks.done}"
    return ""


def _plainly(encoding: str, block: npt.NDArray[np.uint8]) -> bool:
    """Whether a block is whole characters of an encoding by a quick test that is never wrong."""
    if int(block.max()) <= _ASCII:
        return True
    if encoding != "utf-8":
        return False
    import pyarrow as pa

    offsets = pa.py_buffer(np.array([0, block.size], np.int32))
    try:
        pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(block)]).validate(
            full=True
        )
    except pa.ArrowInvalid:
        return False
    return True
