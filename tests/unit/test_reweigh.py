"""The kernel of a what-if gives what a full weighing gives, in every posting, verdict and item.

Catches: a product that wraps, a cell left out between two chunks or two items, a changed item that
keeps its old weight, records counted once weighed by quantity, shared totals split apart, a sum of
own and shared equivalents beyond int64.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

import equivalents.sparse
from equivalents.codes import Codebook
from equivalents.count import count
from equivalents.errors import RefusedError
from equivalents.intake.case import load_case
from equivalents.intake.source import Source
from equivalents.policy.book import Verdict
from equivalents.policy.calendar import LAST_DAY, parse_day, parse_period
from equivalents.policy.model import CaseRules, Institution, Posting, WeightRow
from equivalents.reweigh import Counts, Lost
from equivalents.tally import Plan, Tally
from equivalents.units import INT64_LIMIT, WEIGHT_LIMIT_E4
from equivalents.weigh import Scales, Weighed, weigh_tally
from tests.reference import write_random_case

FEATURES = ("", "shares", "bases", "coefficients", "shares+bases+days+concurrent+coefficients")


def counted(folder: Path) -> tuple[CaseRules, Plan, Tally]:
    case = load_case(folder)
    plan = Plan(case.rules)
    parts = Source(folder, case.records).blocks(plan)
    return case.rules, plan, count(parts, Scales(case.rules, plan)).tally


def proposal(rules: CaseRules, rng: Random, share: float) -> CaseRules:
    """Other weights for some items, and now and then a row that is gone."""
    codes = sorted({row.item_code for row in rules.weights})
    chosen = {code for code in codes if rng.random() < share}
    rows = [
        replace(row, weight_e4=rng.choice((0, row.weight_e4 + 1, rng.randrange(10**6))))
        if row.item_code in chosen
        else row
        for row in rules.weights
    ]
    gone = [row for row in rows if row.item_code in chosen and rng.random() < 0.1]
    return replace(rules, weights=tuple(row for row in rows if row not in gone) or rules.weights)


def figures(weighed: Weighed) -> tuple[object, ...]:
    return weighed.posting_e7.tolist(), weighed.counted, dict(weighed.verdicts)


def by_item(weighed: Weighed) -> dict[tuple[int, int], int]:
    lines = weighed.lines
    assert lines is not None
    found: dict[tuple[int, int], int] = {}
    for item, month, value in zip(lines.item, lines.month, lines.equivalents_e7, strict=True):
        found[int(item), int(month)] = found.get((int(item), int(month)), 0) + int(value)
    return found


def trials(tmp_path: Path, features: str) -> Iterator[tuple[Counts, Scales, Scales, str]]:
    """Random cases under random tables: counts, the table in force, another one, a series."""
    for seed in range(4):
        rng = Random(seed)
        folder = tmp_path / f"case-{seed}"
        named = frozenset(features.split("+")) - {""}
        write_random_case(folder, seed, 250, dirty=seed % 2 > 0, features=named)
        rules, plan, tally = counted(folder)
        counts, old = Counts(plan, tally), Scales(rules, plan)
        for share in (0.0, 0.2, 1.0):
            other = proposal(rules, rng, share)
            if other.series == rules.series:
                new = Scales(other, plan, Codebook(plan.items.values))
                yield from ((counts, old, new, series) for series in rules.series)


@pytest.mark.rules("F")
@pytest.mark.parametrize("features", FEATURES)
def test_the_kernel_weighs_like_the_tally(features: str, tmp_path: Path) -> None:
    changed = 0
    for counts, old, new, series in trials(tmp_path, features):
        expected = weigh_tally(counts.tally, new, series)
        known = counts.weigh(old, series)
        assert figures(known) == figures(weigh_tally(counts.tally, old, series))
        assert figures(counts.weigh(new, series)) == figures(expected)
        assert figures(counts.weigh_changed(known, old, new)) == figures(expected)
        assert counts.by_item_and_month(new, series) == by_item(expected)
        lost = counts.lost(old, new, series)
        assert sum(one.records for one in lost) >= known.counted - expected.counted
        changed += known.posting_e7.tolist() != expected.posting_e7.tolist()
    assert changed


def test_chunks_and_rare_keys_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Rows cut into many chunks, columns numbered by sorting instead of marking.
    monkeypatch.setattr(equivalents.sparse, "_CHUNK", 3)
    monkeypatch.setattr(equivalents.sparse, "_DENSE", 0)
    test_the_kernel_weighs_like_the_tally("bases", tmp_path)


SINCE = parse_day("2020-01-01")
SMALL = CaseRules(
    period=parse_period("2025-01"),
    institutions=(Institution("c1"),),
    postings=(Posting("p1", "c1", SINCE, LAST_DAY), Posting("p2", "c1", SINCE, LAST_DAY)),
    weights=(
        WeightRow("pay", "A", 10_000, SINCE, LAST_DAY),
        WeightRow("pay", "B", 20_000, SINCE, LAST_DAY),
    ),
    pools=(),
)


def small(cells: list[tuple[int, int, int]]) -> tuple[Counts, Scales]:
    """Counts of (posting, item, quantity_e3), one record each."""
    plan = Plan(SMALL)
    posting, item, quantity = (np.array(column) for column in zip(*cells, strict=True))
    nothing = np.zeros(posting.size, np.int32)
    keys = posting.astype(np.int32), item.astype(np.int32), nothing, nothing
    tally = Tally(plan, *keys, np.ones(posting.size, np.int64), quantity.astype(np.int64))
    return Counts(plan, tally), Scales(SMALL, plan)


def other(counts: Counts, **weights_e4: int) -> Scales:
    rows = tuple(
        replace(row, weight_e4=weights_e4.get(row.item_code, row.weight_e4))
        for row in SMALL.weights
    )
    return Scales(replace(SMALL, weights=rows), counts.plan)


def test_what_does_not_fit_is_summed_in_python_integers() -> None:
    # Each of the two products is beyond 2**63; their sum is 10 quantities of one thousandth.
    huge = 2**62 // 1000
    counts, old = small([(0, 0, huge), (0, 1, -huge + 5), (1, 0, 1000)])
    new = other(counts, A=10**6, B=10**6)
    assert counts.matrix.wide(counts.scale(new, "pay")).tolist() == [0]
    known = counts.weigh(other(counts, A=0, B=0), "pay")
    for weighed in (counts.weigh(new, "pay"), counts.weigh_changed(known, old, new)):
        assert weighed.posting_e7.tolist() == [5 * 10**6, 10**9]


def test_the_bound_is_sharp() -> None:
    heaviest = WEIGHT_LIMIT_E4 - 1
    fits = (INT64_LIMIT - 1) // heaviest
    for quantity, wide in ((fits, []), (-fits, []), (fits + 1, [0])):
        counts, _ = small([(0, 0, quantity)])
        assert counts.matrix.wide(counts.scale(other(counts, A=heaviest), "pay")).tolist() == wide
    with pytest.raises(RefusedError) as error:
        counts.weigh(other(counts, A=heaviest), "pay")
    assert [problem.code for problem in error.value.problems] == ["TOTAL_TOO_LARGE"]


def test_a_sum_that_wraps_on_the_way_is_right_in_the_end() -> None:
    # The difference of the two weights times the quantity is beyond int64, both sides are not.
    quantity = INT64_LIMIT // 20_000 - 1
    counts, old = small([(0, 0, quantity), (0, 1, -quantity // 2)])
    new = other(counts, A=0, B=20_000)
    known = counts.weigh(old, "pay")
    after = counts.weigh_changed(known, old, new)
    assert after.posting_e7.tolist() == [-quantity // 2 * 20_000, 0]


def test_records_that_lose_their_weight_are_told() -> None:
    counts, old = small([(0, 0, 1000), (0, 1, 2000), (1, 1, 1000)])
    rows = (SMALL.weights[0], replace(SMALL.weights[1], conditions=("", "", "", "home", "")))
    new = Scales(replace(SMALL, weights=rows), counts.plan)
    assert counts.lost(old, new, "pay") == [Lost(1, Verdict.NO_WEIGHT_FOR_CONDITIONS, 2)]
    assert counts.lost(old, old, "pay") == []


def test_no_cells_at_all() -> None:
    plan = Plan(SMALL)
    counts = Counts(plan, Tally(plan))
    new = other(counts, A=5)
    known = counts.weigh(Scales(SMALL, plan), "pay")
    assert figures(known) == ([0, 0], 0, {})
    assert figures(counts.weigh_changed(known, Scales(SMALL, plan), new)) == ([0, 0], 0, {})
    assert counts.by_item_and_month(new, "pay") == {}
