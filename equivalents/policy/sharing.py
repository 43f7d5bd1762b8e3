"""How a pool is shared, level by level: plain immutable values, as case.yaml declares them.

A pool goes from its institution down to people over one to three levels, each with its own key,
its own caps and floors, and its own word on what happens where nobody can be paid. Sources: D1,
D3, D4; definitions 5.9, 5.11 and 5.16.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from equivalents.errors import NOWHERE, Place
from equivalents.policy.funds import Dated
from equivalents.policy.who import Who

__all__ = [
    "AverageRule",
    "Bound",
    "DEFAULT_SHARING",
    "FOR_ALL_POOLS",
    "Level",
    "LevelKey",
    "LevelKind",
    "Limits",
    "Nobody",
    "Sharing",
]


class LevelKind(StrEnum):
    """To whom a level shares, in the order in which levels follow each other."""

    INSTITUTION = "institution"
    DEPARTMENT = "department"
    PERSON = "person"


class LevelKey(StrEnum):
    """By what a level shares 分配依据 (D1)."""

    EQUIVALENTS = "equivalents"
    ADJUSTED = "adjusted"
    HEADCOUNT = "headcount"
    FIXED = "fixed"
    CONTRACTS = "contracts"
    SECONDARY = "secondary"


class Nobody(StrEnum):
    """What happens where nobody can be paid: no children, or no positive key (5.9)."""

    REFUSE = "refuse"
    RETAIN = "retain"
    CARRY = "carry"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True)
class Bound:
    """A cap or floor: ``value`` fen, or ``value`` ten-thousandths of pool / headcount (5.11).

    With ``yearly`` the fen are of a whole year, for a person of one pool.
    """

    value: int
    average: bool = False
    place: Place = NOWHERE
    yearly: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """The floor 保底 and the cap 封顶 of one child, or of all; ``None`` where there is none."""

    floor: Bound | None = None
    cap: Bound | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """One step of the ladder: whom a parent's money goes to, by what key, within which bounds.

    ``shares`` holds ten-thousandths by child code, for the key ``fixed``; ``own`` the bounds of
    single children, where they differ from ``limits``. For the key ``secondary``:
    ``by_default`` shares by adjusted equivalents where nothing is handed in (else that is
    refused), ``missing_zero`` counts whoever is not listed as 0.
    """

    to: LevelKind
    key: LevelKey = LevelKey.ADJUSTED
    nobody: Nobody = Nobody.REFUSE
    shares_e4: Mapping[str, int] = field(default_factory=dict)
    limits: Limits = Limits()
    own: Mapping[str, Limits] = field(default_factory=dict)
    keep_excess: bool = False
    scale_floors: bool = False
    reference: str = ""
    place: Place = NOWHERE
    by_default: bool = False
    missing_zero: bool = False

    @property
    def by(self) -> LevelKey:
        """The key that is computed here: what a department did not hand in may be adjusted."""
        handed = self.key is LevelKey.SECONDARY and self.by_default
        return LevelKey.ADJUSTED if handed else self.key

    @property
    def bounded(self) -> bool:
        """Whether any cap or floor is declared."""
        return self.limits != Limits() or bool(self.own)

    @property
    def yearly(self) -> bool:
        """Whether any cap or floor is of a whole year."""
        every = (self.limits, *self.own.values())
        return any(one.yearly for both in every for one in (both.floor, both.cap) if one)


@dataclass(frozen=True, slots=True)
class AverageRule:
    """People without a key of their own: ``multiple`` (e4) of the mean key of the pool (5.16)."""

    who: Who
    multiple: Dated[int]
    reference: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Sharing:
    """The levels of a pool, in order; the last one pays people.

    ``excess_fund`` is the fund that pays what an institution's coefficient above 1 adds to the
    pool; without it such a coefficient is refused (5.2). Only the postings of ``who`` share
    (``None``: all); ``averages`` are for people without a key, the first that fits counts.
    """

    levels: tuple[Level, ...]
    reference: str = ""
    place: Place = NOWHERE
    excess_fund: str = ""
    who: Who | None = None
    averages: tuple[AverageRule, ...] = ()

    def level(self, to: LevelKind) -> Level | None:
        """The level of a kind, or ``None`` where the pool skips it."""
        return next((level for level in self.levels if level.to == to), None)


DEFAULT_SHARING: Final = Sharing((Level(LevelKind.PERSON),))
"""A pool that nothing is said about: straight to people by their adjusted equivalents."""

FOR_ALL_POOLS: Final = "default"
"""The name in case.yaml that stands for every pool not named."""
