"""Random checks at the door: each as a severity or with what it goes by, and who is qualified."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random

import yaml

from tests.reference.random_csv import write_table
from tests.reference.random_leave import KINDS, write_leave
from tests.reference.text import csv_table

Span = tuple[date, date]
QUALIFICATIONS = ("全科医师", "护士", "公卫医师")
SOURCES = ("HIS", "HIS", "公卫", "his", "\U00020bb7", "\ufa11")
"""Texts that sort otherwise by letter case or as UTF-16."""
SEVERITIES = ("error", "error", "error", "warning", "off")
RESIDENTS, DAYS = 4, 4
"""How few residents and days the records are of, so that they meet."""


def door_rules(
    rng: Random, folder: Path, items: Sequence[str], people: Sequence[str], span: Span
) -> str:
    """Return `checks` for `case.yaml`; give the postings of `staff.csv` qualifications."""
    _qualify(rng, folder)
    checks = {
        "same_service_twice": {},
        "two_places": _two_places(rng, people),
        "service_on_leave": {},
        "qualification": {"items": _qualifying(rng, items)},
        "impossible_day": _impossible_day(rng, items),
        "quantity_outlier": _outlier(rng),
    }
    named = rng.sample(sorted(checks), rng.randint(2, len(checks)))
    found = {name: _with_severity(rng, checks[name]) for name in named}
    text: str = yaml.safe_dump({"checks": found}, allow_unicode=True, width=10**6)
    return text


def door_leave(rng: Random, folder: Path, people: Sequence[str], span: Span) -> str:
    """Write leaves that add nothing to a key; return their rules."""
    write_leave(rng, folder, people, span)
    return "leave: {" + ", ".join(f"{kind}: {{average: none}}" for kind in KINDS) + "}\n"


def _with_severity(rng: Random, goes_by: dict[str, object]) -> object:
    """Return a check with a severity: where it goes by nothing, sometimes as that alone."""
    severity = rng.choice(SEVERITIES)
    if not goes_by and rng.random() < 0.5:
        return severity
    return goes_by | ({} if severity == "warning" else {"severity": severity})


def _qualify(rng: Random, folder: Path) -> None:
    rows = csv_table(folder / "staff.csv")
    for row in rows:
        row["qualifications"] = ";".join(rng.sample(QUALIFICATIONS, rng.choice((0, 1, 1, 2))))
    write_table(rng, folder / "staff.csv", list(rows[0]), rows)


def _two_places(rng: Random, people: Sequence[str]) -> dict[str, object]:
    if rng.random() < 0.4:
        return {}
    return {"allow_same_day": rng.sample(list(people), min(len(people), rng.randint(1, 3)))}


def _qualifying(rng: Random, items: Sequence[str]) -> dict[str, object]:
    """Return what items ask for, some by how their codes begin; the longest that fits holds."""
    found: dict[str, object] = {}
    for item in rng.sample(list(items), rng.randint(1, min(3, len(items)))):
        name = item[: rng.randint(0, len(item))] + "*" if rng.random() < 0.5 else item
        asked = rng.sample(QUALIFICATIONS, rng.randint(1, 2))
        found[name] = asked[0] if len(asked) == 1 and rng.random() < 0.5 else asked
    return found


def _impossible_day(rng: Random, items: Sequence[str]) -> dict[str, object]:
    timed = rng.sample(list(items), rng.randint(1, len(items)))
    found: dict[str, object] = {
        "minutes": {item: rng.choice(("1", "10", "30", "45", "600")) for item in timed}
    }
    limit = rng.choice(("", "30", "90", "480"))
    return found | ({"limit": limit} if limit else {})


def _outlier(rng: Random) -> dict[str, object]:
    found: dict[str, object] = {}
    if rng.random() < 0.8:
        found["factor"] = rng.choice(("0.1", "1", "1.5", "3", "10"))
    if rng.random() < 0.8:
        found["fewest"] = rng.choice(("1", "2", "5", "12"))
    return found
