"""Streams record blocks through placing and weighing, and accounts for every record (A10).

Each part of the input (a file, or a range of one) is counted on its own, in any thread; the
parts are then added up. Integer addition makes the result independent of who counted what.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from equivalents.errors import ConservationError
from equivalents.policy.book import Verdict
from equivalents.policy.posts import Codes
from equivalents.records import FaultSet, RecordBlock
from equivalents.tally import Placed, Tally, place
from equivalents.units import Int64, print_e3
from equivalents.weigh import DirectSum, Scales

__all__ = ["Counted", "Way", "count"]

Way = Literal["tally", "direct"]
"""Which way the records go: kept as a tally, or weighed at once and forgotten."""

_COLUMN: Final[Mapping[Verdict, str]] = {
    Verdict.OUTSIDE_PERIOD: "service_date",
    Verdict.NO_POST: "person_id",
    Verdict.VISIT_NUMBER_MISSING: "visit_number",
}
"""The column that a verdict points at; all others point at the item."""


@dataclass(slots=True)
class Counted:
    """What came in and how every record of it ended, series by series.

    ``verdicts[series]`` counts records by verdict; ``counted[series]`` those that were weighed;
    ``refused`` rows had a fault of form or identity. ``rejected`` is the number of distinct rows
    rejected in any series.
    """

    tally: Tally
    direct: DirectSum
    received: int = 0
    refused: int = 0
    rejected: int = 0
    counted: Counter[str] = field(default_factory=Counter)
    verdicts: dict[str, Counter[Verdict]] = field(default_factory=dict)
    faults: list[FaultSet] = field(default_factory=list)

    def absorb(self, other: "Counted") -> None:
        """Add another part."""
        self.tally.absorb(other.tally)
        self.direct.absorb(other.direct)
        self.received += other.received
        self.refused += other.refused
        self.rejected += other.rejected
        self.counted.update(other.counted)
        for series, verdicts in other.verdicts.items():
            self.verdicts.setdefault(series, Counter()).update(verdicts)
        self.faults.extend(other.faults)


def count(
    parts: Sequence[Iterable[RecordBlock]],
    scales: Scales,
    path: Way = "tally",
    *,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Counted:
    """Count all parts, with ``workers`` threads; ``progress`` is told of rows as they are done."""
    total = _nothing(scales)

    def one(part: Iterable[RecordBlock]) -> Counted:
        counted = _nothing(scales)
        for block in part:
            _count_block(block, counted, scales, path)
            if progress is not None:
                progress(block.received)
        counted.tally.settle()
        return counted

    if workers > 1 and len(parts) > 1:
        with ThreadPoolExecutor(workers) as pool:
            for counted in pool.map(one, parts):
                total.absorb(counted)
    else:
        for part in parts:
            total.absorb(one(part))
    total.tally.settle()
    _check(total, scales, path)
    return total


def _nothing(scales: Scales) -> Counted:
    empty = Counted(Tally(scales.plan), DirectSum(scales))
    empty.verdicts = {series: Counter() for series in scales.series}
    return empty


def _count_block(block: RecordBlock, counted: Counted, scales: Scales, path: Way) -> None:
    counted.received += block.received
    counted.refused += block.refused
    counted.rejected += block.refused
    counted.faults.extend(block.faults)
    if len(block) == 0:
        return
    placed = place(block, scales.plan)
    rows = _judge(block, placed, counted, scales)
    if path == "direct":
        counted.direct.add(block, placed, rows)
    else:
        counted.tally.add(block, placed)


def _judge(
    block: RecordBlock, placed: Placed, counted: Counted, scales: Scales
) -> dict[str, Codes]:
    """The weight row or verdict of each record by series; verdicts counted, rejected rows noted."""
    chosen = {}
    rejected = [np.zeros(0, np.int64)]
    for series in scales.series:
        if placed.lost.size < len(block):
            rows = scales.rows(series, placed.posting, block.item, block.attribute, placed.bucket)
        else:
            rows = np.zeros(len(block), np.int32)
        rows[placed.lost] = placed.verdict
        chosen[series] = rows
        rejected.append(_note(block, rows, series, counted, scales))
        if scales.books[series].limits_quantity:
            _warn_large(block, rows, series, counted, scales)
    counted.rejected += int(np.count_nonzero(np.bincount(np.concatenate(rejected))))
    return chosen


def _note(block: RecordBlock, rows: Codes, series: str, counted: Counted, scales: Scales) -> Int64:
    """Count the verdicts of one series; returns the positions of the records that it rejects."""
    bad = np.flatnonzero(rows < 0)
    counted.counted[series] += len(block) - bad.size
    rejected = [np.zeros(0, np.int64)]
    for value, found in zip(*np.unique(rows[bad], return_counts=True), strict=True):
        verdict = Verdict(int(value))
        counted.verdicts[series][verdict] += int(found)
        if scales.excludes(series, verdict):
            continue
        here = bad[rows[bad] == value]
        rejected.append(here)
        column = _COLUMN.get(verdict, "item_code")
        counted.faults.append(FaultSet(block.part, verdict.name, column, block.row[here], series))
    return np.concatenate(rejected)


def _warn_large(
    block: RecordBlock, rows: Codes, series: str, counted: Counted, scales: Scales
) -> None:
    """Note quantities above an item's own usual maximum; they are counted all the same (5.8)."""
    good = np.flatnonzero(rows >= 0)
    limit = scales.books[series].quantity_max_e3[rows[good]]
    large = np.abs(block.quantity_e3[good]) > limit
    if large.any():
        notes = tuple(print_e3(int(value)) for value in limit[large])
        row = block.row[good[large]]
        fault = FaultSet(block.part, "QUANTITY_ABOVE_MAX", "quantity", row, series, notes)
        counted.faults.append(fault)


def _check(total: Counted, scales: Scales, path: Way) -> None:
    """Conservation: counted + excluded + rejected = received, in each series, and in the tally."""
    for series in scales.series:
        verdicts = sum(total.verdicts[series].values())
        ended = total.counted[series] + verdicts + total.refused
        if ended != total.received:
            raise ConservationError(f"{series}: {ended} records ended of {total.received} received")
    if path == "tally" and scales.series:
        unplaced = total.verdicts[scales.series[0]]
        lost = unplaced[Verdict.OUTSIDE_PERIOD] + unplaced[Verdict.NO_POST]
        held = int(total.tally.records.sum())
        if held + lost + total.refused != total.received:
            raise ConservationError(
                f"the tally holds {held}, {lost} have no place, {total.refused} were refused, "
                f"of {total.received} received"
            )
