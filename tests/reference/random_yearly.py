"""Random limits of a year: over some pools, inside one pool, and what came before in the year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random

from tests.reference.random_csv import write_table
from tests.reference.random_weights import Fields
from tests.reference.text import csv_table

CAPS = ("0.00", "0.03", "300.00", "5000.01", "20000.00", "100000.00")


def add_limits(rng: Random, folder: Path, pools: Sequence[Fields], people: Sequence[str]) -> None:
    """Add limits to `case.yaml`; each pool name is in one of them or in none."""
    names = sorted({row["pool"] for row in pools})
    rng.shuffle(names)
    text = "yearly_limits:\n"
    for number, named in enumerate((names[: len(names) // 2], names[len(names) // 2 :])):
        if not named:
            continue
        text += f"  - name: limit {number}\n    pools: {named}\n    cap: '{rng.choice(CAPS)}'\n"
        text += rng.choice(("", "    excess: retain\n", "    excess: carry\n"))
        text += rng.choice(("", "    months: begun\n", "    months: whole\n"))
        if rng.random() < 0.5:
            person = rng.choice(sorted(set(people)))
            text += f"    people: {{'{person}': '{rng.choice(CAPS)}'}}\n"
    with (folder / "case.yaml").open("a", encoding="utf-8") as file:
        file.write(text)


OPENING = ("kind", "institution_id", "pool", "person_id", "series", "period", "equivalents", "days",
           "amount")  # fmt: skip


def bring_year(
    seed: int,
    folder: Path,
    pools: Sequence[Fields],
    staff: Sequence[Fields],
    first: date,
) -> None:
    """Let bounds be of a year, and bring in what earlier periods of the year paid and earned.

    It has a source of chance of its own, so that the records of a seed do not depend on it.
    """
    rng = Random(f"year {seed}")
    path = folder / "case.yaml"
    text = path.read_text(encoding="utf-8")
    if "to: department" not in text and rng.random() < 0.7:
        # All of them, so that no floor is above a cap.
        text = re.sub(r"floor: ('[0-9.]+')", r"floor: {year: \1}", text)
        text = re.sub(r"cap: '([0-9]+)[0-9.]*'", r"cap: {year: '\g<1>0.07'}", text)
    earlier = first.month > 1
    if earlier and rng.random() < 0.5:
        text = text.replace("window: month, places", "window: year, places")
    path.write_text(text, encoding="utf-8")
    if not earlier:
        return
    rows = _paid(rng, pools, staff, first)
    if "window: year, places" in text:
        named = re.search(r"series: (\w+), name: 封顶", text)
        rows += _earned(rng, staff, named[1] if named else "pay", first)
    old = csv_table(folder / "opening.csv") if (folder / "opening.csv").exists() else []
    rng.shuffle(rows)
    if rows or old:
        write_table(rng, folder / "opening.csv", OPENING, [*old, *rows])


def _periods(rng: Random, first: date, *, every: bool = False) -> list[str]:
    """Return periods of the year before a day that do not overlap: some, or all its months."""
    months = [f"{first.year}-{month:02}" for month in range(1, first.month)]
    if first.month > 3 and rng.random() < 0.5:
        months = [f"{first.year}-Q1", *months[3:]]
    return months if every else rng.sample(months, rng.randint(1, len(months)))


def _paid(
    rng: Random, pools: Sequence[Fields], staff: Sequence[Fields], first: date
) -> list[Fields]:
    rows: list[Fields] = []
    for pool in pools:
        here = pool["institution_id"]
        for person in sorted({row["person_id"] for row in staff if row["institution_id"] == here}):
            if rng.random() < 0.6:
                who = {"kind": "paid", "institution_id": here, "pool": pool["pool"]}
                for period in _periods(rng, first):
                    amount = rng.choice(("0.00", "0.01", "12.34", "300", "5000.01", "40000"))
                    rows.append(who | {"person_id": person, "period": period, "amount": amount})
    return rows


def _earned(rng: Random, staff: Sequence[Fields], series: str, first: date) -> list[Fields]:
    """Return what everybody earned, also who was not there yet: 0, or a correction."""
    rows: list[Fields] = []
    for place, person in sorted({(row["institution_id"], row["person_id"]) for row in staff}):
        who = {"kind": "earned", "institution_id": place, "person_id": person, "series": series}
        for period in _periods(rng, first, every=True):
            value = rng.choice(("0", "1.5", "9.9999999", "10", "37.1234567", "200", "-3.5"))
            rows.append(who | {"period": period, "equivalents": value})
    return rows
