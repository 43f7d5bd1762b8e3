"""Which coefficient applies to whom on which day, as runs of days with one rounded product.

A *run* is a longest run of days of the period over which the product of all coefficients that
apply, multiplied exactly and rounded once half-up to four places, is the same (5.1). Runs depend
on person, institution, post and pool, never on months, weight tables, titles or the dates of a
posting. The roster is cut at the days on which a run begins, so that whatever counts by posting
counts by run as well; such a part of a posting is called a *stint*. Sources: A7, 5.1 to 5.3.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations, pairwise
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from equivalents.errors import Problem
from equivalents.policy.accounts import BALANCE_KINDS
from equivalents.policy.calendar import Period, print_day
from equivalents.policy.keyrules import (
    Applies,
    Coefficient,
    KeyRules,
    KindRule,
    Later,
    Scope,
    Window,
)
from equivalents.policy.model import CaseRules
from equivalents.policy.roster import Roster

__all__ = [
    "Coefficients",
    "ONE_E4",
    "Run",
    "SURPLUS",
    "Stretch",
    "check_coefficients",
    "product_e4",
]

ONE_E4: Final = 10_000
"""The coefficient 1.0000."""

SURPLUS: Final = "surplus"
"""The pool that no table names: the pay half of the surplus (specification page 3)."""

_Dated = Sequence[Coefficient]


class Run(NamedTuple):
    """Days ``[since, until)`` of the period with one rounded coefficient."""

    since: int
    until: int
    value_e4: int


class Stretch(NamedTuple):
    """Days ``[since, until)`` on which the same coefficients apply: the factors of a run."""

    since: int
    until: int
    factors: tuple[Coefficient, ...]


def product_e4(values_e4: Iterable[int]) -> int:
    """The exact product of coefficients, rounded once, half-up, to four places (5.1)."""
    product, unit = ONE_E4, 1
    for value in values_e4:
        product, unit = product * value, unit * ONE_E4
    # rounded here, the only time: no coefficient is negative, so adding half is half-up
    return (2 * product + unit) // (2 * unit)


class Coefficients:
    """The coefficients of a case by subject, and the runs and stints that follow from them."""

    def __init__(self, rules: CaseRules) -> None:
        self.rules: KeyRules = rules.key_rules
        self.period: Period = rules.period
        surplus = any(row.kind in BALANCE_KINDS for row in rules.accounts)
        bridged = {one.pool for one in rules.scheme.bridges.values()} if rules.scheme else set()
        given = {pool.pool for pool in rules.pools} | ({SURPLUS} if surplus else set())
        self._pools = sorted(given | bridged)
        self._people: dict[str, list[Coefficient]] = defaultdict(list)
        self._places: dict[str, list[Coefficient]] = defaultdict(list)
        self._departments: dict[str, list[Coefficient]] = defaultdict(list)
        for row in self.rules.coefficients:
            if row.valid_from < self.period.end and row.valid_to > self.period.start:
                if row.scope is Scope.INSTITUTION:
                    self._places[row.institution_id].append(row)
                elif row.scope is Scope.DEPARTMENT:
                    self._departments[row.subject_id].append(row)
                else:
                    self._people[row.person_id].append(row)

    @property
    def plain(self) -> bool:
        """Whether every key is just the exact equivalents: no rule says otherwise."""
        rules = self.rules
        some = (rules.coefficients, rules.ceilings, rules.opening, rules.leave, rules.leaders)
        return not any(some)

    def kinds(self, applies: Applies, pool: str) -> frozenset[str]:
        """The kinds of coefficients that apply to a pool in one of the ways of 5.3."""
        return frozenset(
            kind
            for kind, rule in self._kinds.items()
            if rule.applies_to is applies and (not rule.pools or pool in rule.pools)
        )

    def released(self, pools: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which pools withhold to release later what is withheld now, not to retain it (5.3)."""
        laters = [
            any(
                self._kinds[kind].later is Later.RELEASE
                for kind in self.kinds(Applies.WITHHOLD, pool)
            )
            for pool in pools
        ]
        return np.array(laters, np.bool_)

    @cached_property
    def _kinds(self) -> Mapping[str, KindRule]:
        """Every kind that some coefficient has, with its rule."""
        return {kind: self.rules.rule(kind) for kind in {c.kind for c in self.rules.coefficients}}

    @property
    def places(self) -> Sequence[str]:
        """The institutions that have a coefficient in the period, of any kind, in order."""
        return sorted(self._places)

    @property
    def departments(self) -> Sequence[str]:
        """The departments that have a coefficient in the period, of any kind, in order."""
        return sorted(self._departments)

    def knows(self, person_id: str) -> bool:
        """Whether a person has any coefficient in the period, of any kind."""
        return person_id in self._people

    def runs(
        self, institution_id: str, person_id: str, post_id: str, kinds: frozenset[str]
    ) -> tuple[Run, ...]:
        """The runs of a person in a post over the whole period, for these kinds (5.1)."""
        rows = self._rows_of(institution_id, person_id, post_id, kinds)
        return _runs(rows, self.period)

    def factors(
        self,
        institution_id: str,
        person_id: str,
        post_id: str,
        kinds: frozenset[str],
        days: tuple[int, int],
    ) -> tuple[Stretch, ...]:
        """Of which coefficients those runs are the product, over some days ``[since, until)``.

        Stretches of one run may have different factors with the same product; days on which none
        applies have a stretch without any.
        """
        rows = self._rows_of(institution_id, person_id, post_id, kinds)
        return _within(_stretches(rows, self.period), *days)

    def _rows_of(
        self, institution_id: str, person_id: str, post_id: str, kinds: frozenset[str]
    ) -> _Dated:
        return [
            row
            for row in self._people.get(person_id, ())
            if row.kind in kinds
            and row.institution_id in ("", institution_id)
            and row.post_id in ("", post_id)
        ]

    def institution_runs(self, institution_id: str, pool: str) -> tuple[Run, ...]:
        """The coefficients of an institution over the period for a pool or the key above (5.2).

        They multiply the institution's key at the level above or its pool and never touch
        people's keys inside it.
        """
        return _runs(self._rows_at(institution_id, pool), self.period)

    def institution_factors(self, institution_id: str, pool: str) -> tuple[Stretch, ...]:
        """Of which coefficients those of an institution are the product, over the period."""
        stretches = _stretches(self._rows_at(institution_id, pool), self.period)
        return _within(stretches, self.period.start, self.period.end)

    def department_runs(self, department_id: str, pool: str) -> tuple[Run, ...]:
        """The coefficients of a department over the period: they multiply its key in a pool."""
        return _runs(self._rows_in(department_id, pool), self.period)

    def department_factors(self, department_id: str, pool: str) -> tuple[Stretch, ...]:
        """Of which coefficients those of a department are the product, over the period."""
        stretches = _stretches(self._rows_in(department_id, pool), self.period)
        return _within(stretches, self.period.start, self.period.end)

    def _rows_at(self, institution_id: str, pool: str) -> _Dated:
        return self._applying(self._places.get(institution_id, ()), pool)

    def _rows_in(self, department_id: str, pool: str) -> _Dated:
        return self._applying(self._departments.get(department_id, ()), pool)

    def _applying(self, rows: _Dated, pool: str) -> _Dated:
        kinds = self.kinds(Applies.KEY, pool)
        return [row for row in rows if row.kind in kinds]

    def stints(self, roster: Roster) -> Roster:
        """The roster cut where a coefficient of a person changes, and at a ceiling's months.

        A cut posting is two dated postings; a roster without any cut is returned as it is.
        """
        if not (self._people or self._months):
            return roster
        rows = tuple(
            zip(
                roster.institution_id,
                roster.person_id,
                roster.post_id,
                roster.active_from.tolist(),
                roster.active_to.tolist(),
                strict=True,
            )
        )
        known: dict[tuple[str, str, str], frozenset[int]] = {}
        origin, since, until = [], [], []
        for at, (*names, start, end) in enumerate(rows):
            place, person, post = names
            days = known.get((place, person, post))
            if days is None:
                days = known[place, person, post] = self._cuts(place, person, post)
            edges = [start, *sorted(day for day in days if start < day < end), end]
            for one, other in pairwise(edges):
                origin.append(at)
                since.append(one)
                until.append(other)
        return roster.parts(origin, since, until) if len(origin) > len(roster) else roster

    def _cuts(self, place: str, person: str, post: str) -> frozenset[int]:
        """The days on which a run begins in any pool, and the months of a ceiling."""
        return self._months.union(self.begins(place, person, post))

    def begins(self, place: str, person: str, post: str) -> frozenset[int]:
        """The days after the first on which a run of a person in a post begins in any pool."""
        if not self.knows(person):
            return frozenset()
        runs = (self.runs(place, person, post, kinds) for kinds in self._signatures)
        return frozenset(run.since for some in runs for run in some[1:])

    @cached_property
    def _signatures(self) -> Sequence[frozenset[str]]:
        """The different sets of kinds that multiply the keys of some pool."""
        return list(dict.fromkeys(self.kinds(Applies.KEY, pool) for pool in self._pools))

    @cached_property
    def _months(self) -> frozenset[int]:
        """The month starts after the first, where a ceiling counts by month (5.12)."""
        monthly = any(ceiling.window is Window.MONTH for ceiling in self.rules.ceilings)
        return frozenset(self.period.month_starts[1:] if monthly else ())


