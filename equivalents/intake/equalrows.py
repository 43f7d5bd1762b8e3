"""Rows that say the same as an earlier one, found within a bound of memory.

The idea: of the rows whose hash was met more than once the first to come leaves its digest (BLAKE2,
128 bits) in a table by hash, and every later one is compared with it. An entry takes 16 bytes;
past the bound the table is a temporary file, of which the system keeps in memory what it can
spare. What is found is the same in either case. Source: issue "Files as they are", data-quality
report.
"""

from collections.abc import Mapping
from hashlib import blake2b
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import numpy.typing as npt

from equivalents.intake.hashstore import Hashes
from equivalents.intake.headings import TABLES
from equivalents.intake.opening.found import SpoolFolder
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["EqualRows"]

_COLUMNS: Final = TABLES["records"].columns
_BYTES: Final = 24
"""What a hash and its digest take."""


class EqualRows:
    """Finds the rows that are equal to an earlier one; use as a context, its file goes with it.

    ``doubled`` are the hashes met more than once (ascending), which stay in memory; ``bound`` is
    in bytes. Rows come in the order of parts.
    """

    def __init__(self, doubled: Hashes, bound: int) -> None:
        self._doubled = doubled
        self._folder: SpoolFolder | None = None
        shape = doubled.size, 2
        self._first: npt.NDArray[np.uint64]
        if doubled.size * _BYTES <= bound:
            self._first = np.zeros(shape, np.uint64)
        else:
            self._folder = SpoolFolder()
            path = self._folder.path / "digests"
            self._first = np.memmap(path, np.uint64, "w+", shape=shape)
        # Rows that differ though their hashes meet: by chance a pair in 2**64.
        self._met: set[bytes] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._first = np.zeros((0, 2), np.uint64)  # a file that is mapped cannot go everywhere
        if self._folder is not None:
            self._folder.remove()

    @property
    def spilled(self) -> bool:
        """Whether a temporary file was needed."""
        return self._folder is not None

    def of(self, hashed: Hashes, columns: "Mapping[str, pa.Array]") -> npt.NDArray[np.bool_]:
        """Which of some rows say the same in all our columns as an earlier row.

        ``hashed`` is the hash of each row, 0 for one that is compared with none; ``columns`` are
        its texts by our column name.
        """
        equal = np.zeros(hashed.size, bool)
        if not self._doubled.size:
            return equal
        place = np.minimum(np.searchsorted(self._doubled, hashed), self._doubled.size - 1)
        at = np.flatnonzero(self._doubled[place] == hashed)
        place, digests = place[at], _digests(columns, at)
        slots, first = np.unique(place, return_index=True)
        free = self._first[slots, 0] == 0
        self._first[slots[free]] = digests[first[free]]
        same = (self._first[place] == digests).all(axis=1)
        equal[at] = same
        equal[at[first[free]]] = False
        for odd in np.flatnonzero(~same).tolist():
            digest = digests[odd].tobytes()
            equal[at[odd]] = digest in self._met
            self._met.add(digest)
        return equal


def _digests(columns: "Mapping[str, pa.Array]", at: Int64) -> npt.NDArray[np.uint64]:
    """The digests of some rows, two words each; the first word is never 0."""
    import pyarrow as pa

    asked = {name: array.take(pa.array(at)) for name, array in columns.items()}
    texts = [asked[c.name].to_pylist() if c.name in asked else [""] * at.size for c in _COLUMNS]
    found = np.frombuffer(b"".join(map(_digest, zip(*texts, strict=True))), np.uint64)
    words = found.reshape(-1, 2).copy()
    words[:, 0] |= np.uint64(1)
    return words


def _digest(values: tuple[str, ...]) -> bytes:
    # Lengths part the texts, so that no two rows are written alike.
    whole = "".join(f"{len(value)}:{value}" for value in values)
    return blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).digest()
