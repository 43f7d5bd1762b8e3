"""Counting bases 计数口径: what of an item's records counts, and within which class (A3, 5.5, 5.6).

A basis belongs to a weight row. ``record`` counts every record by its quantity; the others count
the first few records of a class, each as 1.000: a class is one resident (or household), one item,
one window of months and one scope. ``days`` counts the days of a stay.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.units import Codes, Int64

__all__ = [
    "BASIS_CHOICES",
    "Basis",
    "RECORD",
    "SCOPES",
    "Subject",
    "WINDOWS",
    "basis_of",
    "month_of_day",
    "window_number",
    "window_start",
]

WINDOWS: Final = ("month", "quarter", "half", "year")
"""The windows of months in which a class is counted."""
SCOPES: Final = ("county", "institution")
"""Where a class is counted: all over the county, or in each institution by itself."""
BASIS_CHOICES: Final = ("record", "resident", "household", "first:N", "days")
"""What ``counting_basis`` may say."""

_MONTHS: Final = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_FIRST = re.compile(r"first:([1-9][0-9]{0,5})", re.ASCII)


class Subject(StrEnum):
    """Whose records form a class."""

    RESIDENT = "resident"
    HOUSEHOLD = "household"


@dataclass(frozen=True, slots=True)
class Basis:
    """How the records of a weight row count.

    ``first`` is how many records of a class count (0: every record counts by its quantity);
    ``days`` says that the quantity is days of a stay.
    """

    text: str = "record"
    first: int = 0
    subject: Subject = Subject.RESIDENT
    days: bool = False
    window: str = "year"
    scope: str = "county"

    @property
    def in_classes(self) -> bool:
        """Whether only the first of a class count."""
        return self.first > 0

    @property
    def of_household(self) -> bool:
        """Whether the classes are those of households."""
        return self.in_classes and self.subject is Subject.HOUSEHOLD


RECORD: Final = Basis()
"""Every record counts by its quantity: the basis of a row that names none."""


def basis_of(text: str, window: str, scope: str) -> Basis:
    """The basis that a weight row names; blanks take the defaults (record, year, county).

    Raises:
        ValueError: ``text`` is none of :data:`BASIS_CHOICES`.
    """
    base = text or "record"
    window, scope = window or "year", scope or "county"
    if base in ("resident", "household"):
        return Basis(base, 1, Subject(base), window=window, scope=scope)
    if base in ("record", "days"):
        return Basis(base, days=base == "days", window=window, scope=scope)
    match = _FIRST.fullmatch(base)
    if match is None:
        raise ValueError(base)
    return Basis(base, int(match[1]), window=window, scope=scope)


def month_of_day(day: Codes | Int64) -> Int64:
    """The number of the calendar month of each day, counted from January 1970."""
    month: Int64 = _MONTH_OF[day - FIRST_DAY]
    return month


def window_number(day: Codes | Int64, window: str) -> Int64:
    """The number of the month, quarter, half-year or year that each day lies in."""
    return month_of_day(day) // _MONTHS[window]


def window_start(day: int, window: str) -> int:
    """The first day of the window that a day lies in."""
    first = int(window_number(np.array([day]), window)[0]) * _MONTHS[window]
    return int(np.searchsorted(_MONTH_OF, first)) + FIRST_DAY


_MONTH_OF: Final[Int64] = (
    np.arange(FIRST_DAY, LAST_DAY).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
)
