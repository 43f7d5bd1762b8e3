"""Random leave: people away for some days, dated rules, and keys of closed periods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

from tests.reference.random_csv import write_table
from tests.reference.random_weights import Fields, random_day
from tests.reference.text import csv_table

KINDS = ("产假", "病假", "进修")
COLUMNS = ["person_id", "kind", "valid_from", "valid_to"]
OPENING = ["kind", "institution_id", "pool", "person_id", "equivalents", "days"]
Span = tuple[date, date]


def write_leave(rng: Random, folder: Path, people: Sequence[str], span: Span) -> str:
    """Write leaves that do not overlap; return the rules for `case.yaml`."""
    rows: list[Fields] = []
    for person in people:
        days = {random_day(rng, *span) for _ in range(rng.choice((0, 1, 2, 3, 4)))}
        days |= {span[0] - timedelta(days=9)} if rng.random() < 0.2 else set()
        days |= {span[1] + timedelta(days=9)} if rng.random() < 0.2 else set()
        edges = sorted(days)
        # From edge to edge; some follow each other on the day.
        for first, to in pairwise(edges):
            if rng.random() < 0.6:
                dates = {"valid_from": first.isoformat(), "valid_to": to.isoformat()}
                rows.append({"person_id": person, "kind": rng.choice(KINDS)} | dates)
    rng.shuffle(rows)
    _write(rng, folder, rows)
    text = "leave:\n"
    for kind in KINDS:
        cut = random_day(rng, *span).isoformat()
        before, after = _rule(rng), _rule(rng)
        if rng.random() < 0.5:
            text += f"  {kind}: {{{before}}}\n"
        else:
            text += f"  {kind}: [{{{before}, valid_to: {cut}}}, {{{after}, valid_from: {cut}}}]\n"
    return text


def _rule(rng: Random) -> str:
    average = rng.choice(("none", "own", "own", "department", "department"))
    text = f"average: {average}"
    if average == "own":
        text += rng.choice(("", ", over: past", ", over: period", ", over: both"))
    if average != "none":
        text += rng.choice(("", ", percent: '60'", ", percent: '33.33'", ", percent: '0.01'"))
    return text


def write_past(rng: Random, folder: Path, pools: Sequence[Fields], staff: Sequence[Fields]) -> None:
    """Write keys of closed periods of most people, some in two rows, beside what is brought in."""
    rows: list[Fields] = []
    named = sorted({(row["institution_id"], row["person_id"]) for row in staff})
    for place, person in named:
        for pool in pools:
            if pool["institution_id"] == place:
                who = {"institution_id": place, "pool": pool["pool"], "person_id": person}
                for _ in range(rng.choice((0, 1, 1, 2))):
                    key = rng.choice(("0", f"{rng.randrange(900)}.{rng.randrange(10**7):07}"))
                    past = {"kind": "past", "equivalents": key, "days": str(rng.randint(1, 400))}
                    rows.append(who | past)
    rng.shuffle(rows)
    if rows:
        write_table(rng, folder / "opening.csv", OPENING, rows)


def drop_leave(rng: Random, folder: Path, person: str) -> None:
    """Take out the leaves of somebody who has no average or no clear home."""
    rows = csv_table(folder / "leave.csv")
    left = [row for row in rows if row["person_id"] != person]
    assert len(left) < len(rows), person
    _write(rng, folder, left)


def _write(rng: Random, folder: Path, rows: Sequence[Fields]) -> None:
    """Write the table; one without rows is none."""
    path = folder / "leave.csv"
    path.unlink(missing_ok=True)
    if rows:
        write_table(rng, path, COLUMNS, rows)
