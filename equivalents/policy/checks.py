"""Checks at the door as plain values: which are made, how severe they are, what they go by.

Sources: rule A10; specification page 3 ``problems.csv``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from equivalents.errors import NOWHERE, Place

__all__ = [
    "AGAINST_PREVIOUS",
    "Check",
    "CheckRule",
    "Checks",
    "Qualified",
    "Strictness",
    "rules_of",
]


class Check(StrEnum):
    """The checks by the names that case.yaml has for them, in the order in which they reject."""

    SAME_SERVICE_TWICE = "same_service_twice"
    TWO_PLACES = "two_places"
    SERVICE_ON_LEAVE = "service_on_leave"
    QUALIFICATION = "qualification"
    IMPOSSIBLE_DAY = "impossible_day"
    QUANTITY_OUTLIER = "quantity_outlier"
    MONTH_MISSING = "month_missing"
    MONTH_THIN = "month_thin"
    INSTITUTION_SILENT = "institution_silent"


AGAINST_PREVIOUS: Final = (Check.MONTH_MISSING, Check.MONTH_THIN, Check.INSTITUTION_SILENT)
"""Checks of what is not there: there is no record that they could reject."""


class Strictness(StrEnum):
    """What becomes of a record that a check doubts."""

    WARNING = "warning"
    ERROR = "error"
    OFF = "off"


class Qualified(NamedTuple):
    """The qualifications of a person over ``[valid_from, valid_to)``, as the staff table has it."""

    person_id: str
    names: frozenset[str]
    valid_from: int
    valid_to: int


@dataclass(frozen=True, slots=True)
class CheckRule:
    """One check as it is made; what it does not go by keeps its default.

    ``limit`` are minutes of a person's day; ``minutes`` what one unit of an item takes;
    ``factor_e1`` tenths and ``fewest`` records belong to outliers, ``percent`` to thin months.
    ``allowed`` are people who may be at several places on one day. ``items`` has the
    qualifications of which an item asks one, by its code or by ``PREFIX*``.
    """

    strictness: Strictness = Strictness.WARNING
    limit: int = 1440
    minutes: Mapping[str, int] = field(default_factory=dict)
    factor_e1: int = 100
    fewest: int = 30
    percent: int = 50
    allowed: tuple[str, ...] = ()
    items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reference: str = ""
    place: Place = NOWHERE

    def told(self, check: Check) -> dict[str, object]:
        """The severity and the parameters of a check as JSON values."""
        found: dict[str, object] = {"severity": self.strictness.value}
        match check:
            case Check.TWO_PLACES if self.allowed:
                found["allow_same_day"] = [*self.allowed]
            case Check.QUALIFICATION:
                found["items"] = {item: [*names] for item, names in self.items.items()}
            case Check.IMPOSSIBLE_DAY:
                found |= {"limit": self.limit, "minutes": dict(self.minutes)}
            case Check.QUANTITY_OUTLIER:
                whole, tenth = divmod(self.factor_e1, 10)
                found |= {"factor": f"{whole}.{tenth}", "fewest": self.fewest}
            case Check.MONTH_THIN:
                found["percent"] = self.percent
        return found | ({"reference": self.reference} if self.reference else {})


Checks = Mapping[Check, CheckRule]
"""The checks that case.yaml names."""


def rules_of(declared: Checks, *, every: bool) -> dict[Check, CheckRule]:
    """The checks to be made, in their order: those declared, or ``every`` one but those off.

    Where nothing is declared of a check it warns. A check that has nothing to go by (no minutes
    of any item, no qualification asked) is not made.
    """
    found = {
        check: declared.get(check, CheckRule()) for check in Check if every or check in declared
    }
    idle = {Check.QUALIFICATION: "items", Check.IMPOSSIBLE_DAY: "minutes"}
    return {
        check: rule
        for check, rule in found.items()
        if rule.strictness is not Strictness.OFF
        and (check not in idle or getattr(rule, idle[check]))
    }
