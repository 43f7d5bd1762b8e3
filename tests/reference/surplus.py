"""The 50/50 surplus rule: B7 of page 1; 5.14 of page 5."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from tests.reference.case import Case, Pool
from tests.reference.numbers import floor
from tests.reference.text import Refused

SIGNS = {
    "income": 1,
    "opening_restricted": 1,
    "expenditure": -1,
    "closing_restricted": -1,
    "deduction": -1,
}
"""What enters B; project money, advances and payments stay outside."""


class Surplus(NamedTuple):
    """One institution's balance in fen: balance = development + pay + deficit, always."""

    balance_fen: int
    development_fen: int
    pay_fen: int
    deficit_fen: int
    """0, or the negative balance."""


def halved(balance_fen: int, pay_ratio: Fraction, odd_fen: str) -> Surplus:
    """Halve a balance; the odd fen goes to development unless declared (5.14)."""
    if balance_fen <= 0:
        return Surplus(balance_fen, 0, 0, balance_fen)
    pay = floor(balance_fen * pay_ratio)
    if odd_fen == "pay":
        pay = balance_fen - floor(balance_fen * (1 - pay_ratio))
    return Surplus(balance_fen, balance_fen - pay, pay, 0)


def surpluses(case: Case) -> dict[str, Surplus]:
    """Return the surplus of every institution with accounts, without netting."""
    rule = case.declared.surplus
    balances: dict[str, int] = {}
    for one in case.accounts:
        # What stands there of the last period, to see that it closes, is no account of this one.
        before_period = one.day is not None and one.day < case.first_day
        if one.kind in SIGNS and not before_period:
            before = balances.get(one.institution, 0)
            balances[one.institution] = before + SIGNS[one.kind] * one.amount_fen
    _assessed(case, balances)
    return {
        institution: halved(balance, rule.pay_ratio, rule.odd_fen)
        for institution, balance in sorted(balances.items())
    }


def _assessed(case: Case, balances: Mapping[str, int]) -> None:
    """Refuse a pay half without results, unless the scheme says so (5.14).

    There are results where a composite applies to the pool, its key or its amounts.
    """
    text = case.scheme.community
    default = "required" if text.get("scheme") else "none"
    if (text.get("surplus") or {}).get("assessment", default) == "none":
        return
    kinds = {row.kind for row in case.coefficients} & case.declared.composites
    rules = [case.declared.coefficient(kind) for kind in kinds]
    pool = case.declared.surplus.pool
    applies = any(
        rule.applies_to in ("key", "withhold") and (not rule.pools or pool in rule.pools)
        for rule in rules
    )
    if not applies and any(balance > 0 for balance in balances.values()):
        raise Refused("SURPLUS_NOT_ASSESSED")


def pools_of(case: Case, found: dict[str, Surplus]) -> list[Pool]:
    """Return the given pools and those of the pay halves."""
    rule = case.declared.surplus
    pools = list(case.pools)
    given = {(pool.institution, pool.pool) for pool in pools}
    for institution, one in found.items():
        if (institution, rule.pool) in given:
            raise Refused("POOL_TWICE", f"{institution}/{rule.pool}")
        pools.append(Pool(institution, rule.pool, one.pay_fen, ""))
    return sorted(pools, key=lambda pool: (pool.institution, pool.pool))
