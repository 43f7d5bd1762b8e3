"""What of a file is new to the store, as segments ready to be kept; and what it takes back.

Done outside the writer's lock against one state of the store, load by load, with the keys of the
months and institutions that the load has. What is decided holds as long as nothing else came in
these months and no period was locked or unlocked: :func:`unchanged` asks that inside the lock.
Sources: issue 7, "Import"; specification page 2 "Records at rest"; definition 5.19 (late records).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from sqlalchemy import Connection, func, select

from equivalents.intake.columns import numbers, text_array
from equivalents.policy.calendar import parse_day
from equivalents.store.arrowtables import number_column, take_rows, whole_column
from equivalents.store.engine import Store
from equivalents.store.importlook import Changes
from equivalents.store.importread import Read
from equivalents.store.importspool import Cell, Load, loads_of
from equivalents.store.locked import LockedPeriod, locked_on, locked_periods
from equivalents.store.rowkeys import KeySet, Lanes, Mask, keys_of, occurrences
from equivalents.store.schema import LOCKS, SEGMENTS, UNLOCKS
from equivalents.store.segmentformat import Range, day_codes, month_codes
from equivalents.store.segments import (
    Reversals,
    live_mask,
    live_ranges,
    live_segments,
    segment_body,
    segments_of_kind,
    taken,
)
from equivalents.store.segmentwrite import Piece, Pieces, reversal_table, sorted_table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Decided", "Seen", "decide", "first_open", "seen_now", "take_back", "unchanged"]

_BRINGING: Final = ("records", "reversal")
_EVER: Final = ("0000-00", "9999-12")


class Seen(NamedTuple):
    """The state that something was decided against: the last segment, lock and unlock."""

    segment: int
    lock: int
    unlock: int


@dataclass(slots=True)
class Decided:
    """What a file comes to: segments ready to be kept, and the counts.

    ``late`` counts rows by the locked period that they came too late for. ``clashes`` are rows
    whose record id stands already with other content, by part and row, with where it stands.
    """

    seen: Seen
    pieces: list[Piece] = field(default_factory=list)
    accepted: int = 0
    known: int = 0
    reversed: int = 0
    late: Counter[str] = field(default_factory=Counter)
    posted: set[str] = field(default_factory=set)
    clashes: dict[int, dict[int, str]] = field(default_factory=dict)
    months: tuple[str, str] | None = None


def seen_now(connection: Connection) -> Seen:
    """The state of the store that decisions hang on."""
    asked = (select(func.max(table.c.id)) for table in (SEGMENTS, LOCKS, UNLOCKS))
    return Seen(*(int(connection.execute(one).scalar() or 0) for one in asked))


def unchanged(connection: Connection, decided: Decided) -> bool:
    """Whether what was decided still holds."""
    now = seen_now(connection)
    if now[1:] != decided.seen[1:]:
        return False
    if now.segment == decided.seen.segment or decided.months is None:
        return True
    later = segments_of_kind(connection, _BRINGING, decided.months)
    return all(one.id <= decided.seen.segment for one in later)


def first_open(locked: Sequence[LockedPeriod], late: LockedPeriod) -> str:
    """The first period after a locked one, of its length, that is not locked itself."""
    from equivalents.policy.calendar import periods_of

    months = len(late.period.month_starts)
    start = late.period.end
    while True:
        (found, *_) = periods_of(months, start, start + 1)
        if locked_on([*locked], found.start) is None:
            return found.name
        start = found.end


class _Posting:
    """Which months are locked, and where their late rows go."""

    def __init__(self, connection: Connection) -> None:
        self._locked = locked_periods(connection)
        self._known: dict[str, tuple[str, str]] = {}

    def of(self, month: str) -> tuple[str, str]:
        """The locked period of a month and the open one after it; both blank where it is open."""
        if month not in self._known:
            held = locked_on(self._locked, parse_day(f"{month}-01"))
            self._known[month] = (
                ("", "") if held is None else (held.period.name, first_open(self._locked, held))
            )
        return self._known[month]


def decide(
    store: Store,
    connection: Connection,
    read: Read,
    folder: Path,
    replaced: frozenset[int] = frozenset(),
    changes: Changes | None = None,
) -> Decided:
    """Compare a file with the store and make the segments of what is new.

    Args:
        store: for bodies of segments.
        connection: of one state of the store.
        read: the file.
        folder: where bodies wait.
        replaced: the import that the file replaces, with those that it replaced itself.
        changes: what is to be shown of a replacement goes here.

    Raises:
        DataError: a segment is absent or damaged; ``SEGMENTS_PLACE``.
    """
    cells = Counter(read.spool.counts)
    if replaced:
        for one, keys in live_ranges(store, connection, _EVER, imports=replaced):
            cells[_cell(one)] += keys[0].size
    decided = Decided(seen_now(connection), months=_span([month for month, _ in cells]))
    pieces = Pieces(store.place, folder)
    posting = _Posting(connection)
    for load in loads_of(cells):
        asked = _Asked(store, connection, load)
        table = read.spool.read(load)
        new, goes = _compare(asked, table, decided, replaced)
        if table is not None:
            table = table.append_column("occurrence", [asked.occurrence])
            new = _without_clashes(asked, table, new, goes, decided)
            if changes is not None:
                changes.add_new(take_rows(table, new))
        if changes is not None and goes:
            changes.add_old(_rows_of(asked, goes, replaced))
        for period, some in _by_posting(reversal_table(goes), posting, decided, late=False):
            pieces.add("reversal", period, some)
        if table is not None and new.any():
            kept = sorted_table(take_rows(table, new), asked.keys(new), read.places())
            decided.accepted += kept.num_rows
            for period, some in _by_posting(kept, posting, decided, late=True):
                pieces.add("records", period, some)
    decided.pieces = pieces.made
    return decided


def take_back(
    store: Store, connection: Connection, imports: frozenset[int], folder: Path
) -> Decided:
    """Everything that is live of some imports, to be taken back.

    Raises:
        DataError: a segment is absent or damaged; ``SEGMENTS_PLACE``.
    """
    found = [*live_ranges(store, connection, _EVER, imports=imports)]
    months = _span([_cell(one)[0] for one, _ in found])
    decided = Decided(seen_now(connection), months=months)
    pieces, posting = Pieces(store.place, folder), _Posting(connection)
    decided.reversed = sum(keys[0].size for _, keys in found)
    for period, some in _by_posting(reversal_table(found), posting, decided, late=False):
        pieces.add("reversal", period, some)
    decided.pieces = pieces.made
    return decided


class _Asked:
    """One load against the store: its keys, and what is live where it is."""

    def __init__(self, store: Store, connection: Connection, load: Load) -> None:
        self.store, self.connection, self.load = store, connection, load
        first, last = load.months[0], load.months[-1]
        self.months = _month(first), _month(last)
        self.occurrence: pa.Array = None
        self._keys: Lanes = (np.zeros(0, np.uint64), np.zeros(0, np.uint64))

    def wants(self, one: Range) -> bool:
        """Whether a range is one of the load's cells."""
        return _cell(one) in self.load.cells

    def number(self, table: "pa.Table") -> Lanes:
        """The keys of the rows of the load."""
        import pyarrow as pa

        lanes = numbers(whole_column(table, "lane_a")), numbers(whole_column(table, "lane_b"))
        counted = occurrences(lanes)
        self.occurrence = number_column(counted.astype(np.int32), pa.int32())
        self._keys = keys_of(lanes, counted)
        return self._keys

    def keys(self, where: Mask) -> Lanes:
        """The keys of some rows."""
        return self._keys[0][where], self._keys[1][where]

    def live(self, imports: frozenset[int] | None = None) -> list[tuple[Range, Lanes]]:
        """What is live in the cells of the load, of some imports or at all."""
        asked = self.store, self.connection, self.months, None, self.wants, imports
        return [*live_ranges(*asked)]


