"""Counting bases one by one: a million records that all wait for each other, ten with ``--large``.

What is timed is everything from the gathered records to blocks that are ready to be weighed:
order, corrections, classes, days, concurrent rules (A3, A12; 5.5, 5.6). The records are drawn as
coded columns, so no file is read; a tenth of the residents have half of the records.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from equivalents.policy.basis import RECORD, basis_of
from equivalents.policy.calendar import LAST_DAY, parse_day, parse_period
from equivalents.policy.contacts import ConcurrentRule
from equivalents.policy.model import CaseRules, Institution, Posting, WeightRow
from equivalents.records import Contact, RecordBlock
from equivalents.resolve import Resolved, resolve
from equivalents.tally import Plan
from equivalents.units import Codes, Int64
from equivalents.waiting import Waiting
from equivalents.weigh import Scales

SIZES: Final = (
    pytest.param(1_000_000, id="1M"),
    pytest.param(10_000_000, id="10M", marks=pytest.mark.slow),
)
KINDS: Final = ("resident", "household", "first:4", "visits", "days", "stays", "concurrent")
_SINCE: Final = parse_day("2020-01-01")
_BLOCK: Final = 1 << 18
_PLACES, _EACH, _ITEMS = 200, 50, 8


class _Drawn:
    """An origin whose texts are the row numbers, as records with ids would have them."""

    def texts(self, rows: Int64, *, residents: bool = True) -> list[tuple[str, ...]]:
        return [(f"{row:09}",) for row in rows.tolist()]

    def corrected(self) -> Mapping[int, tuple[int, int]]:
        return {}


def _rules(kind: str) -> CaseRules:
    """Eight items of one basis; of visits every first one is worth more."""
    basis = {"visits": RECORD, "concurrent": RECORD, "stays": basis_of("days", "", "")}.get(kind)
    basis = basis or basis_of(kind, "quarter", "")
    rows = [
        WeightRow("pay", f"A{at}", 10_000 + at, _SINCE, LAST_DAY, basis=basis)
        for at in range(_ITEMS)
    ]
    if kind == "visits":
        rows += [replace(row, conditions=("", "", "", "", "1"), weight_e4=15_000) for row in rows]
    half = frozenset(f"A{at}" for at in range(4)), frozenset(f"A{at}" for at in range(4, 8))
    rule = ConcurrentRule("beside", *half, credit_e4=5_000)
    return CaseRules(
        period=parse_period("2025"),
        institutions=tuple(Institution(f"I{at:03}") for at in range(_PLACES)),
        postings=tuple(
            Posting(f"P{at:05}", f"I{at % _PLACES:03}", _SINCE, LAST_DAY)
            for at in range(_PLACES * _EACH)
        ),
        weights=tuple(rows),
        pools=(),
        concurrent=(rule,) if kind == "concurrent" else (),
    )


def _blocks(kind: str, size: int) -> list[RecordBlock]:
    """Blocks of drawn records; stays have one to seven days and seldom overlap."""
    draw = np.random.default_rng(11)
    first = parse_day("2025-01-01")
    blocks, origin = [], _Drawn()

    def codes(values: Any) -> Codes:
        return np.asarray(values, np.int32)

    for at in range(0, size, _BLOCK):
        n = min(_BLOCK, size - at)
        person = draw.integers(0, _PLACES * _EACH, n)
        often = draw.random(n) < 0.5
        resident = np.where(often, draw.integers(0, size // 50, n), draw.integers(0, size // 5, n))
        day = draw.integers(first, first + 358, n)
        days = draw.integers(1, 8, n)
        end = day + days if kind == "stays" else np.full(n, -1)
        whole = {"stays": days * 1000, "days": np.minimum(days, 3) * 1000}
        contact = Contact(codes(resident), codes(resident // 3), codes(end), origin)
        block = RecordBlock(
            0,
            np.arange(at, at + n),
            codes(person % _PLACES),
            codes(person),
            codes(draw.integers(0, _ITEMS, n)),
            codes(np.where(day % 31 > 25, day - 5, day)),
            np.asarray(whole.get(kind, np.full(n, 1000)), np.int64),
            np.zeros(n, np.int32),
            np.zeros(n, np.int32),
            contact=contact,
        )
        blocks.append(block)
    return blocks


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_resolve(benchmark: BenchmarkFixture, kind: str, size: int) -> None:
    """Which of the waiting records count, from gathered columns to blocks to be weighed."""
    blocks = _blocks(kind, size)
    rules = _rules(kind)

    def ended(resolved: Resolved) -> int:
        records = resolved.block.records
        return 0 if records is None else int(records.sum())

    def count() -> int:
        waiting = Waiting()
        for block in blocks:
            waiting.add(block)
        return sum(resolve(waiting, Scales(rules, Plan(rules)), ended))

    rounds = 1 if size > 1_000_000 else 3
    assert benchmark.pedantic(count, rounds=rounds) == size  # type: ignore[no-untyped-call]
