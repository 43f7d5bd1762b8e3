"""Marks of dirt in a text file: whether its cells need cleaning, found cheaply.

A file of up to :data:`WHOLE` bytes is searched whole. Searching a large one whole would take as
long as reading it, so of that its beginning, its end and pieces between are searched. Where a mark
is not noticed the cell is parsed strictly and its row rejected with the reason; what would be taken
for another id instead is understood as its column is made (:mod:`equivalents.intake.plaintexts`),
and ``E+`` is looked for in the whole file (:func:`equivalents.intake.text.look_at`). Source:
specification page 4 "Bad input".
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

__all__ = ["WHOLE", "find_mark"]

WHOLE: Final = 1 << 22
"""Bytes of a file that is searched whole."""
_ENDS: Final = 1 << 16
"""Bytes searched at the beginning and the end of a larger file."""
_PIECE: Final = 1 << 12
_APART: Final = 1 << 21
"""So many bytes, so far apart, are searched between."""

_SPACED: Final = (" ,", ", ", "\t,", ",\t", " \n", " \r", "\n ", "\n\t", "\t\n", ' "', '" ')
_SIGNS: Final = ("--", ",-,", ",/,", ",—,", ",-\n", ",-\r", ",/\n", ",/\r", '"-"', '"/"', '"—"',
                 "E+", '="', "#N/A", "#REF!", "#VALUE!", "#DIV/0!")  # fmt: skip
_WORDS: Final = ("合计", "小计", "总计", "制表", "填表", "审核人", "打印时间",
                 "\u3000", "\xa0", "\u200b")  # fmt: skip
_WIDE = re.compile("[\uff0e\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
"""Full-width digits, letters and points; other such signs are those of any Chinese sentence."""
_THOUSANDS = re.compile(r'"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"')


def find_mark(path: Path, encoding: str) -> str:
    """The first mark of dirt found in a file, or a blank. ``encoding`` is a codec."""
    for piece in _pieces(path):
        mark = _mark(piece.decode(encoding, "ignore"))
        if mark:
            return mark
    return ""


def _pieces(path: Path) -> Iterator[bytes]:
    """The whole of a small file, parts of a large one; a part may begin within a character."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= WHOLE:
            yield file.read()
            return
        yield file.read(_ENDS)
        for at in range(_APART, size - _ENDS, _APART):
            file.seek(at)
            # From a line on: a piece that begins with the second byte of a character is nonsense.
            yield file.read(_PIECE).partition(b"\n")[2]
        file.seek(size - _ENDS)
        yield file.read().partition(b"\n")[2]


def _mark(text: str) -> str:
    """The first mark in a text."""
    needles: tuple[str, ...] = _SIGNS
    if " " in text or "\t" in text:
        needles += _SPACED
    if not text.isascii():
        needles += _WORDS
        wide = _WIDE.search(text)
        if wide is not None:
            return wide[0]
    found = next((needle for needle in needles if needle in text), "")
    if not found and '"' in text and (thousands := _THOUSANDS.search(text)) is not None:
        found = thousands[0]
    return found
