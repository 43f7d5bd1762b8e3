"""Collecting everything that is wrong before saying anything; rows that know their place.

A clerk corrects a file once when all its faults are listed at once, and many times when the
program stops at the first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

from equivalents.codes import Coded
from equivalents.errors import DataError, Place, Problem, hint, near
from equivalents.reasons import BOTH

__all__ = ["Findings", "Places", "Row", "Table", "hint", "near", "said"]


@dataclass(slots=True)
class Findings:
    """All problems found so far, errors and warnings."""

    problems: list[Problem] = field(default_factory=list)
    refused: set[Place] = field(default_factory=set)
    """Cells, or whole rows, that are told already: what else is wrong there only follows."""

    def add(self, code: str, place: Place, value: str = "", **facts: str) -> None:
        """Note one problem, unless its cell or its row was refused."""
        if self.refused and (place in self.refused or place.at("") in self.refused):
            return
        self.problems.append(Problem(code, place, value, facts))

    def add_choice(self, place: Place, value: str, allowed: Sequence[str]) -> None:
        """Note a value that is none of those allowed (``CHOICE_INVALID``)."""
        facts = {"near": near(value, allowed), "allowed": ", ".join(allowed)}
        self.add("CHOICE_INVALID", place, value, **facts)

    def take(self, error: DataError) -> None:
        """Note all problems of an error that was caught."""
        self.problems.extend(error.problems)

    @property
    def errors(self) -> list[Problem]:
        """The problems that are not only warnings."""
        return [problem for problem in self.problems if problem.severity == "error"]

    def stop_on_errors(self) -> None:
        """Raise a :class:`DataError` with everything found if anything was an error."""
        if self.errors:
            raise DataError(self.problems)


def said(column: str, headings: Mapping[str, str]) -> str:
    """How sentences name a column: in Chinese by its heading, in English by the machine name."""
    heading = headings.get(column, column)
    return column if heading == column else f"{heading}{BOTH}{column}"


@dataclass(slots=True)
class Row:
    """One row of a table: values by machine column name, absent columns read as blank."""

    place: Place
    values: Mapping[str, str]
    inclusive_ends: bool = False
    headings: Mapping[str, str] = field(default_factory=dict)

    def said(self, column: str) -> str:
        """How sentences name a column: see :func:`said`."""
        return said(column, self.headings)

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    def at(self, column: str) -> Place:
        """The place of one cell."""
        return self.place.at(column)


@dataclass(frozen=True, slots=True)
class Places(Sequence[Place]):
    """The places of a table's rows, each made when it is asked for."""

    file: str
    numbers: Sequence[int]
    sheet: str = ""

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Place]:
        return (Place(self.file, self.sheet, number) for number in self.numbers)

    @overload
    def __getitem__(self, index: int) -> Place: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Place]: ...
    def __getitem__(self, index: int | slice) -> Place | Sequence[Place]:
        if isinstance(index, slice):
            return Places(self.file, self.numbers[index], self.sheet)
        return Place(self.file, self.sheet, self.numbers[index])


@dataclass(frozen=True, slots=True)
class Table(Sequence[Row]):
    """A table by columns; a row becomes an object only when it is looked at.

    ``columns`` are those that the file has, by machine name, all as long as ``places``.
    ``headings`` are those of the file as written, of columns that it lacks the Chinese ones.
    """

    places: Places
    columns: Mapping[str, Sequence[str]]
    inclusive_ends: bool = False
    headings: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> Sequence[str]:
        """The texts of a column, blank throughout where the file has none."""
        found = self.columns.get(name)
        return Coded.alike("", len(self)) if found is None else found

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[Row]:
        names = [*self.columns]
        for place, *values in zip(self.places, *self.columns.values(), strict=True):
            cells = dict(zip(names, values, strict=True))
            yield Row(place, cells, self.inclusive_ends, self.headings)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        values = {name: column[index] for name, column in self.columns.items()}
        return Row(self.places[index], values, self.inclusive_ends, self.headings)
