"""What kind of value a column holds, and how a cell of it is checked and written.

Ids and names are text cells, so that no spreadsheet turns them into numbers; days are Excel's own
dates; numbers are numbers where Excel keeps them to the last digit, and text elsewhere.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from xlsxwriter.utility import xl_rowcol_to_cell

from equivalents.intake.headings import Column
from equivalents.policy.calendar import parse_day
from equivalents.report.neutral import fits_excel, is_risky, legible

__all__ = ["Cell", "DAY", "Kind", "TEXT", "cell_of", "exact_number", "kind_of", "validation"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of column: its number format, its width, and of numbers how many decimals.

    ``places`` is -1 where the column holds no numbers.
    """

    form: str
    width: int
    places: int = -1
    signed: bool = False


TEXT: Final = Kind("@", 16)
DAY: Final = Kind("yyyy-mm-dd", 14)
_MONEY: Final = "#,##0.00"
_PLACES: Final = {
    "amount": 2, "income": 2, "closed": 2, "earlier": 2,
    "quantity": 3, "quantity_max": 3,
    "weight": 4, "value": 4, "fte": 4, "numerator": 4, "denominator": 4, "score": 4,
    "equivalents": 7, "key_closed": 7, "key_now": 7, "key_difference": 7,
    "share": 0, "heads": 0, "used": 0, "days": 0,
}  # fmt: skip
_SIGNED: Final = frozenset(
    ("amount", "quantity", "equivalents", "key_closed", "key_now", "key_difference")
)
_WIDE: Final = {"name": 22, "item_name": 22, "reference": 26, "performers": 22, "meaning": 40}
_FIRST: Final = date(1900, 3, 1)
"""Excel counts a 29 February 1900 that never was; before it its dates are not those of others."""
_LAST: Final = date(2199, 12, 31)
_UNIX: Final = 25_569
"""Excel's number of 1970-01-01, the day 0 of ours."""
_WHOLE: Final = 15
_DECIMALS: Final = {0: "整数", 2: "最多两位小数", 3: "最多三位小数", 4: "最多四位小数"}


def kind_of(column: Column) -> Kind:
    """The kind of a column of a table."""
    name = column.name
    if column.is_day:
        return DAY
    if name in _PLACES:
        places = _PLACES[name]
        form = _MONEY if places == 2 else "General"
        return Kind(form, 14, places, name in _SIGNED)
    return Kind("@", _WIDE.get(name, TEXT.width))


def validation(kind: Kind, at: int) -> dict[str, Any] | None:
    """Excel's check of the cells of column ``at`` from row 2 on; texts have none."""
    if kind is DAY:
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": _FIRST,
            "maximum": _LAST,
            "error_title": "不是日期",
            "error_message": "请填写日期，如 2025-06-03。",
        }
    if kind.places < 0:
        return None
    cell = xl_rowcol_to_cell(1, at)
    least = "" if kind.signed else f",{cell}>=0"
    said = _DECIMALS.get(kind.places, f"最多 {kind.places} 位小数")
    sign = "" if kind.signed else "，不为负"
    return {
        "validate": "custom",
        "value": f"=AND(ISNUMBER({cell}),ROUND({cell},{kind.places})={cell}{least})",
        "error_title": "不是规范的数字",
        "error_message": f"请填写数字（{said}{sign}），不带单位、空格和全角字符。",
    }


def exact_number(text: str, places: int) -> bool:
    """Whether a text may be a number in a cell: it comes back as the same value and form.

    What is refused as text (too many decimals, a point in whole numbers, leading zeros) must not
    become good by being a number.
    """
    whole, _, decimals = text.removeprefix("-").partition(".")
    return (
        fits_excel(text)
        and len(whole) <= _WHOLE
        and len(decimals) <= places
        and (whole == "0" or not whole.startswith("0"))
        and not (text.startswith("-") and not text.strip("-0."))
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """What is written: a number or a text, and whether the text is marked as one (quotePrefix)."""

    value: Decimal | str
    quoted: bool = False


def cell_of(text: str, kind: Kind) -> Cell:
    """The cell of a text in a workbook that comes back to us: the value is kept."""
    if kind.places >= 0 and exact_number(text, kind.places):
        return Cell(Decimal(text))
    if kind is DAY and (number := _day_number(text)):
        return Cell(Decimal(number))
    return Cell(legible(text), is_risky(text))


def _day_number(text: str) -> int:
    """Excel's number of a day; 0 where the text is none that Excel counts right."""
    try:
        number = parse_day(text) + _UNIX
    except ValueError:
        return 0
    first = (_FIRST - date(1970, 1, 1)).days + _UNIX
    return number if number >= first else 0
