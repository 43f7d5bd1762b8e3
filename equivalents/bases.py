"""Counting bases: which of the records of a resident count, when all of them are known (A3, 5.5).

Most records are counted as they stream by; those that wait (``policy.waits``) are gathered and
resolved here, once, when every part has been read. What is found is written into the attributes
of a record: its visit number, and one mark a series (a verdict that keeps it out, or a concurrent
rule). From then on it is counted like any other, so the tally and the direct path stay the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.classes import before, by_basis, faults_of, rank_in
from equivalents.concurrent import mark_concurrent
from equivalents.grouping import group
from equivalents.policy.basis import Subject, window_number
from equivalents.policy.book import Need, Verdict
from equivalents.policy.posts import NO_POSTING
from equivalents.records import FaultSet, RecordBlock
from equivalents.stays import (
    any_visit,
    cut_stays,
    exclude_plain_days,
    judge_plain_days,
    lying_days,
    takes_part,
)
from equivalents.tally import Placed, Plan, find_performers
from equivalents.units import QUANTITY_PLACES, Codes, Int64
from equivalents.waiting import Entries, Waiting, void_of
from equivalents.weigh import BASIS_FAULTS, Scales

__all__ = ["Resolved", "resolve"]

_ONE_E3: Final = 10**QUANTITY_PLACES
_UNPLACED: Final = (
    Verdict.OUTSIDE_PERIOD,
    Verdict.NO_POST,
    Verdict.TEAM_EMPTY,
    Verdict.BEFORE_PERIOD,
)
_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Resolved:
    """Waiting records ready to be counted: blocks with their places, and warnings."""

    blocks: Sequence[tuple[RecordBlock, Placed]] = ()
    warnings: Sequence[FaultSet] = ()


def resolve(waiting: Waiting, scales: Scales) -> Resolved:
    """Decide what counts among all waiting records of a case, in every series."""
    if len(waiting) == 0:
        return Resolved()
    plan = scales.plan
    entries = waiting.entries()
    entries, posting, warnings = _judge_days(entries, scales)
    case = _Case.of(entries, posting, scales)
    warnings += case.count_visits()
    marks = np.stack([case.mark(series) for series in plan.series])
    warnings += case.warnings
    case.let_counted_pieces_speak(marks)
    case.write(marks)
    plan.marked = True
    return Resolved(list(case.blocks()), warnings)


def _judge_days(entries: Entries, scales: Scales) -> tuple[Entries, Codes, list[FaultSet]]:
    """Cut stays into their days; what an end date may not be is held (5.6)."""
    plan = scales.plan
    days = plan.waits.days[np.minimum(entries.item, len(plan.known_items))]
    ended = entries.end >= 0
    known = entries.item < len(plan.known_items)
    entries.held[ended & ~days & known] = Verdict.END_DATE_UNUSED
    plain, stays = np.flatnonzero(days & ~ended), np.flatnonzero(days & ended)
    judge_plain_days(entries, plain)
    # A stay without its resident takes part in nothing, so nothing can take it back either.
    entries.void = void_of(entries, ~(days & ended) | (entries.resident >= 0))
    # Days given as a quantity are corrected like any quantity; a stay is void or stands.
    against = plain[(entries.target[plain] >= 0) & (entries.held[plain] == 0)]
    against = against[ended[entries.target[against]]]
    entries.held[against] = entries.void[against]
    length = np.maximum(entries.end[stays] - entries.day[stays], 1)
    differs = stays[(entries.quantity_e3[stays] != length * _ONE_E3) & (entries.void[stays] == 0)]
    notes = np.maximum(entries.end[differs] - entries.day[differs], 1)
    warnings = faults_of(entries, differs, "DAYS_DIFFER", "quantity", [str(n) for n in notes])
    part = takes_part(entries, scales)
    both = np.concatenate([stays, plain])
    lying = lying_days(entries, both, part, scales.rules.stays, plan)
    exclude_plain_days(entries, plain, lying, plan)
    entries, posting = cut_stays(entries, stays, part, lying, plan)
    return entries, posting, warnings


@dataclass(slots=True)
class _Case:
    """All waiting entries with their places, while it is decided what counts."""

    entries: Entries
    scales: Scales
    posting: Codes
    bucket: Codes
    placed: _Mask
    history: _Mask
    absent: Codes
    warnings: list[FaultSet]
    any_visit: Codes

    @classmethod
    def of(cls, entries: Entries, posting: Codes, scales: Scales) -> "_Case":
        """Place the entries; those of windows also before the period."""
        plan = scales.plan
        item = np.minimum(entries.item, len(plan.known_items))
        history = entries.day >= plan.waits.item_since[item]
        bucket = np.where(history, plan.buckets_ever(entries.day), plan.buckets(entries.day))
        asked = np.flatnonzero(posting == NO_POSTING)
        posting, absent = posting.copy(), np.full(posting.size, -1, np.int32)
        posting[asked], missing = find_performers(entries.take(asked).who, plan)
        if missing is not None:
            absent[asked] = missing
        lost = posting < 0
        empty = posting[lost] == Verdict.TEAM_EMPTY
        entries.held[lost] = np.where(empty, Verdict.TEAM_EMPTY, Verdict.NO_POST)
        # The date is judged first: what was before the period needs no posting.
        early = (posting < 0) & (bucket >= 0) & (bucket < plan.first_bucket)
        entries.held[early] = Verdict.BEFORE_PERIOD
        entries.held[bucket < 0] = Verdict.OUTSIDE_PERIOD
        placed = ~np.isin(entries.held, _UNPLACED) & (bucket >= 0) & (posting >= 0)
        history = placed & (bucket < plan.first_bucket)
        bucket = np.where(placed, bucket, 0).astype(np.int32)
        posting = np.where(placed, posting, 0)
        any_visit = entries.attribute
        return cls(entries, scales, posting, bucket, placed, history, absent, [], any_visit)

    @property
    def plan(self) -> Plan:
        return self.scales.plan

    def rows(self, series: str) -> Codes:
        """The weight row or verdict of each entry, visit numbers set aside."""
        entries = self.entries
        rows = self.scales.rows(series, self.posting, entries.item, self.any_visit, self.bucket)
        rows[~self.placed] = Verdict.NO_POST
        return rows

    def faults(self, series: str) -> Codes:
        """What each entry lacks that the basis of its item asks for in a series, or 0 (A3)."""
        entries = self.entries
        needs = self.scales.books[series].needs(entries.item, self.bucket)
        fault = np.where(np.isin(entries.held, BASIS_FAULTS), entries.held, 0)
        other = fault != Verdict.END_DATE_UNUSED
        lacks = other & (needs & Need.RESIDENT > 0) & (entries.resident < 0)
        fault[lacks] = Verdict.RESIDENT_MISSING
        fault[other & (needs & Need.HOUSEHOLD > 0) & (entries.household < 0)] = (
            Verdict.HOUSEHOLD_MISSING
        )
        fault[(needs & Need.WEIGHT == 0) | ~self.placed] = 0
        return fault.astype(np.int32)

    # -- visit ordinals ------------------------------------------------------------------------

    def count_visits(self) -> list[FaultSet]:
        """Number the visits of each resident, item and window, and write them down (5.5)."""
        entries, plan = self.entries, self.plan
        asks = plan.waits.visits[np.minimum(entries.item, len(plan.known_items))]
        open_ = asks & self.placed & (entries.held == 0)
        if not open_.any():
            return []
        given = entries.attribute
        self.any_visit = any_visit(plan, given, open_)
        eligible = np.zeros(len(entries), bool)
        for series in plan.series:
            eligible |= (self.rows(series) >= 0) & (self.faults(series) == 0)
        open_ &= eligible
        where = np.flatnonzero(open_ & (entries.resident >= 0))
        number = self._like_targets(where, self._ordinals(where))
        entries.attribute = self._relearn(where, number[where])
        return self._visits_that_differ(where, given, number)

    def _ordinals(self, where: Int64) -> Int64:
        """The visit number of each entry; what is void takes a number but no place."""
        entries, plan = self.entries, self.plan
        part = np.zeros(len(entries), bool)
        part[where] = True
        counts = (void_of(entries, part) == 0) & (entries.records == 1)
        number = np.zeros(len(entries), np.int64)
        for item, row in plan.waits.visit_rows.items():
            mine = where[entries.item[where] == plan.items.find(item)]
            if mine.size:
                basis = row.basis
                classes = self._classes(mine, entries.resident, basis.window, basis.scope)
                earlier = before(classes, entries.order[mine], counts[mine])
                used = self._used(mine, Subject.RESIDENT, basis.window, basis.scope, "")
                number[mine] = earlier + used + 1
        # The pieces of a stay are one visit.
        first = np.zeros(int(entries.own.max()) + 1, np.int64)
        heads = where[entries.records[where] == 1]
        first[entries.own[heads]] = number[heads]
        number[where] = first[entries.own[where]]
        return number

    def _like_targets(self, where: Int64, number: Int64) -> Int64:
        """A correction has the number of the record that it names: both are weighed alike."""
        entries = self.entries
        position = np.full(int(entries.own.max()) + 1, -1, np.int64)
        position[entries.own] = np.arange(len(entries))
        corrections = where[entries.target[where] >= 0]
        target = position[entries.target[corrections]]
        known = number[target] > 0
        number[corrections[known]] = number[target[known]]
        return number

    def _relearn(self, where: Int64, number: Int64) -> Codes:
        """The attributes with other visit numbers for some entries."""
        attribute = self.entries.attribute.copy()
        old = attribute[where].astype(np.int64)
        order, starts = group([old, number])
        at = order[starts]
        book = self.plan.attributes
        learned = book.learn(
            replace(book[code], visit_number=str(visit))
            for code, visit in zip(old[at].tolist(), number[at].tolist(), strict=True)
        )
        attribute[where[order]] = np.repeat(
            np.array(learned, np.int32), np.diff(starts, append=order.size)
        )
        return attribute

    def _visits_that_differ(self, where: Int64, given: Codes, number: Int64) -> list[FaultSet]:
        named = np.array([a.visit_number for a in self.plan.attributes.values])
        texts = named[given[where]]
        differs = where[(texts != "") & (texts != number[where].astype(str))]
        differs = differs[~self.history[differs]]
        notes = [str(n) for n in number[differs].tolist()]
        return faults_of(self.entries, differs, "VISIT_NUMBER_DIFFERS", "visit_number", notes)

    # -- classes -------------------------------------------------------------------------------

    def _classes(self, where: Int64, subject: Codes, window: str, scope: str) -> Int64:
        """A number for each class among some entries of one basis: item, subject, window, scope."""
        entries = self.entries
        columns: list[npt.NDArray[np.integer]] = [
            entries.item[where],
            subject[where],
            window_number(entries.day[where], window),
        ]
        if scope == "institution":
            columns.append(entries.institution[where])
        order, starts = group(columns)
        numbers = np.zeros(order.size, np.int64)
        numbers[order] = np.repeat(np.arange(starts.size), np.diff(starts, append=order.size))
        return numbers

    def _used(self, where: Int64, subject: Subject, window: str, scope: str, series: str) -> Int64:
        """How many places of each entry's class locked periods have used (``counted``)."""
        entries, plan = self.entries, self.plan
        book = plan.residents if subject is Subject.RESIDENT else plan.households
        codes = entries.resident if subject is Subject.RESIDENT else entries.household
        used = np.zeros(where.size, np.int64)
        for row in self.scales.rules.used:
            by_place = scope == "institution"
            if row.window != window or bool(row.institution_id) != by_place:
                continue
            if row.series and row.series != series:
                continue
            same = entries.item[where] == plan.items.find(row.item_code)
            same &= codes[where] == book.find(row.subject_id)
            same &= window_number(entries.day[where], window) == row.number
            if by_place:
                same &= entries.institution[where] == plan.institutions.find(row.institution_id)
            used[same] += row.used
        return used

    def mark(self, series: str) -> Codes:
        """The mark of each entry in one series."""
        entries, book = self.entries, self.scales.books[series]
        rows = self.rows(series)
        faults = self.faults(series)
        held = np.where(np.isin(entries.held, (*_UNPLACED, *BASIS_FAULTS)), 0, entries.held)
        mark = np.where(faults < 0, faults, np.where(rows >= 0, held, 0)).astype(np.int32)
        weighed = self.placed & (rows >= 0) & (mark == 0)
        once = weighed & book.once[rows]
        void = void_of(entries, weighed)
        mark[once] = void[once]
        self._mark_classes(series, rows, np.flatnonzero(once & (void == 0)), mark)
        mark[self.history] = Verdict.BEFORE_PERIOD
        self._refuse_whole(series, rows, mark)
        counted = weighed & (mark == 0)
        concurrent = mark_concurrent(entries, counted, counted & (void == 0), self.scales, series)
        return np.where(counted, concurrent, mark)

    def _mark_classes(self, series: str, rows: Codes, where: Int64, mark: Codes) -> None:
        """Keep the first of each class; the others are marked."""
        entries, book = self.entries, self.scales.books[series]
        for basis, chosen in by_basis(book, rows[where]):
            mine = where[chosen]
            household = basis.subject is Subject.HOUSEHOLD
            subject = entries.household if household else entries.resident
            classes = self._classes(mine, subject, basis.window, basis.scope)
            rank = rank_in(classes, entries.order[mine])
            rank += self._used(mine, basis.subject, basis.window, basis.scope, series)
            mark[mine[rank >= basis.first]] = Verdict.BASIS_REPEAT
            kept = mine[(rank < basis.first) & ~self.history[mine]]
            odd = kept[entries.quantity_e3[kept] != _ONE_E3]
            self.warnings += faults_of(entries, odd, "BASIS_QUANTITY", "quantity")

    def _refuse_whole(self, series: str, rows: Codes, mark: Codes) -> None:
        """A stay with a day that must be rejected is rejected as a whole."""
        entries = self.entries
        bad = np.zeros(len(entries), bool)
        for value in np.unique(rows[(rows < 0) & self.placed]).tolist():
            if not self.scales.excludes(series, Verdict(value)):
                bad |= self.placed & (rows == value)
        cut = np.flatnonzero(entries.records == 0)
        if cut.size == 0 or not bad.any():
            return
        names = entries.part * (int(entries.row.max()) + 1) + entries.row
        first = {
            name: at
            for at, name in zip(
                *map(np.ndarray.tolist, (np.flatnonzero(bad), names[bad])), strict=True
            )
        }
        torn = np.flatnonzero(np.isin(names, names[cut]) & np.isin(names, names[bad]))
        for at in torn.tolist():
            mark[at] = rows[first[int(names[at])]]

    def let_counted_pieces_speak(self, marks: npt.NDArray[np.int32]) -> None:
        """A stay that counts on some day is a counted record, whatever became of its first day.

        Of its pieces the one that counts in most series carries the record.
        """
        entries = self.entries
        if (entries.records == 1).all():
            return
        times = np.zeros(len(entries), np.int64)
        for series, mark in zip(self.plan.series, marks, strict=True):
            times += self.placed & (self.rows(series) >= 0) & (mark >= 0)
        order = np.lexsort((entries.day, -times, entries.own))
        first = np.flatnonzero(np.diff(entries.own[order], prepend=-1))
        entries.records = np.zeros(len(entries), np.int64)
        entries.records[order[first]] = 1

    # -- blocks --------------------------------------------------------------------------------

    def write(self, marks: npt.NDArray[np.int32]) -> None:
        """Write the marks of all series into the attributes of the entries."""
        entries, book = self.entries, self.plan.attributes
        lowest = int(marks.min(initial=0))
        columns = [column - lowest for column in marks]
        order, starts = group([entries.attribute, *columns])
        at = order[starts]
        learned = book.learn(
            replace(book[code], marks=tuple(of_entry) if any(of_entry) else ())
            for code, of_entry in zip(
                entries.attribute[at].tolist(), marks[:, at].T.tolist(), strict=True
            )
        )
        attribute = np.zeros(len(entries), np.int32)
        attribute[order] = np.repeat(
            np.array(learned, np.int32), np.diff(starts, append=order.size)
        )
        entries.attribute = attribute

    def blocks(self) -> Iterator[tuple[RecordBlock, Placed]]:
        """One block a part, with its places; the entries of a part in the order of rows."""
        entries = self.entries
        for part in np.unique(entries.part).tolist():
            where = np.flatnonzero(entries.part == part)
            where = where[np.lexsort((entries.records[where] == 0, entries.row[where]))]
            mine = entries.take(where)
            lost = np.flatnonzero(~self.placed[where])
            absent = self.absent[where][lost]
            posting, bucket = self.posting[where], self.bucket[where]
            placed = Placed(posting, bucket, lost, mine.held[lost], absent)
            block = RecordBlock(
                part,
                mine.row,
                mine.institution,
                mine.person,
                mine.item,
                mine.day,
                mine.quantity_e3,
                mine.attribute,
                mine.post,
                shared=mine.shared if (mine.shared >= 0).any() else None,
                records=mine.records,
            )
            yield block, placed
