"""Rounding and whole units: half-up at a named number of places, e7 (page 2, Numbers)."""

from __future__ import annotations

from fractions import Fraction

E7 = 10**7


def floor(number: Fraction) -> int:
    """Return the largest whole number that is not above."""
    return number.numerator // number.denominator


def ceiling(number: Fraction) -> int:
    """Return the smallest whole number that is not below."""
    return -floor(-number)


def half_up(number: Fraction, places: int) -> Fraction:
    """Round to that many decimals, halves away from zero (四舍五入)."""
    scaled = floor(abs(number) * 10**places + Fraction(1, 2))
    return Fraction(scaled if number >= 0 else -scaled, 10**places)


def e7(number: Fraction) -> int:
    """Return an exact number of seven places as a whole number of 0.0000001."""
    scaled = number * E7
    assert scaled.denominator == 1, "exact at seven places"
    return scaled.numerator
