"""Spools: a table of whatever file, cleaned, as one Parquet file of texts that the engine reads.

Columns: ``#row`` (int64, the row number that Excel shows), ``#fault`` (null, or ``CODE:column`` of
each thing in the row that cleaning refuses, with ``|`` between), then each column by its heading as
understood (blank = ``""``), then ``#raw:HEADING`` for columns of known kinds: the text as it stood
where cleaning changed it, null elsewhere. What is known of the whole table stands as JSON in the
file.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from equivalents.errors import Place, Problem
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = [
    "BETWEEN",
    "FAULT",
    "GROUP",
    "RAW",
    "ROW",
    "ROW_SHAPE",
    "SpoolWriter",
    "Spooled",
    "parted_faults",
    "read_spooled",
    "unique",
]

ROW: Final = "#row"
FAULT: Final = "#fault"
RAW: Final = "#raw:"
BETWEEN: Final = "|"
"""Between the faults of one row."""
ROW_SHAPE: Final = "ROW_SHAPE"
"""A row with another number of cells than there are headings; nothing else is said of it."""
GROUP: Final = 131_072
"""Rows of a row group: a part of the engine's reading."""
_KEY: Final = b"equivalents"
_NEXT = re.compile(r"\|(?=[A-Z_]+:)")
"""The mark between two faults; headings, which people write, may hold one as well."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """A table that was spooled.

    ``path`` is the spool, ``file`` and ``sheet`` the names that people know; ``titles`` are the
    headings as written, ``headings`` the same as understood and made unique: the names of the
    spool's columns. ``rows`` counts the rows of data. ``understood`` and ``problems`` are data
    for JSON: what was made of the file (:mod:`~equivalents.intake.opening.understood`), and what
    is to be told of it. ``header_row`` is the row number of the (lowest) row of headings.
    """

    path: Path
    file: str
    sheet: str
    titles: tuple[str, ...]
    headings: tuple[str, ...]
    rows: int
    understood: tuple[Mapping[str, Any], ...] = ()
    table: str = ""
    map: str = ""
    header_row: int = 1
    header_rows: int = 1
    faults: int = 0
    problems: tuple[Mapping[str, Any], ...] = ()

    def found(self) -> list[Problem]:
        """What is to be told of the table as a whole, and of rows that were left out."""
        return [
            Problem(
                one["code"],
                Place(self.file, self.sheet, one["row"], one["column"]),
                one["value"],
                one["facts"],
            )
            for one in self.problems
        ]


def parted_faults(text: str) -> list[tuple[str, str]]:
    """The faults of one row, from its cell in the column ``#fault``: each with its column."""
    parts = (one.partition(":") for one in _NEXT.split(text) if one)
    return [(code, column) for code, _, column in parts]


def unique(titles: Sequence[str]) -> tuple[str, ...]:
    """Headings as unique names of columns: a blank or repeated one gets its position.

    A heading that reads like a column of our own gets its position, too.
    """
    names: list[str] = []
    taken = set(titles)
    seen: set[str] = set()
    for at, title in enumerate(titles, start=1):
        name = title
        if not title.strip() or title in seen or title.startswith((ROW, FAULT, RAW)):
            base = title.replace("#", "＃") if title.startswith("#") else title
            name = f"{base}#{at}"
            while name in taken:
                name += "#"
        taken.add(name)
        seen.add(title)
        names.append(name)
    return tuple(names)


@dataclass(slots=True)
class SpoolWriter:
    """Writes a spool chunk by chunk; memory holds one row group.

    ``headings`` are unique (:func:`unique`); ``cleaned`` are those that have a ``#raw:`` column.
    Use it as a context, and :meth:`close` it with what was understood when all is written.
    """

    path: Path
    headings: Sequence[str]
    cleaned: Sequence[str] = ()
    rows: int = 0
    faults: int = 0
    _waiting: "list[pa.Table]" = field(default_factory=list)
    _writer: "pq.ParquetWriter | None" = None

    def __enter__(self) -> "SpoolWriter":
        import pyarrow.parquet as pq

        self._writer = pq.ParquetWriter(self.path, self._schema(), compression="zstd")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _schema(self) -> "pa.Schema":
        import pyarrow as pa

        texts = [FAULT, *self.headings, *(RAW + name for name in self.cleaned)]
        return pa.schema([(ROW, pa.int64()), *((name, pa.string()) for name in texts)])

    def write(
        self,
        rows: Int64,
        columns: "Mapping[str, pa.Array]",
        raw: "Mapping[str, pa.Array] | None" = None,
        faults: "pa.Array | None" = None,
    ) -> None:
        """Add rows: their numbers, a column of texts for each heading, and what was changed.

        ``raw`` and ``faults`` are null where nothing was changed or refused; columns of ``raw``
        may be left out.
        """
        import pyarrow as pa

        count = len(rows)
        if not count:
            return
        none = pa.nulls(count, pa.string())
        raw = raw or {}
        arrays = [
            pa.array(np.ascontiguousarray(rows, np.int64)),
            none if faults is None else faults,
        ]
        arrays += [columns[name] for name in self.headings]
        arrays += [raw.get(name, none) for name in self.cleaned]
        self._waiting.append(pa.Table.from_arrays(arrays, schema=self._schema()))
        self.rows += count
        self.faults += 0 if faults is None else count - faults.null_count
        if sum(table.num_rows for table in self._waiting) >= GROUP:
            self._flush(GROUP)

    def _flush(self, least: int) -> None:
        import pyarrow as pa

        table = pa.concat_tables(self._waiting)
        at = 0
        assert self._writer is not None, "a spool is written in its context"
        while table.num_rows - at >= least:
            self._writer.write_table(table.slice(at, GROUP), row_group_size=GROUP)
            at += GROUP
        self._waiting = [table.slice(at)] if table.num_rows > at else []

    def close(self, about: Mapping[str, Any]) -> Spooled:
        """Write the rest and what is known of the table; ``about`` has the fields of Spooled.

        ``path``, ``headings``, ``rows`` and ``faults`` are those of this writer.
        """
        if self._waiting:
            self._flush(1)
        known = {**about, "headings": [*self.headings], "rows": self.rows, "faults": self.faults}
        assert self._writer is not None, "a spool is written in its context"
        text = json.dumps(known, ensure_ascii=False, sort_keys=True)
        self._writer.add_key_value_metadata({_KEY: text.encode()})
        self.__exit__(None, None, None)
        return _spooled(self.path, known)


def _spooled(path: Path, known: Mapping[str, Any]) -> Spooled:
    lists = ("titles", "headings", "understood", "problems")
    return Spooled(path, **{**known, **{name: tuple(known.get(name, ())) for name in lists}})


def read_spooled(path: Path) -> Spooled:
    """What a spool says of itself; its rows are read as of any Parquet file."""
    import pyarrow.parquet as pq

    return _spooled(path, json.loads(pq.read_metadata(path).metadata[_KEY]))
