"""Bytes to text without guessing in silence: UTF-8 (with or without BOM), else GB18030.

A file is pure ASCII, or strictly valid UTF-8, or strictly valid GB18030; anything else is refused
with the place of the first bad byte. UTF-16 and binary files are recognised and named.
"""

import codecs
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from equivalents.errors import DataError, Place, Problem

__all__ = ["BOM", "RANGE", "TextFile", "find_encoding", "look_at"]

BOM: Final = codecs.BOM_UTF8
_BLOCK: Final = 1 << 22
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
    last: bytes = b""
    done: int = 0
    lines: int = 0
    cuts: list[tuple[int, int]] = field(default_factory=list)

    def count(self, block: bytes) -> None:
        self.quotes += block.count(b'"')
        self.returns += block.count(b"\r")
        if self.returns:
            self.pairs += block.count(b"\r\n") + (self.last == b"\r" and block[:1] == b"\n")
        self.last = block[-1:]
        self._cut(block)

    def _cut(self, block: bytes) -> None:
        """Note the last line end of the block when the last cut lies far enough back."""
        ends = block.count(b"\n")
        since = self.cuts[-1][0] if self.cuts else 0
        if ends and self.done + len(block) - since >= RANGE:
            end = block.rindex(b"\n") + 1
            self.cuts.append((self.done + end, self.lines + ends))
        self.done += len(block)
        self.lines += ends


def _decode(path: Path, encoding: str, marks: _Marks) -> str:
    """The first fault of decoding a file strictly, or blank. Pure ASCII is not decoded."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if b"\0" in block:
                return f"NUL byte at {done + block.index(0)}"
            marks.count(block)
            try:
                if decoder.getstate()[0] or not block.isascii():
                    decoder.decode(block)
            except UnicodeDecodeError as error:
                return f"byte {done + error.start}"
            done += len(block)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return f"byte {done}"
    return ""
