"""Texts in what people open: nothing that came from a file may be taken for a formula.

A text cell of ours is never a formula, but people copy it, or save the sheet as CSV and open that
again: then a text that begins with ``=``, ``+``, ``-``, ``@`` or a control character is run by the
spreadsheet. Reports put an apostrophe before it (:func:`neutral`). Workbooks that come back to us
keep the value and mark the cell as text (:func:`is_risky`: Excel's ``quotePrefix``). Numbers stay
numbers, and CSV, JSON and Parquet are for programs and stay as they are. Source: page 4, safety.
"""

import re
import unicodedata
from typing import Final

__all__ = ["LONGEST_CELL", "fits_excel", "is_risky", "legible", "neutral", "printable"]

LONGEST_CELL: Final = 32_767
"""Characters of a cell that Excel takes, in units of UTF-16."""

_STARTS: Final = frozenset("=+-@＝＋－＠")
"""What begins a formula; spreadsheets in Chinese and Japanese take the full-width ones, too."""
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML has no way to write."""
_CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal obeys instead of showing it: escapes, and marks that turn the writing around."""
_REPLACED: Final = "\ufffd"
_CUT: Final = "…"
_DIGITS: Final = 15
_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)


def is_risky(text: str) -> bool:
    """Whether a text begins like a formula, or with a control character."""
    return bool(text) and (text[0] in _STARTS or unicodedata.category(text[0]) == "Cc")


def legible(text: str) -> str:
    """The text as a workbook can hold it: what XML forbids is U+FFFD, what is too long is cut."""
    kept = text if text.isprintable() else _FORBIDDEN.sub(_REPLACED, text)
    if 2 * len(kept) <= LONGEST_CELL:
        return kept
    units = kept.encode("utf-16-le")
    if len(units) <= 2 * LONGEST_CELL:
        return kept
    # Half a character at the cut is left out.
    return units[: 2 * (LONGEST_CELL - 1)].decode("utf-16-le", "ignore") + _CUT


def neutral(text: str) -> str:
    """The text as a report shows it: with an apostrophe before what could be taken for a formula.

    >>> neutral("=1+1"), neutral("李二")
    ("'=1+1", '李二')
    """
    if is_risky(text):
        return legible(f"'{text}")
    return legible(text)


def printable(text: str) -> str:
    """The text as a terminal may be given it: what it would obey is U+FFFD; lines stay lines.

    >>> printable("李\\x1b[2J二")
    '李�[2J二'
    """
    return text if text.isprintable() else _CONTROL.sub(_REPLACED, text)


def fits_excel(text: str) -> bool:
    """Whether a text is a plain decimal number that Excel keeps to the last digit."""
    if not _NUMBER.fullmatch(text):
        return False
    return len(text.replace("-", "").replace(".", "").strip("0")) <= _DIGITS
