"""What was understood of a table, as data: told before it is used.

Counts are true counts; of rows left out the first are listed. Source: specification page 4 "Bad
input", rule A10: nothing is dropped or guessed in silence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from equivalents.errors import Place, Problem
from equivalents.intake.opening.cells import Meant
from equivalents.intake.opening.datarows import LeftOut
from equivalents.intake.opening.forms import FORMS
from equivalents.intake.opening.shape import Shape
from equivalents.reasons import BOTH
from equivalents.units import Codes, Int64

__all__ = ["LISTED", "Understood", "WHY_LEFT_OUT"]

LISTED: Final = 200
"""Rows left out that are listed; all are counted."""

WHY_LEFT_OUT: Final = {
    "heading": "重复的标题行¦the headings again",
    "total": "合计行¦a total",
    "note": "签名、说明行¦a signature or note",
}
"""What a row is that was left out, in both languages."""


@dataclass(slots=True)
class _FormSeen:
    """How often a form was met in a column, and the first example."""

    count: int
    row: int
    example: str
    read_as: str


@dataclass(slots=True)
class Understood:
    """What is known of a table so far; ``origin`` is what its opener knows (kind, encoding, ...).

    ``numbers`` are the row numbers of the rows down to the headings.
    """

    shape: Shape
    origin: Mapping[str, Any]
    numbers: Sequence[int]
    rows: int = 0
    blank_rows: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    left_out_count: int = 0
    outside: int = 0
    outside_row: int = 0
    forms: dict[tuple[str, str], _FormSeen] = field(default_factory=dict)

    def leave_out(self, rows: Sequence[LeftOut]) -> None:
        """Note rows that were left out."""
        self.left_out_count += len(rows)
        self.left_out.extend(rows[: LISTED - len(self.left_out)])

    def note_forms(self, heading: str, meant: Meant, code: Codes, row: Int64) -> None:
        """Count the forms of a column's cells; ``code`` and ``row`` are those of rows of data."""
        if not meant.form.any():
            return
        counts = np.bincount(meant.form[code], minlength=len(FORMS))
        for form in np.flatnonzero(counts[1:]) + 1:
            name = FORMS[form].name
            seen = self.forms.get((heading, name))
            if seen is not None:
                seen.count += int(counts[form])
                continue
            at = int(np.argmax(meant.form[code] == form))
            text = meant.text[int(code[at])].as_py()
            raw = meant.raw[int(code[at])].as_py()
            shown = text if raw is None else raw
            self.forms[heading, name] = _FormSeen(int(counts[form]), int(row[at]), shown, text)

    @property
    def heading_row(self) -> int:
        """The number of the lowest row of headings."""
        return self.numbers[-1]

    def as_json(self) -> dict[str, Any]:
        """All of it as data for JSON."""
        shape = self.shape
        return {
            **self.origin,
            "table": shape.sheet.name,
            "table_title": shape.sheet.title,
            "rows_above": [[self.numbers[at], text] for at, text in shape.above],
            "heading_row": self.heading_row,
            "heading_rows": shape.rows,
            "columns": [
                {
                    "title": " ".join(heading.title.split()),
                    "as": heading.column.name if heading.column else "",
                    "heading": heading.column.heading if heading.column else "",
                    "kind": heading.column.kind if heading.column else "",
                    "near": heading.proposal,
                }
                for heading in shape.headings
                if heading.title
            ],
            "rows": self.rows,
            "blank_rows": self.blank_rows,
            "left_out_count": self.left_out_count,
            "left_out": [list(one) for one in self.left_out],
            "outside_headings": self.outside,
            "forms": [
                {
                    "column": heading,
                    "form": name,
                    "count": seen.count,
                    "row": seen.row,
                    "example": seen.example[:60],
                    "read_as": seen.read_as[:60],
                }
                for (heading, name), seen in self.forms.items()
            ],
        }

    def problems(self) -> list[dict[str, Any]]:
        """What is to be told, as data: code, row, column, value and facts of each problem."""
        return [_as_data(problem) for problem in self._problems()]

    def _problems(self) -> Iterator[Problem]:
        place = Place(row=self.heading_row)
        for column, titles in self.shape.twice:
            facts = {"column": f"{column.heading}{BOTH}{column.name}", "other": ", ".join(titles)}
            yield Problem("COLUMN_TWICE", place, column.name, facts)
        for row, why, text in self.left_out:
            yield Problem("ROW_LEFT_OUT", Place(row=row), text, {"detail": WHY_LEFT_OUT[why]})
        if self.left_out_count > len(self.left_out):
            count = str(self.left_out_count)
            yield Problem("ROWS_LEFT_OUT", Place(), count, {"listed": str(len(self.left_out))})
        if rows := self.origin.get("hidden_rows"):
            yield Problem("ROWS_HIDDEN", Place(row=self.origin["hidden_row"]), str(rows))
        if columns := self.origin.get("hidden_columns"):
            yield Problem("COLUMNS_HIDDEN", Place(), ", ".join(columns))
        if self.outside:
            yield Problem("VALUE_OUTSIDE", Place(row=self.outside_row), str(self.outside))
        names = {form.name: f"{form.zh}{BOTH}{form.en}" for form in FORMS}
        for (heading, name), seen in self.forms.items():
            facts = {
                "column": heading,
                "detail": names[name],
                "count": str(seen.count),
                "example": seen.example[:60],
                "read_as": seen.read_as[:60],
            }
            yield Problem("CELLS_UNDERSTOOD", Place("", "", seen.row, heading), seen.example, facts)


def _as_data(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "row": problem.place.row,
        "column": problem.place.column,
        "value": problem.value,
        "facts": dict(problem.facts),
    }
