"""Which rows of which tables somebody sees, and what tables are called.

Weights are public to all who may see tables. Of every other table a row is seen by who sees the
people of its institution, or whom it is about; whoever sees all people sees all rows.
"""

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import Connection

from api.access.masks import mask_row
from api.access.roles import ALL, Everything, Reach
from api.asks import Asking
from api.peopleindex import PEOPLE
from api.rowsasked import reads_clear
from equivalents.store.tableform import Row

__all__ = [
    "ENGLISH",
    "OF_PEOPLE",
    "PUBLIC",
    "masks_of",
    "sees_of",
]

ENGLISH: Final[Mapping[str, str]] = {
    "institutions": "Institutions",
    "departments": "Departments",
    "staff": "Staff",
    "teams": "Contract teams",
    "payees": "Payees",
    "coefficients": "Coefficients",
    "weights": "Weights",
    "contracts": "Contracts",
    "pools": "Pools",
    "accounts": "Income and expenditure",
    "assessments": "Assessments",
    "opening": "Opening balances",
    "registers": "Registered heads",
    "counted": "Classes used up",
    "leave": "Leave",
    "secondary": "Secondary distribution",
    "adjustments": "Adjustments",
    "tasks": "Approved tasks",
    "charges": "Charges",
    "bonuses": "Single bonuses",
}
"""Titles beside the Chinese ones of :mod:`equivalents.intake.headings`."""

PUBLIC: Final = frozenset({"weights"})
"""Tables whose every row is seen by who may see tables."""

OF_PEOPLE: Final = ("staff", "departments")
"""Tables whose rows of one institution are put by who keeps its people."""
_PEOPLE: Final = "people.read"


def sees_of(asking: Asking, connection: Connection, table: str) -> Callable[[Row], bool] | None:
    """Whether somebody sees a row of a table; ``None``: all of them."""
    who = asking.principal
    if table in PUBLIC:
        return None
    reach, places = who.institutions(_PEOPLE), who.institutions(asking.action)
    if reach is ALL and places is ALL:
        return None
    mine = _both(reach, places)
    people = PEOPLE.of(asking.ground.store, connection)
    known = people.within(mine) | who.persons(_PEOPLE)

    def sees(row: Row) -> bool:
        place = row.get("institution_id", "")
        if place:
            return place in mine or row.get("person_id", "") in who.persons(_PEOPLE)
        about = row.get("person_id") or row.get("subject_id", "")
        return about in known or about in mine

    return sees


def _both(one: Reach, other: Reach) -> frozenset[str]:
    """Institutions within two reaches, of which one at least is not all."""
    if isinstance(one, Everything):
        one, other = other, one
    if isinstance(one, Everything):
        return frozenset()
    return frozenset(place for place in one if place in other)


def masks_of(asking: Asking) -> Callable[[Row], dict[str, str]]:
    """Rows as somebody sees them."""
    clear = reads_clear(asking.principal)
    return lambda row: mask_row(row, clear)
