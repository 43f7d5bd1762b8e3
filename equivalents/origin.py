"""Where the money of a pool came from: its fund and payers, the bridge, the pay cap (B10).

Made of what the money functions returned, nothing is computed a second way: the lines of a due
amount, who pays which part of it, what the bridge took of it by which rule, what a cap took off.
A reader adds all of it up again, from the payers to the pool. Sources: B7, B9, B10, D0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from equivalents.bridge import Bridged
from equivalents.exact import half_up
from equivalents.fundfacts import DueLine
from equivalents.fundsettle import Funded
from equivalents.paycap import Capped
from equivalents.policy.accounts import SURPLUS_POOL
from equivalents.policy.coefficients import Stretch
from equivalents.policy.model import Pool
from equivalents.policy.scheme import Excess
from equivalents.settle import Settlement
from equivalents.surplus import Surplus

__all__ = ["CutOff", "Origin", "Rise", "Source", "origin_of"]


class Source(StrEnum):
    """What a pool is made of: a row of the pools, a surplus, a fund, an approved line."""

    GIVEN = "given"
    SURPLUS = "surplus"
    FUND = "fund"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class CutOff:
    """What the total pay cap took off a pool, in fen, and what becomes of it (B9)."""

    taken_fen: int
    excess: Excess
    cap_fen: int
    reference: str


@dataclass(frozen=True, slots=True)
class Rise:
    """What a fund pays because an institution's coefficient on its pool is above 1 (5.2).

    ``before_fen`` times ``coefficient_e4``, the product of ``factors``, half-up, is the pool that
    the cap then looks at; it is ``fen`` more.
    """

    fund: str
    title: str
    coefficient_e4: int
    factors: tuple[Stretch, ...]
    before_fen: int
    fen: int
    reference: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The way of a pool's money from its source to the pool.

    ``lines`` add up to ``base_fen``: the due amount, the approved rows, or the balance; so do
    ``parts``, who pays it, where there are any. The rule takes ``share`` of the base less
    ``costs_fen``, not below 0: ``exact_fen``, of which ``made_fen`` was left to take. A ``rise``
    is added, the ``cut`` of a cap comes off then, and ``pool_fen`` is what is shared.
    ``for_display`` says that the rate of the lines is a floating price, which never calculates
    (5.13).
    """

    institution_id: str
    pool: str
    source: Source
    pool_fen: int
    made_fen: int
    name: str = ""
    title: str = ""
    reference: str = ""
    base_fen: int = 0
    lines: tuple[DueLine, ...] = ()
    parts: tuple[tuple[str, int], ...] = ()
    for_display: bool = False
    rule: str = ""
    costs_fen: int = 0
    share: Fraction = Fraction(1)
    exact_fen: int = 0
    bridge_reference: str = ""
    cut: CutOff | None = None
    rise: Rise | None = None


def origin_of(settlement: Settlement, pool: Pool) -> Origin:
    """Where the money of one pool of a settlement came from."""
    rise = _rise(settlement, pool)
    if rise is None:
        return _origin(settlement, pool)
    origin = _origin(settlement, replace(pool, amount_fen=pool.amount_fen - rise.fen))
    return replace(origin, pool_fen=pool.amount_fen, rise=rise)


def _rise(settlement: Settlement, pool: Pool) -> Rise | None:
    """What a fund added to a pool, if one did."""
    money, scheme = settlement.funded, settlement.rules.scheme
    if money is None or scheme is None:
        return None
    one = next((r for r in money.raised if r.where == (pool.institution_id, pool.pool)), None)
    if one is None:
        return None
    factors = settlement.plan.coefficients.institution_factors(*one.where)
    sizes = one.coefficient_e4, factors, one.before_fen, one.fen
    return Rise(one.fund, scheme.funds[one.fund].title, *sizes, one.taking.bridge.reference)


def _origin(settlement: Settlement, pool: Pool) -> Origin:
    """The same without what made it larger."""
    money, where = settlement.funded, (pool.institution_id, pool.pool)
    cut = _cut(money.caps if money is not None else (), pool)
    pool_fen, made_fen = pool.amount_fen, pool.amount_fen + (cut.taken_fen if cut else 0)
    for one in money.bridged if money is not None else ():
        if money is not None and (one.institution_id, one.bridge.pool) == where:
            return _bridged(settlement, money, one, pool_fen, cut)
    if pool.pool == SURPLUS_POOL:
        for surplus in settlement.surpluses:
            if surplus.institution_id == pool.institution_id:
                return _surplus(settlement, surplus, pool_fen, cut)
    return Origin(*where, Source.GIVEN, pool_fen, made_fen, base_fen=made_fen, cut=cut)


def _cut(caps: Sequence[Capped], pool: Pool) -> CutOff | None:
    for one in caps:
        for name, fen in one.cuts:
            if fen and (one.institution_id, name) == (pool.institution_id, pool.pool):
                return CutOff(fen, one.rule.excess, one.cap_fen, one.rule.reference)
    return None


def _bridged(
    settlement: Settlement, money: Funded, one: Bridged, pool_fen: int, cut: CutOff | None
) -> Origin:
    """A pool that a bridge made, with its fund's due amount or the approved rows behind it."""
    bridge, place = one.bridge, one.institution_id
    lines: tuple[DueLine, ...]
    parts: tuple[tuple[str, int], ...] = ()
    title = reference = ""
    if bridge.fund:
        due = next(
            due
            for due in money.money.dues
            if (due.institution_id, due.fund.name) == (place, bridge.fund)
        )
        lines, title, reference = due.lines, due.fund.title, due.fund.reference
        parts = tuple(part for part in due.parts if part[0])
    else:
        lines = tuple(
            DueLine(row.source or row.line, "", "", "", row.amount_fen)
            for row in settlement.rules.accounts
            if (row.institution_id, row.kind, row.line) == (place, "approved", one.source)
        )
    return Origin(
        place,
        bridge.pool,
        Source.FUND if bridge.fund else Source.APPROVED,
        pool_fen,
        one.pool_fen,
        one.source,
        title,
        reference,
        one.base_fen,
        lines,
        parts,
        bridge.fund in money.money.floating_e4,
        bridge.rule.value,
        one.costs_fen,
        one.share,
        half_up(max(one.base_fen - one.costs_fen, 0) * one.share),
        bridge.reference,
        cut,
    )


def _surplus(settlement: Settlement, one: Surplus, pool_fen: int, cut: CutOff | None) -> Origin:
    """The pay part of a surplus, with the account totals that make the balance (5.14)."""
    rule = settlement.rules.surplus
    into = ("income", "opening_restricted")
    signed = {kind: fen if kind in into else -fen for kind, fen in one.totals_fen.items()}
    lines = tuple(DueLine(kind, "", "", "", fen) for kind, fen in signed.items() if fen)
    pay = one.split.pay_fen
    return Origin(
        one.institution_id,
        SURPLUS_POOL,
        Source.SURPLUS,
        pool_fen,
        pay,
        reference=rule.reference,
        base_fen=one.balance_fen,
        lines=lines,
        rule="odd_to_pay" if rule.odd_to_pay else "odd_to_development",
        share=rule.pay_ratio,
        exact_fen=pay,
        cut=cut,
    )
