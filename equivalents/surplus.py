"""The 50/50 surplus rule (结余五五分成): a year's balance becomes development fund and pay.

The idea: B = income + opening_restricted - expenditure - closing_restricted - deductions, per
institution and without netting. Project money stays outside. Where B > 0 the pay half is
floor(B x pay ratio) and the rest is development, so the two always add up and the odd fen falls
to development (or to pay, where that is declared). Otherwise both are 0 and B itself stands as
the deficit: B = development + pay + deficit, always.

Everything is Python integers of fen: there is one row per institution, and nothing to bound.
Sources: rule B7; definition 5.14.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from equivalents.errors import NOWHERE, ConservationError, Place
from equivalents.policy.accounts import BALANCE_KINDS, SURPLUS_POOL, Account, SurplusRule
from equivalents.policy.model import Pool

__all__ = ["Split", "Surplus", "split_balance", "surplus_of", "surplus_pools"]


class Split(NamedTuple):
    """The parts of a balance, in fen; ``deficit_fen`` is never positive."""

    development_fen: int
    pay_fen: int
    deficit_fen: int


@dataclass(frozen=True, slots=True)
class Surplus:
    """One institution's surplus statement 结余分配表, every figure in fen.

    ``totals_fen`` holds the sum of its account rows by kind, 0 where there are none.
    """

    institution_id: str
    totals_fen: dict[str, int]
    balance_fen: int
    split: Split
    place: Place = NOWHERE


def split_balance(
    balance_fen: int, pay_ratio: Fraction = Fraction(1, 2), *, odd_to_pay: bool = False
) -> Split:
    """Split a balance into development, pay and deficit, exactly (B7, 5.14).

    Args:
        balance_fen: B, of any sign.
        pay_ratio: the part that becomes pay, between 0 and 1.
        odd_to_pay: round pay up and not down where the ratio does not divide B.

    Raises:
        ValueError: a ratio outside 0 to 1.
        ConservationError: the parts do not add up to the balance (a defect).
    """
    if not 0 <= pay_ratio <= 1:
        raise ValueError(f"not a ratio: {pay_ratio}")
    if balance_fen <= 0:
        split = Split(0, 0, balance_fen)
    else:
        # floor, or (rounded up) the negated floor of the negated balance
        sign = -1 if odd_to_pay else 1
        pay = sign * (sign * balance_fen * pay_ratio.numerator // pay_ratio.denominator)
        split = Split(balance_fen - pay, pay, 0)
    if sum(split) != balance_fen or split.development_fen < 0 or split.pay_fen < 0:
        raise ConservationError(f"surplus {balance_fen} fen is split into {split}")
    return split


def surplus_of(accounts: Iterable[Account], rule: SurplusRule) -> tuple[Surplus, ...]:
    """The surplus of every institution with an account of the balance, by institution.

    An institution that has only project money or movements (advance, received, paid) has no
    business account here and gets no statement. ``place`` is that of the first row.
    """
    by_institution: dict[str, list[Account]] = {}
    for row in accounts:
        if row.kind in BALANCE_KINDS:
            by_institution.setdefault(row.institution_id, []).append(row)
    return tuple(_surplus(name, rows, rule) for name, rows in sorted(by_institution.items()))


def _surplus(institution_id: str, rows: list[Account], rule: SurplusRule) -> Surplus:
    totals = dict.fromkeys(BALANCE_KINDS, 0)
    for row in rows:
        totals[row.kind] += row.amount_fen
    into, out_of = BALANCE_KINDS[:2], BALANCE_KINDS[2:]
    balance = sum(totals[kind] for kind in into) - sum(totals[kind] for kind in out_of)
    split = split_balance(balance, rule.pay_ratio, odd_to_pay=rule.odd_to_pay)
    return Surplus(institution_id, totals, balance, split, rows[0].place)


def surplus_pools(surpluses: Iterable[Surplus], series: str) -> tuple[Pool, ...]:
    """The pay half of every institution as its pool ``surplus``, shared by one weight series.

    A deficit gives a pool of 0.00, so that everybody sees that there is nothing to share.
    """
    return tuple(
        Pool(one.institution_id, SURPLUS_POOL, series, one.split.pay_fen, one.place)
        for one in surpluses
    )
