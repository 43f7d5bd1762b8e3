"""Rows and columns of an xlsx sheet that are hidden, as a filter does: read as any, but told.

Source: issue "Files as they are": nothing is guessed in silence; who sees a filtered sheet may not
know that all of it counts.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["HiddenParts", "column_letters"]

_ROW: Final = re.compile(rb"<(?:\w+:)?row\s([^>]*\bhidden\s*=[^>]*[^/>])>\s*<(?:\w+:)?c\b")
_COLUMN: Final = re.compile(rb"<(?:\w+:)?col\s([^>]*\bhidden\s*=[^>]*)>")
_IS_HIDDEN: Final = re.compile(rb"""\bhidden\s*=\s*["'](?:1|true)["']""")
_NUMBER: Final = re.compile(rb"""\b(r|min|max)\s*=\s*["'](\d{1,9})["']""")


@dataclass(slots=True)
class HiddenParts:
    """Hidden rows with cells: how many, the first and the last; hidden columns by number."""

    rows: int = 0
    first: int = 0
    last: int = 0
    columns: list[tuple[int, int]] = field(default_factory=list)

    def see(self, seen: bytes) -> None:
        """Look at a piece of a sheet that overlaps with the one before."""
        for attributes in _ROW.findall(seen):
            number = dict(_NUMBER.findall(attributes)).get(b"r")
            if number is not None and int(number) > self.last and _IS_HIDDEN.search(attributes):
                self.rows += 1
                self.last = int(number)
                self.first = self.first or self.last
        for attributes in _COLUMN.findall(seen):
            numbers = dict(_NUMBER.findall(attributes))
            span = int(numbers.get(b"min", 0)), int(numbers.get(b"max", 0))
            if _IS_HIDDEN.search(attributes) and span not in self.columns:
                self.columns.append(span)

    def within(self, first: int, last: int) -> dict[str, Any]:
        """What is told of a sheet whose cells lie in these columns; nothing where all is shown."""
        told: dict[str, Any] = {}
        if self.rows:
            told |= {"hidden_rows": self.rows, "hidden_row": self.first}
        columns = [
            column_letters(at)
            for begin, end in self.columns
            for at in range(max(begin, first), min(end, last) + 1)
        ]
        return told | ({"hidden_columns": columns} if columns else {})


def column_letters(number: int) -> str:
    """``A`` of 1, ``AA`` of 27."""
    letters = ""
    while number:
        number, at = divmod(number - 1, 26)
        letters = chr(ord("A") + at) + letters
    return letters
