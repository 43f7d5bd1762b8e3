"""Yearly limits on a person's total of several pools, as plain values (D3, 5.11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from equivalents.errors import NOWHERE, Place
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.keyrules import Excess

__all__ = ["Months", "YearlyLimit"]


class Months(StrEnum):
    """Which months a person counts as employed: whole ones (5.11), or every one begun."""

    WHOLE = "whole"
    BEGUN = "begun"


@dataclass(frozen=True, slots=True)
class YearlyLimit:
    """A cap 封顶 for a whole year on what one person gets from all the named pools together.

    ``cap_fen`` is everybody's, ``people`` has the caps in fen of single persons. What stands above
    is retained or carried, as ``excess`` says.
    """

    name: str
    pools: tuple[str, ...]
    cap_fen: int
    people: Mapping[str, int]
    excess: Excess = Excess.RETAIN
    months: Months = Months.WHOLE
    valid_from: int = FIRST_DAY
    valid_to: int = LAST_DAY
    reference: str = ""
    place: Place = NOWHERE

    def of(self, person_id: str) -> int:
        """The cap of a person for a whole year, in fen."""
        return self.people.get(person_id, self.cap_fen)
