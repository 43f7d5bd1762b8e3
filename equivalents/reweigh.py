"""Weighing the same counts again and again: the kernel of a what-if (F, 5.22).

What one person earned alone is linear, quantity times weight: it is one sparse product
(:mod:`equivalents.sparse`), and where few items change only their cells are multiplied, by the
difference of the weights. What is not linear goes the normal way: shared cells are merged and
split by largest remainder (:mod:`equivalents.shares`), those of changed items only. Ceilings,
coefficients, pools and rounding come after the equivalents, by the functions that pay. Figures are
those of :func:`equivalents.weigh.weigh_tally`, and a test holds them equal; item lines are not
made. Sources: F; definitions 5.4, 5.22.
"""

from collections import Counter
from functools import cached_property
from typing import NamedTuple

import numpy as np

from equivalents.errors import Problem, RefusedError
from equivalents.policy.book import Verdict
from equivalents.policy.posts import Codes
from equivalents.sparse import Matrix, Scale
from equivalents.tally import Plan, Tally
from equivalents.units import INT64_LIMIT, Exact, Int64, checked_total
from equivalents.weigh import Scales, Weighed, weigh_tally

__all__ = ["Counts", "Lost"]


class Lost(NamedTuple):
    """Records of an item that a table weighs and another does not, and why."""

    item: int
    verdict: Verdict
    records: int


class Counts:
    """The counts of a settled tally, ready to be weighed as often as asked."""

    def __init__(self, plan: Plan, tally: Tally) -> None:
        """Lay out a settled tally of ``plan``; the tally is not changed."""
        self.plan = plan
        self.tally = tally
        # The cells are sorted, and the codes of crews are behind those of the postings.
        own = int(np.searchsorted(tally.posting, len(plan.postings)))
        self._shared = _some(tally, slice(own, None))
        self.matrix = Matrix(plan, _some(tally, slice(0, own)))
        self._first: dict[str, tuple[Scales, Weighed]] = {}

    def scale(self, scales: Scales, series: str) -> Scale:
        """The weights of a series by column; ``scales`` may be of any table."""
        book, matrix = scales.books[series], self.matrix
        row = scales.rows(series, self._someone, matrix.item, matrix.attribute, matrix.bucket)
        # A verdict is a negative index: it picks one of the zeros behind the weights.
        weights = np.concatenate([book.weight_e4, np.zeros(-min(Verdict), np.int64)])
        return Scale(row, weights[row], book.once[row])

    @cached_property
    def _someone(self) -> Codes:
        """For each column a posting of its class: all of a class are weighed alike."""
        of_class = self.plan.class_of_posting
        example = np.zeros(int(of_class.max(initial=0)) + 1, np.int32)
        example[of_class] = np.arange(of_class.size, dtype=np.int32)
        return example[self.matrix.kind]

    def weigh(self, scales: Scales, series: str) -> Weighed:
        """The whole table: what ``weigh_tally`` gives, without item lines.

        Raises:
            RefusedError: a total is beyond the limit (``TOTAL_TOO_LARGE``).
        """
        scale = self.scale(scales, series)
        sums, wide = self.matrix.product(scale)
        if wide:
            sums[list(wide)] = _checked([*wide.values()], series)
        own_e7 = self._placed(sums)
        return self._with_shared(own_e7, scale, self._split(scales, series), series)

    def weigh_changed(self, known: Weighed, old: Scales, new: Scales) -> Weighed:
        """The same from what the table ``old`` gave: only items that differ are weighed.

        Raises:
            RefusedError: a total is beyond the limit (``TOTAL_TOO_LARGE``).
        """
        series = known.series
        before, after = self.scale(old, series), self.scale(new, series)
        if self.matrix.wide(after).size:
            return self.weigh(new, series)
        own_e7, shared = known.posting_e7, self._split(old, series)
        if shared is not None:
            own_e7 = own_e7 - shared.posting_e7
            shared = self._split_changed(shared, old, new)
        own_e7 = own_e7 + self._placed(self.matrix.gain(before, after))
        return self._with_shared(own_e7, after, shared, series)

    def _placed(self, sums: Int64) -> Int64:
        """Sums of rows as one for each posting."""
        placed = np.zeros(len(self.plan.postings), np.int64)
        placed[self.matrix.posting] = sums
        return placed

    def _with_shared(
        self, own_e7: Int64, scale: Scale, shared: Weighed | None, series: str
    ) -> Weighed:
        """Own equivalents with the parts of shared ones, and the verdicts of both."""
        records, verdicts = self.matrix.records, Counter[Verdict]()
        for value in np.unique(scale.row[scale.row < 0]).tolist():
            verdicts[Verdict(value)] = int(records[scale.row == value].sum())
        counted = int(records[scale.row >= 0].sum())
        if shared is not None:
            own_e7 = _added(own_e7, shared.posting_e7, series)
            verdicts.update(shared.verdicts)
            counted += shared.counted
        return Weighed(series, own_e7, counted, {v: n for v, n in verdicts.items() if n})

    # -- what is shared ------------------------------------------------------------------------

    def _split(self, scales: Scales, series: str) -> Weighed | None:
        """The shared cells weighed and split; what the first table gave is remembered."""
        if len(self._shared) == 0:
            return None
        if series not in self._first:
            self._first[series] = scales, weigh_tally(self._shared, scales, series)
        first, found = self._first[series]
        return found if first is scales else weigh_tally(self._shared, scales, series)

    def _split_changed(self, known: Weighed, old: Scales, new: Scales) -> Weighed:
        """The same under other weights: no total is of two items, so only those that changed."""
        series = known.series
        if new.plan is not old.plan:
            # Other coefficients cut the totals elsewhere.
            return weigh_tally(self._shared, new, series)
        items = self.plan.items
        codes = items.find_all(_changed_items(old, new, series))
        # The new table may know items that no table of the plan does.
        codes += range(len(self.plan.known_items), len(items))
        some = _some(self._shared, np.flatnonzero(np.isin(self._shared.item, codes)))
        gone, come = (weigh_tally(some, scales, series) for scales in (old, new))
        verdicts = Counter(known.verdicts)
        verdicts.subtract(gone.verdicts)
        verdicts.update(come.verdicts)
        left_e7 = known.posting_e7 - gone.posting_e7
        total_e7 = _added(left_e7, come.posting_e7, series)
        return Weighed(series, total_e7, known.counted - gone.counted + come.counted, verdicts)

    # -- figures by item -----------------------------------------------------------------------

    def by_item_and_month(self, scales: Scales, series: str) -> dict[tuple[int, int], int]:
        """Equivalents in e7 by item code and first day of the month, of all that is counted."""
        scale, matrix, plan = self.scale(scales, series), self.matrix, self.plan
        good = np.flatnonzero(scale.row >= 0)
        month = plan.months[plan.month_of_bucket[matrix.bucket[good]]]
        size = matrix.quantity_e3(scale.once)[good]
        # Python integers: nothing bounds what all people together have of an item.
        columns = matrix.item[good], month, size.astype(object) * scale.weight_e4[good]
        shared = self._split(scales, series)
        lines = None if shared is None else shared.lines
        found: dict[tuple[int, int], int] = {}
        for item, day, value in zip(*(column.tolist() for column in columns), strict=True):
            found[item, day] = found.get((item, day), 0) + value
        if lines is not None:
            parts = lines.item, lines.month, lines.equivalents_e7
            for item, day, value in zip(*(part.tolist() for part in parts), strict=True):
                found[item, day] = found.get((item, day), 0) + value
        return found

    def lost(self, old: Scales, new: Scales, series: str) -> list[Lost]:
        """Records that ``old`` weighs and ``new`` does not, by item and verdict."""
        found: Counter[tuple[int, int]] = Counter()
        for item, before, after, records in self._judged(old, new, series):
            gone = np.flatnonzero((before >= 0) & (after < 0))
            for code, value, count in zip(item[gone], after[gone], records[gone], strict=True):
                found[int(code), int(value)] += int(count)
        ordered = sorted(found.items(), key=lambda entry: (entry[0][0], -entry[0][1]))
        return [Lost(item, Verdict(value), count) for (item, value), count in ordered if count]

    def _judged(
        self, old: Scales, new: Scales, series: str
    ) -> tuple[tuple[Codes, Codes, Codes, Int64], ...]:
        """Item, row or verdict before and after, and records: of columns and of shared cells."""
        matrix, shared = self.matrix, self._shared
        keys = shared.posting, shared.item, shared.attribute, shared.bucket
        before, after = (self.scale(scales, series).row for scales in (old, new))
        crews = [scales.rows(series, *keys) for scales in (old, new)]
        return (
            (matrix.item, before, after, matrix.records),
            (shared.item, crews[0], crews[1], shared.records),
        )


