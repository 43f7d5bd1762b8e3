"""Dates as people and programs write them, read as ``YYYY-MM-DD``; doubtful ones are refused.

Understood is whatever begins with a year of four digits. ``01/02/2025`` may be January or
February, ``25-1-5`` may be 2025 or 1925: those are refused, not guessed. A whole number of a
workbook may be a serial day: 1 is 1 January 1900 there, and Excel believes in a 29 February 1900;
in a workbook of the other calendar 0 is 1 January 1904. Source: specification page 2, 5.21.
"""

import re
from datetime import date, timedelta
from typing import Final

from equivalents.intake.opening.forms import Meaning
from equivalents.policy.calendar import parse_day
from equivalents.policy.daytext import AMBIGUOUS, day_forms

__all__ = ["day_of_number", "day_of_text"]

_CLOCK = re.compile(
    r"(.+?)[ T]*(?<![0-9])([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(\.[0-9]{1,9})?)?",
    re.ASCII,
)
"""A date and the time of day behind it; a digit right before the hour would leave both open."""
_NAMES: Final = {
    "": "",
    "YYYY/M/D": "slashes",
    "YYYY-M-D": "short",
    "YYYY.M.D": "dots",
    "YYYY年M月D日": "chinese",
    "YYYYMMDD": "compact",
    "二〇二五年一月五日": "numerals",
}
_SERIAL = re.compile(r"[0-9]{4,6}(?:\.[0-9]+)?", re.ASCII)
_YEARS: Final = range(1900, 2200)
_LAST_SERIAL: Final = 109_574
"""31 December 2199 in the calendar from 1900."""
_LEAP: Final = 60
"""The serial of the 29 February 1900 that never was."""
_SECONDS: Final = 86_400


def day_of_text(text: str, epoch_1904: bool | None) -> Meaning:
    """A day from a text without outer spaces; a time of day is kept, for the case to decide on.

    ``epoch_1904`` is the calendar of the workbook, ``None`` where there is none: a serial number
    is refused then. A text that is no date at all is given back as it is.
    """
    clocked = _CLOCK.fullmatch(text)
    bare = text if clocked is None else clocked[1]
    (day,), (form,) = day_forms([bare])
    if form == AMBIGUOUS:
        # A year and a month leave no choice but the day: that it is missing is said elsewhere.
        return Meaning(text, fault="" if bare[:4].isdigit() else "DATE_DOUBT")
    if form or _exists(day):
        return Meaning(day if clocked is None else f"{day} {_clock(clocked)}", _NAMES[form])
    if _SERIAL.fullmatch(text) and float(text) <= _LAST_SERIAL:
        if epoch_1904 is None:
            return Meaning(text, fault="DATE_SERIAL")
        return day_of_number(float(text), text, epoch_1904)
    return Meaning(text)


def _exists(day: str) -> bool:
    """Whether a text is ``YYYY-MM-DD`` and a day of the calendar."""
    try:
        parse_day(day)
    except ValueError:
        return False
    return True


def _clock(match: re.Match[str]) -> str:
    """The time of day, two digits a part."""
    hour, minute, second, fraction = match[2], match[3], match[4], match[5]
    return f"{int(hour):02}:{minute}" + (f":{second}{fraction or ''}" if second else "")


def day_of_number(value: float, text: str, epoch_1904: bool | None) -> Meaning:
    """A day from a number cell whose text is ``text``: eight digits, or a serial day.

    A number that may as well be a year, or a year and a month (1900 to 2199.12), is refused.
    Without a calendar (``epoch_1904`` is ``None``) a serial is refused, too.
    """
    if value == int(value) and len(text) == 8:
        return day_of_text(text, epoch_1904)
    if not 0 <= value < _LAST_SERIAL + 1:
        return Meaning(text)
    if int(value) in _YEARS:
        return Meaning(text, fault="DATE_DOUBT")
    if epoch_1904 is None:
        return Meaning(text, fault="DATE_SERIAL")
    if not epoch_1904 and (value < 1 or int(value) == _LEAP):
        return Meaning(text)
    first = date(1904, 1, 1) if epoch_1904 else date(1899, 12, 31 if value < _LEAP else 30)
    seconds = round((value - int(value)) * _SECONDS)
    day = first + timedelta(days=int(value) + seconds // _SECONDS)
    hour, minute, second = seconds // 3600 % 24, seconds // 60 % 60, seconds % 60
    clock = f" {hour:02}:{minute:02}:{second:02}" if seconds % _SECONDS else ""
    return Meaning(day.isoformat() + clock, "serial_1904" if epoch_1904 else "serial_1900")
