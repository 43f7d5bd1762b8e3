"""The range around the cells of a sheet, which a parser sets up whole."""

from dataclasses import dataclass

from equivalents.reasons import BOTH

__all__ = ["Rectangle", "column_letters"]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """The smallest range with all cells: rows and columns, from 1, both ends inside."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int

    @property
    def cells(self) -> int:
        """How many cells it has, blank ones included."""
        rows = self.last_row - self.first_row + 1
        return rows * (self.last_column - self.first_column + 1)

    @property
    def words(self) -> str:
        """What a sentence says after the number of cells, in both languages."""
        first = f"{column_letters(self.first_column)}{self.first_row}"
        last = f"{column_letters(self.last_column)}{self.last_row}"
        return f"个单元格（{first} 到 {last}）{BOTH}cells from {first} to {last}"


def column_letters(number: int) -> str:
    """``A`` of 1, ``AA`` of 27."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
