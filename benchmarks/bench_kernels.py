"""The kernels one by one, on the records of a generated case.

``pytest benchmarks --benchmark-only`` times them with a million records, ``--large`` with ten
million too. The time of a kernel is that of all records: divide by their number for ns a record.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.generate import case_folder
from equivalents.allocate import largest_remainder
from equivalents.intake.case import load_case
from equivalents.intake.coding import Coder
from equivalents.intake.columns import AnyColumn, make_column
from equivalents.intake.identity import hash_texts
from equivalents.intake.source import Source
from equivalents.records import RecordBlock
from equivalents.tally import Placed, Plan, Tally, place
from equivalents.units import Int64
from equivalents.weigh import DirectSum, Scales

SERIES: Final = "pay"
SIZES: Final = (
    pytest.param(1_000_000, id="1M"),
    pytest.param(10_000_000, id="10M", marks=pytest.mark.slow),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """A case with its records coded and placed: what the kernels start from."""

    plan: Plan
    scales: Scales
    source: Source
    blocks: list[tuple[RecordBlock, Placed]]


@pytest.fixture(scope="module", params=SIZES)
def counted(request: pytest.FixtureRequest) -> Counted:
    data: Path = request.config.getoption("--data")
    folder = case_folder(request.param, "parquet", data)
    case = load_case(folder)
    plan = Plan(case.rules)
    source = Source(folder, case.records)
    blocks = [block for part in source.blocks(plan) for block in part if len(block)]
    placed = [(block, place(block, plan)) for block in blocks]
    return Counted(plan, Scales(case.rules, plan), source, placed)


def _raw(source: Source) -> Iterator[tuple[Int64, dict[str, Any]]]:
    for part in source.parts:
        for batch in part.batches():
            yield batch.row, batch.columns


def test_code(benchmark: BenchmarkFixture, counted: Counted) -> None:
    """Arrow columns to coded columns, with every check of form; reading is not timed."""
    batches = list(_raw(counted.source))

    def code() -> int:
        coder = Coder(counted.plan)
        good = 0
        for row, arrays in batches:
            columns: dict[str, AnyColumn] = {n: make_column(a, n) for n, a in arrays.items()}
            good += sum(map(len, coder.code(0, row, columns)))
        return good

    assert benchmark(code) == sum(len(block) for block, _ in counted.blocks)


def test_read_and_code(benchmark: BenchmarkFixture, counted: Counted) -> None:
    """The same with reading and decompressing the file, in one thread."""

    def read() -> int:
        return sum(len(block) for part in counted.source.blocks(counted.plan) for block in part)

    assert benchmark(read) == sum(len(block) for block, _ in counted.blocks)


def test_find_postings(benchmark: BenchmarkFixture, counted: Counted) -> None:
    """The posting of each record by institution, person and date."""

    def find() -> int:
        find_in = counted.plan.postings.find
        found = (find_in(b.institution, b.person, b.day, b.post) for b, _ in counted.blocks)
        return sum(int(np.count_nonzero(posting >= 0)) for posting in found)

    assert benchmark(find) > 0


def test_choose_weights(benchmark: BenchmarkFixture, counted: Counted) -> None:
    """The weight row of each record, with dates, institution groups and settings."""

    def choose() -> int:
        rows = (_rows(counted, block, placed) for block, placed in counted.blocks)
        return sum(int(np.count_nonzero(chosen >= 0)) for chosen in rows)

    assert benchmark(choose) > 0


def _rows(counted: Counted, block: RecordBlock, placed: Placed) -> Any:
    rows = counted.scales.rows(SERIES, placed.posting, block.item, block.attribute, placed.bucket)
    rows[placed.lost] = placed.verdict
    return rows


def test_direct_sum(benchmark: BenchmarkFixture, counted: Counted) -> None:
    """Records times weights, summed by posting; the weight rows are given."""
    chosen = [{SERIES: _rows(counted, block, placed)} for block, placed in counted.blocks]

    def add() -> int:
        total = DirectSum(counted.scales)
        for (block, placed), rows in zip(counted.blocks, chosen, strict=True):
            total.add(block, placed, rows)
        return int(total.finish(SERIES).sum())

    assert benchmark(add) > 0


def test_tally(benchmark: BenchmarkFixture, counted: Counted) -> None:
    """Records summed up into cells of posting, item, attributes and bucket."""

    def add() -> int:
        tally = Tally(counted.plan)
        for block, placed in counted.blocks:
            tally.add(block, placed)
        tally.settle()
        return int(tally.records.sum())

    placed = sum(len(block) - placed.lost.size for block, placed in counted.blocks)
    assert benchmark(add) == placed


@pytest.mark.parametrize("people", [40])
def test_largest_remainder(benchmark: BenchmarkFixture, people: int) -> None:
    """1,500 pools shared among 40 people each; beyond the bounds of int64 it is slower."""
    draw = np.random.default_rng(7)
    pools = draw.integers(8_000_000, 40_000_000, 1_500)
    keys = draw.integers(0, 10**13, pools.size * people)
    starts = np.arange(0, keys.size, people)
    shares = benchmark(largest_remainder, pools, keys, starts)
    assert int(shares.amount_fen.sum()) == int(pools.sum())


@pytest.mark.parametrize("size", SIZES)
def test_hash_texts(benchmark: BenchmarkFixture, size: int) -> None:
    """The 64-bit hash of each record id, by which repeated ids are found."""
    ids = pa.array([f"2025-{number:010}" for number in range(size)])
    assert np.unique(benchmark(hash_texts, ids)).size == size
