"""Whether a row of texts looks like a row of data: asked where it would be lost as none.

Rows above the headings, a second row of headings, a sheet without any: all of these may be titles
and notes, or records that nobody would miss. A look at single cells tells: numbers, dates, and
ids with a digit are values; a row mostly of values is data, and so is one that has something in
each required column, with a value where one belongs. Specification page 4 "Bad input".
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from equivalents.intake.headings import Column

__all__ = ["looks_like_data"]

_NUMBER: Final = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?%?")
_DATE: Final = re.compile(
    r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}(?:[ T]\d.*)?|\d{2,4}年\d{1,2}月(?:\d{1,2}日.*)?"
)
_ID: Final = re.compile(r"(?=\D*\d)[A-Za-z0-9][A-Za-z0-9._/-]*")
_COUNTED: Final = re.compile(r"(\D*?)0*(\d{1,6})(\D*)")


def looks_like_data(row: Sequence[str], known: Mapping[int, Column]) -> bool:
    """Whether a row looks like data of a table with these columns at these positions.

    Args:
        row: its texts, trimmed; shorter than the table where blank at its end.
        known: the columns by position; without any, only what the cells hold is asked.
    """
    cells = {at: unicodedata.normalize("NFKC", text) for at, text in enumerate(row) if text}
    if not cells or _only_counts([*cells.values()]):
        return False
    values = sum(map(_is_value, cells.values()))
    required = [at for at, column in known.items() if column.required]
    if len(cells) >= max(2, (len(required) + 1) // 2) and 2 * values > len(cells):
        return True
    filled = bool(required) and all(at in cells for at in required)
    return filled and any(_fits(cells[at], column) for at, column in known.items() if at in cells)


def _is_value(text: str) -> bool:
    return any(one.fullmatch(text) for one in (_NUMBER, _DATE, _ID))


def _fits(text: str, column: Column) -> bool:
    """Whether a text is a value of the kind of its column; of free texts none tells."""
    if column.kind == "number":
        return _NUMBER.fullmatch(text) is not None
    if column.kind == "day":
        return _DATE.fullmatch(text) is not None or _NUMBER.fullmatch(text) is not None
    return column.kind in ("id", "ids") and _ID.fullmatch(text) is not None


def _only_counts(cells: Sequence[str]) -> bool:
    """Whether a row numbers its columns (``1 2 3``, ``(1) (2)``, ``F001 F002``): no data."""
    found = [_COUNTED.fullmatch(text) for text in cells]
    parts = [(one[1], int(one[2]), one[3]) for one in found if one is not None]
    if len(parts) < max(2, len(cells)) or len({(one[0], one[2]) for one in parts}) > 1:
        return False
    numbers = [number for _, number, _ in parts]
    return numbers == [*range(numbers[0], numbers[0] + len(numbers))] and numbers[0] in (0, 1)
