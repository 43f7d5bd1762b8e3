"""What rows of the accounts come to: what came in on a line, what was spent on it (B4, D0)."""

from __future__ import annotations

from tests.reference.case import Case
from tests.reference.fundtables import AccountLine

SPENT = ("expenditure", "project_expenditure")
EARNED = ("income", "project_income")
ADVANCED = ("advance", "received")


def of_period(case: Case) -> list[AccountLine]:
    """Return the rows of the period; those of the day before only close the last one."""
    return [row for row in case.tables.accounts if row.day is None or row.day >= case.first_day]


def rows(case: Case, place: str, line: str, *kinds: str) -> list[AccountLine]:
    """Return the rows of one institution and line that are of some kinds."""
    return [
        row
        for row in of_period(case)
        if (row.institution, row.line) == (place, line) and row.kind in kinds
    ]


def total(case: Case, place: str, line: str, *kinds: str) -> int:
    """Return their sum in fen."""
    return sum(row.amount_fen for row in rows(case, place, line, *kinds))


def spent(case: Case, place: str, line: str) -> int:
    """Return what was spent on a line."""
    return total(case, place, line, *SPENT)


def came_in(case: Case, place: str, line: str) -> int:
    """Return what came in: income, or, where a line has none, advances and what was received."""
    if rows(case, place, line, *EARNED):
        return total(case, place, line, *EARNED)
    return total(case, place, line, *ADVANCED)
