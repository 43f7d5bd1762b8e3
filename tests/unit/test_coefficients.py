"""Coefficients: products, runs of days, heads, adjusted lines, withheld amounts (A7; 5.1 to 5.3).

Catches: a product that is rounded twice or half-even, a kind that cuts what it does not touch, an
overlap that two spellings of a posting hide, a line or amount rounded the wrong way.
"""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

from equivalents.errors import RefusedError
from equivalents.headcount import headcount_e4
from equivalents.keys import VARIED, adjust_e7
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_day
from equivalents.policy.coefficients import Coefficients, check_coefficients, product_e4
from equivalents.policy.keyrules import (
    Applies,
    Coefficient,
    KindRule,
    Scope,
)
from equivalents.policy.roster import Roster
from equivalents.tally import Plan
from equivalents.withhold import withhold_fen
from tests.models.keys import (
    POOL,
    YEAR,
    Event,
    coefficient,
    half_up,
    keys_of,
    rules,
)


@pytest.mark.parametrize(
    ("values", "product"),
    [
        ([], 10_000),
        ([0], 0),
        ([11_111, 12_345], 13_717),
        ([10_000, 10_001], 10_001),
        ([5_001, 5_000], 2_501),  # 0.25005: half-up
        ([3_333, 5_000], 1_667),  # 0.16665
        ([1, 4_999], 0),
        ([1, 5_000], 1),
    ],
)
def test_a_product_is_rounded_once_half_up(values: Sequence[int], product: int) -> None:
    assert product_e4(values) == product


def test_a_coefficient_of_no_key_cuts_nothing() -> None:
    plain = rules()
    touched = rules(
        [
            coefficient("P1", 5_000, parse_day("2025-03-10"), kind="attendance"),
            coefficient("P1", 5_000, parse_day("2025-03-10"), kind="fte"),
            coefficient("P1", 5_000, parse_day("2025-03-10"), kind="other"),
        ],
        other=KindRule(Applies.NONE),
    )
    assert len(Plan(touched).postings) == len(Plan(plain).postings)
    events = [Event("I1", "P1", "A", YEAR.start + 100, 7)]
    keys = keys_of(touched, events).of(POOL)
    assert keys.key_e7.tolist() == keys_of(plain, events).of(POOL).key_e7.tolist()
    assert set(keys.coefficient_e4.tolist()) == {10_000}


def test_without_rules_there_are_no_lines_and_the_roster_is_as_it_was() -> None:
    case = rules()
    table = keys_of(case, [Event("I1", "P1", "A", YEAR.start, 7)]).of(POOL)
    assert table.lines is None
    assert table.key_e7 is table.equivalents_e7
    roster = Roster.of(case.postings)
    assert Coefficients(case).stints(roster) is roster


def test_a_coefficient_that_varied_is_marked() -> None:
    case = rules([coefficient("P1@I1", 12_000, parse_day("2025-07-01"))])
    table = keys_of(case, [Event("I1", "P2", "", parse_day("2025-03-01"), 7)]).of(POOL)
    assert table.coefficient_e4.tolist() == [VARIED, 10_000, 10_000, 10_000]


def test_overlaps_of_one_kind_and_subject_are_found() -> None:
    rows = [
        coefficient("P1", 1, 0, 10),
        coefficient("P1", 1, 9, 20),
        coefficient("P1", 1, 20, 30),
        coefficient("P1", 1, 0, 30, "other"),
        coefficient("P1@I1", 1, 0, 30),
        coefficient("P1@I1/A", 1, 29, 31),
        coefficient("P1@I1/B", 1, 30, 31),
    ]
    found = [(one.code, one.value) for one in check_coefficients(rows)]
    assert found == [("COEFFICIENT_OVERLAP", "P1"), ("COEFFICIENT_OVERLAP", "P1@I1")]


def test_the_coefficients_of_an_institution_come_as_runs_and_touch_no_key() -> None:
    def remote(value: int, since: int, until: int, kind: str) -> Coefficient:
        scope = Scope.INSTITUTION
        return Coefficient(scope, "I1", kind, value, since, until, institution_id="I1")

    july = parse_day("2025-07-01")
    case = rules(
        [remote(11_000, FIRST_DAY, LAST_DAY, "remote"), remote(9_000, july, LAST_DAY, "assessed")]
    )
    runs = Coefficients(case).institution_runs("I1", "x")
    assert runs == ((YEAR.start, july, 11_000), (july, YEAR.end, 9_900))
    assert Coefficients(case).institution_runs("I2", "x") == ((YEAR.start, YEAR.end, 10_000),)
    table = keys_of(case, [Event("I1", "P1", "A", july, 7)]).of(POOL)
    assert table.key_e7.tolist() == [7, 0, 0, 0]


def test_headcount_is_the_mean_over_the_days_of_a_posting() -> None:
    # P2 is at I1 for 203 days, of which 100 at 0.5; at I2 all year.
    since = parse_day("2025-02-10")
    half = coefficient("P2", 5_000, since, since + 100, "attendance")
    count = headcount_e4(keys_of(rules([half]), [Event("I1", "P1", "A", since, 7)]), POOL)
    assert count.tolist() == [
        10_000,
        half_up(Fraction(10_000 * 103 + 5_000 * 100, 203)),
        10_000,
        half_up(Fraction(10_000 * 265 + 5_000 * 100, 365)),
    ]


@pytest.mark.parametrize(
    ("value", "factor", "adjusted"),
    [
        (3_330_333, 13_717, 4_568_218),
        (1, 5_000, 1),
        (-1, 5_000, -1),
        (1, 4_999, 0),
        (-3, 5_000, -2),
        (2**62, 9_999, half_up(Fraction(2**62 * 9_999, 10_000))),
        (-(2**62), 10_001, half_up(Fraction(-(2**62) * 10_001, 10_000))),
    ],
)
def test_a_line_is_rounded_once_half_away_from_zero(value: int, factor: int, adjusted: int) -> None:
    assert adjust_e7(np.array([value]), np.array([factor])).tolist() == [adjusted]


def test_a_key_beyond_the_limits_is_refused() -> None:
    case = rules([coefficient("P1", 30_000)])
    with pytest.raises(RefusedError, match="TOTAL_TOO_LARGE"):
        keys_of(case, [Event("I1", "P1", "A", YEAR.start, 2**62)]).of(POOL)


@pytest.mark.parametrize(
    ("amount", "factor", "paid"),
    [(20_002, 2_500, 5_001), (10_001, 9_950, 9_951), (10**15 - 1, 10_000, 10**15 - 1), (7, 0, 0)],
)
def test_what_is_withheld_is_rounded_to_the_fen(amount: int, factor: int, paid: int) -> None:
    assert withhold_fen(np.array([amount]), np.array([factor])).tolist() == [paid]