def _stretches(rows: _Dated, period: Period) -> Iterator[Stretch]:
    """The days of the period between the edges of coefficients, with those that apply there."""
    edges = {day for row in rows for day in (row.valid_from, row.valid_to)}
    days = [period.start, *sorted(d for d in edges if period.start < d < period.end), period.end]
    for since, until in pairwise(days):
        yield Stretch(
            since, until, tuple(row for row in rows if row.valid_from <= since < row.valid_to)
        )


def _runs(rows: _Dated, period: Period) -> tuple[Run, ...]:
    """Longest runs of days with one rounded product; they cover the period without a gap."""
    runs: list[Run] = []
    for since, until, factors in _stretches(rows, period):
        value = product_e4(row.value_e4 for row in factors)
        if runs and runs[-1].value_e4 == value:
            runs[-1] = runs[-1]._replace(until=until)
        else:
            runs.append(Run(since, until, value))
    return tuple(runs)


def _within(stretches: Iterable[Stretch], since: int, until: int) -> tuple[Stretch, ...]:
    """The parts of stretches within some days; none where nothing applies on any of them."""
    found = [
        Stretch(max(one.since, since), min(one.until, until), one.factors)
        for one in stretches
        if one.since < until and one.until > since
    ]
    return tuple(found) if any(one.factors for one in found) else ()


def check_coefficients(rows: Iterable[Coefficient]) -> list[Problem]:
    """Coefficients of one kind that overlap on one subject, each pair with both rows (A7).

    A posting named without its post covers all posts there, so it overlaps with each of them.
    """
    by_subject: Mapping[tuple[str, ...], list[Coefficient]] = defaultdict(list)
    for row in rows:
        department = row.subject_id if row.scope is Scope.DEPARTMENT else ""
        subject = row.person_id, row.institution_id, department
        by_subject[(row.scope, *subject, row.kind)].append(row)
    found: list[Problem] = []
    for _, several in sorted(by_subject.items()):
        found.extend(_overlaps(sorted(several, key=attrgetter("valid_from", "place"))))
    return found


def _overlaps(rows: _Dated) -> Iterator[Problem]:
    for one, other in combinations(rows, 2):
        start, end = max(one.valid_from, other.valid_from), min(one.valid_to, other.valid_to)
        same = one.post_id == other.post_id or not (one.post_id and other.post_id)
        if start < end and same:
            facts = {
                "kind": one.kind,
                "other": str(other.place),
                "span": f"{print_day(start)}..{print_day(end)}",
            }
            yield Problem("COEFFICIENT_OVERLAP", one.place, one.subject_id, facts)
