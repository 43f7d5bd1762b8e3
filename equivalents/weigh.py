"""Weigh later: counts or records times weights give equivalents, exactly, in every series.

Two ways lead to the same figures, and a test holds them equal to the byte:

- the **tally path** (:func:`weigh_tally`) weighs cells, keeps the item lines and can be weighed
  again with other tables without reading the records;
- the **direct path** (:class:`DirectSum`) weighs each record as it streams by and keeps only one
  sum per posting, when nothing else is to be kept.

Both ask :class:`Scales` for the weight row of a record or cell. Sources: A1, A2, A9, A10;
specification page 2 "Numbers".
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from equivalents.codes import Codebook
from equivalents.errors import Problem, RefusedError
from equivalents.policy.book import Verdict, WeightBook
from equivalents.policy.model import CaseRules, Handling
from equivalents.policy.posts import Codes
from equivalents.records import RecordBlock
from equivalents.tally import Placed, Plan, Tally, group
from equivalents.units import (
    QUANTITY_PLACES,
    Exact,
    Int64,
    checked_total,
    product_fits,
    weigh_exactly,
)

_Column = TypeVar("_Column", Int64, Exact)

__all__ = ["DirectSum", "Lines", "NeedsTallyError", "Scales", "Weighed", "weigh_tally"]


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
        self.rules = rules

    def rows(
        self, series: str, posting: Codes, item: Codes, attribute: Codes | None, bucket: Codes
    ) -> Codes:
        """The weight row or negative verdict of placed records or cells in one series."""
        plan = self.plan
        book = self.books[series]
        classes = plan.class_of_posting[posting] if book.asks_posting else None
        rows = book.choose(item, bucket, classes, attribute, plan.attributes)
        if attribute is None or not plan.marked:
            return rows
        return self._heed(series, rows, attribute)

    def _heed(self, series: str, rows: Codes, attribute: Codes) -> Codes:
        """Rows as the marks of their records say: kept, not counted, or of a lower weight."""
        at = self.series.index(series)
        attributes = self.plan.attributes.values
        marks = np.array([a.marks[at] if a.marks else 0 for a in attributes], np.int32)
        mark = marks[attribute]
        # What was before the period is not judged otherwise; what has no weight stays without.
        stopped = (mark < 0) & ((rows >= 0) | (mark == Verdict.BEFORE_PERIOD))
        rows = np.where(stopped, mark, rows)
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
class Lines:
    """Equivalents by institution, person, item, month and weight row, sorted by those.

    ``month`` is the day number of the month's first day. All columns have one length.
    """

    institution: Codes
    person: Codes
    item: Codes
    month: Int64
    row: Codes
    records: Int64
    quantity_e3: Int64
    equivalents_e7: Exact


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
        padding = np.zeros(len(Verdict), np.int64)
        self._weights = {
            series: np.concatenate([book.weight_e4, padding])
            for series, book in scales.books.items()
        }
        self._absolute_e3 = 0

    def add(self, block: RecordBlock, placed: Placed, rows: Mapping[str, Codes]) -> None:
        """Weigh a block; ``rows`` has the weight row or verdict of each record by series."""
        quantity = block.quantity_e3
        self._absolute_e3 += int(np.abs(quantity).sum())
        for series, chosen in rows.items():
            quantity = block.quantity_e3
            if block.records is not None and self.scales.books[series].once.any():
                # Only resolved records are counted once; verdicts weigh nothing either way.
                quantity = self.scales.quantity(series, chosen, quantity, block.records)
                self._absolute_e3 += int(np.abs(quantity).sum())
            products = quantity * self._weights[series][chosen]
            np.add.at(self._sums[series], placed.posting, products)

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


def weigh_tally(tally: Tally, scales: Scales, series: str) -> Weighed:
    """Weigh a settled tally in one series: equivalents, verdict counts and item lines.

    Raises:
        RefusedError: a person's total is beyond the stated limit (``TOTAL_TOO_LARGE``).
    """
    rows = scales.rows(series, tally.posting, tally.item, tally.attribute, tally.bucket)
    good = np.flatnonzero(rows >= 0)
    verdicts: Counter[Verdict] = Counter()
    for verdict in Verdict:
        verdicts[verdict] = int(tally.records[rows == verdict].sum())
    weights = scales.books[series].weight_e4[rows[good]]
    quantity_e3 = scales.quantity(series, rows[good], tally.quantity_e3[good], tally.records[good])
    cell_e7 = weigh_exactly(quantity_e3, weights)
    sums = _sum_by(tally.posting[good], cell_e7, len(scales.plan.postings))
    return Weighed(
        series,
        _within_limits(sums, series),
        int(tally.records[good].sum()),
        {verdict: count for verdict, count in verdicts.items() if count},
        _lines(tally, good, rows[good], quantity_e3, cell_e7),
    )


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


def _lines(tally: Tally, good: Int64, rows: Codes, quantity_e3: Int64, cell_e7: Exact) -> Lines:
    """Cells of one person, item, month and weight row added up (attributes and posts merge)."""
    plan = tally.plan
    posting = tally.posting[good]
    institution = plan.postings.institution[posting]
    person = plan.postings.person[posting]
    item = tally.item[good]  # weighed items are known ones, whose positions are sorted by code
    month = _month_numbers(plan)[tally.bucket[good]]
    order, starts = group([institution, person, item, month, rows])
    at = order[starts]
    return Lines(
        institution[at],
        person[at],
        item[at],
        _months(plan)[month[at]],
        rows[at],
        _sum_runs(tally.records[good][order], starts),
        _sum_runs(quantity_e3[order], starts),
        _sum_runs(cell_e7[order], starts),
    )


def _sum_runs(column: _Column, starts: Int64) -> _Column:
    return np.add.reduceat(column, starts) if starts.size else column[:0]


def _months(plan: Plan) -> Int64:
    """The first day of each month of the period."""
    return np.array(plan.period.month_starts, np.int64)


def _month_numbers(plan: Plan) -> Int64:
    """Which month of the period each bucket lies in."""
    buckets = np.array(plan.bucket_starts, np.int64)
    return np.searchsorted(_months(plan), buckets, side="right") - 1
