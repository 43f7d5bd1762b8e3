"""Days, months and periods. A day is an int: days since 1970-01-01, the Asia/Shanghai calendar.

Validity is half-open everywhere (``from`` counts, ``to`` does not); nothing here asks the clock.
Sources: rule A1, definitions 5.18 and 5.21.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

__all__ = [
    "FIRST_DAY",
    "LAST_DAY",
    "Period",
    "month_of",
    "parse_day",
    "parse_period",
    "periods_of",
    "print_day",
    "same_day",
    "year_end",
]

_EPOCH = date(1970, 1, 1)
FIRST_DAY: Final = (date(1900, 1, 1) - _EPOCH).days
"""The earliest day that any table may name."""
LAST_DAY: Final = (date(2200, 1, 1) - _EPOCH).days
"""One past the latest day that any table may name."""

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_PERIOD = re.compile(r"([0-9]{4})(?:-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?", re.ASCII)


@lru_cache(maxsize=1 << 14)
def parse_day(text: str) -> int:
    """Read ``YYYY-MM-DD`` as a day number.

    Raises:
        ValueError: not that form, an impossible date (2025-02-30), or a year before 1900 or after
            2199, which is always a slip of the keyboard.
    """
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError(f"not YYYY-MM-DD: {text!r}")
    day = _day(int(match[1]), int(match[2]), int(match[3]))
    if not FIRST_DAY <= day < LAST_DAY:
        raise ValueError(f"year out of range: {text!r}")
    return day


def _day(year: int, month: int, day: int = 1) -> int:
    return (date(year, month, day) - _EPOCH).days


def print_day(day: int) -> str:
    """Print a day number as ``YYYY-MM-DD``."""
    return (_EPOCH + timedelta(days=day)).isoformat()


def month_of(day: int) -> str:
    """The month of a day as ``YYYY-MM``."""
    return print_day(day)[:7]


def same_day(day: int, years: int) -> int:
    """The same date some years later (earlier if negative); 29 February becomes the 28th.

    Cut at 1 January of the year 1 and at the last day that any table may name.
    """
    date_ = _EPOCH + timedelta(days=day)
    year = max(date_.year + years, 1)
    last = 28 if (date_.month, date_.day) == (2, 29) else date_.day
    return min(_day(year, date_.month, last), LAST_DAY) if year < 2200 else LAST_DAY


def year_end(day: int) -> int:
    """31 December of the year of a day: the day on which ages are told (5.15)."""
    return _day((_EPOCH + timedelta(days=day)).year, 12, 31)


@dataclass(frozen=True, slots=True)
class Period:
    """A period of settlement: whole months, half-open in days."""

    name: str
    start: int
    end: int

    def __contains__(self, day: int) -> bool:
        return self.start <= day < self.end

    @property
    def month_starts(self) -> tuple[int, ...]:
        """The first day of each month of the period."""
        first = _EPOCH + timedelta(days=self.start)
        starts = []
        year, month = first.year, first.month
        while (day := _day(year, month)) < self.end:
            starts.append(day)
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        return tuple(starts)

    @property
    def month_ends(self) -> tuple[int, ...]:
        """The last day of each month of the period."""
        return tuple(start - 1 for start in (*self.month_starts[1:], self.end))

    def cut(self, days: Iterable[int]) -> tuple[int, ...]:
        """Bucket starts: the months of the period, cut again at every given day inside it."""
        inside = {day for day in days if self.start < day < self.end}
        return tuple(sorted(inside.union(self.month_starts)))


def parse_period(text: str) -> Period:
    """Read ``2025``, ``2025-H1``, ``2025-Q3`` or ``2025-06``.

    Raises:
        ValueError: any other text.
    """
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise ValueError(f"not a period: {text!r}")
    year, part = int(match[1]), match[2] or ""
    if not 1900 <= year < 2200:
        raise ValueError(f"year out of range: {text!r}")
    first, months = _months(part)
    last = first + months - 1
    end = _day(year + 1, 1) if last == 12 else _day(year, last + 1)
    return Period(text, _day(year, first), end)


def _months(part: str) -> tuple[int, int]:
    """The first month and the number of months of ``''``, ``H1``, ``Q3`` or ``06``."""
    if not part:
        return 1, 12
    if part[0] == "H":
        return 6 * int(part[1]) - 5, 6
    if part[0] == "Q":
        return 3 * int(part[1]) - 2, 3
    return int(part), 1


def periods_of(months: int, start: int, end: int) -> tuple[Period, ...]:
    """The periods of 1, 3, 6 or 12 months that have a day of ``[start, end)``, in order."""
    last = _EPOCH + timedelta(days=end - 1)
    found = []
    first = _EPOCH + timedelta(days=start)
    year, part = first.year, (first.month - 1) // months
    while (year, part * months + 1) <= (last.year, last.month):
        found.append(parse_period(f"{year:04d}{_part(months, part)}"))
        year, part = (year, part + 1) if (part + 1) * months < 12 else (year + 1, 0)
    return tuple(found)


def _part(months: int, number: int) -> str:
    """How the period of so many months with this number in its year is written."""
    form = {12: "", 6: "-H{}", 3: "-Q{}", 1: "-{:02d}"}[months]
    return form.format(number + 1)
