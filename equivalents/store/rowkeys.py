"""Keys of records: what a row says as 128 bits, and which of the rows that say the same it is.

Each distinct text of a column is hashed once (BLAKE2b over the name of the column and the text);
a row is the wrapping sum of its columns, lane by lane, so that a blank column weighs nothing and a
column that comes later changes no key of before. The key of a row is that sum mixed with its
*occurrence*: the first, second, third row of the file that says the same. So a row that stands in
two exports has one key in both, and rows that stand twice in one file have two. Ids of residents
are hashed as pseudonyms; where a row stood (file, number) is not hashed.
Source: issue 7, "Import"; definition 5.8 (equal rows without an id are all kept).
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.units import Int64

__all__ = [
    "KeySet",
    "Lanes",
    "Mask",
    "Words",
    "keys_of",
    "number_lanes",
    "occurrences",
    "text_lanes",
]

Words = npt.NDArray[np.uint64]
Lanes = tuple[Words, Words]
"""Two columns of 64 bits: the hash, or the key, of each row."""
Mask = npt.NDArray[np.bool_]

_MIX: Final = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
_FINISH: Final = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def text_lanes(column: str, texts: Sequence[str]) -> Lanes:
    """The two lanes of each text of a column; a blank is 0 in both."""
    base = blake2b(digest_size=16, person=column.encode()[:16])

    def one(text: str) -> bytes:
        if not text:
            return bytes(16)
        hashed = base.copy()
        hashed.update(text.encode())
        return hashed.digest()

    words = np.frombuffer(b"".join(map(one, texts)), "<u8").reshape(-1, 2)
    return words[:, 0].copy(), words[:, 1].copy()


def number_lanes(column: str, values: Int64, blank: int) -> Lanes:
    """The same of whole numbers; ``blank`` stands for none."""
    distinct, index = np.unique(values, return_inverse=True)
    texts = ["" if value == blank else str(value) for value in distinct.tolist()]
    first, second = text_lanes(column, texts)
    return first[index], second[index]


def occurrences(lanes: Lanes) -> Int64:
    """Of each row: how many rows before it, and itself, say the same."""
    size = lanes[0].size
    order = np.lexsort((lanes[1], lanes[0]))  # stable: equal rows keep their order
    first, second = (lane[order] for lane in lanes)
    new = np.ones(size, bool)
    new[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    starts = np.flatnonzero(new)
    nth = np.arange(size) - np.repeat(starts, np.diff(starts, append=size))
    counted = np.empty(size, np.int64)
    counted[order] = nth + 1
    return counted


def keys_of(lanes: Lanes, occurrence: Int64) -> Lanes:
    """The key of each row: what it says, mixed with its occurrence."""
    count = occurrence.astype(np.uint64)
    mixed = []
    for lane, other, mix, finish in zip(lanes, lanes[::-1], _MIX, _FINISH, strict=True):
        # Each lane also takes of the other, so that neither is a plain sum of the columns.
        value = lane + count * mix + ((other >> np.uint64(31)) ^ other) * finish
        value ^= value >> np.uint64(30)
        value *= finish
        value ^= value >> np.uint64(27)
        mixed.append(value)
    return mixed[0], mixed[1]


class KeySet:
    """Some keys, to be asked whether others are among them."""

    def __init__(self, lanes: Lanes) -> None:
        order = np.lexsort((lanes[1], lanes[0]))
        self.first, self.second = lanes[0][order], lanes[1][order]

    @classmethod
    def of(cls, several: Sequence[Lanes]) -> "KeySet":
        """The keys of several sets of columns."""
        none = np.zeros(0, np.uint64)
        first = np.concatenate([none, *(lanes[0] for lanes in several)])
        return cls((first, np.concatenate([none, *(lanes[1] for lanes in several)])))

    def __len__(self) -> int:
        return int(self.first.size)

    def has(self, lanes: Lanes) -> Mask:
        """Which of some keys are here."""
        size = self.first.size
        found = np.zeros(lanes[0].size, bool)
        if not size:
            return found
        at = np.searchsorted(self.first, lanes[0])
        left = np.flatnonzero(at < size)
        # One step suffices but where the first lanes of different keys are alike.
        while left.size:
            here = at[left]
            left = left[self.first[here] == lanes[0][left]]
            here = at[left]
            hit = self.second[here] == lanes[1][left]
            found[left[hit]] = True
            left = left[~hit]
            at[left] += 1
            left = left[at[left] < size]
        return found
