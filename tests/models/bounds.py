"""Caps and floors of definition 5.11, slowly and in fractions, for one pool."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

__all__ = ["Payee", "round_fen", "within"]


class Payee(NamedTuple):
    """One payee as a clerk would write it; ``cap`` is ``None`` where there is none."""

    key: int
    floor: int = 0
    cap: int | None = None


def round_fen(exact: list[Fraction], keys: list[int], pool: int) -> list[int]:
    """One largest remainder over exact amounts: remainder, then key, then code (5.10)."""
    floors = [value.numerator // value.denominator for value in exact]
    order = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], -keys[i], i))
    for i in order[: pool - sum(floors)]:
        floors[i] += 1
    return floors


def within(pool: int, payees: list[Payee]) -> tuple[list[int], int]:
    """clamp(L x key, floor, cap) for the L that sums to the pool, by trying every corner of L."""
    floors = [payee.floor for payee in payees]
    caps = [pool if payee.cap is None else payee.cap for payee in payees]
    most = sum(c if payee.key else f for payee, f, c in zip(payees, floors, caps, strict=True))
    if most <= pool:
        paid = [c if p.key else f for p, f, c in zip(payees, floors, caps, strict=True)]
        return paid, pool - most

    def at(level: Fraction) -> list[Fraction]:
        return [
            min(max(level * p.key, Fraction(f)), Fraction(c)) if p.key else Fraction(f)
            for p, f, c in zip(payees, floors, caps, strict=True)
        ]

    corners = sorted(
        {Fraction(0)}
        | {Fraction(b, p.key) for p, f, c in zip(payees, floors, caps, strict=True)
           for b in (f, c) if p.key}
    )  # fmt: skip
    below = max(corner for corner in corners if sum(at(corner)) <= pool)
    above = min(corner for corner in corners if corner > below)
    low, high = sum(at(below)), sum(at(above))
    level = below + (above - below) * Fraction(pool - low) / (high - low)
    exact = at(level)
    assert sum(exact) == pool
    return round_fen(exact, [payee.key for payee in payees], pool), 0
