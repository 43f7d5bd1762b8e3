"""Rules between the records of one resident: concurrent items, stays, used-up places (5.5, 5.6).

A concurrent rule 同次服务规则 says what a second item earns on the day of a first one (S2:
follow-up during a clinic visit, 诊间随访): full, part or no credit. A stay rule says that days of
one kind (home bed) do not count during a stay of another (inpatient).
"""

from dataclasses import dataclass
from typing import Final

from equivalents.errors import NOWHERE, Place
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY

__all__ = ["ConcurrentRule", "FULL_E4", "StayRule", "UsedClass"]

FULL_E4: Final = 10_000
"""The whole credit of a weight, in ten-thousandths."""


@dataclass(frozen=True, slots=True)
class ConcurrentRule:
    """What ``items`` earn for a resident on a day that has a counted record of ``beside``.

    ``credit_e4`` is the part of the weight (0: none, 10,000: all of it). ``series`` empty means
    all of them; with ``at_institution`` only a record of the same institution counts as beside.
    """

    name: str
    beside: frozenset[str]
    items: frozenset[str]
    credit_e4: int
    at_institution: bool = False
    series: frozenset[str] = frozenset()
    valid_from: int = FIRST_DAY
    valid_to: int = LAST_DAY
    reference: str = ""
    place: Place = NOWHERE

    def concerns(self, series: str) -> bool:
        """Whether the rule holds in a weight series."""
        return not self.series or series in self.series


@dataclass(frozen=True, slots=True)
class StayRule:
    """Days of the items ``exclude`` do not count during a stay of the items ``inside``."""

    name: str
    inside: frozenset[str]
    exclude: frozenset[str]
    reference: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class UsedClass:
    """``used`` places of one class are gone to locked periods (5.5).

    ``window`` and ``number`` name the window. ``institution_id`` is blank for classes counted
    all over the county, ``series`` blank for every weight series.
    """

    item_code: str
    subject_id: str
    window: str
    number: int
    used: int
    institution_id: str = ""
    series: str = ""
    place: Place = NOWHERE
