"""Which weight row applies: compiled from dated, conditional rows into arrays.

The idea: for most (item, bucket) pairs one unconditional row is in force, so a dense table
answers with one gather. Where conditions matter, the answer depends only on the candidate rows,
the posting's class (institution group, title tier) and the class of the record's attributes, so
it is worked out once per combination by the obvious rule (:func:`_best`) and looked up after
that. Sources: A1, A2, A9, A10, definition 5.7.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, IntFlag
from threading import Lock
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.codes import Codebook
from equivalents.grouping import each_once
from equivalents.policy.basis import Subject
from equivalents.policy.contacts import FULL_E4, ConcurrentRule
from equivalents.policy.model import WeightRow
from equivalents.policy.posts import Codes
from equivalents.policy.residentgroups import canonical, spelled
from equivalents.units import QUANTITY_LIMIT_E3, Int64

__all__ = ["ANY_VISIT", "Attributes", "Need", "PostingClass", "Verdict", "WeightBook"]


class Verdict(IntEnum):
    """Why a record has no weight row; the names are reason codes, the values sort below rows."""

    OUTSIDE_PERIOD = -1
    NO_POST = -2
    ITEM_UNKNOWN = -3
    NOT_IN_SERIES = -4
    ITEM_STOPPED = -5
    NO_WEIGHT_ON_DATE = -6
    NO_WEIGHT_FOR_CONDITIONS = -7
    TEAM_EMPTY = -8
    BEFORE_PERIOD = -9
    RESIDENT_MISSING = -10
    HOUSEHOLD_MISSING = -11
    BASIS_REPEAT = -12
    VOIDED = -13
    CORRECTION_ONLY = -14
    END_DATE_UNUSED = -15
    DAYS_RANGE = -16
    DAYS_NOT_WHOLE = -17
    STAY_INSIDE = -18
    CONCURRENT = -19
    IN_PIECES = -20
    """No verdict: the record counts, and its pieces have the weight (a mark, never a reason)."""


ANY_VISIT: Final = "*"
"""A visit number that meets every condition: to ask for the weight before visits are counted."""


class Need(IntFlag):
    """What an item's rows in force on a date need of a record to be counted (A3, 5.5)."""

    WEIGHT = 1
    RESIDENT = 2
    HOUSEHOLD = 4


_CONDITIONAL: Final = -100
"""At and below this an answer is "by conditions": it is lower by one for each set of candidates."""
_UNRESOLVED: Final = -101
"""Not asked before; only where answers by conditions are remembered."""


@dataclass(frozen=True, slots=True)
class PostingClass:
    """What a weight may ask of the place and the performer on the service date."""

    institution_group: str = ""
    title_tier: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Attributes:
    """What a weight may ask of the record itself, and the team; ``resident_groups`` is sorted.

    ``marks`` say what the other records of its resident make of it, series by series in the
    order of their names: 0 nothing, negative a :class:`Verdict`, positive the number of a
    concurrent rule (from 1). Empty where nothing was asked.
    """

    resident_groups: tuple[str, ...] = ()
    setting: str = ""
    visit_number: str = ""
    team_id: str = ""
    marks: tuple[int, ...] = ()


