"""Texts that are nearly dates: a time part that may be left out, and why a text is no date (5.21).

A time part is refused, or left out where the case or its scheme declares ``times: truncate``: a
day is then what the clock on the wall showed. A time zone is always refused, as it leaves open
which day that was.
"""

import re
from enum import StrEnum
from typing import Final

from equivalents.policy.calendar import parse_day
from equivalents.reasons import BOTH

__all__ = ["Times", "date_part", "day_fault"]


class Times(StrEnum):
    """What becomes of a time part in a date (5.21)."""

    REFUSE = "refuse"
    TRUNCATE = "truncate"


_TIME: Final = r"[ T](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_TIMED = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}){_TIME}", re.ASCII)
_ZONED = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{_TIME} ?(?:Z|[+-][0-9:]+)", re.ASCII)
_DATE = re.compile(r"([0-9]{4})-[0-9]{2}-[0-9]{2}", re.ASCII)
_YEARS: Final = range(1900, 2200)


def date_part(text: str) -> str:
    """``2025-03-31`` of ``2025-03-31 23:59:59`` or ``2025-03-31T08:00``; any other text as it is.

    Hours go from 00 to 23, and seconds may have a fraction. A text with a time zone is left alone,
    and so is no date.
    """
    match = _TIMED.fullmatch(text)
    return text if match is None else match[1]


def _is_day(text: str) -> bool:
    try:
        parse_day(text)
    except ValueError:
        return False
    return True


def day_fault(text: str, *, of_table: bool = True) -> str:
    """Why a text is no date, in both languages, as ``{detail}`` of ``DATE_INVALID``.

    ``of_table`` says that it stands in a table, where a time part may be declared away.
    """
    match = _DATE.fullmatch(text)
    if match is not None and int(match[1]) not in _YEARS:
        return f"年份应在 1900 至 2199 之间{BOTH}the year is from 1900 to 2199"
    if match is not None:
        return f"日历上没有这一天{BOTH}the calendar has no such day"
    if _ZONED.fullmatch(text):
        return (
            f"带有时区，不能确定是哪一天，请改为当地日期{BOTH}it has a time zone, which leaves "
            "open what day it was; write the local date"
        )
    day = date_part(text)
    if day != text and not _is_day(day):
        return day_fault(day)
    if of_table and day != text:
        return (
            f"带有时间，请只写年月日，或声明 times: truncate{BOTH}it has a time of day; write the "
            "date alone, or declare times: truncate"
        )
    return (
        "请写成 2025-03-31 的形式（Excel 里把该列的单元格格式自定义为 yyyy-mm-dd，再保存）"
        f"{BOTH}write it like 2025-03-31 (in Excel give the column the custom format yyyy-mm-dd"
        " before saving)"
    )
