"""Teams 签约团队: who is in which team, from when to when, and with which share.

Sources: A5; definition 5.4; specification page 3 (``teams``).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from equivalents.errors import Place
from equivalents.findings import Findings, Row, near
from equivalents.policy.calendar import FIRST_DAY
from equivalents.policy.load import read_day, read_end
from equivalents.policy.model import TeamMember
from equivalents.policy.yamltext import Entry, expect
from equivalents.units import NumberFaultError, parse_share

__all__ = ["read_teams"]


def read_teams(rows: Sequence[Row], roles: Entry, findings: Findings) -> tuple[TeamMember, ...]:
    """The members of all teams; ``roles`` is what case.yaml says under ``team_roles``.

    A blank ``share`` is that of the role, else 1. A role that no row has is a warning.
    """
    of_role = _role_shares(roles, findings)
    members = tuple(_member(row, of_role, findings) for row in rows)
    known = sorted({member.role for member in members})
    for name, entry in roles.mapping.items():
        if name not in known:
            findings.add("TEAM_ROLE_UNUSED", entry.place, name, near=near(name, known))
    _note_twice(members, findings)
    return members


def _role_shares(roles: Entry, findings: Findings) -> Mapping[str, int]:
    shares = {}
    for name, entry in roles.mapping.items():
        expect(entry, "text", f"team_roles.{name}", findings)
        if isinstance(entry.value, str):
            shares[name] = _share(entry.text, entry.place, findings)
    return shares


def _member(row: Row, of_role: Mapping[str, int], findings: Findings) -> TeamMember:
    start = read_day(row, "valid_from", findings, FIRST_DAY)
    share = of_role.get(row["role"], 1)
    if row["share"]:
        share = _share(row["share"], row.at("share"), findings)
    end = read_end(row, "valid_to", start, findings)
    return TeamMember(row["team_id"], row["person_id"], row["role"], share, start, end, row.place)


def _share(text: str, place: Place, findings: Findings) -> int:
    try:
        return parse_share(text)
    except NumberFaultError:
        findings.add("TEAM_SHARE_INVALID", place, text)
        return 1


def _note_twice(members: Sequence[TeamMember], findings: Findings) -> None:
    """A person is in a team once on any day."""
    together: dict[tuple[str, str], list[TeamMember]] = defaultdict(list)
    for member in members:
        together[member.team_id, member.person_id].append(member)
    for several in together.values():
        for one, other in combinations(several, 2):
            if max(one.valid_from, other.valid_from) < min(one.valid_to, other.valid_to):
                findings.add(
                    "TEAM_MEMBER_TWICE", other.place, other.person_id, other=str(one.place)
                )
