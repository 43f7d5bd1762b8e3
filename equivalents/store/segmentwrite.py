"""Rows become segments: sorted, cut so that none is over 16 MB, encoded, and put ready.

Prepared outside the writer's lock: bodies wait in temporary files, or lie already in the segment
folder. :func:`keep_pieces` writes their manifest, and bodies that belong into the database, inside
the transaction. Source: specification page 2 "Records at rest".
"""

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from equivalents.intake.columns import numbers
from equivalents.policy.calendar import parse_day
from equivalents.store.arrowtables import coded_column, number_column, take_rows, whole_column
from equivalents.store.failpoints import failpoint
from equivalents.store.place import StorePlace
from equivalents.store.rowkeys import Lanes
from equivalents.store.schema import SEGMENTS
from equivalents.store.sealing import canonical, sha256_of
from equivalents.store.segmentformat import (
    COLUMNS,
    LARGEST,
    TEXTS,
    Range,
    as_json,
    day_codes,
    encoded,
    facts_of,
    month_codes,
)
from equivalents.store.segmentplaces import add_body, keep_outside
from equivalents.store.writing import Writing
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Piece", "Pieces", "keep_pieces", "ordered", "reversal_table", "sorted_table"]

_ROWS: Final = 1 << 18
"""Rows of a segment; fewer where these have more bytes than may be."""
_MOST: Final = 1 << 62


class Piece(NamedTuple):
    """A segment that is ready: what the manifest says of it, and the file in which its body waits.

    ``file`` is ``None`` where the body lies outside the database already.
    """

    row: dict[str, Any]
    file: Path | None


class Pieces:
    """Makes segments of tables, in order; ``made`` are those so far."""

    def __init__(
        self, place: StorePlace, folder: Path, rows: int = _ROWS, *, empty: bool = False
    ) -> None:
        """``empty``: a table without rows is a segment, too."""
        self._place, self._folder, self._rows, self._empty = place, folder, rows, empty
        self._numbers = count(1)
        self.made: list[Piece] = []

    def add(self, kind: str, period: str, table: "pa.Table") -> None:
        """Make segments of rows that stand in order.

        Raises:
            DataError: ``SEGMENTS_PLACE``.
        """
        for start in range(0, table.num_rows or self._empty, self._rows):
            self._cut(kind, period, table.slice(start, self._rows).combine_chunks())

    def _cut(self, kind: str, period: str, table: "pa.Table") -> None:
        body = encoded(table)
        if len(body) > LARGEST and table.num_rows > 1:
            half = table.num_rows // 2
            self._cut(kind, period, table.slice(0, half).combine_chunks())
            self._cut(kind, period, table.slice(half).combine_chunks())
            return
        facts = facts_of(table)
        where = keep_outside(self._place, body)
        file = None
        if not where:
            file = self._folder / f"segment{next(self._numbers)}"
            file.write_bytes(body)
        row = {
            "kind": kind,
            "period": period,
            "rows": facts["rows"],
            "identity": facts["identity"],
            "sha256": sha256_of(body),
            "size": len(body),
            "ranges": canonical(as_json(facts["ranges"])),
            "place": where,
        }
        self.made.append(Piece(row, file))


def keep_pieces(
    writer: Writing, pieces: Sequence[Piece], import_id: int | None, passed: str
) -> list[int]:
    """Write segments into the store; gives their ids. ``passed`` is the failpoint after each."""
    made = []
    for piece in pieces:
        segment_id = writer.add_one(SEGMENTS, import_id=import_id, **piece.row)
        if piece.file is not None:
            add_body(writer, segment_id, piece.file.read_bytes(), piece.row["place"])
        made.append(segment_id)
        failpoint(passed)
    return made


