"""Bytes to text without guessing in silence: UTF-8 (with or without BOM), else GB18030.

A file is pure ASCII, or strictly valid UTF-8, or strictly valid GB18030 that makes sense as
Chinese, or strictly valid in the encoding that its case declares; anything else is refused with
the place of the first bad byte. UTF-16 and binary files are recognised and named.
"""

import codecs
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.encodings import (
    AS_FOUND,
    CODECS,
    Rarity,
    Reading,
    likely_encodings,
)
from equivalents.processors import workers
from equivalents.reasons import BOTH

__all__ = ["BOM", "RANGE", "TextFile", "look_at", "refuse_nonsense"]

BOM: Final = codecs.BOM_UTF8
_BLOCK: Final = 1 << 21
"""Bytes looked at at once: few enough for the processor's cache, many enough for threads."""
_PIECE: Final = 1 << 14
"""Bytes read at once where a line end is looked for."""
_SAMPLE: Final = 1 << 16
"""Bytes that are looked at to name the likely encoding of a file that is neither."""
_QUOTE: Final = ord('"')
_RETURN: Final = ord("\r")
_FEED: Final = ord("\n")
_SPACE: Final = ord(" ")
_ASCII: Final = 0x7F
RANGE: Final = 1 << 24
"""How far apart the cuts of a text file are, at least."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """What one reading of a text file showed.

    Its encoding, how many quote marks it holds, whether any line ends with a lone ``\\r``,
    ``cuts``: places after a line end, some megabytes apart, with the number of lines before each,
    ``controls``: whether it holds control characters other than tabs and line ends; and
    ``scientific``: whether a number may stand in it as Excel shortens long ones, ``1.2E+17``.
    """

    encoding: str
    quotes: int
    lone_returns: bool
    cuts: tuple[tuple[int, int], ...] = ()
    controls: bool = False
    scientific: bool = False


def look_at(path: Path, name: str, reading: Reading = AS_FOUND) -> TextFile:
    """Prove the encoding by decoding the whole file, and count its quote marks.

    A file that is UTF-8 is read so; another one as ``reading`` declares, else as GB18030.

    Raises:
        DataError: ``FILE_EMPTY``, ``FILE_ENCODING`` with what was seen, or
            ``FILE_ENCODING_DOUBT`` where GB18030 would be nonsense.
    """
    with path.open("rb") as file:
        head = file.read(4)
        if not head.strip(BOM + b"\r\n\t ,"):
            rest = file.read(1 << 22)
            if not rest.strip(b"\r\n\t ,"):
                raise DataError([Problem("FILE_EMPTY", Place(name))])
    wide = reading.encoding.startswith("utf-16") and not head.startswith(BOM)
    if wide or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _refuse(name, "UTF-16")
    if head.startswith(b"PK\x03\x04"):
        raise _refuse(name, "ZIP / xlsx")
    edges = _edges(path)
    faults = []
    for encoding in dict.fromkeys(("utf-8", CODECS[reading.encoding or "gb18030"])):
        marks = _look_through(path, encoding, edges)
        if not marks[-1].fault:
            if not reading.encoding:
                seen = Rarity()
                for mark in marks:
                    seen.join(mark.rarity)
                refuse_nonsense(name, seen)
            lines = accumulate(mark.lines for mark in marks[:-1])
            return TextFile(
                encoding,
                sum(mark.quotes for mark in marks),
                any(mark.returns != mark.pairs for mark in marks),
                tuple(zip(edges[1:-1], lines, strict=True)),
                any(mark.controls for mark in marks),
                any(mark.scientific for mark in marks),
            )
        faults.append(f"{encoding}: {marks[-1].fault}")
    raise _refuse(name, _with_likely("; ".join(faults), path))


def refuse_nonsense(name: str, seen: Rarity) -> None:
    """Refuse a file that is GB18030 to the letter, but hardly any Chinese.

    Raises:
        DataError: ``FILE_ENCODING_DOUBT``.
    """
    if seen.in_doubt:
        likely = ", ".join(likely_encodings(seen.sample))
        detail = f"，更像 {likely}{BOTH}, it looks like {likely}" if likely else ""
        facts = {"detail": detail, "allowed": ", ".join(CODECS)}
        raise DataError(
            [Problem("FILE_ENCODING_DOUBT", Place(name), f"{seen.percent} %", facts=facts)]
        )


def _with_likely(detail: str, path: Path) -> str:
    """What is wrong with an encoding, and which ones the beginning of the file looks like."""
    with path.open("rb") as file:
        likely = ", ".join(likely_encodings(file.read(_SAMPLE)))
    if not likely or "NUL" in detail:
        return detail
    return (
        f"{detail}; 像 {likely}，可在 case.yaml 的 reading 中声明{BOTH}{detail}; it looks like "
        f"{likely}, which the key reading of case.yaml can declare"
    )


def _refuse(name: str, detail: str) -> DataError:
    return DataError([Problem("FILE_ENCODING", Place(name), facts={"detail": detail})])


def _edges(path: Path) -> list[int]:
    """The beginning, the end, and between them places behind line ends, ``RANGE`` apart or more."""
    edges = [0]
    with path.open("rb", buffering=0) as file:
        size = file.seek(0, io.SEEK_END)
        while (at := edges[-1] + RANGE - 1) < size:
            file.seek(at)
            while (piece := file.read(_PIECE)) and (end := piece.find(b"\n")) < 0:
                at += len(piece)
            if not piece or at + end + 1 >= size:
                break
            edges.append(at + end + 1)
    return [*edges, size]


@dataclass(slots=True)
class _Marks:
    """Counts quote marks and line ends; neither is ever part of another character.

    ``fault`` is where the encoding is broken, or blank.
    """

    quotes: int = 0
    returns: int = 0
    pairs: int = 0
    last: int = 0
    lines: int = 0
    controls: bool = False
    scientific: bool = False
    scratch: npt.NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))
    """Fresh memory for each block would take longer than to fill it."""
    fault: str = ""
    rarity: Rarity = field(default_factory=Rarity)

    def count(self, block: npt.NDArray[np.uint8], raw: bytearray) -> None:
        """Count a block; ``raw`` is the buffer that it is the beginning of."""
        size = block.size
        if raw.find(b'"', 0, size) >= 0:
            self.quotes += int(np.count_nonzero(block == _QUOTE))
        if self.scratch.size < size:
            self.scratch = np.empty(size, bool)
        scratch = self.scratch[:size]
        low = int(np.count_nonzero(np.less(block, _SPACE, out=scratch)))
        if raw.find(b"\r", 0, size) >= 0:
            returned = block == _RETURN
            count = int(np.count_nonzero(returned))
            low -= count
            self.returns += count
            self.pairs += int(np.count_nonzero(returned[:-1] & (block[1:] == _FEED)))
        self.pairs += self.last == _RETURN and block[0] == _FEED
        self.last = int(block[-1])
        feeds = int(np.count_nonzero(np.equal(block, _FEED, out=scratch)))
        self.lines += feeds
        if low != feeds and low - feeds != raw.count(b"\t", 0, size):
            self.controls = True
        self.controls = self.controls or raw.find(b"\x7f", 0, size) >= 0
        # One byte is found ten times as fast as two, and hardly any file has it.
        if not self.scientific and raw.find(b"+", 0, size) >= 0:
            self.scientific = raw.find(b"E+", 0, size) >= 0 or raw.find(b"e+", 0, size) >= 0


def _look_through(path: Path, encoding: str, edges: list[int]) -> list[_Marks]:
    """The marks of each range of a file, in order; none after one with a fault."""
    look = partial(_look_through_range, path, encoding)
    if len(edges) == 2:
        return [look((edges[0], edges[1]))]
    found = []
    pool = ThreadPoolExecutor(workers())
    try:
        for marks in pool.map(look, pairwise(edges)):
            found.append(marks)
            if marks.fault:
                break
    finally:
        pool.shutdown(cancel_futures=True)
    return found


def _blocks(file: io.RawIOBase, raw: bytearray, left: int) -> Iterator[int]:
    """Fill ``raw`` again and again; yields how much of it to use, up to a line end if it has one.

    Fresh memory for every block would cost more than the look. What follows the line end is
    moved to the front before the next filling. ``left`` is how much is to be read in all.
    """
    kept = 0
    while added := file.readinto(memoryview(raw)[kept : kept + left]):
        left -= added
        total = kept + added
        size = raw.rfind(b"\n", 0, total) + 1 or total
        yield size
        kept = total - size
        raw[:kept] = raw[size:total]
    if kept:
        yield kept


def _look_through_range(path: Path, encoding: str, span: tuple[int, int]) -> _Marks:
    """The marks of one range, with the first fault of decoding it strictly."""
    marks, decoder = _Marks(), codecs.getincrementaldecoder(encoding)()
    done, stop = span
    raw = bytearray(min(_BLOCK, stop - done))
    with path.open("rb", buffering=0) as file:
        file.seek(done)
        for size in _blocks(file, raw, stop - done):
            nul = raw.find(b"\0", 0, size)
            # What comes before a zero byte may be broken too, and then that is the first fault.
            proved = size if nul < 0 else nul
            block = np.frombuffer(raw, np.uint8, proved)
            pending = decoder.getstate()[0]
            if pending or not _plainly(encoding, block):
                try:
                    text = decoder.decode(memoryview(raw)[:proved])
                    if encoding == "gb18030":
                        marks.rarity.add(text)
                except UnicodeDecodeError as error:
                    marks.fault = f"byte {done + error.start - len(pending)}"
                    return marks
            if nul >= 0:
                marks.fault = f"NUL byte at {done + nul}"
                return marks
            marks.count(block, raw)
            done += size
        whole = done == file.seek(0, io.SEEK_END)
    pending = decoder.getstate()[0]
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        # A decoder may wait over a line end for bytes that could not make it right.
        marks.fault = f"byte {done if whole else done - len(pending)}"
    return marks


def _plainly(encoding: str, block: npt.NDArray[np.uint8]) -> bool:
    """Whether a block is whole characters of an encoding by a quick test that is never wrong."""
    if int(block.max(initial=0)) <= _ASCII:
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
