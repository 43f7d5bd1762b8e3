"""What a fund adds to a pool whose institution's coefficient is above 1 (5.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from tests.reference.bridges import bridges, used_once
from tests.reference.case import Case, Pool
from tests.reference.coefficients import Coefficients
from tests.reference.funds import Due, by_fund
from tests.reference.numbers import half_up
from tests.reference.text import Refused

At = tuple[str, str]
"""Institution and pool."""


class Excess(NamedTuple):
    """What a fund pays, in fen."""

    fund: str
    fen: int


def raised(case: Case, dues: Sequence[Due], made: Sequence[Pool]) -> dict[At, Excess]:
    """Return what funds add to pools, which take from a fund in the order of their names.

    A pool whose first level shares among institutions is not multiplied itself.
    """
    left = dict(by_fund(dues))
    for pool in made:
        fund = bridges(case)[pool.pool].get("fund")
        if fund:
            left[pool.institution, fund] -= pool.amount_fen
    coefficients = Coefficients(case)
    found: dict[At, Excess] = {}
    for pool in sorted(case.pools, key=lambda one: (one.institution, one.pool)):
        fund = case.declared.excess_fund(pool.pool)
        if not fund or case.declared.levels(pool.pool)[0].to == "institution":
            continue
        coefficient, _ = coefficients.institution(pool.institution, pool.pool)
        if coefficient <= 1:
            continue
        whole = int(half_up(Fraction(pool.amount_fen) * coefficient, 0))
        excess = whole - pool.amount_fen
        at = pool.institution, fund
        if excess > left.get(at, 0):
            raise Refused("EXCESS_OVERDRAWN", f"{pool.institution}/{pool.pool}")
        left[at] = left.get(at, 0) - excess
        found[pool.institution, pool.pool] = Excess(fund, excess)
    for (place, _), one in found.items():
        used_once(case, ("fund", one.fund), place, left[place, one.fund])
    return found


def larger(pools: Sequence[Pool], more: Mapping[At, Excess]) -> tuple[Pool, ...]:
    """Return the pools with what funds add."""
    fen = {at: one.fen for at, one in more.items()}
    return tuple(
        replace(one, amount_fen=one.amount_fen + fen.get((one.institution, one.pool), 0))
        for one in pools
    )


def goes_back(more: Mapping[At, Excess], taken: Mapping[At, int]) -> dict[At, int]:
    """Return what of a cap's cut goes back to the fund that raised a pool, which is first."""
    return {at: min(max(taken.get(at, 0), 0), one.fen) for at, one in more.items()}
