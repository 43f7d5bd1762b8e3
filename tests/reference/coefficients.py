"""Coefficients and the date segments that they make: A7 of page 1; 5.1 to 5.3 of page 5."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from tests.reference.case import Case
from tests.reference.numbers import half_up
from tests.reference.tables import Coefficient
from tests.reference.text import Refused


class Segment(NamedTuple):
    """A longest run of days of the period with the same rounded product; `to` is exclusive."""

    start: date
    to: date
    coefficient: Fraction


class Coefficients:
    """Multiplies the coefficients of one case."""

    def __init__(self, case: Case) -> None:
        """Keep the rows by subject; two of one kind may not overlap."""
        self.case = case
        self.rows: dict[tuple[str, str], list[Coefficient]] = {}
        for row in case.coefficients:
            of_subject = self.rows.setdefault((row.scope, row.subject), [])
            if any(
                row.kind == other.kind
                and max(row.valid_from, other.valid_from) < min(row.valid_to, other.valid_to)
                for other in of_subject
            ):
                raise Refused("COEFFICIENT_OVERLAP", f"{row.scope} {row.subject} {row.kind}")
            of_subject.append(row)
        self._cuts: dict[tuple[str, str, str], list[date]] = {}

    def of_posting(self, person: str, institution: str, post: str) -> list[Coefficient]:
        """Return the coefficients of a person and of the posting, those of all its posts too."""
        at = f"{person}@{institution}"
        return [
            *self.rows.get(("person", person), []),
            *self.rows.get(("posting", at), []),
            *(self.rows.get(("posting", f"{at}/{post}"), []) if post else []),
        ]

    def applying(self, rows: Iterable[Coefficient], pool: str, to: str) -> list[Coefficient]:
        """Return those that apply in a pool to the key, headcount, or what is withheld."""
        rules = [(row, self.case.declared.coefficient(row.kind)) for row in rows]
        return [
            row
            for row, rule in rules
            if rule.applies_to == to and (not rule.pools or pool in rule.pools)
        ]

    def runs(self, rows: Iterable[Coefficient]) -> list[Segment]:
        """Cut the period into longest runs of days with the same rounded product (5.1)."""
        rows = list(rows)
        first, after = self.case.first_day, self.case.after
        days = {day for row in rows for day in (row.valid_from, row.valid_to)}
        edges = [first, *sorted(day for day in days if first < day < after), after]
        found: list[Segment] = []
        for start, to in pairwise(edges):
            exact = Fraction(1)
            for row in rows:
                exact *= row.value if row.valid_on(start) else 1
            product = half_up(exact, 4)
            if found and found[-1].coefficient == product:
                found[-1] = found[-1]._replace(to=to)
            else:
                found.append(Segment(start, to, product))
        return found

    def segments(self, person: str, institution: str, post: str, pool: str) -> list[Segment]:
        """Return the date segments of one person, institution, post and pool (5.1)."""
        rows = self.of_posting(person, institution, post)
        return self.runs(self.applying(rows, pool, "key"))

    def segment(self, person: str, institution: str, post: str, pool: str, day: date) -> Segment:
        """Return the segment that a day lies in."""
        found = self.segments(person, institution, post, pool)
        return next(segment for segment in found if segment.start <= day < segment.to)

    def cuts(self, person: str, institution: str, post: str) -> list[date]:
        """Return where a new segment begins, in whichever pool the posting shares (5.4)."""
        at = (person, institution, post)
        if at not in self._cuts:
            self._cuts[at] = sorted(
                {
                    segment.start
                    for pool in self.pools_of(institution)
                    for segment in self.segments(person, institution, post, pool)[1:]
                }
            )
        return self._cuts[at]

    def pools_of(self, institution: str) -> set[str]:
        """Return the pools that people of an institution share: its own, and those from above."""
        above = self.case.parents.get(institution, "")
        return {
            pool.pool
            for pool in self.case.pools
            if pool.institution == institution
            or (
                pool.institution == above
                and self.case.declared.levels(pool.pool)[0].to == "institution"
            )
        }

    def constant(self, rows: Iterable[Coefficient], what: str) -> Fraction:
        """Return a product that must be one over the whole period."""
        runs = self.runs(rows)
        if len(runs) > 1:
            raise Refused("COEFFICIENT_VARIES", what)
        return runs[0].coefficient

    def headcount(self, person: str, institution: str, pool: str) -> Fraction:
        """Return what a person counts in a headcount: 1, times attendance and FTE (5.3).

        Over the days of the period on average, rounded half-up to four places.
        """
        rows = [*self.of_posting(person, institution, "")]
        runs = self.runs(self.applying(rows, pool, "headcount"))
        weighted = sum((run.coefficient * (run.to - run.start).days for run in runs), Fraction(0))
        return half_up(weighted / (self.case.after - self.case.first_day).days, 4)

    def withheld(self, person: str, institution: str, pool: str) -> Fraction:
        """Return by what the amount of a person is multiplied: `withhold` of 5.3."""
        rows = self.of_posting(person, institution, "")
        product = self.constant(self.applying(rows, pool, "withhold"), person)
        if product > 1:
            raise Refused("COEFFICIENT_ABOVE_ONE", person)
        return product

    def institution(self, institution: str, pool: str) -> tuple[Fraction, bool]:
        """Return the coefficient of an institution, and whether its rest is retained (5.2)."""
        rows = self.rows.get(("institution", institution), [])
        rows = self.applying(rows, pool, "key")
        retain = any(self.case.declared.coefficient(row.kind).excess == "retain" for row in rows)
        return self.constant(rows, institution), retain
