"""Performers 参与人员 and teams of records: texts like ``P1:3;P2:2`` become codes and faults.

Each distinct text is read once. Who is in a team on which date is policy and not looked at here.
Sources: A5; definition 5.4; specification page 3 (``performers``).
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from equivalents.crews import Performers, lowest_terms
from equivalents.intake.columns import Distinct, TextColumn
from equivalents.policy.posts import Codes
from equivalents.reasons import BOTH
from equivalents.tally import Plan
from equivalents.units import Int64, NumberFaultError, parse_share

__all__ = [
    "BEHIND_IDS",
    "Note",
    "PerformersFaultError",
    "SharedColumn",
    "parse_performers",
    "read_shared",
    "stand_in",
]

_Mask = npt.NDArray[np.bool_]

Note = Callable[..., None]
"""Notes a fault: told of its code, its column, the records, and what says more of each."""

BEHIND_IDS: Final = frozenset(
    {
        ("PERSON_UNKNOWN", "performers"),
        ("PERFORMERS_DIFFER", "performers"),
        ("TEAM_UNKNOWN", "team_id"),
    }
)
"""Codes and columns of what is noted of a row behind its record id: :meth:`SharedColumn.note_ids`.
"""

_ALONE: Final = -1
_INVALID: Final = -2
_UNKNOWN: Final = -3


class PerformersFaultError(ValueError):
    """A text that is no list of performers; ``detail`` says why, in both languages."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def parse_performers(text: str) -> dict[str, int]:
    """Read ``P1:3;P2:2`` as the share of each person; ``P1;P2`` as equal shares.

    Raises:
        PerformersFaultError: nobody between two ``;``, a person twice, a share that is no whole
            number above 0, or shares for some only.
    """
    shares: dict[str, int] = {}
    entries = text.split(";")
    declared = [":" in entry for entry in entries]
    if "" in entries:
        raise PerformersFaultError(_said(text, "中有空项", "has an empty entry"))
    if any(declared) and not all(declared):
        entry = entries[declared.index(False)]
        raise PerformersFaultError(
            _said(entry, "没有份额，其他人有", "has no share, others have one")
        )
    for entry in entries:
        person, _, share = entry.rpartition(":") if declared[0] else (entry, "", "1")
        if not person:
            raise PerformersFaultError(_said(entry, "缺少人员编号", "names nobody"))
        if person in shares:
            raise PerformersFaultError(_said(person, "出现两次", "is named twice"))
        try:
            shares[person] = parse_share(share)
        except NumberFaultError:
            detail = _said(entry, "的份额不是正整数", "has no whole-number share above 0")
            raise PerformersFaultError(detail) from None
    return shares


def _said(value: str, zh: str, en: str) -> str:
    return f"“{value}”{zh}{BOTH}'{value}' {en}"


class _Read(NamedTuple):
    """What each distinct text of ``performers`` says: its code, or a negative number and why."""

    code: Codes
    note: Sequence[str]


class SharedColumn(NamedTuple):
    """The shared records of a batch: codes as :class:`Performers` has them, -1 where one person.

    ``invalid`` are lists that cannot be read, ``unknown`` ones name somebody who is not
    registered, ``differ`` ones not the record's own person; ``no_team`` name a team that is in no
    table. ``read`` has the notes of each distinct list, ``which`` which of them each record has.
    """

    code: Codes
    invalid: _Mask
    unknown: _Mask
    differ: _Mask
    no_team: _Mask
    read: _Read
    which: Codes

    def note_form(self, note: Note) -> None:
        """Note the lists that cannot be read."""
        note("SHARES_INVALID", "performers", self.invalid, self._notes)

    def note_ids(self, note: Note) -> None:
        """Note persons and teams that are not registered, and lists without the own person."""
        note("PERSON_UNKNOWN", "performers", self.unknown, self._notes)
        note("PERFORMERS_DIFFER", "performers", self.differ)
        note("TEAM_UNKNOWN", "team_id", self.no_team)

    def _notes(self, where: Int64) -> tuple[str, ...]:
        return tuple(self.read.note[at] for at in self.which[where])


def read_shared(
    performers: TextColumn | None, team: TextColumn | None, person: Codes, blank: int, plan: Plan
) -> SharedColumn | None:
    """The performers of each record, or ``None`` where every record has its one person.

    ``person`` is the code of the record's own person, ``blank`` where none is named and negative
    where he is not registered. A team stands in only where nobody is named at all.
    """
    nobody = (person == blank) if team is not None and len(plan.performers.teams) else None
    if performers is None and (nobody is None or not nobody.any()):
        return None
    read, index = _Read(np.array([_ALONE], np.int32), ("",)), np.zeros(person.size, np.int32)
    if performers is not None:
        read = performers.distinct.once("performers", lambda own: _read(own, plan))
        index = performers.index
    code = read.code[index]
    no_team = np.zeros(person.size, bool)
    if team is not None and nobody is not None:
        asked = nobody & (code == _ALONE) & ~team.blank()
        find = plan.performers.teams.find_all
        teams = team.distinct.once("teams", lambda own: np.array(find(own.texts()), np.int32))
        code = np.where(asked, teams[team.index], code)
        no_team = asked & (code == _ALONE)
    differ = _differ(code, person, plan.performers)
    kinds = (code == _INVALID), (code == _UNKNOWN), differ, no_team
    return SharedColumn(np.maximum(code, _ALONE), *kinds, read, index)


def stand_in(performers: TextColumn | None, team: TextColumn | None, plan: Plan) -> _Mask | None:
    """Records that need not name a person: a list of performers or a team does (page 3).

    A team does so only where the case has teams.
    """
    columns = (performers, team if len(plan.performers.teams) else None)
    filled = [~column.blank() for column in columns if column is not None]
    return np.logical_or.reduce(filled) if filled else None


def _read(distinct: Distinct, plan: Plan) -> _Read:
    """Read each distinct text: the code of its set, or what is wrong with it."""
    codes, notes = [], []
    for text in distinct.texts():
        code, note = _read_one(text, plan) if text else (_ALONE, "")
        codes.append(code)
        notes.append(note)
    return _Read(np.array(codes, np.int32), notes)


def _read_one(text: str, plan: Plan) -> tuple[int, str]:
    try:
        shares = parse_performers(text)
    except PerformersFaultError as fault:
        return _INVALID, fault.detail
    persons = plan.persons.find_all(shares)
    if min(persons) < 0:
        return _UNKNOWN, [*shares][persons.index(-1)]
    named = lowest_terms(zip(persons, shares.values(), strict=True))
    return plan.performers.learn([named])[0], ""


def _differ(code: Codes, person: Codes, performers: Performers) -> _Mask:
    """Records whose own person is not in the set that they name."""
    both = np.flatnonzero((code >= len(performers.teams)) & (person >= 0))
    members = performers.sets.members()
    of, at = members.expand(code[both] - np.int32(len(performers.teams)))
    own = np.bincount(of[members.member[at] == person[both][of]], minlength=both.size)
    differ = np.zeros(code.size, bool)
    differ[both[own == 0]] = True
    return differ
