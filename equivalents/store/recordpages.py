"""Live records of a month at an institution, a page at a time.

They stand by day, then by key (:mod:`~.rowkeys`): an order that knows nothing of segments, so that
a page goes on where the last one ended, whatever came in or was compacted since. One segment is
held at a time, and the rows of one page. Source: issue 8, "records".
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from sqlalchemy import Connection

from equivalents.intake.columns import numbers
from equivalents.intake.headings import TABLES
from equivalents.intake.performers import parse_performers
from equivalents.store.arrowtables import take_rows, whole_column
from equivalents.store.engine import Store
from equivalents.store.importlook import row_texts
from equivalents.store.rowkeys import Lanes, Mask
from equivalents.store.segmentformat import Range, day_codes, decoded, key_lanes
from equivalents.store.segments import (
    Reversals,
    Segment,
    live_mask,
    live_segments,
    segment_body,
    taken,
)
from equivalents.units import Codes

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["RecordAt", "RecordKey", "record_page"]

_COLUMNS: Final = TABLES["records"].names
_WHO: Final = ("person_id", "performers")


class RecordKey(NamedTuple):
    """Where a record stands in its month: its day number, and its key in two words."""

    day: int
    first: int
    second: int


class RecordAt(NamedTuple):
    """A record: its columns as texts, blank ones too; residents as pseudonyms."""

    key: RecordKey
    columns: dict[str, str]


def record_page(
    store: Store,
    connection: Connection,
    month: str,
    institution: str,
    *,
    persons: frozenset[str] | None = None,
    after: RecordKey | None = None,
    most: int = 100,
) -> list[RecordAt]:
    """The first live records after one, of some persons or of all.

    Args:
        store: for bodies of segments.
        connection: of one state of the store.
        month: ``YYYY-MM``.
        institution: where they were done.
        persons: only records that name one of these, alone or among performers.
        after: the last record of the page before.
        most: so many at most.

    Raises:
        DataError: ``SEGMENT_ABSENT``, ``SEGMENT_DAMAGED``.
    """

    asked = _Asked((month, institution), persons, after, most)
    found: list[RecordAt] = []
    reversals = Reversals(store, connection, (month, month))
    for segment in live_segments(connection, (month, month)):
        if any(map(asked.wants, segment.ranges)):
            body = segment_body(store, connection, segment)
            found += asked.of_segment(body, segment, reversals)
            found = sorted(found, key=lambda one: one.key)[:most]
    return found


class _Asked(NamedTuple):
    """What is asked of each segment."""

    cell: tuple[str, str]
    persons: frozenset[str] | None
    after: RecordKey | None
    most: int

    def wants(self, one: Range) -> bool:
        """Whether a range is of the month and institution."""
        return (one.month, one.institution) == self.cell

    def of_segment(self, body: bytes, segment: Segment, reversals: Reversals) -> Iterator[RecordAt]:
        """Its first rows; which they are is told by a few columns."""
        table = self._part(body, segment, ("service_date", "key_a", "key_b", *_WHO))
        day = day_codes(whole_column(table, "service_date"))
        first, second = keys = key_lanes(table)
        live = live_mask(keys, segment, reversals)
        kept = np.ones(table.num_rows, bool) if live is None else live
        if self.persons is not None:
            kept &= _naming(table, self.persons)
        if self.after is not None:
            kept &= _behind(day, keys, self.after)
        at = np.flatnonzero(kept)
        at = at[np.lexsort((second[at], first[at], day[at]))][: self.most]
        if not at.size:
            return
        rows = take_rows(self._part(body, segment, _COLUMNS), at)
        blank = dict.fromkeys(_COLUMNS, "")
        for here, filled in zip(at.tolist(), row_texts([rows]), strict=True):
            key = RecordKey(int(day[here]), int(first[here]), int(second[here]))
            yield RecordAt(key, blank | filled)

    def _part(self, body: bytes, segment: Segment, columns: Sequence[str]) -> "pa.Table":
        return taken(decoded(body, columns), segment.ranges, self.wants)[0].combine_chunks()


def _behind(day: Codes, keys: Lanes, after: RecordKey) -> Mask:
    """Which rows stand behind a record."""
    first, second = np.uint64(after.first), np.uint64(after.second)
    of_day = (keys[0] > first) | ((keys[0] == first) & (keys[1] > second))
    found: Mask = (day > after.day) | ((day == after.day) & of_day)
    return found


def _naming(table: "pa.Table", persons: frozenset[str]) -> Mask:
    """Which rows name some persons, alone or among performers."""
    found = np.zeros(table.num_rows, bool)
    for name, named in (("person_id", _one), ("performers", _several)):
        column = whole_column(table, name)
        hit = [not persons.isdisjoint(named(text or "")) for text in column.dictionary.to_pylist()]
        found |= np.array([*hit, False], bool)[numbers(column.indices.cast("int32"), -1)]
    return found


def _one(text: str) -> tuple[str, ...]:
    return (text,)


def _several(text: str) -> Iterable[str]:
    return parse_performers(text) if text else ()
