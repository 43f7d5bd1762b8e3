"""What a bound of a year comes to in a part of it: 5.11, with 5.3 and 5.18 of page 5.

Written from docs/calculation.md, "Bounds of a year": the months of the period count, and those of
the earlier periods of the year that are brought in with what they paid; the bound is that of these
months together, less what was paid in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from tests.reference.case import Case
from tests.reference.coefficients import Coefficients
from tests.reference.leaders import changes, sharing_between
from tests.reference.numbers import ceiling, floor, half_up
from tests.reference.tables import PaidBefore


class Part(NamedTuple):
    """Months employed, a part of a head, and what was paid before in the year."""

    months: int
    head: Fraction
    paid_fen: int

    def cap(self, year_fen: Fraction) -> int:
        """Return a cap of the year for this part: rounded down, less what was paid."""
        return max(floor(year_fen * self.months * self.head / 12) - self.paid_fen, 0)

    def floor(self, year_fen: Fraction) -> int:
        """Return a floor of the year for this part: rounded up, less what was paid."""
        return max(ceiling(year_fen * self.months * self.head / 12) - self.paid_fen, 0)


class Span:
    """The days of the period, and of the earlier periods that rows bring in."""

    def __init__(self, case: Case, paid: Sequence[PaidBefore]) -> None:
        """Take every month once, also where rows of several pools bring it in."""
        self.case = case
        self.paid_fen = sum(row.amount_fen for row in paid)
        spans = [(case.first_day, case.after), *((row.first_day, row.after) for row in paid)]
        self.days = sorted({day for first, after in spans for day in _days(first, after)})

    def months(self, person: str, institution: str | None = None, *, begun: bool = False) -> int:
        """Count the months with a posting on every day (or on any), there or anywhere."""
        held = [
            one
            for one in self.case.all_postings
            if one.person == person and institution in (None, one.institution)
        ]
        days: dict[tuple[int, int], list[bool]] = {}
        for day in self.days:
            posted = any(one.active_on(day) for one in held)
            days.setdefault((day.year, day.month), []).append(posted)
        return sum((any if begun else all)(of_month) for of_month in days.values())

    def head(self, person: str, institution: str, pool: str) -> Fraction | None:
        """Return the part of a head, on average over all these days of postings there (5.3).

        Postings of heads are none of them, by the rules of each day (5.20).
        """
        worked: list[tuple[int, Fraction]] = []
        for first, after in self.runs():
            of_run = Coefficients(sharing_between(self.case, first, after))
            worked += of_run.worked(person, institution, pool, "headcount")
        days = sum(number for number, _ in worked)
        weighted = sum((number * product for number, product in worked), Fraction(0))
        return half_up(weighted / days, 4) if days else None

    def runs(self) -> list[tuple[date, date]]:
        """Return the days as runs without a gap or other rules, each with the day after it."""
        rules = changes(self.case)
        found: list[tuple[date, date]] = []
        for day in self.days:
            after = day + timedelta(days=1)
            if found and found[-1][1] == day and day not in rules:
                found[-1] = (found[-1][0], after)
            else:
                found.append((day, after))
        return found


def _days(first: date, after: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((after - first).days)]


def part_in_pool(case: Case, pool: str, institution: str, person: str) -> Part:
    """Return the part of the year for a bound of one pool at one institution."""
    here = (institution, pool, person)
    span = Span(case, [row for row in case.paid if row[:3] == here])
    head = span.head(person, institution, pool)
    assert head is not None, "who is paid there has a posting there"
    return Part(span.months(person, institution), head, span.paid_fen)
