"""The rules that `case.yaml` declares: counting, coefficients, ceilings, sharing, surplus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from tests.reference.text import AMOUNT, FIRST_DAY, NO_END, WEIGHT, Refused, date_or, must

Yaml = Mapping[str, Any]
"""A mapping of a YAML file read with every scalar as text."""


class StayRule(NamedTuple):
    """Days of some items do not count during a stay of others (5.6)."""

    name: str
    inside: frozenset[str]
    exclude: frozenset[str]


class Concurrent(NamedTuple):
    """What an item is worth beside another one on one day (A12)."""

    name: str
    beside: frozenset[str]
    items: frozenset[str]
    credit: Fraction
    same: str
    series: frozenset[str]
    """Empty: all."""
    valid_from: date
    valid_to: date


class CoefficientRule(NamedTuple):
    """Where coefficients of one kind apply (5.1 to 5.3)."""

    applies_to: str
    pools: frozenset[str]
    """Empty: all."""
    excess: str
    later: str = ""
    """`release`: what is withheld is paid by a later period."""


class Who(NamedTuple):
    """Whom a rule is for, by what a posting says; what is empty asks nothing (D3, D4)."""

    posts: frozenset[str] = frozenset()
    employment_types: frozenset[str] = frozenset()
    title_tiers: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    institutions: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    in_cap: str = ""


class Average(NamedTuple):
    """People without a key of their own are paid by a multiple of an average (5.16)."""

    who: Who
    multiple: Any
    """A dated figure."""


class Extras(NamedTuple):
    """What else a pool declares: who shares in it, averages, a department's own sharing."""

    who: Who = Who()
    averages: tuple[Average, ...] = ()
    secondary_missing: str = "refuse"
    secondary_default: str = "refuse"


class Ceiling(NamedTuple):
    """Marginal tiers on the equivalents of one person (A8, 5.12)."""

    name: str
    series: str
    window: str
    places: str
    tiers: tuple[tuple[Fraction, Fraction], ...]
    """Lower bound of each tier, and what share of the equivalents in it counts."""
    valid_from: date
    valid_to: date


class Bound(NamedTuple):
    """A cap or floor: yuan, yuan of a year, or a multiple of the average (5.11)."""

    fen: Fraction | None
    average: Fraction | None
    yearly: bool = False


class Limits(NamedTuple):
    """The bounds of one child."""

    floor: Bound | None
    cap: Bound | None


NO_LIMITS = Limits(None, None)


@dataclass(frozen=True)
class Level:
    """One level of sharing (D1): among whom, by which key, within which bounds."""

    to: str
    key: str
    nobody: str = "refuse"
    shares: Mapping[str, Fraction] = field(default_factory=dict)
    bounds: Limits = NO_LIMITS
    limits: Mapping[str, Limits] = field(default_factory=dict)
    retain_excess: bool = False
    scale_floors: bool = False

    @property
    def yearly(self) -> bool:
        """Say whether any bound is of a year."""
        every = (self.bounds, *self.limits.values())
        return any(bound.yearly for both in every for bound in both if bound is not None)


class SurplusRule(NamedTuple):
    """How the surplus is halved (B7, 5.14)."""

    pay_ratio: Fraction
    odd_fen: str
    pool: str


@dataclass(frozen=True)
class Declared:
    """Everything that `case.yaml` declares beside the period and the series."""

    team_roles: Mapping[str, int]
    stays: tuple[StayRule, ...]
    concurrent: tuple[Concurrent, ...]
    coefficients: Mapping[str, CoefficientRule]
    ceilings: tuple[Ceiling, ...]
    sharing: Mapping[str, tuple[Level, ...]]
    surplus: SurplusRule
    excess_funds: Mapping[str, str]
    extras_of: Mapping[str, Extras]
    composites: frozenset[str]
    """Names of assessment composites: kinds that apply to nothing unless declared."""

    def extras(self, pool: str) -> Extras:
        """Return what else a pool declares, or all pools by default."""
        own = pool if pool in self.sharing else "default"
        return self.extras_of.get(own, Extras())

    def excess_fund(self, pool: str) -> str:
        """Return the fund that pays what a coefficient above 1 adds to a pool, or nothing (5.2)."""
        own = pool if pool in self.sharing else "default"
        return self.excess_funds.get(own, "")

    def coefficient(self, kind: str) -> CoefficientRule:
        """Return where a kind applies: attendance and FTE to headcount, all others to the key."""
        default = _default(kind, self.composites)
        return self.coefficients.get(kind, CoefficientRule(default, frozenset(), "carry"))

    def levels(self, pool: str) -> tuple[Level, ...]:
        """Return the levels by which a pool is shared: its own, the default ones, or people."""
        default = (Level(to="person", key="adjusted"),)
        return self.sharing.get(pool, self.sharing.get("default", default))


