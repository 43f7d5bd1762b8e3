"""Weights of time, difficulty and risk, and of experts' rounds, against the standard library (A11).

Faults seen to be caught: ``min`` of the standard item only, the median of an even number taken
from one side, a population's variance, ties left out of the concordance, a threshold that fails
what stands at it.
"""

import random
import statistics
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.worth import (
    Opinion,
    Task,
    Thresholds,
    concordance,
    opinions_by_round,
    smallest_product,
    time_weights,
    verdicts,
    weight_e4,
)

pytestmark = pytest.mark.rules("A11")
above = st.integers(1, 5000).map(lambda value: Fraction(value, 100))
tasks_of = st.lists(st.tuples(above, above, above), min_size=1, max_size=8).map(
    lambda rows: [Task(f"I{at}", *row) for at, row in enumerate(rows)]
)


def weights(tasks: list[Task]) -> dict[str, int]:
    found = time_weights(tasks, "I0", smallest_product(tasks))
    return {item: weight_e4(one.ratio) for item, one in found.items()}


@given(tasks_of, above, st.randoms(use_true_random=False))
def test_longer_times_and_another_order_change_no_weight(
    tasks: list[Task], factor: Fraction, chance: random.Random
) -> None:
    wanted = weights(tasks)
    assert wanted["I0"] == 10_000
    longer = [Task(one.item_code, factor * one.work, one.difficulty, one.risk) for one in tasks]
    harder = [Task(one.item_code, one.work, factor * one.difficulty, one.risk) for one in tasks]
    chance.shuffle(longer)
    assert weights(longer) == weights(harder) == wanted


@given(tasks_of)
def test_the_form_is_the_papers(tasks: list[Task]) -> None:
    """Y = X T (1 + 0.06 d r / min), each step by itself."""
    products = sorted(one.difficulty * one.risk for one in tasks)
    y = [
        one.work + one.work * Fraction("0.06") * one.difficulty * one.risk / products[0]
        for one in tasks
    ]
    found = time_weights(tasks, "I0", products[0])
    assert [(one.y, one.ratio) for one in found.values()] == [(each, each / y[0]) for each in y]


def test_a_weight_is_rounded_half_up_once() -> None:
    assert weight_e4(Fraction("1.00005")) == 10_001
    assert weight_e4(Fraction("1.000049999")) == 10_000


values_of = st.lists(st.integers(0, 400).map(lambda v: Fraction(v, 20)), min_size=2, max_size=9)


@given(values_of)
def test_a_round_has_the_statistics_of_the_standard_library(values: list[Fraction]) -> None:
    opinions = [Opinion("A", 1, f"e{at}", value) for at, value in enumerate(values)]
    (found,) = opinions_by_round(opinions)["A"]
    lower, median, upper = statistics.quantiles(values, n=4, method="inclusive")
    assert (found.lower, found.median, found.upper) == (lower, median, upper)
    assert found.median == statistics.median(values)
    assert (found.mean, found.variance) == (statistics.mean(values), statistics.variance(values))
    assert found.iqr == upper - lower
    assert found.experts == len(values)


def said(item: str, number: int, *values: str) -> list[Opinion]:
    return [Opinion(item, number, f"e{at}", Fraction(v)) for at, v in enumerate(values)]


NONE = Thresholds(None, None, None)


def test_the_last_round_of_an_item_counts_and_rows_have_no_order() -> None:
    rounds = [*said("A", 2, "6", "7"), *said("A", 1, "5", "9"), *said("B", 1, "2", "2")]
    found = verdicts(rounds, NONE)
    assert found == verdicts(rounds[::-1], NONE)
    assert {item: one.last.median for item, one in found.items()} == {
        "A": Fraction("6.5"),
        "B": Fraction(2),
    }
    assert found["A"].shift == Fraction(1, 14)
    assert found["B"].shift is None


@pytest.mark.parametrize(
    ("name", "at", "below"),
    [
        # 1, 2, 3: variance 1, mean 2, so that the coefficient of variation is exactly 0.5.
        ("cv", Fraction(1, 2), Fraction("0.4999")),
        # quartiles 1.5 and 2.5, median 2
        ("iqr", Fraction(1, 2), Fraction("0.4999")),
        # from 4 to 2
        ("shift", Fraction(1, 2), Fraction("0.4999")),
    ],
)
def test_at_a_threshold_is_enough(name: str, at: Fraction, below: Fraction) -> None:
    rounds = [*said("A", 1, "4", "4", "4"), *said("A", 2, "1", "2", "3")]
    free: dict[str, Fraction | None] = {"cv": None, "iqr": None, "shift": None}
    assert verdicts(rounds, Thresholds(**free | {name: at}))["A"].again == ()
    assert verdicts(rounds, Thresholds(**free | {name: below}))["A"].again == (name,)


def test_nothing_is_compared_with_a_median_or_mean_of_nought() -> None:
    rounds = [*said("A", 1, "0", "0"), *said("A", 2, "0", "0")]
    strict = Thresholds(Fraction(1, 100), Fraction(1, 100), Fraction(1, 100))
    assert verdicts(rounds, strict)["A"].again == ()


@given(st.integers(2, 6), st.integers(2, 6), st.randoms(use_true_random=False))
def test_concordance_is_that_of_mean_rank_correlation(
    experts: int, items: int, chance: random.Random
) -> None:
    """Without ties W = (1 + (m - 1) x mean Spearman) / m."""
    ranks = [chance.sample(range(items), items) for _ in range(experts)]
    opinions = [
        Opinion(f"I{item}", 1, f"e{expert}", Fraction(rank, 10))
        for expert, row in enumerate(ranks)
        for item, rank in enumerate(row)
    ]
    pairs = [
        1 - Fraction(6 * sum((a - b) ** 2 for a, b in zip(*two, strict=True)), items**3 - items)
        for two in combinations(ranks, 2)
    ]
    mean = sum(pairs, Fraction(0)) / len(pairs)
    assert concordance(opinions) == (1 + (experts - 1) * mean) / experts


def test_ties_are_corrected_and_an_expert_who_left_one_out_is_not_asked() -> None:
    tied = [Opinion(i, 1, e, Fraction(v)) for e in "ab" for i, v in (("A", 1), ("B", 1), ("C", 2))]
    assert concordance(tied) == 1
    assert concordance([*tied, Opinion("C", 1, "c", Fraction(0))]) == 1
    assert concordance([one for one in tied if one.expert == "a"]) is None
    assert concordance([one._replace(value=Fraction(1)) for one in tied]) is None
