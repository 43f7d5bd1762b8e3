"""Largest remainder (5.10) against exact fractions: every fen in the right pocket.

Faults caught: shares by floats (the trap below), left-over fen to the first instead of to the
largest remainder, ties by position before key, a float guess used beyond the sizes for which it is
proven, one pool's left-over fen paid into the next pool.
"""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from equivalents.allocate import largest_remainder
from tests import reference

Pools = list[tuple[int, list[int]]]
"""Pools with their keys; each has a positive key, or no money."""

SMALL = st.integers(0, 30)
NEAR_POOL_BOUND = st.integers(2**48 - 1000, 2**48 + 1000)
BEYOND_ANY_POOL = st.integers(2**48, 2**62)


def share(pools: Pools) -> list[tuple[list[int], list[int]]]:
    """Amounts and left-over fen of each pool, shared by the engine all at once."""
    sizes = [len(keys) for _, keys in pools]
    starts = np.array([sum(sizes[:at]) for at in range(len(sizes))], np.int64)
    flat = np.array([key for _, keys in pools for key in keys], np.int64)
    shares = largest_remainder(np.array([pool for pool, _ in pools], np.int64), flat, starts)
    ends = (int(start) + size for start, size in zip(starts, sizes, strict=True))
    return [
        (shares.amount_fen[start:end].tolist(), shares.remainder_fen[start:end].tolist())
        for start, end in zip(starts.tolist(), ends, strict=True)
    ]


def amounts(pool: int, *keys: int) -> list[int]:
    return share([(pool, list(keys))])[0][0]


def expected(pool: int, keys: list[int]) -> tuple[list[int], list[int]]:
    """What the independent reference gives, in exact fractions."""
    people = [(f"{at:06}", Fraction(key)) for at, key in enumerate(keys)]
    fen = reference.largest_remainder(pool, people)
    return [fen[code].amount for code, _ in people], [fen[code].remainder for code, _ in people]


def payable(pool: int, keys: list[int]) -> tuple[int, list[int]]:
    """A pool with money needs a positive key; the callers refuse the others (5.9)."""
    return (pool, keys) if any(keys) else (0, keys)


# -- by hand -------------------------------------------------------------------------------


def test_the_float_trap() -> None:
    # Exact: 28450.8, 33192.6, 9483.6. The remainders .6 are equal, so the larger key gets the
    # last fen; in floats 9483.6 is a hair above 33192.6's remainder.
    assert amounts(71_127, 60, 70, 20) == [28_451, 33_193, 9_483]


def test_the_alabama_paradox_is_as_documented() -> None:
    assert amounts(7, 15, 15, 9, 5) == [2, 2, 2, 1]
    assert amounts(8, 15, 15, 9, 5) == [3, 3, 1, 1]


def test_equal_remainders_go_to_the_larger_key_wherever_it_stands() -> None:
    # 1/2 and 3/2 of a fen: both leave a half, and the larger key wins.
    assert amounts(2, 1, 3) == [0, 2]
    assert amounts(2, 3, 1) == [2, 0]


def test_equal_keys_go_in_the_order_of_codes() -> None:
    assert share([(5, [1, 1, 1])])[0] == ([2, 2, 1], [1, 1, 0])
    assert amounts(1, 0, 7, 7) == [0, 1, 0]


def test_left_over_fen_are_told() -> None:
    assert share([(71_127, [60, 70, 20])])[0][1] == [1, 1, 0]
    assert share([(100, [1, 3])])[0] == ([25, 75], [0, 0])


def test_a_pool_of_nothing_pays_zeros_whatever_the_keys() -> None:
    assert share([(0, [3, 0, 2])]) == [([0, 0, 0], [0, 0, 0])]
    assert share([(0, [0, 0])]) == [([0, 0], [0, 0])]
    assert share([(0, [0]), (7, [1, 2]), (0, [5])])[1][0] == [2, 5]


def test_a_single_payee_gets_everything() -> None:
    for pool in (1, 71_127, 2**48, 10**15 - 1, 2**62):
        for key in (1, 7, 2**60, 2**63 - 1):
            assert share([(pool, [key])]) == [([pool], [0])]


def test_a_key_of_nothing_gets_nothing() -> None:
    assert amounts(100, 0, 1, 0) == [0, 100, 0]


def test_no_pools_at_all() -> None:
    none = np.zeros(0, np.int64)
    shares = largest_remainder(none, none, none)
    assert shares.amount_fen.size == shares.remainder_fen.size == 0


def test_the_largest_numbers_there_are() -> None:
    largest = 2**63 - 1
    for pools in ([(largest, [largest, largest, largest])], [(10**15 - 1, [largest] * 7)]):
        assert share(pools)[0] == expected(*pools[0])


# -- against the reference -----------------------------------------------------------------


@given(st.integers(0, 200), st.lists(SMALL, min_size=1, max_size=9))
@example(71_127, [60, 70, 20])
@example(7, [15, 15, 9, 5])
def test_small_pools_with_many_ties(pool: int, keys: list[int]) -> None:
    pool, keys = payable(pool, keys)
    assert share([(pool, keys)])[0] == expected(pool, keys)


