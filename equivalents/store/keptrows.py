"""Rows of a part that are needed as texts in every run: those at fault, and those that tie.

A list of faults shows the rows as they came, and of records that are alike in all codes only their
texts tell which comes first (5.5). Both are few, and to find them a whole file would be read. They
are kept by the numbers of the rows that were asked for; where other rows are asked for, the file is
read once more. Sources: A10; definition 5.5.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from equivalents.intake.originals import OriginalRows
from equivalents.records import Origin
from equivalents.store.cachefiles import CacheFolder, Entry, address_of
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KeptOrigin", "originals_of"]

_ROWS, _TEXTS = "rows", "texts"
_MOST: Final = 1 << 17
"""Of more rows nothing is kept: they may be most of a file, and are written but once."""


@dataclass(frozen=True, slots=True)
class KeptOrigin:
    """The way back to the rows of a part, with the texts that were asked for before."""

    origin: Origin
    files: CacheFolder
    address: str

    def texts(self, rows: Int64, *, residents: bool = True) -> list[tuple[str, ...]]:
        """As :meth:`equivalents.records.Origin.texts`."""
        address = address_of(self.address, residents)
        kept = self.files.get(_TEXTS, address)
        if kept is not None:
            known = kept.arrays["rows"]
            at = np.minimum(np.searchsorted(known, rows), max(known.size - 1, 0))
            if known.size and (known[at] == rows).all():
                return [tuple(kept.facts["texts"][i]) for i in at.tolist()]
        found = self.origin.texts(rows, residents=residents)
        if rows.size <= _MOST:
            self.files.put(_TEXTS, address, Entry({"texts": found}, {"rows": rows}))
        return found

    def corrected(self) -> Mapping[int, tuple[int, int]]:
        """As :meth:`equivalents.records.Origin.corrected`."""
        return self.origin.corrected()


def originals_of(
    files: CacheFolder,
    address: str,
    called: tuple[str, str],
    wanted: Int64,
    read: Callable[[], Iterator[OriginalRows]],
) -> Iterator[OriginalRows]:
    """The wanted rows of a part as they came: those that are kept, else read and then kept.

    ``called`` are its file and sheet by their names of today.
    """
    address = address_of(address, wanted)
    kept = files.get(_ROWS, address) if wanted.size <= _MOST else None
    if kept is not None:
        yield from _windows(kept, called)
        return
    pieces: list[OriginalRows] = []
    for some in read():
        if wanted.size <= _MOST:
            pieces.append(some)
        yield some
    if pieces:
        files.put(_ROWS, address, _entry(pieces))


def _entry(pieces: Sequence[OriginalRows]) -> Entry:
    """Windows of rows: their sizes and columns, and the texts of each column end to end."""
    import pyarrow as pa

    names = [*pieces[0].columns]
    arrays: dict[str, npt.NDArray[Any]] = {"row": np.concatenate([one.row for one in pieces])}
    for at, name in enumerate(names):
        column = pa.concat_arrays([one.columns[name] for one in pieces])
        arrays[f"{at}.letters"], arrays[f"{at}.begins"] = _texts_told(column)
    return Entry({"names": names, "sizes": [len(one) for one in pieces]}, arrays)


def _windows(kept: Entry, called: tuple[str, str]) -> Iterator[OriginalRows]:
    names, start = kept.facts["names"], 0
    columns = [
        _texts_of(kept.arrays[f"{at}.letters"], kept.arrays[f"{at}.begins"])
        for at in range(len(names))
    ]
    for size in kept.facts["sizes"]:
        some = {
            name: column.slice(start, size) for name, column in zip(names, columns, strict=True)
        }
        file, sheet = called
        yield OriginalRows(file, kept.arrays["row"][start : start + size], some, sheet)
        start += size


def _texts_told(column: "pa.Array") -> tuple[npt.NDArray[np.uint8], Int64]:
    """The letters of a column of large strings without a missing one, and where each begins."""
    _, begins, letters = column.buffers()
    first = np.frombuffer(begins, np.int64)[column.offset : column.offset + len(column) + 1]
    data = np.frombuffer(letters or b"", np.uint8)[first[0] : first[-1]]
    return data, first - first[0]


def _texts_of(letters: npt.NDArray[np.uint8], begins: Int64) -> "pa.Array":
    import pyarrow as pa

    buffers = [None, pa.py_buffer(begins.tobytes()), pa.py_buffer(letters.tobytes())]
    return pa.Array.from_buffers(pa.large_string(), begins.size - 1, buffers)
