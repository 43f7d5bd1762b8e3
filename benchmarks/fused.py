"""``python -m benchmarks.fused``: counting coded records beside one fused kernel of numba.

Both start from the same coded columns in memory and end with the same output: the equivalents of
every posting and how many records ended with which verdict. Reading files is no part of it, nor is
noting the rows that are rejected for the kernel, which only counts them. numba comes with the extra
``fast``; without it the kernel is plain Python, which tells whether it is right but not how fast.
"""

import argparse
import importlib
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np

from benchmarks.generate import case_folder, default_data
from benchmarks.peers.run import cores
from equivalents.count import count
from equivalents.intake.case import load_case
from equivalents.intake.source import Source
from equivalents.policy.book import Verdict
from equivalents.policy.calendar import FIRST_DAY
from equivalents.records import RecordBlock
from equivalents.tally import Plan
from equivalents.units import Int64
from equivalents.weigh import Scales

__all__ = ["Coded", "by_engine", "by_kernel", "compiled", "fused"]

_FLOOR, _AIM = 4, 2
_SERIES: Final = "pay"
_VERDICTS: Final = 1 - min(Verdict)
Answer = tuple[Int64, Int64]
"""Equivalents in e7 by posting, and records by the number of their verdict."""


def fused(columns: Any, tables: Any, sums: Any, verdicts: Any) -> None:
    """Count and weigh coded records one by one: all look-ups of a record in one pass."""
    institution, person, item, day, quantity, attribute = columns
    first, runs, bucket_of, rows, class_of, weight = tables
    for at in range(item.size):
        bucket = bucket_of[day[at] - FIRST_DAY]
        if bucket < 0:
            verdicts[-bucket] += 1
            continue
        posting = -1
        for run in range(first[person[at]], first[person[at] + 1]):
            inside = runs[run, 1] <= day[at] and day[at] < runs[run, 2]
            if inside and runs[run, 0] == institution[at]:
                posting = runs[run, 3]
        if posting < 0:
            verdicts[2] += 1
            continue
        known = min(item[at], rows.shape[2] - 1)
        row = rows[attribute[at], class_of[posting], known, bucket]
        if row < 0:
            verdicts[-row] += 1
        else:
            sums[posting] += quantity[at] * weight[row]


def compiled() -> Callable[[Any, Any, Any, Any], None] | None:
    """The kernel compiled by numba, without the interpreter's lock; ``None`` without numba."""
    try:
        numba = importlib.import_module("numba")
    except ImportError:
        return None
    kernel: Callable[[Any, Any, Any, Any], None] = numba.njit(nogil=True)(fused)
    return kernel


@dataclass(frozen=True)
class Coded:
    """A case with its records coded in memory, part by part."""

    plan: Plan
    scales: Scales
    parts: Sequence[Sequence[RecordBlock]]

    @classmethod
    def read(cls, case: Path) -> "Coded":
        """Read and code all records of a case folder."""
        loaded = load_case(case)
        plan = Plan(loaded.rules)
        parts = [list(part) for part in Source(case, loaded.records).blocks(plan)]
        return cls(plan, Scales(loaded.rules, plan), parts)

    @cached_property
    def tables(self) -> tuple[Any, ...]:
        """What the kernel looks up: first run and runs of people, buckets, rows, weights."""
        plan, book = self.plan, self.scales.books[_SERIES]
        postings = plan.postings
        order = np.argsort(postings.person, kind="stable")
        columns = postings.institution, postings.since, postings.until, np.arange(len(postings))
        runs = np.ascontiguousarray(np.stack(columns, 1)[order].astype(np.int32))
        first = np.searchsorted(postings.person[order], np.arange(len(plan.persons) + 1))
        shape = (len(plan.attributes), len(plan.classes), len(plan.known_items) + 1)
        shape = (*shape, len(plan.bucket_starts))  # type: ignore[assignment]
        attribute, place, item, bucket = np.indices(shape, np.int32).reshape(4, -1)
        rows = book.choose(item, bucket, place, attribute, plan.attributes).reshape(shape)
        days = np.arange(FIRST_DAY, FIRST_DAY + 200_000, dtype=np.int32)
        return (
            first, runs, plan.buckets(days[: plan.period.end + 400 - FIRST_DAY]), rows,
            plan.class_of_posting, book.weight_e4,
        )  # fmt: skip


def by_engine(coded: Coded, threads: int) -> Answer:
    """This engine's direct path over the coded records."""
    counted = count(coded.parts, coded.scales, "direct", workers=threads)
    verdicts = np.zeros(_VERDICTS, np.int64)
    for verdict, number in counted.verdicts[_SERIES].items():
        verdicts[-verdict] = number
    return counted.direct.finish(_SERIES), verdicts


def by_kernel(coded: Coded, threads: int, kernel: Callable[[Any, Any, Any, Any], None]) -> Answer:
    """The fused kernel over the same records, a part in each thread."""

    def one(part: Sequence[RecordBlock]) -> Answer:
        sums = np.zeros(len(coded.plan.postings), np.int64)
        verdicts = np.zeros(_VERDICTS, np.int64)
        for block in part:
            nothing = np.zeros(len(block), np.int32) if block.attribute is None else None
            columns = (
                block.institution, block.person, block.item, block.day, block.quantity_e3,
                block.attribute if nothing is None else nothing,
            )  # fmt: skip
            kernel(columns, coded.tables, sums, verdicts)
        return sums, verdicts

    with ThreadPoolExecutor(threads) as pool:
        answers = [*pool.map(one, coded.parts)]
    return sum(sums for sums, _ in answers), sum(verdicts for _, verdicts in answers)  # type: ignore[return-value]


def main() -> int:
    """Measure both in turn; 1 where the answers differ or numba is not there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fused", description=main.__doc__)
    parser.add_argument("--size", type=int, default=10_000_000, help="number of records")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=default_data())
    chosen = parser.parse_args()
    kernel = compiled()
    if kernel is None:
        print("numba is not installed: pip install 'equivalents[fast]'", file=sys.stderr)
        return 1
    coded = Coded.read(case_folder(chosen.size, "parquet", chosen.data))
    ways: dict[str, Callable[[], Answer]] = {
        "engine, direct path": lambda: by_engine(coded, cores()),
        "numba, fused kernel": lambda: by_kernel(coded, cores(), kernel),
    }
    answers = {name: way() for name, way in ways.items()}  # compiles, and learns what is new
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(chosen.rounds):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            times[name].append(time.perf_counter() - started)
    engine, numba = answers.values()
    equal = all(np.array_equal(*pair) for pair in zip(engine, numba, strict=True))
    for name, seconds in times.items():
        print(f"{name}: {median(seconds):.3f} s, {median(seconds) / chosen.size * 1e9:.1f} ns each")
    ours, theirs = (median(seconds) for seconds in times.values())
    print(f"ratio {ours / theirs:.2f}: floor {_FLOOR}, aim {_AIM}, at most")
    print("equal answers" if equal else "ANSWERS DIFFER")
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
