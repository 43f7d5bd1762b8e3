"""Good rows of a file wait on disk, by months, until they are sorted into segments.

A file of any size is read once and in its own order; segments stand by month and institution. So
rows go to a temporary file for each month, and come back in loads: as many months, or as many
institutions of one month, as together have about a million rows. Memory holds one load.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from equivalents.intake.columns import numbers, text_array
from equivalents.intake.opening.found import SpoolFolder
from equivalents.store.arrowtables import number_column
from equivalents.store.importrows import TakenRows
from equivalents.store.segmentformat import TEXTS, day_column, month_codes, quantity_column

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Cell", "Load", "MonthSpool", "loads_of"]

_LOAD: Final = 1 << 20
_WAITING: Final = 1 << 17
"""Rows of a month that wait in memory; of all months together eight times as many."""
_SAID: Final = tuple(name for name in TEXTS if name not in ("file", "sheet"))

Cell = tuple[int, str]
"""A month, as months since 1970, and an institution."""


class Load(NamedTuple):
    """What is sorted at once: whole months, or some institutions of one."""

    cells: frozenset[Cell]
    rows: int

    @property
    def months(self) -> list[int]:
        """Its months, in order."""
        return sorted({month for month, _ in self.cells})


class MonthSpool:
    """Rows by month in temporary files. ``counts`` has the rows of each month and institution."""

    def __init__(self, keeper: SpoolFolder) -> None:
        self._folder = keeper.fresh()
        self._keeper = keeper  # which removes the folder when nobody holds it
        self.counts: Counter[Cell] = Counter()
        self._waiting: dict[int, list[pa.RecordBatch]] = {}
        self._rows: Counter[int] = Counter()
        self._files: dict[int, list[Path]] = {}

    def put(self, rows: TakenRows) -> None:
        """Add some rows."""
        import pyarrow as pa

        whole = _batch(rows)
        month = month_codes(rows.day)
        kinds = np.unique(month)
        order = np.argsort(month, kind="stable")
        edges = [*np.searchsorted(month[order], kinds).tolist(), month.size]
        if kinds.size > 1:
            whole = whole.take(number_column(order, pa.int64()))
        for at, one in enumerate(kinds.tolist()):
            some = whole.slice(edges[at], edges[at + 1] - edges[at])
            self._count(one, some.column("institution_id"))
            self._waiting.setdefault(one, []).append(_plain_texts(some))
            self._rows[one] += len(some)
            if self._rows[one] >= _WAITING:
                self._flush(one)
        if self._rows.total() >= 8 * _WAITING:
            for one in [*self._waiting]:
                self._flush(one)

    def _count(self, month: int, coded: "pa.DictionaryArray") -> None:
        counted = np.bincount(numbers(coded.indices), minlength=len(coded.dictionary)).tolist()
        for name, count in zip(coded.dictionary.to_pylist(), counted, strict=True):
            if count:
                self.counts[month, name] += count

    def _flush(self, month: int) -> None:
        import pyarrow as pa

        waiting = self._waiting.pop(month, [])
        self._rows.pop(month, 0)
        if not waiting:
            return
        table = pa.Table.from_batches(waiting).combine_chunks()
        # A file each time: a file may have more months than a process may have open files.
        several = self._files.setdefault(month, [])
        several.append(self._folder / f"{month}-{len(several)}.rows")
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with (
            pa.OSFile(str(several[-1]), "wb") as sink,
            pa.ipc.new_stream(sink, table.schema, options=options) as writer,
        ):
            writer.write_table(table)

    def close(self) -> None:
        """All rows are there; from now on they may be read."""
        for month in [*self._waiting]:
            self._flush(month)

    def read(self, load: Load) -> "pa.Table | None":
        """The rows of a load, in the order of the file within each month; ``None``: it has none."""
        import pyarrow as pa

        pieces: list[pa.Table] = []
        for month in load.months:
            wanted = {name for at, name in load.cells if at == month}
            whole = all(name in wanted for at, name in self.counts if at == month)
            for path in self._files.get(month, ()):
                with pa.OSFile(str(path), "rb") as source:
                    for batch in pa.ipc.open_stream(source):
                        some = batch if whole else _of(batch, wanted)
                        if len(some):
                            pieces.append(pa.Table.from_batches([some]))
        return pa.concat_tables(pieces).combine_chunks() if pieces else None


def _plain_texts(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """The same with plain texts: their dictionaries would be written again and again."""
    import pyarrow as pa

    columns = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        coded = isinstance(column, pa.DictionaryArray)
        columns[name] = column.dictionary_decode() if coded else column
    return pa.RecordBatch.from_pydict(columns)


def _of(batch: "pa.RecordBatch", institutions: Iterable[str]) -> "pa.RecordBatch":
    import pyarrow.compute as pc

    wanted = text_array(sorted(institutions))
    return batch.filter(pc.is_in(batch.column("institution_id"), value_set=wanted))


def _batch(rows: TakenRows) -> "pa.RecordBatch":
    import pyarrow as pa

    size = rows.row.size
    blank = pa.repeat(pa.scalar("", pa.string()), size)
    columns: dict[str, Any] = {name: rows.texts.get(name, blank) for name in _SAID}
    columns["service_date"] = day_column(rows.day)
    columns["service_end_date"] = day_column(rows.end)
    columns["quantity"] = quantity_column(rows.quantity_e3)
    columns["part"] = number_column(np.full(size, rows.part, np.int32), pa.int32())
    columns["row"] = number_column(rows.row, pa.int64())
    columns["lane_a"] = number_column(rows.lanes[0], pa.uint64())
    columns["lane_b"] = number_column(rows.lanes[1], pa.uint64())
    return pa.RecordBatch.from_pydict(columns)


def loads_of(counts: Mapping[Cell, int], most: int = _LOAD) -> list[Load]:
    """All cells as loads of about ``most`` rows, in the order of months and institutions."""
    loads: list[Load] = []
    cells: list[Cell] = []
    rows = 0
    for month in sorted({one for one, _ in counts}):
        mine = sorted(cell for cell in counts if cell[0] == month)
        count = sum(counts[cell] for cell in mine)
        if cells and rows + count > most:
            loads.append(Load(frozenset(cells), rows))
            cells, rows = [], 0
        if count <= most:
            cells, rows = [*cells, *mine], rows + count
            continue
        loads += _parted(mine, counts, most)
    if cells:
        loads.append(Load(frozenset(cells), rows))
    return loads


def _parted(mine: Sequence[Cell], counts: Mapping[Cell, int], most: int) -> Iterator[Load]:
    """One month with too many rows for one load, by runs of institutions."""
    cells: list[Cell] = []
    rows = 0
    for cell in mine:
        if cells and rows + counts[cell] > most:
            yield Load(frozenset(cells), rows)
            cells, rows = [], 0
        cells.append(cell)
        rows += counts[cell]
    yield Load(frozenset(cells), rows)
