"""UTF-16 noticed by its BOM or by its content: two bytes a character, one of them often zero."""

import codecs
from pathlib import Path
from typing import Final

import numpy as np

__all__ = ["find_wide"]

_HEAD: Final = 1 << 16
"""Bytes at the beginning of a file that are looked at."""
_SENSE: Final = 80
"""Of a hundred characters so many are usual ones in a text that makes sense."""
_USUAL: Final = ((0x20, 0x7E), (0x4E00, 0x9FFF), (0x3000, 0x303F), (0xFF00, 0xFFEF), (0xA0, 0x24F))
"""ASCII, Chinese, its signs, full-width letters, letters of Europe."""


def find_wide(path: Path) -> str:
    """``utf-16-le`` or ``utf-16-be`` where a file is that, else a blank.

    Without a BOM it is where its line ends and most of its characters make sense so: a text of
    one byte a character has no zero bytes, and a binary file makes no sense either way.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return ""
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return name
    if b"\0" not in head:
        return ""
    whole = head[: len(head) // 2 * 2]
    sense = {
        name: _sense(whole, dtype) for name, dtype in (("utf-16-le", "<u2"), ("utf-16-be", ">u2"))
    }
    best = max(sense, key=sense.__getitem__)
    return best if sense[best] >= _SENSE else ""


def _sense(data: bytes, dtype: str) -> int:
    """Of a hundred characters how many are usual ones; 0 where none is plain, or one is zero.

    Two letters of ASCII are a character of Chinese, too, but never a line end.
    """
    letters = np.frombuffer(data, np.dtype(dtype))
    ends = np.count_nonzero((letters == 10) | (letters == 13))
    if not ends or not letters.all() or 100 * np.count_nonzero(letters < 0x80) < letters.size:
        return 0
    usual = (letters == 9) | (letters == 10) | (letters == 13)
    for first, last in _USUAL:
        usual |= (letters >= first) & (letters <= last)
    return 100 * int(np.count_nonzero(usual)) // letters.size
