"""Effective contracts 有效签约: how much of a head each signed contract is worth on a day.

A policy (:mod:`equivalents.policy.effective`) asks results of the institution, of the team, or of
the contract itself. The answer is a column as long as the contracts, in ten-thousandths of a head,
so that a fund goes on counting whole columns. A result that is missing is a problem, never 1 and
never 0 (5.17); what is not applicable is not asked for. Sources: C4, B4; definition 5.17.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from equivalents.assessscore import indicator_points
from equivalents.errors import Problem
from equivalents.heads import places_on
from equivalents.policy.assessment import HUNDRED, AssessedLevel, Indicator, Outcome, Result
from equivalents.policy.calendar import parse_period, print_day
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.effective import EffectivePolicy, EffectiveRule
from equivalents.policy.heads import Contracts
from equivalents.units import Int64

__all__ = ["Effective"]

_Flags = npt.NDArray[np.bool_]


@dataclass
class Effective:
    """Policies of effective contracts over the results of a case; ``problems`` collects faults."""

    policies: Mapping[str, EffectivePolicy]
    indicators: Mapping[str, Indicator]
    results: Sequence[Result]
    outcomes: Sequence[Outcome]
    problems: list[Problem] = field(default_factory=list)

    def worth_e4(self, name: str, contracts: Contracts, counted: _Flags, day: int) -> Int64:
        """What each contract is worth on a day, in ten-thousandths; 0 where it is not ``counted``.

        ``EFFECTIVE_RESULT_MISSING``, ``EFFECTIVE_NO_TEAM`` and ``EFFECTIVE_NOT_APPLICABLE`` are
        noted in ``problems``.
        """
        policy = self.policies[name]
        worth = np.zeros(len(contracts), np.int64)
        if policy.level is AssessedLevel.CONTRACT:
            return self._by_contract(policy, contracts, counted, day)
        if policy.level is AssessedLevel.TEAM:
            code, texts = contracts.team.code, contracts.team.texts
        else:
            code, texts = places_on(contracts, day), contracts.homes.institutions
        at = np.flatnonzero(counted & (code >= 0))
        for subject in np.unique(code[at]).tolist():
            mine = at[code[at] == subject]
            if not texts[subject]:
                place = contracts.rows.place(int(mine[0]))
                facts = {"policy": name, "contracts": str(mine.size)}
                found = contracts.contract_id[int(mine[0])]
                self.problems.append(Problem("EFFECTIVE_NO_TEAM", place, found, facts))
                continue
            worth[mine] = self._of_subject(policy, texts[subject], day)
        return worth

    def _of_subject(self, policy: EffectivePolicy, subject: str, day: int) -> int:
        if policy.rule is EffectiveRule.COMPOSITE:
            value = self._rate_e4(policy, subject, day)
            if value is None:
                self._missing(policy, subject, policy.composite, day)
            return value or 0
        met = self._met(policy, (policy.level, subject), day)
        for indicator in met.missing:
            self._missing(policy, subject, indicator, day)
        if not met.missing and not met.asked:
            self._not_applicable(policy, subject, day)
        return ONE_E4 if met.enough(policy) else 0

    def _missing(self, policy: EffectivePolicy, subject: str, indicator: str, day: int) -> None:
        facts = {"policy": policy.name, "indicator": indicator, "day": print_day(day)}
        self.problems.append(Problem("EFFECTIVE_RESULT_MISSING", policy.place, subject, facts))

    def _not_applicable(self, policy: EffectivePolicy, subject: str, day: int) -> None:
        facts = {"policy": policy.name, "day": print_day(day)}
        self.problems.append(Problem("EFFECTIVE_NOT_APPLICABLE", policy.place, subject, facts))

    def _rate_e4(self, policy: EffectivePolicy, subject: str, day: int) -> int | None:
        """The coefficient of a composite on a day: what is in force, else of the shortest time."""
        fitting = [
            one
            for one in self._outcomes[policy.composite, subject]
            if one.valid_from <= day < one.valid_to
        ]
        fitting.sort(key=lambda one: (not one.in_force, one.valid_to - one.valid_from))
        return fitting[0].coefficient_e4 if fitting else None

    @cached_property
    def _outcomes(self) -> Mapping[tuple[str, str], list[Outcome]]:
        found: Mapping[tuple[str, str], list[Outcome]] = defaultdict(list)
        for one in self.outcomes:
            found[one.composite, one.subject_id].append(one)
        return found

    @cached_property
    def _points(self) -> Mapping[tuple[AssessedLevel, str, str], list["_Point"]]:
        """The results of indicators by level, subject and indicator: when, and whether met."""
        asked = {name for policy in self.policies.values() for name in policy.indicators}
        found: Mapping[tuple[AssessedLevel, str, str], list[_Point]] = defaultdict(list)
        spans = {text: parse_period(text) for text in {one.period for one in self.results}}
        for one in self.results:
            if one.indicator not in asked:
                continue
            span, indicator = spans[one.period], self.indicators[one.indicator]
            told = indicator_points(indicator, HUNDRED, one, span.end - 1)
            met = None if told is None or told.points is None else told.points == indicator.full
            key = one.level, one.subject_id, one.indicator
            found[key].append(_Point(span.start, span.end, met))
        return found

    def _met(self, policy: EffectivePolicy, who: tuple[AssessedLevel, str], day: int) -> "_Met":
        met, asked, missing = 0, 0, []
        for indicator in policy.indicators:
            points = [p for p in self._points.get((*who, indicator), ()) if p.start <= day < p.end]
            if not points:
                missing.append(indicator)
                continue
            shortest = min(points, key=lambda point: point.end - point.start)
            asked += shortest.met is not None
            met += shortest.met is True
        return _Met(met, asked, tuple(missing))

    def _by_contract(
        self, policy: EffectivePolicy, contracts: Contracts, counted: _Flags, day: int
    ) -> Int64:
        """1 where a contract meets enough of its tests; missing ones are told once a test.

        Nothing applicable is an error as for institutions and teams (5.17), told once a policy.
        """
        worth = np.zeros(len(contracts), np.int64)
        lost: dict[str, list[int]] = {}
        told = False
        for at in np.flatnonzero(counted).tolist():
            met = self._met(policy, (AssessedLevel.CONTRACT, contracts.contract_id[at]), day)
            for indicator in met.missing:
                lost.setdefault(indicator, []).append(at)
            if not (met.missing or met.asked or told):
                self._not_applicable(policy, contracts.contract_id[at], day)
                told = True
            worth[at] = ONE_E4 if met.enough(policy) else 0
        for indicator, rows in lost.items():
            facts = {"policy": policy.name, "indicator": indicator, "contracts": str(len(rows))}
            first = contracts.rows.place(rows[0]), contracts.contract_id[rows[0]]
            self.problems.append(Problem("EFFECTIVE_TESTS_MISSING", *first, facts))
        return worth


@dataclass(frozen=True, slots=True)
class _Point:
    """A result of an indicator over ``[start, end)``: met or not, ``None`` if not applicable."""

    start: int
    end: int
    met: bool | None


@dataclass(frozen=True, slots=True)
class _Met:
    """How many indicators are met of those that are applicable, and which have no result."""

    met: int
    asked: int
    missing: Sequence[str]

    def enough(self, policy: EffectivePolicy) -> bool:
        """Whether the contract is effective: as many are met as the policy asks for.

        What is not applicable is not asked for; where nothing is applicable nothing is met, and
        that is an error too.
        """
        if self.missing or not self.asked:
            return False
        wanted = self.asked if policy.at_least is None else min(policy.at_least, self.asked)
        return self.met >= wanted
