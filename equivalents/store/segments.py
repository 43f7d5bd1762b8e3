"""Segments read: which hold live rows, and these rows, as known now or at an earlier entry.

A row is *live* from the segment that brings it until a later reversal names its key. A compacted
segment stands for its parents from its own entry on; before, they stand for themselves. So what
was known at entry ``as_of`` never changes, whatever came since.
Source: specification page 2 "Records at rest", "A period's life"; definition 5.18.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from sqlalchemy import Connection, select

from equivalents.policy.calendar import month_of, parse_period
from equivalents.store.arrowtables import take_rows
from equivalents.store.engine import Store
from equivalents.store.rowkeys import KeySet, Lanes, Mask
from equivalents.store.schema import SEGMENT_PARENTS, SEGMENTS
from equivalents.store.segmentformat import Range, decoded, key_lanes
from equivalents.store.segmentplaces import body_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Reversals",
    "RowSet",
    "Segment",
    "live_mask",
    "live_ranges",
    "live_segments",
    "live_table",
    "row_sets",
    "segment_body",
    "segments_of_kind",
    "taken",
]

_Wanted = Callable[[Range], bool]
"""Which ranges of a segment are asked for."""
_KEYS: Final = ("key_a", "key_b")


class Segment(NamedTuple):
    """A segment as the manifest has it; ``import_id`` is ``None`` where compaction made it."""

    id: int
    import_id: int | None
    kind: str
    seq: int
    rows: int
    identity: str
    sha256: str
    ranges: tuple[Range, ...]
    place: str
    period: str = ""
    size: int = 0


class RowSet(NamedTuple):
    """The live rows of a month and institution: how many, and a hash that knows no order."""

    month: str
    institution_id: str
    rows: int
    hash: str


def live_segments(
    connection: Connection,
    months: tuple[str, str] | None = None,
    as_of: int | None = None,
) -> list[Segment]:
    """Segments of records that hold live rows, by id; those that one stands for are left out.

    Args:
        connection: of one state of the store.
        months: the first and the last month, ``YYYY-MM``, both counted; all without it.
        as_of: the audit entry up to which is known what is known; the last without it.

    A segment all of whose rows were taken back may be among them.
    """
    found = segments_of_kind(connection, ("records", "compacted"), months, as_of)
    parents = select(SEGMENT_PARENTS.c.parent_id)
    if as_of is not None:
        parents = parents.where(SEGMENT_PARENTS.c.seq <= as_of)
    gone = {int(one) for one in connection.execute(parents).scalars()}
    return [one for one in found if one.id not in gone]


def segments_of_kind(
    connection: Connection,
    kinds: Sequence[str],
    months: tuple[str, str] | None = None,
    as_of: int | None = None,
) -> list[Segment]:
    """Every segment of some kinds, by id; arguments as :func:`live_segments` has them."""
    wanted = select(SEGMENTS).where(SEGMENTS.c.kind.in_([*kinds]))
    if as_of is not None:
        wanted = wanted.where(SEGMENTS.c.seq <= as_of)
    found = [_segment(row) for row in connection.execute(wanted).mappings()]
    if months is not None:
        first, last = months
        found = [s for s in found if any(first <= one.month <= last for one in s.ranges)]
    return sorted(found)


def _segment(row: Any) -> Segment:
    ranges = tuple(Range(*one) for one in json.loads(row["ranges"] or "[]"))
    import_id = None if row["import_id"] is None else int(row["import_id"])
    return Segment(
        int(row["id"]),
        import_id,
        row["kind"],
        int(row["seq"]),
        int(row["rows"]),
        row["identity"],
        row["sha256"],
        ranges,
        row["place"],
        row["period"],
        int(row["size"]),
    )


def segment_body(store: Store, connection: Connection, segment: Segment) -> bytes:
    """The bytes of a segment, held to their hash.

    Raises:
        DataError: ``SEGMENT_ABSENT``, ``SEGMENT_DAMAGED``.
    """
    return body_of(store.place, connection, segment.id, segment.place, segment.sha256)


class Reversals:
    """What was taken back in some months, by the segment that says so."""

    def __init__(
        self,
        store: Store,
        connection: Connection,
        months: tuple[str, str] | None = None,
        as_of: int | None = None,
    ) -> None:
        self._found: list[tuple[int, Lanes]] = []
        for one in segments_of_kind(connection, ("reversal",), months, as_of):
            table = decoded(segment_body(store, connection, one), _KEYS)
            self._found.append((one.id, key_lanes(table)))
        self._sets: dict[int, KeySet] = {}

    def after(self, segment_id: int) -> KeySet:
        """The keys that were taken back after a segment came."""
        later = [at for at, (one, _) in enumerate(self._found) if one > segment_id]
        first = later[0] if later else len(self._found)
        if first not in self._sets:
            self._sets[first] = KeySet.of([lanes for _, lanes in self._found[first:]])
        return self._sets[first]


def live_mask(keys: Lanes, segment: Segment, reversals: Reversals) -> Mask | None:
    """Which rows with some keys are live; ``None``: all are."""
    gone = reversals.after(segment.id)
    if not len(gone):
        return None
    live = ~gone.has(keys)
    return None if live.all() else live


def taken(
    table: "pa.Table", ranges: Iterable[Range], wanted: _Wanted
) -> "tuple[pa.Table, list[Range]]":
    """The rows of the ranges that are wanted, and these ranges as they stand there."""
    import pyarrow as pa

    kept: list[Range] = []
    pieces, at = [], 0
    for one in ranges:
        if wanted(one):
            pieces.append(table.slice(one.first, one.rows))
            kept.append(one._replace(first=at))
            at += one.rows
    if len(pieces) == len([*ranges]):
        return table, kept
    return pa.concat_tables(pieces) if pieces else table.slice(0, 0), kept


def live_table(
    store: Store,
    connection: Connection,
    segment: Segment,
    as_of: int | None = None,
    *,
    months: tuple[str, str] | None = None,
    columns: Sequence[str] | None = None,
    reversals: Reversals | None = None,
) -> "pa.Table":
    """The live rows of a segment, in its order.

    The columns are those of :data:`~equivalents.store.segmentformat.COLUMNS`: of the table
    ``records`` as texts, dates and exact decimals, then where each row stood and its key.

    Args:
        store: for bodies that lie outside the database.
        connection: of one state of the store.
        segment: one of :func:`live_segments`.
        as_of: the audit entry up to which rows may have been taken back.
        months: the first and the last month, both counted; all without it.
        columns: only these, in their order.
        reversals: what was taken back, where many segments are read; read here without it.

    Raises:
        DataError: ``SEGMENT_ABSENT``, ``SEGMENT_DAMAGED``.
    """
    wanted = None if columns is None else [*dict.fromkeys((*columns, *_KEYS))]
    table = decoded(segment_body(store, connection, segment), wanted)
    if months is not None:
        first, last = months
        table, _ = taken(table, segment.ranges, lambda one: first <= one.month <= last)
    if reversals is None:
        known = (segment.ranges[0].month, segment.ranges[-1].month) if segment.ranges else None
        reversals = Reversals(store, connection, known, as_of)
    live = live_mask(key_lanes(table), segment, reversals)
    if live is not None:
        table = take_rows(table, live)
    return table if columns is None else table.select([*columns])


def row_sets(
    store: Store, connection: Connection, period: str, as_of: int | None = None
) -> list[RowSet]:
    """The live rows of each month of a period and each institution, sorted; what a lock covers.

    The hash is SHA-256 over the sorted keys (128 bits each, see :mod:`~.rowkeys`): equal for equal
    rows, however they came in, in which order, and in whichever segments they lie.

    Raises:
        DataError: ``SEGMENT_ABSENT``, ``SEGMENT_DAMAGED``.
    """
    starts = parse_period(period).month_starts
    months = (month_of(starts[0]), month_of(starts[-1]))
    found: dict[tuple[str, str], list[Lanes]] = {}
    for one, lanes in live_ranges(store, connection, months, as_of):
        found.setdefault((one.month, one.institution), []).append(lanes)
    made = (_row_set(*cell, several) for cell, several in found.items())
    return sorted(one for one in made if one.rows)


def _row_set(month: str, institution: str, several: Sequence[Lanes]) -> RowSet:
    keys = KeySet.of(several)
    packed = np.stack([keys.first, keys.second], axis=1).astype("<u8")
    return RowSet(month, institution, len(keys), sha256(packed.tobytes()).hexdigest())


def live_ranges(
    store: Store,
    connection: Connection,
    months: tuple[str, str],
    as_of: int | None = None,
    wanted: _Wanted | None = None,
    imports: frozenset[int] | None = None,
) -> Iterator[tuple[Range, Lanes]]:
    """The keys of live rows, a month and institution of a segment at a time.

    ``imports`` asks for rows that these imports brought, by the segments that these wrote.
    """
    reversals = Reversals(store, connection, months, as_of)
    if imports is None:
        segments = live_segments(connection, months, as_of)
    else:
        every = segments_of_kind(connection, ("records",), months, as_of)
        segments = [one for one in every if one.import_id in imports]
    for segment in segments:
        asked = [
            one
            for one in segment.ranges
            if months[0] <= one.month <= months[1] and (wanted is None or wanted(one))
        ]
        if not asked:
            continue
        table = decoded(segment_body(store, connection, segment), _KEYS)
        keys = key_lanes(table)
        live = live_mask(keys, segment, reversals)
        for one in asked:
            here = slice(one.first, one.first + one.rows)
            some = keys[0][here], keys[1][here]
            if live is not None:
                some = some[0][live[here]], some[1][live[here]]
            if some[0].size:
                yield one, some
