"""What becomes of every record in every series: A9, A10, A12 of page 1; 5.5 to 5.8 of page 5.

The first fault is the verdict, in the order form, ids, checks at the door, date, posting, item
and weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.reference.case import Case, Record
from tests.reference.classes import Classes
from tests.reference.concurrent import Beside, reduced
from tests.reference.entries import Entry, Performer
from tests.reference.looks import Looks
from tests.reference.stays import Stays
from tests.reference.weighing import COUNTED, Verdict
from tests.reference.weights import WeightRow


@dataclass(frozen=True)
class Part:
    """What counts of a record in one series on one day, with the row of every performer."""

    day: date
    quantity: Fraction
    performers: tuple[Performer, ...]
    rows: tuple[WeightRow, ...]
    weights: tuple[Fraction, ...]
    """The weights of the rows, reduced where a concurrent rule says so."""


@dataclass(frozen=True)
class Judged:
    """A record with its verdict per series, and what counts of it."""

    record: Record
    verdicts: Mapping[str, Verdict]
    parts: Mapping[str, Sequence[Part]]


class Judge:
    """Judges the records of one case."""

    def __init__(self, case: Case) -> None:
        """Read the records and look them over."""
        self.case = case
        self.looks = Looks(case)
        self.classes = Classes(self.looks)
        self.stays = Stays(self.looks, self.classes)
        self.beside = Beside(self.looks, self.classes, self.counted)

    def judge(self, entry: Entry) -> Judged:
        """Give the verdict of one record in every series (A10)."""
        series = self.case.series
        every = self.fault(entry)
        if every is not None:
            return Judged(entry.record, dict.fromkeys(series, every), {})
        found = {name: self.parts(name, entry) for name in series}
        return Judged(
            entry.record,
            {name: one if isinstance(one, Verdict) else COUNTED for name, one in found.items()},
            {name: one for name, one in found.items() if not isinstance(one, Verdict)},
        )

    def fault(self, entry: Entry) -> Verdict | None:
        """Return the verdict that is the same in all series: form, ids, date, posting."""
        if entry.fault or entry.doubt:
            return Verdict("rejected", entry.fault or entry.doubt)
        when = self.looks.when(entry)
        if when == "OUTSIDE_PERIOD" and not self.case.exclude_outside:
            return Verdict("rejected", when)
        if when:
            return Verdict("excluded", when)
        return Verdict("rejected", entry.unposted) if entry.unposted else None

    def parts(self, series: str, entry: Entry) -> list[Part] | Verdict:
        """Return what counts of a record in one series, or why nothing does."""
        days = self.counted(series, entry)
        if isinstance(days, Verdict):
            return days
        found = [(day, self.beside.credit(series, entry, day)) for day in days]
        parts = [self.part(series, entry, day, credit) for day, credit in found if credit > 0]
        return parts or Verdict("excluded", "CONCURRENT")

    def counted(self, series: str, entry: Entry) -> Sequence[date] | Verdict:
        """Return the days that count before any concurrent rule, or why none does."""
        days = self.looks.days(series, entry)
        if isinstance(days, Verdict):
            return days
        code = self.classes.code(series, entry)
        if code:
            return Verdict("excluded", code)
        days = self.stays.counted(series, entry, days)
        if isinstance(days, Verdict):
            return days
        rows = [self.rows(series, entry, day) for day in days]
        return next((one for one in rows if isinstance(one, Verdict)), days)

    def rows(self, series: str, entry: Entry, day: date) -> tuple[WeightRow, ...] | Verdict:
        """Return the weight row of every performer, the ordinal of the visit being known."""
        look = self.looks.look(series, entry, day)
        assert not isinstance(look, Verdict)
        return self.looks.weighing.rows_of(
            look.rows,
            entry.record,
            look.performers,
            lambda row: self.classes.ordinal(series, entry, row),
        )

    def part(self, series: str, entry: Entry, day: date, credit: Fraction) -> Part:
        """Weigh what counts of a record on one day."""
        look, rows = self.looks.look(series, entry, day), self.rows(series, entry, day)
        assert not isinstance(look, Verdict)
        assert not isinstance(rows, Verdict)
        one_each = entry.is_stay or look.rows[0].places > 0
        quantity = Fraction(1) if one_each else entry.quantity
        weights = tuple(reduced(row.weight, credit) for row in rows)
        return Part(day, quantity, look.performers, rows, weights)


def judge_all(case: Case) -> list[Judged]:
    """Judge every record of the case, in the order of files and rows."""
    judge = Judge(case)
    return [judge.judge(entry) for entry in judge.looks.entries]
