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

__all__ = ["day_of_number", "day_of_text"]

_TIME: Final = r"(?:[ T]*([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(\.[0-9]{1,9})?)?)?"
_FORMS: Final = tuple(
    (form, re.compile(pattern + _TIME, re.ASCII))
    for form, pattern in (
        ("slashes", r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})"),
        ("short", r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"),
        ("dots", r"([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})"),
        ("chinese", r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})[日号]"),
        ("compact", r"([0-9]{4})([0-9]{2})([0-9]{2})"),
    )
)
_DOUBTFUL = re.compile(
    rf"[0-9]{{1,2}}([-/.])[0-9]{{1,2}}\1[0-9]{{1,2}}(?:[0-9]{{2}})?{_TIME}", re.ASCII
)
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
    for form, pattern in _FORMS:
        match = pattern.fullmatch(text)
        if match is not None and int(match[1]) in _YEARS:
            day = f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
            if not _exists(day):
                return Meaning(text)
            return Meaning(day + _clock(match), "" if text.startswith(day) else form)
    if _DOUBTFUL.fullmatch(text):
        return Meaning(text, fault="DATE_DOUBT")
    if _SERIAL.fullmatch(text) and float(text) <= _LAST_SERIAL:
        if epoch_1904 is None:
            return Meaning(text, fault="DATE_SERIAL")
        return day_of_number(float(text), text, epoch_1904)
    return Meaning(text)


def _exists(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True


def _clock(match: re.Match[str]) -> str:
    """The time part of a date, two digits a part; blank where there is none."""
    hour, minute, second, fraction = match[4], match[5], match[6], match[7]
    if hour is None:
        return ""
    return f" {int(hour):02}:{minute}" + (f":{second}{fraction or ''}" if second else "")


def day_of_number(value: float, text: str, epoch_1904: bool | None) -> Meaning:
    """A day from a number cell whose text is ``text``: eight digits, or a serial day.

    A number that may as well be a year (1900 to 2199) is refused. Without a calendar
    (``epoch_1904`` is ``None``) a serial is refused, too.
    """
    if value == int(value) and len(text) == 8:
        return day_of_text(text, epoch_1904)
    if not 0 <= value < _LAST_SERIAL + 1:
        return Meaning(text)
    if value == int(value) and int(value) in _YEARS:
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
