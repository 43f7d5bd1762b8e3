"""Rounding primitives of money: once, in a named way, and everything adds up.

Faults caught: rounding by floats (2.675 becomes 2.67), halves to even, a per-head figure rounded
before it is multiplied, 40 % that fails at exactly 40 %, instalments whose fen get lost.
"""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.allocate import remainder_first
from equivalents.exact import apportion, half_up, print_exact, reaches, share_fen, whole_keys
from tests import reference

FRACTIONS = st.fractions(-(10**6), 10**6, max_denominator=10**5)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(5, 2), 3),
        (Fraction(7, 2), 4),
        (Fraction(-5, 2), -3),
        (Fraction(-1, 3), 0),
        (Fraction(249999, 100000), 2),
        (Fraction(0), 0),
    ],
)
def test_halves_go_away_from_zero(value: Fraction, expected: int) -> None:
    assert half_up(value) == expected


def test_a_price_a_point_that_is_rounded_and_multiplied() -> None:
    # 227.02 x 0.3 / 0.5 = 136.212, a point 136.21; 26 points are 3,541.46.
    point = half_up(22702 * Fraction("0.3") / Fraction("0.5"))
    assert (point, 26 * point) == (13621, 354146)


def test_instalments_put_everything_left_to_the_first() -> None:
    # 360,800.00 = 18,989.54 + 18 x 18,989.47
    assert remainder_first(36_080_000, 19).tolist() == [1_898_954] + 18 * [1_898_947]
    assert remainder_first(5, 1).tolist() == [5]
    assert remainder_first(0, 3).tolist() == [0, 0, 0]


@pytest.mark.parametrize(("amount", "instalments"), [(-1, 2), (10, 0)])
def test_instalments_of_nothing_are_refused(amount: int, instalments: int) -> None:
    with pytest.raises(ValueError, match="instalment"):
        remainder_first(amount, instalments)


@given(st.integers(0, 10**15), st.integers(1, 60))
def test_instalments_add_up(amount: int, instalments: int) -> None:
    first, *others = remainder_first(amount, instalments).tolist()
    assert first + sum(others) == amount
    assert set(others) <= {amount // instalments}
    assert 0 <= first - amount // instalments < instalments


def test_forty_percent_passes_and_a_fen_less_does_not() -> None:
    at_least = Fraction(2, 5)
    assert reaches(40_000_000, 100_000_000, at_least)
    assert not reaches(39_999_999, 100_000_000, at_least)
    assert reaches(0, 0, at_least)
    # 0.4 of 3 fen are 1.2 fen: 1 is below, 2 is above; a float says 1.2000000000000002.
    assert (reaches(1, 3, at_least), reaches(2, 3, at_least)) == (False, True)


def test_shares_of_a_negative_amount_are_those_of_its_size() -> None:
    assert share_fen(10, [1, 1, 1]) == (4, 3, 3)
    assert share_fen(-10, [1, 1, 1]) == (-4, -3, -3)
    assert share_fen(0, [0, 0]) == (0, 0)
    assert share_fen(0, []) == ()


@pytest.mark.parametrize("keys", [[], [0, 0], [3, -1]])
def test_money_needs_somebody_with_a_key(keys: list[int]) -> None:
    with pytest.raises(ValueError, match=r"key|nobody"):
        share_fen(10, keys)


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**30), min_size=1, max_size=8))
def test_keys_of_any_size_share_like_the_reference(amount: int, keys: list[int]) -> None:
    if not any(keys):
        keys = [1, *keys]
    people = [(f"{at:03}", Fraction(key)) for at, key in enumerate(keys)]
    expected = reference.largest_remainder(amount, people)
    assert share_fen(amount, keys) == tuple(expected[code].amount for code, _ in people)


def test_whole_keys_keep_their_proportion() -> None:
    assert whole_keys([Fraction(1, 2), Fraction(1, 3), Fraction(0)]) == [3, 2, 0]
    assert whole_keys([]) == []


def test_lines_take_their_part_of_one_rounding() -> None:
    # 0.4 + 0.4 + 0.7 = 1.5, rounded 2: floors 0, 0, 0; the larger remainder first, then the first.
    thirds = [Fraction(2, 5), Fraction(2, 5), Fraction(7, 10)]
    assert apportion(2, thirds) == (1, 0, 1)
    # -1.5 is rounded to -2: floors -1 and -1 are already that.
    assert apportion(-2, [Fraction(-1, 2), Fraction(-1)]) == (-1, -1)
    with pytest.raises(ValueError, match="rounded sum"):
        apportion(4, thirds)


@given(st.lists(FRACTIONS, min_size=1, max_size=9))
def test_lines_add_up_and_none_moves_by_a_fen(exact: list[Fraction]) -> None:
    total = half_up(sum(exact, Fraction()))
    amounts = apportion(total, exact)
    assert sum(amounts) == total
    assert all(abs(a - e) <= 1 for a, e in zip(amounts, exact, strict=True))
    assert all(a == e for a, e in zip(amounts, exact, strict=True) if e.denominator == 1)


def test_fractions_are_printed_exactly() -> None:
    assert print_exact(Fraction(3, 5), 4) == "0.6000"
    assert print_exact(Fraction(-7, 2), 3) == "-3.500"
    assert print_exact(Fraction(1, 3), 4) == "1/3"
