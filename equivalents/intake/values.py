"""Dates and quantities of records: strictly parsed, and what is wrong with those that are not.

Faults are small codes beside the values, so that a column of good values is tested at once and
only a faulty one is looked at record by record. Source: definition 5.8, 5.21.
"""

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.intake.columns import NULL_NUMBER, Distinct, NumberColumn
from equivalents.policy.calendar import LAST_DAY, parse_day
from equivalents.policy.daytext import Times, day_text
from equivalents.policy.posts import Codes
from equivalents.units import (
    QUANTITY_LIMIT_E3,
    QUANTITY_PLACES,
    Int64,
    NumberFaultError,
    parse_fixed,
)

__all__ = [
    "BAD_DAY",
    "BLANK_DAY",
    "FINE",
    "INVALID",
    "MISSING",
    "RANGE",
    "number_kinds",
    "parse_days",
    "parse_days_of_times",
    "parse_quantities",
]

BAD_DAY: Final = LAST_DAY + 1
"""Stands for a text that is no date."""
BLANK_DAY: Final = LAST_DAY + 2
"""Stands for a blank date."""
FINE: Final = 0
"""A quantity without fault."""
MISSING: Final = 1
"""A blank quantity."""
INVALID: Final = 2
"""A text that is no plain decimal with at most three places."""
RANGE: Final = 3
"""A quantity of 0, or beyond the limit."""


def parse_days(distinct: Distinct) -> Codes:
    """Day numbers of distinct texts, :data:`BAD_DAY` and :data:`BLANK_DAY` among them."""
    return np.array([_day(text) for text in distinct.texts()], np.int32)


def parse_days_of_times(distinct: Distinct) -> Codes:
    """The same where a time part is left out, as declared."""
    return np.array([_day(text, Times.TRUNCATE) for text in distinct.texts()], np.int32)


def _day(text: str, times: Times = Times.REFUSE) -> int:
    if not text:
        return BLANK_DAY
    try:
        return parse_day(day_text(text, times))
    except ValueError:
        return BAD_DAY


def number_kinds(column: NumberColumn) -> npt.NDArray[np.int8] | None:
    """What is wrong with the numbers of a typed column; ``None`` when nothing is."""
    value = column.value_e3
    least, most = value.min(initial=1), value.max(initial=1)
    if least > 0 and most < QUANTITY_LIMIT_E3 and not column.places_lost.any():
        return None
    # Not by absolute value: that of the mark for "missing" is negative in two's complement.
    out = (value == 0) | (value >= QUANTITY_LIMIT_E3) | (value <= -QUANTITY_LIMIT_E3)
    if not (out.any() or column.places_lost.any()):
        return None
    kind = np.where(column.places_lost, np.int8(INVALID), np.int8(FINE))
    kind[value == NULL_NUMBER] = MISSING
    kind[out & (kind == FINE)] = RANGE
    return kind


def parse_quantities(distinct: Distinct) -> tuple[Int64, npt.NDArray[np.int8]]:
    """Thousandths of distinct texts, and the kind of fault of each."""
    parsed = [_quantity(text) for text in distinct.texts()]
    values = np.array([number for number, _ in parsed], np.int64)
    return values, np.array([kind for _, kind in parsed], np.int8)


@lru_cache(maxsize=1 << 16)
def _quantity(text: str) -> tuple[int, int]:
    if not text:
        return 0, MISSING
    try:
        value = parse_fixed(text, QUANTITY_PLACES, signed=True)
    except NumberFaultError as fault:
        return 0, RANGE if fault.kind == "range" else INVALID
    out = value == 0 or abs(value) >= QUANTITY_LIMIT_E3
    return (0, RANGE) if out else (value, FINE)
