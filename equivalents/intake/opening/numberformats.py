"""Number formats that show another id than the digits of the number: ``000012`` of 12.

Only formats that matter for ids are known here: those that pad with zeros, and those that add
text or break the digits up. How many decimals, thousands and colours a number is shown with changes
no id. Source: issue "Files as they are", point 2: leading zeros are kept.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from typing import Final, TypeAlias

from equivalents.intake.opening.cellvalues import EXACT, Formatted
from equivalents.intake.opening.xmltags import attributes, tags

__all__ = ["FormatRuns", "Formats", "apply_formats", "formats_of_styles", "matters", "shown"]

Formats: TypeAlias = Mapping[int, Sequence[tuple[int, int, str]]]
"""Runs of rows (first, last, format code) by column, from 1."""

_NUM_FMT: Final = tags("numFmt")
_XFS: Final = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs\s*>", re.DOTALL)
_XF: Final = tags("xf")
_TOKEN: Final = re.compile(r'"([^"]*)"?|\\(.)|[_*].|\[([^\]]*)\]|(.)', re.DOTALL)
_HARMLESS: Final = re.compile(
    r"(?:Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|黑色?|蓝色?|青色?|绿色?|洋红色?|红色?|白色?|黄色?"
    r"|(?:Color|颜色) ?\d+|\$[^-]{0,4}(?:-[0-9A-Fa-f]{1,4})?)",
    re.IGNORECASE,
)
"""Colours, currencies and languages in brackets; conditions and other numerals are none."""
_MONEY: Final = frozenset("¥￥$€£元 +")
_WORDS: Final = re.compile(r"General|AM/PM|A/P", re.IGNORECASE)
_MEANINGLESS: Final = re.compile(r"[cfijklnopqtuvwxz]", re.IGNORECASE)
"""Letters that stand for themselves, which Excel would have put in quotes."""
_PADDED: Final = re.compile(r"#*(0{2,})")


def matters(code: str) -> bool:
    """Whether a number format may show another id than the digits of a number."""
    return _width(code) != 0


@cache
def _width(code: str) -> int:
    """To how many digits a format pads; 0 for one that changes no id, -1 for any other."""
    digits, literal, letters, odd = _first_section(code)
    meant = _WORDS.sub("", letters)
    if meant and not _MEANINGLESS.search(meant):  # a date, a power of ten, a fraction, a text
        return 0
    padded = _PADDED.fullmatch(digits)
    if padded and not (literal or meant or odd):
        return len(padded[1])
    text = "".join(one for one in literal if one not in _MONEY) + meant
    return -1 if text or digits.partition(".")[0].count("0") > 1 else 0


def _first_section(code: str) -> tuple[str, str, str, bool]:
    """Of the first section: places of digits, text, letters with a meaning, odd brackets."""
    digits = literal = letters = ""
    odd = False
    for quoted, escaped, bracket, one in _TOKEN.findall(code):
        if one == ";":
            break
        literal += quoted + escaped
        odd = odd or bool(bracket and not _HARMLESS.fullmatch(bracket))
        if one and one in "0#?,.%":
            digits += one
        elif one.isascii() and (one.isalpha() or one in "@/"):
            letters += one
        else:
            literal += one
    return digits, literal, letters, odd


def shown(value: float, code: str) -> Formatted:
    """A number as its format shows it, if that is sure; else with no text.

    Sections of a format after the first are for numbers below zero, and for zero.
    """
    width = _width(code)
    sure = value > 0 or (value == 0 and code.count(";") < 2)
    if width > 0 and sure and value < EXACT and value == int(value):
        return Formatted(value, str(int(value)).zfill(width), code)
    return Formatted(value, "", code)


def formats_of_styles(styles: bytes) -> dict[bytes, str]:
    """The formats that matter in the part ``styles.xml``, by what cells call them."""
    if b"numFmt " not in styles:
        return {}
    codes = {}
    for tag in _NUM_FMT.findall(styles):
        values = attributes(tag)
        code = unescape(values.get(b"formatCode", b"").decode("utf-8", "replace"))
        if matters(code):
            codes[values.get(b"numFmtId", b"")] = code
    if not codes or (xfs := _XFS.search(styles)) is None:
        return {}
    numbers = (attributes(tag).get(b"numFmtId", b"") for tag in _XF.findall(xfs[0]))
    return {b"%d" % at: codes[one] for at, one in enumerate(numbers) if one in codes}


@dataclass(slots=True)
class FormatRuns:
    """Where cells of formats that matter stand: by column, from 1, runs of rows of one format."""

    runs: dict[int, list[tuple[int, int, str]]] = field(default_factory=dict)

    def add(self, row: int, column: int, code: str) -> None:
        """One cell more; cells come from the top, some of them twice."""
        runs = self.runs.setdefault(column, [])
        if runs:
            first, last, before = runs[-1]
            if row <= last:
                return
            if row == last + 1 and code == before:
                runs[-1] = first, row, code
                return
        runs.append((row, row, code))


def apply_formats(
    chunk: Sequence[list[object]], row: int, runs: Formats, first_column: int
) -> None:
    """Mark the numbers of some rows, the first of them ``row``, whose formats matter."""
    for column, some in runs.items():
        at = column - first_column
        for position, code in _within(some, row, len(chunk)):
            cells = chunk[position]
            if 0 <= at < len(cells) and type(cells[at]) in (float, int):
                cells[at] = shown(float(str(cells[at])), code)


def _within(
    runs: Sequence[tuple[int, int, str]], row: int, count: int
) -> Iterator[tuple[int, str]]:
    """Each row of runs that is among ``count`` rows from ``row`` on: its position and format."""
    for first, last, code in runs:
        for at in range(max(first, row), min(last + 1, row + count)):
            yield at - row, code
