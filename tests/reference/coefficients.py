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
        """Return the date segments of one person, institution, post and pool (5.1).

        Coefficients multiply the key `adjusted`: where no level of a pool is shared by it, none
        applies.
        """
        rows = self.of_posting(person, institution, post)
        keys = {level.key for level in self.case.declared.levels(pool)}
        by_default = self.case.declared.extras(pool).secondary_default
        adjusts = "adjusted" in keys or ("secondary" in keys and by_default == "adjusted")
        return self.runs(self.applying(rows, pool, "key") if adjusts else [])

    def segment(self, person: str, institution: str, post: str, pool: str, day: date) -> Segment:
        """Return the segment that a day lies in."""
        found = self.segments(person, institution, post, pool)
        return next(segment for segment in found if segment.start <= day < segment.to)

    def cuts(self, person: str, institution: str, post: str) -> list[date]:
        """Return where the coefficient of a posting changes for some pool of the case (5.4)."""
        at = (person, institution, post)
        if at not in self._cuts:
            rows = self.of_posting(person, institution, post)
            self._cuts[at] = sorted(
                {
                    run.start
                    for pool in {pool.pool for pool in self.case.pools}
                    for run in self.runs(self.applying(rows, pool, "key"))[1:]
                }
            )
        return self._cuts[at]

    def worked(
        self, person: str, institution: str, pool: str, to: str
    ) -> list[tuple[int, Fraction]]:
        """Return the product on each run of days of each posting there, and how many days."""
        first, after = self.case.first_day, self.case.after
        found: list[tuple[int, Fraction]] = []
        for posting in self.case.postings:
            if (posting.person, posting.institution) == (person, institution):
                rows = self.of_posting(person, institution, posting.post)
                since, until = max(posting.active_from, first), min(posting.active_to, after)
                for run in self.runs(self.applying(rows, pool, to)):
                    days = (min(run.to, until) - max(run.start, since)).days
                    found += [(days, run.coefficient)] if days > 0 else []
        return found

    def headcount(self, person: str, institution: str, pool: str) -> Fraction:
        """Return what a person counts in a headcount: 1, times attendance and FTE (5.3).

        On average over the days of his postings there, rounded half-up to four places.
        """
        worked = self.worked(person, institution, pool, "headcount")
        weighted = sum((days * product for days, product in worked), Fraction(0))
        return half_up(weighted / sum(days for days, _ in worked), 4)

    def withheld(self, person: str, institution: str, pool: str) -> Fraction:
        """Return by what the amount of a person is multiplied: `withhold` of 5.3."""
        products = {one for _, one in self.worked(person, institution, pool, "withhold")}
        if len(products) > 1:
            raise Refused("WITHHOLD_VARIES", person)
        if max(products) > 1:
            raise Refused("WITHHOLD_ABOVE_ONE", person)
        return max(products)

    def released_later(self, person: str, institution: str, pool: str) -> bool:
        """Say whether what is withheld of a person is for a later period to release (5.3).

        It is where every kind that withholds of him says so.
        """
        kinds = {
            row.kind
            for posting in self.case.postings
            if (posting.person, posting.institution) == (person, institution)
            for row in self.applying(
                self.of_posting(person, institution, posting.post), pool, "withhold"
            )
            if row.valid_from < self.case.after and row.valid_to > self.case.first_day
        }
        return bool(kinds) and all(
            self.case.declared.coefficient(kind).later == "release" for kind in kinds
        )

    def institution(self, institution: str, pool: str) -> tuple[Fraction, bool]:
        """Return the coefficient of an institution, and whether its rest is retained (5.2).

        It is retained where every kind that is not 1 says so.
        """
        rows = self.of_unit("institution", institution, pool)
        runs = self.runs(rows)
        if len(runs) > 1:
            raise Refused("INSTITUTION_COEFFICIENT_VARIES", institution)
        words = {self.case.declared.coefficient(row.kind).excess for row in rows if row.value != 1}
        return runs[0].coefficient, words == {"retain"}

    def department(self, department: str, pool: str) -> Fraction:
        """Return the coefficient of a department, which multiplies its key as a whole (5.2)."""
        runs = self.runs(self.of_unit("department", department, pool))
        if len(runs) > 1:
            raise Refused("DEPARTMENT_COEFFICIENT_VARIES", department)
        return runs[0].coefficient

    def of_unit(self, scope: str, subject: str, pool: str) -> list[Coefficient]:
        """Return the coefficients of an institution or department that multiply its key."""
        rows = self.rows.get((scope, subject), [])
        first, after = self.case.first_day, self.case.after
        return [
            row
            for row in self.applying(rows, pool, "key")
            if row.valid_from < after and row.valid_to > first
        ]
