"""Components of pay 构成项 that pools do not decide: allowances, bonuses, releases, adjustments.

They are computed before the pools, because the total pay cap counts them first (B9); only the pay
of heads, which goes by what pools paid, comes after (:mod:`equivalents.leaderpay`).
Sources: D4, D5, B9; definitions 5.3, 5.15, 5.18, 5.19.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from equivalents.allowances import Allowances
from equivalents.componentpay import (
    OWN_MONEY,
    ComponentPay,
    PayPart,
    PaySource,
    SourceKind,
    rounded_pay,
)
from equivalents.errors import Problem, RefusedError
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.components import (
    ADJUSTMENT,
    Adjustment,
    Bonus,
    Component,
    ComponentKind,
    Rest,
)
from equivalents.policy.funds import Version
from equivalents.policy.keyrules import WithheldBefore
from equivalents.policy.model import CaseRules, Pool, Posting
from equivalents.policy.who import counts_in_cap
from equivalents.tally import Plan
from equivalents.units import print_e4, print_fen

__all__ = ["FixedPay", "NO_PAY", "charged_fen", "charged_to", "fixed_pay"]


@dataclass(frozen=True, slots=True)
class FixedPay:
    """What components pay before the pools, in order, and what has to be said of it.

    ``waiting`` is withheld money that no component releases in the period: it is carried on.
    """

    paid: tuple[ComponentPay, ...] = ()
    waiting: tuple[WithheldBefore, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def figures(self) -> tuple[tuple[str, Version[Any]], ...]:
        """The figures that were used, by name."""
        return tuple(
            (f"{one.component}.rate", part.by)
            for one in self.paid
            for part in one.parts
            if part.by is not None
        )


NO_PAY: Final = FixedPay()
"""No component, and nothing withheld."""


def fixed_pay(rules: CaseRules, plan: Plan, pools: Sequence[Pool]) -> FixedPay:
    """Every component but the pay of heads.

    Args:
        rules: the components of its scheme, and the rows of its tables.
        plan: the coefficients and postings of the case.
        pools: all pools of the period that are known before money is bridged, by name and owner;
            an adjustment without a fund is charged to one of them or to a bridged one.

    Raises:
        RefusedError: ``COMPONENT_FIGURE_MISSING``, ``COMPONENT_COEFFICIENT_MISSING``,
            ``COMPONENT_PLACE_UNCLEAR``, ``RELEASE_ABOVE_ONE``, and those of contracts that nobody
            can have.
    """
    components = rules.scheme.components if rules.scheme is not None else {}
    if not components and rules.pay_rows is None and not rules.key_rules.withheld:
        return NO_PAY
    desk = _Desk(rules, plan, pools)
    paid = [one for component in components.values() for one in desk.pay(component)]
    paid += desk.adjustments()
    if desk.problems:
        raise RefusedError(desk.problems)
    paid.sort(key=lambda one: one.order)
    waiting = tuple(row for row in rules.key_rules.withheld if row not in desk.released)
    told = (*_idle(components, paid, rules), *map(_waits, waiting))
    return FixedPay(tuple(paid), waiting, told)


def _idle(
    components: Mapping[str, Component], paid: Sequence[ComponentPay], rules: CaseRules
) -> Iterator[Problem]:
    """A warning for each component in force that pays nobody."""
    names = {one.component for one in paid}
    for name, one in components.items():
        begun = one.valid_from < rules.period.end and one.valid_to > rules.period.start
        if begun and name not in names and one.kind is not ComponentKind.LEADER:
            yield Problem("COMPONENT_NOBODY", one.place, name)


def _waits(row: WithheldBefore) -> Problem:
    facts = {"pool": row.pool, "amount": print_fen(row.amount_fen)}
    return Problem("WITHHELD_WAITING", row.place, row.person_id, facts)


class _Desk:
    """Components computed one after the other; ``problems`` grows."""

    def __init__(self, rules: CaseRules, plan: Plan, pools: Sequence[Pool]) -> None:
        self._rules, self._plan = rules, plan
        self.problems: list[Problem] = []
        self.released: set[WithheldBefore] = set()
        self._last = rules.period.end - 1
        self._allowances: Allowances | None = None
        self._owned = {(pool.institution_id, pool.pool) for pool in pools}
        self._parents = {row.institution_id: row.parent_id for row in rules.institutions}

    def pay(self, component: Component) -> Iterator[ComponentPay]:
        """Everybody's pay of one component."""
        if component.kind is ComponentKind.BONUS:
            yield from self._bonuses(component)
        elif component.kind is ComponentKind.RELEASE:
            yield from self._releases(component)
        elif component.kind is not ComponentKind.LEADER:
            if self._allowances is None:
                self._allowances = Allowances(self._rules, self._plan, self.problems)
            monthly = component.kind is ComponentKind.ALLOWANCE
            found = self._allowances
            yield from (found.by_month if monthly else found.by_contract)(component)

    # -- bonuses ---------------------------------------------------------------------------------

    def _bonuses(self, component: Component) -> Iterator[ComponentPay]:
        rows = self._rules.pay_rows.bonuses if self._rules.pay_rows is not None else ()
        found: dict[tuple[str, str], list[Bonus]] = {}
        for row in rows:
            day = self._last if row.day is None else row.day
            if row.component == component.name and component.in_force(day):
                found.setdefault((row.institution_id, row.person_id), []).append(row)
        for (place, person), several in sorted(found.items()):
            yield rounded_pay(
                (place, component.name, person),
                PaySource.of(component),
                component.in_cap and self._counts(place, person),
                [PayPart("bonus", row.amount_fen, reference=row.reference) for row in several],
                reference=component.reference,
                title=component.title,
            )

    def _counts(self, place: str, person: str) -> bool:
        """Whether a person has, or last had, a posting at a place that counts in the pay cap."""
        mine = self._posted[place, person]
        latest = max((row.active_to for row in mine), default=0)
        of_period = [row for row in mine if self._meets(row)]
        judged = of_period or [row for row in mine if row.active_to == latest]
        return any(counts_in_cap(row, self._rules.outside_types) for row in judged)

    @cached_property
    def _posted(self) -> Mapping[tuple[str, str], list[Posting]]:
        """All postings by institution and person."""
        found: dict[tuple[str, str], list[Posting]] = defaultdict(list)
        for row in self._rules.postings:
            found[row.institution_id, row.person_id].append(row)
        return found

    def _meets(self, row: Posting) -> bool:
        period = self._rules.period
        return row.active_from < period.end and row.active_to > period.start

    # -- what was withheld -----------------------------------------------------------------------

    def _releases(self, component: Component) -> Iterator[ComponentPay]:
        """Withheld money times the person's coefficient; the rest as declared (5.3)."""
        found: dict[tuple[str, str], list[WithheldBefore]] = {}
        if not component.in_force(self._last):
            return
        for row in self._rules.key_rules.withheld:
            if not component.pools or row.pool in component.pools:
                found.setdefault((row.institution_id, row.person_id), []).append(row)
        for (place, person), several in sorted(found.items()):
            factors = self._coefficient(component, place, person)
            self.released.update(several)
            one = rounded_pay(
                (place, component.name, person),
                PaySource(SourceKind.WITHHELD),
                in_cap=False,
                parts=[
                    PayPart(f"withheld:{row.pool}", row.amount_fen, factors=factors)
                    for row in sorted(several, key=lambda row: row.pool)
                ],
                reference=component.reference,
                title=component.title,
            )
            rest = sum(row.amount_fen for row in several) - one.amount_fen
            carried = rest if component.rest is Rest.CARRY else 0
            yield replace(one, retained_fen=rest - carried, carried_fen=carried)

    def _coefficient(
        self, component: Component, place: str, person: str
    ) -> tuple[tuple[str, int], ...]:
        """The coefficient of the period's last day; noted where there is none, or above 1."""
        kind, day = component.coefficient, self._last
        if not kind:
            return ()
        kinds = frozenset({kind})
        stretches = self._plan.coefficients.factors(place, person, "", kinds, (day, day + 1))
        values = [one.value_e4 for stretch in stretches for one in stretch.factors]
        facts = {"component": component.name, "kind": kind}
        if not values:
            facts["day"] = self._rules.period.name
            self._note("COMPONENT_COEFFICIENT_MISSING", component, person, facts)
        elif max(values) > ONE_E4:
            facts["found"] = print_e4(max(values))
            self._note("RELEASE_ABOVE_ONE", component, person, facts)
        return tuple((kind, value) for value in values)

    def _note(self, code: str, component: Component, person: str, facts: Mapping[str, str]) -> None:
        self.problems.append(Problem(code, component.place, person, facts))

    # -- corrections of earlier periods ----------------------------------------------------------

    def adjustments(self) -> Iterator[ComponentPay]:
        """What corrections pay and take back, by what pays it (5.19)."""
        rows = self._rules.pay_rows.adjustments if self._rules.pay_rows is not None else ()
        found: dict[tuple[str, str, PaySource, bool], list[Adjustment]] = {}
        for row in rows:
            source, in_cap = self._payer(row)
            key = (row.institution_id, row.person_id, source, in_cap)
            found.setdefault(key, []).append(row)
        for (place, person, source, in_cap), several in found.items():
            yield rounded_pay(
                (place, ADJUSTMENT, person),
                source,
                in_cap and self._counts(place, person),
                [
                    PayPart(_corrected(row), row.amount_fen, reference=row.reference)
                    for row in sorted(
                        several, key=lambda row: (row.period, *row[:3], row.component)
                    )
                ],
            )

    def _payer(self, row: Adjustment) -> tuple[PaySource, bool]:
        """What pays an adjustment, and whether it counts in the cap by itself.

        One that a pool pays is part of the pool, which the cap has seen.
        """
        scheme = self._rules.scheme
        if row.fund:
            return PaySource(SourceKind.FUND, row.fund), True
        for owner in (row.institution_id, self._parents.get(row.institution_id, "")):
            if (owner, row.pool) in self._owned:
                return PaySource(SourceKind.POOL, row.pool, owner), False
        component = scheme.components.get(row.pool) if scheme is not None else None
        if component is None:
            facts = {"institution": row.institution_id, "near": ""}
            place = row.place.at("pool")
            self.problems.append(Problem("ADJUSTMENT_NO_POOL", place, row.pool, facts))
            return OWN_MONEY, True
        if component.kind is ComponentKind.RELEASE:
            return OWN_MONEY, False
        return PaySource.of(component), component.in_cap


def _corrected(row: Adjustment) -> str:
    """What was corrected: period, pool, component."""
    of = f":{row.component}" if row.component else ""
    return f"{row.period}:{row.pool}{of}"


def charged_fen(paid: Sequence[ComponentPay], pools: Sequence[Pool]) -> tuple[int, ...]:
    """What adjustments charge to each pool, in fen, below 0 where they take back more (5.19)."""
    found: dict[tuple[str, str], int] = {}
    for one in paid:
        if one.source.kind == SourceKind.POOL:
            key = (one.source.institution_id, one.source.name)
            found[key] = found.get(key, 0) + one.amount_fen
    return tuple(found.get((pool.institution_id, pool.pool), 0) for pool in pools)


def charged_to(paid: Sequence[ComponentPay], pool: Pool) -> tuple[ComponentPay, ...]:
    """The adjustments that one pool pays, in order."""
    source = PaySource(SourceKind.POOL, pool.pool, pool.institution_id)
    return tuple(one for one in paid if one.source == source)
