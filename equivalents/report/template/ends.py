"""Exclusive end dates as the last days that Chinese headings ask for, or refused (5.21).

An end that is read in any form becomes the day before it. What is no date has no day before: its
text would be taken for a last day once it is mended, a day too long, so it says what it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from equivalents.errors import Place, Problem
from equivalents.policy.calendar import FIRST_DAY, parse_day, print_day
from equivalents.policy.daytext import Times, day_text

__all__ = ["ENDS", "EXCLUSIVE", "LastDays"]

ENDS: Final = ("valid_to", "active_to")
"""The columns that are exclusive by our names, and inclusive by the Chinese headings."""
EXCLUSIVE: Final = "（不含当日）"
"""Stands behind what is no date: so it is refused, and people know which day was meant."""


@dataclass(slots=True)
class LastDays:
    """Turns the ends of a page into last days, and counts those that are none by column.

    ``times`` says what becomes of a time part.
    """

    times: Times
    _odd: dict[str, tuple[int, str, int]] = field(default_factory=dict)

    def of(self, text: str, row: int, column: str) -> str:
        """The day before an exclusive end; blank stays blank."""
        if not text:
            return text
        try:
            day = parse_day(day_text(text, self.times)) - 1
        except ValueError:
            day = FIRST_DAY - 1
        if day >= FIRST_DAY:
            return print_day(day)
        first, value, count = self._odd.get(column, (row, text, 0))
        self._odd[column] = first, value, count + 1
        return f"{text}{EXCLUSIVE}"

    def problems(self, whole: Place) -> Iterator[Problem]:
        """One for each column with ends that are no dates, at the first of them."""
        for column, (row, value, count) in self._odd.items():
            place = whole._replace(row=row, column=column)
            yield Problem("TEMPLATE_END", place, value, {"rows": str(count), "mark": EXCLUSIVE})
