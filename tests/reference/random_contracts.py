"""Random contracts of people at work and of teams."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from tests.reference.random_csv import write_table
from tests.reference.random_weights import Fields, random_day

COLUMNS = ["contract_id", "resident_id", "household_id", "team_id", "person_id", "active_from",
           "active_to", "package"]  # fmt: skip
Span = tuple[date, date]


def write_contracts(
    rng: Random, folder: Path, staff: Sequence[Fields], span: Span, *, teams: bool
) -> bool:
    """Write contracts, some over before the last day or begun after it, and their teams.

    Nobody with contracts has an unclear home: all are of people with one institution. Returns
    whether there are any.
    """
    last = (span[1] - timedelta(days=1)).isoformat()
    here = [
        row["person_id"]
        for row in staff
        if row.get("active_from", "") <= last < (row.get("active_to") or "9999")
    ]
    alone = {
        row["person_id"]
        for row in staff
        if len({r["institution_id"] for r in staff if r["person_id"] == row["person_id"]}) == 1
    }
    people = sorted(alone & set(here))
    rows: list[Fields] = []
    members: list[Fields] = []
    for team in ("S1", "S2") if people and teams else ():
        chosen = rng.sample(people, min(len(people), rng.randint(1, 3)))
        gone = rng.sample(sorted(alone), 1)
        for person in sorted({*chosen, *gone}):
            share = rng.choice(("", "1", "2", "3", "7"))
            members.append({"team_id": team, "person_id": person, "role": "GP", "share": share})
        rows += [{"team_id": team} for _ in range(rng.randint(1, 9))]
    rows += [{"person_id": rng.choice(people)} for _ in range(12) if people]
    for number, row in enumerate(rows):
        if row.get("person_id") and members and rng.random() < 0.3:
            row["team_id"] = rng.choice(("S1", "S2"))
        row |= {"contract_id": f"Q{number}", "resident_id": f"J{number}"}
        row["active_from"] = (span[0] - timedelta(days=rng.randrange(300))).isoformat()
        ends = ("", "", "", span[1].isoformat(), last, random_day(rng, *span).isoformat())
        row["active_to"] = rng.choice(ends)
        if rng.random() < 0.1:
            row |= {"active_from": span[1].isoformat(), "active_to": ""}
    rng.shuffle(rows)
    if rows:
        columns = ["team_id", "person_id", "role", "share"]
        if members:
            write_table(rng, folder / "teams.csv", columns, members)
        write_table(rng, folder / "contracts.csv", COLUMNS, rows)
    return bool(rows)
