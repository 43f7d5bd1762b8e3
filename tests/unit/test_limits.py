"""What bounds come to in fen: caps down, floors up, parts of a head, single people (5.11, 5.3).

Faults seen to be caught: a floor rounded down and a cap rounded up, an average over people and not
over heads, a part of a head that leaves the bound whole, a floor of one person that takes away the
cap of all, a bound of a year rounded the other way.
"""

from collections.abc import Sequence

import numpy as np
import pytest

from equivalents.bounds import NO_CAP
from equivalents.limits import limits_fen
from equivalents.policy.sharing import Bound, Level, LevelKind, Limits
from equivalents.units import Int64
from equivalents.yeartodate import YearPart

pytestmark = pytest.mark.rules("D3")
WHOLE = 10_000


def bounds(
    limits: Limits,
    pools: Sequence[int] = (1_000,),
    heads: Sequence[int] = (WHOLE, WHOLE, WHOLE),
    starts: Sequence[int] = (0,),
    parts: Sequence[YearPart] = (),
    **own: Limits,
) -> tuple[list[int], list[int]]:
    """Floors and caps of a, b, c ... in fen."""
    level = Level(LevelKind.PERSON, limits=limits, own=own)
    children = [chr(ord("a") + at) for at in range(len(heads))]
    amounts, first, part = (_column(one) for one in (pools, starts, heads))
    floor, cap = limits_fen(level, amounts, first, children, part, parts)
    return floor.tolist(), cap.tolist()


def _column(values: Sequence[int]) -> Int64:
    return np.array(values, np.int64)


HALF_AND_ONE_AND_A_HALF = Limits(Bound(5_000, average=True), Bound(15_000, average=True))


def test_a_floor_is_rounded_up_and_a_cap_down() -> None:
    # 10.00 / 3 heads = 333.33.. fen: half of it is 166.66.., half as much again exactly 500.
    assert bounds(HALF_AND_ONE_AND_A_HALF) == ([167] * 3, [500] * 3)
    # 10.01 / 3 = 333.66..: 166.83.. and 500.5
    assert bounds(HALF_AND_ONE_AND_A_HALF, [1_001]) == ([167] * 3, [500] * 3)
    # 10.03 / 3 = 334.33..: 167.16.. and 501.5
    assert bounds(HALF_AND_ONE_AND_A_HALF, [1_003]) == ([168] * 3, [501] * 3)


def test_an_average_is_over_heads_and_a_part_of_one_has_that_part() -> None:
    # 10.00 / 2.5 heads = 400: half of it for a head, a quarter for half a head.
    floor, cap = bounds(HALF_AND_ONE_AND_A_HALF, heads=[WHOLE, 5_000, WHOLE])
    assert (floor, cap) == ([200, 100, 200], [600, 300, 600])


def test_an_amount_shrinks_with_the_head_and_is_rounded_its_own_way() -> None:
    floor, cap = bounds(Limits(Bound(101), Bound(333)), heads=[WHOLE, 5_000, 3_333])
    # 50.5 up and 166.5 down; 33.6633 up and 110.9889 down
    assert (floor, cap) == ([101, 51, 34], [333, 166, 110])


def test_without_heads_an_average_is_nothing() -> None:
    floor, cap = bounds(HALF_AND_ONE_AND_A_HALF, heads=[0, 0])
    assert (floor, cap) == ([0, 0], [0, 0])


def test_each_pool_has_an_average_of_its_own() -> None:
    floor, _ = bounds(HALF_AND_ONE_AND_A_HALF, [1_000, 50], starts=[0, 2])
    assert floor == [250, 250, 25]


def test_bounds_of_one_person_leave_those_of_all_where_it_has_none() -> None:
    every = Limits(Bound(10), Bound(900))
    floor, cap = bounds(every, a=Limits(Bound(20)), b=Limits(cap=Bound(800)))
    assert (floor, cap) == ([20, 10, 10], [900, 800, 900])


def test_without_bounds_nobody_has_any() -> None:
    assert bounds(Limits(), heads=[WHOLE, 5_000]) == ([0, 0], [NO_CAP, NO_CAP])


def test_bounds_of_a_year_are_of_its_months_less_what_was_paid() -> None:
    limits = Limits(Bound(1_000, yearly=True), Bound(2_000, yearly=True))
    parts = [YearPart(5, WHOLE, 0), YearPart(5, 5_000, 0), YearPart(5, WHOLE, 400)]
    # 5/12 of 10.00 and 20.00: 416.66.. up, 833.33.. down; of half a head 208.33.. and 416.66..
    floor, cap = bounds(limits, parts=parts)
    assert (floor, cap) == ([417, 209, 17], [833, 416, 433])
    paid = [YearPart(5, WHOLE, 900)] * 3
    assert bounds(limits, parts=paid) == ([0] * 3, [0] * 3)
