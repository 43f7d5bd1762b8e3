"""From equivalents to fen: D2 of page 1; 5.10 of page 5."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from tests.reference.case import Case, Pool


class Fen(NamedTuple):
    """What largest remainder gives one: the amount, and how much of it is remainder (尾差)."""

    amount: int
    remainder: int


def largest_remainder(pool_fen: int, keys: Sequence[tuple[str, Fraction]]) -> dict[str, Fen]:
    """Share a pool by its keys, exactly (5.10, 最大余数法).

    Everybody gets floor(pool x key / sum of keys); the left-over fen go one each by larger
    remainder, then larger key, then code. A pool of nothing pays zeros, whatever the keys.
    """
    assert pool_fen >= 0, "a negative pool is refused before"
    assert all(key >= 0 for _, key in keys), "largest remainder never sees a negative key"
    if pool_fen == 0:
        return {code: Fen(0, 0) for code, _ in keys}
    total = sum((key for _, key in keys), Fraction(0))
    exact = {code: pool_fen * key / total for code, key in keys}
    floors = {code: share.numerator // share.denominator for code, share in exact.items()}
    left_over = pool_fen - sum(floors.values())
    order = sorted(keys, key=lambda one: (floors[one[0]] - exact[one[0]], -one[1], one[0]))
    lucky = {code for code, _ in order[:left_over]}
    return {code: Fen(floors[code] + (code in lucky), int(code in lucky)) for code, _ in keys}


def eligible(case: Case, institution: str) -> list[str]:
    """Return everybody with a posting there that overlaps the period, also without work."""
    people = {
        posting.person
        for posting in case.postings
        if posting.institution == institution
        and max(posting.active_from, case.first_day) < min(posting.active_to, case.after)
    }
    return sorted(people)


def series_of(pool: Pool, series: Iterable[str]) -> str:
    """Return the series that shares a pool: the declared, else the only one, else `pay`."""
    names = list(series)
    return pool.series or (names[0] if len(names) == 1 else "pay")
