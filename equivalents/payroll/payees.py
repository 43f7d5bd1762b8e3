"""Payees 收款账户: who is paid into which account, from when to when (table ``payees``).

The form of an account number and of an identity number is judged, their check digits are not:
what is a card of which bank is the bank's affair. Source: specification page 3 "bank lists".
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

from equivalents.errors import NOWHERE, Place
from equivalents.findings import Findings, Table
from equivalents.intake.wholecolumns import spans
from equivalents.payroll.casetables import case_tables

__all__ = ["Payee", "Payees", "case_payees", "file_payees", "read_payees"]

_ACCOUNT: Final = re.compile(r"[0-9A-Za-z-]{6,34}", re.ASCII)
_IDENTITY: Final = re.compile(r"[0-9A-Za-z]{5,20}", re.ASCII)
_BANK_CODE: Final = re.compile(r"[0-9A-Za-z]{1,14}", re.ASCII)
_FORMS: Final = (
    ("account_number", _ACCOUNT, "PAYEE_ACCOUNT"),
    ("identity_number", _IDENTITY, "PAYEE_IDENTITY"),
    ("bank_code", _BANK_CODE, "PAYEE_BANK_CODE"),
)


class Payee(NamedTuple):
    """An account of a person; days are day numbers, ``valid_to`` is exclusive.

    ``place`` is its row in the table.
    """

    person_id: str
    account_number: str
    account_name: str
    bank: str
    bank_code: str
    identity_number: str
    valid_from: int
    valid_to: int
    place: Place = NOWHERE


class Payees:
    """The accounts of people, by person and day."""

    def __init__(self, rows: Iterable[Payee]) -> None:
        found: dict[str, list[Payee]] = {}
        for row in rows:
            found.setdefault(row.person_id, []).append(row)
        self._rows: Mapping[str, list[Payee]] = found

    def on(self, person_id: str, day: int) -> Payee | None:
        """The account of a person on a day, if there is one."""
        for row in self._rows.get(person_id, ()):
            if row.valid_from <= day < row.valid_to:
                return row
        return None


def read_payees(table: Table, findings: Findings) -> Payees:
    """The payees of a table; what is wrong with it is noted.

    Notes ``PAYEE_ACCOUNT``, ``PAYEE_IDENTITY``, ``PAYEE_BANK_CODE`` (forms), ``PAYEE_TWICE``: two
    accounts of a person on one day, and faults of dates.
    """
    starts, ends = spans(table, ("valid_from", "valid_to"), findings)
    texts = map(table.column, Payee._fields[:6])
    days = ([int(day) for day in column] for column in (starts, ends))
    rows = [*map(Payee, *texts, *days, table.places)]
    for column, form, code in _FORMS:
        for at, text in enumerate(table.column(column)):
            if text and not form.fullmatch(text):
                findings.add(code, table.places[at].at(column), text)
    _note_twice(table, rows, findings)
    return Payees(rows)


def _note_twice(table: Table, rows: list[Payee], findings: Findings) -> None:
    order = sorted(range(len(rows)), key=lambda at: (rows[at].person_id, rows[at].valid_from, at))
    for before, at in pairwise(order):
        one, other = rows[before], rows[at]
        if one.person_id == other.person_id and other.valid_from < one.valid_to:
            place = table.places[at].at("person_id")
            findings.add("PAYEE_TWICE", place, other.person_id, other=str(table.places[before].row))


def case_payees(case: Path) -> Payees:
    """The payees of a case.

    Raises:
        DataError: every fault of the table.
    """
    findings = Findings()
    found = read_payees(case_tables(case, findings).table("payees", required=False), findings)
    findings.stop_on_errors()
    return found


def file_payees(path: Path) -> Payees:
    """The payees of a file of any kind that tables are read from.

    Raises:
        DataError: every fault of the file.
    """
    from equivalents.intake.anytable import read_file

    findings = Findings()
    found = read_payees(read_file(path, "payees", findings), findings)
    findings.stop_on_errors()
    return found