def sorted_table(table: "pa.Table", keys: Lanes, places: Sequence[tuple[str, str]]) -> "pa.Table":
    """Rows of a spool as a segment has them: in order, with their keys and where they stood."""
    import pyarrow as pa

    parts = numbers(whole_column(table, "part"))
    coded = {"file": [file for file, _ in places], "sheet": [sheet for _, sheet in places]}
    columns: dict[str, Any] = {}
    for name in COLUMNS:
        if name in coded:
            columns[name] = coded_column(parts.astype(np.int32), coded[name])
        elif name in ("key_a", "key_b"):
            columns[name] = number_column(keys[name == "key_b"], pa.uint64())
        elif name in TEXTS:
            columns[name] = _dictionary(whole_column(table, name))
        else:
            columns[name] = whole_column(table, name)
    whole = pa.table(columns)
    return take_rows(whole, ordered(whole))


def ordered(table: "pa.Table") -> Int64:
    """The order of the rows of a segment: month, institution, day, person, item, then key.

    Texts go by code point. It does not depend on the order in which rows came.
    """
    day = day_codes(whole_column(table, "service_date"))
    fields = [month_codes(day), _ranks(whole_column(table, "institution_id")), day.astype(np.int64)]
    fields += [_ranks(whole_column(table, name)) for name in ("person_id", "item_code")]
    packed: list[Int64] = []
    room = 1
    for values in fields:
        low = int(values.min()) if values.size else 0
        span = int(values.max()) - low + 1 if values.size else 1
        if packed and room * span < _MOST:
            packed[-1] = packed[-1] * span + (values - low)
            room *= span
        else:
            packed.append(values - low)
            room = span
    keys = numbers(whole_column(table, "key_a")), numbers(whole_column(table, "key_b"))
    order: Int64 = np.lexsort((keys[1], keys[0], *reversed(packed)))
    return order


def _ranks(column: "pa.DictionaryArray") -> Int64:
    """The place of each text among the distinct ones, by code point."""
    import pyarrow as pa
    import pyarrow.compute as pc

    order = numbers(pc.array_sort_indices(column.dictionary).cast(pa.int64()))
    rank = np.empty(order.size, np.int64)
    rank[order] = np.arange(order.size)
    found: Int64 = rank[numbers(column.indices.cast(pa.int32()))]
    return found


def reversal_table(goes: Sequence[tuple[Range, Lanes]]) -> "pa.Table":
    """The rows that are taken back, as a reversal has them; months and institutions in order."""
    import pyarrow as pa

    merged: dict[tuple[str, str], list[Lanes]] = {}
    for one, lanes in goes:
        merged.setdefault((one.month, one.institution), []).append(lanes)
    cells = sorted(merged)
    institutions = [institution for _, institution in cells]
    first, second, codes, days = [], [], [], []
    for at, cell in enumerate(cells):
        a, b = (np.concatenate(lane) for lane in zip(*merged[cell], strict=True))
        order = np.lexsort((b, a))
        first.append(a[order])
        second.append(b[order])
        codes.append(np.full(a.size, at, np.int32))
        days.append(np.full(a.size, parse_day(f"{cell[0]}-01"), np.int32))
    none = np.zeros(0, np.uint64)
    size = sum(map(len, first))
    whole = np.concatenate([none.astype(np.int32), *codes])
    return pa.table(
        {
            "institution_id": coded_column(whole, institutions),
            "service_date": number_column(np.concatenate([whole[:0], *days]), pa.date32()),
            "key_a": number_column(np.concatenate([none, *first]), pa.uint64()),
            "key_b": number_column(np.concatenate([none, *second]), pa.uint64()),
            "occurrence": number_column(np.ones(size, np.int32), pa.int32()),
        }
    )


def _dictionary(column: "pa.Array") -> "pa.DictionaryArray":
    """A text column by its distinct texts; one that is blank throughout without looking."""
    import pyarrow as pa

    if isinstance(column, pa.DictionaryArray):
        return column
    ends = np.frombuffer(column.buffers()[1], np.int32)
    if ends[column.offset] == ends[column.offset + len(column)]:
        return coded_column(np.zeros(len(column), np.int32), [""])
    return column.dictionary_encode()
