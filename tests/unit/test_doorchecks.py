"""The checks at the door against what their rules say, record by record, in plain Python."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil
from random import Random
from statistics import median_low

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equivalents.doorchecks import (
    Doubts,
    beyond_the_clock,
    months_missing,
    months_thin,
    on_leave,
    same_service_twice,
    two_places,
    unlikely_quantities,
    usual_quantities,
)
from equivalents.units import Int64

Rows = list[tuple[int, ...]]
Pairs = list[tuple[int, int]]
few = st.integers(0, 2)


def rows_of(*columns: st.SearchStrategy[int]) -> st.SearchStrategy[Rows]:
    return st.lists(st.tuples(*columns), max_size=25)


def columns_of(rows: Sequence[tuple[int, ...]], width: int) -> list[Int64]:
    return [np.array([row[at] for row in rows], np.int64) for at in range(width)]


def pairs(found: Doubts) -> Pairs:
    return list(zip(found.at.tolist(), found.by.tolist(), strict=True))


def by_key(rows: Rows, key: Callable[[tuple[int, ...]], tuple[int, ...]]) -> list[list[int]]:
    groups = defaultdict(list)
    for at, row in enumerate(rows):
        groups[key(row)].append(at)
    return [*groups.values()]


# -- the same service from several sources ---------------------------------------------------------


def twice_by_the_rule(rows: Rows) -> Pairs:
    found = []
    for group in by_key(rows, lambda row: row[:3]):
        stands = min(group, key=lambda at: (rows[at][3], at))
        if rows[stands][0] >= 0:
            found += [(at, stands) for at in group if rows[at][3] != rows[stands][3]]
    return sorted(found)


@given(rows_of(st.integers(-1, 1), few, few, few))
@settings(max_examples=200)
def test_same_service_twice_is_as_the_rule_says(rows: Rows) -> None:
    assert pairs(same_service_twice(*columns_of(rows, 4))) == twice_by_the_rule(rows)


def test_identical_rows_of_one_source_are_genuine() -> None:
    assert pairs(same_service_twice(*columns_of([(1, 1, 1, 0)] * 3, 4))) == []


def test_all_rows_of_the_later_source_are_doubted_by_the_first_of_the_earlier_one() -> None:
    rows = [(1, 1, 1, 1), (1, 1, 1, 0), (1, 1, 1, 0), (1, 1, 1, 1), (1, 1, 2, 1)]
    assert pairs(same_service_twice(*columns_of(rows, 4))) == [(0, 1), (3, 1)]


# -- two places ------------------------------------------------------------------------------------


def places_by_the_rule(rows: Rows) -> Pairs:
    found = []
    for group in by_key(rows, lambda row: row[:2]):
        least = min(group, key=lambda at: (rows[at][2], at))
        greatest = min(group, key=lambda at: (-rows[at][2], at))
        for at in group:
            other = greatest if rows[at][2] == rows[least][2] else least
            if rows[other][2] != rows[at][2]:
                found.append((at, other))
    return sorted(found)


@given(rows_of(few, few, few))
@settings(max_examples=200)
def test_two_places_is_as_the_rule_says(rows: Rows) -> None:
    assert pairs(two_places(*columns_of(rows, 3))) == places_by_the_rule(rows)


def test_neither_place_is_taken_for_the_right_one() -> None:
    rows = [(1, 5, 2), (1, 5, 0), (1, 6, 0), (2, 5, 1)]
    assert pairs(two_places(*columns_of(rows, 3))) == [(0, 1), (1, 0)]


# -- on leave --------------------------------------------------------------------------------------


@given(
    rows_of(few, st.integers(0, 40)),
    st.lists(st.tuples(few, st.lists(st.integers(0, 40), min_size=2, max_size=4, unique=True))),
)
@settings(max_examples=200)
def test_on_leave_is_as_the_rule_says(rows: Rows, bounds: list[tuple[int, list[int]]]) -> None:
    leaves = []
    for person, days in {person: sorted(days) for person, days in bounds}.items():
        leaves += [(person, *span) for span in zip(days[::2], days[1::2], strict=False)]
    expected = [
        at
        for at, (person, day) in enumerate(rows)
        if any(who == person and start <= day < end for who, start, end in leaves)
    ]
    assert on_leave(*columns_of(rows, 2), *columns_of(leaves, 3)).tolist() == expected


@pytest.mark.parametrize(("day", "away"), [(9, []), (10, [0]), (19, [0]), (20, [])])
def test_the_first_day_of_a_leave_is_in_it_and_its_end_is_not(day: int, away: list[int]) -> None:
    assert on_leave(*columns_of([(1, day)], 2), *columns_of([(1, 10, 20)], 3)).tolist() == away


# -- the clock -------------------------------------------------------------------------------------


def clock_by_the_rule(rows: Rows, limit: int) -> Pairs:
    found = []
    for group in by_key(rows, lambda row: row[:2]):
        timed = [at for at in group if rows[at][3] > 0]
        total = Fraction(sum(rows[at][2] * rows[at][3] for at in timed), 1000)
        found += [(at, ceil(total)) for at in timed if total > limit * 1000]
    return sorted(found)


@given(rows_of(few, few, st.integers(-2000, 5000), st.integers(0, 30_000)))
@settings(max_examples=200)
def test_beyond_the_clock_is_as_the_rule_says(rows: Rows) -> None:
    assert pairs(beyond_the_clock(*columns_of(rows, 4), limit=60)) == clock_by_the_rule(rows, 60)


def test_a_day_of_just_the_limit_is_possible() -> None:
    rows = [(1, 1, 48_000, 15_000), (1, 1, 48_000, 15_000), (1, 1, 9_000, 0)]
    assert pairs(beyond_the_clock(*columns_of(rows, 4), limit=1440)) == []
    assert pairs(beyond_the_clock(*columns_of(rows, 4), limit=1439)) == [
        (0, 1_440_000),
        (1, 1_440_000),
    ]
    # A millionth of a minute more is beyond it, and is not shown as the limit.
    rows += [(1, 1, 1, 1)]
    assert pairs(beyond_the_clock(*columns_of(rows, 4), limit=1440))[0] == (0, 1_440_001)


def test_the_largest_quantities_do_not_overflow() -> None:
    rows = [(1, 1, 10**9 - 1, 10**9)] * 20 + [(2, 1, 1000, 1000)]
    found = beyond_the_clock(*columns_of(rows, 4), limit=1440)
    assert found.at.tolist() == [*range(20)]
    assert int(found.by.min()) > 1440 * 1000


# -- quantities ------------------------------------------------------------------------------------


def unlikely_by_the_rule(rows: Rows, factor_e1: int, fewest: int) -> Pairs:
    found = []
    for group in by_key(rows, lambda row: row[:1]):
        given_ = [at for at in group if rows[at][1] > 0]
        if len(given_) < max(fewest, 1):
            continue
        usual = median_low([rows[at][1] for at in given_])
        spread = median_low([abs(rows[at][1] - usual) for at in given_]) or usual
        found += [(at, usual) for at in given_ if 10 * (rows[at][1] - usual) > factor_e1 * spread]
    return sorted(found)


def unlikely(rows: Rows, factor: int, fewest: int) -> Pairs:
    """The check by what the same records have; a part of them told apart, a part summed up."""
    item, quantity = columns_of(rows, 2)
    counts = Counter(rows[len(rows) // 2 :])
    summed = [(*row, 1) for row in rows[: len(rows) // 2]]
    summed += [(*row, count) for row, count in counts.items()]
    usual = usual_quantities(*columns_of(summed, 3))
    return pairs(unlikely_quantities(item, quantity, usual, factor_e1=factor, fewest=fewest))


@given(rows_of(few, st.integers(-3, 40)), st.integers(0, 60), st.integers(0, 6))
@settings(max_examples=300)
def test_unlikely_quantities_are_as_the_rule_says(rows: Rows, factor: int, fewest: int) -> None:
    assert unlikely(rows, factor, fewest) == unlikely_by_the_rule(rows, factor, fewest)


def test_where_all_quantities_are_one_eleven_is_ten_times_the_usual_above_it() -> None:
    rows: Rows = [*((1, 1000) for _ in range(8)), (1, 11_000), (1, 11_001)]
    assert unlikely(rows, 100, 10) == [(9, 1000)]
    assert unlikely(rows, 100, 11) == []


# -- against an earlier result ---------------------------------------------------------------------


def test_months_are_missing_only_where_there_was_something_before() -> None:
    now = np.array([[4, 0, 3], [0, 0, 0], [0, 0, 0]])
    assert months_missing(now, np.array([12, 3, 0])).tolist() == [[0, 1], [1, 0], [1, 1], [1, 2]]


def test_a_month_of_just_the_percentage_is_not_thin() -> None:
    # 120 in 12 months: 10 a month; half of it is 5.
    assert months_thin(np.array([[5, 4, 0, 20]]), np.array([120]), 12, 50).tolist() == [[0, 1]]


# -- order of rows ---------------------------------------------------------------------------------


@given(rows_of(few, few, few, few), st.randoms())
@settings(max_examples=100)
def test_the_order_of_rows_changes_nothing_of_what_is_doubted(rows: Rows, random: Random) -> None:
    order = [*range(len(rows))]
    random.shuffle(order)
    mixed = [rows[at] for at in order]
    for check, width in ((same_service_twice, 4), (two_places, 3)):
        found = sorted(rows[at] for at in check(*columns_of(rows, width)).at)
        assert sorted(mixed[at] for at in check(*columns_of(mixed, width)).at) == found