class WeightBook:
    """The weight rows of one series, ready to be chosen from for whole columns.

    ``rows[i]`` is the row that ``choose`` answers with ``i``; negative answers are
    :class:`Verdict`. ``weight_e4[i]`` is its weight.
    """

    def __init__(
        self,
        series: str,
        rows: Iterable[WeightRow],
        items: Codebook[str],
        bucket_starts: Sequence[int],
        classes: Codebook[PostingClass],
        concurrent: Sequence[ConcurrentRule] = (),
    ) -> None:
        """Compile ``rows`` of all series; ``items`` holds every known item first."""
        own = tuple(sorted((row for row in rows if row.series == series), key=_row_order))
        self.series = series
        lowered = list(_lowered(own, [rule for rule in concurrent if rule.concerns(series)]))
        self.rows = own + tuple(row for _, row in lowered)
        self._lowered = {pair: len(own) + at for at, (pair, _) in enumerate(lowered)}
        self.weight_e4: Int64 = np.array([row.weight_e4 for row in self.rows], np.int64)
        limits = [row.quantity_max_e3 or QUANTITY_LIMIT_E3 for row in self.rows]
        self.quantity_max_e3: Int64 = np.array(limits, np.int64)
        self.limits_quantity = any(row.quantity_max_e3 for row in self.rows)
        # A verdict is a negative index: it picks one of the falses behind the rows.
        once = [row.basis.in_classes for row in self.rows] + [False] * -min(Verdict)
        self.once: npt.NDArray[np.bool_] = np.array(once, bool)
        self._own = len(own)
        self._known = len(items)
        self._classes = classes
        self._candidates: Codebook[tuple[int, ...]] = Codebook()
        self.asks_posting = any(row.conditions[0] or row.conditions[2] for row in self.rows)
        self._needs = np.zeros((len(items) + 1, len(bucket_starts)), np.int8)
        self._base = self._compile(items, bucket_starts)
        self._asked = _Asked.by(self.rows)
        self._kinds: Codebook[Attributes] = Codebook()
        self._kind_of = np.zeros(0, np.int32)
        self._resolved = np.zeros((0, len(self._candidates), max(len(classes), 1)), np.int32)
        # Several threads choose at once; only learning something new takes the lock.
        self._learning = Lock()

    def _compile(self, items: Codebook[str], starts: Sequence[int]) -> Codes:
        """For each item and bucket: the row, a verdict, or "conditional" with its candidates."""
        by_item: dict[str, list[int]] = defaultdict(list)
        for index, row in enumerate(self.rows[: self._own]):
            by_item[row.item_code].append(index)
        base = np.full((len(items) + 1, len(starts)), Verdict.NOT_IN_SERIES, np.int32)
        base[-1] = Verdict.ITEM_UNKNOWN
        for item_code, indices in by_item.items():
            item = items.find(item_code)
            spans = [(i, self.rows[i].valid_from, self.rows[i].valid_to) for i in indices]
            # The same rows are in force in most buckets, and give the same answer.
            told: dict[tuple[int, ...], tuple[int, int]] = {}
            answers = []
            for day in starts:
                valid = tuple([i for i, start, end in spans if start <= day < end])
                if not valid:
                    answers.append((self._answer(indices, valid, day), 0))
                    continue
                if valid not in told:
                    answer = self._answer(indices, valid, day)
                    if answer == _CONDITIONAL:
                        answer -= self._candidates.learn([valid])[0]
                    told[valid] = answer, _needs([self.rows[i] for i in valid])
                answers.append(told[valid])
            base[item], self._needs[item] = zip(*answers, strict=True)
        return base

    def _answer(self, indices: Sequence[int], valid: Sequence[int], day: int) -> int:
        if not valid:
            stopped = _stopped([self.rows[i] for i in indices], day)
            return Verdict.ITEM_STOPPED if stopped else Verdict.NO_WEIGHT_ON_DATE
        if any(self.rows[i].specificity for i in valid):
            return _CONDITIONAL
        return valid[0]

    def choose(
        self,
        item: Codes,
        bucket: Codes,
        posting_class: Codes | None,
        attribute: Codes | None,
        attributes: Codebook[Attributes],
    ) -> Codes:
        """The row index or verdict of each record or cell; all columns of one length.

        ``posting_class`` may be absent when :attr:`asks_posting` is false.
        """
        cell = np.minimum(item, self._known) * np.int32(self._base.shape[1]) + bucket
        answer: Codes = np.take(self._base, cell)
        if len(self._candidates) == 0:
            return answer
        conditional = np.flatnonzero(answer <= _CONDITIONAL)
        if conditional.size:
            slot = np.int32(_CONDITIONAL) - np.take(answer, conditional)
            kind = self._kinds_of(attribute, conditional, attributes)
            at = np.int32(0) if posting_class is None else np.take(posting_class, conditional)
            answer[conditional] = self._look_up(kind, slot, at)
        return answer

    def needs(self, item: Codes, bucket: Codes) -> npt.NDArray[np.int8]:
        """What the rows in force need of a record (:class:`Need`), before any condition."""
        needs: npt.NDArray[np.int8] = self._needs[np.minimum(item, self._known), bucket]
        return needs

    def lower(self, row: int, rule: str) -> int:
        """The row that a concurrent rule makes of a row; the same where it lowers nothing."""
        return self._lowered.get((row, rule), row)

    def _kinds_of(
        self, attribute: Codes | None, where: Int64, attributes: Codebook[Attributes]
    ) -> Codes | np.int32:
        """The attribute codes reduced to what this book's rows ask about."""
        if self._kind_of.size < len(attributes):
            with self._learning:
                self._learn(attributes.values[self._kind_of.size :])
        if attribute is None:
            return np.int32(0)
        return np.take(self._kind_of, np.take(attribute, where))

    def _learn(self, news: Sequence[Attributes]) -> None:
        learned = np.array(self._kinds.learn(map(self._asked.reduce, news)), np.int32)
        _, slots, classes = self._resolved.shape
        more = len(self._kinds) - self._resolved.shape[0]
        unresolved = np.full((more, slots, classes), _UNRESOLVED, np.int32)
        self._resolved = np.concatenate([self._resolved, unresolved])
        self._kind_of = np.concatenate([self._kind_of, learned])

    def _look_up(
        self, kind: Codes | np.int32, slot: Codes, posting_class: Codes | np.int32
    ) -> Codes:
        """The remembered answers; what was never asked before is resolved first.

        The table may grow or be filled by another thread meanwhile: each look-up takes one
        version of it, whose shape gives the positions in it.
        """
        answer, _ = self._remembered(kind, slot, posting_class)
        if answer.min(initial=0) > _UNRESOLVED:
            return answer
        with self._learning:
            answer, at = self._remembered(kind, slot, posting_class)
            for cell in each_once(at[answer == _UNRESOLVED]).tolist():
                key = np.unravel_index(cell, self._resolved.shape)
                self._resolved[key] = self._resolve(*map(int, key))
            return self._remembered(kind, slot, posting_class)[0]

    def _remembered(
        self, kind: Codes | np.int32, slot: Codes, posting_class: Codes | np.int32
    ) -> tuple[Codes, Int64]:
        """Answers as far as they are known, and where they stand in the table."""
        table = self._resolved
        _, slots, classes = table.shape
        # 64 bits: the table may have more cells than 32 bits can count.
        at: Int64 = np.asarray(kind, np.int64) * slots + slot
        at *= classes
        at += posting_class
        return np.take(table, at), at

    def _resolve(self, kind: int, slot: int, posting_class: int) -> int:
        candidates = self._candidates[slot]
        best = _best(
            [self.rows[i] for i in candidates], self._classes[posting_class], self._kinds[kind]
        )
        return best if best < 0 else candidates[best]


