"""``python -m benchmarks.whatif``: other weights on the same counts, beside counting them again.

Specification page 4: a whole table under 0.2 s, changed items at least 100 times a recount, at 50
million records; a county of 5 million under 50 ms. The records are made here, coded as a reader
leaves them: 200 items (20 of them by institution group, 8 by setting, 20 with a second version from
July), a year, people who each do a few of the items, in random order. Their tally is counted by
the engine itself. All times are of one run, of the same counts; every answer is compared with that
of a full weighing, and a differing one ends the run with an error.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.peers.report import machine
from equivalents.count import count
from equivalents.policy.book import Attributes
from equivalents.policy.calendar import LAST_DAY, parse_day, parse_period
from equivalents.policy.model import CaseRules, Institution, Pool, Posting, WeightRow
from equivalents.records import RecordBlock
from equivalents.reweigh import Counts
from equivalents.run import workers
from equivalents.settle import settle_kept
from equivalents.tally import Plan, Tally
from equivalents.units import Int64
from equivalents.weigh import Scales, Weighed, weigh_tally

__all__ = ["Made", "Timed", "made", "measured", "page"]

SERIES: Final = "pay"
_ITEMS: Final = 200
_PEOPLE_EACH: Final = 40
_RECORDS_EACH: Final = 833
"""Records of one person in a year: 60,000 people make 50 million."""
_BLOCK: Final = 1 << 18
_SEED: Final = 20_251
_SINCE, _JULY = parse_day("2020-01-01"), parse_day("2025-07-01")
_GROUPS: Final = ("I", "II", "III")


@dataclass(frozen=True, slots=True)
class Made:
    """Records as coded blocks, and the tally that the engine counts from them."""

    rules: CaseRules
    plan: Plan
    blocks: Sequence[RecordBlock]
    tally: Tally


@dataclass(frozen=True, slots=True)
class Timed:
    """What was timed: the shortest of some rounds in seconds, and how often the recount it is."""

    name: str
    seconds: float
    ratio: float


# -- making ----------------------------------------------------------------------------------------


def made(size: int, items_each: int = 20) -> Made:
    """``size`` records of as many people as make so many in a year, and their tally."""
    people = max(size // _RECORDS_EACH, 2)
    rules = _rules(people)
    plan = Plan(rules)
    plan.attributes.learn(Attributes(setting=name) for name in ("home", "ward"))
    blocks = list(_blocks(plan, people, size, items_each))
    tally = count(_parts(blocks), Scales(rules, plan), workers=workers()).tally
    return Made(rules, plan, blocks, tally)


def _rules(people: int) -> CaseRules:
    places = [f"J{at:05}" for at in range(-(-people // _PEOPLE_EACH))]
    return CaseRules(
        period=parse_period("2025"),
        institutions=tuple(
            Institution(place, group=_GROUPS[at % 3]) for at, place in enumerate(places)
        ),
        postings=[
            Posting(f"P{at:07}", places[at // _PEOPLE_EACH], _SINCE, LAST_DAY)
            for at in range(people)
        ],
        weights=tuple(_weights()),
        pools=tuple(Pool(place, "incentive", SERIES, 20_000_017) for place in places),
    )


def _weights() -> Iterator[WeightRow]:
    draw = np.random.default_rng(_SEED)
    for item in range(_ITEMS):
        weight = int(draw.integers(1_000, 200_000))
        row = WeightRow(SERIES, f"ITEM_{item:03}", weight, _SINCE, LAST_DAY)
        if item % 10 == 3:
            yield replace(row, valid_to=_JULY)
            yield replace(row, valid_from=_JULY, weight_e4=weight + 137)
        elif item % 10 == 7:
            for at, group in enumerate(_GROUPS):
                yield replace(row, weight_e4=weight * (at + 5), conditions=(group, "", "", "", ""))
        else:
            yield row
            if item % 25 == 5:
                yield replace(row, weight_e4=weight * 2, conditions=("", "", "", "home", ""))


def _blocks(plan: Plan, people: int, size: int, items_each: int) -> Iterator[RecordBlock]:
    draw = np.random.default_rng([_SEED, size])
    # What a person does: some items, the first ones of the list more often than the last.
    repertoire = (draw.random((people, items_each)) ** 2 * _ITEMS).astype(np.int32)
    days = plan.period.end - plan.period.start
    for start in range(0, size, _BLOCK):
        some = min(_BLOCK, size - start)
        person = draw.integers(0, people, some).astype(np.int32)
        item = repertoire[person, draw.integers(0, items_each, some)]
        setting = np.where(item % 25 == 5, draw.integers(0, 3, some), 0)
        quantity = np.where(draw.random(some) < 0.8, 1, draw.integers(2, 31, some)) * 1_000
        yield RecordBlock(
            0,
            np.arange(start, start + some),
            person // np.int32(_PEOPLE_EACH),
            person,
            item,
            (plan.period.start + draw.integers(0, days, some)).astype(np.int32),
            quantity.astype(np.int64),
            setting.astype(np.int32),
        )


def _parts(blocks: Sequence[RecordBlock]) -> list[Sequence[RecordBlock]]:
    return [blocks[at :: workers()] for at in range(workers())]


# -- measuring -------------------------------------------------------------------------------------


def measured(data: Made, changed: int, rounds: int) -> tuple[Counts, list[Timed]]:
    """Time a recount, the whole table and ``changed`` items on the same counts, interleaved."""
    rules, plan = data.rules, data.plan
    old = Scales(rules, plan)
    whole = Scales(_other(rules, range(_ITEMS)), plan)
    # From the middle of the list, so that they are neither the most common nor the rarest.
    few = Scales(_other(rules, range(80, 80 + changed)), plan)
    counts = Counts(plan, data.tally)
    known = counts.weigh(old, SERIES)
    steps: dict[str, Callable[[], object]] = {
        "recount": lambda: _recount(data, whole),
        "bare rescan": lambda: _rescan(data, whole),
        "whole table": lambda: counts.weigh(whole, SERIES),
        "changed items": lambda: counts.weigh_changed(known, old, few),
        "changed items, table read": lambda: counts.weigh_changed(
            known, old, Scales(few.rules, plan)
        ),
        "changed items to payouts": lambda: settle_kept(
            few.rules, plan, data.tally, few, lambda new, _: counts.weigh_changed(known, old, new)
        ).weighed[SERIES],
    }
    best, answers = _timed(steps, rounds)
    _agree(data.tally, whole, answers["whole table"], answers["recount"], answers["bare rescan"])
    _agree(data.tally, few, *(answers[name] for name in steps if name.startswith("changed")))
    recount = best["recount"]
    return counts, [Timed(name, taken, recount / taken) for name, taken in best.items()]


def _timed(
    steps: dict[str, Callable[[], object]], rounds: int
) -> tuple[dict[str, float], dict[str, Int64]]:
    """The shortest time of each step, in turn, and the equivalents that it gave."""
    best = dict.fromkeys(steps, float("inf"))
    answers = {}
    for step in list(steps) * rounds:
        began = time.perf_counter()
        answer = steps[step]()
        best[step] = min(best[step], time.perf_counter() - began)
        answers[step] = answer.posting_e7 if isinstance(answer, Weighed) else answer
    return best, answers  # type: ignore[return-value]


def _other(rules: CaseRules, items: range) -> CaseRules:
    """The same table with other weights for some items."""
    codes = {f"ITEM_{item:03}" for item in items}
    rows = (
        replace(row, weight_e4=row.weight_e4 * 11 // 10 + 1) if row.item_code in codes else row
        for row in rules.weights
    )
    return replace(rules, weights=tuple(rows))


def _recount(data: Made, scales: Scales) -> Int64:
    """Every record placed and weighed again, as the engine does it, with all its checks."""
    counted = count(_parts(data.blocks), scales, "direct", workers=workers())
    return counted.direct.finish(SERIES)


def _rescan(data: Made, scales: Scales) -> Int64:
    """Quantity times weight by posting and nothing else; postings are known to be the people."""
    plan = data.plan
    sums = np.zeros(len(plan.postings), np.int64)
    book = scales.books[SERIES]
    for block in data.blocks:
        bucket = plan.buckets(block.day)
        rows = book.choose(
            block.item,
            bucket,
            plan.class_of_posting[block.person],
            block.attribute,
            plan.attributes,
        )
        np.add.at(sums, block.person, block.quantity_e3 * book.weight_e4[rows])
    return sums


def _agree(tally: Tally, scales: Scales, *answers: Int64) -> None:
    right = weigh_tally(tally, scales, SERIES).posting_e7
    for answer in answers:
        if not np.array_equal(right, answer):
            sys.exit("the answers DIFFER")


def page(size: int, data: Made, counts: Counts, found: Sequence[Timed]) -> Iterator[str]:
    """What was found, as lines of Markdown."""
    people, cells = len(data.plan.postings), len(data.tally)
    yield f"## {size:,} records"
    yield ""
    yield f"{people:,} people, {_ITEMS} items, 12 months: {cells:,} cells,"
    yield f"{counts.matrix.item.size:,} columns. Every answer is that of a full weighing."
    yield ""
    yield "| what | time | a recount is |"
    yield "|---|---:|---:|"
    for one in found:
        yield f"| {one.name} | {one.seconds * 1000:,.2f} ms | {one.ratio:,.1f} times it |"
    yield ""


_HEAD: Final = """# What-if benchmark

