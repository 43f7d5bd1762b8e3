"""Who pays what is paid beside the pools: funds, lines, open pools, the pay cap (D0, B9, 5.19)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Protocol

from tests.reference.bridges import bridges, source_of, there, used_once
from tests.reference.case import Case, Pool
from tests.reference.coefficients import Coefficients
from tests.reference.components import ADJUSTMENT, Name, declared
from tests.reference.fundkinds import month_ends
from tests.reference.funds import Due
from tests.reference.leaders import leads
from tests.reference.numbers import half_up
from tests.reference.payouts import Payout
from tests.reference.people import of_period
from tests.reference.raised import Excess
from tests.reference.scheme import in_force, on_day, yes
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
    """Return what components count in the total pay cap, by institution, before the pools.

    What pools are charged with is part of them, and what was withheld was when it was (B9). Who has
    no posting there that counts in the cap has nothing in it; of who left, the last one says so.
    """
    adjusted = {name: fen for name, fen in paid.items() if name.component == ADJUSTMENT}
    rules = case.scheme.part("components")
    found: dict[str, int] = {}
    for name, fen in {**paid, **_by_funds(case, adjusted)}.items():
        rule = rules.get(name.component) or {}
        default = rule.get("kind") not in ("release", "leader")
        if yes(rule, "in_cap", default=default) and _counts(case, name):
            found[name.institution] = found.get(name.institution, 0) + fen
    return found


def _by_funds(case: Case, adjusted: Mapping[Name, int]) -> dict[Name, int]:
    """Return what of adjustments funds pay, which is in no pool."""
    found = dict.fromkeys(adjusted, 0)
    for row in case.pay.adjustments:
        if row.fund:
            found[Name(row.institution, ADJUSTMENT, row.person)] += row.amount_fen
    return found


def _counts(case: Case, name: Name) -> bool:
    """Say whether somebody counts in the pay cap of an institution."""
    outside = case.scheme.part("pay_cap").get("outside_types") or []
    mine = [
        one
        for one in case.all_postings
        if (one.institution, one.person) == (name.institution, name.person)
    ]
    last = max(one.active_to for one in mine)
    now = of_period(case, mine, name.institution)
    asked = now or [one for one in mine if one.active_to == last]
    return any(one.in_cap and one.employment_type not in outside for one in asked)


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
