"""Caps and floors as they are declared become whole fen for each child (5.11).

A bound is an amount, or a multiple of an average, which is what the parent has / its headcount,
never the result. For people it shrinks with their part of a head (5.3: attendance, FTE). Caps
are rounded down to the fen, floors up. An amount of a whole year is for a part of the year, less
what was paid before (:mod:`equivalents.yeartodate`).
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np

from equivalents.bounds import NO_CAP
from equivalents.policy.sharing import Bound, Level, Limits
from equivalents.staff import ONE_HEAD_E4
from equivalents.units import Int64
from equivalents.yeartodate import NO_YEAR, YearPart, year_fen

__all__ = ["limits_fen", "limits_of"]

_MOST = NO_CAP // 2
"""Larger bounds say the same as this one: no pool is as large."""


def limits_fen(
    level: Level,
    amount_fen: Int64,
    starts: Int64,
    children: Sequence[str],
    heads_e4: Int64,
    parts: Sequence[YearPart] = (),
) -> tuple[Int64, Int64]:
    """The floor and the cap of each child in fen.

    Args:
        level: with bounds for all children and for single ones.
        amount_fen: ``(parents,)`` what each parent has.
        starts: ``(parents,)`` the first child of each.
        children: the code of each child; not needed without bounds of single ones.
        heads_e4: how much of a head each child is; ten thousand for a whole one.
        parts: the part of a year of each child, where a bound is of a year.
    """
    average = _averages(amount_fen, starts, heads_e4)
    size = np.diff(starts, append=heads_e4.size)
    floor = np.repeat(np.array([_floor(level.limits, a) for a in average], np.int64), size)
    cap = np.repeat(np.array([_cap(level.limits, a) for a in average], np.int64), size)
    parent = np.repeat(np.arange(starts.size), size)
    for at in range(heads_e4.size) if parts else _apart(level, children, heads_e4):
        limits = limits_of(level, children[at]) if level.own else level.limits
        part, of_year = Fraction(int(heads_e4[at]), ONE_HEAD_E4), parts[at] if parts else NO_YEAR
        floor[at] = _floor(limits, average[parent[at]], part, of_year)
        cap[at] = _cap(limits, average[parent[at]], part, of_year)
    return floor, cap


def _averages(amount_fen: Int64, starts: Int64, heads_e4: Int64) -> list[Fraction]:
    """What a parent has for a whole head, in fen."""
    heads = np.add.reduceat(heads_e4, starts).tolist()
    return [
        Fraction(amount * ONE_HEAD_E4, head) if head else Fraction(0)
        for amount, head in zip(amount_fen.tolist(), heads, strict=True)
    ]


def _apart(level: Level, children: Sequence[str], heads_e4: Int64) -> Iterable[int]:
    """The children with bounds of their own or with a part of a head."""
    named = [at for at, child in enumerate(children) if child in level.own] if level.own else []
    return sorted({*named, *np.flatnonzero(heads_e4 != ONE_HEAD_E4).tolist()})


def limits_of(level: Level, child: str) -> Limits:
    """The floor and the cap that are declared for a child: its own, else those of all."""
    own = level.own.get(child, Limits())
    return Limits(own.floor or level.limits.floor, own.cap or level.limits.cap)


def _floor(
    limits: Limits, average: Fraction, part: Fraction = Fraction(1), of_year: YearPart = NO_YEAR
) -> int:
    if limits.floor is None:
        return 0
    if limits.floor.yearly:
        return min(year_fen(limits.floor.value, of_year, up=True), _MOST)
    exact = _exact(limits.floor, average) * part
    return min(-(-exact.numerator // exact.denominator), _MOST)


def _cap(
    limits: Limits, average: Fraction, part: Fraction = Fraction(1), of_year: YearPart = NO_YEAR
) -> int:
    if limits.cap is None:
        return NO_CAP
    if limits.cap.yearly:
        return min(year_fen(limits.cap.value, of_year), _MOST)
    exact = _exact(limits.cap, average) * part
    return min(exact.numerator // exact.denominator, _MOST)


def _exact(bound: Bound, average: Fraction) -> Fraction:
    return average * Fraction(bound.value, 10_000) if bound.average else Fraction(bound.value)
