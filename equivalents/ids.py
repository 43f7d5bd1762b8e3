"""Ids that records bring by the million, as small integers: residents, households.

The idea: a text of up to eight bytes is one 64-bit integer, a longer one several. The ids of one
length stand as rows of such words, in the order of arrival, and a table in open addressing leads
from the hash of an id to its row. Asking for many ids at once is a few vectorised steps, which
release the interpreter; an id costs its bytes and some eight bytes of the table instead of a
Python text and its entry in a dictionary. Words are always compared in full, so an equal hash
never passes for an equal id. Like any codebook of values that records bring, nothing that is
written may depend on its codes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.units import Codes, Int64

__all__ = ["IdBook", "Texts"]

_Words = npt.NDArray[np.uint64]
"""Eight bytes of each of some ids of one length."""
_Bytes = npt.NDArray[np.uint8]

_WORD: Final = 8
_LEAST: Final = 10
"""The smallest table has two to this power of slots."""
_SPARSE: Final = 2
"""Slots for each id, at least."""
_FREE: Final = -1
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Texts:
    """Some texts in UTF-8: text ``i`` is ``data[begins[i]:begins[i + 1]]``."""

    data: _Bytes
    begins: Int64

    @classmethod
    def of(cls, text: str) -> "Texts":
        """One text."""
        data = np.frombuffer(text.encode(), np.uint8)
        return cls(data, np.array([0, data.size], np.int64))

    def __len__(self) -> int:
        return self.begins.size - 1

    def by_length(self) -> Iterator[tuple[int, slice | Int64, list[_Words]]]:
        """The texts of each length, which those are, and their words."""
        lengths = np.diff(self.begins)
        different = np.flatnonzero(np.bincount(lengths)).tolist()
        if len(different) == 1:
            letters = self.data[self.begins[0] : self.begins[-1]]
            yield different[0], slice(None), _words(letters.reshape(len(self), different[0]))
            return
        for length in different:
            where = np.flatnonzero(lengths == length)
            at = self.begins[where][:, None] + np.arange(length)
            yield length, where, _words(self.data[at])


def _words(letters: _Bytes) -> list[_Words]:
    """The words of texts that have a row of letters each; the last is filled up with zeros."""
    size, length = letters.shape
    width = max(-(-length // _WORD), 1)
    filled = np.zeros((size, width * _WORD), np.uint8)
    filled[:, :length] = letters
    words = filled.view(np.uint64)
    return [np.ascontiguousarray(words[:, at]) for at in range(width)]


class IdBook:
    """Ids by the codes that they get as they come; grows by :meth:`learn`, from any thread."""

    def __init__(self) -> None:
        self._tables: dict[int, _Table] = {}
        self._lock = Lock()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def find(self, text: str) -> int:
        """The code of an id, or -1."""
        ((length, _, words),) = Texts.of(text).by_length()
        table = self._tables.get(length)
        return _FREE if table is None else int(table.find(words)[0])

    def texts(self, codes: Codes) -> Texts:
        """The ids of some codes that were given, in their order."""
        lengths = np.zeros(codes.size, np.int64)
        found: list[tuple[Int64, _Bytes]] = []
        with self._lock:
            for length, table in self._tables.items():
                where, letters = table.letters(codes, length)
                lengths[where] = length
                found.append((where, letters))
        begins = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        data = np.zeros(int(begins[-1]), np.uint8)
        for where, letters in found:
            data[begins[where][:, None] + np.arange(letters.shape[1])] = letters
        return Texts(data, begins)

    def learn(self, texts: Texts) -> Codes:
        """The codes of some ids, adding those that are new."""
        codes = np.full(len(texts), _FREE, np.int32)
        for length, where, words in texts.by_length():
            codes[where] = self._learn(length, words)
        return codes

    def _learn(self, length: int, words: list[_Words]) -> Codes:
        codes = np.full(words[0].size, _FREE, np.int32)
        table = self._tables.get(length)
        if table is not None:
            codes = table.find(words)
        new = np.flatnonzero(codes < 0)
        if new.size:
            asked = [word[new] for word in words]
            with self._lock:
                table = self._tables.get(length) or _Table.empty(_LEAST, len(words))
                table = table.with_room(new.size)
                codes[new] = table.add(asked, self._size)
                # The tables before their ids: who finds a table must find its ids there.
                self._tables[length] = table
                self._size += new.size
        return codes


@dataclass(slots=True)
class _Table:
    """The ids of one length: ``row[slot]`` is where an id stands, ``code`` and ``words`` by row.

    Slots and rows are filled in place, and never changed once they are filled; who looks at a
    table that another thread fills sees an id or does not.
    """

    bits: int
    row: Codes
    code: Codes
    words: list[_Words]
    filled: int = 0

    @classmethod
    def empty(cls, bits: int, width: int) -> "_Table":
        """A table without ids, for ids of ``width`` words."""
        slots = 1 << bits
        words = [np.empty(slots // _SPARSE, np.uint64) for _ in range(width)]
        return cls(
            bits, np.full(slots, _FREE, np.int32), np.empty(slots // _SPARSE, np.int32), words
        )

    def with_room(self, more: int) -> "_Table":
        """This table, or a larger one with the same ids where some more would be too many."""
        needed = self.filled + more
        bits = max(self.bits, (needed * _SPARSE - 1).bit_length())
        if bits == self.bits:
            return self
        larger = _Table.empty(bits, len(self.words))
        # Only what a slot leads to: a lost row has the id of another one, but not its code.
        rows = np.sort(self.row[self.row >= 0])
        words = [word[rows] for word in self.words]
        larger.add(words, 0)
        larger.code[: rows.size] = self.code[rows]
        return larger

    def find(self, words: list[_Words]) -> Codes:
        """The code of each id, -1 where it is not here."""
        slot = self._slots(words)
        row = self.row.take(slot)
        left = np.flatnonzero((row >= 0) & self._differ(words, row))
        slot = slot[left]
        while left.size:
            slot = (slot + 1) & (self.row.size - 1)
            row[left] = here = self.row.take(slot)
            differ = (here >= 0) & self._differ([word[left] for word in words], here)
            left, slot = left[differ], slot[differ]
        codes = self.code.take(row, mode="clip")
        codes[row < 0] = _FREE
        return codes

    def letters(self, codes: Codes, length: int) -> tuple[Int64, _Bytes]:
        """Which of some codes are here, and a row of ``length`` letters for each of these."""
        # Codes ascend with the rows; one of a lost row was never given to anybody.
        known = self.code[: self.filled]
        row = np.searchsorted(known, codes)
        where = np.flatnonzero(row < known.size)
        where = where[known[row[where]] == codes[where]]
        words = np.stack([word[row[where]] for word in self.words], axis=1)
        return where, words.view(np.uint8).reshape(where.size, _WORD * len(self.words))[:, :length]

    def add(self, words: list[_Words], first: int) -> Codes:
        """Codes from ``first`` for ids that were not here; some may have come meanwhile."""
        size = words[0].size
        rows = slice(self.filled, self.filled + size)
        self.code[rows] = np.arange(first, first + size, dtype=np.int32)
        for mine, word in zip(self.words, words, strict=True):
            mine[rows] = word
        codes = self.code.take(self._enter(words, self.filled))
        self.filled += size
        return codes

    def _enter(self, words: list[_Words], first: int) -> Codes:
        """Lead to the rows from ``first``, which hold some words, or to where an id stands already.

        Returns the row of each of the ids. A row that nothing leads to is lost, and does no harm.
        """
        rows = np.arange(first, first + words[0].size, dtype=np.int32)
        left, slot = np.arange(rows.size), self._slots(words)
        while left.size:
            free = np.flatnonzero(self.row[slot] < 0)
            # Of several that want one slot any gets it, and equal ones share what it leads to. To
            # others a slot is free until that is settled: they must not see a row that is lost.
            claim = _FREE - 1 - rows[left[free]]
            self.row[slot[free]] = claim
            won = free[self.row[slot[free]] == claim]
            self.row[slot[won]] = rows[left[won]]
            found = self.row[slot]
            differ = self._differ([word[left] for word in words], found)
            rows[left[~differ]] = found[~differ]
            left, slot = left[differ], (slot[differ] + 1) & (self.row.size - 1)
        return rows

    def _slots(self, words: list[_Words]) -> Int64:
        """Where each id is looked for first."""
        mixed = words[0] * _FACTOR
        for word in words[1:]:
            mixed ^= mixed >> np.uint64(29)
            mixed += word
            mixed *= _FACTOR
        mixed >>= np.uint64(64 - self.bits)
        return mixed.view(np.int64)

    def _differ(self, words: list[_Words], row: Codes) -> npt.NDArray[np.bool_]:
        differ: npt.NDArray[np.bool_] = self.words[0].take(row, mode="clip") != words[0]
        for mine, word in zip(self.words[1:], words[1:], strict=True):
            differ |= mine.take(row, mode="clip") != word
        return differ
