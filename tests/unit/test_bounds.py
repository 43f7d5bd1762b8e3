"""Caps and floors (5.11) against a tiny exact model: every fen in its place, no bound crossed.

Faults caught: caps fixed while floors weigh more (or the other way round), a payee left at a bound
that a later round frees, a sign taken from the wrapped product alone or from the float alone, a
left-over fen that crosses a bound, a key of 0 that shares, a rest that is not retained.
"""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from equivalents.bounds import AT_CAP, AT_FLOOR, NO_CAP, floors_exceed, share_within
from tests.models.bounds import Payee, round_fen
from tests.models.bounds import within as model

Pools = list[tuple[int, list[Payee]]]


def within(pools: Pools, *, keep: bool = False, scale: bool = False) -> list[tuple[list[int], int]]:
    """The engine on all pools at once: amounts and what is retained, pool by pool."""
    flat = [payee for _, payees in pools for payee in payees]
    sizes = [len(payees) for _, payees in pools]
    starts = np.cumsum([0, *sizes[:-1]]).astype(np.int64) if pools else np.zeros(0, np.int64)
    shared = share_within(
        np.array([pool for pool, _ in pools], np.int64),
        np.array([payee.key for payee in flat], np.int64),
        starts,
        np.array([payee.floor for payee in flat], np.int64),
        np.array([NO_CAP if payee.cap is None else payee.cap for payee in flat], np.int64),
        keep_excess=keep,
        scale_floors=scale,
    )
    parts = np.split(shared.amount_fen, starts[1:])
    return [
        (part.tolist(), int(kept)) for part, kept in zip(parts, shared.retained_fen, strict=True)
    ]


# -- by hand -----------------------------------------------------------------------------------


def test_what_a_cap_takes_is_shared_again_by_the_same_keys() -> None:
    # 1000 by 5 : 3 : 2 would be 500, 300, 200; the cap of 400 frees 100 for 3 : 2.
    assert within([(1000, [Payee(5, 0, 400), Payee(3), Payee(2)])]) == [([400, 360, 240], 0)]


def test_a_cap_met_only_after_sharing_again() -> None:
    # After the first cap the second would have 360, above its 350.
    payees = [Payee(5, 0, 400), Payee(3, 0, 350), Payee(2)]
    assert within([(1000, payees)]) == [([400, 350, 250], 0)]


def test_a_floor_is_paid_by_the_others() -> None:
    # 1000 by 7 : 2 : 1; the last gets 300, the others share 700 by 7 : 2.
    assert within([(1000, [Payee(7), Payee(2), Payee(1, 300)])]) == [([544, 156, 300], 0)]


def test_floor_and_cap_meet_and_the_larger_move_decides() -> None:
    # 100 by 8 : 1 : 1. The cap takes 10, the floor adds 20: the floor holds, and the cap does not
    # bind any more (8/9 of 70 is 62.2).
    payees = [Payee(8, 0, 70), Payee(1), Payee(1, 30)]
    assert within([(100, payees)]) == [([62, 8, 30], 0)]


def test_a_key_of_nothing_gets_its_floor() -> None:
    assert within([(1000, [Payee(0, 100), Payee(1), Payee(2)])]) == [([100, 300, 600], 0)]


def test_all_capped_and_the_rest_is_retained() -> None:
    payees = [Payee(1, 0, 100), Payee(9, 0, 200), Payee(0, 50)]
    assert within([(1000, payees)]) == [([100, 200, 50], 650)]


def test_retain_takes_what_stands_above_a_cap_and_shares_nothing_again() -> None:
    payees = [Payee(5, 0, 400), Payee(3), Payee(2)]
    assert within([(1000, payees)], keep=True) == [([400, 300, 200], 100)]


def test_floors_over_the_pool_are_scaled_or_refused() -> None:
    payees = [Payee(9, 300), Payee(1, 300), Payee(0, 600)]
    assert within([(1000, payees)], scale=True) == [([250, 250, 500], 0)]
    with pytest.raises(ValueError, match="floors exceed"):
        within([(1000, payees)])


def test_a_pool_of_nothing_pays_zeros_and_owes_no_floor() -> None:
    assert within([(0, [Payee(1, 300), Payee(0, 5)])]) == [([0, 0], 0)]


