"""Money on lines with signed keys (5.10, 5.13) against exact fractions.

Faults seen to be caught: floors towards zero, the correction step of the division removed, ties by
position before key, money on lines whose keys add up to nothing, the float guess used beyond what
is proven, one amount's fen on the lines of the next.
"""

import random
from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from equivalents.allocate import largest_remainder
from equivalents.apportion import apportion_signed
from equivalents.units import Exact
from tests.reference import on_lines

Amounts = list[tuple[int, list[int]]]
KEYS = st.lists(st.integers(-30, 60), min_size=1, max_size=9)
LARGE = st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=6)


def apportion(amounts: Amounts, kind: type = np.int64) -> list[list[int]]:
    """The engine's money on the lines of some amounts, all at once."""
    sizes = [len(keys) for _, keys in amounts]
    starts = np.array([sum(sizes[:at]) for at in range(len(sizes))], np.int64)
    keys: Exact = np.array([key for _, keys in amounts for key in keys], kind)
    money = apportion_signed(np.array([fen for fen, _ in amounts], np.int64), keys, starts)
    return [part.tolist() for part in np.split(money, starts[1:])] if amounts else []


def expected(fen: int, keys: list[int]) -> list[int]:
    """What the independent reference says, in fractions."""
    return on_lines(fen, [Fraction(key) for key in keys])


# -- by hand ---------------------------------------------------------------------------------


def test_a_negative_line_is_rounded_towards_minus_infinity() -> None:
    # 10 fen over 5, 3 and -1, sum 7: 7.14.., 4.28.., -1.42..: floors 7, 4 and -2, one fen is left.
    # Remainders .14, .28 and .57: it goes to the negative line.
    assert apportion([(10, [5, 3, -1])]) == [[7, 4, -1]]


def test_ties_go_by_the_larger_key_and_then_by_the_order_of_lines() -> None:
    # 3 fen over 1, 3 and -2, sum 2: 1.5, 4.5 and -3: the tie of halves goes to the 3.
    assert apportion([(3, [1, 3, -2])]) == [[1, 5, -3]]
    assert apportion([(1, [1, 1])]) == [[1, 0]]


@pytest.mark.parametrize("keys", [[0], [0, 0], [5, -5], [-3], [2, -7]])
def test_keys_that_add_up_to_nothing_have_no_money(keys: list[int]) -> None:
    assert apportion([(100, keys)]) == [[0] * len(keys)]


def test_nothing_is_apportioned_over_nothing() -> None:
    assert apportion([]) == []
    assert apportion([(0, [1, -3, 5])]) == [[0, 0, 0]]


@pytest.mark.parametrize(
    ("fen", "key", "starts"),
    [([1], [], [0]), ([1], [1], [1]), ([1, 1], [1], [0, 0]), ([-1], [1], [0]), ([], [1], [])],
    ids=["no line", "a line before", "none of the second", "negative", "no amount"],
)
def test_wrong_arguments_are_refused(fen: list[int], key: list[int], starts: list[int]) -> None:
    columns = [np.array(column, np.int64) for column in (fen, key, starts)]
    with pytest.raises(ValueError, match="amount"):
        apportion_signed(*columns)


# -- properties ------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 500), KEYS), max_size=6))
@example([(10, [5, 3, -1]), (7, [1, -1]), (3, [2])])
def test_every_fen_is_where_the_reference_puts_it(amounts: Amounts) -> None:
    assert apportion(amounts) == [expected(*one) for one in amounts]


@given(st.lists(st.tuples(st.integers(0, 2**50), LARGE), max_size=4))
@example([(10**9 + 7, [10**10 + 13, 87 - 10**10])])
@example([(10**15, [2**61, 1 - 2**61, 5])])
@example([(2**48, [2**59, 2**58 + 1]), (1, [2**62, -(2**62), 1])])
def test_keys_and_quotients_of_any_size_are_exact(amounts: Amounts) -> None:
    # Keys, sums and quotients beyond 64 bits, and near the bounds of the float guess.
    assert apportion(amounts, object) == [expected(*one) for one in amounts]
    assert apportion(amounts) == [expected(*one) for one in amounts]


@given(st.integers(0, 10**12), st.lists(st.integers(-(10**13), 10**14), min_size=1, max_size=40))
def test_the_lines_re_add_and_none_is_a_fen_off(fen: int, keys: list[int]) -> None:
    assume(sum(keys) > 0)
    (money,) = apportion([(fen, keys)])
    assert sum(money) == fen
    for key, own in zip(keys, money, strict=True):
        assert own - floor(Fraction(fen * key, sum(keys))) in (0, 1)


@given(
    st.integers(0, 500),
    st.lists(st.integers(-30, 60), min_size=2, max_size=9, unique=True),
    st.randoms(),
)
def test_the_order_of_different_keys_moves_no_fen(
    fen: int, keys: list[int], chance: random.Random
) -> None:
    other = chance.sample(keys, len(keys))
    one = dict(zip(keys, apportion([(fen, keys)])[0], strict=True))
    assert one == dict(zip(other, apportion([(fen, other)])[0], strict=True))


@given(st.integers(0, 500), KEYS, st.integers(1, 10**6))
def test_the_unit_of_the_keys_moves_no_fen(fen: int, keys: list[int], unit: int) -> None:
    assert apportion([(fen, keys)]) == apportion([(fen, [key * unit for key in keys])])


@given(st.integers(0, 500), st.lists(st.integers(0, 60), min_size=1, max_size=9))
def test_without_negative_keys_it_is_largest_remainder(fen: int, keys: list[int]) -> None:
    assume(any(keys))
    columns = np.array([fen], np.int64), np.array(keys, np.int64), np.zeros(1, np.int64)
    assert apportion([(fen, keys)]) == [largest_remainder(*columns).amount_fen.tolist()]
