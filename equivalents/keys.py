"""From equivalents to keys 分配依据: ceilings, then coefficients, rounded once a line (5.1).

The idea: a person's equivalents at an institution stand in *adjusted lines*, one per post and
date segment. A segment is a longest run of days with the same rounded coefficient, so neither
months nor weight tables nor titles cut it. A line's adjusted value is its equivalents times that
coefficient, rounded once, half-up, to seven places; the key is the sum of the lines and of what
was brought in. Where no rule says otherwise there are no lines and the key is the exact
equivalents. Sources: A7, A8; definitions 5.1, 5.3, 5.9, 5.12.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from equivalents.ceilings import Cuts, cut_ceilings, exact_sums, half_up
from equivalents.cutcells import cut_cells
from equivalents.grouping import group
from equivalents.pairs import Pairs
from equivalents.policy.coefficients import ONE_E4, Run
from equivalents.policy.keyrules import Applies, OpeningKey
from equivalents.policy.model import CaseRules, Pool
from equivalents.policy.posts import Codes
from equivalents.policy.sharing import LevelKey, LevelKind
from equivalents.policy.who import Who
from equivalents.sharers import handed_in, pick, sharing_postings
from equivalents.tally import Plan
from equivalents.units import INT64_LIMIT, Exact, Int64
from equivalents.weigh import Weighed

__all__ = [
    "AdjustedLines",
    "BY_EQUIVALENTS",
    "KeyTable",
    "PoolKeys",
    "VARIED",
    "adjust_e7",
    "times",
]

BY_EQUIVALENTS: Final = (LevelKey.ADJUSTED, LevelKey.EQUIVALENTS)
"""The keys that come from equivalents."""

_HIGHEST: Final = 2**62
VARIED: Final = -1
"""Stands for the coefficient of somebody who had several in the period."""


def adjust_e7(equivalents_e7: Int64, coefficient_e4: Int64) -> Exact:
    """Equivalents times coefficient, rounded once, half-up, to seven places (5.1)."""
    return half_up(times(equivalents_e7, coefficient_e4), ONE_E4)


def times(values: Int64, coefficient_e4: Int64) -> Exact:
    """Values times coefficients, exactly, with room to double: int64 where that provably fits."""
    largest = int(np.abs(values).max(initial=0)) * int(coefficient_e4.max(initial=0))
    if largest < INT64_LIMIT // 4:
        products: Int64 = values * coefficient_e4
        return products
    exact: Exact = values.astype(object) * coefficient_e4.astype(object)
    return exact


@dataclass(frozen=True, slots=True)
class AdjustedLines:
    """Adjusted lines, sorted by institution, person, first day and post.

    ``pair`` points at the (institution, person) of the staff, ``post`` into the posts of the
    postings; the days ``[since, until)`` are a segment of 5.1. ``equivalents_e7`` is what is left
    after the ceiling.
    """

    pair: Int64
    post: Int64
    since: Int64
    until: Int64
    equivalents_e7: Int64
    coefficient_e4: Int64
    adjusted_e7: Int64


@dataclass(frozen=True, slots=True)
class KeyTable:
    """The keys of one pool: a value for each (institution, person) of the staff.

    ``key_e7`` may be negative. ``coefficient_e4`` is :data:`VARIED` where several applied.
    ``lines`` is ``None`` where every key is the exact equivalents; else ``line`` says in which of
    them each present stint lies. Where a ceiling cuts, ``cut_cell`` says of each present stint in
    which cell (line and window) it lies, and ``borne_e7`` what of the cut each cell bears.
    """

    equivalents_e7: Int64
    key_e7: Int64
    coefficient_e4: Int64
    brought_e7: Int64
    lines: AdjustedLines | None = None
    line: Int64 | None = None
    cut_cell: Int64 | None = None
    borne_e7: Int64 | None = None


class _Segments(NamedTuple):
    """Coefficient and run of days of each present stint, for one set of kinds."""

    coefficient_e4: Int64
    since: Int64
    until: Int64


class PoolKeys:
    """The keys of every pool of a case, each (series, set of kinds) computed once.

    A pool has one set of adjusted lines, whatever its levels are shared by: a key ``adjusted`` is
    the sum of what is adjusted in them, a key ``equivalents`` the sum of their equivalents.
    """

    def __init__(self, plan: Plan, weighed: Mapping[str, Weighed], rules: CaseRules) -> None:
        self.plan = plan
        self._sharing_of = rules.sharing_of
        self._secondary = rules.secondary
        self._sharers: dict[Who | None, Int64] = {}
        self.staff = Pairs(plan)
        self._weighed = weighed
        self._tables: dict[tuple[str, frozenset[str], Who | None], KeyTable] = {}
        self._segments: dict[frozenset[str], _Segments] = {}
        self._brought: dict[str, Int64] = {}

    @cached_property
    def cuts(self) -> Mapping[str, Cuts]:
        """What the ceilings cut, by series (5.12)."""
        cuts = {
            series: cut_ceilings(self.plan, series, weighed.posting_e7)
            for series, weighed in self._weighed.items()
        }
        return {series: found for series, found in cuts.items() if found is not None}

    @cached_property
    def opening(self) -> Mapping[str, list[OpeningKey]]:
        """Keys brought in, by pool."""
        found: dict[str, list[OpeningKey]] = {}
        for row in self.plan.coefficients.rules.opening:
            found.setdefault(row.pool, []).append(row)
        return found

    @property
    def series(self) -> Sequence[str]:
        """The series that were weighed."""
        return list(self._weighed)

    def posting_e7(self, series: str) -> Int64:
        """The equivalents of each posting, before any ceiling."""
        return self._weighed[series].posting_e7

    def of(self, pool: Pool) -> KeyTable:
        """The keys by which a pool is shared among people, for every pair of the staff.

        Coefficients count for the key ``adjusted`` only. Where people are shared by heads or by
        fixed shares the keys are the equivalents, which nothing is shared by.

        Raises:
            RefusedError: a total is beyond the limits.
        """
        table = self.table(pool.series, self.kinds(pool), self.who(pool))
        if self.people_by(pool) is not LevelKey.ADJUSTED:
            ones = np.full(len(self.staff), ONE_E4, np.int64)
            table = replace(table, key_e7=table.equivalents_e7, coefficient_e4=ones)
        brought = self.brought(pool)
        if brought is None:
            return table
        sums = exact_sums(np.stack([table.key_e7, brought], 1).ravel(), _evens(len(self.staff)))
        return replace(table, key_e7=sums, brought_e7=brought)

    def people_by(self, pool: Pool) -> LevelKey:
        """The key of the last level of a pool; of what is handed in, the one by default."""
        return self._sharing_of(pool.pool).levels[-1].by

    def handed_in(self, pool: Pool) -> Int64:
        """Which pairs share by what their department handed in (1), by no other key."""
        sharing = self._sharing_of(pool.pool)
        if sharing.levels[-1].key is not LevelKey.SECONDARY:
            return np.zeros(len(self.staff), np.int64)
        rows = [row for row in self._secondary if row.pool == pool.pool]
        divided = sharing.level(LevelKind.DEPARTMENT) is not None
        shared = self.sharers(sharing.who)
        return handed_in(self.plan, self.staff, shared, rows, divided=divided)

    def who(self, pool: Pool) -> Who | None:
        """Whose postings share in a pool; ``None``: all."""
        return self._sharing_of(pool.pool).who

    def sharers(self, who: Who | None) -> Int64:
        """The positions among the present stints of those that share."""
        if who not in self._sharers:
            shared = sharing_postings(self.plan, who)
            self._sharers[who] = np.flatnonzero(shared[self.staff.present])
        return self._sharers[who]

    def kinds(self, pool: Pool) -> frozenset[str]:
        """The kinds of coefficients that multiply equivalents in a pool.

        None where none of its levels is shared by ``adjusted``: nothing there asks for them.
        """
        if all(one.by is not LevelKey.ADJUSTED for one in self._sharing_of(pool.pool).levels):
            return frozenset()
        return self.plan.coefficients.kinds(Applies.KEY, pool.pool)

    def table(self, series: str, kinds: frozenset[str], who: Who | None = None) -> KeyTable:
        """The keys of a series under some kinds of coefficients, before any is brought in.

        With ``who`` those of its postings alone; who has none of them has the key 0.
        """
        name = series, kinds, who
        if name not in self._tables:
            self._tables[name] = self._table(*name)
        return self._tables[name]

    def _table(self, series: str, kinds: frozenset[str], who: Who | None) -> KeyTable:
        nothing, shared = np.zeros(len(self.staff), np.int64), self.sharers(who)
        if self.plan.coefficients.plain:
            of_pair = self.staff.pair[shared], len(self.staff)
            posting_e7 = self._weighed[series].posting_e7[self.staff.present[shared]]
            sums = _by_pair(posting_e7, *of_pair)
            return KeyTable(sums, sums, nothing + ONE_E4, nothing)
        lines, line, cut_cell, borne = self._lines(series, kinds, who)
        if who is not None:
            kept, line = pick(line, shared)
            lines = AdjustedLines(*(getattr(lines, f.name)[kept] for f in fields(AdjustedLines)))
            if cut_cell is not None and borne is not None:
                kept, cut_cell = pick(cut_cell, shared)
                borne = borne[kept]
        lowest, highest = nothing + _HIGHEST, nothing - 1
        np.minimum.at(lowest, lines.pair, lines.coefficient_e4)
        np.maximum.at(highest, lines.pair, lines.coefficient_e4)
        one = np.where(lowest == highest, lowest, VARIED)
        return KeyTable(
            _by_pair(lines.equivalents_e7, lines.pair, len(self.staff)),
            _by_pair(lines.adjusted_e7, lines.pair, len(self.staff)),
            np.where(highest < 0, ONE_E4, one),
            nothing,
            lines,
            line,
            cut_cell,
            borne,
        )

    def _lines(
        self, series: str, kinds: frozenset[str], who: Who | None
    ) -> tuple[AdjustedLines, Int64, Int64 | None, Int64 | None]:
        """Equivalents by pair, segment and post, less the cut; then coefficients (5.1).

        With the line of each present stint, its cell of a cut, and what each cell bears. Stints
        that share and stints that do not lie in lines apart.
        """
        staff = self.staff
        segments = self._segments_of(kinds)
        post = self.plan.postings.post[staff.present]
        days = segments.since - self.plan.period.start
        apart = [np.isin(np.arange(post.size), self.sharers(who))] if who is not None else []
        keys: list[Int64 | Codes] = [staff.pair, days, post]
        keys += [one.astype(np.int64) for one in apart]
        order, starts = group(keys)
        at = order[starts]
        line = np.zeros(staff.present.size, np.int64)
        line[order] = np.repeat(np.arange(starts.size), np.diff(starts, append=order.size))
        value_e7 = self._weighed[series].posting_e7[staff.present]
        left_e7 = exact_sums(value_e7[order], starts)
        cell = borne = None
        if series in self.cuts:
            of_series = self.cuts[series], series, self._weighed[series].posting_e7
            cell, borne = cut_cells(self.plan, self.staff, *of_series, keys)
            of_cell = np.zeros(borne.size, np.int64)
            of_cell[cell] = line
            left_e7 = left_e7.copy()
            np.subtract.at(left_e7, of_cell, borne)
        coefficient_e4 = segments.coefficient_e4[at]
        adjusted = exact_sums(adjust_e7(left_e7, coefficient_e4), np.arange(at.size))
        lines = AdjustedLines(
            staff.pair[at],
            post[at].astype(np.int64),
            segments.since[at],
            segments.until[at],
            left_e7,
            coefficient_e4,
            adjusted,
        )
        return lines, line, cell, borne

    def _segments_of(self, kinds: frozenset[str]) -> _Segments:
        found = self._segments.get(kinds)
        if found is None:
            found = self._segments[kinds] = self._find_segments(kinds)
        return found

    def _find_segments(self, kinds: frozenset[str]) -> _Segments:
        """The run of 5.1 that each present stint lies in; 1 all the time where nothing is said."""
        plan, staff = self.plan, self.staff
        count = staff.present.size
        coefficient = np.full(count, ONE_E4, np.int64)
        since = np.full(count, plan.period.start, np.int64)
        until = np.full(count, plan.period.end, np.int64)
        for at, stretches in self.runs(kinds):
            first = max(int(plan.postings.since[staff.present[at]]), plan.period.start)
            run = next(run for run in stretches if run.since <= first < run.until)
            since[at], until[at], coefficient[at] = run
        return _Segments(coefficient, since, until)

    def runs(self, kinds: frozenset[str]) -> Iterator[tuple[int, tuple[Run, ...]]]:
        """Positions of the present stints of people with coefficients, with their runs."""
        plan, postings = self.plan, self.plan.postings
        rules = plan.coefficients
        known = np.array([rules.knows(person) for person in plan.persons.values], bool)
        present = self.staff.present
        runs: dict[tuple[int, int, int], tuple[Run, ...]] = {}
        for at in np.flatnonzero(known[postings.person[present]]).tolist():
            stint = present[at]
            place, person = int(postings.institution[stint]), int(postings.person[stint])
            post = int(postings.post[stint])
            if (place, person, post) not in runs:
                names = plan.institutions[place], plan.persons[person], postings.posts[post]
                runs[place, person, post] = rules.runs(*names, kinds)
            yield at, runs[place, person, post]

    def pair_of(self, row: OpeningKey) -> int:
        """The position in the staff that a key brought in belongs to, or -1."""
        plan = self.plan
        place = plan.institutions.find(row.institution_id)
        return self.staff.find(place, plan.persons.find(row.person_id))

    def brought(self, pool: Pool) -> Int64 | None:
        """Keys brought in for the pools of a name by pair; ``None`` where none are (5.9).

        They are keys of people: what people are not shared by equivalents has no use for them.
        """
        name = pool.pool
        if name not in self.opening or self.people_by(pool) not in BY_EQUIVALENTS:
            return None
        if name not in self._brought:
            brought = np.zeros(len(self.staff), np.int64)
            for row in self.opening[name]:
                pair = self.pair_of(row)
                if pair >= 0:
                    brought[pair] += row.equivalents_e7
            self._brought[name] = brought
        return self._brought[name]


def _by_pair(values_e7: Int64, pair: Int64, size: int) -> Int64:
    """Sums by pair; the pairs are in ascending order, and some may have no value."""
    some = np.flatnonzero(np.diff(pair, prepend=-1))
    sums = np.zeros(size, np.int64)
    sums[pair[some]] = exact_sums(values_e7, some)
    return sums


def _evens(count: int) -> Int64:
    return np.arange(count, dtype=np.int64) * 2
