"""Pay exactly within caps and floors (封顶 / 保底): all pools at once, no bound crossed by a fen.

The idea: the amounts are clamp(L x key, floor, cap) for an L that makes them sum to the pool. Who
stands at a bound is found first; then one largest remainder shares what is left among those who
stand between their bounds. Bounds are whole fen, so rounding an amount between two bounds up or
down crosses neither.

Finding them takes a few rounds for all pools together. A round gives everybody who is still free
L x key with L = rest of the pool / sum of the free keys, and compares what the floors would add
with what the caps would take away. If the floors win, the true L is smaller, so whoever is below
a floor stays at it for good; if the caps win, whoever is above a cap stays at it; if they are
even, L is found. Nobody is ever placed wrongly, so nothing is taken back.

The trick: L is a fraction and never computed. Every comparison is the sign of a x b - c x d with
products of up to 109 bits. A float64 difference of them is off by less than 2**60; where it is
larger than 2**61 its sign is right, and where it is smaller the exact difference fits in 64 bits,
so int64 that wraps has it exactly. Pools or keys beyond the bounds run through the same lines
with Python integers.

Sources: D3, definition 5.11.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from equivalents.allocate import largest_remainder
from equivalents.errors import ConservationError
from equivalents.units import Int64

__all__ = ["AT_CAP", "AT_FLOOR", "Bounded", "NO_CAP", "Side", "floors_exceed", "share_within"]

NO_CAP: Final = 2**62
"""The cap of whoever has none."""
AT_CAP: Final = 1
AT_FLOOR: Final = -1

_POOL_BOUND: Final = 2**48
_SUM_BOUND: Final = 2.0**60
_CERTAIN: Final = 2.0**61

Side = npt.NDArray[np.int8]
"""At the floor (-1), between the bounds (0) or at the cap (1), one for each payee."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """What each payee gets, in the order of the keys, and what each pool keeps.

    ``held`` says who stands at a bound: :data:`AT_CAP`, :data:`AT_FLOOR`, or 0 between them.

    How it came about, for whoever adds it up again: ``rest_fen`` of each pool was shared by ``by``,
    which is the key, 0 where somebody was held at a bound first, and the floor where floors were
    scaled; ``before_fen`` is the amount before an excess was retained.
    """

    amount_fen: Int64
    remainder_fen: Int64
    held: Side
    retained_fen: Int64
    rest_fen: Int64
    by: Int64
    before_fen: Int64


def floors_exceed(pool_fen: Int64, floor_fen: Int64, starts: Int64) -> npt.NDArray[np.bool_]:
    """Which pools cannot pay their floors; a pool of 0 pays zeros and owes none (5.9)."""
    floors = np.minimum(floor_fen, np.repeat(pool_fen + 1, np.diff(starts, append=floor_fen.size)))
    if floors.astype(np.float64).sum() >= _CERTAIN:
        floors = floors.astype(object)
    exceed: npt.NDArray[np.bool_] = (np.add.reduceat(floors, starts) > pool_fen) & (pool_fen > 0)
    return exceed


def share_within(
    pool_fen: Int64,
    key: Int64,
    starts: Int64,
    floor_fen: Int64,
    cap_fen: Int64,
    *,
    keep_excess: bool = False,
    scale_floors: bool = False,
) -> Bounded:
    """Share each pool among its payees within their bounds, exactly (5.11).

    Args:
        pool_fen: ``(pools,)`` amounts, not negative.
        key: ``(payees,)`` keys, not negative; the payees of one pool stand together in the order
            of their codes. A key of 0 gets its floor.
        starts: ``(pools,)`` the first payee of each pool; no pool is without payees.
        floor_fen: ``(payees,)`` the least of each, not negative and not above the cap.
        cap_fen: ``(payees,)`` the most of each, or :data:`NO_CAP`.
        keep_excess: what stands above a cap is retained, not shared again (``excess: retain``).
        scale_floors: floors over the pool are scaled down to it, by largest remainder.

    If caps (of positive keys) and floors (of keys 0) stay under the pool, the rest is retained.

    Raises:
        ValueError: the arguments are not of that form, or floors exceed a pool unscaled.
        ConservationError: amounts and retained do not add up to the pools (a defect).
    """
    over = floors_exceed(pool_fen, floor_fen, starts)
    _require(floor_fen, cap_fen, bool(over.any()) and not scale_floors)
    payees = np.diff(starts, append=key.size)
    scaled = np.repeat(over, payees)
    # Floors that are scaled are shared like keys, with nothing below them and no cap to meet.
    shared_by = np.where(scaled, floor_fen, key)
    floor = np.where(scaled | np.repeat(pool_fen == 0, payees), 0, floor_fen)
    cap = np.where(scaled | keep_excess, NO_CAP, cap_fen)
    bounded = _within(pool_fen, shared_by, starts, floor, cap)
    bounded.held[scaled & (floor_fen > 0)] = AT_FLOOR
    if keep_excess:
        bounded = _cut(bounded, cap_fen, starts)
    _conserve(pool_fen, bounded, starts)
    return bounded


def _within(
    pool_fen: Int64, key: Int64, starts: Int64, floor_fen: Int64, cap_fen: Int64
) -> Bounded:
    """Share each pool where its floors can be paid and what caps take is shared again."""
    held, rest, retained = _held(pool_fen, key, starts, floor_fen, cap_fen)
    shares = largest_remainder(rest, np.where(held == 0, key, 0), starts)
    amount = shares.amount_fen + np.where(held == AT_FLOOR, floor_fen, 0)
    most = np.minimum(cap_fen, np.repeat(pool_fen, np.diff(starts, append=key.size)))
    amount += np.where(held == AT_CAP, most, 0)
    rest, by = _shared(pool_fen, key, starts, floor_fen, cap_fen, held, rest)
    return Bounded(amount, shares.remainder_fen, held, retained, rest, by, amount)


def _conserve(pool_fen: Int64, bounded: Bounded, starts: Int64) -> None:
    """Amounts + retained = pool, for each pool (D2)."""
    total = np.add.reduceat(bounded.amount_fen, starts) + bounded.retained_fen
    if not np.array_equal(total, pool_fen):
        raise ConservationError("amounts within bounds and what is retained do not add up")


def _shared(
    pool_fen: Int64,
    key: Int64,
    starts: Int64,
    floor_fen: Int64,
    cap_fen: Int64,
    held: Side,
    rest_fen: Int64,
) -> tuple[Int64, Int64]:
    """What of each pool was shared by keys, and the keys; nobody is held by a bound he has not.

    A pool is the cap of whoever has none, so that one who gets all of it counts as held; and
    floors that are the whole pool leave nothing for those without one. Both are shares by key.
    """
    payees = np.diff(starts, append=key.size)
    whole = (held == AT_CAP) & (cap_fen >= np.repeat(pool_fen, payees))
    free = (held == 0) | whole | ((held == AT_FLOOR) & (floor_fen == 0))
    rest = np.where(np.logical_or.reduceat(whole, starts), pool_fen, rest_fen)
    return rest, np.where(free, key, 0)


def _require(floor_fen: Int64, cap_fen: Int64, exceeded: bool) -> None:
    if (floor_fen < 0).any() or (floor_fen > cap_fen).any():
        raise ValueError("floors must not be negative nor above their caps")
    if exceeded:
        raise ValueError("floors exceed their pool")


def _cut(shared: Bounded, cap_fen: Int64, starts: Int64) -> Bounded:
    """What stands above a cap goes to what is retained, left-over fen first."""
    above = shared.amount_fen > cap_fen
    excess = np.where(above, shared.amount_fen - cap_fen, 0)
    return Bounded(
        shared.amount_fen - excess,
        np.where(above, 0, shared.remainder_fen),
        np.where(above, np.int8(AT_CAP), shared.held),
        shared.retained_fen + np.add.reduceat(excess, starts),
        shared.rest_fen,
        shared.by,
        shared.amount_fen,
    )


def _held(
    pool_fen: Int64, key: Int64, starts: Int64, floor_fen: Int64, cap_fen: Int64
) -> tuple[Side, Int64, Int64]:
    """Who stands at which bound, what is left of each pool for the others, what is retained."""
    pool, keys, floor = pool_fen, key, floor_fen
    cap = np.minimum(cap_fen, np.repeat(pool_fen, np.diff(starts, append=key.size)))
    if not _small(pool, keys, starts, cap):
        pool, keys, floor, cap = (a.astype(object) for a in (pool, keys, floor, cap))
    cap = np.where(keys > 0, cap, floor)
    most, least = np.add.reduceat(cap, starts), np.add.reduceat(floor, starts)
    payees = np.diff(starts, append=key.size)
    held: Side = np.where(keys > 0, 0, AT_FLOOR).astype(np.int8)
    full, bare = most <= pool, least == pool
    held[np.repeat(full, payees) & (keys > 0)] = AT_CAP
    held[np.repeat(bare & ~full, payees)] = AT_FLOOR
    rest = pool - np.add.reduceat(np.where(keys > 0, 0, floor), starts)
    retained = np.where(full, pool - most, 0)
    rest = np.where(full | bare, 0, rest)
    _freeze(held, rest, keys, floor, cap, np.repeat(np.arange(pool.size), payees))
    return held, rest.astype(np.int64), retained.astype(np.int64)


def _small(pool: Int64, key: Int64, starts: Int64, cap: Int64) -> bool:
    """Whether every sum fits and every sign is certain in int64 and float64."""
    approximate = np.add.reduceat(key.astype(np.float64), starts)
    caps = np.add.reduceat(cap.astype(np.float64), starts)
    fits = (pool < _POOL_BOUND).all() and (approximate < _SUM_BOUND).all()
    return bool(fits and (caps < _SUM_BOUND).all())


def _freeze(held: Side, rest: Any, key: Any, floor: Any, cap: Any, pool_of: Int64) -> None:
    """Round by round, hold at a bound whoever belongs there; changes ``held`` and ``rest``."""
    at = np.flatnonzero(held == 0)
    while at.size:
        pool = pool_of[at]
        first = np.flatnonzero(np.diff(pool, prepend=-1))
        active = pool[first]
        size = np.diff(first, append=at.size)
        k, f, c = key[at], floor[at], cap[at]
        total, left = np.add.reduceat(k, first), rest[active]
        of_all, of_rest = np.repeat(total, size), np.repeat(left, size)
        low = _sign(f, of_all, of_rest, k) > 0
        high = _sign(of_rest, k, c, of_all) > 0
        bound = np.add.reduceat(np.where(low, f, 0) + np.where(high, c, 0), first)
        bound_key = np.add.reduceat(np.where(low | high, k, 0), first)
        side = _sign(bound, total, left, bound_key)
        wins = np.repeat(side, size)
        low &= wins >= 0
        high &= wins <= 0
        held[at[low]] = AT_FLOOR
        held[at[high]] = AT_CAP
        rest[active] = left - np.add.reduceat(np.where(low, f, 0) + np.where(high, c, 0), first)
        still_open = ~(low | high) & (wins != 0)
        if still_open.all():
            raise ConservationError("a round held nobody at a bound")
        at = at[still_open]


def _sign(a: Any, b: Any, c: Any, d: Any) -> Side:
    """The sign of a x b - c x d, exactly; see the trick above."""
    exact = a * b - c * d
    sign: Side = (exact > 0).astype(np.int8) - (exact < 0)
    if exact.dtype == object:
        return sign
    guess = a.astype(np.float64) * b - c.astype(np.float64) * d
    far = np.abs(guess) >= _CERTAIN
    if far.any():
        sign[far] = np.where(guess[far] > 0, 1, -1)
    return sign
