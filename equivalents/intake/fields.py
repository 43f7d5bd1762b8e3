"""The columns of a grid of CSV fields, each made when it is first asked for.

Most files have columns that counting never looks at (record ids, residents of items that do not
wait for each other): those are found with the others and then cost nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from equivalents.intake.columns import AnyColumn, make_column
from equivalents.intake.grid import Grid
from equivalents.intake.words import WordTable

__all__ = ["CODED", "FieldColumns"]

CODED: Final = (
    "institution_id",
    "person_id",
    "item_code",
    "service_date",
    "quantity",
    "service_end_date",
    "resident_group",
    "setting",
    "visit_number",
    "team_id",
    "post_id",
)
"""Columns whose texts come again and again, so that a table of those met is worth keeping."""


class FieldColumns(Mapping[str, AnyColumn]):
    """Known columns of a grid by machine name."""

    def __init__(
        self,
        grid: Grid,
        headings: Sequence[str],
        names: Mapping[str, str],
        tables: Mapping[str, WordTable],
    ) -> None:
        """``names`` has the machine name of each known heading, ``tables`` the texts met so far."""
        self._grid = grid
        self._at = {names[h]: at for at, h in enumerate(headings) if h in names}
        self._tables = tables
        self._made: dict[str, AnyColumn] = {}

    def __getitem__(self, name: str) -> AnyColumn:
        if name not in self._made:
            self._made[name] = self._make(name, self._at[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._at)

    def _make(self, name: str, at: int) -> AnyColumn:
        if name in self._tables:
            words = self._grid.words(at)
            column = None if words is None else self._tables[name].column(words)
            if column is not None:
                return column
        return make_column(self._grid.texts(at), name)
