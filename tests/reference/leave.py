"""Leave: days times a daily average are added to the key (5.20; 5.3 for parts of a head).

Written day by day from docs/calculation.md, "Leave".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from tests.reference.case import Case, Posting
from tests.reference.keys import Adjusted, Keys, of_line
from tests.reference.numbers import half_up
from tests.reference.sharing import eligible
from tests.reference.tables import Leave
from tests.reference.text import FIRST_DAY, NO_END, WEIGHT, Refused, date_or, must

Yaml = Mapping[str, Any]


@dataclass(frozen=True)
class LeaveRule:
    """What a day of a kind of leave adds from one day to another."""

    average: str
    over: str
    part: Fraction
    pools: frozenset[str]
    """Empty: all."""
    valid_from: date
    valid_to: date


class LeaveLine(NamedTuple):
    """One line of `leave.csv`: consecutive days of one leave, rule and department."""

    institution: str
    person: str
    pool: str
    kind: str
    first: date
    to: date
    department: str
    key: Fraction


class Run(NamedTuple):
    """Consecutive days of one leave under one rule in one department."""

    leave: Leave
    rule: LeaveRule
    department: str
    first: date
    days: int


def read_leave_rules(declared: Yaml) -> dict[str, list[LeaveRule]]:
    """Read `leave` of `case.yaml`: for each kind one rule, or several with dates."""
    found: dict[str, list[LeaveRule]] = {}
    for kind, given in (declared or {}).items():
        found[kind] = [_rule(one) for one in (given if isinstance(given, list) else [given])]
    return found


def _rule(one: Yaml) -> LeaveRule:
    return LeaveRule(
        one["average"],
        one.get("over", "past"),
        must(one.get("percent", "100"), WEIGHT) / 100,
        frozenset(one.get("pools") or ()),
        date_or(one.get("valid_from", ""), FIRST_DAY),
        date_or(one.get("valid_to", ""), NO_END),
    )


class Leaves:
    """Who is on leave, and what it adds."""

    def __init__(self, case: Case, keys: Keys) -> None:
        """Every day of leave in the period has one leave and one rule."""
        self.case = case
        self.keys = keys
        self.rules = read_leave_rules(case.leave_rules)
        self.days = [
            case.first_day + timedelta(days=n) for n in range((case.after - case.first_day).days)
        ]
        self.postings: dict[tuple[str, str], list[Posting]] = {}
        for one in case.postings:
            self.postings.setdefault((one.person, one.institution), []).append(one)
        self._worked: dict[tuple[str, str, str | None], int] = {}
        self.on_leave: dict[tuple[str, date], Leave] = {}
        for leave in case.leave:
            for day in self.days:
                if leave.valid_from <= day < leave.valid_to:
                    if (leave.person, day) in self.on_leave:
                        raise Refused("LEAVE_OVERLAP", leave.person)
                    self.on_leave[leave.person, day] = leave
                    rule = self.rule(leave, day)
                    if rule.average == "department":
                        self.home(leave.person, day)

    def rule(self, leave: Leave, day: date) -> LeaveRule:
        """Return the rule of a leave on a day."""
        rules = [r for r in self.rules.get(leave.kind, []) if r.valid_from <= day < r.valid_to]
        if len(rules) != 1:
            raise Refused("LEAVE_NO_RULE", leave.person)
        return rules[0]

    def posting(self, person: str, institution: str, day: date) -> Posting | None:
        """Return the posting of a day there: the main one, else the first by post."""
        there = self.postings.get((person, institution), [])
        here = [one for one in there if one.active_on(day)]
        return min(here, key=lambda one: (not one.main, one.post), default=None)

    def home(self, person: str, day: date) -> str:
        """Return where a department's average counts: the only institution, or the main one."""
        places = {
            one.institution
            for one in self.case.postings
            if one.person == person and one.active_on(day)
        }
        if len(places) > 1:
            mains = set()
            for place in places:
                posting = self.posting(person, place, day)
                if posting is not None and posting.main:
                    mains.add(place)
            if len(mains) != 1:
                raise Refused("LEAVE_HOME_UNCLEAR", person)
            places = mains
        return next(iter(places), "")

    def runs(self, person: str, institution: str, pool: str) -> list[Run]:
        """Return the runs of days on which leave adds something for a pool."""
        found: list[Run] = []
        for day in self.days:
            leave = self.on_leave.get((person, day))
            if leave is None:
                continue
            posting = self.posting(person, institution, day)
            if posting is None:
                continue
            rule = self.rule(leave, day)
            if rule.average == "none" or (rule.pools and pool not in rule.pools):
                continue
            if rule.average == "department" and self.home(person, day) != institution:
                continue
            last = found[-1] if found else None
            follows = last and last.first + timedelta(days=last.days) == day
            if last and follows and last[:3] == (leave, rule, posting.department):
                found[-1] = last._replace(days=last.days + 1)
            else:
                found.append(Run(leave, rule, posting.department, day, 1))
        return found

    def worked(self, person: str, institution: str, department: str | None = None) -> int:
        """Return the days with a posting there and without leave."""
        asked = person, institution, department
        if asked not in self._worked:
            there = self.postings.get((person, institution), [])
            there = [one for one in there if department in (None, one.department)]
            self._worked[asked] = sum(
                any(one.active_on(day) for one in there)
                for day in self.days
                if (person, day) not in self.on_leave
            )
        return self._worked[asked]

    def lines(self, level_key: str, series: str, institution: str, pool: str) -> list[LeaveLine]:
        """Return what leave adds at an institution to the keys of a pool."""
        adjusted = self.keys.lines(series, institution, pool)
        found = []
        for person in eligible(self.case, institution):
            for run in self.runs(person, institution, pool):
                head = Fraction(1)
                if run.rule.average == "department":
                    head = self.keys.coefficients.headcount(person, institution, pool)
                    key, days = self.of_department(
                        adjusted, level_key, institution, pool, run.department
                    )
                else:
                    key, days = self.own(adjusted, level_key, run, institution, pool)
                if days == 0:
                    raise Refused("LEAVE_NO_AVERAGE", person)
                value = half_up(run.days * run.rule.part * head * key / days, 7)
                to = run.first + timedelta(days=run.days)
                who = (institution, person, pool, run.leave.kind, run.first, to)
                found.append(LeaveLine(*who, run.department, value))
        return found

    def own(
        self, adjusted: list[Adjusted], level_key: str, run: Run, institution: str, pool: str
    ) -> tuple[Fraction, Fraction]:
        """Return a person's key and days: of closed periods, of this one, or of both."""
        person, key, days = run.leave.person, Fraction(0), Fraction(0)
        if run.rule.over in ("past", "both"):
            for row in self.case.past:
                if row[:3] == (institution, pool, person):
                    key += row.equivalents
                    days += row.days
        if run.rule.over in ("period", "both"):
            mine = [of_line(line, level_key, None) for line in adjusted if line.person == person]
            key += max(sum(mine, Fraction(0)), Fraction(0))
            days += self.worked(person, institution)
        return key, days

    def of_department(
        self,
        adjusted: list[Adjusted],
        level_key: str,
        institution: str,
        pool: str,
        department: str,
    ) -> tuple[Fraction, Fraction]:
        """Return the positive keys of a department, and the days of heads that made them."""
        key, days = Fraction(0), Fraction(0)
        for person in eligible(self.case, institution):
            mine = [
                of_line(line, level_key, department) for line in adjusted if line.person == person
            ]
            key += max(sum(mine, Fraction(0)), Fraction(0))
            head = self.keys.coefficients.headcount(person, institution, pool)
            days += head * self.worked(person, institution, department)
        return key, days