def _compare(
    asked: _Asked, table: "pa.Table | None", decided: Decided, replaced: frozenset[int]
) -> tuple[Mask, list[tuple[Range, Lanes]]]:
    """Which rows of a load are new, and which rows of the replaced import go."""
    keys = asked.number(table) if table is not None else asked.keys(np.zeros(0, bool))
    live = KeySet.of([lanes for _, lanes in asked.live()])
    new = ~live.has(keys)
    decided.known += int(new.size - np.count_nonzero(new))
    goes: list[tuple[Range, Lanes]] = []
    if replaced:
        stays = KeySet(keys)
        for one, lanes in asked.live(replaced):
            gone = ~stays.has(lanes)
            if gone.any():
                goes.append((one, (lanes[0][gone], lanes[1][gone])))
                decided.reversed += int(np.count_nonzero(gone))
    return new, goes


def _without_clashes(
    asked: _Asked,
    table: "pa.Table",
    new: Mask,
    goes: Sequence[tuple[Range, Lanes]],
    decided: Decided,
) -> Mask:
    """Of the new rows those whose record id does not stand already with other content (5.8)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    ids = whole_column(table, "record_id")
    filled = numbers(pc.binary_length(ids)) > 0
    if not (new & filled).any():
        return new
    wanted = ids.take(number_column(np.flatnonzero(new & filled), pa.int64())).unique()
    standing = _standing_ids(asked, wanted, KeySet.of([lanes for _, lanes in goes]))
    if not standing:
        return new
    clash = new & filled & numbers(pc.is_in(ids, value_set=text_array(sorted(standing))))
    parts, rows = numbers(whole_column(table, "part")), numbers(whole_column(table, "row"))
    for at in np.flatnonzero(clash).tolist():
        where = standing[ids[at].as_py()]
        decided.clashes.setdefault(int(parts[at]), {})[int(rows[at])] = where
    left: Mask = new & ~clash
    return left


def _standing_ids(asked: _Asked, ids: "pa.Array", gone: KeySet) -> dict[str, str]:
    """Some record ids that live rows in the cells of a load have, with the file and row of each."""
    import pyarrow.compute as pc

    found: dict[str, str] = {}
    reversals = Reversals(asked.store, asked.connection, asked.months)
    for segment in live_segments(asked.connection, asked.months):
        if not any(map(asked.wants, segment.ranges)):
            continue
        table = _some(asked, segment, ("record_id", "file", "sheet", "row", "key_a", "key_b"))
        keys = numbers(whole_column(table, "key_a")), numbers(whole_column(table, "key_b"))
        live = live_mask(keys, segment, reversals)
        kept = np.ones(table.num_rows, bool) if live is None else live
        kept &= ~gone.has(keys)
        coded = whole_column(table, "record_id")
        met = numbers(pc.is_in(coded.dictionary, value_set=ids))
        kept &= met[numbers(coded.indices)]
        rows = take_rows(table, kept)
        columns = (rows.column(name).to_pylist() for name in ("record_id", "file", "row"))
        for record, file, row in zip(*columns, strict=True):
            found[record] = f"{file} {row}"
    return found


def _some(asked: _Asked, segment: Any, columns: Sequence[str]) -> "pa.Table":
    from equivalents.store.segmentformat import decoded

    table = decoded(segment_body(asked.store, asked.connection, segment), columns)
    return taken(table, segment.ranges, asked.wants)[0].combine_chunks()


def _rows_of(
    asked: _Asked, goes: Sequence[tuple[Range, Lanes]], imports: frozenset[int]
) -> "pa.Table":
    """The whole rows that go, as they stand in the segments of the imports."""
    import pyarrow as pa

    from equivalents.store.segmentformat import COLUMNS

    gone, pieces = KeySet.of([lanes for _, lanes in goes]), []
    reversals = Reversals(asked.store, asked.connection, asked.months)
    for segment in segments_of_kind(asked.connection, ("records",), asked.months):
        if segment.import_id not in imports or not any(map(asked.wants, segment.ranges)):
            continue
        table = _some(asked, segment, COLUMNS)
        keys = numbers(whole_column(table, "key_a")), numbers(whole_column(table, "key_b"))
        wanted = gone.has(keys)
        live = live_mask(keys, segment, reversals)
        wanted &= True if live is None else live
        pieces.append(take_rows(table, wanted))
    return pa.concat_tables(pieces)


def _by_posting(
    table: "pa.Table", posting: _Posting, decided: Decided, *, late: bool
) -> "Iterator[tuple[str, pa.Table]]":
    """Rows that stand by months, parted by the period that they are posted to; late ones told."""
    if not table.num_rows:
        return
    month = month_codes(day_codes(whole_column(table, "service_date")))
    starts = np.flatnonzero(np.diff(month, prepend=month[0] - 1)).tolist()
    runs: list[tuple[str, int, int]] = []
    for at, start in enumerate(starts):
        stop = starts[at + 1] if at + 1 < len(starts) else month.size
        held, period = posting.of(_month(int(month[start])))
        if held:
            decided.posted.add(period)
            decided.late[held] += stop - start if late else 0
        if runs and runs[-1][0] == period:
            runs[-1] = period, runs[-1][1], stop
        else:
            runs.append((period, start, stop))
    for period, start, stop in runs:
        yield period, table.slice(start, stop - start)


def _month(code: int) -> str:
    return f"{1970 + code // 12:04d}-{code % 12 + 1:02d}"


def _cell(one: Range) -> Cell:
    year, month = map(int, one.month.split("-"))
    return (year - 1970) * 12 + month - 1, one.institution


def _span(months: Sequence[int]) -> tuple[str, str] | None:
    return (_month(min(months)), _month(max(months))) if months else None
