"""Item lines are the same, however many cells are taken at once."""

from collections import defaultdict
from dataclasses import fields

import numpy as np
import pytest

from equivalents import lines
from equivalents.lines import Earned, Lines, lines_of
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_period
from equivalents.policy.model import CaseRules, Institution, Posting
from equivalents.tally import Plan

PLACES = ("I1", "I2", "I3")


def plan() -> Plan:
    postings = [
        Posting(f"P{person}", place, FIRST_DAY, LAST_DAY, post_id=post)
        for place in PLACES
        for person in range(5)
        for post in ("a", "b")
    ]
    return Plan(
        CaseRules(
            period=parse_period("2026"),
            institutions=tuple(Institution(place, place) for place in PLACES),
            postings=tuple(postings),
            weights=(),
            pools=(),
        )
    )


def some_earned(size: int, postings: int, kind: type) -> Earned:
    draw = np.random.default_rng(size)
    posting = np.sort(draw.integers(0, postings, size)).astype(np.int32)
    item, bucket, row = draw.integers(0, 3, (3, size)).astype(np.int32)
    records, quantity = draw.integers(1, 9, (2, size))
    return Earned(posting, item, bucket, row, records, quantity, (quantity * 7).astype(kind))


def listed(found: Lines) -> list[tuple[object, ...]]:
    columns = [getattr(found, field.name) for field in fields(Lines)]
    return list(zip(*(c.tolist() for c in columns if c is not None), strict=True))


def by_hand(plan: Plan, earned: Earned) -> list[tuple[object, ...]]:
    sums: dict[tuple[int, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for posting, item, bucket, row, *values in zip(*(c.tolist() for c in earned), strict=True):
        who = int(plan.postings.institution[posting]), int(plan.postings.person[posting])
        month = int(plan.months[plan.month_of_bucket[bucket]])
        key = (*who, item, month, row)
        sums[key] = [a + b for a, b in zip(sums[key], values, strict=True)]
    return [(*key, *values) for key, values in sorted(sums.items())]


@pytest.mark.parametrize("kind", [np.int64, object])
@pytest.mark.parametrize("size", [0, 1, 40, 1000])
@pytest.mark.parametrize("at_once", [1, 7, 50, 999, 1000, 5000])
def test_any_number_of_cells_at_once_gives_the_same_lines(
    size: int, at_once: int, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = plan()
    earned = some_earned(size, len(one.postings), kind)
    monkeypatch.setattr(lines, "_AT_ONCE", at_once)
    found = lines_of(one, earned, None)
    assert listed(found) == by_hand(one, earned)
    assert found.equivalents_e7.dtype == np.dtype(kind)
