"""The table of contracts 签约: ids, dates, and how many are active on the last day (D1, 5.15)."""

from collections.abc import Collection, Sequence
from typing import Final

from equivalents.errors import Place
from equivalents.findings import Findings, Row, near
from equivalents.policy.calendar import FIRST_DAY, Period
from equivalents.policy.contracts import ContractCount
from equivalents.policy.load import read_day, read_end, read_flag

__all__ = ["read_contracts"]

_NAMED: Final = ("team_id", "person_id")


def read_contracts(
    rows: Sequence[Row],
    teams: Collection[str],
    people: Collection[str],
    period: Period | None,
    findings: Findings,
) -> tuple[ContractCount, ...]:
    """The counts of contracts active on the last day, by team and person; faults are noted.

    A contract that names a person is that person's, also where it names a team.
    """
    seen: dict[str, Place] = {}
    counts: dict[tuple[str, str], tuple[int, Place]] = {}
    for row in rows:
        before = len(findings.errors)
        name = row["contract_id"]
        if name in seen and name:
            findings.add("ID_TWICE", row.at("contract_id"), name, other=str(seen[name]))
        seen.setdefault(name, row.at("contract_id"))
        for column, known in zip(_NAMED, (teams, people), strict=True):
            _known(row, column, known, findings)
        if not (row["team_id"] or row["person_id"]):
            findings.add("CONTRACT_NOBODY", row.place, name)
        start = read_day(row, "active_from", findings, FIRST_DAY)
        end = read_end(row, "active_to", start, findings)
        read_flag(row, "permanent", findings)
        read_day(row, "birth_date", findings, FIRST_DAY)
        good = len(findings.errors) == before
        if good and period and start < period.end <= end:
            who = ("", row["person_id"]) if row["person_id"] else (row["team_id"], "")
            count, place = counts.get(who, (0, row.place))
            counts[who] = count + 1, min(place, row.place)
    return tuple(ContractCount(*who, *counts[who]) for who in sorted(counts))


def _known(row: Row, column: str, known: Collection[str], findings: Findings) -> None:
    """A filled id must be registered; where the whole table is missing that is not looked at."""
    value = row[column]
    if value and value not in known:
        hint = near(value, sorted(known))
        findings.add("ID_UNKNOWN", row.at(column), value, column=column, near=hint)
