"""Texts of dates: the forms that people write, a time part, and why a text is no date (5.21).

A date is ``2025-03-31``. Forms that can mean one day only, with the year first, are understood as
that day and told with their count; where day and month could be exchanged nothing is guessed. A
time part is refused, or left out where the case or its scheme declares ``times: truncate``: a day
is then what the clock on the wall showed. A time zone is always refused, as it leaves open which
day that was.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final

from equivalents.policy.calendar import parse_day
from equivalents.reasons import BOTH

__all__ = ["AMBIGUOUS", "DAY_FORMS", "Times", "date_part", "day_fault", "day_forms", "day_text"]


class Times(StrEnum):
    """What becomes of a time part in a date (5.21)."""

    REFUSE = "refuse"
    TRUNCATE = "truncate"


_ISO: Final = "YYYY-MM-DD"
_NUMERALS: Final = "〇一二三四五六七八九"
_PATTERNS: Final = {
    _ISO: "([0-9]{4})-([0-9]{2})-([0-9]{2})",
    "YYYY-M-D": "([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})",
    "YYYY/M/D": "([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})",
    "YYYY.M.D": r"([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})",
    "YYYYMMDD": "([0-9]{4})([0-9]{2})([0-9]{2})",
    "YYYY年M月D日": "([0-9]{4}) ?年 ?([0-9]{1,2}) ?月 ?([0-9]{1,2}) ?[日号]",
    "二〇二五年一月五日": (
        "([〇零○一二三四五六七八九]{4})年([一二三四五六七八九]|十[一二]?)月"
        "([一二三四五六七八九]|[二三]?十[一二三四五六七八九]?)[日号]"
    ),
}
_SHAPES: Final = {form: re.compile(pattern) for form, pattern in _PATTERNS.items()}
DAY_FORMS: Final = tuple(form for form in _PATTERNS if form != _ISO)
"""The forms of a date, beside ``YYYY-MM-DD``, that can mean one day only."""
AMBIGUOUS: Final = "?"
"""Stands for the form of a text that could be several days."""
_EXCHANGED = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}\1(?:[0-9]{1,2}|[0-9]{4})")
_MONTH = re.compile(r"[0-9]{4}(?:[-/.][0-9]{1,2}| ?年 ?[0-9]{1,2} ?月?)")

_CLOCK: Final = r"[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_TIME: Final = rf"(?:[ T](?:[01][0-9]|2[0-3])| [0-9]):{_CLOCK}"
_ANY_DATE: Final = "|".join(re.sub(r"\((?!\?)", "(?:", pattern) for pattern in _PATTERNS.values())
_TIMED = re.compile(rf"({_ANY_DATE}){_TIME}")
_ZONED = re.compile(rf"(?:{_ANY_DATE}){_TIME} ?(?:Z|[+-][0-9:]+)")
_YEARS: Final = range(1900, 2200)


def date_part(text: str) -> str:
    """``2025-03-31`` of ``2025-03-31 23:59:59`` or ``2025-03-31T08:00``; any other text as it is.

    The date may have any form of :data:`DAY_FORMS`. Hours go from 00 to 23, after a space also
    from 0 to 9, and seconds may have a fraction. A text with a time zone is left alone, and so is
    no date.
    """
    match = _TIMED.fullmatch(text)
    return text if match is None else match[1]


def day_forms(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """What texts mean as dates: each as ``YYYY-MM-DD``, and the form that it had.

    The form is one of :data:`DAY_FORMS` where the text was understood. It is :data:`AMBIGUOUS`
    where the text could be several days, and blank for all others: those that are ``YYYY-MM-DD``
    already, blanks, and texts that are no date of the calendar; these texts stay as they are.
    Source: rule A10; definition 5.21.
    """
    found = [_understood(text) for text in texts]
    return [text for text, _ in found], [form for _, form in found]


def day_text(text: str, times: Times = Times.REFUSE) -> str:
    """A date as ``YYYY-MM-DD``, without a time part where that is left out; no date as it is."""
    return _understood(date_part(text) if times is Times.TRUNCATE else text)[0]


@lru_cache(maxsize=1 << 14)
def _understood(text: str) -> tuple[str, str]:
    """A text as ``YYYY-MM-DD`` if it is a date, and its form."""
    shape = _shape(text)
    if shape is None:
        open_ = _EXCHANGED.fullmatch(text) or _MONTH.fullmatch(text)
        return text, AMBIGUOUS if open_ else ""
    form, iso = shape
    return (iso, form) if form != _ISO and _is_day(iso) else (text, "")


def _shape(text: str) -> tuple[str, str] | None:
    """The form of a text that names a year, a month and a day, and these; not yet a real day."""
    if not text:
        return None
    for form, shape in _SHAPES.items():
        match = shape.fullmatch(text)
        if match is not None:
            year, month, day = map(_digits, match.groups())
            return form, f"{year}-{month:0>2}-{day:0>2}"
    return None


def _digits(text: str) -> str:
    """A number in ASCII digits: ``12`` of ``十二``, ``2025`` of ``二〇二五``."""
    if text.isascii():
        return text
    text = text.replace("零", "〇").replace("○", "〇")
    tens, ten, ones = text.rpartition("十")
    if ten:
        text = f"{tens or '一'}{ones or '〇'}"
    return "".join(str(_NUMERALS.index(letter)) for letter in text)


def _is_day(text: str) -> bool:
    try:
        parse_day(text)
    except ValueError:
        return False
    return True


def day_fault(text: str, *, of_table: bool = True) -> str:
    """Why a text is no date, in both languages, as ``{detail}`` of ``DATE_INVALID``.

    ``of_table`` says that it stands in a table, where a time part may be declared away and other
    forms than ``YYYY-MM-DD`` are understood.
    """
    shape = _shape(text) if of_table or _SHAPES[_ISO].fullmatch(text) else None
    if shape is not None:
        if int(shape[1][:4]) not in _YEARS:
            return f"年份应在 1900 至 2199 之间{BOTH}the year is from 1900 to 2199"
        return f"日历上没有这一天{BOTH}the calendar has no such day"
    if _ZONED.fullmatch(text):
        return (
            f"带有时区，不能确定是哪一天，请改为当地日期{BOTH}it has a time zone, which leaves "
            "open what day it was; write the local date"
        )
    day = date_part(text)
    if day != text and not _is_day(day_text(day)):
        return day_fault(day)
    if of_table and day != text:
        return (
            f"带有时间，请只写年月日，或声明 times: truncate{BOTH}it has a time of day; write the "
            "date alone, or declare times: truncate"
        )
    return _why_open(text) + (
        "请写成 2025-03-31 的形式（Excel 里把该列的单元格格式自定义为 yyyy-mm-dd，再保存）"
        f"{BOTH}{_why_open(text, chinese=False)}"
        "write it like 2025-03-31 (in Excel give the column the custom format yyyy-mm-dd"
        " before saving)"
    )


def _why_open(text: str, *, chinese: bool = True) -> str:
    """Why a text could be several days, as the beginning of a sentence; blank if it could not."""
    if _EXCHANGED.fullmatch(text):
        if chinese:
            return "年、月、日的先后不能确定，"
        return "which part is the day, the month or the year is left open; "
    if _MONTH.fullmatch(text):
        return "只有年和月，没有日，" if chinese else "it has no day; "
    return ""
