"""The reference: instalments (5.10, `remainder_first`), worked out by hand."""

from __future__ import annotations

from pathlib import Path

from tests.reference import settle
from tests.reference.instalments import remainder_first
from tests.reference.small_case import a_case, rows


def test_everything_left_goes_to_the_first() -> None:
    # 36,080,000 = 19 x 1,898,947 + 7
    assert remainder_first(36_080_000, 19) == [1_898_954, *[1_898_947] * 18]
    assert remainder_first(2, 3) == [2, 0, 0]
    assert remainder_first(9, 1) == [9]


def test_a_fund_plans_what_is_due_of_it(tmp_path: Path) -> None:
    text = (
        "period: 2025\nsurplus: {assessment: none}\nfunds: {grant: {kind: given, "
        "instalments: {count: 3, method: remainder_first}}, other: {kind: given}}\n"
    )
    accounts = rows("institution_id,line,kind,amount", "I1,grant,approved,10.00",
                    "I1,other,approved,9.00")  # fmt: skip
    found = settle(a_case(tmp_path, case=text, accounts=accounts)).instalments
    assert found == {("I1", "grant", 1): 334, ("I1", "grant", 2): 333, ("I1", "grant", 3): 333}