def _some(tally: Tally, where: slice | Int64) -> Tally:
    """Some cells of a settled tally, in their order."""
    names = "posting", "item", "attribute", "bucket", "records", "quantity_e3"
    return Tally(tally.plan, *(getattr(tally, name)[where] for name in names))


def _changed_items(old: Scales, new: Scales, series: str) -> list[str]:
    """The items that have other rows in the period, in anything that weighs, merges or stops."""
    period = old.plan.period
    sides: list[dict[str, set[object]]] = []
    for scales in (old, new):
        rows: dict[str, set[object]] = {}
        for row in scales.rules.weights:
            if row.series != series:
                continue
            start, end = max(row.valid_from, period.start), min(row.valid_to, period.end)
            stop = row.valid_to if row.stopped else 0
            # A row outside the period weighs nothing, but says that the series knows the item.
            what = row.conditions, row.weight_e4, row.basis, start, end
            rows.setdefault(row.item_code, set()).add((*(what if start < end else ()), stop))
        sides.append(rows)
    before, after = sides
    codes = sorted(before.keys() | after.keys())
    return [code for code in codes if before.get(code) != after.get(code)]


def _added(one_e7: Int64, other_e7: Int64, series: str) -> Int64:
    """Two columns added, in Python integers where the sums are not proven to fit."""
    most = [
        max(int(column.max(initial=0)), -int(column.min(initial=0)))
        for column in (one_e7, other_e7)
    ]
    if sum(most) < INT64_LIMIT:
        return one_e7 + other_e7
    return _checked(one_e7.astype(object) + other_e7.astype(object), series)


def _checked(exact: Exact | list[int], series: str) -> Int64:
    try:
        return checked_total(exact)
    except OverflowError:
        raise RefusedError([Problem("TOTAL_TOO_LARGE", series=series)]) from None
