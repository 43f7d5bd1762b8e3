"""Counting bases: which of the records of a resident count, when all of them are known (A3, 5.5).

Most records are counted as they stream by; those that wait (``policy.waits``) are gathered and
resolved, once, when every part has been read, shard by shard (:mod:`equivalents.resolve`). Each
series judges by itself: who takes part (a place and a weight there), what corrections take back,
who is first of a class or in a bed, what stands beside what. What is found is written into the
attributes of each piece of a record: its visit number, and one mark a series (a verdict, or the
number of a concurrent rule). From then on it is counted like any other, so the tally and the direct
path stay the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from equivalents.classes import by_basis, class_columns, faults_of, places_used, rank_in
from equivalents.concurrent import mark_concurrent
from equivalents.grouping import group
from equivalents.policy.book import Need, Verdict
from equivalents.records import FaultSet, RecordBlock
from equivalents.stays import Cut, cut_records, first_in_bed, lying_inside, plain_day_faults
from equivalents.tally import Placed, Plan
from equivalents.units import QUANTITY_PLACES, Codes, Int64
from equivalents.visits import number_visits, with_any_visit
from equivalents.waiting import Entries, void_of
from equivalents.weigh import Scales

__all__ = ["Case"]

_ONE_E3: Final = 10**QUANTITY_PLACES
_Mask = npt.NDArray[np.bool_]
_Column = TypeVar("_Column", Codes, _Mask)


@dataclass(frozen=True, slots=True)
class _Look:
    """What a series sees of the records before any of them stands before another.

    By piece: its weight ``row`` or verdict (visit numbers set aside), and whether it ``fits``: it
    has a weight, and its record all that the basis asks for. By record: the ``verdict`` of one
    that cannot count, or 0; ``own`` where that verdict comes from the weights alone; and whether
    it takes ``part``.
    """

    row: Codes
    fits: _Mask
    verdict: Codes
    own: _Mask
    part: _Mask


@dataclass(frozen=True, slots=True)
class _Judged:
    """The end of the records in one series.

    ``verdict`` by record, 0 where it counts; ``counts`` and ``mark`` by piece.
    """

    verdict: Codes
    counts: _Mask
    mark: Codes


@dataclass
class Case:
    """All waiting records in pieces, while it is decided what counts."""

    entries: Entries
    scales: Scales
    warnings: list[FaultSet] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Cut the records, look at them in every series, and number the visits."""
        entries, plan = self.entries, self.scales.plan
        self.plan: Plan = plan
        self.cut: Cut = cut_records(entries, plan)
        # Mostly each record is one piece: then there is nothing to be gathered or spread.
        self.flat = len(self.cut.pieces) == len(entries)
        self.item = np.minimum(entries.item, np.int32(len(plan.known_items)))
        self.in_days: _Mask = plan.waits.days[self.item]
        self.fault = plain_day_faults(entries, plan)
        self.fault[(entries.end >= 0) & ~self.in_days] = Verdict.END_DATE_UNUSED
        self.any_visit = with_any_visit(entries, plan)
        self.looks = {series: self._look(series) for series in plan.series}
        self.part = np.logical_or.reduce([look.part for look in self.looks.values()])
        self.void = void_of(entries, self.part)
        self.warnings += self._days_that_differ()
        entries.attribute, differing = number_visits(
            entries, self.part, self.void, self.cut.history, self.scales.rules.used, plan
        )
        self.warnings += differing

    def _by_piece(self, column: _Column) -> _Column:
        """A column of records for their pieces."""
        return column if self.flat else column[self.cut.pieces.of]

    @cached_property
    def several(self) -> _Mask:
        """Which records are of several pieces."""
        several: _Mask = np.bincount(self.cut.pieces.of, minlength=len(self.entries)) > 1
        return several

    # -- what a series sees --------------------------------------------------------------------

    def _look(self, series: str) -> _Look:
        pieces, cut = self.cut.pieces, self.cut
        row = self._rows(series, self.any_visit)
        judged = np.where(row < 0, row, np.int32(0))
        fault = self._faults(series)
        judged = np.where(fault < 0, fault, judged)
        fits = judged == 0
        rejecting = np.zeros(judged.size, bool)
        for value in np.unique(judged[~fits]).tolist():
            if not self.scales.excludes(series, Verdict(value)):
                rejecting |= judged == value
        verdict = judged if self.flat else self._first_verdicts(judged, fits, rejecting)
        faulty = fault < 0
        if not self.flat:
            faulty = np.zeros(len(self.entries), bool)
            faulty[pieces.of[fault < 0]] = True
        verdict = np.where(cut.verdict < 0, cut.verdict, verdict)
        return _Look(row, fits, verdict, (verdict < 0) & ~faulty, verdict == 0)

    def _first_verdicts(self, judged: Codes, fits: _Mask, rejecting: _Mask) -> Codes:
        """The first day that rejects, rejects the record; else one day with a weight is enough."""
        of = self.cut.pieces.of
        verdict = np.zeros(len(self.entries), np.int32)
        none = np.ones(len(self.entries), bool)
        none[of[fits]] = False
        for where in (np.flatnonzero(~fits & none[of]), np.flatnonzero(rejecting)):
            verdict[of[where[::-1]]] = judged[where[::-1]]
        return verdict

    def _rows(self, series: str, attribute: Codes) -> Codes:
        """The weight row or verdict of each piece; of a record without a place it means nothing."""
        pieces = self.cut.pieces
        item = self._by_piece(self.entries.item)
        columns = pieces.posting, item, self._by_piece(attribute), pieces.bucket
        return self.scales.rows(series, *columns)

    def _faults(self, series: str) -> Codes:
        """What the record of each piece lacks that its basis asks for on the day, or 0 (A3)."""
        entries, item = self.entries, self._by_piece(self.entries.item)
        needs = self.scales.books[series].needs(item, self.cut.pieces.bucket)
        fault = self._by_piece(self.fault).copy()
        resident = self._by_piece(self.cut.stay) | (needs & Need.RESIDENT > 0)
        lacks = resident & self._by_piece(entries.resident < 0)
        lacks &= fault != Verdict.END_DATE_UNUSED
        fault[lacks] = Verdict.RESIDENT_MISSING
        lacks = self._by_piece(entries.household < 0) & (needs & Need.HOUSEHOLD > 0)
        lacks &= fault != Verdict.END_DATE_UNUSED
        fault[lacks] = Verdict.HOUSEHOLD_MISSING
        fault[self._by_piece(self.cut.verdict < 0) | (needs & Need.WEIGHT == 0)] = 0
        return fault

    def _days_that_differ(self) -> list[FaultSet]:
        """Stays whose quantity is not the number of their days: only told (5.6)."""
        entries = self.entries
        length = np.maximum(entries.end - entries.day, 1)
        told = self.cut.stay & (self.void == 0) & (entries.quantity_e3 > 0)
        where = np.flatnonzero(told & (entries.quantity_e3 != length * _ONE_E3))
        notes = [str(days) for days in length[where].tolist()]
        return faults_of(entries, where, "DAYS_DIFFER", "quantity", notes)

    @cached_property
    def inside(self) -> _Mask:
        """The pieces that lie in another stay which excludes them, in whatever series."""
        stands = self.part & (self.void == 0)
        inside = lying_inside(self.entries, self.cut, stands, self.scales.rules.stays, self.plan)
        return inside & self.in_days[self.cut.pieces.of]

    # -- the end in one series -----------------------------------------------------------------

    def judge(self, series: str) -> _Judged:
        """Decide what counts in one series."""
        look, pieces, entries = self.looks[series], self.cut.pieces, self.entries
        void = void_of(entries, look.part)
        code = self._codes(series, look, void)
        open_ = look.fits & self._by_piece(look.part & (code == 0))
        if self.in_days.any():
            self._count_days(open_, void, code)
        history = self.cut.history
        open_ &= self._by_piece(~history & (code == 0))
        real = self._rows(series, entries.attribute)
        counts = open_ & (real >= 0)
        mark = mark_concurrent(entries, pieces, counts, void == 0, self.scales, series)
        counts &= mark >= 0
        code[self._without(open_ & (mark >= 0), code)] = Verdict.CONCURRENT
        verdict = np.where(look.verdict < 0, look.verdict, code)
        # The date is judged first.
        verdict[history] = Verdict.BEFORE_PERIOD
        # What the weights alone say of a record in one piece, they may say anew of other weights.
        anew = look.own & ~history
        anew &= self.flat or ~self.several
        frozen = self._by_piece(np.where(anew, np.int32(0), verdict))
        mark = np.where(frozen < 0, frozen, mark)
        mark[(mark == 0) & look.fits & ~open_ & (frozen == 0)] = Verdict.BASIS_REPEAT
        return _Judged(verdict, counts, mark)

    def _without(self, open_: _Mask, code: Codes) -> _Mask:
        """The records that nothing is open of, though no code says why."""
        none: _Mask = code == 0
        none[open_ if self.flat else self.cut.pieces.of[open_]] = False
        return none

    def _codes(self, series: str, look: _Look, void: Codes) -> Codes:
        """Why a record that takes part takes no place in its class, or 0 (5.5)."""
        entries, book = self.entries, self.scales.books[series]
        row = np.where(look.fits, look.row, np.int32(-1))
        if not self.flat:
            row = np.full(len(entries), -1, np.int32)
            fitting = np.flatnonzero(look.fits)[::-1]
            row[self.cut.pieces.of[fitting]] = look.row[fitting]
        once = look.part & book.once[row]
        # Days given as a quantity are corrected like any quantity; a stay is void or stands.
        of_stay = self.cut.stay | ((entries.target >= 0) & self.cut.stay[entries.target])
        code = np.where(once | (self.in_days & of_stay & look.part), void, np.int32(0))
        where = np.flatnonzero(once & (void == 0))
        for basis, chosen in by_basis(book, row[where]):
            mine = where[chosen]
            rank = rank_in(class_columns(entries, mine, basis), entries.order[mine])
            rank += places_used(entries, mine, basis, series, self.scales.rules.used, self.plan)
            code[mine[rank >= basis.first]] = Verdict.BASIS_REPEAT
            kept = mine[(rank < basis.first) & ~self.cut.history[mine]]
            odd = kept[entries.quantity_e3[kept] != _ONE_E3]
            self.warnings += faults_of(entries, odd, "BASIS_QUANTITY", "quantity")
        return code

    def _count_days(self, open_: _Mask, void: Codes, code: Codes) -> None:
        """Close the days inside another stay and those of an earlier record, in place (5.6)."""
        pieces = self.cut.pieces
        asked = self.cut.contested & (void == 0)
        days = np.flatnonzero(open_ & asked[pieces.of])
        was_open = open_ & self.in_days[pieces.of]
        first = first_in_bed(self.entries, pieces, days, self.plan)
        open_ &= ~self.inside
        self._say(was_open, open_, code, Verdict.STAY_INSIDE)
        open_[days[~first]] = False
        self._say(was_open, open_, code, Verdict.BASIS_REPEAT)

    def _say(self, before: _Mask, after: _Mask, code: Codes, verdict: Verdict) -> None:
        """Give a code to the records that lost their last piece."""
        of = self.cut.pieces.of
        had, has = np.zeros((2, len(self.entries)), bool)
        had[of[before]], has[of[after]] = True, True
        code[had & ~has & (code == 0)] = verdict

    # -- the block -----------------------------------------------------------------------------

    def block(self, judged: Sequence[_Judged]) -> tuple[RecordBlock, Placed]:
        """All records, with their places; what speaks for a record comes before its pieces."""
        entries, pieces = self.entries, self.cut.pieces
        speaks, silent = self._speakers(judged)
        heads = np.flatnonzero(np.diff(pieces.of, prepend=-1))[silent]
        of = np.concatenate([pieces.of, silent])
        at = np.concatenate([np.arange(len(pieces)), heads])
        extra = np.arange(of.size) >= len(pieces)
        marks = np.stack([np.concatenate([one.mark, _spoken(one, silent)]) for one in judged])
        attribute = self._with_marks(entries.attribute[of], marks)
        quantity = np.where(pieces.days[at] > 0, pieces.days[at] * _ONE_E3, entries.quantity_e3[of])
        quantity[extra] = 0
        records = np.concatenate([speaks.astype(np.int64), np.ones(silent.size, np.int64)])
        where = self._in_order(of, records)
        mine, piece = of[where], at[where]
        block = RecordBlock(
            -1,
            entries.row[mine],
            entries.institution[mine],
            entries.person[mine],
            entries.item[mine],
            pieces.day[piece],
            quantity[where],
            attribute[where],
            entries.post[mine],
            shared=_if_any(entries.shared[mine]),
            records=records[where],
            parts=entries.part[mine],
        )
        verdict = self.cut.verdict[mine]
        lost = np.flatnonzero(verdict)
        absent = self.cut.absent[mine[lost]]
        places = pieces.posting[piece], pieces.bucket[piece], lost, verdict[lost], absent
        return block, Placed(*places)

    def _in_order(self, of: Int64, records: Int64) -> Int64:
        """By part and row; of one record what speaks first. Entries mostly are in that order."""
        entries = self.entries
        part, row = np.diff(entries.part), np.diff(entries.row)
        if ((part > 0) | ((part == 0) & (row > 0))).all():
            return np.argsort(of * 2 + (records == 0), kind="stable")
        return np.lexsort((records == 0, entries.row[of], entries.part[of]))

    def _speakers(self, judged: Sequence[_Judged]) -> tuple[_Mask, Int64]:
        """Which piece speaks for its record in every series, and the records that have none.

        The only piece does. One of several can where it counts in each series in which the record
        does; all else is said by its mark.
        """
        of = self.cut.pieces.of
        able = np.ones(of.size, bool)
        for one in judged:
            able &= one.counts | (one.verdict < 0)[of]
        able |= ~self.several[of]
        which = np.flatnonzero(able)[::-1]
        speaker = np.full(len(self.entries), -1, np.int64)
        speaker[of[which]] = which
        speaks = np.zeros(of.size, bool)
        speaks[speaker[speaker >= 0]] = True
        return speaks, np.flatnonzero(speaker < 0)

    def _with_marks(self, attribute: Codes, marks: npt.NDArray[np.int32]) -> Codes:
        """The attributes with the marks of all series."""
        book = self.plan.attributes
        lowest = int(marks.min(initial=0))
        order, starts = group([attribute, *(column - lowest for column in marks)])
        at = order[starts]
        learned = book.learn(
            replace(book[code], marks=tuple(of_entry) if any(of_entry) else ())
            for code, of_entry in zip(attribute[at].tolist(), marks[:, at].T.tolist(), strict=True)
        )
        marked = np.zeros(attribute.size, np.int32)
        sizes = np.diff(starts, append=order.size)
        marked[order] = np.repeat(np.array(learned, np.int32), sizes)
        return marked


def _spoken(judged: _Judged, records: Int64) -> Codes:
    """The marks of entries that only speak for some records of several pieces."""
    verdict = judged.verdict[records]
    return np.where(verdict == 0, np.int32(Verdict.IN_PIECES), verdict)


def _if_any(shared: Codes) -> Codes | None:
    return shared if (shared >= 0).any() else None
