"""Next year's equivalents for a budget: three years weighted 1:2:7, or by a growth rate.

Everything is exact; what is written down is rounded once, half-up, to seven places.
Sources: B3; the papers ChinaXiv 202207.00109 (weights) and 202207.00084 (growth).
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from equivalents.exact import half_up

__all__ = [
    "GROWTH",
    "ONE_TWO_SEVEN",
    "by_growth",
    "by_years",
    "foretold",
    "growth_rate",
    "years_before",
]

ONE_TWO_SEVEN: Final = (1, 2, 7)
"""The weights of the last three years, the earliest first."""
GROWTH: Final = ()
"""Stands in the place of weights for the method by growth."""


def years_before(year: int, weights: Sequence[int]) -> range:
    """The years that a forecast of ``year`` is made from, the earliest first."""
    return range(year - (len(weights) or 2), year)


def foretold(years_e7: Sequence[int], weights: Sequence[int]) -> int:
    """The year after ``years_e7`` by weights, or by growth where they are :data:`GROWTH` (in e7).

    Raises:
        ValueError: as :func:`by_years` and :func:`growth_rate`.
    """
    if weights:
        return by_years(years_e7, weights)
    earlier, later = years_e7
    return by_growth(later, growth_rate(earlier, later))


def by_years(years_e7: Sequence[int], weights: Sequence[int] = ONE_TWO_SEVEN) -> int:
    """The weighted mean of past years, in e7, half-up once.

    Args:
        years_e7: the equivalents of as many years as there are weights, the earliest first.
        weights: whole numbers, not negative, one of them at least positive.

    Raises:
        ValueError: as many years as weights are needed, and a positive weight.
    """
    if len(years_e7) != len(weights):
        raise ValueError(f"{len(weights)} years are needed, not {len(years_e7)}")
    if min(weights, default=0) < 0 or not sum(weights):
        raise ValueError("weights must not be negative, and not all 0")
    total = sum(year * weight for year, weight in zip(years_e7, weights, strict=True))
    return half_up(Fraction(total, sum(weights)))


def growth_rate(earlier_e7: int, later_e7: int) -> Fraction:
    """The exact growth from one year to the next: 0 where nothing changed.

    Raises:
        ValueError: nothing can grow from 0 or less.
    """
    if earlier_e7 <= 0:
        raise ValueError("a growth rate needs equivalents in the earlier year")
    return Fraction(later_e7, earlier_e7) - 1


def by_growth(last_e7: int, rate: Fraction) -> int:
    """The last year's equivalents x (1 + rate), in e7, half-up once."""
    return half_up(last_e7 * (1 + rate))
