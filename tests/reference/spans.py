"""The periods of an assessment: years, halves, quarters and months, and the days of each (5.17)."""

from __future__ import annotations

from datetime import date

from tests.reference.text import period

MONTHS = {"year": 12, "half_year": 6, "quarter": 3, "month": 1}
LETTER = {"half_year": "H", "quarter": "Q"}


def name_of(length: str, day: date) -> str:
    """Return the name of the period of that length that a day lies in."""
    number = (day.month - 1) // MONTHS[length] + 1
    match length:
        case "year":
            return f"{day.year}"
        case "month":
            return f"{day.year}-{number:02}"
    return f"{day.year}-{LETTER[length]}{number}"


def names_of(length: str, first: date, after: date) -> list[str]:
    """Return the periods of that length that meet some days, in order."""
    found: list[str] = []
    day = first
    while day < after:
        found.append(name_of(length, day))
        day = period(found[-1])[1]
    return found


def before(length: str, name: str) -> str:
    """Return the period of that length before one."""
    first, _ = period(name)
    months = first.year * 12 + first.month - 1 - MONTHS[length]
    return name_of(length, date(months // 12, months % 12 + 1, 1))


def is_of(length: str, name: str) -> bool:
    """Say whether a name is that of a period of that length."""
    try:
        first, _ = period(name)
    except (ValueError, IndexError):
        return False
    return name_of(length, first) == name
