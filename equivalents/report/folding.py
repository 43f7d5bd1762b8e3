"""Lines of an explanation folded for a screen of 100 columns; a Chinese character takes two.

A line is cut at a space, best behind a comma, and what follows stands below it, further in than
any line begins. So a reader, or a test, gets the whole line back by putting the pieces together
with that space.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from unicodedata import east_asian_width

__all__ = ["CONTINUED", "WIDTH", "folded"]

WIDTH: Final = 100
"""Columns of the screen."""

_WORDS: Final = re.compile(r"( *)([^ ]+)")

CONTINUED: Final = " " * 10
"""What a folded line goes on with."""


def folded(lines: Iterable[str]) -> Iterator[str]:
    """The lines, each at most as wide as the screen where it has a space to be cut at."""
    for line in lines:
        if 2 * len(line) <= WIDTH or _width(line) <= WIDTH:
            yield line
        else:
            yield from _pieces(line)


def _pieces(line: str) -> Iterator[str]:
    words = [spaces + word for spaces, word in _WORDS.findall(line)]
    while words:
        fits = _fitting(words)
        yield "".join(words[:fits])
        words = words[fits:]
        if words:
            # Of two spaces between words one stays with what follows.
            words[0] = CONTINUED + words[0][1:]


def _fitting(words: Sequence[str]) -> int:
    """How many words a piece takes: all that fit, or up to the last mark in its second half."""
    best, width = 1, 0
    for at, word in enumerate(words):
        if at and width > WIDTH // 2 and (words[at - 1][-1] in ",;:" or word.startswith("  [")):
            best = at
        width += _width(word)
        if width > WIDTH:
            return best if best > 1 else max(at, 1)
    return len(words)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(one) in "FW" else 1 for one in text)
