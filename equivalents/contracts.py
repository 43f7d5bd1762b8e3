"""The key ``contracts``: signed contracts active on the last day of the period (D1, 5.15).

A contract of a named person is 1 for that person. Those of a team are added up, and the whole
number is split by 5.10 in units of 0.0000001 among the members of that day, by their shares (5.4).
Members without a posting on that day do not share. A key stands where the person is at home on that
day: at the only institution with a posting, else at the one whose posting is the main one; in the
department of that posting. Sources: D1; definitions 5.4, 5.10, 5.15, 5.20.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from equivalents.allocate import largest_remainder
from equivalents.crews import lowest_terms
from equivalents.errors import Problem, RefusedError
from equivalents.policy.contracts import ContractCount
from equivalents.policy.model import CaseRules
from equivalents.policy.sharing import LevelKey
from equivalents.tally import Plan
from equivalents.units import E7_PLACES, Int64

__all__ = ["ContractKeys", "ContractLine", "ContractsOn", "contract_keys"]


class ContractLine(NamedTuple):
    """What one person has of some contracts: ``share`` of ``whole`` of them.

    ``stint`` is the person's posting of the last day; ``team_id`` is blank for own contracts.
    """

    stint: int
    team_id: str
    contracts: int
    share: int
    whole: int
    key_e7: int


@dataclass(frozen=True, slots=True)
class ContractKeys:
    """The contracts of each posting in e7, and the lines that they are the sum of."""

    posting_e7: Int64
    lines: tuple[ContractLine, ...]


def contract_keys(plan: Plan, rules: CaseRules) -> ContractKeys | None:
    """The keys by contracts; ``None`` where no level is shared by them.

    Raises:
        RefusedError: every ``CONTRACT_NO_POST``, ``CONTRACT_TEAM_EMPTY``,
            ``CONTRACT_HOME_UNCLEAR``.
    """
    levels = (level for sharing in rules.sharing.values() for level in sharing.levels)
    if all(level.key is not LevelKey.CONTRACTS for level in levels):
        return None
    counter = ContractsOn(plan, rules, plan.period.end - 1)
    lines = sorted(line for count in rules.contracts for line in counter.lines(count))
    if counter.problems:
        raise RefusedError(counter.problems)
    posting_e7 = np.zeros(len(plan.postings), np.int64)
    for line in lines:
        posting_e7[line.stint] += line.key_e7
    return ContractKeys(posting_e7, tuple(lines))


class ContractsOn:
    """Finds who has the contracts of a person or team on a day; ``problems`` grows."""

    def __init__(self, plan: Plan, rules: CaseRules, day: int) -> None:
        """Look at the postings of the day."""
        self._plan, self._rules = plan, rules
        self._last = day
        self._homes = self._postings_of_the_day()
        self.problems: list[Problem] = []

    def lines(self, count: ContractCount) -> Iterator[ContractLine]:
        """The lines of one count; what nobody can have is noted."""
        unit = 10**E7_PLACES
        if count.person_id:
            for stint in self._home(count.person_id, count):
                yield ContractLine(stint, "", count.contracts, 1, 1, count.contracts * unit)
            if not self._posted(count.person_id):
                self._tell("CONTRACT_NO_POST", count, count.person_id)
            return
        members = self._members(count.team_id)
        if not members:
            self._tell("CONTRACT_TEAM_EMPTY", count, count.team_id)
            return
        share = np.array([part for _, part in members], np.int64)
        total = np.array([count.contracts * unit], np.int64)
        parts = largest_remainder(total, share, np.zeros(1, np.int64)).amount_fen
        whole = int(share.sum())
        for (person, part), key_e7 in zip(members, parts.tolist(), strict=True):
            for stint in self._home(self._plan.persons[person], count):
                yield ContractLine(stint, count.team_id, count.contracts, part, whole, int(key_e7))

    def _members(self, team_id: str) -> Sequence[tuple[int, int]]:
        """The members of the last day with a posting, by code, shares in lowest terms."""
        here = [
            (self._plan.persons.find(member.person_id), member.share)
            for member in self._rules.teams
            if member.team_id == team_id
            and member.valid_from <= self._last < member.valid_to
            and self._posted(member.person_id)
        ]
        return lowest_terms(here)

    def _posted(self, person_id: str) -> bool:
        return self._plan.persons.find(person_id) in self._homes

    def _home(self, person_id: str, count: ContractCount) -> Iterable[int]:
        """The posting of the last day at home; none where that is unclear, which is noted."""
        of_place = self._homes.get(self._plan.persons.find(person_id), {})
        mains = [at for main, at in of_place.values() if main]
        only = [at for _, at in of_place.values()] if len(of_place) < 2 else mains
        if len(of_place) > 1 and len(mains) != 1:
            names = [self._plan.institutions[place] for place in sorted(of_place)]
            self._tell("CONTRACT_HOME_UNCLEAR", count, person_id, places=", ".join(names))
            return ()
        return only

    def _postings_of_the_day(self) -> Mapping[int, Mapping[int, tuple[bool, int]]]:
        """By person and institution the posting of the last day: the main one, else the first."""
        postings = self._plan.postings
        found: dict[int, dict[int, tuple[bool, int]]] = {}
        for at in np.flatnonzero(postings.overlap(self._last, self._last + 1)).tolist():
            person, place = int(postings.person[at]), int(postings.institution[at])
            main = postings[at].main
            of_place = found.setdefault(person, {})
            if place not in of_place or (main and not of_place[place][0]):
                of_place[place] = main, at
        return found

    def _tell(self, code: str, count: ContractCount, value: str, **facts: str) -> None:
        facts = {"contracts": str(count.contracts), **facts}
        self.problems.append(Problem(code, count.place, value, facts))
