"""The records of one person: how each ended in each series, with the row of his own weight.

Gathered while a case is counted, from what the counting itself says: of a shared record the weight
row is that of this performer, not of the first (5.4), and what counts is the quantity that is
weighed. Listed records, added up by item, month, weight row and share, give the item lines.
Sources: A3, A5, A10; definitions 5.4 to 5.6.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import gcd

import numpy as np

from equivalents.policy.book import Verdict
from equivalents.policy.calendar import month_of
from equivalents.policy.posts import Codes
from equivalents.records import RecordBlock
from equivalents.tally import Placed, Plan
from equivalents.units import Int64
from equivalents.weigh import Scales

__all__ = ["OwnRecord", "OwnRecords", "RecordEnd"]


@dataclass(frozen=True, slots=True)
class RecordEnd:
    """What of a record counts in a series in a month, or the verdict that keeps it from counting.

    ``share`` of ``whole`` in lowest terms is the person's share. ``records`` is 0 for the further
    months of a stay, which is one record.
    """

    series: str
    verdict: str = ""
    weight_row: str = ""
    month: str = ""
    records: int = 0
    quantity_e3: int = 0
    share: int = 1
    whole: int = 1


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """One record that a person did or shared; ``part`` and ``row`` say where it stands.

    ``performers`` are all who shared it, with their shares; blank where one did it alone.
    ``columns`` has its texts as they came, by our names.
    """

    part: int
    row: int
    institution_id: str
    item_code: str
    performers: str
    ends: tuple[RecordEnd, ...]
    file: str = ""
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class OwnRecords:
    """Gathers the records of some postings while a case is counted, from any thread.

    ``person`` and ``institutions`` find those that have no posting on their day.
    """

    plan: Plan
    scales: Scales
    person: int
    institutions: Sequence[int]
    postings: Sequence[int]
    _found: list[OwnRecord] = field(default_factory=list)

    def see(self, block: RecordBlock, placed: Placed, rows: Mapping[str, Codes]) -> None:
        """Look at a block whose records have ended."""
        where = self._mine(block, placed)
        if not where.size:
            return
        lost = np.isin(where, placed.lost)
        ends = {series: self._ends(block, placed, where, series, rows[series]) for series in rows}
        for i, at in enumerate(where.tolist()):
            crew = "" if lost[i] else self._crew(int(placed.posting[at]))
            self._found.append(
                OwnRecord(
                    block.part_of(at),
                    int(block.row[at]),
                    self.plan.institutions[int(block.institution[at])],
                    self.plan.items[int(block.item[at])],
                    crew,
                    tuple(ends[series][i] for series in rows),
                )
            )

    def records(self) -> list[OwnRecord]:
        """All that were found, in the order of files and rows, the pieces of a stay together."""
        found: dict[tuple[int, int], OwnRecord] = {}
        for one in sorted(self._found, key=lambda one: (one.part, one.row)):
            before = found.get((one.part, one.row))
            ends = one.ends if before is None else (*before.ends, *one.ends)
            performers = one.performers or (before.performers if before is not None else "")
            found[one.part, one.row] = replace(one, ends=ends, performers=performers)
        return [replace(one, ends=_told(one.ends)) for one in found.values()]

    def _mine(self, block: RecordBlock, placed: Placed) -> Int64:
        first = len(self.plan.postings)
        mine = np.isin(placed.posting, self.postings)
        codes = np.unique(placed.posting[placed.posting >= first]).tolist()
        crews = self.plan.performers.crews
        shared = [c for c in codes if any(one in self.postings for one, _ in crews[c - first])]
        mine |= np.isin(placed.posting, shared)
        lost = placed.lost
        mine[lost] = block.person[lost] == self.person
        mine[lost] &= np.isin(block.institution[lost], self.institutions)
        if block.shared is not None:
            mine[lost] &= block.shared[lost] < 0
        return np.flatnonzero(mine)

    def _crew(self, posting: int) -> str:
        """The persons of a crew with their shares, as a file of records names them."""
        first = len(self.plan.postings)
        if posting < first:
            return ""
        return ";".join(
            f"{self.plan.persons[int(self.plan.postings.person[member])]}:{share}"
            for member, share in self.plan.performers.crews[posting - first]
        )

    def _ends(
        self, block: RecordBlock, placed: Placed, where: Int64, series: str, rows: Codes
    ) -> list[RecordEnd]:
        """How the records at some positions ended in a series, each with this person's row."""
        chosen = rows[where].copy()
        shares = self._own_rows(block, placed, where, series, chosen)
        one = np.ones(len(block), np.int64)
        records = (one if block.records is None else block.records)[where]
        size = self.scales.quantity(series, chosen, block.quantity_e3[where], records)
        months = self.plan.months[self.plan.month_of_bucket[placed.bucket[where]]]
        book, ends = self.scales.books[series].rows, []
        columns = (chosen, records, size, months)
        for i, (row, count, quantity, month) in enumerate(
            zip(*(column.tolist() for column in columns), strict=True)
        ):
            if row < 0:
                ends.append(RecordEnd(series, Verdict(row).name))
                continue
            row_id, when = book[row].row_id, month_of(month)
            share = shares.get(i, (1, 1))
            ends.append(RecordEnd(series, "", row_id, when, count, quantity, *share))
        return ends

    def _own_rows(
        self, block: RecordBlock, placed: Placed, where: Int64, series: str, chosen: Codes
    ) -> dict[int, tuple[int, int]]:
        """Put this person's own row where a record is shared; his share of each of those."""
        first = len(self.plan.postings)
        counted = (chosen >= 0) & (placed.posting[where] >= first)
        several = np.flatnonzero(counted)
        if not several.size:
            return {}
        at = where[several]
        attribute = None if block.attribute is None else block.attribute[at]
        columns = placed.posting[at], block.item[at], attribute, placed.bucket[at]
        of, each = self.scales.rows_of_members(series, *columns)
        starts = np.flatnonzero(np.diff(of, prepend=-1)).tolist()
        shares = {}
        for i, start in zip(several.tolist(), starts, strict=True):
            crew = self.plan.performers.crews[int(placed.posting[where[i]]) - first]
            place = next(n for n, (member, _) in enumerate(crew) if member in self.postings)
            chosen[i] = each[start + place]
            share, whole = crew[place][1], sum(share for _, share in crew)
            # exact: a greatest common divisor divides both
            divisor = gcd(share, whole)
            shares[i] = share // divisor, whole // divisor
        return shares


def _told(ends: Sequence[RecordEnd]) -> tuple[RecordEnd, ...]:
    """The ends of a record by series and month: what counts, else the first verdict.

    Days of a stay that were judged one by one are added up again.
    """
    told: list[RecordEnd] = []
    for series in dict.fromkeys(one.series for one in ends):
        mine = [one for one in ends if one.series == series]
        counts: dict[RecordEnd, RecordEnd] = {}
        for one in mine:
            if not one.verdict:
                name = replace(one, records=0, quantity_e3=0)
                before = counts.get(name, name)
                counts[name] = replace(
                    one,
                    records=before.records + one.records,
                    quantity_e3=before.quantity_e3 + one.quantity_e3,
                )
        said = [one for one in mine if one.verdict != Verdict.IN_PIECES.name]
        told += sorted(counts.values(), key=lambda one: one.month) or said[:1]
    return tuple(told)