def test_floors_that_are_the_pool() -> None:
    assert within([(600, [Payee(9, 300), Payee(1, 300), Payee(5)])]) == [([300, 300, 0], 0)]


def test_who_is_held_is_told() -> None:
    none = np.zeros(0, np.int64)
    shared = share_within(
        np.array([1000]), np.array([5, 3, 1]), np.array([0]),
        np.array([0, 0, 200]), np.array([400, NO_CAP, NO_CAP]),
    )  # fmt: skip
    assert shared.amount_fen.tolist() == [400, 400, 200]
    assert shared.held.tolist() == [AT_CAP, 0, AT_FLOOR]
    assert share_within(none, none, none, none, none).amount_fen.size == 0
    assert floors_exceed(none, none, none).size == 0


def how(
    pool: int, payees: list[Payee], *, keep: bool = False, scale: bool = False
) -> tuple[int, list[int], list[int]]:
    """What of one pool was shared by keys, by which keys, and the amounts before an excess."""
    shared = share_within(
        np.array([pool]),
        np.array([payee.key for payee in payees]),
        np.array([0]),
        np.array([payee.floor for payee in payees]),
        np.array([NO_CAP if payee.cap is None else payee.cap for payee in payees]),
        keep_excess=keep,
        scale_floors=scale,
    )
    return int(shared.rest_fen[0]), shared.by.tolist(), shared.before_fen.tolist()


def test_what_was_shared_by_which_keys_is_told() -> None:
    capped = [Payee(5, 0, 400), Payee(3), Payee(2)]
    assert how(1000, capped) == (600, [0, 3, 2], [400, 360, 240])
    # With the excess retained nobody is held: all is shared by all keys, then cut.
    assert how(1000, capped, keep=True) == (1000, [5, 3, 2], [500, 300, 200])
    # A key of 0 has its floor; the others share what it leaves.
    assert how(1000, [Payee(0, 100), Payee(1), Payee(2)]) == (900, [0, 1, 2], [100, 300, 600])
    # Floors over the pool are the keys that share all of it.
    scaled = [Payee(9, 300), Payee(1, 300), Payee(0, 600)]
    assert how(1000, scaled, scale=True) == (1000, [300, 300, 600], [250, 250, 500])
    # All at their caps: nothing is left to be shared by keys.
    assert how(1000, [Payee(1, 0, 100), Payee(9, 0, 200)]) == (0, [0, 0], [100, 200])


def test_nobody_is_held_at_a_bound_that_he_has_not() -> None:
    # One payee gets the pool by his key; it is no cap of his.
    assert how(1000, [Payee(7), Payee(0)]) == (1000, [7, 0], [1000, 0])
    assert how(1000, [Payee(7), Payee(3, 0, 0)]) == (1000, [7, 0], [1000, 0])
    assert how(0, [Payee(7, 0, 5), Payee(3)]) == (0, [7, 3], [0, 0])
    # Floors that are the pool leave 0 for whoever has none, by his key.
    assert how(600, [Payee(9, 300), Payee(1, 300), Payee(5)]) == (0, [0, 0, 5], [300, 300, 0])


@pytest.mark.parametrize(("floor", "cap"), [(-1, 5), (6, 5)])
def test_bounds_that_cannot_be(floor: int, cap: int) -> None:
    with pytest.raises(ValueError, match="floors"):
        within([(10, [Payee(1, floor, cap)])])


# -- against the model -------------------------------------------------------------------------

FEN = st.one_of(st.integers(0, 60), st.integers(0, 10**6))
KEY = st.one_of(st.integers(0, 9), st.integers(0, 10**13))


@st.composite
def payees(draw: st.DrawFn, key: st.SearchStrategy[int], fen: st.SearchStrategy[int]) -> Payee:
    floor = draw(st.one_of(st.just(0), fen))
    cap = draw(st.one_of(st.none(), fen))
    return Payee(draw(key), floor, cap if cap is None else floor + cap)


def payable(pool: int, these: list[Payee]) -> tuple[int, list[Payee]]:
    """At least the floors; nothing where nobody has a key or a floor."""
    least = sum(payee.floor for payee in these)
    return (max(pool, least), these)


