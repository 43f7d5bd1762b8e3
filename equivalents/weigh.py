"""Weigh later: counts or records times weights give equivalents, exactly, in every series.

Two ways lead to the same figures, and a test holds them equal to the byte:

- the **tally path** (:func:`weigh_tally`) weighs cells, keeps the item lines and can be weighed
  again with other tables without reading the records;
- the **direct path** (:class:`DirectSum`) weighs each record as it streams by and keeps only one
  sum per posting, when nothing else is to be kept.

Both ask :class:`Scales` for the weight row of a record or cell. Sources: A1, A2, A9, A10;
specification page 2 "Numbers".
What several share is split in :mod:`equivalents.shares`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from equivalents.codes import Codebook
from equivalents.errors import Problem, RefusedError
from equivalents.lines import Earned, Lines, lines_of
from equivalents.policy.book import Verdict, WeightBook
from equivalents.policy.model import CONDITIONS, CaseRules, Handling
from equivalents.policy.posts import Codes
from equivalents.records import RecordBlock
from equivalents.shares import Parts, SharedCells, split
from equivalents.tally import Placed, Plan, Tally
from equivalents.units import (
    QUANTITY_PLACES,
    Exact,
    Int64,
    checked_total,
    product_fits,
    weigh_exactly,
)

__all__ = [
    "BASIS_FAULTS",
    "DirectSum",
    "NeedsTallyError",
    "Scales",
    "Weighed",
    "earned_at",
    "shared_cells",
    "weigh_tally",
]


BASIS_FAULTS: Final = (
    Verdict.END_DATE_UNUSED,
    Verdict.HOUSEHOLD_MISSING,
    Verdict.RESIDENT_MISSING,
    Verdict.DAYS_NOT_WHOLE,
    Verdict.DAYS_RANGE,
)
"""What a record may lack that the counting basis of its item asks for."""
_EXCLUDING: Final = frozenset(
    {
        Verdict.ITEM_STOPPED,
        Verdict.BEFORE_PERIOD,
        Verdict.BASIS_REPEAT,
        Verdict.VOIDED,
        Verdict.CORRECTION_ONLY,
        Verdict.STAY_INSIDE,
        Verdict.CONCURRENT,
    }
)
"""Verdicts that keep a record out by a named rule, whatever the series says of missing weights."""


_TITLE: Final = CONDITIONS.index("title_tier")


class NeedsTallyError(Exception):
    """The direct path cannot prove its sums exact; the tally path can."""


class Scales:
    """The weight books of a case and what each series does with a verdict (A9, A10)."""

    def __init__(self, rules: CaseRules, plan: Plan, items: Codebook[str] | None = None) -> None:
        """``items`` are the items that weight rows may name; by default those of the plan."""
        self.plan = plan
        self.series = rules.series
        self._outside = rules.outside_period
        self._missing = {series: rules.missing_in(series) for series in self.series}
        items = Codebook(plan.known_items) if items is None else items
        self.books: Mapping[str, WeightBook] = {
            series: WeightBook(
                series, rules.weights, items, plan.bucket_starts, plan.classes, rules.concurrent
            )
            for series in self.series
        }
        self._by_title = {
            series: any(row.conditions[_TITLE] for row in book.rows)
            for series, book in self.books.items()
        }
        self.rules = rules

    def rows(
        self, series: str, posting: Codes, item: Codes, attribute: Codes | None, bucket: Codes
    ) -> Codes:
        """The weight row or negative verdict of placed records or cells in one series.

        A shared one needs a row for each of its performers: the first who has none gives the
        verdict, else the answer is the row of the first.
        """
        plan = self.plan
        book = self.books[series]
        if not book.asks_posting:
            rows = book.choose(item, bucket, None, attribute, plan.attributes)
            return self._heed(series, rows, attribute)
        several = np.zeros(0, np.int64)
        one = posting
        if posting.max(initial=0) >= len(plan.postings):
            several = np.flatnonzero(posting >= len(plan.postings))
            members = plan.performers.crews.members()
            crew = posting[several] - np.int32(len(plan.postings))
            one = posting.copy()
            one[several] = members.member[members.starts[crew]]
        classes = np.take(plan.class_of_posting, one)
        rows = book.choose(item, bucket, classes, attribute, plan.attributes)
        if several.size and self.by_performer(series):
            where = None if attribute is None else attribute[several]
            columns = posting[several], item[several], where, bucket[several]
            of, each = self.rows_of_members(series, *columns)
            rows[several] = each[np.flatnonzero(np.diff(of, prepend=-1))]
            # Backwards, so that of several faults of a record the first is written last and stays.
            bad = np.flatnonzero(each < 0)[::-1]
            rows[several[of[bad]]] = each[bad]
        return self._heed(series, rows, attribute)

    def by_performer(self, series: str) -> bool:
        """Whether performers of one record may have different rows: the place is the same."""
        return self._by_title[series]

    def rows_of_members(
        self, series: str, crew: Codes, item: Codes, attribute: Codes | None, bucket: Codes
    ) -> tuple[Int64, Codes]:
        """For each performer of each shared record or cell: which one it is, and his own row.

        ``crew`` holds posting codes behind all postings; the other columns are as for ``rows``.
        """
        plan = self.plan
        members = plan.performers.crews.members()
        of, at = members.expand(crew - np.int32(len(plan.postings)))
        classes = plan.class_of_posting[members.member[at]]
        where = None if attribute is None else attribute[of]
        book = self.books[series]
        rows = book.choose(item[of], bucket[of], classes, where, plan.attributes)
        return of, self._heed(series, rows, where)

    def _heed(self, series: str, rows: Codes, attribute: Codes | None) -> Codes:
        """Rows as the marks of their records say: kept, not counted, or of a lower weight."""
        if attribute is None or not self.plan.marked:
            return rows
        at = self.series.index(series)
        attributes = self.plan.attributes.values
        marks = np.array([a.marks[at] if a.marks else 0 for a in attributes], np.int32)
        mark = marks[attribute]
        rows = np.where(mark < 0, mark, rows)
        for number in np.unique(mark[(mark > 0) & (rows >= 0)]).tolist():
            rule = self.rules.concurrent[number - 1].name
            lower = np.array([self.books[series].lower(r, rule) for r in range(self._own(series))])
            here = np.flatnonzero((mark == number) & (rows >= 0))
            rows[here] = lower[rows[here]]
        return rows

    def _own(self, series: str) -> int:
        return len(self.books[series].rows)

    def quantity(self, series: str, rows: Codes, quantity_e3: Int64, records: Int64) -> Int64:
        """What is weighed: the quantity, or 1.000 a record where only the first of a class count.

        A verdict in ``rows`` asks for nothing and gets the quantity.
        """
        once = self.books[series].once
        if not once.any():
            return quantity_e3
        return np.where(once[rows], records * 10**QUANTITY_PLACES, quantity_e3)

    def excludes(self, series: str, verdict: Verdict) -> bool:
        """Whether a verdict keeps a record out by rule; otherwise it rejects the record."""
        if verdict in _EXCLUDING:
            return True
        if verdict is Verdict.NOT_IN_SERIES:
            return self._missing[series] is Handling.EXCLUDE
        return verdict is Verdict.OUTSIDE_PERIOD and self._outside is Handling.EXCLUDE


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one series gives: equivalents per posting, record counts by verdict, item lines."""

    series: str
    posting_e7: Int64
    counted: int
    verdicts: Mapping[Verdict, int]
    lines: Lines | None = None


