"""The tables that funds read: signed residents, registers, charges, tasks, account lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from tests.reference.tables import SIGNED_AMOUNT, rows_of
from tests.reference.text import (
    AMOUNT,
    FIRST_DAY,
    NO_END,
    QUANTITY,
    date_or,
    must,
    period,
    table_date,
)


class Signed(NamedTuple):
    """One row of `contracts`, as heads are counted from it (5.15)."""

    resident: str
    institution: str
    """Or a blank: then where the doctor or team is at home."""
    team: str
    person: str
    active_from: date
    active_to: date
    package: str
    groups: frozenset[str]
    permanent: bool
    birth: date | None
    contract: str


class Register(NamedTuple):
    """One row of `registers`: heads that an institution has on a day."""

    institution: str
    group: str
    heads: int
    day: date


class Charge(NamedTuple):
    """One row of `charges`: what a resident was charged."""

    institution: str
    code: str
    amount_fen: int
    day: date


class Task(NamedTuple):
    """One row of `tasks`: an approved task, approved income, or both (B3)."""

    institution: str
    fund: str
    task: str
    quantity: Fraction
    income_fen: int
    year: int | None
    """A past year, of which the quantity is; nothing for the period itself."""


class AccountLine(NamedTuple):
    """One row of `accounts` with all that funds ask of it."""

    institution: str
    line: str
    kind: str
    amount_fen: int
    recurrent: bool
    source: str
    day: date | None


class CapRow(NamedTuple):
    """One row of `opening` of an earlier period for the total pay cap (5.18)."""

    kind: str
    """`cap_base`, `cap_pool`, `cap_fund`, `cap_line`, or `cap_excess`, which was carried."""
    institution: str
    name: str
    """The pool, fund or line; blank for the base part."""
    amount_fen: int
    months: frozenset[date]
    """The first days of the months that it is of."""


@dataclass(frozen=True)
class FundTables:
    """Everything that only funds read."""

    kinds: Mapping[str, str]
    """Institution to its kind."""
    signed: tuple[Signed, ...]
    registers: tuple[Register, ...]
    charges: tuple[Charge, ...]
    tasks: tuple[Task, ...]
    accounts: tuple[AccountLine, ...]
    caps: tuple[CapRow, ...]


def read_fund_tables(folder: Path) -> FundTables:
    """Read them; a table that the case has not is empty."""
    places = rows_of(folder, "institutions")
    return FundTables(
        {row["institution_id"]: row.get("kind", "") for row in places},
        tuple(map(_signed, rows_of(folder, "contracts"))),
        tuple(map(_register, rows_of(folder, "registers"))),
        tuple(map(_charge, rows_of(folder, "charges"))),
        tuple(map(_task, rows_of(folder, "tasks"))),
        tuple(map(_account, rows_of(folder, "accounts"))),
        tuple(_cap(row) for row in rows_of(folder, "opening") if row["kind"].startswith("cap_")),
    )


def _signed(row: Mapping[str, str]) -> Signed:
    return Signed(
        row["resident_id"],
        row.get("institution_id", ""),
        row.get("team_id", ""),
        row.get("person_id", ""),
        date_or(row["active_from"], FIRST_DAY),
        date_or(row.get("active_to", ""), NO_END),
        row.get("package", ""),
        frozenset(row.get("groups", "").split(";")) - {""},
        row.get("permanent", "") == "1",
        table_date(row.get("birth_date", "")),
        row["contract_id"],
    )


def _register(row: Mapping[str, str]) -> Register:
    day = date_or(row["date"], FIRST_DAY)
    return Register(row["institution_id"], row["group"], int(row["heads"]), day)


def _charge(row: Mapping[str, str]) -> Charge:
    day = date_or(row["date"], FIRST_DAY)
    return Charge(row["institution_id"], row["code"], _fen(row["amount"]), day)


def _task(row: Mapping[str, str]) -> Task:
    quantity = must(row.get("quantity", "") or "0", QUANTITY)
    income = _fen(row.get("income", "") or "0")
    year = int(row["year"]) if row.get("year") else None
    return Task(row["institution_id"], row["fund"], row.get("task", ""), quantity, income, year)


def _account(row: Mapping[str, str]) -> AccountLine:
    return AccountLine(
        row["institution_id"],
        row["line"],
        row["kind"],
        _fen(row["amount"]),
        row.get("recurrent", "") == "1",
        row.get("source", ""),
        table_date(row.get("date", "")),
    )


def _cap(row: Mapping[str, str]) -> CapRow:
    months: frozenset[date] = frozenset()
    if row.get("period", ""):
        first, after = period(row["period"])
        days = (first.replace(month=month) for month in range(first.month, 13))
        months = frozenset(day for day in days if day < after)
    fen = int(must(row["amount"], SIGNED_AMOUNT) * 100)
    name = row.get("pool", "") or row.get("line", "")
    return CapRow(row["kind"], row["institution_id"], name, fen, months)


def _fen(text: str) -> int:
    return int(must(text, AMOUNT) * 100)
