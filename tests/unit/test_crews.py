"""Who shares a record, asked block by block: what was found before must not stand where it changed.

Faults caught: a set that stays with the postings it had on another day, one whose member has left,
and one that is taken for another set of the same people.
"""

import numpy as np
import pytest

from equivalents.codes import Codebook
from equivalents.crews import Performers, Shared
from equivalents.policy.book import Verdict
from equivalents.policy.calendar import LAST_DAY, parse_day
from equivalents.policy.model import Posting, TeamMember
from equivalents.policy.posts import Postings

SINCE, PROMOTED, LEFT = map(parse_day, ("2020-01-01", "2025-07-01", "2025-10-01"))
SPRING, SUMMER, WINTER = map(parse_day, ("2025-03-03", "2025-08-08", "2025-12-12"))
UNEQUAL, EQUAL = ((0, 3), (1, 2)), ((0, 1), (1, 1))
TEAM, NAMED, ALIKE = 0, 3, 2
"""A team of both with equal shares, both named with unequal ones, and with equal ones."""


@pytest.fixture
def performers() -> Performers:
    """P1 is promoted on 1 July, P2 leaves on 1 October; their postings are 0, 1 and 2."""
    persons, places = Codebook(["P1", "P2"]), Codebook(["J1"])
    rows = [
        Posting("P1", "J1", SINCE, PROMOTED),
        Posting("P1", "J1", PROMOTED, LAST_DAY),
        Posting("P2", "J1", SINCE, LEFT),
    ]
    team = [TeamMember("T1", person, "", 1, SINCE, LAST_DAY) for person in persons.values]
    found = Performers(Postings(rows, places, persons), persons, team)
    assert found.learn([UNEQUAL, EQUAL]) == [NAMED, ALIKE]
    return found


def asked(performers: Performers, *records: tuple[int, int]) -> list[Shared | Verdict]:
    """The crew (of one: his posting) or verdict of each record (code, day) of one block."""
    shared, day = np.array(records, np.int32).T
    zero, nobody = np.zeros(day.size, np.int32), np.full(day.size, -1, np.int32)
    found = performers.find(shared, zero, nobody, day, None)
    assert (found.absent >= 0).tolist() == (found.posting < 0).tolist()
    return [_meant(performers, code) for code in found.posting.tolist()]


def _meant(performers: Performers, code: int) -> Shared | Verdict:
    if code < 0:
        return Verdict(code)
    return ((code, 1),) if code < 3 else performers.crews[code - 3]


def test_the_same_sets_again_and_again_on_other_days(performers: Performers) -> None:
    before, after = ((0, 3), (2, 2)), ((1, 3), (2, 2))
    equal = ((0, 1), (2, 1)), ((1, 1), (2, 1))
    assert asked(performers, (NAMED, SPRING)) == [before]
    mixed = asked(performers, (NAMED, SUMMER), (NAMED, SPRING), (ALIKE, SPRING))
    assert mixed == [after, before, equal[0]]
    for _ in range(2):
        assert asked(performers, (NAMED, SPRING), (ALIKE, SUMMER)) == [before, equal[1]]
        assert asked(performers, (NAMED, WINTER), (ALIKE, SUMMER)) == [Verdict.NO_POST, equal[1]]
        assert asked(performers, (ALIKE, WINTER), (NAMED, SUMMER)) == [Verdict.NO_POST, after]
    assert len(performers.crews) == 4


def test_a_team_goes_on_without_a_member_where_the_named_may_not(performers: Performers) -> None:
    for _ in range(2):
        assert asked(performers, (TEAM, SUMMER)) == [((1, 1), (2, 1))]
        assert asked(performers, (TEAM, WINTER)) == [((1, 1),)]
        assert asked(performers, (ALIKE, WINTER)) == [Verdict.NO_POST]
