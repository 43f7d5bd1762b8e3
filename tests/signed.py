"""Contracts and charges by columns, as tests write them: one tuple a row."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from equivalents.codes import Coded
from equivalents.policy.calendar import LAST_DAY, parse_day
from equivalents.policy.heads import NO_BIRTH, Charges, Contracts, TableRows
from equivalents.policy.homes import homes_of
from equivalents.policy.model import Posting, TeamMember
from equivalents.policy.roster import Roster

__all__ = ["Charge", "One", "PLACES", "charges", "contracts"]

PLACES = ("A", "B", "C")
"""The institutions of these tests."""


class One(NamedTuple):
    """A contract; its number is ``Q`` and its place in the list, its row the place + 2."""

    resident: str
    institution: str = ""
    person: str = ""
    team: str = ""
    start: int = parse_day("2024-01-01")
    end: int = LAST_DAY
    birth: int = NO_BIRTH
    groups: str = ""
    package: str = ""
    permanent: bool = False
    household: str = ""


class Charge(NamedTuple):
    """A charge of 0.01 yuan."""

    resident: str
    code: str
    day: int
    institution: str = "A"
    fen: int = 1


def contracts(
    rows: Sequence[One], roster: Sequence[Posting] = (), members: Sequence[TeamMember] = ()
) -> Contracts:
    """Contracts of these rows; who is posted where and who is in which team places them."""
    persons = sorted({one.person for one in rows} - {""})
    teams = sorted({one.team for one in rows} - {""})
    owners = [
        persons.index(one.person)
        if one.person
        else len(persons) + (teams.index(one.team) if one.team else 0)
        for one in rows
    ]
    return Contracts(
        rows=TableRows("contracts.csv", range(2, len(rows) + 2)),
        contract_id=[f"Q{at}" for at in range(len(rows))],
        resident=Coded.of([one.resident for one in rows]),
        household=Coded.of([one.household for one in rows]),
        team=Coded.of([one.team for one in rows]),
        person=Coded.of([one.person for one in rows]),
        package=Coded.of([one.package for one in rows]),
        groups=Coded.of([one.groups for one in rows]),
        active_from=np.array([one.start for one in rows], np.int64),
        active_to=np.array([one.end for one in rows], np.int64),
        birth=np.array([one.birth for one in rows], np.int64),
        permanent=np.array([one.permanent for one in rows], np.bool_),
        institution=np.array(
            [PLACES.index(one.institution) if one.institution else -1 for one in rows], np.int32
        ),
        owner=np.array(owners, np.int32),
        homes=homes_of(persons, teams, PLACES, Roster.of(roster), members),
    )


def charges(rows: Sequence[Charge]) -> Charges:
    """Charges of these rows, the first one in row 2."""
    return Charges(
        TableRows("charges.csv", range(2, len(rows) + 2)),
        Coded.of([one.resident for one in rows]),
        Coded.of([one.institution for one in rows]),
        Coded.of([one.code for one in rows]),
        np.array([one.day for one in rows], np.int64),
        np.array([one.fen for one in rows], np.int64),
    )
