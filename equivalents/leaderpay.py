"""The pay of heads 单位负责人绩效: a multiple of what their people are paid (B9, D4).

Heads share in no staff pool (5.20). Their pay is the average of what the people who are listed at
the institution are paid from the named pools, x the declared multiple x the institution's
coefficient, for the months on whose last day they are heads and the component is in force; rounded
once, half-up, to the fen.
Sources: B9, D4; definitions 5.17, 5.20.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np

from equivalents.componentpay import ComponentPay, PayPart, PaySource, rounded_pay
from equivalents.errors import Problem, RefusedError
from equivalents.fundfacts import coefficients_on
from equivalents.payouts import Payouts
from equivalents.policy.calendar import print_day
from equivalents.policy.components import Component, ComponentKind
from equivalents.policy.leaders import leads
from equivalents.policy.model import CaseRules, Pool, Posting
from equivalents.policy.who import counts_in_cap
from equivalents.tally import Plan

__all__ = ["leader_pay"]


def leader_pay(
    rules: CaseRules, plan: Plan, pools: Sequence[Pool], payouts: Payouts
) -> tuple[ComponentPay, ...]:
    """What heads are paid by components, in order.

    Args:
        rules: the components of its scheme, who heads are, coefficients of institutions.
        plan: the codes of the payouts.
        pools: the pools of the payouts.
        payouts: what the pools paid.

    Raises:
        RefusedError: ``COMPONENT_NO_AVERAGE`` (nobody is listed in the pools at the institution),
            ``COMPONENT_COEFFICIENT_MISSING``, ``COMPONENT_FIGURE_MISSING``.
    """
    components = rules.scheme.components.values() if rules.scheme is not None else ()
    ends = rules.period.month_ends
    mine = [
        one for one in components if one.kind is ComponentKind.LEADER and one.days_in_force(ends)
    ]
    if not mine:
        return ()
    desk = _Desk(rules, plan, pools, payouts)
    paid = [pay for component in mine for pay in desk.pay(component)]
    if desk.problems:
        raise RefusedError(desk.problems)
    return tuple(sorted(paid, key=lambda one: one.order))


class _Desk:
    """The pay of heads, component by component; ``problems`` grows."""

    def __init__(
        self, rules: CaseRules, plan: Plan, pools: Sequence[Pool], payouts: Payouts
    ) -> None:
        self._rules, self._plan, self._pools, self._payouts = rules, plan, pools, payouts
        self._last = rules.period.end - 1
        self._coefficients = coefficients_on(rules.key_rules.coefficients, self._last)
        self._heads = self._led()
        self.problems: list[Problem] = []

    def pay(self, component: Component) -> Iterator[ComponentPay]:
        """What one component pays all heads."""
        averages = self._averages(component.pools)
        ends = component.days_in_force(self._rules.period.month_ends)
        version = component.rate_e4.on(ends[-1]) if component.rate_e4 is not None else None
        if version is None:
            facts = {"day": print_day(ends[-1])}
            self._note("COMPONENT_FIGURE_MISSING", component, component.name, **facts)
            return
        months = len(self._rules.period.month_ends)
        for (place, person), rows in sorted(self._heads.items()):
            led = sum(any(row.active_from <= day < row.active_to for row in rows) for day in ends)
            total, heads = averages.get(place, (0, 0))
            if not led:
                continue
            factors = self._factors(component, place)
            if not heads:
                pools = ", ".join(component.pools)
                self._note("COMPONENT_NO_AVERAGE", component, place, pools=pools, person=person)
                continue
            part = PayPart(
                f"average:{'+'.join(component.pools)}",
                total,
                heads,
                Fraction(led, months),
                version.value,
                factors,
                version,
                version.reference,
            )
            yield rounded_pay(
                (place, component.name, person),
                PaySource.of(component),
                component.in_cap and self._counts(rows),
                [part],
                reference=component.reference,
                title=component.title,
            )

    def _led(self) -> Mapping[tuple[str, str], list[Posting]]:
        """The postings of heads by institution and person."""
        leaders, period = self._rules.key_rules.leaders, self._rules.period
        found: dict[tuple[str, str], list[Posting]] = {}
        for row in self._rules.postings:
            if leads(row, leaders, period):
                found.setdefault((row.institution_id, row.person_id), []).append(row)
        return found

    def _averages(self, names: Sequence[str]) -> dict[str, tuple[int, int]]:
        """What the named pools pay at each institution, and how many people are listed there."""
        one = self._payouts
        chosen = np.array([pool.pool in names for pool in self._pools], bool)[one.pool]
        found: dict[str, tuple[int, set[int]]] = {}
        for place, person, fen in zip(
            one.institution[chosen].tolist(),
            one.person[chosen].tolist(),
            one.amount_fen[chosen].tolist(),
            strict=True,
        ):
            name = self._plan.institutions[place]
            total, people = found.get(name, (0, set()))
            people.add(person)
            found[name] = total + fen, people
        return {name: (total, len(people)) for name, (total, people) in found.items()}

    def _factors(self, component: Component, place: str) -> tuple[tuple[str, int], ...]:
        """The coefficient of the institution on the last day; a missing one is noted (5.17)."""
        kind = component.coefficient
        if not kind:
            return ()
        value = self._coefficients.get((place, kind))
        if value is None:
            facts = {"component": component.name, "kind": kind, "day": print_day(self._last)}
            self._note("COMPONENT_COEFFICIENT_MISSING", component, place, **facts)
            return ()
        return ((kind, value),)

    def _counts(self, rows: Sequence[Posting]) -> bool:
        return any(counts_in_cap(row, self._rules.outside_types) for row in rows)

    def _note(self, code: str, component: Component, value: str, /, **facts: str) -> None:
        self.problems.append(Problem(code, component.place, value, facts))
