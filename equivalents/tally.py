"""Count first: service records become counts per cell, exactly, in any order.

The tally's key is (posting, item, attributes, bucket); its values are the number of records and
the signed quantity. A posting is a dated (institution, person, post), a bucket is a month cut at
the dates where weights change. No weight, title or group is in the key: those join when the
tally is weighed. Cells are merged by addition, so parts of any size, in any order, from any
thread or worker, give the same tally. What cannot be counted at all (a day outside the period, a
person without a posting there) is counted by verdict instead, so that nothing is lost (A10).

Sources: specification page 2 "The tally"; rules A1, A4, A6, A10; definition 5.5 (dates).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from equivalents.codes import Codebook
from equivalents.errors import ConservationError
from equivalents.policy.book import Attributes, PostingClass, Verdict
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, Period
from equivalents.policy.coefficients import Coefficients
from equivalents.policy.model import CaseRules
from equivalents.policy.posts import NO_POSTING, Codes, Postings
from equivalents.policy.roster import Roster
from equivalents.records import RecordBlock
from equivalents.units import Int64

Cells = tuple[Codes, Codes, Codes, Codes, Int64, Int64]
"""Columns posting, item, attribute, bucket, records, quantity_e3 of some cells."""

__all__ = ["Cells", "Placed", "Plan", "Tally", "group", "place"]

_COMPACT_ABOVE = 1 << 22
"""A tally sums up what it gathered when this many loose cells are waiting (about 100 MB)."""


class Plan:
    """How records are counted: the codebooks, postings and bucket cuts of one case.

    ``bucket_starts`` are the first days of the buckets. Results never depend on how finely they
    are cut; tests cut them finer on purpose (``more_cuts``).
    """

    def __init__(self, rules: CaseRules, more_cuts: Iterable[int] = ()) -> None:
        self.period: Period = rules.period
        self.institutions = Codebook(sorted(row.institution_id for row in rules.institutions))
        self.coefficients = Coefficients(rules)
        roster = self.coefficients.stints(Roster.of(rules.postings))
        # Names that are given in order, as a roster's mostly are, sort in one walk.
        self.persons = Codebook(sorted(dict.fromkeys(roster.person_id)))
        self.known_items = tuple(sorted({row.item_code for row in rules.weights}))
        self.items = Codebook(self.known_items)
        self.attributes: Codebook[Attributes] = Codebook([Attributes()])
        self.postings = Postings(roster, self.institutions, self.persons)
        edges = {day for row in rules.weights for day in (row.valid_from, row.valid_to)}
        self.bucket_starts = self.period.cut(edges.union(more_cuts))
        self._bucket = self._bucket_table()
        groups = {row.institution_id: row.group for row in rules.institutions}
        self.classes, self.class_of_posting = self._classify(roster, groups)

    def _classify(
        self, roster: Roster, groups: Mapping[str, str]
    ) -> tuple[Codebook[PostingClass], Codes]:
        """Every institution group with every title tier, and which of them each posting is."""
        tiers = Codebook(sorted(set(roster.title_tier)))
        names = Codebook(sorted(set(groups.values())))
        pairs = [PostingClass(name, tier) for name in names.values for tier in tiers.values]
        group = [names.find(groups[place]) for place in self.institutions.values]
        tier = np.array(tiers.find_all(roster.title_tier), np.int32)[self.postings.order]
        first = np.array(group, np.int32) * np.int32(len(tiers))
        return Codebook(pairs), first[self.postings.institution] + tier

    def _bucket_table(self) -> Codes:
        """The bucket of every day that a table may name; outside the period it is negative."""
        table = np.full(LAST_DAY - FIRST_DAY, Verdict.OUTSIDE_PERIOD, np.int32)
        edges = (*self.bucket_starts, self.period.end)
        for bucket, (start, end) in enumerate(pairwise(edges)):
            table[start - FIRST_DAY : end - FIRST_DAY] = bucket
        return table

    def buckets(self, day: Codes) -> Codes:
        """The bucket of each day, or ``Verdict.OUTSIDE_PERIOD``."""
        return self._bucket[day - FIRST_DAY]


@dataclass(frozen=True, slots=True)
class Placed:
    """Posting and bucket of every record of a block, and those that have none.

    ``posting`` and ``bucket`` have the block's length; for the records at the positions ``lost``
    they hold 0 and mean nothing: ``verdict`` (of the length of ``lost``) says why.
    """

    posting: Codes
    bucket: Codes
    lost: Int64
    verdict: Codes

    @property
    def kept(self) -> slice | Int64:
        """The positions of the records that are placed."""
        if self.lost.size == 0:
            return slice(None)
        placed = np.ones(self.posting.size, bool)
        placed[self.lost] = False
        return np.flatnonzero(placed)


def place(block: RecordBlock, plan: Plan) -> Placed:
    """Find bucket and posting of every record; the date is judged before the posting."""
    bucket = plan.buckets(block.day)
    posting = plan.postings.find(block.institution, block.person, block.day, block.post)
    lost = np.flatnonzero((bucket < 0) | (posting == NO_POSTING))
    outside = bucket[lost] < 0
    verdict = np.where(outside, np.int32(Verdict.OUTSIDE_PERIOD), np.int32(Verdict.NO_POST))
    bucket[lost] = posting[lost] = 0
    return Placed(posting, bucket, lost, verdict)


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
    _loose: list[Cells] = field(default_factory=list)
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
            np.ones(quantity.size, np.int64),
            quantity,
        )
        self._gather(columns)

    def absorb(self, other: "Tally") -> None:
        """Add all cells of another tally of the same plan."""
        other.settle()
        self._gather(other._columns())

    def _columns(self) -> Cells:
        keys = self.posting, self.item, self.attribute, self.bucket
        return (*keys, self.records, self.quantity_e3)

    def _gather(self, columns: Cells) -> None:
        self._loose.append(columns)
        self._waiting += columns[0].size
        # Waiting for as many as are settled keeps the work of repeated sorting in proportion.
        if self._waiting > max(_COMPACT_ABOVE, len(self)):
            self.settle()

    def settle(self) -> None:
        """Sum up equal cells and sort them; afterwards the columns may be read."""
        if not self._loose:
            return
        gathered = [self._columns(), *self._loose]
        total = sum(int(columns[4].sum()) for columns in gathered)
        joined = tuple(np.concatenate(parts) for parts in zip(*gathered, strict=True))
        summed = _sum_cells(joined)  # type: ignore[arg-type]
        self.posting, self.item, self.attribute, self.bucket = summed[:4]
        self.records, self.quantity_e3 = summed[4:]
        self._loose, self._waiting = [], 0
        if int(self.records.sum()) != total:
            raise ConservationError(
                f"the tally holds {int(self.records.sum())} records of {total} gathered"
            )

    def __len__(self) -> int:
        return int(self.records.size)


def _sum_cells(columns: Cells) -> Cells:
    """Sort by key and add up equal keys."""
    keys, values = columns[:4], columns[4:]
    size = keys[0].size
    if size == 0:
        return columns
    order, starts = group(keys)
    posting, item, attribute, bucket = (key[order][starts] for key in keys)
    records, quantity = (np.add.reduceat(value[order], starts) for value in values)
    return posting, item, attribute, bucket, records, quantity


def group(keys: Sequence[npt.NDArray[np.integer]]) -> tuple[Int64, Int64]:
    """A sorting order by several columns, and where each distinct key begins in that order.

    Keys are not negative. They are packed into one integer when they fit, which sorts several
    times faster. The order within equal keys is of no meaning.
    """
    size = keys[0].size
    if size == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    widths = [int(key.max()).bit_length() for key in keys]
    if sum(widths) > 62:
        order = np.lexsort(tuple(reversed(keys)))
        changed = np.zeros(size, bool)
        changed[0] = True
        for key in keys:
            changed[1:] |= np.diff(key[order]) != 0
        return order, np.flatnonzero(changed)
    packed = np.zeros(size, np.int64)
    for key, width in zip(keys, widths, strict=True):
        packed = packed << width | key
    order = np.argsort(packed)
    packed = packed[order]
    changed = np.ones(size, bool)
    np.not_equal(packed[1:], packed[:-1], out=changed[1:])
    return order, np.flatnonzero(changed)
