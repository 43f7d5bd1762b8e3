"""Other weights on the same counts: the kernels of a what-if, one by one.

``pytest benchmarks --benchmark-only`` times them on the counts of a million records, ``--large``
on those of ten million too. ``python -m benchmarks.whatif`` measures them beside a recount.
"""

from dataclasses import replace
from typing import Final

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.whatif import SERIES, Made, made
from equivalents.reweigh import Counts
from equivalents.weigh import Scales, weigh_tally

SIZES: Final = (
    pytest.param(1_000_000, id="1M"),
    pytest.param(10_000_000, id="10M", marks=pytest.mark.slow),
)


@pytest.fixture(scope="module", params=SIZES)
def data(request: pytest.FixtureRequest) -> Made:
    return made(request.param)


def proposed(data: Made, *items: str) -> Scales:
    rows = (
        replace(row, weight_e4=row.weight_e4 + 1) if row.item_code in items or not items else row
        for row in data.rules.weights
    )
    return Scales(replace(data.rules, weights=tuple(rows)), data.plan)


def test_lay_out(benchmark: BenchmarkFixture, data: Made) -> None:
    """The cells of a tally become rows and columns."""
    assert len(benchmark(Counts, data.plan, data.tally).matrix) == len(data.tally)


def test_whole_table(benchmark: BenchmarkFixture, data: Made) -> None:
    """Every item has another weight."""
    counts, new = Counts(data.plan, data.tally), proposed(data)
    found = benchmark(counts.weigh, new, SERIES)
    right = weigh_tally(data.tally, new, SERIES).posting_e7
    assert found.posting_e7.tolist() == right.tolist()


def test_changed_items(benchmark: BenchmarkFixture, data: Made) -> None:
    """Three of 200 items have another weight."""
    counts, old = Counts(data.plan, data.tally), Scales(data.rules, data.plan)
    known, new = counts.weigh(old, SERIES), proposed(data, "ITEM_080", "ITEM_081", "ITEM_082")
    found = benchmark(counts.weigh_changed, known, old, new)
    right = weigh_tally(data.tally, new, SERIES).posting_e7
    assert found.posting_e7.tolist() == right.tolist()


def test_items_and_months(benchmark: BenchmarkFixture, data: Made) -> None:
    """Equivalents by item and month, from the columns alone."""
    counts, old = Counts(data.plan, data.tally), Scales(data.rules, data.plan)
    found = benchmark(counts.by_item_and_month, old, SERIES)
    assert sum(found.values()) == int(counts.weigh(old, SERIES).posting_e7.sum())
