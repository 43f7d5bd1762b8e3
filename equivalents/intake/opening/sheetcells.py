"""Where the cells of an xlsx sheet lie, found in its XML without a parser.

First a quick look for cells so far away that the rectangle around all cells may be too large;
only then every cell that has content is looked at. Cells that are only formatted take no room.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from equivalents.intake.opening.forms import UNCALCULATED
from equivalents.intake.opening.hiddenparts import HiddenParts
from equivalents.intake.opening.numberformats import FormatRuns
from equivalents.intake.opening.rectangle import Rectangle

__all__ = ["CellScan", "OdsErrors"]

_FAR: Final = re.compile(rb"""r=["']([A-Za-z]{2,}(?=\d)|[A-Za-z]\d{7})""")
_CELL: Final = re.compile(
    rb"""<(?:\w+:)?c\s[^>]*?\br\s*=\s*["']([A-Za-z]{1,9})(\d{1,18})["'](?:[^>]*[^/>])?>"""
)
_REFERENCE: Final = 10
"""How far behind the ``r`` of ``r="A1000000"`` the last digit stands."""
_ERROR: Final = re.compile(
    rb"""<(?:\w+:)?c\s([^>]*\bt\s*=\s*["']e["'][^>]*)>"""
    rb"""(?:(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>([^<]{1,20})</v>)?"""
)
_SHOWN_ERROR: Final = re.compile(rb">(#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:\d{3})<")
_FORMULA: Final = re.compile(
    rb"""<(?:\w+:)?c(\s[^>]*)?>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"""
    rb"""(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"""
)
"""A formula with no result, or with a blank one: which it is, the type of the cell says."""
_PLACE: Final = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,9})["']""")
_ERROR_TYPE: Final = re.compile(rb"""\bt\s*=\s*["']e["']""")
_BLANK_TEXT: Final = re.compile(rb"""\bt\s*=\s*["']str["']""")
_STYLED: Final = re.compile(rb"""<(?:\w+:)?c\s([^>]*\bs\s*=[^>]*[^/>])>""")
_STYLE: Final = re.compile(rb"""\bs\s*=\s*["'](\d+)["']""")
_TEXT_TYPE: Final = re.compile(rb"""\bt\s*=\s*["'](?:s|str|inlineStr|b|e)["']""")
_SHOWN_PADDED: Final = re.compile(
    rb"""office:value-type="(?:float|percentage|currency)"[^>]*>\s*<text:p[^>]*>-?(0\d[^<]{0,40})<"""
)
_LONGEST_FORMULA: Final = 1 << 15
_OVERLAP: Final = 256
_ROWS: Final = 1 << 20


@dataclass(slots=True)
class CellScan:
    """The quick look at one sheet, piece by piece, and the exact one after it."""

    styles: Mapping[bytes, str] = field(default_factory=dict)
    """Number formats that matter, by what cells call them; mostly there are none."""
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    """Cells like ``#DIV/0!`` by row and column, from 1, also formulas whose result was not saved:
    the parser gives them as blank."""
    first: str = ""
    """The first of them that does not say where it stands."""
    formats: FormatRuns = field(default_factory=FormatRuns)
    """Where cells of these formats stand."""
    padded: str = ""
    """The format of the first of these cells that does not say where it stands."""
    hidden: HiddenParts = field(default_factory=HiddenParts)
    _columns: set[bytes] = field(default_factory=set)
    _far_down: bool = False
    _tail: bytes = b""

    def see(self, piece: bytes) -> None:
        """Look at the next piece."""
        seen = self._tail + piece
        if b't="e"' in seen or _holds(seen, b"'", b"t='e'"):
            for attributes, text in _ERROR.findall(seen):
                self._note(attributes, text.decode("utf-8", "replace") or "#ERROR!")
        if _holds(seen, b"f", b"<f") or _holds(seen, b":", b":f"):
            self._note_formulas(seen)
        if _holds(seen, b"h", b"hidden"):
            self.hidden.see(seen)
        if self.styles:
            self._note_formats(seen)
        for found in set(_FAR.findall(seen)) if self._columns or _may_be_far(seen) else ():
            if found[1:].isdigit():
                self._far_down = True
            else:
                self._columns.add(found)
        self._tail = seen[-max(_OVERLAP, _open_cell(seen)) :]

    def _note_formulas(self, seen: bytes) -> None:
        """Formulas without a result; one whose result is a blank text says so."""
        for attributes in _FORMULA.findall(seen):
            if _BLANK_TEXT.search(attributes) is None and _ERROR_TYPE.search(attributes) is None:
                self._note(attributes, UNCALCULATED)

    def _note_formats(self, seen: bytes) -> None:
        """Cells of formats that matter, but for those that hold texts."""
        for attributes in _STYLED.findall(seen):
            style = _STYLE.search(attributes)
            code = self.styles.get(style[1]) if style is not None else None
            if code is None or _TEXT_TYPE.search(attributes) is not None:
                continue
            place = _PLACE.search(attributes)
            if place is None:
                self.padded = self.padded or code
            else:
                self.formats.add(int(place[2]), _column_number(place[1]), code)

    def _note(self, attributes: bytes, text: str) -> None:
        """A cell whose value the parser leaves out; the place is among its attributes."""
        place = _PLACE.search(attributes)
        if place is None:
            self.first = self.first or text
        else:
            self.errors[int(place[2]), _column_number(place[1])] = text

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


def _holds(seen: bytes, letter: bytes, part: bytes) -> bool:
    """Whether a part stands there; a letter of it that sheets seldom have is looked for first.

    One byte is found ten times as fast as several, and most sheets have no such letter.
    """
    return letter in seen and part in seen


def _open_cell(seen: bytes) -> int:
    """How many bytes at the end belong to a formula that is not whole yet; 0 for none."""
    least = len(seen) - _LONGEST_FORMULA
    start = max(least, 0)
    begin = max(seen.rfind(b"<f", start), seen.rfind(b":f", start), least)
    if begin < 0 or seen.find(b"c>", begin) >= 0:
        return 0
    return min(len(seen) - begin + _OVERLAP, _LONGEST_FORMULA)


def _may_be_far(seen: bytes) -> bool:
    """Whether ``_FAR`` may be found: all references are looked at at once, a cell costs little."""
    import numpy as np

    # Beyond the end stand zeros, which count as digits: too much is found then, never too little.
    byte = np.frombuffer(seen + b"0" * _REFERENCE, np.uint8)
    count = len(seen)
    at = np.flatnonzero((byte[:count] == ord("r")) & (byte[1 : count + 1] == ord("=")))
    second, last = byte[at + _REFERENCE - 6], byte[at + _REFERENCE]
    digits = (second <= ord("9")) & (last >= ord("0")) & (last <= ord("9"))
    return bool(((second > ord("9")) | digits).any())


def _column_number(letters: bytes) -> int:
    """1 of ``A``, 27 of ``AA``."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


@dataclass(slots=True)
class OdsErrors:
    """The first error value that an ods shows, like ``#DIV/0!``; its parser gives blanks or zeros.

    Where it stands is not known, as cells and rows may be repeated.
    """

    first: str = ""
    padded: str = ""
    """The first number that is shown with leading zeros."""
    _tail: bytes = b""

    def see(self, piece: bytes) -> None:
        """Look at the next piece."""
        if not self.padded and (number := _SHOWN_PADDED.search(self._tail + piece)):
            self.padded = number[1].decode("utf-8", "replace")
        if not self.first and (found := _SHOWN_ERROR.search(self._tail + piece)):
            self.first = found[1].decode("ascii")
        self._tail = (self._tail + piece)[-_OVERLAP:]