SMALL = st.lists(
    st.builds(payable, FEN, st.lists(payees(KEY, FEN), min_size=1, max_size=8)),
    min_size=1,
    max_size=5,
)
LARGE = st.lists(
    st.builds(
        payable,
        st.one_of(st.integers(2**46, 2**49), st.integers(0, 10**15)),
        st.lists(
            payees(st.integers(0, 2**61), st.integers(0, 2**46)), min_size=1, max_size=6
        ),
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


@given(SMALL)
@example([(100, [Payee(8, 0, 70), Payee(1), Payee(1, 30)])])
@example([(10, [Payee(1, 0, 5), Payee(1, 0, 5)]), (3, [Payee(2, 1, 1), Payee(5)])])
def test_bounds_equal_the_model(pools: Pools) -> None:
    assert within(pools) == [model(*pool) for pool in pools]


@given(LARGE)
@example([(2**48 - 1, [Payee(2**58, 0, 2**46), Payee(2**58 - 1, 0, 2**46 + 1), Payee(7)])])
@example([(2**48, [Payee(2**61, 5, 2**46), Payee(2**61, 2**46), Payee(1, 2**40)])])
def test_large_pools_and_keys_equal_the_model(pools: Pools) -> None:
    assert within(pools) == [model(*pool) for pool in pools]


@given(
    st.integers(2**40, 2**47),
    st.lists(st.integers(2**50, 2**57), min_size=2, max_size=6),
    st.integers(-2, 2),
    st.booleans(),
)
def test_a_bound_beside_the_exact_share(
    pool: int, keys: list[int], nudge: int, floor: bool
) -> None:
    """Where a float cannot tell on which side of its bound somebody stands."""
    share = pool * keys[0] // sum(keys) + nudge
    first = Payee(keys[0], share if floor else 0, None if floor else share)
    pools = [(pool, [first, *(Payee(key) for key in keys[1:])])]
    assert within(pools) == [model(*pools[0])]


@given(
    st.integers(2**54, 2**57),
    st.lists(st.integers(2**60, 2**61 - 1), min_size=2, max_size=4),
    st.integers(-2, 2),
    st.booleans(),
)
@example(32_710_460_376_869_224, [1_581_570_060_256_481_526, 3_746_076_440_059_465_290], 0, False)
def test_a_bound_beside_the_exact_share_where_products_pass_all_floats(
    pool: int, keys: list[int], nudge: int, floor: bool
) -> None:
    """Where neither the float nor the wrapped product tells the side: Python integers do."""
    share = pool * keys[0] // sum(keys) + nudge
    first = Payee(keys[0], share if floor else 0, None if floor else share)
    pools = [(pool, [first, *(Payee(key) for key in keys[1:])])]
    assert within(pools) == [model(*pools[0])]


@given(SMALL)
def test_no_bound_is_crossed_and_every_fen_is_somewhere(pools: Pools) -> None:
    for (pool, these), (paid, kept) in zip(pools, within(pools), strict=True):
        assert sum(paid) + kept == pool
        for payee, fen in zip(these, paid, strict=True):
            assert pool == 0 or payee.floor <= fen
            assert payee.cap is None or fen <= payee.cap


@given(SMALL)
def test_excess_kept_is_what_stands_above_the_caps(pools: Pools) -> None:
    for (pool, these), (paid, kept) in zip(pools, within(pools, keep=True), strict=True):
        open_ended, rest = model(pool, [payee._replace(cap=None) for payee in these])
        cut = [
            fen if payee.cap is None else min(fen, payee.cap)
            for payee, fen in zip(these, open_ended, strict=True)
        ]
        assert (paid, kept) == (cut, rest + sum(open_ended) - sum(cut))


@given(st.integers(1, 10**6), st.lists(payees(KEY, FEN), min_size=1, max_size=8))
def test_scaled_floors_are_shared_like_keys(pool: int, these: list[Payee]) -> None:
    floors = [payee.floor for payee in these]
    if sum(floors) > pool:
        exact = [Fraction(pool * floor, sum(floors)) for floor in floors]
        assert within([(pool, these)], scale=True) == [(round_fen(exact, floors, pool), 0)]
    else:
        assert within([(pool, these)], scale=True) == [model(pool, these)]


@given(SMALL)
def test_wide_bounds_are_no_bounds(pools: Pools) -> None:
    wide = [(pool, [Payee(p.key, 0, pool) for p in these]) for pool, these in pools]
    none = [(pool, [Payee(p.key) for p in these]) for pool, these in pools]
    assert within(wide) == within(none)