class DirectSum:
    """The direct path: one exact running sum of e7 per posting and series."""

    def __init__(self, scales: Scales) -> None:
        self.scales = scales
        postings = len(scales.plan.postings)
        self._sums = {series: np.zeros(postings, np.int64) for series in scales.series}
        # A verdict is a negative index: it picks one of these zeros behind the weights.
        padding = np.zeros(-min(Verdict), np.int64)
        self._weights = {
            series: np.concatenate([book.weight_e4, padding])
            for series, book in scales.books.items()
        }
        self._absolute_e3 = 0

    def add(self, block: RecordBlock, placed: Placed, rows: Mapping[str, Codes]) -> None:
        """Weigh a block; ``rows`` has the weight row or verdict of each record by series."""
        self._absolute_e3 += _absolute_sum(block.quantity_e3)
        for series, chosen in rows.items():
            quantity = block.quantity_e3
            if block.records is not None and self.scales.books[series].once.any():
                # Only resolved records are counted once; verdicts weigh nothing either way.
                quantity = self.scales.quantity(series, chosen, quantity, block.records)
                self._absolute_e3 += _absolute_sum(quantity)
            self._add(series, placed.posting, quantity, chosen)

    def add_cells(
        self, posting: Codes, quantity_e3: Int64, rows: Mapping[str, Codes], absolute_e3: int
    ) -> None:
        """Weigh cells of records that were added up before; ``rows`` as for :meth:`add`.

        ``absolute_e3`` is the sum of the absolute quantities of all records that went into them.
        """
        self._absolute_e3 += absolute_e3
        for series, chosen in rows.items():
            self._add(series, posting, quantity_e3, chosen)

    def told(self) -> tuple[int, Mapping[str, Int64]]:
        """All that it holds: absolute quantities in thousandths, and the sums of each series."""
        return self._absolute_e3, self._sums

    def take(self, absolute_e3: int, sums: Mapping[str, tuple[Int64, Int64]]) -> None:
        """Add what another one told, by series as some postings, each once, and their sums."""
        self._absolute_e3 += absolute_e3
        for series, (posting, some) in sums.items():
            self._sums[series][posting] += some

    def _add(self, series: str, posting: Codes, quantity_e3: Int64, rows: Codes) -> None:
        products = np.take(self._weights[series], rows)
        products *= quantity_e3
        np.add.at(self._sums[series], posting, products)

    def absorb(self, other: "DirectSum") -> None:
        """Add the sums of another part of the same plan."""
        self._absolute_e3 += other._absolute_e3
        for series, sums in other._sums.items():
            self._sums[series] += sums

    def finish(self, series: str) -> Int64:
        """The equivalents per posting in e7.

        Raises:
            NeedsTallyError: quantities or weights so large that int64 is not proven to hold.
        """
        heaviest = int(self._weights[series].max(initial=0))
        if not product_fits(self._absolute_e3, heaviest):
            raise NeedsTallyError(series)
        return self._sums[series]


