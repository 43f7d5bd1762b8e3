"""Streams record blocks through placing and weighing, and accounts for every record (A10).

Each part of the input (a file, or a range of one) is counted on its own, in any thread; the
parts are then added up. Integer addition makes the result independent of who counted what.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final, Literal, Protocol

import numpy as np

from equivalents.errors import ConservationError
from equivalents.grouping import each_once
from equivalents.keptcount import Measures, weigh_cells
from equivalents.order import Run
from equivalents.policy.book import Verdict
from equivalents.policy.posts import Codes
from equivalents.records import FaultSet, RecordBlock
from equivalents.resolve import Resolved, resolve
from equivalents.tally import Placed, Tally, place
from equivalents.units import Int64, print_e3
from equivalents.waiting import Waiting
from equivalents.weigh import DirectSum, Scales

__all__ = ["Counted", "Keeper", "Seen", "Way", "count"]

Way = Literal["tally", "direct"]
"""Which way the records go: kept as a tally, or weighed at once and forgotten."""

Seen = Callable[[RecordBlock, Placed, Mapping[str, Codes]], None]
"""Told of records as they end: the block, its places, and weight row or verdict by series."""

_COLUMN: Final[Mapping[Verdict, str]] = {
    Verdict.OUTSIDE_PERIOD: "service_date",
    Verdict.NO_POST: "person_id",
    Verdict.RESIDENT_MISSING: "resident_id",
    Verdict.HOUSEHOLD_MISSING: "household_id",
    Verdict.END_DATE_UNUSED: "service_end_date",
    Verdict.DAYS_RANGE: "quantity",
    Verdict.DAYS_NOT_WHOLE: "quantity",
    Verdict.TEAM_EMPTY: "team_id",
}
"""The column that a verdict points at; all others point at the item."""


@dataclass(slots=True)
class Counted:
    """What came in and how every record of it ended, series by series.

    ``verdicts[series]`` counts records by verdict; ``counted[series]`` those that were weighed;
    ``refused`` rows had a fault of form or identity, ``unplaced`` records have no day or posting
    here. ``rejected`` is the number of distinct rows
    rejected in any series. ``shared`` entries have a crew: they are in the tally on either path,
    because only the total of all of them is split (5.4). ``shared_records`` counts their records:
    a stay in pieces is one.
    """

    tally: Tally
    direct: DirectSum
    received: int = 0
    refused: int = 0
    rejected: int = 0
    shared: int = 0
    shared_records: int = 0
    counted: Counter[str] = field(default_factory=Counter)
    verdicts: dict[str, Counter[Verdict]] = field(default_factory=dict)
    faults: list[FaultSet] = field(default_factory=list)
    waiting: Waiting = field(default_factory=Waiting)
    unplaced: int = 0
    seen: Seen | None = None

    def absorb(self, other: "Counted") -> None:
        """Add another part."""
        self.tally.absorb(other.tally)
        self.direct.absorb(other.direct)
        self.received += other.received
        self.refused += other.refused
        self.rejected += other.rejected
        self.shared += other.shared
        self.shared_records += other.shared_records
        self.counted.update(other.counted)
        for series, verdicts in other.verdicts.items():
            self.verdicts.setdefault(series, Counter()).update(verdicts)
        self.faults.extend(other.faults)
        self.waiting.absorb(other.waiting)
        self.unplaced += other.unplaced


class Keeper(Protocol):
    """Keeps what parts were counted as, and knows it again: any part by its position.

    What it gives is what the part itself would give, without the waiting of its records done.
    """

    def keeps(self, at: int) -> bool:
        """Whether it is asked for this part at all."""

    def known(self, at: int, scales: Scales) -> tuple[Counted, Measures] | None:
        """What the part was counted as on the tally path, or ``None`` to have it counted."""

    def blocks(self, at: int) -> Iterable[RecordBlock]:
        """The blocks of the part, the same as its own, where it has to be counted."""

    def keep(self, at: int, counted: Counted, measures: Measures, scales: Scales) -> None:
        """Keep what the part was counted as on the tally path."""

    def weighed(self, at: int, scales: Scales) -> Counted | None:
        """What the part was weighed as on the direct path, or ``None`` to have it weighed."""

    def keep_weighed(self, at: int, counted: Counted, measures: Measures, scales: Scales) -> None:
        """Keep what the part was weighed as on the direct path."""


def count(
    parts: Sequence[Iterable[RecordBlock]],
    scales: Scales,
    path: Way = "tally",
    *,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
    seen: Seen | None = None,
    freed: Callable[[], None] | None = None,
    keeper: Keeper | None = None,
) -> Counted:
    """Count all parts, with ``workers`` threads.

    ``progress`` is told of rows as they are done, ``seen`` of every block as its records end;
    ``freed`` is called when much memory has become free before more is asked for. ``keeper`` knows
    parts that need not be read; it changes no result, and is not asked where ``seen`` is told.
    """
    total = _nothing(scales, seen)
    told = progress if progress is not None else _unwatched

    def one(at: int, part: Iterable[RecordBlock]) -> Counted:
        if keeper is not None and seen is None and keeper.keeps(at):
            return _count_kept(keeper, at, scales, path, told)
        return _count_part(part, scales, path, told, seen)

    if workers > 1:
        with ThreadPoolExecutor(workers) as pool:
            for counted in pool.map(one, range(len(parts)), parts):
                total.absorb(counted)
            _count_waiting(total, scales, path, pool.map, freed)
    else:
        for counted in map(one, range(len(parts)), parts):
            total.absorb(counted)
        _count_waiting(total, scales, path, map, freed)
    if freed is not None and total.waiting.origins:
        freed()
    total.tally.settle()
    _check(total, scales, path)
    return total


def _unwatched(rows: int) -> None:
    """Progress that nobody watches."""


def _count_part(
    part: Iterable[RecordBlock],
    scales: Scales,
    path: Way,
    told: Callable[[int], None],
    seen: Seen | None,
) -> Counted:
    counted = _nothing(scales, seen)
    for block in part:
        _count_block(block, counted, scales, path)
        told(block.received)
    counted.tally.settle()
    return counted


def _count_kept(
    keeper: Keeper,
    at: int,
    scales: Scales,
    path: Way,
    told: Callable[[int], None],
) -> Counted:
    """A part as it is kept, or counted and kept; the direct path weighs its cells.

    What they weigh is kept as well, where it is shorter than the cells.
    """
    weighed = keeper.weighed(at, scales) if path == "direct" else None
    if weighed is not None:
        told(weighed.received)
        return weighed
    found = keeper.known(at, scales)
    if found is not None:
        told(found[0].received)
    else:
        measures = Measures()
        found = _count_part(keeper.blocks(at), scales, "tally", told, measures.see), measures
        keeper.keep(at, *found, scales)
    counted, measures = found
    if path == "direct":
        cells = len(counted.tally)
        counted.tally = weigh_cells(counted.tally, measures, counted.direct)
        if cells - len(counted.tally) > len(counted.waiting):
            keeper.keep_weighed(at, counted, measures, scales)
    return counted


def _nothing(scales: Scales, seen: Seen | None = None) -> Counted:
    empty = Counted(Tally(scales.plan), DirectSum(scales), seen=seen)
    empty.verdicts = {series: Counter() for series in scales.series}
    return empty


def _count_block(block: RecordBlock, counted: Counted, scales: Scales, path: Way) -> None:
    counted.received += block.received
    counted.refused += block.refused
    counted.rejected += block.refused
    counted.faults.extend(block.faults)
    if block.contact is not None:
        counted.waiting.add(block)
    elif len(block):
        _end(block, place(block, scales.plan), counted, scales, path)


def _count_waiting(
    total: Counted, scales: Scales, path: Way, run: Run, freed: Callable[[], None] | None
) -> None:
    """Count the records that had to wait for all others (A3, A12)."""

    def one(resolved: Resolved) -> Counted:
        counted = _nothing(scales, total.seen)
        counted.faults.extend(resolved.warnings)
        _end(resolved.block, resolved.placed, counted, scales, path)
        counted.tally.settle()
        return counted

    for counted in resolve(total.waiting, scales, one, run, freed):
        total.absorb(counted)


def _end(block: RecordBlock, placed: Placed, counted: Counted, scales: Scales, path: Way) -> None:
    """Every record of a block ends here: counted, excluded or rejected, in each series."""
    rows = _judge(block, placed, counted, scales)
    lost = placed.lost
    counted.unplaced += lost.size if block.records is None else int(block.records[lost].sum())
    if counted.seen is not None:
        counted.seen(block, placed, rows)
    if block.shared is not None:
        placed, rows = _keep_shared(block, placed, rows, counted, path)
    if path == "direct":
        counted.direct.add(block, placed, rows)
    else:
        counted.tally.add(block, placed)


def _keep_shared(
    block: RecordBlock, placed: Placed, rows: dict[str, Codes], counted: Counted, path: Way
) -> tuple[Placed, dict[str, Codes]]:
    """Count the shared records; on the direct path put them into the tally and weigh the others."""
    alone = placed.posting < len(counted.tally.plan.postings)
    entries = len(block) - int(alone.sum())
    counted.shared += entries
    counted.shared_records += entries if block.records is None else int(block.records[~alone].sum())
    if path == "tally" or alone.all():
        return placed, rows
    others = np.flatnonzero(alone)
    counted.tally.add(block, replace(placed, lost=others, verdict=np.zeros_like(others)))
    posting = np.where(alone, placed.posting, np.int32(0))
    # Any verdict weighs nothing.
    nothing = np.int32(Verdict.NO_POST)
    return replace(placed, posting=posting), {
        series: np.where(alone, chosen, nothing) for series, chosen in rows.items()
    }


def _judge(
    block: RecordBlock, placed: Placed, counted: Counted, scales: Scales
) -> dict[str, Codes]:
    """The weight row or verdict of each record by series; verdicts counted, rejected rows noted."""
    chosen = {}
    rejected = []
    for series in scales.series:
        if placed.lost.size < len(block):
            rows = scales.rows(series, placed.posting, block.item, block.attribute, placed.bucket)
        else:
            rows = np.zeros(len(block), np.int32)
        rows[placed.lost] = placed.verdict
        chosen[series] = rows
        rejected.append(_note(block, placed, rows, series, counted, scales))
        if scales.books[series].limits_quantity:
            _warn_large(block, rows, series, counted, scales)
    some = [positions for positions in rejected if positions.size]
    counted.rejected += some[0].size if len(some) == 1 else _distinct(some)
    return chosen


def _distinct(positions: Sequence[Int64]) -> int:
    """How many records some series reject."""
    return each_once(np.concatenate(positions)).size if positions else 0


def _note(
    block: RecordBlock, placed: Placed, rows: Codes, series: str, counted: Counted, scales: Scales
) -> Int64:
    """Count the verdicts of one series; returns the positions of the records that it rejects."""
    bad = np.flatnonzero(rows < 0)
    if block.records is None:
        counted.counted[series] += len(block) - bad.size
    else:
        # Of a stay in pieces only the first is the record.
        bad = bad[block.records[bad] > 0]
        counted.counted[series] += int(block.records.sum()) - bad.size
    rejected = [np.zeros(0, np.int64)]
    ended = rows[bad]
    found = np.bincount(-ended)
    for number in np.flatnonzero(found)[::-1].tolist():
        verdict = Verdict(-number)
        if verdict is Verdict.IN_PIECES:
            counted.counted[series] += int(found[number])
            continue
        counted.verdicts[series][verdict] += int(found[number])
        if scales.excludes(series, verdict):
            continue
        here = bad[ended == -number]
        rejected.append(here)
        if verdict is Verdict.NO_POST and placed.absent is not None:
            counted.faults += _absent(block, placed, here, series, scales.plan.persons.values)
            continue
        column = _COLUMN.get(verdict, "item_code")
        counted.faults += block.faults_at(verdict.name, column, here, series)
    return np.concatenate(rejected)


def _absent(
    block: RecordBlock, placed: Placed, here: Int64, series: str, persons: Sequence[str]
) -> Iterator[FaultSet]:
    """Records without a posting; where they are shared it is said which performer has none."""
    assert placed.absent is not None, "a block with shared records"
    who = placed.absent[np.searchsorted(placed.lost, here)]
    for column, mine in (("person_id", who < 0), ("performers", who >= 0)):
        if mine.any():
            notes = tuple(persons[person] for person in who[mine] if person >= 0)
            yield from block.faults_at(Verdict.NO_POST.name, column, here[mine], series, notes)


def _warn_large(
    block: RecordBlock, rows: Codes, series: str, counted: Counted, scales: Scales
) -> None:
    """Note quantities above an item's own usual maximum; they are counted all the same (5.8).

    A stay is compared once, by all of its days that count, whatever pieces it was cut into, with
    the maximum of the first of them. The note is the maximum, and of a waiting record also what
    was compared with it.
    """
    good = np.flatnonzero(rows >= 0)
    size = block.quantity_e3[good]
    if block.records is not None:
        # The pieces of a record follow what speaks for it.
        begins = np.flatnonzero(np.diff(np.cumsum(block.records)[good], prepend=-1))
        good, size = good[begins], np.add.reduceat(size, begins) if begins.size else size
    limit = scales.books[series].quantity_max_e3[rows[good]]
    large = np.flatnonzero(np.abs(size) > limit)
    if large.size:
        notes = [print_e3(value) for value in limit[large].tolist()]
        if block.records is not None:
            sizes = map(print_e3, size[large].tolist())
            notes = [f"{note} {of}" for note, of in zip(notes, sizes, strict=True)]
        at = good[large]
        counted.faults += block.faults_at("QUANTITY_ABOVE_MAX", "quantity", at, series, notes)


def _check(total: Counted, scales: Scales, path: Way) -> None:
    """Conservation: counted + excluded + rejected = received, in each series, and in the tally."""
    for series in scales.series:
        verdicts = sum(total.verdicts[series].values())
        ended = total.counted[series] + verdicts + total.refused
        if ended != total.received:
            raise ConservationError(f"{series}: {ended} records ended of {total.received} received")
    if scales.series:
        lost = total.unplaced
        held = int(total.tally.records.sum())
        placed = total.received - total.refused - lost
        if held != (placed if path == "tally" else total.shared_records):
            raise ConservationError(
                f"the tally holds {held}, {total.shared_records} are shared, {lost} have no place, "
                f"{total.refused} were refused, of {total.received} received"
            )
