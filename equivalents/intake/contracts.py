"""The table of contracts 签约: columns with every fault in its place, and the key ``contracts``.

Sources: specification page 3 (``contracts``); D1, C5; definition 5.15.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from equivalents.codes import Coded
from equivalents.findings import Findings, Table
from equivalents.grouping import group
from equivalents.intake.wholecolumns import (
    days,
    flags,
    note_twice,
    note_unknown,
    positions,
    spans,
)
from equivalents.policy.calendar import Period
from equivalents.policy.contracts import ContractCount
from equivalents.policy.heads import NO_BIRTH, Contracts, TableRows
from equivalents.policy.homes import homes_of
from equivalents.policy.model import TeamMember
from equivalents.policy.roster import Roster
from equivalents.units import Int64

__all__ = ["contract_counts", "counts_of", "read_contracts"]


def read_contracts(
    table: Table,
    institutions: Sequence[str],
    roster: Roster,
    members: Iterable[TeamMember],
    findings: Findings,
) -> Contracts:
    """The contracts by columns; faults are noted. ``institutions`` are the codes of the case."""
    members = tuple(members)
    note_twice(table, ("contract_id",), findings)
    note_unknown(table, "team_id", {member.team_id for member in members}, findings)
    note_unknown(table, "person_id", roster.people(), findings)
    note_unknown(table, "institution_id", set(institutions), findings)
    team, person = (Coded.of(table.column(name)) for name in ("team_id", "person_id"))
    for at in np.flatnonzero(_blank(team) & _blank(person)).tolist():
        row = table[at]
        findings.add("CONTRACT_NOBODY", row.place, row["contract_id"])
    starts, ends = spans(table, ("active_from", "active_to"), findings)
    coded = {
        name: Coded.of(table.column(column))
        for name, column in (
            ("resident", "resident_id"),
            ("household", "household_id"),
            ("package", "package"),
            ("groups", "groups"),
        )
    }
    # The owner: the person where one is named, else the team behind the persons.
    owner = np.where(_blank(person), team.code + np.int32(len(person.texts)), person.code)
    return Contracts(
        rows=TableRows(table.places.file, table.places.numbers, table.places.sheet),
        contract_id=table.column("contract_id"),
        team=team,
        person=person,
        active_from=np.array(starts, np.int64),
        active_to=np.array(ends, np.int64),
        birth=np.array(days(table, "birth_date", NO_BIRTH, findings), np.int64),
        permanent=np.array(flags(table, "permanent", findings), np.bool_),
        institution=positions(Coded.of(table.column("institution_id")), institutions),
        owner=owner,
        homes=homes_of(person.texts, team.texts, institutions, roster, members),
        **coded,
    )


def contract_counts(contracts: Contracts, period: Period) -> tuple[ContractCount, ...]:
    """The counts of contracts active on the last day, by team and person (D1).

    A contract that names a person is that person's, also where it names a team.
    """
    last = period.end - 1
    active = (contracts.active_from <= last) & (last < contracts.active_to)
    return counts_of(contracts, np.flatnonzero(active))


def counts_of(contracts: Contracts, at: Int64) -> tuple[ContractCount, ...]:
    """How many of the contracts in some rows each person has, or else each team."""
    person = contracts.person.code[at]
    team = np.where(_blank(contracts.person)[at], contracts.team.code[at], -1)
    order, starts = group([team + 1, person])
    totals = np.diff(starts, append=order.size)
    found = [
        ContractCount(
            contracts.team.texts[team[first]] if team[first] >= 0 else "",
            contracts.person.texts[person[first]],
            total,
            contracts.rows.place(int(at[first])),
        )
        # Rows keep their order within a group, so the first one is the first of the table.
        for first, total in zip(order[starts].tolist(), totals.tolist(), strict=True)
    ]
    return tuple(sorted(found))


def _blank(coded: Coded) -> npt.NDArray[np.bool_]:
    """Which rows are blank; the blank text sorts first."""
    blank: npt.NDArray[np.bool_] = coded.code == (0 if "" in coded.texts[:1] else -1)
    return blank
