"""Weights out of minutes and counts: exact where there is no noise, least within bounds (A11).

Faults seen to be caught: a bound put on minutes and not on weights, the standard item fitted
again, a column that stands for collinear ones proposed, rows in another order giving other bytes.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equivalents.observed import (
    Floats,
    NotSolvedError,
    collinear,
    fit,
    independent,
    rounded_e4,
)

pytestmark = pytest.mark.rules("A11")
OPEN = float("inf")


def bounds(items: int, lower: float = 0, upper: float = OPEN) -> tuple[Floats, Floats]:
    return np.full(items, float(lower)), np.full(items, float(upper))


def drawn(seed: int, months: int, items: int) -> Floats:
    """Counts of made-up months; a small multiple of the unit matrix keeps all items apart."""
    chance = np.random.default_rng(seed)
    counts = chance.integers(0, 200, (months, items)).astype(np.float64)
    counts[:items] += 500 * np.eye(items)
    return counts


@given(
    st.integers(0, 10**6),
    st.lists(st.integers(1000, 200_000), min_size=1, max_size=6),
    st.integers(1, 600),
    st.booleans(),
)
@settings(deadline=None)
def test_weights_without_noise_come_back_exactly(
    seed: int, others_e4: list[int], tenths: int, declared: bool
) -> None:
    weights_e4 = [10_000, *others_e4]
    counts = drawn(seed, 3 * len(weights_e4), len(weights_e4))
    minutes = counts @ (np.array(weights_e4) / 10**4) * (tenths / 10)
    one = tenths / 10 if declared else None
    found = fit(counts, minutes, 0, *bounds(len(weights_e4)), one)
    assert [rounded_e4(float(value)) for value in found.weight] == weights_e4
    assert found.at_bound == ("",) * len(weights_e4)
    assert found.standard_minutes == pytest.approx(tenths / 10)
    assert found.rank == len(weights_e4)
    # Longer times change no weight.
    longer = fit(counts, 7 * minutes, 0, *bounds(len(weights_e4)), one and 7 * one)
    assert [rounded_e4(float(value)) for value in longer.weight] == weights_e4


@given(st.integers(0, 10**6))
@settings(deadline=None)
def test_nothing_within_the_bounds_fits_better(seed: int) -> None:
    """The conditions of the least sum of squares: no slope but at a bound, and there outward."""
    chance = np.random.default_rng(seed)
    counts = drawn(seed, 20, 4)
    minutes = 10 * counts @ np.array([1, 0.2, 5, 12.0]) + chance.normal(0, 3000, 20)
    found = fit(counts, minutes, 0, *bounds(4, 0.5, 8), 10.0)
    assert found.weight[0] == 1
    assert ((found.weight[1:] >= 0.5) & (found.weight[1:] <= 8)).all()
    slope = counts.T @ (found.fitted - minutes) / np.linalg.norm(counts, axis=0)
    size = np.linalg.norm(minutes)
    for at in (1, 2, 3):
        if found.at_bound[at] == "lower":
            assert slope[at] >= -1e-7 * size
        elif found.at_bound[at] == "upper":
            assert slope[at] <= 1e-7 * size
        else:
            assert abs(slope[at]) <= 1e-7 * size
    assert found.rmse == pytest.approx(np.sqrt(((minutes - found.fitted) ** 2).mean()))
    assert found.r2 <= 1


def test_a_standard_error_is_that_of_ordinary_least_squares() -> None:
    """One other item: s / |counts|, s from the squares left over and the spare observations."""
    counts = np.array([[10, 1], [10, 2], [10, 3.0]])
    minutes = np.array([14, 20, 29.0])
    found = fit(counts, minutes, 0, *bounds(2), 1.0)
    # 4, 10, 19 on 1, 2, 3: 81 / 14; squares left 477 - 81^2 / 14; two spare observations
    assert found.weight[1] == pytest.approx(81 / 14)
    assert found.error[1] == pytest.approx(((477 - 81**2 / 14) / 2 / 14) ** 0.5)
    assert found.standard_error == 0
    both = fit(counts, minutes, 0, *bounds(2))
    # A straight line through (1, 14), (2, 20), (3, 29): 6 + 7.5 x; left over 0.5, -1, 0.5
    assert both.standard_minutes == pytest.approx(0.6)
    assert both.standard_error == pytest.approx((1.5 * (1 / 3 + 4 / 2)) ** 0.5 / 10)
    alone = fit(counts[:1], minutes[:1], 0, *bounds(2), 1.0)
    assert np.isnan(alone.error[1])


def test_items_that_move_together_are_named_in_their_groups() -> None:
    counts = drawn(3, 12, 6)
    assert collinear(counts) == []
    counts[:, 2] = 3 * counts[:, 0]
    assert collinear(counts) == [(0, 2)]
    counts[:, 5] = counts[:, 3] + 2 * counts[:, 4]
    assert collinear(counts) == [(0, 2), (3, 4, 5)]
    assert independent(counts) == [0, 1, 3, 4]
    assert collinear(counts[:2])  # fewer months than items
    counts[:, 1] = 0
    assert (1,) in collinear(counts)


def test_the_others_are_certain_beside_a_group() -> None:
    counts = drawn(5, 12, 4)
    counts[:, 3] = 2 * counts[:, 2]
    minutes = 10 * counts @ np.array([1, 2.5, 3, 4])
    kept = independent(counts)
    lower, upper = bounds(4, 0.1, 5)
    lower[2], upper[2] = -OPEN, OPEN
    found = fit(counts[:, kept], minutes, 0, lower[kept], upper[kept])
    assert kept == [0, 1, 2]
    assert rounded_e4(float(found.weight[1])) == 25_000
    assert found.weight[2] == pytest.approx(11)  # 3 + 2 x 4: what the two take together


def test_a_standard_item_that_takes_no_time_is_no_unit() -> None:
    counts = drawn(1, 6, 2)
    with pytest.raises(NotSolvedError):
        fit(counts, counts[:, 1] - 0.1 * counts[:, 0], 0, *bounds(2))


@pytest.mark.parametrize(
    ("value", "weight"),
    [(1.00005, 10_001), (2.4999999999999996, 25_000), (0.1 + 0.2, 3_000), (1e-9, 0)],
)
def test_a_statistic_becomes_a_weight_once(value: float, weight: int) -> None:
    assert rounded_e4(value) == weight
