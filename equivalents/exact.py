"""Exact money: the few named ways in which a fraction becomes whole fen.

A computation of money stays a :class:`~fractions.Fraction` until its one rounding; everything
after that is whole fen which add up. Negative totals are shared by their absolute value (5.4).
Sources: definitions 5.4, 5.10, 5.13, 5.15, 5.17.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import floor, lcm

import numpy as np

from equivalents.allocate import largest_remainder
from equivalents.units import INT64_LIMIT, Exact, print_fixed

__all__ = ["apportion", "half_up", "print_exact", "reaches", "share_fen", "whole_keys"]


def half_up(value: Fraction) -> int:
    """Round once to a whole number, half-up; halves of negative numbers go away from zero."""
    half = floor(abs(value) + Fraction(1, 2))
    return half if value >= 0 else -half


def reaches(part: int, whole: int, at_least: Fraction) -> bool:
    """Whether a part is at least a share of a whole, compared exactly; the bound passes (5.17)."""
    return part * at_least.denominator >= at_least.numerator * whole


def whole_keys(keys: Sequence[Fraction]) -> list[int]:
    """Keys in whole numbers, in the same proportion: fractions over their common denominator."""
    common = lcm(*(key.denominator for key in keys))
    return [key.numerator * (common // key.denominator) for key in keys]


def share_fen(amount_fen: int, keys: Sequence[int]) -> tuple[int, ...]:
    """Share an amount of any sign by whole keys in their order (5.10); the parts add up.

    Raises:
        ValueError: a negative key, or money with no positive key.
    """
    if not keys:
        if amount_fen:
            raise ValueError("money and nobody to share it")
        return ()
    kind = np.int64 if max(keys) < INT64_LIMIT else object
    key: Exact = np.array(keys, kind)
    pool, starts = np.array([abs(amount_fen)], np.int64), np.zeros(1, np.int64)
    shares = largest_remainder(pool, key, starts).amount_fen.tolist()
    return tuple(shares) if amount_fen >= 0 else tuple(-share for share in shares)


def apportion(amount_fen: int, exact_fen: Sequence[Fraction]) -> tuple[int, ...]:
    """Whole fen of lines whose exact amounts add up to what was rounded to ``amount_fen`` (5.13).

    Each line gets its floor (towards minus infinity); the fen that are left go one each to the
    larger remainder, then the larger amount, then the earlier line. No line moves by a whole fen.

    Raises:
        ValueError: the amount is not within a fen of the lines' sum.
    """
    whole = [floor(value) for value in exact_fen]
    left = amount_fen - sum(whole)
    if not 0 <= left <= len(whole):
        raise ValueError(f"{amount_fen} fen are not the rounded sum of these lines")
    order = sorted(
        range(len(whole)), key=lambda at: (whole[at] - exact_fen[at], -exact_fen[at], at)
    )
    for at in order[:left]:
        whole[at] += 1
    return tuple(whole)


def print_exact(value: Fraction, places: int) -> str:
    """A fraction with so many decimals where these are exact, else as ``7/12``."""
    scaled = value * 10**places
    return print_fixed(int(scaled), places) if scaled.denominator == 1 else str(value)
