"""Cells of a workbook or database that are no texts: numbers, days, booleans, times.

A double is printed with 15 significant digits, which is what Excel shows and keeps; the text is
then parsed strictly like any other (page 2, "Numbers"). An id made of a double is believed only
where a double holds every digit.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Final

from equivalents.intake.cellkinds import CellKind
from equivalents.intake.opening.daytexts import day_of_number
from equivalents.intake.opening.forms import Meaning

__all__ = ["EXACT", "Formatted", "clean_value", "print_double", "print_value"]

EXACT: Final = 10**15
"""Whole doubles below this have all their digits."""


class Formatted(float):
    """A number whose cell shows something else by its format, the ``code``.

    ``text`` is what Excel shows, blank if that is not sure.
    """

    text: str
    code: str

    def __new__(cls, value: float, text: str, code: str) -> "Formatted":
        """Make the number."""
        self = super().__new__(cls, value)
        self.text, self.code = text, code
        return self


def print_double(value: float) -> str:
    """A double with 15 significant digits as a plain decimal, without exponent: ``0.3``."""
    text = f"{value:.15g}"
    if "e" in text:
        text = f"{Decimal(text):f}"
    return "0" if text == "-0" else text


def print_value(value: object) -> str:
    """Any cell as text, as people see it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return getattr(value, "text", "") or print_double(value)
    if isinstance(value, datetime):
        midnight = value.time() == time() and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "" if value is None else str(value)


def clean_value(value: object, kind: CellKind, epoch_1904: bool | None) -> Meaning:
    """What a cell that is no text means in a column of some kind."""
    text = print_value(value)
    if isinstance(value, bool):
        if kind == "flag":
            return Meaning("1" if value else "0", "boolean")
        return Meaning(text, fault="" if kind == "text" else "CELL_BOOLEAN")
    if isinstance(value, date | time | timedelta):
        return Meaning(text, fault="" if kind in ("day", "text") else "CELL_DATE")
    if isinstance(value, float | Decimal) and not isfinite(value):
        return Meaning(text, fault="CELL_INFINITE")
    if isinstance(value, int | float | Decimal):
        return _of_number(value, text, kind, epoch_1904)
    return Meaning(text)


def _of_number(
    value: float | Decimal, text: str, kind: CellKind, epoch_1904: bool | None
) -> Meaning:
    if isinstance(value, Formatted) and kind not in ("id", "ids"):
        value = float(value)
        text = print_double(value)
    if kind == "day":
        return day_of_number(float(value), text, epoch_1904)
    if kind in ("id", "ids"):
        return _of_id(value, text)
    if kind == "number" and isinstance(value, float):
        return Meaning(text, "" if float(text) == value else "double")
    return Meaning(text)


def _of_id(value: float | Decimal, text: str) -> Meaning:
    """A number in the place of an id; one that shows otherwise is what it shows, or refused."""
    if isinstance(value, float) and not abs(value) < EXACT:
        return Meaning(f"{value:.15G}", fault="ID_SCIENTIFIC")
    if isinstance(value, float) and value != int(value):
        return Meaning(text, fault="ID_FRACTION")
    if isinstance(value, Formatted):
        if value.text:
            return Meaning(text, "padded")
        # With its format, so that it stays refused where the row is sent again as text.
        return Meaning(f"{text} [{value.code[:40]}]", fault="ID_FORMAT")
    return Meaning(text, "number_id")