def _absolute_sum(quantity_e3: Int64) -> int:
    """The sum of absolute quantities; nearly always none of them is negative."""
    return int((np.abs(quantity_e3) if quantity_e3.min(initial=0) < 0 else quantity_e3).sum())


def weigh_tally(tally: Tally, scales: Scales, series: str) -> Weighed:
    """Weigh a settled tally in one series: equivalents, verdict counts and item lines.

    Raises:
        RefusedError: a person's total is beyond the stated limit (``TOTAL_TOO_LARGE``).
    """
    rows = scales.rows(series, tally.posting, tally.item, tally.attribute, tally.bucket)
    good, bad = np.flatnonzero(rows >= 0), np.flatnonzero(rows < 0)
    ended = np.zeros(1 - min(Verdict), np.int64)
    np.add.at(ended, -rows[bad], tally.records[bad])
    in_pieces, ended[-Verdict.IN_PIECES] = int(ended[-Verdict.IN_PIECES]), 0
    # The cells are sorted, and the codes of crews are behind those of the postings.
    postings = len(scales.plan.postings)
    crews = np.searchsorted(tally.posting, postings)
    alone, shared = np.split(good, [np.searchsorted(good, crews)])
    own = _earned(tally, alone, rows[alone], scales, series)
    sums = _sum_by(own.posting, own.equivalents_e7, postings)
    parts = _split(tally, shared, scales, series) if shared.size else None
    return Weighed(
        series,
        _within_limits(sums if parts is None else _with_parts(sums, parts), series),
        int(tally.records[good].sum()) + in_pieces,
        {verdict: int(ended[-verdict]) for verdict in Verdict if ended[-verdict]},
        lines_of(scales.plan, own, parts),
    )


