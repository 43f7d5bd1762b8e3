"""What sharing a pool says: payouts, steps, totals, and who shares under one parent."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple


class Payout(NamedTuple):
    """What one person gets from one pool, and by which key (never negative)."""

    key: Fraction
    amount_fen: int
    remainder_fen: int
    capped_fen: int = 0
    floored_fen: int = 0


class PoolTotal(NamedTuple):
    """A pool and what became of it, in fen: amount = paid + retained + carried."""

    amount_fen: int
    paid_fen: int
    retained_fen: int = 0
    carried_fen: int = 0


class Step(NamedTuple):
    """One line of `allocations.csv`: money from a parent to a child."""

    level: str
    pool: str
    parent: str
    child: str
    key: Fraction
    amount_fen: int
    remainder_fen: int


class Shelf(NamedTuple):
    """Whoever shares at the last level under one parent: its money, and the keys there."""

    institution: str
    parent: str
    amount_fen: int
    keys: Mapping[str, Fraction]
    """Below 0 too, as they are before 5.9; shares where a department handed in shares."""
    by_amount: bool = False
    """A department handed in amounts: then there is no key, and 0 stands for each."""
