"""Which weight series must keep their item lines, so that funds can be computed.

Faults caught: a channel or a price of single months that is asked of sums over a whole period.
"""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from equivalents.fund import needs_lines
from equivalents.policy.calendar import parse_day, parse_period
from equivalents.policy.funds import Fund, PerEquivalent, PerItem
from tests import funds as made


def by_equivalents(**body: object) -> Fund:
    return made.fund(PerEquivalent("purchase", **body))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fund", "needed"),
    [
        (by_equivalents(price_e4=made.price("1")), False),
        (by_equivalents(floating=True, budget_fen=made.budget("1")), False),
        (by_equivalents(price_e4=made.price("1"), channel="公卫"), True),
        (by_equivalents(price_e4=made.prices(d2024_01_01="1", d2025_01_01="2")), False),
        (by_equivalents(price_e4=made.prices(d2025_01_01="1", d2025_02_01="2")), True),
        (replace(by_equivalents(), valid_from=parse_day("2025-07-01")), True),
        (made.fund(PerItem("purchase", {})), True),
    ],
)
def test_item_lines_are_needed_where_items_or_months_differ(fund: Fund, needed: bool) -> None:
    series: Sequence[str] = sorted(needs_lines(made.scheme(fund), parse_period("2025")))
    assert series == (["purchase"] if needed else [])
