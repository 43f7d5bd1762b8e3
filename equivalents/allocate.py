"""Pay exactly: a pool shared by keys to the fen, by largest remainder (最大余数法).

The idea: everybody first gets floor(pool x key / sum of keys) fen; the few fen left over go one
each to the largest remainders, ties to the larger key, then to the earlier code. All pools are
shared at once.

The trick: pool x key needs 96 bits and NumPy has 64. A float64 quotient is within one of the true
floor when pool < 2**48 and the sum < 2**61, so the remainder ``pool * key - quotient * sum``,
computed in int64 that wraps, is exact after one correction by a whole divisor. Beyond those
bounds Python integers do the same. The float never reaches a result: it is only a guess that
exact integers confirm or correct.

Largest remainder has the Alabama paradox: one more fen in the pool can lower somebody's share
([15, 15, 9, 5] over 7 gives 2, 2, 2, 1; over 8 it gives 3, 3, 1, 1). No monotonicity is promised.
Sources: D2, definitions 5.9 and 5.10.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from equivalents.errors import ConservationError
from equivalents.units import Exact, Int64

__all__ = ["Shares", "largest_remainder", "left_over", "ranks", "remainder_first"]

_POOL_BOUND: Final = 2**48
_SUM_BOUND: Final = 2**61


@dataclass(frozen=True, slots=True)
class Shares:
    """What each payee gets, in the order the keys were given; amounts and left-over fen."""

    amount_fen: Int64
    remainder_fen: Int64


def largest_remainder(pool_fen: Int64, key: Exact, starts: Int64) -> Shares:
    """Share each pool among its payees by largest remainder, exactly.

    Args:
        pool_fen: ``(pools,)`` amounts, not negative.
        key: ``(payees,)`` keys, not negative, in any unit, Python integers where they are beyond
            int64; the payees of one pool stand together, in the order of their codes, which
            settles the last ties.
        starts: ``(pools,)`` the first payee of each pool, ascending; no pool is without payees.

    A pool of 0 pays zeros, whatever the keys. A positive pool needs a positive key (5.9); that is
    for the caller to refuse first.

    Raises:
        ValueError: the arguments are not of that form.
        ConservationError: the shares do not add up to the pools (a defect).
    """
    payees = np.diff(starts, append=key.size)
    _require(pool_fen, key, starts, payees)
    if pool_fen.size == 0:
        return Shares(np.zeros(0, np.int64), np.zeros(0, np.int64))
    pool_of = np.repeat(np.arange(pool_fen.size), payees)
    if _small(pool_fen, key, starts):
        total = np.add.reduceat(key, starts)
        if (total[pool_fen > 0] == 0).any():
            raise ValueError("a positive pool needs a positive key")
        floor, remainder = _divide(
            pool_fen[pool_of], key.astype(np.int64, copy=False), total[pool_of]
        )
    else:
        floor, remainder = _divide_large(pool_fen, key, starts, payees)
    left = pool_fen - np.add.reduceat(floor, starts)
    # Ranks order keys of any size like the keys themselves.
    ranked = key if key.dtype == np.int64 else np.unique(key, return_inverse=True)[1]
    rank = ranked.astype(np.int64, copy=False)
    extra = left_over(left, remainder, rank, pool_of, starts)
    amount = floor + extra
    if not np.array_equal(np.add.reduceat(amount, starts), pool_fen):
        raise ConservationError("shares do not add up to their pools")
    return Shares(amount, extra)


def remainder_first(amount_fen: int, instalments: int) -> Int64:
    """An amount in equal instalments; the fen that are left go to the first (5.10).

    Returns ``(instalments,)`` fen that add up to the amount.

    Raises:
        ValueError: a negative amount, or no instalment.
    """
    if amount_fen < 0 or instalments < 1:
        raise ValueError("an amount that is not negative, in at least one instalment")
    each, left = divmod(amount_fen, instalments)
    parts = np.full(instalments, each, np.int64)
    parts[0] += left
    return parts


def _require(pool_fen: Int64, key: Exact, starts: Int64, payees: Int64) -> None:
    if pool_fen.size != starts.size or (starts.size and starts[0] != 0) or (payees < 1).any():
        raise ValueError("each pool needs its start and at least one payee")
    if key.size and not starts.size:
        raise ValueError("payees without a pool")
    if (pool_fen < 0).any() or (key < 0).any():
        raise ValueError("pools and keys must not be negative")


def _small(pool_fen: Int64, key: Exact, starts: Int64) -> bool:
    """Whether the float guess is proven to be within one; the float sum only over-estimates."""
    if key.dtype != np.int64:
        return False
    approximate = np.add.reduceat(key.astype(np.float64), starts)
    return bool((pool_fen < _POOL_BOUND).all() and (approximate < _SUM_BOUND / 2).all())


def _divide(pool: Int64, key: Int64, total: Int64) -> tuple[Int64, Int64]:
    """Floor and remainder of pool x key / total, elementwise; ``total`` 0 gives 0 and 0."""
    divisor = np.maximum(total, 1)
    # allocate: a guess in floats, settled by exact integers in the next three lines
    quotient = (pool * (key / divisor)).astype(np.int64)
    remainder = pool * key - quotient * divisor
    step = (remainder >= divisor).astype(np.int64) - (remainder < 0)
    quotient, remainder = quotient + step, remainder - step * divisor
    if ((remainder < 0) | (remainder >= divisor)).any():
        raise ConservationError("a quotient is off by more than one")
    return quotient, remainder


def _divide_large(pool_fen: Int64, key: Exact, starts: Int64, payees: Int64) -> tuple[Int64, Int64]:
    """The same in Python integers, for pools or sums beyond the bounds.

    Remainders are replaced by their rank within the pool, which orders them the same.
    """
    floors: list[int] = []
    places: list[int] = []
    for pool, start, count in zip(
        map(int, pool_fen), map(int, starts), map(int, payees), strict=True
    ):
        keys = [int(value) for value in key[start : start + count]]
        total = sum(keys)
        if pool > 0 and total == 0:
            raise ValueError("a positive pool needs a positive key")
        parts = [divmod(pool * value, total or 1) for value in keys]
        floors.extend(quotient for quotient, _ in parts)
        places.extend(ranks([remainder for _, remainder in parts]))
    return np.array(floors, np.int64), np.array(places, np.int64)


def ranks(values: Sequence[int]) -> list[int]:
    """Small numbers in the order of values of any size: equal for equal values."""
    rank = {value: position for position, value in enumerate(sorted(set(values)))}
    return [rank[value] for value in values]


def left_over(left: Int64, remainder: Int64, key: Int64, pool_of: Int64, starts: Int64) -> Int64:
    """One more fen for the ``left`` largest remainders of each pool; 5.10 settles ties.

    ``pool_of`` says of each payee in which pool it is. Equal remainders go by the larger key, then
    by the order in which the payees stand.
    """
    order = np.argsort(-remainder)
    narrow = pool_of.astype(np.uint16) if starts.size <= 1 << 16 else pool_of
    # Sorted by pool, the places of a pool's payees are where its payees were given.
    order = order[np.argsort(narrow[order], kind="stable")]
    due = np.arange(key.size) - starts[pool_of] < left[pool_of]
    extra = np.zeros(key.size, np.int64)
    extra[order] = due
    # Keys and codes settle only who is last to get a fen and who is first to get none.
    some = np.flatnonzero((left > 0) & (left < np.diff(starts, append=key.size)))
    last = starts[some] + left[some] - 1
    ties = np.zeros(starts.size, bool)
    ties[some] = remainder[order[last]] == remainder[order[last + 1]]
    if ties.any():
        tied = np.flatnonzero(ties[pool_of])
        # lexsort is stable, so equal remainders and keys keep the order of codes.
        ordered = np.lexsort((-key[tied], -remainder[tied], pool_of[tied]))
        extra[tied[ordered]] = due[tied]
    return extra
