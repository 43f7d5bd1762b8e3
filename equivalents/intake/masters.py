"""Master data 基础数据 of a case: its institutions, departments, staff and teams.

Sources: specification page 3; rules A5, A6; definition 5.20.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from equivalents.codes import Coded, occurring
from equivalents.findings import Findings, Table
from equivalents.intake.casefiles import CaseFiles
from equivalents.intake.teams import read_teams
from equivalents.intake.wholecolumns import flags, note_twice, note_unknown, spans
from equivalents.policy.checks import Qualified
from equivalents.policy.model import Department, Institution, Posting, TeamMember
from equivalents.policy.roster import Roster
from equivalents.policy.yamltext import Entry

__all__ = ["Masters", "note_strange", "read_masters"]

_POSTING: Final = frozenset(Posting._fields)
"""The columns of the staff table that say something of a posting."""


@dataclass(frozen=True, slots=True)
class Masters:
    """Who there is, and where; ``known`` are the ids of the institutions, ``people`` of people."""

    institutions: tuple[Institution, ...]
    known: frozenset[str]
    departments: Mapping[str, Department]
    postings: Roster
    people: Coded
    teams: tuple[TeamMember, ...]
    qualified: tuple[Qualified, ...] = ()


def read_masters(files: CaseFiles, team_roles: Entry) -> Masters:
    """Read and check the four tables; ``team_roles`` is what case.yaml says under that key."""
    findings = files.findings
    institutions = _institutions(files.table("institutions"), findings)
    known = frozenset(row.institution_id for row in institutions)
    departments = _departments(files.table("departments"), known, findings)
    staff = files.table("staff")
    postings = _postings(staff, known, departments, findings)
    people = postings.people()
    teams = files.table("teams")
    note_strange(teams, "person_id", people, findings)
    members = read_teams(teams, team_roles, findings)
    qualified = _qualified(staff, postings)
    return Masters(institutions, known, departments, postings, people, members, qualified)


def _qualified(staff: Table, postings: Roster) -> tuple[Qualified, ...]:
    """Who has which qualifications when: those of a posting hold wherever the person works."""
    if "qualifications" not in staff.columns:
        return ()
    texts = staff.column("qualifications")
    return tuple(
        Qualified(one.person_id, names, one.active_from, one.active_to)
        for text, one in zip(texts, postings, strict=True)
        if (names := frozenset(filter(None, map(str.strip, text.replace("；", ";").split(";")))))
    )


def note_strange(table: Table, column: str, known: Collection[str], findings: Findings) -> None:
    """Note what a column names and a register has not.

    Where the register itself is missing, that is the fault, and it is said once.
    """
    if known:
        note_unknown(table, column, known, findings)


def _institutions(table: Table, findings: Findings) -> tuple[Institution, ...]:
    names = ("institution_id", "name", "group", "kind", "parent_id", "ownership")
    found = tuple(map(Institution, *map(table.column, names), table.places))
    note_twice(table, ("institution_id",), findings)
    every = set(occurring(table.column("institution_id")))
    note_strange(table, "parent_id", every, findings)
    return found


def _departments(
    table: Table, institutions: Collection[str], findings: Findings
) -> dict[str, Department]:
    note_twice(table, ("department_id",), findings)
    note_strange(table, "institution_id", institutions, findings)
    columns = map(table.column, Department._fields[:4])
    found = tuple(map(Department, *columns, table.places))
    return {row.department_id: row for row in found if row.department_id}


def _postings(
    table: Table,
    institutions: Collection[str],
    departments: Collection[str],
    findings: Findings,
) -> Roster:
    note_strange(table, "institution_id", institutions, findings)
    note_strange(table, "department_id", departments, findings)
    texts: dict[str, Sequence[Any]] = {
        name: column for name, column in table.columns.items() if name in _POSTING
    }
    starts, ends = spans(table, ("active_from", "active_to"), findings)
    mains = flags(table, "main", findings)
    read: dict[str, Any] = {"active_from": starts, "active_to": ends, "main": mains}
    if "in_cap" in table.columns:
        read["in_cap"] = flags(table, "in_cap", findings, blank=True).tolist()
    return Roster.by_columns(texts | read | {"place": table.places})
