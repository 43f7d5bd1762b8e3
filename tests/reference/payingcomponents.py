"""Who pays what is paid beside the pools: funds, lines, open pools, the pay cap (D0, B9, 5.19)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple, Protocol

from tests.reference.bridges import bridges, source_of, there, used_once
from tests.reference.case import Case, Pool
from tests.reference.coefficients import Coefficients
from tests.reference.components import (
    ADJUSTMENT,
    OWN_MONEY,
    WITHHELD_BEFORE,
    Name,
    declared,
)
from tests.reference.fundkinds import month_ends
from tests.reference.funds import Due
from tests.reference.leaders import leads
from tests.reference.numbers import half_up
from tests.reference.payouts import Payout
from tests.reference.people import capped, of_period
from tests.reference.raised import Excess
from tests.reference.scheme import Yaml, in_force, on_day, yes
from tests.reference.text import Refused

Source = tuple[str, str]
"""`fund`, `approved_line` or `pool` and its name, or where else money comes from."""


class Money(Protocol):
    """Pools made of money, and what funds added to pools."""

    @property
    def made(self) -> Sequence[Pool]: ...
    @property
    def more(self) -> Mapping[tuple[str, str], Excess]: ...


class Charge(NamedTuple):
    """What one payer pays beside the pools; with `counts` it may count in the pay cap."""

    name: Name
    payer: Source
    fen: int
    counts: bool
    pool_of: str = ""
    """The institution of the pool that pays."""


def charges(case: Case, paid: Mapping[Name, int]) -> Iterator[Charge]:
    """Return who pays everything: each component as declared, adjustments row by row (5.19).

    An adjustment's fund pays it; else the open pool of that name, of the institution or the one
    above it; else whoever pays the component of that name.
    """
    rules = case.scheme.part("components")
    for name, fen in paid.items():
        if name.component != ADJUSTMENT:
            yield Charge(name, payer(rules[name.component]), fen, counts(rules[name.component]))
    pools = {(pool.institution, pool.pool) for pool in case.pools}
    for row in case.pay.adjustments:
        name = Name(row.institution, ADJUSTMENT, row.person)
        places = (row.institution, case.parents.get(row.institution, ""))
        at = next((one for one in places if (one, row.pool) in pools), None)
        if row.fund:
            yield Charge(name, ("fund", row.fund), row.amount_fen, True)
        elif at is not None:
            yield Charge(name, ("pool", row.pool), row.amount_fen, False, at)
        elif row.pool in rules:
            rule = rules[row.pool]
            source = OWN_MONEY if rule["kind"] == "release" else payer(rule)
            yield Charge(name, source, row.amount_fen, counts(rule))
        else:
            raise Refused("ADJUSTMENT_NO_POOL", f"{row.institution}/{row.pool}")


def payer(rule: Yaml) -> Source:
    """Return who pays a component."""
    said = rule.get("paid_from") or {}
    if rule["kind"] == "release":
        return WITHHELD_BEFORE
    if "fund" in said:
        return "fund", said["fund"]
    return ("approved_line", said["line"]) if "line" in said else OWN_MONEY


def counts(rule: Yaml) -> bool:
    """Say whether a component counts in the pay cap; what was withheld did when it was (B9)."""
    return yes(rule, "in_cap", default=rule["kind"] not in ("leader", "release"))


def charged(case: Case) -> dict[tuple[str, str], int]:
    """Return what adjustments take of the open pools, by institution and pool."""
    found: dict[tuple[str, str], int] = {}
    for one in charges(case, {}):
        if one.payer[0] == "pool":
            at = (one.pool_of, one.payer[1])
            found[at] = found.get(at, 0) + one.fen
    return found


def sources(case: Case, paid: Mapping[Name, int]) -> dict[tuple[str, Source, str], int]:
    """Return what is paid beside the pools by institution, payer and component."""
    found: dict[tuple[str, Source, str], int] = {}
    for one in charges(case, paid):
        if one.payer[0] != "pool":
            at = (one.name.institution, one.payer, one.name.component)
            found[at] = found.get(at, 0) + one.fen
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
        if source[0] in ("fund", "approved_line"):
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


def in_cap(
    case: Case, paid: Mapping[Name, int], outside: Mapping[Name, int], *, leaders: bool = False
) -> dict[str, int]:
    """Return what components count in the total pay cap, by institution, before the pools.

    A fund outside the cap is so by way of a component too, and what pools are charged with is part
    of them (B9). Who has no posting there that counts has nothing in it, and what postings
    `outside` it have of an allowance does not count. `leaders`: what heads have
    of the pools, which is known later, in place of everything else.
    """
    found: dict[str, int] = {}
    heads = dict(declared(case, "leader"))
    for one in charges(case, paid):
        place, (kind, source) = one.name.institution, one.payer
        fund = case.scheme.fund(source, place) if kind == "fund" else {}
        may = one.counts and yes(fund, "in_cap", default=True)
        some = outside.get(one.name, 0 if _counts(case, one.name) else one.fen)
        if may and some != one.fen and (one.name.component in heads) == leaders:
            found[place] = found.get(place, 0) + one.fen - some
    return found


def _counts(case: Case, name: Name) -> bool:
    """Say whether somebody counts in the pay cap of an institution."""
    mine = [
        one
        for one in case.all_postings
        if (one.institution, one.person) == (name.institution, name.person)
    ]
    last = max(one.active_to for one in mine)
    now = of_period(case, mine, name.institution)
    asked = now or [one for one in mine if one.active_to == last]
    return any(capped(case, one) for one in asked)


def led_in_cap(case: Case) -> set[str]:
    """Return where heads have something that counts in the pay cap, if anything."""
    last = case.after - timedelta(days=1)
    if not any(counts(rule) and in_force(rule, last) for _, rule in declared(case, "leader")):
        return set()
    return {one.institution for one in case.all_postings if leads(case, one)}


def of_leaders(case: Case, payouts: Mapping[tuple[str, str, str], Payout]) -> dict[Name, int]:
    """Return what heads have by their own path: a multiple of what others were paid (5.20).

    The average is of everybody listed in the named pools at the institution, each once. A month
    counts where they are heads on its last day.
    """
    last = case.after - timedelta(days=1)
    coefficients = Coefficients(case)
    led: dict[tuple[str, str], set[date]] = {}
    for one in case.all_postings:
        if leads(case, one):
            days = {day for day in month_ends(case) if one.active_on(day)}
            led.setdefault((one.institution, one.person), set()).update(days)
    found: dict[Name, int] = {}
    for name, rule in declared(case, "leader"):
        for (place, person), days in sorted(led.items()):
            if not days or not in_force(rule, last):
                continue
            listed = [
                (who, one.amount_fen)
                for (at, pool, who), one in payouts.items()
                if at == place and pool in rule["of"]
            ]
            if not listed:
                raise Refused("COMPONENT_NO_AVERAGE", f"{place}\t{name}")
            average = Fraction(sum(fen for _, fen in listed), len({who for who, _ in listed}))
            by = Fraction(1)
            if rule.get("coefficient"):
                by = _of_institution(coefficients, place, rule["coefficient"])
            by *= Fraction(len(days), len(month_ends(case)))
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
