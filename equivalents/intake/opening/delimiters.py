"""What parts the values of a row: found by consistency, or refused where that is open.

A sign parts the columns where most rows have the same number of values by it, or where its values
are headings that we know. Two signs that do so equally well leave it open, and then nothing is
guessed. Sources: rule A10; specification page 4 "Bad input".
"""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.encodings import DELIMITERS
from equivalents.intake.headings import TABLES
from equivalents.intake.opening.headingtexts import alike, keys_of

__all__ = ["find_delimiter", "known_headings", "plain_headings"]

_ROWS: Final = 200
"""Rows at the beginning of a file that are looked at."""
_TITLES: Final = 30
"""Rows among which the headings stand."""
_MOST: Final = 60
"""Of a hundred rows so many have the same number of values where a sign parts the columns."""


@dataclass(frozen=True, slots=True)
class _Parting:
    """How a sign parts the first rows of a file."""

    sign: str
    known: int
    """Headings that we know in the row that has most of them."""
    whole: bool
    """Whether no value holds a single quote mark: then it stands within quotes."""
    alike: int
    """Of a hundred rows how many have the usual number of values."""
    width: int
    """The usual number of values."""

    @property
    def rank(self) -> tuple[int, bool, int]:
        """What makes one sign better than another."""
        return self.known, self.whole, self.alike


def known_headings(cells: Sequence[str]) -> int:
    """How many cells are headings of our tables, by either name."""
    return sum(cell.strip("\ufeff \u3000") in _HEADINGS for cell in cells)


def plain_headings(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of some rows has all the headings, each written as we write it.

    Otherwise they are to be understood first: ``数量(次)``, a ``*``, a second row of headings,
    headings that come again.
    """
    if not rows:
        return False
    first, *others = rows
    meant = _meant(first)
    if any(at not in _HEADINGS for at in meant.values()):
        return False
    blank = {at for at in range(max(map(len, rows))) if not "".join(first[at : at + 1]).strip()}
    for number, row in enumerate(others):
        again = _meant(row)
        if len(again) > 1 or len(again) > len(meant) or (number == 0 and blank & set(again)):
            return False
    return True


def _meant(cells: Sequence[str]) -> dict[int, str]:
    """The cells that are ways of writing a heading of ours, by position."""
    return {at: cell for at, cell in enumerate(cells) if not _ALIKE.isdisjoint(keys_of([cell]))}


_HEADINGS: Final = frozenset(heading for sheet in TABLES.values() for heading in sheet.lookup())
_ALIKE: Final = frozenset(map(alike, _HEADINGS))


def find_delimiter(lines: Sequence[str], place: Place) -> str:
    """The sign that parts the values in the first lines of a file; a comma where none does.

    Raises:
        DataError: ``FILE_DELIMITER_DOUBT`` where two signs part them equally well.
    """
    tried = [one for sign in DELIMITERS if (one := _part(lines, sign)) is not None]
    if not tried:
        return ","
    best = max(one.rank for one in tried)
    first = [one.sign for one in tried if one.rank == best]
    if len(first) > 1:
        raise DataError(
            [
                Problem(
                    "FILE_DELIMITER_DOUBT",
                    place,
                    ", ".join(DELIMITERS[sign] for sign in first),
                    {"allowed": ", ".join(DELIMITERS.values())},
                )
            ]
        )
    return first[0]


def _part(lines: Sequence[str], sign: str) -> _Parting | None:
    """How a sign parts lines, or ``None`` where it does not part them at all."""
    rows = []
    try:
        for row in csv.reader(lines, delimiter=sign):
            if any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) == _ROWS:
                break
    except csv.Error:
        # What was read so far tells enough; reading all of it will name the row.
        pass
    widths = Counter(map(len, rows))
    if not widths or max(widths) < 2:
        return None
    width, count = max(widths.items(), key=lambda one: (one[0] > 1, one[1], one[0]))
    known = max(map(known_headings, rows[:_TITLES]))
    alike = 100 * count // len(rows)
    whole = not any(cell.count('"') % 2 for row in rows for cell in row)
    return _Parting(sign, known, whole, alike, width) if known > 1 or alike >= _MOST else None
