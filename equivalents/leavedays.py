"""Days of leave 请假 and days of work, as runs of the calendar (5.20).

A *run* is a longest run of days of one leave under one rule, at one institution and department.
The department of a day is that of the posting that a record of the day would belong to: the main
one, else the first by post id. A day without a posting at an institution is no day of leave
there. Where a rule asks for the department's average, a day counts once, at the person's home: the
only institution of that day, else the one whose posting is the main one. Source: 5.20.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from equivalents.errors import Problem
from equivalents.keys import PoolKeys
from equivalents.policy.keyrules import KeyRules
from equivalents.policy.leave import Average, Leave, LeaveRule

__all__ = ["LeaveDays", "LeaveRun"]


class LeaveRun(NamedTuple):
    """Days ``[since, until)`` of a leave under a rule at a place (position of an institution).

    ``stint`` is the posting of the first day, ``department`` the one of all days.
    """

    leave: Leave
    rule: LeaveRule
    place: int
    department: str
    since: int
    until: int
    stint: int


class _Stint(NamedTuple):
    """A part of a posting within the period; ``at`` is its place in the roster."""

    place: int
    at: int
    department: str
    main: bool
    since: int
    until: int


_Span = tuple[int, int]
_Name = tuple[Leave, LeaveRule, int, str]


class LeaveDays:
    """Who is on leave when, and who is at work.

    ``runs`` has the runs of everybody on leave, by person; ``problems`` the leaves whose home is
    unclear (``LEAVE_HOME_UNCLEAR``).
    """

    def __init__(self, keys: PoolKeys, rules: KeyRules) -> None:
        self._plan, self._staff, self._rules = keys.plan, keys.staff, rules.leave_rules
        self.problems: dict[Leave, Problem] = {}
        self._of_person = self._leaves(rules.leave)
        people = self._stints(self._of_person)
        self.runs: Mapping[int, Sequence[LeaveRun]] = {
            person: list(self._runs_of(person, people[person])) for person in sorted(people)
        }
        self._at_place: dict[int, Mapping[int, list[_Stint]]] = {}

    def worked(self, person: int, place: int, department: str | None = None) -> int:
        """The days of the period with a posting there, but for those on leave of any kind."""
        stints = self.at_place(place).get(person, [])
        here = [one for one in stints if department in (None, one.department)]
        spans = _union((one.since, one.until) for one in here)
        away = [(one.valid_from, one.valid_to) for one in self._of_person.get(person, ())]
        return sum(end - start for start, end in spans) - sum(
            max(0, min(end, until) - max(start, since))
            for start, end in spans
            for since, until in away
        )

    def at_place(self, place: int) -> Mapping[int, list[_Stint]]:
        """Everybody's stints at an institution, by person."""
        if place not in self._at_place:
            people = self._staff.person[self._staff.of(place)].tolist()
            self._at_place[place] = {
                person: [one for one in stints if one.place == place]
                for person, stints in self._stints(people).items()
            }
        return self._at_place[place]

    def _leaves(self, leaves: Iterable[Leave]) -> Mapping[int, Sequence[Leave]]:
        """The leaves that reach into the period, by person."""
        period = self._plan.period
        found: dict[int, list[Leave]] = {}
        for leave in leaves:
            person = self._plan.persons.find(leave.person_id)
            inside = leave.valid_from < period.end and leave.valid_to > period.start
            if inside and person >= 0:
                found.setdefault(person, []).append(leave)
        return found

    def _stints(self, people: Iterable[int]) -> Mapping[int, list[_Stint]]:
        """The stints of some people, in the order of the roster."""
        postings, period, present = self._plan.postings, self._plan.period, self._staff.present
        found: dict[int, list[_Stint]] = {person: [] for person in people}
        wanted = np.isin(postings.person[present], np.array(list(found), np.int32))
        for at in present[wanted].tolist():
            row = postings[at]
            since = max(int(postings.since[at]), period.start)
            until = min(int(postings.until[at]), period.end)
            place = int(postings.institution[at])
            stint = _Stint(place, at, row.department_id, row.main, since, until)
            found[int(postings.person[at])].append(stint)
        return found

    def _runs_of(self, person: int, stints: Sequence[_Stint]) -> Iterator[LeaveRun]:
        """The runs of one person: days between two edges are alike."""
        running: dict[_Name, LeaveRun] = {}
        for start, end in pairwise(self._edges(person, stints)):
            here = _postings_on(stints, start)
            for leave, rule in self._in_force(person, start) if here else ():
                for one in self._counting(leave, rule, here):
                    name = (leave, rule, one.place, one.department)
                    run = running.get(name)
                    if run is not None and run.until == start:
                        running[name] = run._replace(until=end)
                        continue
                    if run is not None:
                        yield run
                    running[name] = LeaveRun(*name, start, end, one.at)
        yield from running.values()

    def _edges(self, person: int, stints: Sequence[_Stint]) -> Sequence[int]:
        """The days of the period on which anything of a person's leave may change."""
        period = self._plan.period
        days = {day for stint in stints for day in (stint.since, stint.until)}
        for leave in self._of_person[person]:
            days |= {leave.valid_from, leave.valid_to}
        for rule in self._rules:
            days |= {rule.valid_from, rule.valid_to}
        inside = sorted(day for day in days if period.start < day < period.end)
        return [period.start, *inside, period.end]

    def _in_force(self, person: int, day: int) -> Iterator[tuple[Leave, LeaveRule]]:
        """The leave of a person on a day with the rule of its kind, if that adds anything."""
        for leave in self._of_person[person]:
            for rule in self._rules if leave.valid_from <= day < leave.valid_to else ():
                in_force = rule.kind == leave.kind and rule.valid_from <= day < rule.valid_to
                if in_force and rule.average is not Average.NONE:
                    yield leave, rule

    def _counting(self, leave: Leave, rule: LeaveRule, here: Sequence[_Stint]) -> Sequence[_Stint]:
        """Where a day counts: at every institution, or for a department's average at home."""
        if rule.average is Average.OWN or len(here) == 1:
            return here
        homes = [one for one in here if one.main]
        if len(homes) == 1:
            return homes
        places = ", ".join(self._plan.institutions[one.place] for one in here)
        facts = {"kind": leave.kind, "places": places}
        problem = Problem("LEAVE_HOME_UNCLEAR", leave.place, leave.person_id, facts)
        self.problems.setdefault(leave, problem)
        return ()


def _postings_on(stints: Sequence[_Stint], day: int) -> Sequence[_Stint]:
    """The posting that counts at each institution on a day: the main one, else the first."""
    chosen: dict[int, _Stint] = {}
    for one in stints:
        if one.since <= day < one.until:
            best = chosen.get(one.place, one)
            chosen[one.place] = min(best, one, key=lambda stint: (not stint.main, stint.at))
    return list(chosen.values())


def _union(spans: Iterable[_Span]) -> list[_Span]:
    """The same days as spans that do not touch."""
    merged: list[_Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged
