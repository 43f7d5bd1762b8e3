"""The tables of assessment and of what is paid beside the pools (C2, D4, D5; 5.17, 5.19)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from tests.reference.tables import SIGNED_AMOUNT, rows_of
from tests.reference.text import AMOUNT, WHOLE, Refused, must, table_date


class Result(NamedTuple):
    """One row of `assessments`: a ratio, given points, or exempt; blank texts are not given."""

    level: str
    subject: str
    indicator: str
    """An indicator, or a composite."""
    numerator: str
    denominator: str
    score: str
    exempt: bool
    period: str


class Bonus(NamedTuple):
    """One row of `bonuses`: a single bonus of a person (D4)."""

    institution: str
    person: str
    component: str
    amount_fen: int
    day: date | None


class Adjusting(NamedTuple):
    """One row of `adjustments`: a difference of a closed period that this one pays (5.19)."""

    institution: str
    pool: str
    person: str
    amount_fen: int
    fund: str
    """Blank: the open period's pool of that name pays it."""


class Withheld(NamedTuple):
    """One row of `opening` of kind withheld: what an earlier period withheld (5.3)."""

    institution: str
    pool: str
    person: str
    amount_fen: int


class HandedIn(NamedTuple):
    """One row of `secondary`: how a department shares its own money (二次分配)."""

    institution: str
    department: str
    pool: str
    person: str
    share: int | None
    amount_fen: int | None


class Department(NamedTuple):
    """One row of `departments`."""

    code: str
    institution: str
    kind: str


@dataclass(frozen=True)
class PayTables:
    """Everything that only assessment and components read."""

    results: tuple[Result, ...] = ()
    bonuses: tuple[Bonus, ...] = ()
    adjustments: tuple[Adjusting, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    secondary: tuple[HandedIn, ...] = ()
    departments: tuple[Department, ...] = ()


NO_PAY = PayTables()


def read_pay_tables(folder: Path) -> PayTables:
    """Read them; a table that the case has not is empty."""
    opening = [row for row in rows_of(folder, "opening") if row["kind"] == "withheld"]
    return PayTables(
        tuple(map(_result, rows_of(folder, "assessments"))),
        tuple(map(_bonus, rows_of(folder, "bonuses"))),
        tuple(map(_adjusting, rows_of(folder, "adjustments"))),
        tuple(map(_withheld, opening)),
        tuple(map(_handed_in, rows_of(folder, "secondary"))),
        tuple(map(_department, rows_of(folder, "departments"))),
    )


def _result(row: Mapping[str, str]) -> Result:
    found = Result(
        row["level"],
        row["subject_id"],
        row["indicator"],
        row.get("numerator", ""),
        row.get("denominator", ""),
        row.get("score", ""),
        row.get("exempt", "") in ("1", "是"),
        row.get("period", ""),
    )
    ratio = bool(found.numerator) and bool(found.denominator)
    if (found.numerator or found.denominator) and not ratio:
        raise Refused("RESULT_HALF", found.subject)
    if [ratio, bool(found.score), found.exempt].count(True) != 1:
        raise Refused("RESULT_FORM", found.subject)
    return found


def _bonus(row: Mapping[str, str]) -> Bonus:
    who = row["institution_id"], row["person_id"], row["component"]
    return Bonus(*who, int(must(row["amount"], AMOUNT) * 100), table_date(row.get("date", "")))


def _adjusting(row: Mapping[str, str]) -> Adjusting:
    fen = int(must(row["amount"], SIGNED_AMOUNT) * 100)
    who = row["institution_id"], row["pool"], row["person_id"]
    return Adjusting(*who, fen, row.get("fund", ""))


def _withheld(row: Mapping[str, str]) -> Withheld:
    fen = int(must(row["amount"], AMOUNT) * 100)
    return Withheld(row["institution_id"], row["pool"], row["person_id"], fen)


def _handed_in(row: Mapping[str, str]) -> HandedIn:
    share, amount = row.get("share", ""), row.get("amount", "")
    where = row["institution_id"], row.get("department_id", ""), row["pool"], row["person_id"]
    return HandedIn(
        *where,
        int(must(share, WHOLE)) if share and share != "0" else 0 if share else None,
        int(must(amount, AMOUNT) * 100) if amount else None,
    )


def _department(row: Mapping[str, str]) -> Department:
    return Department(row["department_id"], row["institution_id"], row.get("kind", ""))
