"""Count first: service records become counts per cell, exactly, in any order.

The tally's key is (posting, item, attributes, bucket); its values are the number of records and
the signed quantity. A posting is a dated (institution, person, post), a bucket is a month cut at
the dates where weights change. No weight, title or group is in the key: those join when the
tally is weighed. Where several share a record, their crew (:mod:`equivalents.crews`) stands in the
place of the posting. Cells are merged by addition, so parts of any size, in any order, from any
thread or worker, give the same tally. What cannot be counted at all (a day outside the period, a
person without a posting there) is counted by verdict instead, so that nothing is lost (A10).

Sources: specification page 2 "The tally"; rules A1, A4, A6, A10; definition 5.5 (dates).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from equivalents.codes import Codebook
from equivalents.crews import Performers
from equivalents.errors import ConservationError
from equivalents.grouping import distinct, sum_runs
from equivalents.ids import IdBook
from equivalents.policy.book import Attributes, PostingClass, Verdict
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, Period
from equivalents.policy.coefficients import Coefficients
from equivalents.policy.leaders import LeaderRule, leads
from equivalents.policy.model import CaseRules
from equivalents.policy.posts import NO_POSTING, Codes, Postings
from equivalents.policy.roster import Roster
from equivalents.policy.waits import Waits
from equivalents.records import RecordBlock
from equivalents.units import Int64

Cells = tuple[Codes, Codes, Codes, Codes, Int64, Int64]
"""Columns posting, item, attribute, bucket, records, quantity_e3 of some cells."""
_Loose = tuple[Codes, Codes, Codes, Codes, Int64 | None, Int64]
"""The same before they are summed up; without records where each is one."""

__all__ = ["Cells", "Placed", "Plan", "Tally", "Who", "find_performers", "place"]

_COMPACT_ABOVE = 1 << 22
"""A tally sums up what it gathered when this many loose cells are waiting (about 100 MB)."""


class Plan:
    """How records are counted: the codebooks, postings and bucket cuts of one case.

    ``bucket_starts`` are the first days of the buckets. Results never depend on how finely they
    are cut; tests cut them finer on purpose (``more_cuts``). ``months`` are the first days of the
    months of the period, ``month_of_bucket`` says which of them each bucket lies in.
    """

    def __init__(self, rules: CaseRules, more_cuts: Iterable[int] = ()) -> None:
        self.period: Period = rules.period
        self.institutions = Codebook(sorted(row.institution_id for row in rules.institutions))
        self.coefficients = Coefficients(rules)
        roster = self.coefficients.stints(Roster.of(rules.postings))
        self.persons = Codebook.different(roster.person_id.texts)
        self.known_items = tuple(sorted({row.item_code for row in rules.weights}))
        self.items = Codebook(self.known_items)
        self.attributes: Codebook[Attributes] = Codebook([Attributes()])
        days = self.period.start, self.period.end
        self.postings = Postings(roster, self.institutions, self.persons, days)
        self.series = rules.series
        self.outside_types = rules.outside_types
        self.concurrent = tuple(rule.name for rule in rules.concurrent)
        self.waits = Waits(rules, self.items)
        self.marked = False
        self.residents = IdBook()
        self.households = IdBook()
        edges = {day for row in rules.weights for day in (row.valid_from, row.valid_to)}
        span = Period("", self.waits.since, self.period.end)
        self.bucket_starts = span.cut(edges.union(more_cuts))
        self.first_bucket = self.bucket_starts.index(self.period.start)
        self._ever = self._bucket_table()
        self._bucket = self._ever.copy()
        self._bucket[: self.period.start - FIRST_DAY] = Verdict.OUTSIDE_PERIOD
        self.present = self._present(rules.key_rules.leaders)
        self.performers = Performers(self.postings, self.persons, rules.teams)
        self.months = np.array(self.period.month_starts, np.int64)
        self.month_of_bucket = np.searchsorted(self.months, self.bucket_starts, side="right") - 1
        groups = {row.institution_id: row.group for row in rules.institutions}
        self.classes, self.class_of_posting = self._classify(roster, groups)

    def _classify(
        self, roster: Roster, groups: Mapping[str, str]
    ) -> tuple[Codebook[PostingClass], Codes]:
        """Every institution group with every title tier, and which of them each posting is."""
        tiers = roster.title_tier
        names = Codebook(sorted(set(groups.values())))
        pairs = [PostingClass(name, tier) for name in names.values for tier in tiers.texts]
        group = [names.find(groups[place]) for place in self.institutions.values]
        tier = tiers.code[self.postings.order]
        first = np.array(group, np.int32) * np.int32(len(tiers.texts))
        return Codebook(pairs), first[self.postings.institution] + tier

    @cached_property
    def segment_of_posting(self) -> Int64:
        """How many times in the period a person's coefficient changed before each posting (5.4).

        Counted per institution, person and post over all kinds that multiply keys of any pool.
        """
        segment = np.zeros(len(self.postings), np.int64)
        known = [self.coefficients.knows(person) for person in self.persons.values]
        for at in np.flatnonzero(np.array(known, bool)[self.postings.person]).tolist():
            place = self.institutions[int(self.postings.institution[at])]
            person = self.persons[int(self.postings.person[at])]
            post = self.postings.posts[int(self.postings.post[at])]
            since = int(self.postings.since[at])
            days = self.coefficients.begins(place, person, post)
            segment[at] = sum(day <= since for day in days)
        return segment

    def _present(self, leaders: Sequence[LeaderRule]) -> Int64:
        """The postings with a day in the period that share in the staff pools (5.20)."""
        present = self.postings.overlap(self.period.start, self.period.end)
        if leaders:
            rows = self.postings.rows
            led = (leads(row, leaders, self.period) for row in rows)
            present &= ~np.fromiter(led, np.bool_, len(rows))
        return np.flatnonzero(present)

    def _bucket_table(self) -> Codes:
        """The bucket of every day that a table may name; outside of them it is negative."""
        table = np.full(LAST_DAY - FIRST_DAY, Verdict.OUTSIDE_PERIOD, np.int32)
        edges = (*self.bucket_starts, self.period.end)
        for bucket, (start, end) in enumerate(pairwise(edges)):
            table[start - FIRST_DAY : end - FIRST_DAY] = bucket
        return table

    def buckets(self, day: Codes) -> Codes:
        """The bucket of each day, or ``Verdict.OUTSIDE_PERIOD``."""
        return np.take(self._bucket, day - np.int32(FIRST_DAY))

    def buckets_ever(self, day: Codes) -> Codes:
        """The same with buckets also for the days before the period that windows reach back to."""
        return np.take(self._ever, day - np.int32(FIRST_DAY))


@dataclass(frozen=True, slots=True)
class Placed:
    """Posting and bucket of every record of a block, and those that have none.

    ``posting`` and ``bucket`` have the block's length; for the records at the positions ``lost``
    they hold 0 and mean nothing: ``verdict`` (of the length of ``lost``) says why. A posting code
    behind all postings is that of a crew. ``absent``, of the length of ``lost``, is the performer
    who has no posting there, or -1; it is missing where no record of the block is shared.
    """

    posting: Codes
    bucket: Codes
    lost: Int64
    verdict: Codes
    absent: Codes | None = None

    @property
    def kept(self) -> slice | Int64:
        """The positions of the records that are placed."""
        if self.lost.size == 0:
            return slice(None)
        placed = np.ones(self.posting.size, bool)
        placed[self.lost] = False
        return np.flatnonzero(placed)


class Who(NamedTuple):
    """Who did records, where and when: columns of one length."""

    institution: Codes
    person: Codes
    day: Codes
    post: Codes | None
    shared: Codes | None

    @classmethod
    def of(cls, block: RecordBlock) -> "Who":
        """Those of a block."""
        return cls(block.institution, block.person, block.day, block.post, block.shared)


def place(block: RecordBlock, plan: Plan) -> Placed:
    """Find bucket and posting or crew of every record; the date is judged before the posting."""
    bucket = plan.buckets(block.day)
    posting, absent = find_performers(Who.of(block), plan)
    lost = np.flatnonzero((bucket < 0) | (posting < 0))
    empty = posting[lost] == Verdict.TEAM_EMPTY
    nobody = np.where(empty, np.int32(Verdict.TEAM_EMPTY), np.int32(Verdict.NO_POST))
    verdict = np.where(bucket[lost] < 0, np.int32(Verdict.OUTSIDE_PERIOD), nobody)
    bucket[lost] = posting[lost] = 0
    return Placed(posting, bucket, lost, verdict, None if absent is None else absent[lost])


def find_performers(who: Who, plan: Plan) -> tuple[Codes, Codes | None]:
    """The posting or crew of each record, negative where there is none; and who is absent."""
    if who.shared is None:
        return plan.postings.find(who.institution, who.person, who.day, who.post), None
    posting, absent = (np.full(who.day.size, NO_POSTING, np.int32) for _ in range(2))
    alone, several = (np.flatnonzero(where) for where in (who.shared < 0, who.shared >= 0))
    posting[alone] = plan.postings.find(*_some(who, alone))
    if several.size:
        found = plan.performers.find(who.shared[several], *_some(who, several))
        posting[several], absent[several] = found
    return posting, absent


def _some(who: Who, at: Int64) -> tuple[Codes, Codes, Codes, Codes | None]:
    """Institution, person, day and post of some records."""
    post = None if who.post is None else who.post[at]
    return who.institution[at], who.person[at], who.day[at], post


@dataclass(slots=True)
class Tally:
    """Counts by cell. Add blocks, merge tallies with :meth:`absorb`, read after :meth:`settle`.

    After ``settle`` the columns ``posting, item, attribute, bucket`` hold the distinct keys in
    ascending order and ``records, quantity_e3`` their sums. A sum of quantities cannot overflow:
    each is below 10**9 thousandths, so it would take 9.2 thousand million records in one cell.
    """

    plan: Plan
    posting: Codes = field(default_factory=lambda: np.zeros(0, np.int32))
    item: Codes = field(default_factory=lambda: np.zeros(0, np.int32))
    attribute: Codes = field(default_factory=lambda: np.zeros(0, np.int32))
    bucket: Codes = field(default_factory=lambda: np.zeros(0, np.int32))
    records: Int64 = field(default_factory=lambda: np.zeros(0, np.int64))
    quantity_e3: Int64 = field(default_factory=lambda: np.zeros(0, np.int64))
    _loose: list[_Loose] = field(default_factory=list)
    _waiting: int = 0

    def add(self, block: RecordBlock, placed: Placed) -> None:
        """Count the kept records of a block."""
        take = placed.kept
        attribute = block.attribute
        quantity = block.quantity_e3[take]
        columns = (
            placed.posting[take],
            block.item[take],
            np.zeros(quantity.size, np.int32) if attribute is None else attribute[take],
            placed.bucket[take],
            None if block.records is None else block.records[take],
            quantity,
        )
        self._gather(columns)

    def absorb(self, other: "Tally") -> None:
        """Add all cells of another tally of the same plan, which is empty afterwards."""
        other.settle()
        self._gather(other._taken())

    def _taken(self) -> _Loose:
        """The settled cells, given away."""
        keys = self.posting, self.item, self.attribute, self.bucket
        records, quantity = self.records, self.quantity_e3
        self.posting = self.item = self.attribute = self.bucket = np.zeros(0, np.int32)
        self.records = self.quantity_e3 = np.zeros(0, np.int64)
        # Where hardly anything repeats, every cell is one record; pieces of a stay may be none.
        return (*keys, None if (records == 1).all() else records, quantity)

    def _gather(self, columns: _Loose) -> None:
        self._loose.append(columns)
        self._waiting += columns[0].size
        # Waiting for as many as are settled keeps the work of repeated sorting in proportion.
        if self._waiting > max(_COMPACT_ABOVE, len(self)):
            self.settle()

    def settle(self) -> None:
        """Sum up equal cells and sort them; afterwards the columns may be read."""
        if not self._loose:
            return
        gathered, self._loose, self._waiting = [self._taken(), *self._loose], [], 0
        total = sum(c[0].size if c[4] is None else int(c[4].sum()) for c in gathered)
        summed = _sum_cells(_joined(gathered))
        self.posting, self.item, self.attribute, self.bucket = summed[:4]
        self.records, self.quantity_e3 = summed[4:]
        if int(self.records.sum()) != total:
            raise ConservationError(
                f"the tally holds {int(self.records.sum())} records of {total} gathered"
            )

    def __len__(self) -> int:
        return int(self.records.size)


def _joined(gathered: list[_Loose]) -> _Loose:
    """Loose cells end to end; they are let go column by column, so that memory is not doubled."""
    sizes = [cells[0].size for cells in gathered]
    columns = [list(parts) for parts in zip(*gathered, strict=True)]
    gathered.clear()
    if all(part is None for part in columns[4]):
        columns[4] = [None]
    else:
        pairs = zip(columns[4], sizes, strict=True)
        columns[4] = [np.ones(n, np.int64) if part is None else part for part, n in pairs]
    joined: list[Any] = []
    for parts in columns:
        joined.append(parts[0] if len(parts) == 1 else np.concatenate(parts))
        parts.clear()
    posting, item, attribute, bucket, records, quantity = joined
    return posting, item, attribute, bucket, records, quantity


def _sum_cells(columns: _Loose) -> Cells:
    """Sort by key and add up equal keys."""
    *keys, records, quantity = columns
    order, starts, (posting, item, attribute, bucket) = distinct(keys)
    if records is None:
        records = np.diff(starts, append=order.size)
    else:
        records = sum_runs(np.take(records, order), starts)
    return posting, item, attribute, bucket, records, sum_runs(np.take(quantity, order), starts)
