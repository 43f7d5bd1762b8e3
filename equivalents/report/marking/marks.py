"""Which cells of which page are wrong: collected problem by problem, looked up row by row.

A file may be at fault in every row, so a mark is three small numbers; only the first comments of a
page are kept. What is wrong with a whole row is marked in its first cell, what is wrong with a
whole file at its headings.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from equivalents.errors import Problem
from equivalents.intake.pages import Page
from equivalents.report.template.lists import LAST_ROW
from equivalents.units import Int64

__all__ = ["COMMENTS", "Marks", "RowMarks", "Rows"]

COMMENTS: Final = 2_000
"""Cells of a page that get a comment; spreadsheets become slow with more. All are coloured."""
_TEXTS: Final = 5
"""Reasons that one comment tells."""
_RANK: Final = {"error": 2, "warning": 1, "note": 0}

RowMarks = dict[int, int]
"""By position of the column: 2 where an error is, 1 a warning."""


class Marks:
    """The marks of one page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._place = {title: at for at, title in enumerate(page.titles)}
        self._place |= {title.strip(): at for at, title in enumerate(page.titles)}
        self._place |= {name: at for at, name in page.names.items()}
        self._row, self._column, self._rank = array("q"), array("i"), array("b")
        self.comments: dict[tuple[int, int], list[str]] = {}

    def add(self, problem: Problem, text: str) -> tuple[int, int]:
        """Mark a problem; the row (as the page numbers it, 0: its headings) and the column."""
        page, place = self._page, problem.place
        column = self._place.get(place.column, 0)
        row = place.row
        if page.header_row and (not row or (not page.offset and row == page.header_row)):
            row = 0
        elif not row:
            row = page.before[0][0] if page.before else 1
        if row == 0 and not place.column:
            column = self._place.get(problem.value, 0)  # a heading that is none of ours
        rank = _RANK[problem.severity]
        if rank:
            self._row.append(row)
            self._column.append(column)
            self._rank.append(rank)
            self._comment((row, column), text)
        return row, column

    def _comment(self, at: tuple[int, int], text: str) -> None:
        if at in self.comments or len(self.comments) < COMMENTS:
            texts = self.comments.setdefault(at, [])
            if len(texts) < _TEXTS and text not in texts:
                texts.append(text)

    def __len__(self) -> int:
        return len(self._row)

    def rows(self) -> Int64:
        """The marked rows, ascending, each once."""
        found = np.frombuffer(self._row, np.int64) if self._row else np.zeros(0, np.int64)
        found = np.sort(found)
        kept: Int64 = found[np.diff(found, prepend=-1) != 0]
        return kept

    def by_row(self) -> Iterator[tuple[int, RowMarks]]:
        """The marked rows, ascending, each with its columns and how bad they are."""
        rows = np.array(self._row, np.int64)
        order = np.argsort(rows, kind="stable").tolist()
        row, marks = -1, RowMarks()
        for at in order:
            if self._row[at] != row:
                if marks:
                    yield row, marks
                row, marks = self._row[at], RowMarks()
            column, rank = self._column[at], self._rank[at]
            marks[column] = max(marks.get(column, 0), rank)
        if marks:
            yield row, marks


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows of a page stand in its sheet, and where.

    All rows up to ``last`` (sheet rows) stand at their own number. Where the page has more than a
    sheet takes, ``behind`` are the rows at fault beyond, ascending, which stand behind it.
    """

    offset: int
    last: int
    behind: Sequence[int] = field(default_factory=tuple)

    @classmethod
    def of(cls, page: Page, marked: Int64, most: int = 0) -> "Rows":
        """The rows of a page whose rows ``marked`` are at fault: these always stand there."""
        most = most or LAST_ROW
        at = marked + page.offset
        last = most
        while (more := most - int((at > last).sum())) < last:
            last = max(more, page.header_row)
            if last == page.header_row:
                break
        room = most - last
        return cls(page.offset, last, marked[at > last][:room].tolist())

    def find(self, row: int) -> int:
        """The sheet row of a row, 0 where it has none."""
        at = row + self.offset
        if at <= self.last:
            return at
        place = int(np.searchsorted(self.behind, row)) if len(self.behind) else 0
        stands = place < len(self.behind) and self.behind[place] == row
        return self.last + 1 + place if stands else 0
