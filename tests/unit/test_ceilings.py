"""Ceilings: tiers on whole totals, and how a cut is split (A8; 5.10, 5.12).

Catches: a tier that is not half-open or not marginal, a tie given to the later segment.
"""

from dataclasses import replace

import numpy as np
import pytest

from equivalents.ceilings import after_tiers_e7, split_e7
from equivalents.policy.calendar import parse_day
from equivalents.policy.keyrules import (
    Tier,
)
from equivalents.units import Int64
from tests.models.keys import (
    TIERS,
    Event,
    ceiling,
    coefficient,
    counted,
    figures,
    keys_of,
    rules,
)

TOTALS = [0, 1, -1, -7, 10**9 - 1, 10**9, 10**9 + 1, 2_500_000_000, 2_500_000_001, 2_500_000_002]


@pytest.mark.parametrize("total", [*TOTALS, 10**10 + 5, 2**62, -(2**62)])
@pytest.mark.parametrize("first", [10_000, 8_001])
def test_tiers_are_marginal_and_half_open(total: int, first: int) -> None:
    tiers = (Tier(0, first), *TIERS[1:])
    alone = after_tiers_e7(np.array([total]), tiers).tolist()
    assert alone == [counted(total, tiers)]
    # In the company of a giant the same is computed with Python integers.
    assert after_tiers_e7(np.array([total, 2**62]), tiers).tolist()[:1] == alone


def ints(*values: int) -> Int64:
    return np.array(values, np.int64)


def test_a_cut_is_split_by_largest_remainder_with_ties_to_the_first() -> None:
    amounts, starts = ints(1, 5, -3, 0, 2), ints(0, 3, 6, 8, 9)
    cells = ints(5, 5, 5, 6, -9, 3, -1, -2, 0, -4, 4)
    assert split_e7(amounts, cells, starts).tolist() == [1, 0, 0, 3, 0, 2, -1, -2, 0, 0, 2]


def test_ties_go_to_the_earlier_segment_then_to_the_smaller_post() -> None:
    tiers = (Tier(0, 10_000), Tier(199_9999999, 0))
    hard = replace(ceiling(), tiers=tiers)
    case = rules([coefficient("P1@I1", 12_000, parse_day("2025-06-16"))], [hard])
    days = {"A": parse_day("2025-06-20"), "B": parse_day("2025-06-01")}
    events = [Event("I1", "P1", post, day, 100_0000000) for post, day in days.items()]
    lines = figures(keys_of(case, events))["I1", "P1"][2]
    left = [(line[0], line[3]) for line in lines if line[3]]
    assert left == [("B", 99_9999999), ("A", 100_0000000)]
    events = [one._replace(day=days["A"]) for one in events]
    lines = figures(keys_of(case, events))["I1", "P1"][2]
    left = [(line[0], line[3]) for line in lines if line[3]]
    assert left == [("A", 99_9999999), ("B", 100_0000000)]
