"""Texts of a few records of a part, by their positions: those whose ids are to be compared in full.

Sources: A10; definition 5.8.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np

from equivalents.intake.csvfile import CsvPart
from equivalents.intake.hashstore import Hashes
from equivalents.intake.originals import OriginalRows
from equivalents.intake.parquet import ParquetPart, known_text
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KeptHashes", "texts_at"]

_Part = CsvPart | ParquetPart


class KeptHashes(Protocol):
    """Keeps the hashes of ids of parts, and the texts of those that met, and knows them again."""

    def hashes(self, part: _Part, heading: str, read: Callable[[], Hashes]) -> Hashes:
        """The hashes of a column of a part: those that are kept, else what ``read`` gives."""

    def texts(
        self,
        part: _Part,
        headings: Mapping[str, str],
        wanted: Int64,
        read: Callable[[], Iterator[OriginalRows]],
    ) -> Iterator[OriginalRows]:
        """Columns of the records of a part at ``wanted``: as kept, else what ``read`` gives.

        ``headings`` are the headings of these columns, and what each is to us.
        """


def texts_at(
    part: _Part,
    names: Mapping[str, str],
    columns: Sequence[str],
    wanted: Int64,
    kept: KeptHashes | None,
) -> "Iterator[tuple[Int64, dict[str, pa.Array]]]":
    """Row numbers and some columns of the wanted records (by position in the part), by batches."""
    if not wanted.size:
        return
    headings = {heading: name for heading, name in names.items() if name in columns}
    read = partial(_read, part, headings, wanted)
    found = read() if kept is None else kept.texts(part, headings, wanted, read)
    for some in found:
        yield some.row, dict(some.columns)


def _read(part: _Part, headings: Mapping[str, str], wanted: Int64) -> Iterator[OriginalRows]:
    done = 0
    for batch in part.batches(frozenset(headings)):
        if not batch.columns:
            continue
        start, stop = np.searchsorted(wanted, [done, done + batch.row.size])
        here = wanted[start:stop] - done
        done += batch.row.size
        if here.size:
            some = ((headings[h], array.take(here)) for h, array in batch.columns.items())
            texts = {name: known_text(name, array) for name, array in some}
            yield OriginalRows(part.name, batch.row[here], texts, part.sheet)
