"""Where the fields of a block of CSV lie, found by vectorised comparison instead of a parser.

Lines without quote marks that have as many fields as there are headings are a grid: their
separators in their order, taken in turn, are the ends of the columns. Nothing is copied and nothing
converted until a column is asked for. Lines with other numbers of fields are taken out beforehand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, overload

import numpy as np

from equivalents.intake.words import BYTES, MOST_WORDS, Words
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Block", "Grid", "Malformed", "MalformedRows", "blocks", "make_grid"]

_COMMA: Final = ord(",")
_FEED: Final = ord("\n")
_RETURN: Final = ord("\r")
_SIZE: Final = 1 << 22
"""Bytes of a block: few enough that what is made of them stays in the cache, and many enough that
threads seldom meet between two steps."""
_PAD: Final = BYTES * MOST_WORDS
"""Bytes behind a block and the fields of a blank line at its end, so that words may reach there."""
_LENGTHS: Final = np.arange(BYTES * MOST_WORDS + 1)
_MASKS: Final = tuple(
    np.array(
        [(1 << 8 * min(max(length - BYTES * at, 0), BYTES)) - 1 for length in _LENGTHS.tolist()],
        np.uint64,
    )
    for at in range(MOST_WORDS)
)
"""For each word, what of it belongs to a text of some length."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some whole lines of a file: ``raw[1 : size]``, behind a line end and before some padding.

    ``start`` and ``stop`` are where they lie in the file. The next block overwrites ``raw``.
    """

    raw: bytearray
    size: int
    start: int
    stop: int


def blocks(path: Path, start: int, stop: int, fields: int) -> Iterator[Block]:
    """A range of a file as blocks of whole lines; a line end that its last line lacks is added.

    ``fields`` is how many there should be in a line.
    A line that is longer than a block, and all that follows, is a block of ``size`` 0: unread.
    """
    # Blocks of like size, with some room for the lines that the one before has left over.
    most = max(stop - start, 1)
    most = most // max(round(most / _SIZE), 1) + (_SIZE >> 8)
    raw = bytearray(1 + most + 1 + fields + _PAD)
    raw[0] = _FEED
    kept = 1
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        while start < stop:
            room = min(1 + most, stop - start + 1)
            added = file.readinto(memoryview(raw)[kept:room])
            total = kept + added
            size = raw.rfind(b"\n", 1, total) + 1
            if total == 1:
                return
            if start + total - 1 == stop or not added:
                # The end of the range; or the file is shorter than it was when looked at.
                size = total + (raw[total - 1] != _FEED)
                raw[size - 1] = _FEED
            elif not size:
                if total <= most:
                    kept = total
                    continue
                yield Block(raw, 0, start, stop)
                return
            after = start + min(size, total) - 1
            yield Block(raw, size, start, after)
            if not added:
                return
            start, kept = after, max(total - size, 0) + 1
            raw[1:kept] = raw[size:total]


class Malformed(NamedTuple):
    """A row whose number of fields differs from the headings."""

    row: int
    found: int
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class MalformedRows(Sequence[Malformed]):
    """Malformed rows by columns ``(n,)``, ascending; one becomes an object when it is looked at.

    The text of each is ``raw[begin : end]``, UTF-8. They hold as long as ``raw`` does.
    """

    row: Int64
    found: Int64
    raw: bytearray
    begin: Int64
    end: Int64

    @classmethod
    def of(cls, rows: Sequence[Malformed]) -> "MalformedRows":
        """The same rows by columns."""
        texts = [one.text.encode() for one in rows]
        ends = np.cumsum(np.array([len(text) for text in texts], np.int64))
        begins = np.concatenate([np.zeros(min(len(rows), 1), np.int64), ends[:-1]])
        row, found = (np.array([one[at] for one in rows], np.int64) for at in range(2))
        return cls(row, found, bytearray(b"".join(texts)), begins, ends)

    def kept(self) -> "MalformedRows":
        """The same with a text of their own, which nobody overwrites."""
        if not self.row.size:
            return self
        first, last = int(self.begin[0]), int(self.end[-1])
        raw = self.raw[first:last]
        return replace(self, raw=raw, begin=self.begin - first, end=self.end - first)

    def texts(self) -> "pa.Array":
        """The text of each row."""
        return _cut(self.raw, self.begin, self.end)

    def __len__(self) -> int:
        return int(self.row.size)

    @overload
    def __getitem__(self, index: int) -> Malformed: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Malformed]: ...
    def __getitem__(self, index: int | slice) -> Malformed | Sequence[Malformed]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        text = self.raw[int(self.begin[index]) : int(self.end[index])].decode()
        return Malformed(int(self.row[index]), int(self.found[index]), text)


_NONE: Final = MalformedRows.of(())


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of ``k`` fields: row numbers ``(n,)``, and for each column where the fields lie.

    ``edges[j]`` ``(n,)`` is the position of the separator before each field of column ``j``, and
    ``edges[j + 1]`` that behind its last byte. ``malformed`` are rows between them with another
    number of fields.
    """

    row: Int64
    raw: bytearray
    edges: Int64
    malformed: MalformedRows = _NONE

    def filled(self) -> "Grid":
        """The rows that are not blank throughout."""
        fields = self.edges.shape[0] - 1
        length = self.edges[-1] - self.edges[0]
        if length.min(initial=fields + 1) > fields:
            return self
        where = np.flatnonzero(length > fields)
        return replace(self, row=self.row[where], edges=self.edges[:, where])

    def lengths(self, at: int) -> Int64:
        """How many bytes each text of a column has."""
        length: Int64 = self.edges[at + 1] - self.edges[at] - 1
        return length

    def words(self, at: int) -> list[Words] | None:
        """The texts of a column as words; ``None`` where one is too long for that."""
        begin, length = self.edges[at], self.lengths(at)
        most = int(length.max(initial=0))
        if most > BYTES * MOST_WORDS:
            return None
        alike = most == int(length.min(initial=most))
        found = []
        for word in range(max(-(-most // BYTES), 1)):
            letters = self._window(1 + BYTES * word)[begin]
            mask = _MASKS[word][most] if alike else _MASKS[word].take(length)
            letters &= mask
            found.append(letters)
        return found

    def _window(self, offset: int) -> Words:
        """The eight bytes from each position on, ``offset`` further along."""
        size = len(self.raw) - offset - BYTES + 1
        return np.ndarray((size,), "<u8", self.raw, offset, (1,))

    def texts(self, at: int) -> "pa.Array":
        """The texts of a column."""
        return _cut(self.raw, self.edges[at] + 1, self.edges[at + 1])


def _cut(raw: bytearray, begin: Int64, end: Int64) -> "pa.Array":
    """The texts ``raw[begin : end]``, which lie one behind the other."""
    import pyarrow as pa

    size = begin.size
    # The texts and what lies between them take turns; then every other one is taken.
    ends = np.empty(2 * size, np.int32)
    ends[0::2] = begin
    ends[1::2] = end
    turns = max(2 * size - 1, 0)
    mixed = pa.Array.from_buffers(pa.string(), turns, [None, pa.py_buffer(ends), pa.py_buffer(raw)])
    fields = np.arange(0, turns, 2)
    return mixed.take(pa.Array.from_buffers(pa.int64(), size, [None, pa.py_buffer(fields)]))


def make_grid(block: Block, fields: int, first_row: int) -> Grid:
    """The rows of a block without quote marks: those that have so many ``fields``, and the others.

    Every ``\\r`` stands before a ``\\n``. ``first_row`` is the number of the first line.
    """
    letters = np.frombuffer(block.raw, np.uint8, block.size)
    ends = letters == _FEED
    lines = int(np.count_nonzero(ends)) - 1
    ends |= letters == _COMMA
    marks = np.flatnonzero(ends)
    returns = block.raw.find(b"\r", 1, block.size) >= 0
    if marks.size != lines * fields + 1 or (letters[marks[fields::fields]] != _FEED).any():
        return _make_patched(block, marks, fields, first_row)
    # A row for each column: of the separators in their order every so-manyth is one column's.
    edges = np.empty((fields + 1, lines), np.int64)
    edges[0] = marks[:-1:fields]
    edges[1:] = marks[1:].reshape(lines, fields).T
    if returns:
        edges[-1] -= letters[edges[-1] - 1] == _RETURN
    return Grid(np.arange(first_row, first_row + lines), block.raw, edges)


def _make_patched(block: Block, marks: Int64, fields: int, first_row: int) -> Grid:
    """The grid of a block where lines are blank or malformed; ``marks`` are its separators."""
    letters = np.frombuffer(block.raw, np.uint8, block.size)
    ends = np.flatnonzero(letters[marks] == _FEED)
    count = np.diff(ends)
    good = count == fields
    begin, end = marks[ends[:-1]], marks[ends[1:]]
    end -= letters[end - 1] == _RETURN
    edges = np.empty((fields + 1, good.size), np.int64)
    edges[0] = begin
    edges[1:, good] = marks[1:][np.repeat(good, count)].reshape(-1, fields).T
    edges[-1, good] = end[good]
    # A blank line is a row of blank fields: of no length, wherever they are said to lie.
    blank = end == begin + 1
    edges[1:, blank] = begin[blank] + np.arange(1, fields + 1)[:, None]
    row = np.arange(first_row, first_row + good.size)
    kept = good | blank
    lost = np.flatnonzero(~kept)
    malformed = MalformedRows(row[lost], count[lost], block.raw, begin[lost] + 1, end[lost])
    return Grid(row[kept], block.raw, edges[:, kept], malformed)
