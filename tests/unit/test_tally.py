"""Count first, weigh later: a tally is the same however the records came, were cut or were packed.

Faults caught: a cell lost or doubled when parts are merged, two keys packed into one, a bucket cut
that changes a weight, a count that goes missing without anybody being told.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.count import Way, count
from equivalents.errors import ConservationError, RefusedError
from equivalents.policy.book import Attributes, Verdict
from equivalents.policy.calendar import LAST_DAY, parse_day, parse_period
from equivalents.policy.model import CaseRules, Institution, Pool, Posting, WeightRow
from equivalents.policy.posts import Codes
from equivalents.records import RecordBlock
from equivalents.settle import Settlement, settle
from equivalents.tally import Placed, Plan, Tally, place
from equivalents.units import QUANTITY_LIMIT_E3, WEIGHT_LIMIT_E4, Int64
from equivalents.weigh import Scales

START, MIDDLE, END = (parse_day(text) for text in ("2025-01-01", "2025-02-15", "2025-04-01"))
SINCE = parse_day("2020-01-01")


def weight(item: str, value_e4: int, start: int = SINCE, end: int = LAST_DAY) -> WeightRow:
    return WeightRow("pay", item, value_e4, start, end)


RULES = CaseRules(
    period=parse_period("2025-Q1"),
    institutions=(Institution("c1"), Institution("c2")),
    postings=(
        Posting("p1", "c1", SINCE, LAST_DAY),
        Posting("p2", "c1", SINCE, MIDDLE),
        Posting("p2", "c2", MIDDLE, LAST_DAY),
        Posting("p3", "c2", SINCE, LAST_DAY, "a"),
        Posting("p3", "c2", SINCE, LAST_DAY, "b", main=True),
    ),
    weights=(
        weight("A", 12_000, SINCE, MIDDLE),
        weight("A", 15_000, MIDDLE),
        weight("B", 3_333),
        replace(weight("B", 9_000), conditions=("", "", "", "home", "")),
        replace(weight("C", 700, SINCE, MIDDLE), stopped=True),
        replace(weight("A", 10_000), series="purchase"),
    ),
    pools=(Pool("c1", "main", "pay", 71_127), Pool("c2", "main", "pay", 100_000)),
)


def codes(values: Sequence[int]) -> Codes:
    return np.array(values, np.int32)


def random_block(plan: Plan, seed: int, size: int) -> RecordBlock:
    """Records of every kind: counted, outside the period, without posting, of unknown items."""
    rng = np.random.default_rng(seed)
    plan.items.learn(["unknown"])
    plan.attributes.learn([Attributes(setting="home"), Attributes(team_id="t")])

    def pick(stop: int, start: int = 0) -> Codes:
        return rng.integers(start, stop, size).astype(np.int32)

    return RecordBlock(
        part=0,
        row=np.arange(2, size + 2),
        institution=pick(2),
        person=pick(3),
        item=pick(len(plan.items)),
        day=pick(END + 5, START - 5),
        quantity_e3=rng.integers(-5000, 9000, size),
        attribute=pick(len(plan.attributes)),
        post=pick(len(plan.postings.posts)),
    )


def part_of(block: RecordBlock, where: Int64) -> RecordBlock:
    """Some records of a block as a block of their own."""
    columns = ("row", "institution", "person", "item", "day", "quantity_e3", "attribute", "post")
    return replace(block, **{name: getattr(block, name)[where] for name in columns})


def tally_of(plan: Plan, *blocks: RecordBlock) -> Tally:
    tally = Tally(plan)
    for block in blocks:
        tally.add(block, place(block, plan))
    tally.settle()
    return tally


def cells(tally: Tally) -> list[tuple[int, ...]]:
    """The settled columns, row by row."""
    names = ("posting", "item", "attribute", "bucket", "records", "quantity_e3")
    return [*zip(*(getattr(tally, name).tolist() for name in names), strict=True)]


def obvious(block: RecordBlock, placed: Placed) -> list[tuple[int, ...]]:
    """The same cells by one dictionary."""
    assert block.attribute is not None
    keys = zip(
        placed.posting[placed.kept].tolist(),
        block.item[placed.kept].tolist(),
        block.attribute[placed.kept].tolist(),
        placed.bucket[placed.kept].tolist(),
        strict=True,
    )
    records: Counter[tuple[int, ...]] = Counter()
    quantity: Counter[tuple[int, ...]] = Counter()
    for key, value in zip(keys, block.quantity_e3[placed.kept].tolist(), strict=True):
        records[key] += 1
        quantity[key] += value
    return [(*key, records[key], quantity[key]) for key in sorted(records)]


# -- merging -------------------------------------------------------------------------------


def test_a_tally_is_what_one_dictionary_would_count() -> None:
    plan = Plan(RULES)
    block = random_block(plan, 1, 3000)
    placed = place(block, plan)
    assert 0 < placed.lost.size < len(block)
    assert cells(tally_of(plan, block)) == obvious(block, placed)


@given(st.integers(0, 2**32), st.integers(1, 60), st.integers(1, 6), st.integers(1, 4))
def test_any_order_and_split_gives_the_same_columns(
    seed: int, size: int, parts: int, tallies: int
) -> None:
    plan = Plan(RULES)
    block = random_block(plan, seed, size)
    rng = np.random.default_rng(seed)
    pieces = np.array_split(rng.permutation(size), parts)
    blocks = [part_of(block, piece) for piece in pieces if piece.size]
    merged = Tally(plan)
    for first in range(tallies):
        merged.absorb(tally_of(plan, *blocks[first::tallies]))
    merged.settle()
    assert cells(merged) == cells(tally_of(plan, block))


def test_settling_twice_and_between_changes_nothing() -> None:
    plan = Plan(RULES)
    blocks = [random_block(plan, seed, 200) for seed in range(5)]
    merged = Tally(plan)
    for block in blocks:
        merged.add(block, place(block, plan))
        merged.settle()
        merged.settle()
    assert cells(merged) == cells(tally_of(plan, *blocks))
    merged.absorb(Tally(plan))
    merged.settle()
    assert len(merged) == len(tally_of(plan, *blocks))


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_any_number_of_threads_counts_the_same(workers: int) -> None:
    plan = Plan(RULES)
    scales = Scales(RULES, plan)
    parts = [[random_block(plan, 10 * at + nth, 50) for nth in range(3)] for at in range(7)]
    counted = count(parts, scales, workers=workers)
    blocks = [block for part in parts for block in part]
    assert cells(counted.tally) == cells(tally_of(plan, *blocks))
    assert counted.received == 7 * 3 * 50


def test_nothing_to_count() -> None:
    tally = tally_of(Plan(RULES))
    assert (len(tally), cells(tally)) == (0, [])
    assert count([], Scales(RULES, Plan(RULES))).received == 0


# -- keys of any size ------------------------------------------------------------------------


def wide_block(rng: Random, size: int, limits: Sequence[int]) -> tuple[RecordBlock, Placed]:
    """Records whose codes are of any size up to the limits, many of them equal or near."""

    def column(limit: int) -> Codes:
        few = [rng.randrange(limit) for _ in range(3)] + [0, limit - 1, limit - 2]
        return codes([rng.choice(few) for _ in range(size)])

    posting, item, attribute, bucket = map(column, limits)
    quantity = np.array([rng.randrange(-1000, 1000) for _ in range(size)], np.int64)
    none = np.zeros(size, np.int32)
    row = np.arange(size)
    block = RecordBlock(0, row, none, none, item, none, quantity, attribute)
    nobody = np.zeros(0, np.int64)
    return block, Placed(posting, bucket, nobody, codes([]))


@pytest.mark.parametrize(
    "limits",
    [
        (2, 2, 2, 2),
        (2**16, 2**16, 2**16, 2**14),  # 62 bits: still packed into one integer
        (2**16, 2**16, 2**16, 2**15),  # 63 bits: sorted column by column
        (2**31 - 1, 2**31 - 1, 2, 2),
        (2**31 - 1, 2**31 - 1, 2**31 - 1, 2**31 - 1),
        (2, 2**31 - 1, 2**31 - 1, 2),
    ],
)
def test_codes_of_any_size_stay_apart(limits: Sequence[int]) -> None:
    rng = Random(str(limits))
    for size in (1, 2, 400):
        block, placed = wide_block(rng, size, limits)
        tally = Tally(Plan(RULES))
        tally.add(block, placed)
        tally.settle()
        assert cells(tally) == obvious(block, placed)


# -- cuts ----------------------------------------------------------------------------------


def settled(more_cuts: Sequence[int] = (), path: Way = "tally") -> Settlement:
    def parts(plan: Plan) -> list[list[RecordBlock]]:
        block = random_block(plan, 99, 4000)
        return [[part_of(block, np.arange(at, 4000, 3))] for at in range(3)]

    return settle(RULES, parts, more_cuts=more_cuts, path=path)


def figures(one: Settlement) -> dict[str, object]:
    """Everything that a settlement says, codes resolved."""
    assert one.payouts is not None
    said: dict[str, object] = {"amount": one.payouts.amount_fen.tolist()}
    for series, weighed in one.weighed.items():
        said[series] = weighed.posting_e7.tolist(), weighed.counted
        said[f"{series} verdicts"] = {v: n for v, n in one.counted.verdicts[series].items() if n}
    return said


def lines(one: Settlement) -> dict[str, list[tuple[int, ...]]]:
    names = ("institution", "person", "item", "month", "row", "records", "quantity_e3")
    found = {}
    for series, weighed in one.weighed.items():
        assert weighed.lines is not None
        columns = [getattr(weighed.lines, name).tolist() for name in (*names, "equivalents_e7")]
        found[series] = [*zip(*columns, strict=True)]
    return found


@pytest.mark.parametrize(
    "more_cuts",
    [
        [MIDDLE - 1],
        [MIDDLE + 1, MIDDLE + 2],
        range(START, END),
        range(START - 40, END + 40, 7),
    ],
)
def test_finer_buckets_change_nothing(more_cuts: Sequence[int]) -> None:
    coarse, fine = settled(), settled(more_cuts)
    assert len(fine.plan.bucket_starts) > len(coarse.plan.bucket_starts)
    assert figures(fine) == figures(coarse)
    assert lines(fine) == lines(coarse)


def test_the_direct_path_says_the_same() -> None:
    assert figures(settled(path="direct")) == figures(settled())
    assert figures(settled(range(START, END, 3), "direct")) == figures(settled())


def test_every_verdict_was_met() -> None:
    met = settled().counted.verdicts["pay"]
    assert {verdict for verdict, number in met.items() if number} == {
        Verdict.OUTSIDE_PERIOD,
        Verdict.NO_POST,
        Verdict.ITEM_UNKNOWN,
        Verdict.ITEM_STOPPED,
    }


# -- totals beyond int64 ---------------------------------------------------------------------

HEAVY = replace(
    RULES,
    weights=(weight("A", WEIGHT_LIMIT_E4 - 1), weight("B", WEIGHT_LIMIT_E4 - 2)),
    pools=(Pool("c1", "main", "pay", 100),),
)


def heavy(path: Way, *quantities_e3: tuple[int, int]) -> Settlement:
    """Records of p1 at c1: (item, quantity)."""
    size = len(quantities_e3)
    none, day = codes([0] * size), codes([START] * size)
    item = codes([at for at, _ in quantities_e3])
    quantity = np.array([value for _, value in quantities_e3], np.int64)
    block = RecordBlock(0, np.arange(size) + 2, none, none, item, day, quantity)
    return settle(HEAVY, lambda _: [[block]], path=path)


@pytest.mark.parametrize("path", ["tally", "direct"])
def test_products_beyond_int64_that_cancel_are_exact(path: Way) -> None:
    most = QUANTITY_LIMIT_E3 - 1
    one = heavy(path, *[(0, most)] * 50, *[(1, -most)] * 50, (0, 1))
    assert most * (WEIGHT_LIMIT_E4 - 1) >= 2**63
    assert one.weighed["pay"].posting_e7[0] == 50 * most + WEIGHT_LIMIT_E4 - 1


@pytest.mark.parametrize("path", ["tally", "direct"])
def test_a_total_beyond_int64_is_refused(path: Way) -> None:
    with pytest.raises(RefusedError) as caught:
        heavy(path, (0, QUANTITY_LIMIT_E3 - 1))
    assert [problem.code for problem in caught.value.problems] == ["TOTAL_TOO_LARGE"]


# -- conservation ----------------------------------------------------------------------------


def counted_with(monkeypatch: pytest.MonkeyPatch, method: str, column: str, change: int) -> None:
    """Count while one method of the tally secretly changes one cell."""
    honest = getattr(Tally, method)

    def tampering(self: Tally, *args: object) -> None:
        honest(self, *args)
        values = getattr(self, column)
        if values.size:
            values[-1] += change

    monkeypatch.setattr(Tally, method, tampering)
    plan = Plan(RULES)
    count([[random_block(plan, 3, 100)]], Scales(RULES, plan))


@pytest.mark.parametrize("change", [1, -1])
def test_a_count_that_was_tampered_with_stops_the_run(
    monkeypatch: pytest.MonkeyPatch, change: int
) -> None:
    with pytest.raises(ConservationError, match="the tally holds"):
        counted_with(monkeypatch, "settle", "records", change)


def test_a_part_that_is_lost_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tally, "absorb", lambda self, other: None)
    plan = Plan(RULES)
    with pytest.raises(ConservationError, match="the tally holds 0"):
        count([[random_block(plan, 3, 100)]], Scales(RULES, plan))


def test_a_refused_row_that_nobody_received_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RecordBlock, "received", property(lambda self: len(self) + 1))
    plan = Plan(RULES)
    with pytest.raises(ConservationError, match="100 records ended of 101 received"):
        count([[random_block(plan, 3, 100)]], Scales(RULES, plan))
