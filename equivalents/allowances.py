"""Allowances 津贴 by the month and per signed contract: who has how many of them, exactly (D4).

The idea: what is counted is a person's days at one institution (a month by its last day, or day by
day) or contracts of a day; each count stands with the rate and the coefficients of its own day,
and counts alike are put together. A person with fitting postings at several institutions has the
allowance where the main posting is. Sources: D4; definitions 5.3, 5.15, 5.20.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final

from equivalents.componentpay import ComponentPay, PayPart, PaySource, rounded_pay
from equivalents.contracts import ContractsOn
from equivalents.errors import Problem
from equivalents.policy.calendar import month_of, print_day
from equivalents.policy.components import Component, MonthRule
from equivalents.policy.contracts import ContractCount
from equivalents.policy.funds import Version
from equivalents.policy.keyrules import Applies
from equivalents.policy.model import CaseRules, Posting
from equivalents.policy.who import counts_in_cap
from equivalents.tally import Plan
from equivalents.units import E7_PLACES

__all__ = ["Allowances"]

_ONE_E7: Final = 10**E7_PLACES
_YEAR: Final = 12
_Factors = tuple[tuple[str, int], ...]
_Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Span:
    """Days ``[since, until)`` of one month, and the part of the month that they are."""

    since: int
    until: int
    part: Fraction


@dataclass(frozen=True, slots=True)
class _Met:
    """A count of one person: what of, how many, the rate and the coefficients."""

    what: str
    quantity: Fraction
    version: Version[int]
    factors: _Factors
    in_cap: bool

    @property
    def alike(self) -> tuple[object, ...]:
        """What counts that are put together have in common."""
        return self.version, self.factors, self.in_cap


class Allowances:
    """Allowances of a case; ``problems`` grows."""

    def __init__(self, rules: CaseRules, plan: Plan, problems: list[Problem]) -> None:
        """Put the postings of the period to their people."""
        self._rules, self._plan, self._problems = rules, plan, problems
        self._period = rules.period
        self._outside = rules.outside_types
        self._people: dict[str, list[Posting]] = {}
        for row in rules.postings:
            if row.active_from < self._period.end and row.active_to > self._period.start:
                self._people.setdefault(row.person_id, []).append(row)

    # -- by the month ----------------------------------------------------------------------------

    def by_month(self, component: Component) -> Iterator[ComponentPay]:
        """An allowance of a rate a month."""
        kinds, ends = self._kinds(component), [*self._last_days(component)]
        by_days = component.month is MonthRule.DAYS
        for person, rows in sorted(self._people.items()):
            mine = [row for row in rows if component.who.fits(row, self._outside)]
            found: dict[str, list[_Met]] = {}
            spans = self._days(component, mine) if by_days and mine else ends
            for span in spans if mine else ():
                row = self._home(component, person, mine, span.since)
                if row is not None:
                    for met in self._met(component, row, span, kinds):
                        found.setdefault(row.institution_id, []).append(met)
            for place, several in sorted(found.items()):
                yield _paid(component, (place, person), several)

    def _last_days(self, component: Component) -> Iterator[_Span]:
        """The last day of each month in which the component is in force then."""
        for day in filter(component.in_force, self._period.month_ends):
            yield _Span(day, day + 1, Fraction(1))

    def _days(self, component: Component, rows: Sequence[Posting]) -> Iterator[_Span]:
        """The days of each month, cut where anything of postings and rates changes."""
        edges = {day for row in rows for day in (row.active_from, row.active_to)}
        edges |= {component.valid_from, component.valid_to}
        for one in component.rate_e4.versions if component.rate_e4 is not None else ():
            edges |= {one.valid_from, one.valid_to}
        for first, after in pairwise((*self._period.month_starts, self._period.end)):
            inside = sorted(day for day in edges if first < day < after)
            for since, until in pairwise([first, *inside, after]):
                if component.in_force(since):
                    yield _Span(since, until, Fraction(until - since, after - first))

    def _home(
        self, component: Component, person: str, rows: Sequence[Posting], day: int
    ) -> Posting | None:
        """The fitting posting of a day: of several institutions that of the main one."""
        there = [row for row in rows if row.active_from <= day < row.active_to]
        places = {row.institution_id for row in there}
        if len(places) > 1:
            there = [row for row in there if row.main]
            if len({row.institution_id for row in there}) != 1:
                facts = {"component": component.name, "day": print_day(day)}
                facts["places"] = ", ".join(sorted(places))
                self._note(Problem("COMPONENT_PLACE_UNCLEAR", component.place, person, facts))
                return None
        there.sort(key=lambda row: (not row.main, row.post_id, row.department_id))
        return there[0] if there else None

    def _met(
        self, component: Component, row: Posting, span: _Span, kinds: frozenset[str]
    ) -> Iterator[_Met]:
        """The days of a span with the same coefficients, at the rate of the first."""
        version = self._version(component, span.since)
        if version is None:
            return
        in_cap = component.in_cap and counts_in_cap(row, self._outside)
        who = row.institution_id, row.person_id, row.post_id
        days, known = (span.since, span.until), self._plan.coefficients.knows(row.person_id)
        stretches = self._plan.coefficients.factors(*who, kinds, days) if kinds and known else ()
        runs = [(one.since, one.until, one.factors) for one in stretches]
        for since, until, factors in runs or [(*days, ())]:
            named = tuple(sorted((one.kind, one.value_e4) for one in factors))
            self._need(component, row.person_id, named, since)
            part = span.part
            if (since, until) != days:
                part *= Fraction(until - since, span.until - span.since)
            yield _Met(month_of(since), part, version, named, in_cap)

    def _kinds(self, component: Component) -> frozenset[str]:
        """The kinds of coefficients that multiply an allowance (5.3)."""
        kinds = {component.coefficient} - {""}
        if component.by_head:
            kinds |= self._plan.coefficients.kinds(Applies.HEADCOUNT, component.name)
        return frozenset(kinds)

    def _version(self, component: Component, day: int) -> Version[int] | None:
        version = component.rate_e4.on(day) if component.rate_e4 is not None else None
        if version is None:
            facts = {"day": print_day(day)}
            self._note(Problem("COMPONENT_FIGURE_MISSING", component.place, component.name, facts))
        return version

    def _need(self, component: Component, person: str, factors: _Factors, day: int) -> None:
        """A coefficient that is named and not there is an error, never 1 (5.17)."""
        kind = component.coefficient
        if kind and kind not in dict(factors):
            facts = {"component": component.name, "kind": kind, "day": print_day(day)}
            self._note(Problem("COMPONENT_COEFFICIENT_MISSING", component.place, person, facts))

    def _note(self, problem: Problem) -> None:
        """Note a problem of a person once, at its first day."""
        told = (problem.code, problem.place, problem.value)
        if all((one.code, one.place, one.value) != told for one in self._problems):
            self._problems.append(problem)

    # -- per contract ----------------------------------------------------------------------------

    def by_contract(self, component: Component) -> Iterator[ComponentPay]:
        """An allowance for each contract of a day: a team's are shared by its members (5.4)."""
        found: dict[_Pair, list[_Met]] = {}
        rows = self._rules.pay_rows.signed if self._rules.pay_rows is not None else ()
        mine = [row for row in rows if row.component == component.name]
        days: Mapping[int, ContractsOn] = {
            day: ContractsOn(self._plan, self._rules, day) for day in {row.day for row in mine}
        }
        for signed in sorted(mine, key=lambda row: (row.day, row.person_id, row.team_id)):
            count = ContractCount(signed.team_id, signed.person_id, signed.contracts, signed.place)
            for line in days[signed.day].lines(count):
                row = self._plan.postings[line.stint]
                met = self._of_contracts(component, row, signed.day, line.key_e7)
                if met is not None:
                    found.setdefault((row.institution_id, row.person_id), []).append(met)
        for on in days.values():
            for problem in on.problems:
                self._note(problem)
        for pair, several in sorted(found.items()):
            yield _paid(component, pair, several)

    def _of_contracts(
        self, component: Component, row: Posting, day: int, contracts_e7: int
    ) -> _Met | None:
        version = self._version(component, day)
        if version is None or not component.who.fits(row, self._outside):
            return None
        who = row.institution_id, row.person_id, row.post_id
        kinds = frozenset({component.coefficient} - {""})
        stretches = self._plan.coefficients.factors(*who, kinds, (day, day + 1)) if kinds else ()
        factors = [one for stretch in stretches for one in stretch.factors]
        named = tuple(sorted((one.kind, one.value_e4) for one in factors))
        self._need(component, row.person_id, named, day)
        months = len(self._period.month_starts) if component.yearly else _YEAR
        quantity = Fraction(contracts_e7, _ONE_E7) * Fraction(months, _YEAR)
        in_cap = component.in_cap and counts_in_cap(row, self._outside)
        return _Met(print_day(day), quantity, version, named, in_cap)


def _paid(component: Component, pair: _Pair, met: Sequence[_Met]) -> ComponentPay:
    """The pay of one person at one institution: counts alike one after the other are one part."""
    parts: list[tuple[list[str], Fraction, _Met]] = []
    for one in met:
        if parts and parts[-1][2].alike == one.alike:
            named, quantity, first = parts[-1]
            parts[-1] = [*named, one.what], quantity + one.quantity, first
        else:
            parts.append(([one.what], one.quantity, one))
    place, person = pair
    return rounded_pay(
        (place, component.name, person),
        PaySource.of(component),
        any(one.in_cap for one in met),
        [_part(*one) for one in parts],
        reference=component.reference,
        title=component.title,
    )


def _part(named: Sequence[str], quantity: Fraction, one: _Met) -> PayPart:
    what = named[0] if named[0] == named[-1] else f"{named[0]}..{named[-1]}"
    return PayPart(
        what,
        quantity=quantity,
        rate_e4=one.version.value,
        factors=one.factors,
        by=one.version,
        reference=one.version.reference,
        in_cap=one.in_cap,
    )
