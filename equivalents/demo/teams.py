"""The made-up contract teams 签约团队: who is in them from when to when, and whom they look after.

A team has a GP, a nurse, a public-health doctor and the village doctors of some rooms; some have
a specialist of the lead hospital. Who leaves is replaced, and some nurses change on 1 July.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from equivalents.demo.draw import Int64
from equivalents.demo.people import Posting
from equivalents.demo.places import INSTITUTIONS
from equivalents.demo.residents import Residents
from equivalents.demo.seasons import day_number, day_text

__all__ = ["Member", "ROLE_SHARES", "Teams"]

ROLE_SHARES: Final = {"全科医生": 4, "护士": 2, "公卫医师": 2, "乡村医生": 2, "专科医师": 1}
"""What each role of a team counts where its members share a record."""

_SHIFT: Final = day_number("2025-07-01")


@dataclass(frozen=True)
class Member:
    """One row of teams.csv; days are numbers of the year, None: open; share 0: that of the role."""

    team: int
    person: int
    role: str
    since: int | None = None
    until: int | None = None
    share: int = 0


class _Crew:
    """The people of one role at one place, and how long each of them is there."""

    def __init__(self, roster: list[Posting], place: int, role: str, kind: str = "") -> None:
        mine = [
            row for row in roster
            if row.place == place and row.role == role and row.post != "院长"
            and (row.kind == kind if kind else row.main and not row.kind)
        ]  # fmt: skip
        self.people = list(dict.fromkeys(row.person for row in mine))
        self._since = {p: min(row.since for row in mine if row.person == p) for p in self.people}
        self._until: dict[int, int | None] = {row.person: row.until for row in mine}

    def steady(self) -> list[int]:
        """Those who are there all the year."""
        return [p for p in self.people if self._since[p] <= 0 and self._until[p] is None]

    def member(self, team: int, person: int, role: str) -> Member:
        """Membership for the time that a person is there."""
        since = self._since[person]
        return Member(team, person, role, since if since > 0 else None, self._until[person])


class Teams:
    """All teams: `codes` and `places` by team, `members`, and each resident's team (`of`)."""

    def __init__(self, roster: list[Posting], residents: Residents) -> None:
        self.codes: list[str] = []
        self.places: list[int] = []
        self.members: list[Member] = []
        counts = []
        for place in range(1, len(INSTITUTIONS)):
            counts.append(self._found(roster, place))
        self.of = _teams_of(residents, np.array(counts))

    def _found(self, roster: list[Posting], place: int) -> int:
        """The teams of one centre; returns how many."""
        doctors, nurses, health, village, guests = (
            _Crew(roster, place, role, kind)
            for role, kind in (
                ("gp", ""), ("nurse", ""), ("ph", ""), ("vdoc", ""), ("gp", "多点执业")
            )
        )  # fmt: skip
        count, first = max(2, len(doctors.people) // 3), len(self.codes)
        for k in range(count):
            self.codes.append(f"T{INSTITUTIONS[place].code[1:]}{k + 1}")
            self.places.append(place)
            team = first + k
            self._lead(team, doctors, k, doctors.steady()[count:])
            self._nurse(team, nurses.steady(), k)
            person = health.people[k % len(health.people)]
            self.members.append(health.member(team, person, "公卫医师"))
            for at, doctor in enumerate(village.people):
                if at * count // len(village.people) == k:
                    self.members.append(village.member(team, doctor, "乡村医生"))
        for k, guest in enumerate(guests.people):
            self.members.append(guests.member(first + k % count, guest, "专科医师"))
        return count

    def _lead(self, team: int, doctors: _Crew, k: int, spare: list[int]) -> None:
        """The GP; where he comes or goes in the year, another one has the rest of it."""
        own = doctors.member(team, doctors.people[k], "全科医生")
        self.members.append(own)
        stand_in = replace(own, person=spare[k % len(spare)])
        if own.since is not None:
            self.members.append(replace(stand_in, since=None, until=own.since))
        if own.until is not None:
            self.members.append(replace(stand_in, since=own.until, until=None))

    def _nurse(self, team: int, steady: list[int], k: int) -> None:
        """The nurse; every third team gets another on 1 July, every fourth has its own share."""
        count = len(steady)
        nurse = Member(team, steady[k % count], "护士", share=3 if k % 4 == 1 else 0)
        if k % 3 == 0 and count > 1:
            after = steady[(k + count // 2) % count]
            self.members.append(replace(nurse, until=_SHIFT))
            nurse = replace(nurse, person=after, since=_SHIFT)
        self.members.append(nurse)

    def rows(self) -> list[tuple[str, ...]]:
        """The rows of teams.csv."""
        return [
            (self.codes[m.team], f"P{m.person:04d}", m.role, str(m.share or ""), _day(m.since),
             _day(m.until))
            for m in self.members
        ]  # fmt: skip


def _day(number: int | None) -> str:
    return "" if number is None else day_text(number)


def _teams_of(residents: Residents, counts: Int64) -> Int64:
    """The team of each resident: a household has one team, neighbours mostly the same."""
    household = residents.household
    area_of = np.empty(int(household.max()) + 1, dtype=np.int64)
    area_of[household] = residents.area
    sizes = np.bincount(area_of, minlength=len(counts))
    inside = np.arange(len(area_of)) - (np.cumsum(sizes) - sizes)[area_of]
    first = (np.cumsum(counts) - counts)[area_of]
    return (first + inside * counts[area_of] // sizes[area_of])[household]
