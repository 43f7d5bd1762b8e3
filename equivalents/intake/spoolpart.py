"""Spools as parts of the records and as small tables: cleaned texts, and those that stood there.

The engine counts the cleaned texts; people are shown the texts as they stood, at the rows and
sheets that they know. What the cleaning refused are faults that stand before all others of a row.
Sources: A10, A6; specification page 2 "intake".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equivalents.intake.csvfile import GivenFault, RawBatch
from equivalents.intake.opening.found import Found
from equivalents.intake.opening.spool import (
    FAULT,
    RAW,
    ROW,
    ROW_SHAPE,
    parted_faults,
    read_spooled,
)
from equivalents.intake.parquet import ParquetPart, read_group, text_column, text_values
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SpoolPart", "SpoolTable", "read_spool", "spool_parts"]


@dataclass(frozen=True, slots=True)
class SpoolPart(ParquetPart):
    """One row group of a spool; ``raw`` are the headings of which texts were changed.

    ``found`` keeps the folder of the spool as long as anything may be read from it.
    """

    raw: frozenset[str] = frozenset()
    found: Found | None = None

    @property
    def written(self) -> Mapping[str, str]:
        """The headings as they stand in the file, by those that they were understood as."""
        spool = self.found.spool if self.found is not None else None
        if spool is None or spool.map:
            return {}
        pairs = zip(spool.headings, spool.titles, strict=True)
        return {heading: " ".join(title.strip().splitlines()) for heading, title in pairs}

    def batches(
        self, only: frozenset[str] | None = None, *, alone: bool = False
    ) -> Iterator[RawBatch]:
        """The cleaned rows of the group, with what was found at fault in them."""
        wanted = [name for name in self.headings if only is None or name in only]
        for batch in read_group(self, [ROW, FAULT, *wanted], alone=alone):
            row = batch.column(ROW).to_numpy()
            columns = {name: batch.column(name) for name in wanted}
            given = _given(row, batch.column(FAULT))
            for fault in given:
                if fault.code == ROW_SHAPE:
                    columns = _without_rows(columns, np.searchsorted(row, fault.row))
            yield RawBatch(row, columns, given=given)

    def as_written(self, cleaned: frozenset[str] = frozenset()) -> Iterator[RawBatch]:
        """All rows with the texts as they stand in the original; those of ``cleaned`` headings not.

        The rows that were found at fault are told as ever.
        """
        changed = [name for name in self.headings if name in self.raw and name not in cleaned]
        wanted = [ROW, FAULT, *self.headings, *(f"{RAW}{name}" for name in changed)]
        for batch in read_group(self, wanted):
            columns = {name: batch.column(name) for name in self.headings}
            for name in changed:
                columns[name] = _as_it_stood(batch.column(f"{RAW}{name}"), columns[name])
            row = batch.column(ROW).to_numpy()
            yield RawBatch(row, columns, given=_given(row, batch.column(FAULT)))


def _without_rows(columns: "Mapping[str, pa.Array]", where: Int64) -> "dict[str, pa.Array]":
    """The columns, blank in some rows: of a row with too many or too few cells none is known.

    Its record id is none that others may name or have twice, as in a file that is read as it is.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kept = np.ones(max(map(len, columns.values()), default=0), bool)
    kept[where] = False
    bits = pa.py_buffer(np.packbits(kept, bitorder="little"))
    mask = pa.Array.from_buffers(pa.bool_(), kept.size, [None, bits])
    texts = {name: text_column(array) for name, array in columns.items()}
    return {
        name: pc.if_else(mask, array, pa.scalar("", array.type)) for name, array in texts.items()
    }


def _given(row: Int64, faults: "pa.Array") -> tuple[GivenFault, ...]:
    """The faults of a batch by code and column."""
    import pyarrow.compute as pc

    if faults.null_count == len(faults):
        return ()
    coded = faults if hasattr(faults, "indices") else faults.dictionary_encode()
    index = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    given = []
    texts = coded.dictionary.to_pylist()
    for at, (code, column) in (
        (at, one) for at, some in enumerate(texts) for one in parted_faults(some)
    ):
        mine = row[index == at]
        if mine.size and code == ROW_SHAPE:  # how many fields there are, of how many
            given.append(GivenFault(code, "", mine, column))
        elif mine.size and code:
            given.append(GivenFault(code, column, mine))
    return tuple(given)


def _as_it_stood(raw: "pa.Array", clean: "pa.Array") -> "pa.Array":
    """The texts as they stood; where none is kept the cleaned one is the same."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = [
        one.dictionary_decode() if pa.types.is_dictionary(one.type) else one for one in (raw, clean)
    ]
    return pc.coalesce(*(one.cast(pa.large_string()) for one in texts))


def spool_parts(found: Found) -> list[ParquetPart]:
    """The row groups of a spool as parts."""
    import pyarrow.parquet as pq

    spool = read_spooled(found.path)
    metadata = pq.read_metadata(found.path)
    columns = metadata.schema.names
    raw = frozenset(name for name in spool.headings if f"{RAW}{name}" in columns)
    return [
        SpoolPart(
            found.path,
            found.file,
            spool.headings,
            group,
            0,
            found.sheet,
            spool.header_row,
            raw,
            found,
        )
        for group in range(metadata.num_row_groups) or [-1]
    ]


@dataclass(frozen=True, slots=True)
class SpoolTable:
    """A whole small table from its spool: headings as understood, cleaned columns, row numbers.

    ``titles`` are the headings as they stand in the file; none where a column map made them.
    ``faults`` are those that the cleaning found, with the texts as they stood by heading.
    """

    headings: tuple[str, ...]
    columns: list[list[str]]
    numbers: list[int]
    head: int
    faults: list[tuple[GivenFault, dict[str, list[str]]]]
    titles: tuple[str, ...] = ()


def read_spool(found: Found) -> SpoolTable:
    """A small table from its spool."""
    spool = read_spooled(found.path)
    columns: list[list[str]] = [[] for _ in spool.headings]
    numbers: list[int] = []
    faults = []
    for part in spool_parts(found):
        for batch, stood in zip(part.batches(), part.as_written(), strict=True):
            numbers += batch.row.tolist()
            for texts, name in zip(columns, spool.headings, strict=True):
                texts.extend(text_values(batch.columns[name]))
            for given in batch.given:
                at = np.searchsorted(batch.row, given.row)
                mine = {name: text_values(some.take(at)) for name, some in stood.columns.items()}
                faults.append((given, mine))
    titles = () if spool.map else spool.titles
    return SpoolTable(spool.headings, columns, numbers, spool.header_row, faults, titles)
