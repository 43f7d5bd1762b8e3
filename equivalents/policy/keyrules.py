"""The dated rules between equivalents and keys: coefficients, ceilings, keys brought in.

Plain immutable values, as read. What applies on a date is asked of
:mod:`equivalents.policy.coefficients`. Sources: rules A7, A8; definitions 5.1 to 5.3, 5.9, 5.12.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from equivalents.errors import NOWHERE, Place
from equivalents.policy.leaders import LeaderRule
from equivalents.policy.leave import Leave, LeaveRule, PastKey

__all__ = [
    "Applies",
    "Ceiling",
    "Coefficient",
    "EarnedBefore",
    "Excess",
    "KeyRules",
    "KindRule",
    "Later",
    "OpeningKey",
    "PaidBefore",
    "Scope",
    "Tier",
    "Window",
    "WithheldBefore",
]


class Scope(StrEnum):
    """Whom a coefficient belongs to."""

    PERSON = "person"
    INSTITUTION = "institution"
    DEPARTMENT = "department"
    POSTING = "posting"


class Applies(StrEnum):
    """What a kind of coefficient multiplies (5.3)."""

    KEY = "key"
    NONE = "none"
    HEADCOUNT = "headcount"
    WITHHOLD = "withhold"


class Excess(StrEnum):
    """What happens to the part of a pool that an institution's coefficient keeps back (5.2)."""

    CARRY = "carry"
    RETAIN = "retain"


class Later(StrEnum):
    """What happens to money that a kind of coefficient withholds: retained, or released later."""

    RETAIN = "retain"
    RELEASE = "release"


class Window(StrEnum):
    """The window over which a ceiling counts (5.12)."""

    MONTH = "month"
    YEAR = "year"


class Coefficient(NamedTuple):
    """A coefficient 系数 of a subject over ``[valid_from, valid_to)`` (A7).

    ``person_id``, ``institution_id`` and ``post_id`` are what ``subject_id`` names; blank means
    any, so that a posting without its post covers all posts of the person there. A department is
    its ``subject_id``. ``score`` tells the score 得分 that an assessment made it of.
    """

    scope: Scope
    subject_id: str
    kind: str
    value_e4: int
    valid_from: int
    valid_to: int
    person_id: str = ""
    institution_id: str = ""
    post_id: str = ""
    reference: str = ""
    place: Place = NOWHERE
    score: str = ""


@dataclass(frozen=True, slots=True)
class KindRule:
    """What a kind of coefficient applies to, and in which pools (none named: in all)."""

    applies_to: Applies = Applies.KEY
    pools: tuple[str, ...] = ()
    excess: Excess = Excess.CARRY
    reference: str = ""
    place: Place = NOWHERE
    later: Later = Later.RETAIN


@dataclass(frozen=True, slots=True)
class Tier:
    """From ``from_e7`` equivalents on, up to the next tier, each counts ``rate_e4`` of one."""

    from_e7: int
    rate_e4: int


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A ceiling 封顶 or degressive tiers on one person's equivalents in a series (A8, 5.12)."""

    name: str
    series: str
    window: Window
    together: bool
    tiers: tuple[Tier, ...]
    valid_from: int
    valid_to: int
    reference: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class OpeningKey:
    """A key brought in from an earlier period, mostly a deficit (5.9)."""

    institution_id: str
    pool: str
    person_id: str
    equivalents_e7: int
    place: Place = NOWHERE


class PaidBefore(NamedTuple):
    """What an earlier locked period of the same year paid a person from a pool (5.11, 5.18)."""

    institution_id: str
    pool: str
    person_id: str
    period: str
    amount_fen: int
    place: Place = NOWHERE


class EarnedBefore(NamedTuple):
    """A person's equivalents in an earlier locked period of the year, before ceilings (5.12)."""

    institution_id: str
    person_id: str
    series: str
    period: str
    equivalents_e7: int
    place: Place = NOWHERE


class WithheldBefore(NamedTuple):
    """What earlier periods withheld of a person's amounts from a pool, to be released (5.3)."""

    institution_id: str
    pool: str
    person_id: str
    amount_fen: int
    place: Place = NOWHERE


_HEADCOUNT_KINDS: Final = frozenset(("attendance", "fte"))
"""Kinds that by default touch headcount and averages, not equivalents (5.3)."""


@dataclass(frozen=True, slots=True)
class KeyRules:
    """Everything between equivalents and keys; without any of it the key is the equivalents."""

    coefficients: tuple[Coefficient, ...] = ()
    kinds: Mapping[str, KindRule] = field(default_factory=dict)
    ceilings: tuple[Ceiling, ...] = ()
    opening: tuple[OpeningKey, ...] = ()
    leave: tuple[Leave, ...] = ()
    leave_rules: tuple[LeaveRule, ...] = ()
    past: tuple[PastKey, ...] = ()
    paid: tuple[PaidBefore, ...] = ()
    earned: tuple[EarnedBefore, ...] = ()
    leaders: tuple[LeaderRule, ...] = ()
    withheld: tuple[WithheldBefore, ...] = ()

    def rule(self, kind: str) -> KindRule:
        """What a kind applies to: as declared, else by its name (5.3)."""
        default = Applies.HEADCOUNT if kind in _HEADCOUNT_KINDS else Applies.KEY
        return self.kinds.get(kind, KindRule(default))
