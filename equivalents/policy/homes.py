"""Where a contract belongs that names no institution: at home of its doctor, or of its team.

A person is at home at the only institution with a posting, else at the one whose posting is the
main one (as for the key ``contracts``). A team is at home at the one institution where all of its
members have a posting; where there are several, at the home of all of them. Members without a
posting on that day do not matter. Sources: C5; definitions 5.15, 5.20.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final

import numpy as np

from equivalents.policy.model import TeamMember
from equivalents.policy.roster import Roster
from equivalents.units import Codes, Int64

__all__ = ["Homes", "NOBODY", "NO_HOMES", "UNCLEAR", "homes_of"]

NOBODY: Final = -1
"""No home: no posting on that day."""
UNCLEAR: Final = -2
"""No home: several institutions, and nothing says which."""


@dataclass(frozen=True, slots=True, eq=False)
class Homes:
    """Homes of owners over ``[valid_from, valid_to)``; ``place`` is a position or ``UNCLEAR``.

    Owners are ``persons``, then ``teams``; a day without a row is ``NOBODY``.
    """

    persons: Sequence[str]
    teams: Sequence[str]
    institutions: Sequence[str]
    owner: Codes
    valid_from: Int64
    valid_to: Int64
    place: Codes

    def on(self, day: int) -> Codes:
        """The position of each owner's institution on a day, ``NOBODY`` or ``UNCLEAR``."""
        found = np.full(len(self.persons) + len(self.teams), NOBODY, np.int32)
        at = (self.valid_from <= day) & (day < self.valid_to)
        found[self.owner[at]] = self.place[at]
        return found


_NONE: Final = np.zeros(0, np.int64)
_NO_CODES: Final = np.zeros(0, np.int32)
NO_HOMES: Final = Homes((), (), (), _NO_CODES, _NONE, _NONE, _NO_CODES)
"""Homes of nobody."""


@dataclass(frozen=True, slots=True)
class _Post:
    start: int
    end: int
    place: int
    main: bool


_Posts = Sequence[_Post]


def homes_of(
    persons: Sequence[str],
    teams: Sequence[str],
    institutions: Sequence[str],
    roster: Roster,
    members: Iterable[TeamMember],
) -> Homes:
    """The homes of some persons and teams; ``institutions`` are all of the case."""
    of_team: dict[str, list[TeamMember]] = {team: [] for team in teams}
    for member in members:
        if member.team_id in of_team:
            of_team[member.team_id].append(member)
    asked = {*persons, *(one.person_id for some in of_team.values() for one in some)}
    posts = _posts(asked, institutions, roster)
    rows: list[tuple[int, int, int, int]] = []
    for at, person in enumerate(persons):
        mine = posts.get(person, ())
        spans = [(post.start, post.end) for post in mine]
        rows += _runs(at, spans, partial(_home_on, mine))
    for at, team in enumerate(teams, start=len(persons)):
        some = of_team[team]
        spans = [(one.valid_from, one.valid_to) for one in some]
        spans += [(p.start, p.end) for one in some for p in posts.get(one.person_id, ())]
        rows += _runs(at, spans, partial(_team_home, some, posts))
    columns = zip(*rows, strict=True) if rows else ((),) * 4
    owner, start, end, place = (np.array(column, np.int64) for column in columns)
    codes = owner.astype(np.int32), start, end, place.astype(np.int32)
    return Homes(tuple(persons), tuple(teams), tuple(institutions), *codes)


def _posts(
    asked: set[str], institutions: Sequence[str], roster: Roster
) -> Mapping[str, list[_Post]]:
    if not asked:
        return {}
    position = {name: at for at, name in enumerate(institutions)}
    found: dict[str, list[_Post]] = defaultdict(list)
    columns = (
        roster.person_id, roster.institution_id, roster.active_from, roster.active_to, roster.main,
    )  # fmt: skip
    for person, institution, start, end, main in zip(*columns, strict=True):
        if person in asked and institution in position:
            found[person].append(_Post(start, end, position[institution], main))
    return found


def _runs(
    owner: int, spans: Iterable[tuple[int, int]], home: Callable[[int], int]
) -> Iterable[tuple[int, int, int, int]]:
    """The home over each run of days between two ends of spans."""
    days = sorted({day for span in spans for day in span})
    for start, end in pairwise(days):
        place = home(start)
        if place != NOBODY:
            yield owner, start, end, place


def _on(posts: _Posts, day: int) -> _Posts:
    return [post for post in posts if post.start <= day < post.end]


def _home_on(posts: _Posts, day: int) -> int:
    return _home(_on(posts, day))


def _home(posts: _Posts) -> int:
    """The only institution of these postings of one day, else the one of the main posting."""
    places = {post.place for post in posts}
    if len(places) > 1:
        places = {post.place for post in posts if post.main}
        return places.pop() if len(places) == 1 else UNCLEAR
    return places.pop() if places else NOBODY


def _team_home(members: Iterable[TeamMember], posts: Mapping[str, _Posts], day: int) -> int:
    """The one institution where all members of a day have a posting."""
    here = [
        mine
        for one in members
        if one.valid_from <= day < one.valid_to and (mine := _on(posts.get(one.person_id, ()), day))
    ]
    if not here:
        return NOBODY
    common = set.intersection(*({post.place for post in mine} for mine in here))
    if len(common) != 1:
        common = {_home(mine) for mine in here} if common else set()
    return common.pop() if len(common) == 1 else UNCLEAR
