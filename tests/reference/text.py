"""Reading text strictly: csv rows with the row numbers of Excel, dates, decimals, periods.

Written from page 3 (interfaces) and 5.8, 5.21 of page 5 (definitions).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import yaml

QUANTITY = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]{1,3})?")
WEIGHT = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]{1,4})?")
AMOUNT = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]{1,2})?")
VISIT_NUMBER = re.compile(r"[1-9][0-9]*")
WHOLE = re.compile(r"[1-9][0-9]*")
DATES = tuple(
    re.compile(form)
    for form in (
        "([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})",
        "([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})",
        r"([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})",
        "([0-9]{4})([0-9]{2})([0-9]{2})",
        "([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日",
    )
)
"""The year first, then the month and the day: no other day can be meant."""
TIME = re.compile(r"([ T]([01][0-9]|2[0-3])| [0-9]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?")
"""A time of day behind a date, without a zone: to the minute, the second or a part of it."""

FIRST_DAY = date.min
"""Stands for a blank `*_from`: open at the beginning."""
NO_END = date.max
"""Stands for a blank `*_to`: open at the end."""


class Refused(Exception):  # noqa: N818
    """The whole case is refused with a reason code; nothing is paid."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(f"{code} {where}".strip())
        self.code = code
        self.where = where


class Row(NamedTuple):
    """One line of a csv table: its number as Excel shows it (the header is row 1), its fields."""

    number: int
    fields: list[str]


def csv_rows(path: Path) -> tuple[list[str], Iterator[Row]]:
    """Return the header and the rows; a blank line has a row number but is no row."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    rows = (Row(number, fields) for number, fields in enumerate(lines, start=1) if fields)
    _, header = next(rows)
    return header, rows


def read_yaml(path: Path) -> Any:
    """Return what a YAML file says, every scalar as text; by libyaml where that is there."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    return yaml.load(path.read_text(encoding="utf-8"), loader)


def csv_table(path: Path) -> list[dict[str, str]]:
    """Return a master table as one dictionary a row; every row must fit the header."""
    header, rows = csv_rows(path)
    return [dict(zip(header, fields, strict=True)) for _, fields in rows]


def a_date(text: str) -> date | None:
    """Return the day, or nothing if the text names none of the calendar (5.21).

    The year stands first, in four digits, then the month and the day: `2025-03-31` and the forms
    of files as they are, `2025/3/31`, `2025.3.31`, `2025-3-31`, `20250331`, `2025年3月31日`.
    """
    found = next(filter(None, (form.fullmatch(text) for form in DATES)), None)
    if found is None:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None


def canonical_date(text: str) -> str:
    """Return the date as `2025-03-31`; a text that is none as it is."""
    day = a_date(text)
    return text if day is None else day.isoformat()


def without_time(text: str) -> str:
    """Return the date alone of one with a time of day (5.21); any other text as it is."""
    for at in range(8, len(text)):
        day = any(form.fullmatch(text[:at]) for form in DATES)
        if day and TIME.fullmatch(text[at:]):
            return text[:at]
    return text


def table_date(text: str) -> date | None:
    """Return the day of a master table, or nothing.

    A time part is left out without asking whether that is declared: where it is not, the case is
    refused, and a refused case is no case for the reference.
    """
    return a_date(without_time(text))


def date_or(text: str, blank: date) -> date:
    """Return the day of a master table, or `blank` where the field is blank."""
    if text == "":
        return blank
    day = table_date(text)
    if day is None:
        raise ValueError(f"no date: {text!r}")
    return day


def decimal(text: str, form: re.Pattern[str]) -> Fraction | None:
    """Return the exact number, or nothing if the text has not the strict form (5.8)."""
    return Fraction(text) if form.fullmatch(text) else None


def must(text: str, form: re.Pattern[str]) -> Fraction:
    """Return the exact number of a master table."""
    number = decimal(text, form)
    if number is None:
        raise ValueError(f"no number: {text!r}")
    return number


def period(text: str) -> tuple[date, date]:
    """Return first day and day after the last: `2025`, `2025-H1`, `2025-Q3`, `2025-06`."""
    year, _, part = text.partition("-")
    if part == "":
        first, months = 1, 12
    elif part[0] == "H":
        first, months = 6 * int(part[1]) - 5, 6
    elif part[0] == "Q":
        first, months = 3 * int(part[1]) - 2, 3
    else:
        first, months = int(part), 1
    after = first + months
    end = date(int(year) + 1, 1, 1) if after == 13 else date(int(year), after, 1)
    return date(int(year), first, 1), end
