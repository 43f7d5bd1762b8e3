"""Where the cells of an xlsx sheet lie, found in its XML without a parser.

First a quick look for cells so far away that the rectangle around all cells may be too large;
only then every cell that has content is looked at. Cells that are only formatted take no room.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Final

from equivalents.intake.opening.zipdir import Member, ZipFaultError, pieces
from equivalents.reasons import BOTH

__all__ = ["CellScan", "Rectangle", "column_letters", "sheet_titles"]

_FAR: Final = re.compile(rb"""r=["']([A-Za-z]{2,}(?=\d)|[A-Za-z]\d{7})""")
_CELL: Final = re.compile(
    rb"""<(?:\w+:)?c\s[^>]*?\br\s*=\s*["']([A-Za-z]{1,9})(\d{1,18})["'](?:[^>]*[^/>])?>"""
)
_ERROR: Final = re.compile(
    rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Za-z]{1,3})(\d{1,9})["'][^>]*?\bt=["']e["'][^>]*>"""
    rb"""(?:(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>([^<]{1,20})</v>)?"""
)
_OVERLAP: Final = 256
_ROWS: Final = 1 << 20
_LIST: Final = 16
_SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_LINK: Final = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE: Final = re.compile(rb"""([\w:]+)\s*=\s*["']([^"']*)["']""")


@dataclass(frozen=True, slots=True)
class Rectangle:
    """The smallest range with all cells: rows and columns, from 1, both ends inside."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int

    @property
    def cells(self) -> int:
        """How many cells it has, blank ones included."""
        rows = self.last_row - self.first_row + 1
        return rows * (self.last_column - self.first_column + 1)

    @property
    def words(self) -> str:
        """What a sentence says after the number of cells, in both languages."""
        first = f"{column_letters(self.first_column)}{self.first_row}"
        last = f"{column_letters(self.last_column)}{self.last_row}"
        return f"个单元格（{first} 到 {last}）{BOTH}cells from {first} to {last}"


@dataclass(slots=True)
class CellScan:
    """The quick look at one sheet, piece by piece, and the exact one after it."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    """Cells like ``#DIV/0!`` by row and column, from 1: the parser gives them as blank."""
    _columns: set[bytes] = field(default_factory=set)
    _far_down: bool = False
    _tail: bytes = b""

    def see(self, piece: bytes) -> None:
        """Look at the next piece."""
        seen = self._tail + piece
        if b't="e"' in seen:
            for column, row, text in _ERROR.findall(seen):
                place = int(row), _column_number(column)
                self.errors[place] = text.decode("utf-8", "replace") or "#ERROR!"
        for found in set(_FAR.findall(seen)):
            if found[1:].isdigit():
                self._far_down = True
            else:
                self._columns.add(found)
        self._tail = piece[-_OVERLAP:]

    def may_exceed(self, cells: int) -> bool:
        """Whether the rectangle may have more than ``cells``."""
        last = max((_column_number(one) for one in self._columns), default=26)
        return self._far_down or last * _ROWS > cells

    def rectangle(self, unpacked: Iterator[bytes]) -> Rectangle | None:
        """The rectangle around the cells with content of the whole sheet, or none."""
        rows: set[bytes] = set()
        columns: set[bytes] = set()
        least, most, tail = 0, 0, b""
        for piece in unpacked:
            found = _CELL.findall(tail + piece)
            tail = piece[-_OVERLAP:]
            if found:
                columns.update(column for column, _ in found)
                rows = {row for _, row in found}
                numbers = [int(row) for row in rows]
                least = min(least or min(numbers), *numbers)
                most = max(most, *numbers)
        if not columns:
            return None
        numbers = [_column_number(one) for one in columns]
        return Rectangle(least, most, min(numbers), max(numbers))


def _column_number(letters: bytes) -> int:
    """1 of ``A``, 27 of ``AA``."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def column_letters(number: int) -> str:
    """``A`` of 1, ``AA`` of 27."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sheet_titles(path: Path, members: Sequence[Member]) -> dict[str, str]:
    """The title of each sheet by the part that holds it: xlsx and xlsm; of others the part."""
    by_name = {one.name: one for one in members}
    sheets = {
        name: name.rpartition("/")[2] for name in by_name if name.startswith("xl/worksheets/sheet")
    }
    book = _start(path, by_name.get("xl/workbook.xml"))
    links = _start(path, by_name.get("xl/_rels/workbook.xml.rels"))
    targets = {}
    for tag in _LINK.findall(links):
        values = _attributes(tag)
        target = values.get("Target", "").removeprefix("/xl/")
        targets[values.get("Id", "")] = f"xl/{target}"
    for tag in _SHEET.findall(book):
        values = _attributes(tag)
        link = next((value for key, value in values.items() if key.endswith(":id")), "")
        if targets.get(link, "") in by_name:
            sheets[targets[link]] = unescape(values.get("name", "")) or targets[link]
    return sheets


def _attributes(tag: bytes) -> dict[str, str]:
    return {
        key.decode("utf-8", "replace"): value.decode("utf-8", "replace")
        for key, value in _ATTRIBUTE.findall(tag)
    }


def _start(path: Path, member: Member | None) -> bytes:
    """The first mebibytes of a part, or nothing."""
    if member is None:
        return b""
    found = []
    try:
        with path.open("rb") as file:
            for piece in pieces(file, member):
                found.append(piece)
                if len(found) == _LIST:
                    break
    except ZipFaultError:
        pass
    return b"".join(found)
