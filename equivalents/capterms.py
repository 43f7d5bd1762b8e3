"""The terms of a total pay cap 绩效工资总量: approved totals, heads of staff, shares of money.

Each term is rounded down to the fen: a cap is the most that may be paid, and one that is rounded
up would let a part of a fen more through (5.11). Terms of the year stand for the whole year, or
for its months to date where the cap is prorated; shares are of what the year to date had (5.18).
Sources: B9; definitions 5.11, 5.18.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Final

from equivalents.captodate import WHOLES, Before, months_to_date
from equivalents.errors import Place, Problem
from equivalents.fundfacts import Facts, Money
from equivalents.policy.accounts import by_line
from equivalents.policy.calendar import print_day
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.model import Posting
from equivalents.policy.scheme import (
    CapKind,
    CapPer,
    CapStaff,
    CapTerm,
    CapTermKind,
    PayCap,
    Several,
)
from equivalents.units import print_e4, print_fen

__all__ = ["TermSum", "Terms", "line_income", "staff_on"]

_E4_PER_FEN: Final = 100
_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class TermSum:
    """One term of a cap: its kind, name, figures as texts, and fen."""

    kind: str
    name: str
    count: str
    rate: str
    amount_fen: int


class Terms:
    """The terms of one cap, institution by institution; ``problems`` grows."""

    def __init__(
        self,
        rule: PayCap,
        facts: Facts,
        money: Money,
        postings: Sequence[Posting],
        problems: list[Problem],
    ) -> None:
        self._rule, self._facts, self._problems = rule, facts, problems
        self._lines = by_line(facts.accounts)
        self._dues = money.by_fund()
        self._day = facts.period.end - 1
        of_year = rule.per is CapPer.YEAR
        to_date = months_to_date(facts.period) if of_year else len(facts.period.month_starts)
        self._months = to_date if rule.prorate or not of_year else _YEAR
        self._part = Fraction(to_date, _YEAR) if rule.prorate else Fraction(1)
        self._staff: dict[tuple[CapStaff, Several], dict[str, int]] = {}
        outside = rule.outside_types
        for term in rule.terms if rule.kind is CapKind.FORMULA else ():
            who = (term.staff, term.several)
            if term.kind is CapTermKind.PER_HEAD and who not in self._staff:
                self._staff[who] = staff_on(postings, self._day, *who, self._problems, outside)

    def of(self, name: str, before: Before | None) -> tuple[TermSum, ...]:
        """The terms at an institution; a fixed cap has one."""
        if self._rule.kind is CapKind.FIXED:
            return (self._approved(name, self._rule.line, self._rule.place),)
        return tuple(self._term(name, term, before) for term in self._rule.terms)

    def coefficient_e4(self, name: str) -> int | None:
        """The coefficient that moves the total; ``None`` where none is declared."""
        kind = self._rule.coefficient
        if not kind:
            return None
        value = self._facts.coefficients_e4.get((name, kind))
        if value is None:
            self._note("PAYCAP_COEFFICIENT_MISSING", self._rule.place, name, kind=kind)
        return ONE_E4 if value is None else value

    def base(self, name: str) -> int:
        """The base part of the period: rows ``paid`` of its line."""
        return self._lines.get((name, "paid", self._rule.base_line), 0)

    def whole(self, name: str, term: CapTerm) -> int:
        """What the period had of a fund or line of which the cap is a share."""
        if term.kind is CapTermKind.LINE_SHARE:
            return line_income(self._lines, name, term.name)
        due = self._dues.get(term.name, {}).get(name)
        return due.due_fen if due else 0

    def _approved(self, name: str, line: str, place: Place) -> TermSum:
        amount = self._lines.get((name, "approved", line))
        if amount is None:
            self._note("PAYCAP_MISSING", place, name, line=line)
        text = "" if self._part == 1 else f"{print_fen(amount or 0)}x{self._months}/{_YEAR}"
        return TermSum("amount", line, text, "", floor((amount or 0) * self._part))

    def _term(self, name: str, term: CapTerm, before: Before | None) -> TermSum:
        if term.kind is CapTermKind.AMOUNT:
            return self._approved(name, term.name, term.place)
        if term.kind is CapTermKind.PER_HEAD:
            return self._per_head(name, term)
        whole = self.whole(name, term)
        if before is not None:
            whole += before.of(WHOLES[term.kind], term.name)
        version = term.share.on(self._day) if term.share is not None else None
        if version is None:
            self._missing(name, term)
            return TermSum(term.kind, term.name, print_fen(whole), "", 0)
        amount = floor(whole * version.value)
        return TermSum(term.kind, term.name, print_fen(whole), str(version.value), amount)

    def _per_head(self, name: str, term: CapTerm) -> TermSum:
        """Staff of the last day x rate a month x months."""
        version = term.rate_e4.on(self._day) if term.rate_e4 is not None else None
        heads = self._staff[term.staff, term.several].get(name, 0)
        count = f"{heads}x{self._months}"
        if version is None:
            self._missing(name, term)
            return TermSum(term.kind, term.name, count, "", 0)
        amount = heads * self._months * version.value // _E4_PER_FEN
        return TermSum(term.kind, term.name, count, print_e4(version.value), amount)

    def _missing(self, name: str, term: CapTerm) -> None:
        text = f"{term.kind.value} {term.name}".strip()
        day = print_day(self._day)
        self._note("PAYCAP_FIGURE_MISSING", term.place, name, term=text, day=day)

    def _note(self, code: str, place: Place, name: str, **facts: str) -> None:
        self._problems.append(Problem(code, place, name, facts))


def staff_on(
    postings: Sequence[Posting],
    day: int,
    staff: CapStaff,
    several: Several,
    problems: list[Problem],
    outside: Sequence[str] = (),
) -> dict[str, int]:
    """People with a posting on a day, by institution, each person once.

    Who has a main posting belongs there alone, else wherever he is posted; ``in_cap`` counts those
    whose posting there counts in the cap, and is none of the employment types ``outside`` of it.
    Who would count at several institutions is noted (``PAYCAP_STAFF_TWICE``), or counts at each of
    them, as declared.
    """
    everybody: dict[str, list[Posting]] = {}
    for row in postings:
        if row.active_from <= day < row.active_to:
            everybody.setdefault(row.person_id, []).append(row)
    found: dict[str, int] = {}
    for person, rows in everybody.items():
        at_home = [row for row in rows if row.main] or rows
        counting = {
            row.institution_id: row
            for row in at_home
            if staff is CapStaff.ALL or (row.in_cap and row.employment_type not in outside)
        }
        if len(counting) > 1 and several is Several.REFUSE:
            facts = {"institutions": ", ".join(sorted(counting)), "day": print_day(day)}
            place = counting[max(counting)].place.at("main")
            problems.append(Problem("PAYCAP_STAFF_TWICE", place, person, facts))
        for place_id in counting:
            found[place_id] = found.get(place_id, 0) + 1
    return found


def line_income(lines: Mapping[tuple[str, str, str], int], name: str, line: str) -> int:
    """What came in on a line: its income, of projects too; where there is none, what was received.

    Money of a fund may stand both as income and as received: it counts once.
    """
    booked = [
        lines[key]
        for kind in ("income", "project_income")
        for key in ((name, kind, line),)
        if key in lines
    ]
    if booked:
        return sum(booked)
    return sum(lines.get((name, kind, line), 0) for kind in ("advance", "received"))
