"""The total pay cap 绩效工资总量 of an institution: pools in the cap give way to it (B9, 5.18).

The idea: the base part of pay counts first and is never touched; what base and in-cap pools are
above the cap comes off these pools in proportion to them (5.10, ties by pool name). The excess
stays with the institution, is carried or returned, as declared. The cap is one of the year: what
earlier periods of it paid counts first, and what they carried opens its pool again
(:mod:`equivalents.captodate`). Sources: B9; definitions 5.10, 5.11, 5.18.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from typing import Final

from equivalents.bridge import in_force
from equivalents.capterms import Terms, TermSum
from equivalents.captodate import WHOLES, Before, befores_of, months_to_date, note_missing
from equivalents.errors import ConservationError, Problem, RefusedError
from equivalents.exact import share_fen
from equivalents.fundfacts import Facts, Money
from equivalents.policy.calendar import Period
from equivalents.policy.capbefore import CapBefore, CapBeforeKind
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.model import Pool, Posting
from equivalents.policy.scheme import CapKind, CapPer, Excess, PayCap
from equivalents.units import print_fen

__all__ = ["CapResult", "Capped", "TermSum", "above_cap", "capped", "next_of_components"]

_YEAR = 12
_NONE: Final[Mapping[str, tuple[tuple[str, int], ...]]] = {}


@dataclass(frozen=True, slots=True)
class Capped:
    """The cap of one institution and what it took, in fen.

    ``cap_fen`` is the terms' sum times ``coefficient_e4`` (``None``: none), rounded down.
    ``base_before_fen`` and ``pools_before`` are what earlier periods of the year paid within it,
    ``opened`` what they carried into pools of this period. ``pools_fen`` are the pools in the cap
    with what opened them, ``components`` other pay that counts before them, ``cuts`` what came off
    each; ``over_base_fen`` is base pay above the cap,
    which nothing is taken for, ``over_paid_fen`` what earlier pools are above what the base leaves
    of it: no locked period is changed.
    """

    institution_id: str
    rule: PayCap
    terms: tuple[TermSum, ...]
    coefficient_e4: int | None
    cap_fen: int
    base_fen: int
    pools_fen: int
    cuts: tuple[tuple[str, int], ...]
    base_before_fen: int = 0
    pools_before: tuple[tuple[str, int], ...] = ()
    opened: tuple[tuple[str, int], ...] = ()
    components: tuple[tuple[str, int], ...] = ()

    @property
    def components_fen(self) -> int:
        """What components in the cap pay; like the base part they are never cut."""
        return sum(fen for _, fen in self.components)

    @property
    def taken_fen(self) -> int:
        """What came off the pools together."""
        return sum(fen for _, fen in self.cuts)

    @property
    def opened_fen(self) -> int:
        """What earlier periods carried into the pools together."""
        return sum(fen for _, fen in self.opened)

    @property
    def before_fen(self) -> int:
        """What earlier periods of the year paid out of pools in the cap."""
        return sum(fen for _, fen in self.pools_before)

    @property
    def over_base_fen(self) -> int:
        """What the base part of the year to date alone is above the cap."""
        return max(self.base_before_fen + self.base_fen - self.cap_fen, 0)

    @property
    def over_paid_fen(self) -> int:
        """What was paid in earlier periods above what the base part leaves of the cap."""
        used = self.base_before_fen + self.base_fen + self.before_fen
        return min(max(used - self.cap_fen, 0), self.before_fen)


@dataclass(frozen=True, slots=True)
class CapResult:
    """Pools within their caps, the caps, and what the next period opens with.

    ``waiting`` is what earlier periods carried into pools that this one does not have in the cap:
    it is carried on.
    """

    pools: tuple[Pool, ...]
    caps: tuple[Capped, ...] = ()
    waiting: tuple[CapBefore, ...] = ()
    next: tuple[CapBefore, ...] = ()


def capped(
    rule: PayCap,
    pools: Sequence[Pool],
    outside: Set[tuple[str, str]],
    facts: Facts,
    money: Money,
    postings: Sequence[Posting],
    components: Mapping[str, tuple[tuple[str, int], ...]] = _NONE,
) -> CapResult:
    """The pools within the caps of their institutions, and what each cap took.

    Args:
        rule: the pay cap of the scheme.
        pools: all pools of the case, before the cap.
        outside: (institution, pool) of those that do not count in it.
        facts: accounts, coefficients and institutions of the period, and what is brought in.
        money: the dues, for terms that are a share of a fund.
        postings: for terms by heads of staff.
        components: by institution what components in the cap pay, which is never cut; an
            institution that is named has a cap, also where nothing is known to be paid yet.

    Raises:
        RefusedError: ``PAYCAP_MISSING`` (an institution with pools in the cap and no approved
            total), ``PAYCAP_FIGURE_MISSING``, ``PAYCAP_COEFFICIENT_MISSING``,
            ``PAYCAP_STAFF_TWICE``, ``PAYCAP_YEAR``, ``SCHEME_PART_PERIOD``,
            ``COMPONENT_ABOVE_CAP`` (components that no pool gives way to).
        ConservationError: pools and cuts do not add up to what was there (a defect).
    """
    problems: list[Problem] = []
    if rule.kind is CapKind.NONE or not in_force(rule, "pay_cap", facts.period, problems):
        return CapResult(tuple(pools))
    desk = _Desk(rule, facts, money, postings, problems)
    found = []
    for place in sorted(facts.institutions, key=lambda one: one.institution_id):
        name = place.institution_id
        mine = [pool for pool in pools if pool.institution_id == name]
        within = [pool for pool in mine if (name, pool.pool) not in outside]
        fixed = components.get(name, ())
        if within or name in components or desk.base(name):
            found.append(desk.cap(name, sorted(within, key=lambda pool: pool.pool), fixed))
            problems += above_cap(found[-1])
    if rule.per is CapPer.YEAR:
        names = [one.institution_id for one in found]
        note_missing(rule, facts.period, desk.befores, names, problems)
    if problems:
        raise RefusedError(problems)
    left = _lowered(pools, found)
    waiting = desk.waiting(found)
    return CapResult(left, tuple(found), waiting, (*desk.next(found, left), *waiting))


def _lowered(pools: Sequence[Pool], found: Sequence[Capped]) -> tuple[Pool, ...]:
    """The pools with what opened them and without what the caps took."""
    left = _moved(pools, found)
    moved = sum(one.opened_fen - one.taken_fen for one in found)
    if sum(p.amount_fen for p in left) - moved != sum(p.amount_fen for p in pools):
        raise ConservationError("pools and what the cap took are not the pools before it")
    return left


def above_cap(one: Capped, after_fen: int = 0) -> Iterator[Problem]:
    """Components in a cap that no pool can give way to (``COMPONENT_ABOVE_CAP``).

    ``after_fen`` is what pools have that gave way already: pay of heads comes after them.
    """
    used = one.base_before_fen + one.base_fen + one.before_fen + one.components_fen + after_fen
    if one.components_fen > 0 and used > one.cap_fen:
        names = ", ".join(name for name, fen in one.components if fen)
        facts = {"institution": one.institution_id, "cap": print_fen(one.cap_fen)}
        facts |= {"amount": print_fen(one.components_fen), "over": print_fen(used - one.cap_fen)}
        yield Problem("COMPONENT_ABOVE_CAP", one.rule.place, names, facts)


def next_of_components(
    rule: PayCap,
    period: Period,
    components: Mapping[str, tuple[tuple[str, int], ...]],
    caps: Sequence[Capped],
) -> Iterator[CapBefore]:
    """What further components in a cap of a year are for its next period (5.18)."""
    if rule.per is CapPer.YEAR and months_to_date(period) < _YEAR:
        for name in sorted({one.institution_id for one in caps} & components.keys()):
            for component, fen in components[name]:
                yield CapBefore(CapBeforeKind.POOL, name, component, period.name, fen)


def _moved(pools: Sequence[Pool], caps: Sequence[Capped]) -> tuple[Pool, ...]:
    moved: dict[tuple[str, str], int] = {}
    for one in caps:
        for sign, parts in ((1, one.opened), (-1, one.cuts)):
            for name, fen in parts:
                key = (one.institution_id, name)
                moved[key] = moved.get(key, 0) + sign * fen
    return tuple(
        replace(pool, amount_fen=pool.amount_fen + moved.get((pool.institution_id, pool.pool), 0))
        for pool in pools
    )


class _Desk:
    """Caps computed institution by institution; ``problems`` grows."""

    def __init__(
        self,
        rule: PayCap,
        facts: Facts,
        money: Money,
        postings: Sequence[Posting],
        problems: list[Problem],
    ) -> None:
        self._rule, self._facts = rule, facts
        self._terms = Terms(rule, facts, money, postings, problems)
        self.befores: Mapping[str, Before] = befores_of(facts.cap_before)

    def base(self, name: str) -> int:
        """The base part of the period."""
        return self._terms.base(name)

    def cap(
        self, name: str, pools: Sequence[Pool], components: tuple[tuple[str, int], ...]
    ) -> Capped:
        """The cap of an institution over its pools that count, behind components that do."""
        before = self.befores.get(name)
        terms = self._terms.of(name, before)
        total = sum(term.amount_fen for term in terms)
        coefficient = self._terms.coefficient_e4(name)
        if coefficient is not None:
            total = floor(Fraction(total * coefficient, ONE_E4))
        carried = before.all_of(CapBeforeKind.EXCESS) if before else {}
        names = [pool.pool for pool in pools]
        opened = {one: fen for one, fen in carried.items() if one in names}
        amounts = [pool.amount_fen + opened.get(pool.pool, 0) for pool in pools]
        paid = before.all_of(CapBeforeKind.POOL) if before else {}
        base, all_ = self._terms.base(name), sum(amounts)
        base_before = before.of(CapBeforeKind.BASE, "") if before else 0
        used = base_before + base + sum(paid.values()) + sum(fen for _, fen in components)
        excess = min(max(used + all_ - total, 0), all_)
        cuts = share_fen(excess, amounts) if all_ else (0,) * len(amounts)
        return Capped(
            name,
            self._rule,
            terms,
            coefficient,
            total,
            base,
            all_,
            tuple(zip(names, cuts, strict=True)),
            base_before,
            tuple(paid.items()),
            tuple(opened.items()),
            components,
        )

    def waiting(self, caps: Sequence[Capped]) -> tuple[CapBefore, ...]:
        """What was carried into pools that this period does not have in the cap."""
        within = {(one.institution_id, pool) for one in caps for pool, _ in one.cuts}
        return tuple(
            CapBefore(CapBeforeKind.EXCESS, name, pool, "", fen, before.place)
            for name, before in self.befores.items()
            for pool, fen in before.all_of(CapBeforeKind.EXCESS).items()
            if (name, pool) not in within
        )

    def next(self, caps: Sequence[Capped], left: Sequence[Pool]) -> Iterator[CapBefore]:
        """What the next period opens with: the year to date, and what was carried."""
        if self._rule.per is CapPer.YEAR and months_to_date(self._facts.period) < _YEAR:
            yield from self._to_date(caps, left)
        for one in caps if self._rule.excess is Excess.CARRIED else ():
            for pool, fen in one.cuts:
                if fen:
                    yield CapBefore(CapBeforeKind.EXCESS, one.institution_id, pool, "", fen)

    def _to_date(self, caps: Sequence[Capped], left: Sequence[Pool]) -> Iterator[CapBefore]:
        """What was brought in of the year, and this period: also 0.00, so that it is known."""
        yield from (r for r in self._facts.cap_before if r.kind is not CapBeforeKind.EXCESS)
        period = self._facts.period.name
        shares = {(WHOLES[t.kind], t.name): t for t in self._rule.terms if t.kind in WHOLES}
        for place in self._facts.institutions:
            name = place.institution_id
            yield CapBefore(CapBeforeKind.BASE, name, "", period, self._terms.base(name))
            for (kind, of), term in shares.items():
                yield CapBefore(kind, name, of, period, self._terms.whole(name, term))
        amounts = {(pool.institution_id, pool.pool): pool.amount_fen for pool in left}
        for one in caps:
            for pool, _ in one.cuts:
                fen = amounts[one.institution_id, pool]
                yield CapBefore(CapBeforeKind.POOL, one.institution_id, pool, period, fen)
            for component, fen in one.components:
                yield CapBefore(CapBeforeKind.POOL, one.institution_id, component, period, fen)
