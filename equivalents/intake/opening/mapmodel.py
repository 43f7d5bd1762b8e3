"""A column map 列映射 as plain values: how the columns and codes of a source become ours.

A map is data with a date: it belongs to a source (hospital system, public-health system, contract
platform), says from which heading each of our columns is read, and what their codes are called
here. What it does not list is refused, unless it says ``keep``. Source: issue "Files as they are",
point 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from equivalents.errors import NOWHERE, Place
from equivalents.intake.headings import TABLES, Sheet

__all__ = [
    "CODE_KINDS",
    "CodeSpan",
    "CodeTable",
    "Codes",
    "ColumnMap",
    "DAY_OF",
    "FACTOR_PLACES",
    "Factors",
    "Filter",
    "Join",
    "LISTS",
    "Unlisted",
]

CODE_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "people": ("person_id", "performers"),
    "items": ("item_code", "code"),
    "institutions": ("institution_id", "parent_id"),
    "departments": ("department_id",),
    "teams": ("team_id",),
}
"""What is known elsewhere by other codes, and the columns of ours that hold such codes."""
DAY_OF: Final[Mapping[str, str]] = {
    "records": "service_date",
    "staff": "active_from",
    "teams": "valid_from",
    "contracts": "active_from",
    "registers": "date",
    "charges": "date",
    "accounts": "date",
    "bonuses": "date",
    "leave": "valid_from",
    "coefficients": "valid_from",
}
"""The column of each table whose day decides what a code stands for."""
LISTS: Final = ("performers", "resident_group", "groups", "qualifications")
"""The columns of ours that hold several codes, parted by ``;``."""
FACTOR_PLACES: Final = 6
"""Decimal places of a unit factor, at most."""
_ENDS: Final = ("valid_to", "active_to")


class Unlisted(StrEnum):
    """What becomes of a code that a map does not list."""

    REFUSE = "refuse"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Codes:
    """Their codes and ours, without dates."""

    codes: Mapping[str, str]
    unlisted: Unlisted = Unlisted.REFUSE


@dataclass(frozen=True, slots=True)
class CodeSpan:
    """What one code stands for on the days ``[start, end)``; an account may change hands."""

    ours: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CodeTable:
    """Codes of people, items, institutions ... by their code, each with its spans in order."""

    kind: str
    spans: Mapping[str, tuple[CodeSpan, ...]]
    unlisted: Unlisted = Unlisted.REFUSE

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of ours that hold such codes."""
        return CODE_KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class Join:
    """One of our columns made of several of theirs, with a mark between them."""

    headings: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class Factors:
    """Unit factors of the quantity, in millionths: by the unit in a column of theirs."""

    heading: str
    codes_e6: Mapping[str, int]
    unlisted: Unlisted = Unlisted.REFUSE


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows that are not meant for us: by the values of a column of theirs.

    With ``keep`` the rows with other values are left out, else those with these values.
    """

    name: str
    heading: str
    values: frozenset[str]
    keep: bool


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A column map as read; ``places`` says where what is said of each of our columns stands.

    ``columns`` has for each of our columns the headings that it may have there, one of which a
    file must have. ``inclusive`` says whether end dates count their day (含). ``files`` are the map
    and its tables of codes, for the manifest.
    """

    name: str
    title: str
    version: str
    table: str
    columns: Mapping[str, tuple[str, ...]]
    reference: str = ""
    joins: Mapping[str, Join] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    splits: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Codes] = field(default_factory=dict)
    tables: Mapping[str, CodeTable] = field(default_factory=dict)
    factors: Factors | None = None
    filters: tuple[Filter, ...] = ()
    inclusive: bool = False
    proposed: bool = False
    place: Place = NOWHERE
    places: Mapping[str, Place] = field(default_factory=dict)
    files: tuple[tuple[str, Path], ...] = ()

    @property
    def sheet(self) -> Sheet:
        """The table of ours that it makes."""
        return TABLES[self.table]

    @property
    def ours(self) -> tuple[str, ...]:
        """The columns of ours that it makes, in canonical order."""
        made = {*self.columns, *self.joins, *self.constants}
        return tuple(name for name in self.sheet.names if name in made)

    def heading(self, column: str) -> str:
        """What a column of ours is called in the table made: end dates that count say so (含)."""
        if self.inclusive and column in _ENDS:
            return next(one.heading for one in self.sheet.columns if one.name == column)
        return column

    def table_of(self, column: str) -> CodeTable | None:
        """The table of codes that applies to a column of ours."""
        if column in self.constants:
            return None
        return next((one for one in self.tables.values() if column in one.columns), None)
