"""Checks at the door as plain values: which are made, how severe they are, what they go by.

Sources: rule A10; specification page 3 ``problems.csv``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from equivalents.errors import NOWHERE, Place
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, print_day
from equivalents.units import print_e3

__all__ = [
    "AGAINST_PREVIOUS",
    "Blank",
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


class Blank(StrEnum):
    """What stands for the source of a record that tells none."""

    FILE = "file"
    SAME = "same"


class Qualified(NamedTuple):
    """The qualifications of a person over ``[valid_from, valid_to)``, as the staff table has it."""

    person_id: str
    names: frozenset[str]
    valid_from: int
    valid_to: int


@dataclass(frozen=True, slots=True)
class CheckRule:
    """One check as it is made on some days; what it does not go by keeps its default.

    ``limit`` are minutes of a person's day; ``minutes`` what one unit of an item takes, and
    ``per_equivalent_e3`` thousandths of a minute what one equivalent of any other item takes, by
    the weights of ``series``; 0: these are not looked at. ``factor_e1`` tenths and ``fewest``
    records belong to outliers, ``percent`` to thin months. ``allowed`` are people who may be at
    several places on one day. ``items`` has the qualifications of which an item asks one, by its
    code or by ``PREFIX*``. ``declared_blank`` is what case.yaml says of blank sources
    (:attr:`blank`). The check is made of records of the days ``[valid_from, valid_to)``.
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
    declared_blank: Blank | None = None
    per_equivalent_e3: int = 0
    series: str = ""
    valid_from: int = FIRST_DAY
    valid_to: int = LAST_DAY

    @property
    def blank(self) -> Blank:
        """What stands for a blank source: what is declared, else the file, but only to warn.

        Where the check rejects, what is paid must not depend on how a table was cut into files,
        unless somebody says that each file is a source of its own.
        """
        if self.declared_blank is not None:
            return self.declared_blank
        return Blank.SAME if self.strictness is Strictness.ERROR else Blank.FILE

    @property
    def is_idle(self) -> bool:
        """Whether the check has nothing to go by: no minutes of any item, no qualification."""
        return not (self.items or self.minutes or self.per_equivalent_e3)

    def told(self, check: Check) -> dict[str, object]:
        """The severity and the parameters of a check as JSON values."""
        found: dict[str, object] = {"severity": self.strictness.value}
        if self.valid_from > FIRST_DAY:
            found["valid_from"] = print_day(self.valid_from)
        if self.valid_to < LAST_DAY:
            found["valid_to"] = print_day(self.valid_to)
        match check:
            case _ if self.strictness is Strictness.OFF:
                pass
            case Check.SAME_SERVICE_TWICE:
                found["blank_source"] = self.blank.value
            case Check.TWO_PLACES if self.allowed:
                found["allow_same_day"] = [*self.allowed]
            case Check.QUALIFICATION:
                found["items"] = {item: [*names] for item, names in self.items.items()}
            case Check.IMPOSSIBLE_DAY:
                found |= {"limit": self.limit, "minutes": dict(self.minutes)}
                if self.per_equivalent_e3:
                    found["minutes_per_equivalent"] = print_e3(self.per_equivalent_e3)
                    found["series"] = self.series
            case Check.QUANTITY_OUTLIER:
                whole, tenth = divmod(self.factor_e1, 10)
                found |= {"factor": f"{whole}.{tenth}", "fewest": self.fewest}
            case Check.MONTH_THIN:
                found["percent"] = self.percent
        return found | ({"reference": self.reference} if self.reference else {})


Checks = Mapping[Check, tuple[CheckRule, ...]]
"""The checks that case.yaml names, each by the days on which it is made so; no day has two."""

_IDLE: Final = (Check.QUALIFICATION, Check.IMPOSSIBLE_DAY)
"""Checks that are not made where they have nothing to go by."""


def rules_of(declared: Checks, *, every: bool) -> dict[Check, tuple[CheckRule, ...]]:
    """The checks to be made, in their order: those declared, or ``every`` one but those off.

    Where nothing is declared of a check it warns. A check that has nothing to go by (no minutes
    of any item, no qualification asked) is not made.
    """
    found = {}
    for check in Check:
        rules = declared.get(check, (CheckRule(),) if every else ())
        made = [one for one in rules if one.strictness is not Strictness.OFF]
        found[check] = tuple(one for one in made if check not in _IDLE or not one.is_idle)
    return {check: rules for check, rules in found.items() if rules}