@given(
    st.one_of(st.integers(0, 10**15), NEAR_POOL_BOUND, BEYOND_ANY_POOL),
    st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=6),
)
@example(2**48 - 1, [2**60 - 1])
@example(2**48 - 1, [2**59, 2**59 - 1, 1])
@example(2**48, [2**59, 2**59 - 1, 1])
@example(10**15 - 1, [2**63 - 1, 2**63 - 2, 1])
@example(100, [2**62, 2**62])  # the sum alone does not fit in int64
@example(10**9, [2**63 - 1, 2**63 - 1, 2**63 - 1])
def test_large_pools_and_keys(pool: int, keys: list[int]) -> None:
    pool, keys = payable(pool, keys)
    assert share([(pool, keys)])[0] == expected(pool, keys)


@given(
    st.integers(2**47, 2**48 + 5),
    st.sampled_from([2**60, 2**61, 2**62]),
    st.lists(st.integers(1, 1000), min_size=2, max_size=6),
    st.integers(-3, 3),
)
@example(2**48 - 1, 2**61, [1, 1, 1], -1)
def test_sums_just_below_and_above_a_bound(
    pool: int, bound: int, parts: list[int], nudge: int
) -> None:
    whole = bound + nudge
    keys = [whole * part // sum(parts) for part in parts]
    keys[0] += whole - sum(keys)
    assert sum(keys) == whole
    assert share([(pool, keys)])[0] == expected(pool, keys)


@given(st.integers(1, 2**48 - 1), st.integers(1, 2**40), st.integers(1, 2**19), st.integers(0, 2))
def test_shares_that_are_whole_or_nearly(pool: int, key: int, parts: int, nudge: int) -> None:
    # pool x key / sum is a whole number or just beside one: where a float guess is wrong.
    keys = [key, key * parts + nudge]
    assert share([(pool, keys)])[0] == expected(pool, keys)


POOLS = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 300), st.integers(0, 10**15), NEAR_POOL_BOUND),
        st.lists(st.one_of(SMALL, st.integers(0, 2**62)), min_size=1, max_size=6),
    ),
    max_size=6,
)


@given(POOLS)
@example([(2**48, [1, 1]), (1, [1, 1]), (0, [0])])
def test_many_pools_at_once_equal_one_at_a_time(pools: Pools) -> None:
    pools = [payable(*pool) for pool in pools]
    assert share(pools) == [share([pool])[0] for pool in pools]
    assert share(pools) == [expected(*pool) for pool in pools]


def test_a_county_of_pools() -> None:
    rng = np.random.default_rng(20250131)
    pools = [
        (int(rng.integers(0, 10**9)), rng.integers(0, 4, rng.integers(1, 40)).tolist())
        for _ in range(500)
    ]
    pools = [payable(pool, [*keys, 1]) for pool, keys in pools]
    assert share(pools) == [expected(*pool) for pool in pools]


# -- properties ----------------------------------------------------------------------------

KEYS = st.lists(st.one_of(SMALL, st.integers(0, 2**60)), min_size=1, max_size=12)


@given(st.integers(0, 10**15), KEYS)
def test_parts_add_up_and_stay_within_a_fen(pool: int, keys: list[int]) -> None:
    pool, keys = payable(pool, keys)
    paid, extra = share([(pool, keys)])[0]
    assert sum(paid) == pool
    assert set(extra) <= {0, 1}
    total = sum(keys)
    for key, fen, left_over in zip(keys, paid, extra, strict=True):
        exact = Fraction(pool * key, total) if total else Fraction(0)
        assert abs(fen - exact) < 1
        assert fen - left_over == exact.numerator // exact.denominator
        assert key or not fen


@given(st.integers(0, 10**15), st.integers(1, 2**40), st.integers(2, 30), st.integers(0, 2**40))
def test_equal_keys_differ_by_at_most_a_fen(pool: int, key: int, heads: int, other: int) -> None:
    paid = share([(pool, [key] * heads + [other])])[0][0][:heads]
    assert paid == sorted(paid, reverse=True)
    assert paid[0] - paid[-1] <= 1


@given(
    st.integers(0, 10**9),
    st.lists(SMALL, min_size=1, max_size=9),
    st.one_of(st.integers(1, 10**7), st.integers(2**52, 2**54)),
)
def test_scaling_all_keys_changes_nothing(pool: int, keys: list[int], factor: int) -> None:
    pool, keys = payable(pool, keys)
    assert share([(pool, [key * factor for key in keys])]) == share([(pool, keys)])


@given(st.integers(0, 500), st.lists(SMALL, min_size=2, max_size=9, unique=True), st.randoms())
def test_the_order_of_different_keys_is_no_matter(pool: int, keys: list[int], rng: object) -> None:
    at = list(range(len(keys)))
    rng.shuffle(at)  # type: ignore[attr-defined]
    straight = amounts(pool, *keys)
    assert amounts(pool, *(keys[i] for i in at)) == [straight[i] for i in at]


# -- what it refuses -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pools", "keys", "starts"),
    [
        ([-1], [1, 1], [0]),
        ([5], [1, -1], [0]),
        ([5, 5], [1, 1], [0]),
        ([5], [1, 1], [0, 1]),
        ([5], [1, 1], [1]),
        ([5, 5], [1, 1], [0, 0]),
        ([5, 5], [1, 1], [0, 2]),
        ([5, 5, 5], [1, 1, 1], [0, 2, 1]),
        ([5], [], [0]),
        ([], [1], []),
        ([5], [0, 0], [0]),
        ([5, 5], [1, 0], [0, 1]),
        ([2**60], [0, 0], [0]),
    ],
)
def test_misshapen_and_negative_input(pools: list[int], keys: list[int], starts: list[int]) -> None:
    arrays = (np.array(values, np.int64) for values in (pools, keys, starts))
    with pytest.raises(ValueError, match="pool"):
        largest_remainder(*arrays)
