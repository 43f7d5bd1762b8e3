"""Parts that were counted before: what a kept tally must tell beside its cells, and how it ends.

A part of the records (a file, or a range of one) whose tally is kept need not be read again. Its
cells say how many records end how, under whatever weights; what they do not say is kept beside
them as :class:`Measures`. Only which rows a rule rejects, or a quantity above its item's usual
maximum, is in no cell: a part that has such rows under other weights than it was counted with is
counted anew. Sources: A10; definitions 5.5, 5.8; specification page 2 "The tally".
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from equivalents.policy.book import Verdict
from equivalents.policy.posts import Codes
from equivalents.records import RecordBlock
from equivalents.tally import Placed, Tally
from equivalents.units import Int64
from equivalents.weigh import DirectSum, Scales

__all__ = ["Ended", "Measures", "ended", "weigh_cells"]


@dataclass(slots=True)
class Measures:
    """What the records of a part have that its cells do not tell.

    ``absolute_e3`` is the sum of all absolute quantities, ``largest_e3`` the largest one by the
    position of its item, ``lost`` counts records without day or posting by verdict.
    """

    absolute_e3: int = 0
    largest_e3: Int64 = field(default_factory=lambda: np.zeros(0, np.int64))
    lost: Counter[Verdict] = field(default_factory=Counter)

    def see(self, block: RecordBlock, placed: Placed, rows: Mapping[str, Codes]) -> None:
        """Told of the records of a block as they end (:data:`equivalents.count.Seen`)."""
        quantity = np.abs(block.quantity_e3)
        self.absolute_e3 += int(quantity.sum())
        where = placed.kept
        item = block.item[where]
        size = int(item.max(initial=-1)) + 1
        if size > self.largest_e3.size:
            more = np.zeros(size - self.largest_e3.size, np.int64)
            self.largest_e3 = np.concatenate([self.largest_e3, more])
        np.maximum.at(self.largest_e3, item, quantity[where])
        verdicts, counts = np.unique(placed.verdict, return_counts=True)
        for verdict, count in zip(verdicts.tolist(), counts.tolist(), strict=True):
            self.lost[Verdict(verdict)] += count


class Ended(NamedTuple):
    """How the records of a part end in each series: counted ones, and others by verdict."""

    counted: Counter[str]
    verdicts: dict[str, Counter[Verdict]]


def ended(tally: Tally, measures: Measures, scales: Scales) -> Ended | None:
    """How the records of a settled tally end, none of which waited for others.

    ``None`` where some are rejected, or may be above the usual maximum of their item: then their
    rows must be told, which no cell knows.
    """
    found = Ended(Counter(), {series: Counter() for series in scales.series})
    for series in scales.series:
        verdicts = Counter(measures.lost)
        rows = _rows(tally, scales, series)
        bad = rows < 0
        ends = np.zeros(1 - min(Verdict), np.int64)
        np.add.at(ends, -rows[bad], tally.records[bad])
        verdicts.update({Verdict(-at): int(ends[at]) for at in np.flatnonzero(ends).tolist()})
        if any(not scales.excludes(series, verdict) for verdict in +verdicts):
            return None
        book = scales.books[series]
        if book.limits_quantity:
            good = np.flatnonzero(~bad)
            largest = measures.largest_e3[tally.item[good]]
            if (largest > book.quantity_max_e3[rows[good]]).any():
                return None
        found.counted[series] = int(tally.records[~bad].sum())
        found.verdicts[series].update(+verdicts)
    return found


def weigh_cells(tally: Tally, measures: Measures, direct: DirectSum) -> Tally:
    """Weigh the cells of single performers at once; the tally of the shared ones is left.

    What :class:`DirectSum` gets is what the records themselves would have given it.
    """
    scales = direct.scales
    alone = np.flatnonzero(tally.posting < len(scales.plan.postings))
    own = _only(tally, alone)
    rows = {series: _rows(own, scales, series) for series in scales.series}
    direct.add_cells(own.posting, own.quantity_e3, rows, measures.absolute_e3)
    shared = np.ones(len(tally), bool)
    shared[alone] = False
    return _only(tally, np.flatnonzero(shared))


def _rows(tally: Tally, scales: Scales, series: str) -> Codes:
    """The weight row or verdict of each cell."""
    if not len(tally):
        return np.zeros(0, np.int32)
    return scales.rows(series, tally.posting, tally.item, tally.attribute, tally.bucket)


def _only(tally: Tally, where: Int64) -> Tally:
    """Some cells of a settled tally, ascending positions."""
    keys = (tally.posting, tally.item, tally.attribute, tally.bucket)
    posting, item, attribute, bucket = (column[where] for column in keys)
    records, quantity = tally.records[where], tally.quantity_e3[where]
    return Tally(tally.plan, posting, item, attribute, bucket, records, quantity)
