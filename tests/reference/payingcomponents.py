"""Who pays what is paid beside the pools: funds, lines, open pools, the pay cap (D0, B9, 5.19)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Protocol

from tests.reference.bridges import bridges, source_of, there, used_once
from tests.reference.case import Case, Pool
from tests.reference.coefficients import Coefficients
from tests.reference.components import ADJUSTMENT, Name, declared
from tests.reference.funds import Due
from tests.reference.leaders import leads
from tests.reference.numbers import half_up
from tests.reference.payouts import Payout
from tests.reference.raised import Excess
from tests.reference.scheme import on_day, yes
from tests.reference.text import Refused

Source = tuple[str, str]
"""`fund` or `approved_line`, and its name."""


class Money(Protocol):
    """Pools made of money, and what funds added to pools."""

    @property
    def made(self) -> Sequence[Pool]: ...
    @property
    def more(self) -> Mapping[tuple[str, str], Excess]: ...


def charged(case: Case) -> dict[tuple[str, str], int]:
    """Return what adjustments without a fund take of the open pools, by institution and pool.

    The pool is that of the person's institution, or of the one above it that shares it below.
    """
    there_are = {(pool.institution, pool.pool) for pool in case.pools}
    found: dict[tuple[str, str], int] = {}
    for row in case.pay.adjustments:
        if row.fund:
            continue
        above = case.parents.get(row.institution, "")
        at = next(
            (one for one in ((row.institution, row.pool), (above, row.pool)) if one in there_are),
            None,
        )
        if at is None:
            raise Refused("ADJUSTMENT_NO_POOL", f"{row.institution}/{row.pool}")
        found[at] = found.get(at, 0) + row.amount_fen
    return found


def lowered(pools: Sequence[Pool], taken: Mapping[tuple[str, str], int]) -> tuple[Pool, ...]:
    """Return the pools without what adjustments take of them, none below 0."""
    for pool in pools:
        if pool.amount_fen < taken.get((pool.institution, pool.pool), 0):
            raise Refused("ADJUSTMENT_OVER_POOL", f"{pool.institution}/{pool.pool}/")
    return tuple(
        replace(pool, amount_fen=pool.amount_fen - taken.get((pool.institution, pool.pool), 0))
        for pool in pools
    )


def sources(case: Case, paid: Mapping[Name, int]) -> dict[tuple[str, Source, str], int]:
    """Return what components take, by institution, source and component; not own money."""
    rules = case.scheme.part("components")
    found: dict[tuple[str, Source, str], int] = {}

    def add(place: str, source: Source, component: str, fen: int) -> None:
        at = (place, source, component)
        found[at] = found.get(at, 0) + fen

    for name, fen in paid.items():
        source = (rules.get(name.component) or {}).get("paid_from") or {}
        if "fund" in source:
            add(name.institution, ("fund", source["fund"]), name.component, fen)
        elif "line" in source:
            add(name.institution, ("approved_line", source["line"]), name.component, fen)
    for row in case.pay.adjustments:
        if row.fund:
            add(row.institution, ("fund", row.fund), ADJUSTMENT, row.amount_fen)
    return found


def check_sources(
    case: Case,
    dues: Sequence[Due],
    money: Money,
    paid: Mapping[Name, int],
) -> None:
    """Refuse components that, with the pools of the same money, take more than there is."""
    made, more = money.made, money.more
    taken: dict[tuple[str, Source], int] = {}
    for (place, source, _), fen in sources(case, paid).items():
        taken[place, source] = taken.get((place, source), 0) + fen
    for (place, source), fen in taken.items():
        pools = sum(
            pool.amount_fen
            for pool in made
            if pool.institution == place and source_of(bridges(case)[pool.pool]) == source
        )
        pools += sum(
            one.fen for at, one in more.items() if (at[0], ("fund", one.fund)) == (place, source)
        )
        left = (there(case, dues, source, place) or 0) - pools - fen
        if left < 0:
            raise Refused("COMPONENT_OVERDRAWN", f"{place}\t{source[1]}")
        used_once(case, source, place, left)


def in_cap(case: Case, paid: Mapping[Name, int]) -> dict[str, int]:
    """Return what components count in the total pay cap, by institution, before the pools."""
    outside = case.scheme.part("pay_cap").get("outside_types") or []
    rules = case.scheme.part("components")
    found: dict[str, int] = {}
    for name, fen in paid.items():
        rule = rules.get(name.component) or {}
        types = {
            one.employment_type
            for one in case.all_postings
            if (one.institution, one.person) == (name.institution, name.person)
        }
        if yes(rule, "in_cap", default=True) and not types & set(outside):
            found[name.institution] = found.get(name.institution, 0) + fen
    return found


def of_leaders(case: Case, payouts: Mapping[tuple[str, str, str], Payout]) -> dict[Name, int]:
    """Return what heads have by their own path: a multiple of what others were paid (5.20).

    The average is of everybody listed in the named pools at the institution, each once.
    """
    last = case.after - timedelta(days=1)
    coefficients = Coefficients(case)
    heads = {(one.institution, one.person) for one in case.all_postings if leads(case, one)}
    found: dict[Name, int] = {}
    for name, rule in declared(case, "leader"):
        for place, person in sorted(heads):
            listed = [
                (who, one.amount_fen)
                for (at, pool, who), one in payouts.items()
                if at == place and pool in rule["of"]
            ]
            if not listed:
                continue
            average = Fraction(sum(fen for _, fen in listed), len({who for who, _ in listed}))
            by = Fraction(1)
            if rule.get("coefficient"):
                by = _of_institution(coefficients, place, rule["coefficient"])
            fen = half_up(on_day(rule["multiple"], last, name) * average * by, 0)
            found[Name(place, name, person)] = int(fen)
    return found


def _of_institution(coefficients: Coefficients, place: str, kind: str) -> Fraction:
    """Return an institution's coefficient on the last day of the period; it must exist."""
    last = coefficients.case.after - timedelta(days=1)
    for row in coefficients.rows.get(("institution", place), []):
        if row.kind == kind and row.valid_on(last):
            return row.value
    raise Refused("COMPONENT_COEFFICIENT_MISSING", f"{place} {kind}")