Written by the command below; do not edit. Times depend on the machine, answers do not.

- Command: `{command}`
- Machine: {machine}

Records are made coded, in random order, as a reader leaves them; their tally is counted by the
engine. *Recount* places and weighs every record again with all checks, on all processors, without
reading a file; *bare rescan* is quantity times weight by person and nothing else, in one thread;
*whole table* has another weight for every item, *changed items* for {changed} of them: both give
the equivalents of every posting, in one thread. *Table read* also compiles the proposed rows, *to
payouts* also shares all pools again. The shortest of {rounds} rounds, in turn.
"""


def main() -> None:
    """Make the counts, time all ways, print what was found."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--size", type=int, nargs="+", default=[5_000_000, 50_000_000])
    parser.add_argument("--items-each", type=int, default=20, help="items that one person does")
    parser.add_argument("--changed", type=int, default=3, help="items whose weight changes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", type=Path, help="also write the page to a file")
    chosen = parser.parse_args()
    command = " ".join(["python -m benchmarks.whatif", *sys.argv[1:]])
    lines = _HEAD.format(
        command=command, machine=machine(), changed=chosen.changed, rounds=chosen.rounds
    ).splitlines()
    print("\n".join(lines))
    for size in chosen.size:
        data = made(size, chosen.items_each)
        counts, found = measured(data, chosen.changed, chosen.rounds)
        text = ["", *page(size, data, counts, found)][:-1]
        print("\n".join(text), flush=True)
        lines += text
    if chosen.write:
        chosen.write.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
