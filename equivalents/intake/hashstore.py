"""Hashes of ids by the million, within a bound of memory: beyond it they go to temporary files.

The idea: to find what occurs twice, all hashes must meet, but only with those of the same upper
bits. So past the bound each hash is written twice: to the file of its part, in the order of rows,
and to one of 64 files by its upper six bits. Each of the 64 is then sorted on its own. What is
found is the same, whether anything was spilled or not.
"""

from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from equivalents.intake.opening.found import SpoolFolder
from equivalents.intake.opening.limits import whole_setting

__all__ = ["DEFAULT_MEMORY_MB", "HashStore", "Hashes", "MEMORY_SETTING", "memory_bound"]

Hashes = npt.NDArray[np.uint64]
DEFAULT_MEMORY_MB: Final = 256
MEMORY_SETTING: Final = "EQUIVALENTS_MEMORY_MB"
_BITS: Final = 6
_SHIFT: Final = np.uint64(64 - _BITS)
# A hash that is kept takes eight bytes, and as much again in the sorted copy.
_BYTES: Final = 16


def memory_bound() -> int:
    """Bytes for comparing ids, as ``EQUIVALENTS_MEMORY_MB`` says.

    Raises:
        UsageError: it is no whole number from 1 up.
    """
    return whole_setting(MEMORY_SETTING, DEFAULT_MEMORY_MB, least=1) << 20


class HashStore:
    """The hashes of the parts of a case; use as a context, its files go with it."""

    def __init__(self, bound: int) -> None:
        """``bound`` is in bytes; what is kept and its sorted copy stay within it."""
        self._bound = bound
        self._kept: dict[int, Hashes] = {}
        self._size = 0
        self._folder: SpoolFolder | None = None
        self._spilled: set[int] = set()
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._kept.clear()
        if self._folder is not None:
            self._folder.remove()

    @property
    def parts(self) -> list[int]:
        """The parts that have hashes, in order."""
        return sorted([*self._kept, *self._spilled])

    @property
    def spilled(self) -> bool:
        """Whether temporary files were needed."""
        return self._folder is not None

    def put(self, part: int, hashed: Hashes) -> None:
        """Take the hashes of a part, a hash a row; 0 is a blank id. Threads may call it at once.

        Raises:
            OSError: the temporary files could not be written.
        """
        with self._lock:
            self._size += hashed.size
            if self._folder is None and self._size * _BYTES <= self._bound:
                self._kept[part] = hashed
                return
            if self._folder is None:
                self._folder = SpoolFolder()
            self._kept[part] = hashed
            while self._kept:
                self._spill(*self._kept.popitem())

    def of(self, part: int) -> Hashes:
        """The hashes of a part as they were given."""
        if part in self._kept:
            return self._kept[part]
        return np.fromfile(self._path(f"part{part}"), np.uint64)

    def doubled(self) -> Hashes:
        """Each hash that occurs more than once, in order; blanks are not compared."""
        found = [np.zeros(0, np.uint64)]
        for hashed in self._meeting():
            hashed.sort()
            twice = hashed[1:][(hashed[1:] == hashed[:-1]) & (hashed[1:] > 0)]
            new = np.ones(twice.size, bool)
            new[1:] = twice[1:] != twice[:-1]
            found.append(twice[new])
        return np.concatenate(found)

    def _meeting(self) -> Iterator[Hashes]:
        """Arrays of hashes, equal ones always in one array, the arrays in order."""
        if self._folder is None:
            yield np.concatenate([np.zeros(0, np.uint64), *self._kept.values()])
            return
        for bits in range(1 << _BITS):
            path = self._path(f"bits{bits}")
            if path.exists():
                yield np.fromfile(path, np.uint64)

    def _spill(self, part: int, hashed: Hashes) -> None:
        hashed.tofile(self._path(f"part{part}"))
        self._spilled.add(part)
        filled = hashed[hashed > 0]
        upper = (filled >> _SHIFT).astype(np.uint8)
        filled = filled[np.argsort(upper, kind="stable")]
        ends = np.cumsum(np.bincount(upper, minlength=1 << _BITS)).tolist()
        for bits, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
            if end > start:
                with self._path(f"bits{bits}").open("ab") as file:
                    file.write(filled[start:end].tobytes())

    def _path(self, name: str) -> Path:
        assert self._folder is not None, "asked for a part that was never put"
        return self._folder.path / name