def earned_at(
    tally: Tally, scales: Scales, series: str, postings: Int64
) -> tuple[Earned, Parts | None]:
    """What one person earned at one institution, not added up: own cells, parts of shared totals.

    ``postings`` are all postings of the person there, ascending: a shared total is made of all
    cells of like crews, and each of those has a posting of the person.
    """
    first = len(scales.plan.postings)
    members = scales.plan.performers.crews.members()
    hit = np.flatnonzero(np.isin(members.member, postings))
    crews = np.unique(np.searchsorted(members.starts, hit, side="right") - 1)
    cells = np.flatnonzero(np.isin(tally.posting, np.concatenate([postings, first + crews])))
    columns = (tally.posting, tally.item, tally.attribute, tally.bucket)
    rows = scales.rows(series, *(column[cells] for column in columns))
    good, rows = cells[rows >= 0], rows[rows >= 0]
    alone = tally.posting[good] < first
    own = _earned(tally, good[alone], rows[alone], scales, series)
    if alone.all():
        return own, None
    parts = _split(tally, good[~alone], scales, series)
    return own, parts.at(np.isin(parts.posting, postings))


def _earned(tally: Tally, where: Int64, row: Codes, scales: Scales, series: str) -> Earned:
    """The cells at ``where`` weighed with their rows."""
    columns = tally.posting, tally.item, tally.bucket
    posting, item, bucket = (np.take(column, where) for column in columns)
    records, quantity = np.take(tally.records, where), np.take(tally.quantity_e3, where)
    quantity = scales.quantity(series, row, quantity, records)
    exact = weigh_exactly(quantity, np.take(scales.books[series].weight_e4, row))
    return Earned(posting, item, bucket, row, records, quantity, exact)


def _split(tally: Tally, where: Int64, scales: Scales, series: str) -> Parts:
    """What the performers of the shared cells at ``where`` take (5.4)."""
    cells = shared_cells(tally, where, scales, series)
    try:
        return split(scales.plan, cells, scales.books[series].weight_e4)
    except OverflowError:
        raise RefusedError([Problem("TOTAL_TOO_LARGE", series=series)]) from None


def shared_cells(tally: Tally, where: Int64, scales: Scales, series: str) -> SharedCells:
    """The shared cells at ``where``, which have a weight, with the row of each performer."""
    crew, item, attribute, bucket = (
        column[where] for column in (tally.posting, tally.item, tally.attribute, tally.bucket)
    )
    _, rows = scales.rows_of_members(series, crew, item, attribute, bucket)
    crew = crew - np.int32(len(scales.plan.postings))
    # A basis belongs to the item: the row of any performer says whether it counts once.
    of, _ = scales.plan.performers.crews.members().expand(crew)
    first = rows[np.flatnonzero(np.diff(of, prepend=-1))]
    records = tally.records[where]
    values = records, scales.quantity(series, first, tally.quantity_e3[where], records)
    return SharedCells(crew, item, bucket, *values, rows)


def _with_parts(sums: Exact, parts: Parts) -> Exact:
    """Sums per posting with the parts of shared totals added, exactly.

    int64 holds both: :func:`weigh_exactly` keeps either within a half of what it can hold.
    """
    part_e7: Exact = parts.stood_e7
    if sums.dtype != part_e7.dtype:
        sums, part_e7 = sums.astype(object), part_e7.astype(object)
    total: Exact = sums + _sum_by(parts.stood, part_e7, sums.size)
    return total


def _sum_by(position: Codes, values: Exact, size: int) -> Exact:
    """Exact sums by position, in the kind of integers that the values came in."""
    sums: Exact = np.zeros(size, np.int64) if values.dtype == np.int64 else np.zeros(size, object)
    np.add.at(sums, position, values)
    return sums


def _within_limits(sums: Exact, series: str) -> Int64:
    if sums.dtype == np.int64:
        return sums.astype(np.int64, copy=False)
    try:
        return checked_total(sums)
    except OverflowError:
        raise RefusedError([Problem("TOTAL_TOO_LARGE", series=series)]) from None
