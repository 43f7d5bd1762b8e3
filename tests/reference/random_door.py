"""Random checks at the door: each as a severity or with what it goes by, and who is qualified."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from tests.plainyaml import plain_yaml
from tests.reference.random_csv import write_table
from tests.reference.random_leave import KINDS, write_leave
from tests.reference.text import csv_table

Span = tuple[date, date]
Rule = dict[str, object]
QUALIFICATIONS = ("全科医师", "护士", "公卫医师")
SOURCES = ("", "", "HIS", "HIS", "公卫", "his", "\U00020bb7", "\ufa11")
"""Texts that sort otherwise by letter case or as UTF-16."""
SEVERITIES = ("error", "error", "error", "warning", "off")
BLANKS: tuple[Rule, ...] = ({}, {}, {"blank_source": "file"}, {"blank_source": "same"})
RESIDENTS, DAYS = 4, 4
"""How few residents and days the records are of, so that they meet."""


def door_rules(
    rng: Random, folder: Path, items: Sequence[str], people: Sequence[str], span: Span
) -> str:
    """Return `checks` for `case.yaml`; give the postings of `staff.csv` qualifications."""
    _qualify(rng, folder)
    checks: dict[str, Callable[[], Rule]] = {
        "same_service_twice": lambda: rng.choice(BLANKS),
        "two_places": lambda: _two_places(rng, people),
        "service_on_leave": dict,
        "qualification": lambda: {"items": _qualifying(rng, items)},
        "impossible_day": lambda: _impossible_day(rng, items),
        "quantity_outlier": lambda: _outlier(rng),
    }
    named = rng.sample(sorted(checks), rng.randint(2, len(checks)))
    found = {name: _dated(rng, checks[name], span) for name in named}
    text: str = plain_yaml({"checks": found}, width=10**6)
    return text


def _dated(rng: Random, drawn: Callable[[], Rule], span: Span) -> object:
    """Return a check with its severity, or rules of it that follow each other within the period.

    The records of a door are of its first days, so the day of change often is.
    """
    if rng.random() < 0.6:
        return _with_severity(rng, drawn())
    cut = span[0] + timedelta(days=rng.randrange(2 * DAYS))
    later = cut + timedelta(days=rng.choice((0, 0, 1)))
    return [
        drawn() | {"severity": rng.choice(SEVERITIES), "valid_to": cut.isoformat()},
        drawn() | {"severity": rng.choice(SEVERITIES), "valid_from": later.isoformat()},
    ]


def door_leave(rng: Random, folder: Path, people: Sequence[str], span: Span) -> str:
    """Write leaves that add nothing to a key; return their rules."""
    write_leave(rng, folder, people, span)
    return "leave: {" + ", ".join(f"{kind}: {{average: none}}" for kind in KINDS) + "}\n"


def _with_severity(rng: Random, goes_by: Rule) -> object:
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


def _two_places(rng: Random, people: Sequence[str]) -> Rule:
    if rng.random() < 0.4:
        return {}
    return {"allow_same_day": rng.sample(list(people), min(len(people), rng.randint(1, 3)))}


def _qualifying(rng: Random, items: Sequence[str]) -> Rule:
    """Return what items ask for, some by how their codes begin; the longest that fits holds."""
    found: Rule = {}
    for item in rng.sample(list(items), rng.randint(1, min(3, len(items)))):
        name = item[: rng.randint(0, len(item))] + "*" if rng.random() < 0.5 else item
        asked = rng.sample(QUALIFICATIONS, rng.randint(1, 2))
        found[name] = asked[0] if len(asked) == 1 and rng.random() < 0.5 else asked
    return found


def _impossible_day(rng: Random, items: Sequence[str]) -> Rule:
    timed = rng.sample(list(items), rng.randint(1, len(items)))
    found: Rule = {}
    by_equivalents = rng.random() < 0.5
    if by_equivalents:
        found["minutes_per_equivalent"] = rng.choice(("15", "7.5", "0.333", "100"))
    if not by_equivalents or rng.random() < 0.5:
        found["minutes"] = {item: rng.choice(("1", "10", "30", "45", "600")) for item in timed}
    limit = rng.choice(("", "30", "90", "480"))
    return found | ({"limit": limit} if limit else {})


def _outlier(rng: Random) -> Rule:
    found: Rule = {}
    if rng.random() < 0.8:
        found["factor"] = rng.choice(("0.1", "1", "1.5", "3", "10"))
    if rng.random() < 0.8:
        found["fewest"] = rng.choice(("1", "2", "5", "12"))
    return found
