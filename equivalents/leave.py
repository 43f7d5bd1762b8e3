"""What leave adds to keys: days of leave times a daily average, line by line (5.20).

The idea: work is not invented. Equivalents and adjusted lines stay as they are; each run of days
of a leave (:mod:`equivalents.leavedays`) is a line of its own,

    key = days x percent x head x key of the average / days of the average,

rounded once, half-up, to seven places. It is added after coefficients, so no ceiling, no
coefficient and no purchase sees it. The average is the person's own (keys of closed periods
brought in, this period's key over the days worked, or both) or the department's: the positive
keys there over the days that its people were not on leave, a part of a head counting as that
part (5.3). Where an average has no day the pool is refused: a missing one is never 0. Sources:
definitions 5.1, 5.3, 5.9, 5.20.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from typing import Final, NamedTuple

import numpy as np

from equivalents.ceilings import exact_sums
from equivalents.errors import Problem, RefusedError
from equivalents.headcount import headcount_e4
from equivalents.keys import BY_EQUIVALENTS, PoolKeys
from equivalents.leavedays import LeaveDays, LeaveRun
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.leave import Average, Leave, Over
from equivalents.policy.model import CaseRules, Pool
from equivalents.policy.sharing import LevelKey, LevelKind
from equivalents.sharers import sharing_postings
from equivalents.units import INT64_LIMIT, Int64

__all__ = ["LeaveKeys", "LeaveLine", "leave_key_e7"]

_Divided = Callable[[str, frozenset[str], LevelKey], Int64]
"""What is left of each posting by a key under some kinds, divided by department."""
_Name = tuple[str, frozenset[str], LevelKey, str]
"""Series, kinds, key and name of pools that leave adds the same to."""
_Average = tuple[int, int]
"""A key in e7, and the days (of whole heads, in ten-thousandths) that earned it."""
_WHOSE: Final = {Average.OWN: "本人¦own", Average.DEPARTMENT: "科室¦department"}


class LeaveLine(NamedTuple):
    """One run of days of a leave and the key that it adds (5.20).

    ``pair`` is the (institution, person) of the staff. The average is ``average_e7`` over
    ``days_e4`` days of whole heads, in ten-thousandths; ``head_e4`` is the person's part of one.
    """

    pair: int
    run: LeaveRun
    head_e4: int
    average_e7: int
    days_e4: int
    key_e7: int

    @property
    def days(self) -> int:
        """The days of leave."""
        return self.run.until - self.run.since


def leave_key_e7(days: int, percent_e4: int, head_e4: int, average_e7: int, days_e4: int) -> int:
    """The key of a line: days x percent x head x average, rounded once to seven places (5.20).

    Raises:
        RefusedError: the key is beyond the limit (``TOTAL_TOO_LARGE``).
    """
    above, below = days * percent_e4 * head_e4 * average_e7, ONE_E4 * days_e4
    key = (2 * above + below) // (2 * below)  # half-up: nothing here is negative
    if key >= INT64_LIMIT:
        raise RefusedError([Problem("TOTAL_TOO_LARGE")])
    return key


class LeaveKeys:
    """What leave adds in every pool; each (series, kinds, key, pool name) once.

    Raises:
        RefusedError: every ``LEAVE_HOME_UNCLEAR``.
    """

    def __init__(
        self, keys: PoolKeys, pools: Sequence[Pool], rules: CaseRules, divided: _Divided
    ) -> None:
        self._keys, self._rules, self._divided = keys, rules, divided
        self._days = LeaveDays(keys, rules.key_rules)
        if self._days.problems:
            raise RefusedError(list(self._days.problems.values()))
        self._reach = _reach(keys, pools, rules)
        self._past = _past(rules)
        self._known: dict[_Name, tuple[LeaveLine, ...]] = {}
        self._vectors: dict[tuple[int, str], Int64] = {}
        self._departments: dict[tuple[_Name, int, str], _Average] = {}
        self._heads: dict[str, Int64] = {}

    def of(self, pool: Pool, key: LevelKey) -> tuple[LeaveLine, ...]:
        """The lines of a pool's name under a key, by institution, person and first day.

        Raises:
            RefusedError: every ``LEAVE_NO_AVERAGE`` in the pools of that name.
        """
        levels = self._rules.sharing_of(pool.pool).levels
        if key not in BY_EQUIVALENTS or all(level.by != key for level in levels):
            return ()
        name = pool.series, self._keys.kinds(pool), key, pool.pool
        if name not in self._known:
            self._known[name] = self._lines(pool, name)
        return self._known[name]

    def shown(self, pool: Pool) -> tuple[LeaveLine, ...]:
        """The lines of the lowest level that is shared by equivalents."""
        for level in reversed(self._rules.sharing_of(pool.pool).levels):
            if level.by in BY_EQUIVALENTS:
                return self.of(pool, level.by)
        return ()

    def added(self, vector: Int64, pool: Pool, key: LevelKey) -> Int64:
        """A vector per posting with what leave adds; the same array for the same pool name."""
        lines = self.of(pool, key)
        if not lines:
            return vector
        name = id(vector), pool.pool
        if name not in self._vectors:
            both = np.stack([vector.astype(object), np.zeros(vector.size, object)], 1)
            for line in lines:
                both[line.run.stint, 1] += line.key_e7
            self._vectors[name] = exact_sums(both.ravel(), np.arange(vector.size) * 2)
        return self._vectors[name]

    def _lines(self, pool: Pool, name: _Name) -> tuple[LeaveLine, ...]:
        reached = self._reach[pool.pool, pool.series]
        shared = sharing_postings(self._keys.plan, self._keys.who(pool))
        found: list[LeaveLine] = []
        problems: dict[tuple[Leave, int], Problem] = {}
        for person, runs in self._days.runs.items():
            for run in runs:
                rule = run.rule
                if run.place not in reached or (rule.pools and pool.pool not in rule.pools):
                    continue
                if not shared[run.stint]:
                    continue  # leave from a posting that shares in other pools
                pair = self._keys.staff.find(run.place, person)
                head_e4 = ONE_E4
                if rule.average is Average.DEPARTMENT:
                    head_e4 = self._head_e4(pool, pair)
                    average = self._department(pool, name, run)
                else:
                    average = self._own(pool, name, run, pair)
                if average[1] == 0:
                    problems.setdefault((run.leave, run.place), self._missing(run, pool))
                    continue
                days = run.until - run.since
                key_e7 = leave_key_e7(days, rule.percent_e4, head_e4, *average)
                found.append(LeaveLine(pair, run, head_e4, *average, key_e7))
        if problems:
            raise RefusedError(list(problems.values()))
        return tuple(sorted(found, key=lambda line: (line.pair, line.run.since)))

    # -- averages ----------------------------------------------------------------------------------

    def _own(self, pool: Pool, name: _Name, run: LeaveRun, pair: int) -> _Average:
        """The person's own average at the institution: past, period, or both."""
        key_e7, days = 0, 0
        if run.rule.over is not Over.PERIOD:
            place = self._keys.plan.institutions[run.place]
            key_e7, days = self._past.get((place, pool.pool, run.leave.person_id), (0, 0))
        if run.rule.over is not Over.PAST:
            person = int(self._keys.staff.person[pair])
            series, kinds, key, _ = name
            table = self._keys.table(series, kinds)
            own_e7 = table.key_e7 if key is LevelKey.ADJUSTED else table.equivalents_e7
            key_e7 += max(int(own_e7[pair]), 0)
            days += self._days.worked(person, run.place)
        return key_e7, days * ONE_E4

    def _department(self, pool: Pool, name: _Name, run: LeaveRun) -> _Average:
        """The department's average in this period, over everybody's days not on leave."""
        at = (name, run.place, run.department)
        if at not in self._departments:
            key_e7, days_e4 = 0, 0
            vector = self._divided(*name[:3])
            for person, stints in self._days.at_place(run.place).items():
                mine = [int(vector[s.at]) for s in stints if s.department == run.department]
                key_e7 += max(sum(mine), 0)
                days = self._days.worked(person, run.place, run.department)
                pair = self._keys.staff.find(run.place, person)
                days_e4 += days * self._head_e4(pool, pair)
            self._departments[at] = key_e7, days_e4
        return self._departments[at]

    def _head_e4(self, pool: Pool, pair: int) -> int:
        """How much of a head somebody is in a pool (5.3)."""
        if pool.pool not in self._heads:
            self._heads[pool.pool] = headcount_e4(self._keys, pool)
        return int(self._heads[pool.pool][pair])

    def _missing(self, run: LeaveRun, pool: Pool) -> Problem:
        facts = {
            "kind": run.leave.kind,
            "pool": pool.pool,
            "institution": self._keys.plan.institutions[run.place],
            "whose": _WHOSE[run.rule.average],
        }
        place, person = run.leave.place, run.leave.person_id
        return Problem("LEAVE_NO_AVERAGE", place, person, facts, pool.series)


def _reach(
    keys: PoolKeys, pools: Sequence[Pool], rules: CaseRules
) -> Mapping[tuple[str, str], Set[int]]:
    """The institutions whose people the pools of a name and series pay."""
    find = keys.plan.institutions.find
    found: dict[tuple[str, str], set[int]] = {}
    for pool in pools:
        places = found.setdefault((pool.pool, pool.series), set())
        places.add(find(pool.institution_id))
        if rules.sharing_of(pool.pool).level(LevelKind.INSTITUTION) is not None:
            places |= {
                find(row.institution_id)
                for row in rules.institutions
                if row.parent_id == pool.institution_id
            }
    return found


def _past(rules: CaseRules) -> Mapping[tuple[str, str, str], _Average]:
    """The keys of closed periods and their days, several rows of one person added up."""
    found: dict[tuple[str, str, str], _Average] = {}
    for row in rules.key_rules.past:
        name = row.institution_id, row.pool, row.person_id
        key_e7, days = found.get(name, (0, 0))
        found[name] = key_e7 + row.equivalents_e7, days + row.days
    return found