def read_declared(text: Yaml) -> Declared:
    """Read the rules of `case.yaml`."""
    kinds = text.get("coefficients") or {}
    sharing = text.get("sharing") or {}
    composites = frozenset((text.get("assessment") or {}).get("composites") or {})
    return Declared(
        team_roles={role: int(n) for role, n in (text.get("team_roles") or {}).items()},
        stays=tuple(
            StayRule(one["name"], frozenset(one["inside"]), frozenset(one["exclude"]))
            for one in text.get("stays") or []
        ),
        concurrent=tuple(_concurrent(one) for one in text.get("concurrent") or []),
        coefficients={
            kind: _coefficient(_default(kind, composites), rule) for kind, rule in kinds.items()
        },
        ceilings=tuple(_ceiling(one) for one in text.get("ceilings") or []),
        sharing={pool: _levels(one) for pool, one in sharing.items()},
        surplus=_surplus(text),
        excess_funds={pool: one.get("excess_fund", "") for pool, one in sharing.items()},
        extras_of={pool: _extras(one) for pool, one in sharing.items()},
        composites=composites,
    )


def _dates(one: Yaml) -> tuple[date, date]:
    return date_or(one.get("valid_from", ""), FIRST_DAY), date_or(one.get("valid_to", ""), NO_END)


def _concurrent(one: Yaml) -> Concurrent:
    credit = {"none": "0", "full": "1"}.get(one["credit"]) or str(one["credit"])
    return Concurrent(
        one["name"],
        frozenset(one["beside"]),
        frozenset(one["items"]),
        must(credit, WEIGHT),
        one.get("same", "day"),
        frozenset(one.get("series") or ()),
        *_dates(one),
    )


def _default(kind: str, composites: frozenset[str]) -> str:
    if kind in composites:
        return "none"
    return "headcount" if kind in ("attendance", "fte") else "key"


def _coefficient(default: str, rule: Yaml) -> CoefficientRule:
    return CoefficientRule(
        rule.get("applies_to", default),
        frozenset(rule.get("pools") or ()),
        rule.get("excess", "carry"),
        rule.get("later", ""),
    )


def read_who(text: Yaml | None) -> Who:
    """Read whom a rule is for."""
    one = text or {}

    def said(name: str) -> frozenset[str]:
        return frozenset(one.get(name) or ())

    return Who(
        said("posts"),
        said("employment_types"),
        said("title_tiers"),
        said("kinds"),
        said("departments"),
        said("institutions"),
        said("persons"),
        one.get("in_cap", ""),
    )


def _extras(one: Yaml) -> Extras:
    """Read what else a pool declares; of secondary sharing also where its level says it."""
    last: Yaml = (one.get("levels") or [{}])[-1]
    said = {**last, **one}
    averages = tuple(
        Average(read_who(rule.get("who")), rule["multiple"]) for rule in one.get("averages") or []
    )
    return Extras(
        read_who(one.get("who")),
        averages,
        said.get("secondary_missing", "refuse"),
        said.get("secondary_default", "refuse"),
    )


def _ceiling(one: Yaml) -> Ceiling:
    tiers = tuple((must(t["from"], WEIGHT), must(t["rate"], WEIGHT)) for t in one["tiers"])
    return Ceiling(
        one["name"],
        one.get("series", "pay"),
        one.get("window", "month"),
        one.get("places", "each"),
        tiers,
        *_dates(one),
    )


def _levels(one: Yaml) -> tuple[Level, ...]:
    given: Sequence[Yaml] = one.get("levels") or [{"to": "person"}]
    levels = tuple(_level(level, one.get("nobody", "refuse")) for level in given)
    order = ["institution", "department", "person"]
    names = [level.to for level in levels]
    if names != [name for name in order if name in names] or names[-1:] != ["person"]:
        raise Refused("LEVELS_INVALID", ", ".join(names))
    return levels


def _level(level: Yaml, nobody: str) -> Level:
    shares = level.get("shares") or {}
    limits = level.get("limits") or {}
    return Level(
        to=level["to"],
        key=level.get("key", "adjusted"),
        nobody=level.get("nobody", nobody),
        shares={child: must(share, WEIGHT) for child, share in shares.items()},
        bounds=_limits(level),
        limits={child: _limits(one) for child, one in limits.items()},
        retain_excess=level.get("excess", "share") == "retain",
        scale_floors=level.get("floors_over", "refuse") == "scale",
    )


def _limits(one: Yaml) -> Limits:
    return Limits(_bound(one.get("floor")), _bound(one.get("cap")))


def _bound(given: str | Yaml | None) -> Bound | None:
    if given is None:
        return None
    if isinstance(given, str):
        return Bound(must(given, AMOUNT) * 100, None)
    if "year" in given:
        return Bound(must(given["year"], AMOUNT) * 100, None, yearly=True)
    return Bound(None, must(given["average"], WEIGHT))


def _surplus(text: Yaml) -> SurplusRule:
    one: Yaml = text.get("surplus") or {}
    if one.get("offset_deficit", "no") != "no":
        raise Refused("NOT_SUPPORTED", "surplus.offset_deficit")
    ratio = Fraction(one.get("pay_ratio", "1/2"))
    if not 0 <= ratio <= 1:
        raise Refused("SURPLUS_RATIO", str(ratio))
    return SurplusRule(ratio, one.get("odd_fen", "development"), one.get("pool", "surplus"))
