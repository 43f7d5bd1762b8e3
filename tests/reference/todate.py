"""What a bound of a year comes to in a part of it: 5.11, with 5.3 and 5.18 of page 5.

Written from docs/calculation.md, "Bounds of a year": whoever brings in what earlier periods of the
year paid has the bound of one settlement from 1 January on, less that; who does not has the months
of the period alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import NamedTuple

from tests.reference.case import Case
from tests.reference.coefficients import Coefficients
from tests.reference.numbers import ceiling, floor
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
    """The days of the period, or those of the year up to its end."""

    def __init__(self, case: Case, paid: Sequence[PaidBefore]) -> None:
        """Take the year to date where something is brought in, else the period."""
        self.paid_fen = sum(row.amount_fen for row in paid)
        first = case.first_day.replace(month=1, day=1) if paid else case.first_day
        self.case = replace(case, first_day=first)
        self.coefficients = Coefficients(self.case)

    def months(self, person: str, institution: str | None = None, *, begun: bool = False) -> int:
        """Count the months with a posting on every day (or on any), there or anywhere."""
        held = [
            one
            for one in self.case.postings
            if one.person == person and institution in (None, one.institution)
        ]
        days: dict[tuple[int, int], list[bool]] = {}
        day = self.case.first_day
        while day < self.case.after:
            posted = any(one.active_on(day) for one in held)
            days.setdefault((day.year, day.month), []).append(posted)
            day += timedelta(days=1)
        return sum((any if begun else all)(of_month) for of_month in days.values())

    def head(self, person: str, institution: str, pool: str) -> Fraction | None:
        """Return the part of a head; nothing without a day of posting there."""
        if not self.coefficients.worked(person, institution, pool, "headcount"):
            return None
        return self.coefficients.headcount(person, institution, pool)


def part_in_pool(case: Case, pool: str, institution: str, person: str) -> Part:
    """Return the part of the year for a bound of one pool at one institution."""
    here = (institution, pool, person)
    span = Span(case, [row for row in case.paid if row[:3] == here])
    head = span.head(person, institution, pool)
    assert head is not None, "who is paid there has a posting there"
    return Part(span.months(person, institution), head, span.paid_fen)
