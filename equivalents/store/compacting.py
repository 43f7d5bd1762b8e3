"""Small segments become one that names its parents; no row and no row set changes by it.

Thousands of small files make thousands of small segments, each with a cost of its own to open. The
compacted segment has the live rows of its parents, sorted as if they had come in one file. The
parents stay where they are: what was known before the compaction is read from them.
Source: specification page 2 "Records at rest".
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Connection

from equivalents.intake.opening.found import SpoolFolder
from equivalents.store.arrowtables import take_rows
from equivalents.store.engine import Store
from equivalents.store.importparts import Seen, seen_now
from equivalents.store.schema import SEGMENT_PARENTS
from equivalents.store.segmentformat import COLUMNS
from equivalents.store.segments import Reversals, Segment, live_segments, live_table
from equivalents.store.segmentwrite import Piece, Pieces, keep_pieces, ordered

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Compacted", "compact"]

_SMALL: Final = 4 << 20
"""Segments of fewer bytes are merged."""
_TOGETHER: Final = 12 << 20
_ROWS: Final = 1 << 18


class Compacted(NamedTuple):
    """How many segments were merged, and into how many."""

    parents: int
    segments: int


def compact(store: Store, *, why: str = "") -> Compacted:
    """Merge small segments of one year and posting period, each group in a transaction of its own.

    Raises:
        DataError: a segment is absent or damaged; a failure of the database.
    """
    folder = SpoolFolder()
    parents = segments = 0
    while True:
        with store.reading() as connection:
            seen = seen_now(connection)
            group = next(_groups(live_segments(connection)), None)
            if group is None:
                return Compacted(parents, segments)
            table = _merged(store, group, Reversals(store, connection), connection)
        piece = _piece(store, group, table, folder.fresh())
        if _keep(store, group, piece, seen, why):
            parents, segments = parents + len(group), segments + 1


def _groups(segments: list[Segment]) -> Iterator[list[Segment]]:
    """Small segments that become one: of a year and posting period, by their first month."""
    small = [one for one in segments if one.size < _SMALL and one.rows < _ROWS // 2]
    small.sort(key=lambda one: (one.period, _month(one), one.id))
    group: list[Segment] = []
    for one in small:
        fits = group and (
            group[0].period == one.period
            and _month(group[0])[:4] == _month(one)[:4]
            and sum(other.rows for other in group) + one.rows <= _ROWS
            and sum(other.size for other in group) + one.size <= _TOGETHER
        )
        if group and not fits:
            if len(group) > 1:
                yield group
            group = []
        group.append(one)
    if len(group) > 1:
        yield group


def _month(segment: Segment) -> str:
    return segment.ranges[0].month if segment.ranges else ""


def _merged(
    store: Store, group: list[Segment], gone: Reversals, connection: Connection
) -> "pa.Table":
    """The live rows of some segments, in order."""
    import pyarrow as pa

    tables = [live_table(store, connection, one, columns=COLUMNS, reversals=gone) for one in group]
    whole = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    return take_rows(whole, ordered(whole))


def _piece(store: Store, group: list[Segment], table: "pa.Table", folder: Path) -> Piece:
    pieces = Pieces(store.place, folder, rows=_ROWS, empty=True)
    pieces.add("compacted", group[0].period, table)
    (piece,) = pieces.made
    return piece


def _keep(store: Store, group: list[Segment], piece: Piece, seen: Seen, why: str) -> bool:
    """Write a merged segment, unless anything came meanwhile that it would have to know."""
    with store.writing("segments.compact", object_kind="segment", why=why) as writer:
        if seen_now(writer.connection).segment != seen.segment:
            return False
        (made,) = keep_pieces(writer, [piece], None, "compact.segment")
        named = [{"segment_id": made, "parent_id": one.id} for one in group]
        writer.add(SEGMENT_PARENTS, named)
        writer.object_id = str(made)
        writer.after = {"segment": made, "parents": [one.id for one in group]}
    return True
