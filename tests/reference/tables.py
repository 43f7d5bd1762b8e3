"""The smaller tables of a case (page 3): teams, coefficients, counted, opening, accounts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from tests.reference.text import (
    AMOUNT,
    FIRST_DAY,
    NO_END,
    WEIGHT,
    WHOLE,
    csv_table,
    date_or,
    must,
    period,
    table_date,
)

SIGNED_AMOUNT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]{1,2})?")
EQUIVALENTS = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]{1,7})?")


class Member(NamedTuple):
    """One row of `teams`: a person in a team with a role for some days (A5)."""

    team: str
    person: str
    role: str
    share: str
    valid_from: date
    valid_to: date


class Coefficient(NamedTuple):
    """One row of `coefficients`: a dated factor of a person, a posting or an institution (A7)."""

    scope: str
    subject: str
    kind: str
    value: Fraction
    valid_from: date
    valid_to: date

    def valid_on(self, day: date) -> bool:
        """Say whether it is in force on that day; `valid_to` is exclusive."""
        return self.valid_from <= day < self.valid_to


class Used(NamedTuple):
    """One row of `counted`: places of a class that locked periods have taken (5.5)."""

    item: str
    id: str
    window: str
    institution: str
    series: str
    places: int


class OpeningKey(NamedTuple):
    """One row of `opening` of kind key: a deficit that the last period left (5.9)."""

    institution: str
    pool: str
    person: str
    equivalents: Fraction


class PastKey(NamedTuple):
    """One row of `opening` of kind past: a key of closed periods and its days (5.20)."""

    institution: str
    pool: str
    person: str
    equivalents: Fraction
    days: int


class PaidBefore(NamedTuple):
    """One row of `opening` of kind paid: what an earlier period of the year paid (5.11)."""

    institution: str
    pool: str
    person: str
    amount_fen: int
    first_day: date
    after: date


class EarnedBefore(NamedTuple):
    """One row of `opening` of kind earned: equivalents of an earlier period of the year (5.12)."""

    institution: str
    person: str
    series: str
    equivalents: Fraction


class Contract(NamedTuple):
    """One row of `contracts`: a signed contract of a person or of a team (D1, 5.15)."""

    team: str
    person: str
    active_from: date
    active_to: date
    permanent: bool = False
    groups: frozenset[str] = frozenset()
    package: str = ""


class Leave(NamedTuple):
    """One row of `leave`: a person is away for some days (5.20)."""

    person: str
    kind: str
    valid_from: date
    valid_to: date


class Account(NamedTuple):
    """One row of `accounts`: money of one kind of one institution (5.14)."""

    institution: str
    kind: str
    amount_fen: int
    day: date | None = None
    """Its date, if it has one."""


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of an optional table; none where the case has not the table."""
    path = folder / f"{name}.csv"
    return csv_table(path) if path.exists() else []


def member(row: Mapping[str, str]) -> Member:
    """Make a row of `teams`."""
    return Member(
        row["team_id"],
        row["person_id"],
        row.get("role", ""),
        row.get("share", ""),
        *_dates(row),
    )


def coefficient(row: Mapping[str, str]) -> Coefficient:
    """Make a row of `coefficients`; values are 0 or more with at most four places."""
    value = must(row["value"], WEIGHT)
    return Coefficient(row["scope"], row["subject_id"], row["kind"], value, *_dates(row))


def used(row: Mapping[str, str]) -> Used:
    """Make a row of `counted`."""
    places = int(must(row["used"], WHOLE))
    place, series = row.get("institution_id", ""), row.get("series", "")
    return Used(row["item_code"], row["id"], row["window"], place, series, places)


def opening_key(row: Mapping[str, str]) -> OpeningKey:
    """Make a row of `opening` of kind key."""
    equivalents = must(row["equivalents"], EQUIVALENTS)
    return OpeningKey(row["institution_id"], row["pool"], row["person_id"], equivalents)


def past_key(row: Mapping[str, str]) -> PastKey:
    """Make a row of `opening` of kind past."""
    return PastKey(*opening_key(row), int(must(row["days"], WHOLE)))


def paid_before(row: Mapping[str, str]) -> PaidBefore:
    """Make a row of `opening` of kind paid."""
    fen: Fraction = must(row["amount"], AMOUNT) * 100
    ids = row["institution_id"], row["pool"], row["person_id"]
    return PaidBefore(*ids, int(fen), *period(row["period"]))


def earned_before(row: Mapping[str, str]) -> EarnedBefore:
    """Make a row of `opening` of kind earned."""
    equivalents = must(row["equivalents"], EQUIVALENTS)
    return EarnedBefore(row["institution_id"], row["person_id"], row.get("series", ""), equivalents)


def contract(row: Mapping[str, str]) -> Contract:
    """Make a row of `contracts`."""
    first = date_or(row["active_from"], FIRST_DAY)
    to = date_or(row.get("active_to", ""), NO_END)
    groups = frozenset(row.get("groups", "").split(";")) - {""}
    who = row.get("team_id", ""), row.get("person_id", "")
    permanent, package = row.get("permanent", "") == "1", row.get("package", "")
    return Contract(*who, first, to, permanent, groups, package)


def leave(row: Mapping[str, str]) -> Leave:
    """Make a row of `leave`."""
    return Leave(row["person_id"], row["kind"], *_dates(row))


def account(row: Mapping[str, str]) -> Account:
    """Make a row of `accounts`."""
    fen: Fraction = must(row["amount"], SIGNED_AMOUNT) * 100
    return Account(row["institution_id"], row["kind"], int(fen), table_date(row.get("date", "")))


def _dates(row: Mapping[str, str]) -> tuple[date, date]:
    return date_or(row.get("valid_from", ""), FIRST_DAY), date_or(row.get("valid_to", ""), NO_END)
