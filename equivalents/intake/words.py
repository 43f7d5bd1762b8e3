"""Short texts as machine words: a column of ids becomes codes with a few vectorised steps.

The idea: a text of up to eight bytes is one 64-bit integer, a longer one several. A table of the
texts met so far, in open addressing, then gives the code of each record's text by multiplying,
shifting and one comparison of whole integers, so an equal hash never passes for an equal text.
New texts are added as they come; what was worked out about the others is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from equivalents.intake.columns import Distinct, TextColumn
from equivalents.intake.plaintexts import understood
from equivalents.policy.posts import Codes
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BYTES", "MOST_WORDS", "WordTable", "Words"]

Words = npt.NDArray[np.uint64]
"""Eight bytes of the text of each record, the first in the lowest; zero where the text has ended.

No text has a zero byte, so the words tell where it ends.
"""

BYTES: Final = 8
MOST_WORDS: Final = 4
"""Longer texts are not worth it."""
_MOST: Final = 1 << 17
"""Distinct texts of a column that are kept; with more, each block is looked at by itself."""
_LEAST: Final = 10
"""The smallest table has two to this power of slots."""
_SPARSE: Final = 4
"""Slots for each text, at least: nearly every text then stands in the slot it is looked for."""
_EMPTY: Final = np.uint64(2**64 - 1)
"""The first word of an empty slot: a byte that no encoding of ours has."""
_FACTORS: Final = tuple(
    np.uint64(factor)
    for factor in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F)
)
"""Odd, one for each word: the upper bits of the sum of the products are the slot."""


@dataclass(frozen=True, slots=True)
class _Slots:
    """A table that is never changed: words and code by slot, ``2 ** bits`` of them."""

    bits: int
    words: tuple[Words, ...]
    code: Codes
    distinct: Distinct

    @classmethod
    def empty(cls, bits: int, width: int, distinct: Distinct) -> "_Slots":
        """A table without texts, for texts of ``width`` words."""
        size = 1 << bits
        others = (np.zeros(size, np.uint64) for _ in range(1, width))
        return cls(bits, (np.full(size, _EMPTY), *others), np.full(size, -1, np.int32), distinct)

    def with_more(self, words: Sequence[Words], first: int, distinct: Distinct) -> "_Slots":
        """The same and some different texts that are not here, whose codes count from ``first``."""
        table, code = tuple(word.copy() for word in self.words), self.code.copy()
        codes = np.arange(first, first + words[0].size, dtype=np.int32)
        left, slot = np.arange(codes.size), _slots(words, self.bits)
        while left.size:
            free = code[slot] < 0
            # Of several that want one slot any gets it; the others go on with the next.
            code[slot[free]] = codes[left[free]]
            mine = code[slot] == codes[left]
            for column, word in zip(table, words, strict=True):
                column[slot[mine]] = word[left[mine]]
            left, slot = left[~mine], (slot[~mine] + 1) & (code.size - 1)
        return _Slots(self.bits, table, code, distinct)

    def find(self, words: Sequence[Words]) -> tuple[Codes, Int64]:
        """The code of each text, and the positions of those that are not here."""
        slot = _slots(words, self.bits)
        codes = self.code.take(slot)
        left = np.flatnonzero(self._differ(words, slot))
        new = [left[:0]]
        slot = slot[left]
        while left.size:
            filled = codes[left] >= 0
            new.append(left[~filled])
            left, slot = left[filled], (slot[filled] + 1) & (self.code.size - 1)
            codes[left] = self.code[slot]
            differ = self._differ([word[left] for word in words], slot)
            left, slot = left[differ], slot[differ]
        return codes, np.concatenate(new)

    def _differ(self, words: Sequence[Words], slot: Int64) -> npt.NDArray[np.bool_]:
        differ: npt.NDArray[np.bool_] = self.words[0].take(slot) != words[0]
        for at, column in enumerate(self.words[1:], 1):
            differ |= column.take(slot) != (words[at] if at < len(words) else np.uint64(0))
        return differ


def _slots(words: Sequence[Words], bits: int) -> Int64:
    """Where each text is looked for first. A word of zeros changes nothing."""
    product = words[0] * _FACTORS[0]
    for word, factor in zip(words[1:], _FACTORS[1:], strict=False):
        product += word * factor
    product >>= np.uint64(64 - bits)
    return product.view(np.int64)


class WordTable:
    """The texts of one column met so far, in any thread."""

    def __init__(self, name: str = "") -> None:
        """``name`` is that of the column of records, of which its texts are understood."""
        nothing = Distinct(_texts([np.zeros(0, np.uint64)]))
        self._name = name
        self._texts: list[Words] = [np.zeros(0, np.uint64)]
        self._slots = _Slots.empty(_LEAST, 1, nothing)
        self._full = False
        self._lock = Lock()

    def column(self, words: Sequence[Words]) -> TextColumn | None:
        """The column of some texts; ``None`` where there are too many different ones."""
        slots = self._slots
        new: Int64 = np.arange(words[0].size)
        codes = np.zeros(new.size, np.int32)
        if len(words) <= len(slots.words):
            codes, new = slots.find(words)
        if not new.size:
            return TextColumn(codes, slots.distinct)
        if self._full:
            return None
        asked = [word[new] for word in words]
        with self._lock:
            self._learn(_unique(asked))
            slots = self._slots
        if len(words) > len(slots.words):
            return None
        found, missing = slots.find(asked)
        if missing.size:
            return None
        codes[new] = found
        return TextColumn(codes, slots.distinct)

    def _learn(self, words: Sequence[Words]) -> None:
        """Add the texts that are not here, of some different ones, unless they are too many."""
        width = max(len(words), len(self._texts))
        words = _widened(words, width)
        self._make_room(width, 0)
        _, new = self._slots.find(words)
        words = [word[new] for word in words]
        first = self._texts[0].size
        if first + new.size > _MOST:
            self._full = True
            return
        self._make_room(width, new.size)
        texts = understood(self._name, _texts(words)) if self._name else _texts(words)
        distinct = self._slots.distinct.grown(texts)
        self._slots = self._slots.with_more(words, first, distinct)
        self._texts = [np.concatenate(pair) for pair in zip(self._texts, words, strict=True)]

    def _make_room(self, width: int, more: int) -> None:
        """Put the texts into a larger table where this one is too narrow or would be too full."""
        slots, size = self._slots, self._texts[0].size
        bits = max(slots.bits, ((size + more) * _SPARSE - 1).bit_length())
        if bits == slots.bits and width == len(self._texts):
            return
        self._texts = _widened(self._texts, width)
        empty = _Slots.empty(bits, width, slots.distinct)
        self._slots = empty.with_more(self._texts, 0, slots.distinct)


def _widened(words: Sequence[Words], width: int) -> list[Words]:
    return [*words, *(np.zeros(words[0].size, np.uint64) for _ in range(len(words), width))]


def _unique(words: Sequence[Words]) -> list[Words]:
    """Each text once, in any order."""
    order = np.lexsort(words)
    new = np.zeros(order.size, bool)
    new[:1] = True
    for word in words:
        sorted_ = word[order]
        new[1:] |= sorted_[1:] != sorted_[:-1]
    return [word[order[new]] for word in words]


def _texts(words: Sequence[Words]) -> "pa.Array":
    """The texts themselves, as UTF-8."""
    import pyarrow as pa

    size = words[0].size
    letters = np.stack(words, axis=1).astype("<u8", copy=False).view(np.uint8)
    letters = letters.reshape(size, len(words) * BYTES)
    written = letters != 0
    ends = np.zeros(size + 1, np.int32)
    np.cumsum(np.count_nonzero(written, axis=1), out=ends[1:])
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(letters[written])]
    return pa.Array.from_buffers(pa.string(), size, buffers)