def _best(rows: Sequence[WeightRow], place: PostingClass, record: Attributes) -> int:
    """The position of the row that applies, by definition 5.7, or a verdict.

    Most filled conditions first; among rows equal but for the resident group the larger weight
    (就高不重复), then the earlier group by code point, which changes no fen.
    """
    fitting = [i for i, row in enumerate(rows) if _fits(row, place, record)]
    if not fitting:
        return Verdict.NO_WEIGHT_FOR_CONDITIONS
    return min(fitting, key=lambda i: (-rows[i].specificity, -rows[i].weight_e4, i))


def _fits(row: WeightRow, place: PostingClass, record: Attributes) -> bool:
    group, resident_group, title_tier, setting, visit_number = row.conditions
    return (
        group in ("", place.institution_group)
        and (not resident_group or resident_group in record.resident_groups)
        and title_tier in ("", place.title_tier)
        and setting in ("", record.setting)
        and (visit_number in ("", record.visit_number) or record.visit_number == ANY_VISIT)
    )


def _needs(valid: Sequence[WeightRow]) -> int:
    """The needs of the rows in force: an id to count by, a resident to number visits."""
    needs = Need.WEIGHT if valid else Need(0)
    for row in valid:
        household = row.basis.in_classes and row.basis.subject is Subject.HOUSEHOLD
        if household:
            needs |= Need.HOUSEHOLD
        if row.conditions[4] or (row.basis.in_classes and not household):
            needs |= Need.RESIDENT
    return int(needs)


def _stopped(rows: Sequence[WeightRow], day: int) -> bool:
    """Whether a declared stop (停用) of the item stands on a day without any valid row.

    A stop stands from the end of its row until any row of the item begins again.
    """
    return any(
        row.stopped
        and row.valid_to <= day
        and not any(row.valid_to <= later.valid_from <= day for later in rows)
        for row in rows
    )


def _lowered(
    rows: Sequence[WeightRow], rules: Iterable[ConcurrentRule]
) -> Iterator[tuple[tuple[int, str], WeightRow]]:
    """The rows that concurrent rules make: part of a weight, rounded half-up to four places."""
    for rule in rules:
        for index, row in enumerate(rows if 0 < rule.credit_e4 < FULL_E4 else ()):
            if row.item_code in rule.items:
                weight = (row.weight_e4 * rule.credit_e4 + FULL_E4 // 2) // FULL_E4
                if weight == row.weight_e4:
                    continue  # 0.0001 x 0.5 is 0.0001 again: it stays one row, with one total (5.4)
                yield (index, rule.name), replace(row, weight_e4=weight, concurrent=rule.name)


def _row_order(row: WeightRow) -> tuple[str, tuple[str, ...], int]:
    return row.item_code, row.conditions, row.valid_from


@dataclass(frozen=True, slots=True)
class _Asked:
    """The condition values that a book's rows name: all that matters of a record's attributes.

    ``resident_groups`` are the rows' own names of groups by code: records may have another one.
    """

    resident_groups: Mapping[str, tuple[str, ...]]
    settings: frozenset[str]
    visit_numbers: frozenset[str]

    @classmethod
    def by(cls, rows: Sequence[WeightRow]) -> "_Asked":
        _, groups, _, settings, visits = (
            frozenset(r.conditions[i] for r in rows) for i in range(5)
        )
        return cls(spelled(sorted(groups - {""})), settings - {""}, visits - {""})

    def reduce(self, value: Attributes) -> Attributes:
        """Forget what no row asks; "some other visit" and "no visit number" stay different."""
        known = map(canonical, value.resident_groups)
        called = {name for code in known for name in self.resident_groups.get(code, ())}
        groups = tuple(sorted(called))
        setting = value.setting if value.setting in self.settings else ""
        visit = value.visit_number
        if visit and visit not in self.visit_numbers and visit != ANY_VISIT:
            visit = "other" if self.visit_numbers else ""
        return Attributes(groups, setting, visit)
