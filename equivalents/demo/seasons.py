"""How work is spread over the days of 2025: months, weekdays, holidays 节假日, make-ups 调休."""

from datetime import date, timedelta
from typing import Final

import numpy as np

from equivalents.demo.draw import Int64

__all__ = [
    "DAYS",
    "EPOCH_DAY",
    "FIRST_DAY",
    "HOLIDAYS",
    "MAKE_UP_DAYS",
    "MONTH_STARTS",
    "SEASONS",
    "WEEKS",
    "day_number",
    "day_text",
    "day_weights",
]

FIRST_DAY: Final = date(2025, 1, 1)
DAYS: Final = 365
EPOCH_DAY: Final = (FIRST_DAY - date(1970, 1, 1)).days
"""What Arrow's date32 holds for the first day of the year."""
MONTH_STARTS: Final = [(date(2025, m, 1) - FIRST_DAY).days for m in range(1, 13)] + [DAYS]

# Per cent of an ordinary month, January to December.
SEASONS: Final[dict[str, tuple[int, ...]]] = {
    "flat": (100,) * 12,
    "respiratory": (160, 130, 105, 90, 80, 75, 70, 70, 85, 100, 130, 165),
    "followup": (85, 80, 130, 90, 95, 130, 90, 90, 130, 90, 100, 125),
    "checkup": (20, 30, 190, 270, 240, 110, 40, 30, 60, 50, 30, 15),
    "signing": (190, 150, 130, 90, 70, 60, 60, 60, 70, 90, 120, 170),
    "children": (90, 70, 110, 110, 105, 95, 80, 80, 130, 110, 110, 100),
    "education": (70, 60, 120, 140, 130, 120, 90, 80, 110, 110, 110, 100),
    "heat": (0, 0, 0, 0, 0, 0, 170, 190, 60, 0, 0, 0),
    "autumn": (0, 0, 0, 0, 0, 0, 0, 0, 150, 200, 110, 0),
}

# Per cent of an ordinary weekday, Monday to Sunday.
WEEKS: Final[dict[str, tuple[int, ...]]] = {
    "clinic": (120, 105, 100, 98, 102, 55, 40),
    "acute": (105, 100, 100, 100, 100, 80, 75),
    "office": (105, 105, 100, 100, 95, 12, 6),
}

# First day, last day, per cent of a Sunday: the public holidays of 2025.
HOLIDAYS: Final = (
    (date(2025, 1, 1), date(2025, 1, 1), 80),
    (date(2025, 1, 28), date(2025, 2, 4), 40),
    (date(2025, 4, 4), date(2025, 4, 6), 75),
    (date(2025, 5, 1), date(2025, 5, 5), 65),
    (date(2025, 5, 31), date(2025, 6, 2), 75),
    (date(2025, 10, 1), date(2025, 10, 8), 55),
)
MAKE_UP_DAYS: Final = (
    date(2025, 1, 26),
    date(2025, 2, 8),
    date(2025, 4, 27),
    date(2025, 9, 28),
    date(2025, 10, 11),
)


def day_number(day: str) -> int:
    """Days from the first day of the year to `day` (YYYY-MM-DD); negative before it."""
    return (date.fromisoformat(day) - FIRST_DAY).days


def day_text(number: int) -> str:
    """The day with this number, as YYYY-MM-DD."""
    return (FIRST_DAY + timedelta(days=number)).isoformat()


def _weekday_percent(day: date, week: tuple[int, ...]) -> int:
    if day in MAKE_UP_DAYS:
        return week[2]
    for first, last, percent in HOLIDAYS:
        if first <= day <= last:
            return week[6] * percent // 100
    return week[day.weekday()]


def day_weights(season: str, week: str) -> Int64:
    """One whole number a day: month per cent x weekday per cent."""
    months, weekdays = SEASONS[season], WEEKS[week]
    days = [FIRST_DAY + timedelta(days=number) for number in range(DAYS)]
    return np.array(
        [months[day.month - 1] * _weekday_percent(day, weekdays) for day in days], dtype=np.int64
    )
