"""The independent reference, tested by examples that can be worked by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.reference import (
    Counts,
    Fen,
    Line,
    LineKey,
    Payout,
    PoolTotal,
    Refused,
    largest_remainder,
    settle,
)
from tests.reference.small_case import HEAD, a_case, codes


def fen(pool_fen: int, *numbers: int) -> list[int]:
    """Share a pool among people named a, b, c ... with these keys."""
    shared = largest_remainder(
        pool_fen, [("abcdefgh"[at], Fraction(n)) for at, n in enumerate(numbers)]
    )
    assert sum(one.amount for one in shared.values()) == pool_fen
    return [one.amount for one in shared.values()]


# -- 5.10 largest remainder --------------------------------------------------------------------


def test_the_float_trap() -> None:
    # Exact shares 28450.8, 33192.6, 9483.6: of the two equal remainders the larger key gets it.
    assert fen(71_127, 60, 70, 20) == [28_451, 33_193, 9_483]


def test_the_alabama_paradox() -> None:
    # Over 8 the last one has less than over 7: nobody promised that this cannot be.
    assert fen(7, 15, 15, 9, 5) == [2, 2, 2, 1]
    assert fen(8, 15, 15, 9, 5) == [3, 3, 1, 1]


def test_equal_keys_go_by_code_point() -> None:
    thirds = [("p1", Fraction(1)), ("P2", Fraction(1)), ("P10", Fraction(1))]
    assert largest_remainder(5, thirds) == {"p1": Fen(1, 0), "P2": Fen(2, 1), "P10": Fen(2, 1)}


def test_a_pool_of_nothing_and_a_key_of_nothing() -> None:
    assert fen(0, 0, 0) == [0, 0]
    assert fen(100, 0, 3, 0) == [0, 100, 0]


# -- 5.9 nobody to pay, negative keys ----------------------------------------------------------


def test_the_smallest_case(tmp_path: Path) -> None:
    # Clinic 1, visit 5: P1 has 2 x 1 + 1 x 5 = 7, P2 has 0.5 x 5 = 2.5; 100 yuan over 9.5 is
    # 73.684.. and 26.315..: floors 7368 + 2631 = 9999 fen, the last one to the remainder .4.
    case = a_case(
        tmp_path,
        weights="item_code,weight,valid_from\nA,1,2020-01-01\nB,5,2020-01-01\n",
        pools="institution_id,pool,amount\nI1,main,100\n",
        records=HEAD[:-1]
        + "\nI1,P1,A,2025-01-31,2\nI1,P1,B,2025-02-01,1\n\nI1,P2,B,2025-12-31,0.5\n",
    )
    outcome = settle(case)
    assert outcome.payouts == {
        ("I1", "main", "P1"): Payout(Fraction(7), 7_368, 0),
        ("I1", "main", "P2"): Payout(Fraction(5, 2), 2_632, 1),
    }
    assert outcome.pools == {("I1", "main"): PoolTotal(10_000, 10_000)}
    assert list(outcome.verdicts) == [("records.csv", 2), ("records.csv", 3), ("records.csv", 5)]
    visits = LineKey("pay", "I1", "P2", "B", "2025-12", "B@2020-01-01")
    assert outcome.lines[visits] == Line(Fraction(1, 2), Fraction(5), Fraction(5, 2))
    assert (outcome.received, outcome.counts) == (3, {"pay": Counts(3, 0, 0)})


def test_a_negative_key_counts_as_0_and_is_listed(tmp_path: Path) -> None:
    case = a_case(
        tmp_path,
        pools="institution_id,pool,amount\nI1,main,10.01\n",
        records=f"{HEAD}record_id,corrects\nI1,P1,A,2025-01-31,2,R1,\n"
        "I1,P2,A,2025-01-31,1,R2,\nI1,P2,A,2025-01-31,-3,R3,R2\n",
    )
    outcome = settle(case)
    assert outcome.payouts["I1", "main", "P1"] == Payout(Fraction(2), 1_001, 0)
    assert outcome.payouts["I1", "main", "P2"] == Payout(Fraction(0), 0, 0)
    assert outcome.negative_keys == {("I1", "main", "P2"): -2}


def test_everybody_with_a_posting_in_the_period_is_listed(tmp_path: Path) -> None:
    staff = (
        "person_id,institution_id,active_from,active_to\n"
        "P1,I1,,\nP2,I1,2019-01-01,2025-01-01\nP3,I1,,2025-01-02\nP4,I1,2025-12-31,\n"
        "P5,I1,2026-01-01,\nP6,I2,,\n"
    )
    outcome = settle(a_case(tmp_path, staff=staff))
    assert [person for _, _, person in outcome.payouts] == ["P1", "P3", "P4"]


@pytest.mark.parametrize(
    ("staff", "code"),
    [
        ("person_id,institution_id,active_to\nP1,I1,2025-01-01\n", "POOL_NO_PEOPLE"),
        ("person_id,institution_id,active_to\nP1,I1,\n", "POOL_NO_KEY"),
    ],
)
def test_nobody_to_pay_is_refused(tmp_path: Path, staff: str, code: str) -> None:
    pools = "institution_id,pool,amount\nI1,main,0.01\n"
    with pytest.raises(Refused, match=code):
        settle(a_case(tmp_path, staff=staff, pools=pools))


# -- A10 verdicts: the first fault, in its order -----------------------------------------------

GOOD = {
    "institution_id": "I1",
    "person_id": "P1",
    "item_code": "A",
    "service_date": "2025-06-30",
    "quantity": "1",
}


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("counted", {}),
        ("counted", {"quantity": "999999.999"}),
        ("counted", {"quantity": "-0.001", "corrects": "R0"}),
        ("VALUE_MISSING", {"item_code": "", "service_date": "never"}),
        ("DATE_INVALID", {"service_date": "2025-02-30", "quantity": "?"}),
        ("DATE_INVALID", {"service_date": "2025-6"}),
        ("QUANTITY_INVALID", {"quantity": "1.2345", "institution_id": "NOWHERE"}),
        ("QUANTITY_INVALID", {"quantity": "01"}),
        ("QUANTITY_RANGE", {"quantity": "0.000"}),
        ("QUANTITY_RANGE", {"quantity": "-1000000"}),
        ("QUANTITY_NEGATIVE", {"quantity": "-1", "visit_number": "0"}),
        ("VISIT_NUMBER_INVALID", {"visit_number": "0", "performers": "P1:0"}),
        ("DATE_INVALID", {"service_end_date": "2025-07-32", "visit_number": "0"}),
        ("END_BEFORE_START", {"service_end_date": "2025-06-29", "visit_number": "0"}),
        ("SHARES_INVALID", {"performers": "P1:0", "institution_id": "NOWHERE"}),
        ("SHARES_INVALID", {"performers": "P1:1.5"}),
        ("SHARES_INVALID", {"performers": "P1:1;P1:2"}),
        ("SHARES_INVALID", {"performers": "P1:1;P2"}),
        ("SHARES_INVALID", {"performers": "P1;"}),
        ("VALUE_MISSING", {"person_id": ""}),
        ("PERSON_UNKNOWN", {"person_id": "", "performers": "P1:1;P9:1"}),
        ("PERFORMERS_DIFFER", {"performers": "P0:1;P2:1", "service_date": "2024-01-01"}),
        ("NO_POST", {"performers": "P1:1;P2:1"}),
        ("counted", {"person_id": "", "performers": "P1:7"}),
        ("TEAM_UNKNOWN", {"person_id": "", "team_id": "T9", "service_date": "2024-01-01"}),
        ("TEAM_EMPTY", {"person_id": "", "team_id": "T1", "item_code": "Z"}),
        ("counted", {"team_id": "T9"}),
        ("INSTITUTION_UNKNOWN", {"institution_id": "I1 ", "person_id": "NOBODY"}),
        ("PERSON_UNKNOWN", {"person_id": "p1", "corrects": "R9"}),
        ("CORRECTS_UNKNOWN", {"corrects": "R9", "service_date": "2024-12-31"}),
        ("OUTSIDE_PERIOD", {"service_date": "2026-01-01", "post_id": "N9"}),
        ("NO_POST", {"post_id": "N9", "item_code": "Z"}),
        ("NO_POST", {"service_date": "2025-07-01"}),
        ("ITEM_UNKNOWN", {"item_code": "Z"}),
        ("NOT_IN_SERIES", {"item_code": "BOUGHT"}),
        ("NO_WEIGHT_ON_DATE", {"item_code": "LATE"}),
        ("NO_WEIGHT_FOR_CONDITIONS", {"item_code": "NIGHT"}),
        ("END_DATE_UNUSED", {"service_end_date": "2025-07-01", "item_code": "NIGHT"}),
        ("RESIDENT_MISSING", {"item_code": "NTH", "visit_number": "1"}),
        ("counted", {"item_code": "NTH", "resident_id": "x", "visit_number": "2"}),
        ("RESIDENT_MISSING", {"item_code": "ONCE", "household_id": "h"}),
        ("HOUSEHOLD_MISSING", {"item_code": "HOME", "resident_id": "x"}),
        ("RESIDENT_MISSING", {"item_code": "BED", "service_end_date": "2025-07-01"}),
        ("DAYS_NOT_WHOLE", {"item_code": "BED", "quantity": "1.5"}),
        ("DAYS_RANGE", {"item_code": "BED", "quantity": "2"}),
        ("counted", {"item_code": "BED"}),
    ],
)
def test_the_first_fault_is_the_verdict(tmp_path: Path, code: str, change: dict[str, str]) -> None:
    row = GOOD | change
    case = a_case(
        tmp_path,
        staff="person_id,institution_id,active_to\nP1,I1,2025-07-01\nP2,I1,2025-06-30\nP0,I1,\n",
        teams="team_id,person_id,role\nT1,P2,GP\n",
        weights="series,item_code,weight,valid_from,setting,visit_number,counting_basis\n"
        ",A,1,2020-01-01,,,\npurchase,A,1,2020-01-01,,,\npurchase,BOUGHT,1,2020-01-01,,,\n"
        "pay,LATE,1,2025-07-01,,,\npay,NIGHT,1,2020-01-01,night,,\npay,NTH,1,2020-01-01,,1,\n"
        ",ONCE,1,2020-01-01,,,resident\n,HOME,1,2020-01-01,,,household\n"
        ",BED,1,2020-01-01,,,days\n",
        records=",".join([*row, "record_id"]) + "\n" + ",".join([*row.values(), "R0"]) + "\n",
    )
    assert codes(settle(case)) == [code]


def test_a_row_of_another_shape_is_no_record_of_any_id(tmp_path: Path) -> None:
    records = f"{HEAD}record_id\nI1,P1,A,2025-01-01,1\nI1,P1,A,2025-01-01,1,R1,\n"
    assert codes(settle(a_case(tmp_path, records=records))) == ["ROW_SHAPE"] * 2


def test_record_ids(tmp_path: Path) -> None:
    case = a_case(
        tmp_path,
        records=f"{HEAD}record_id\n"
        "I1,P1,A,2025-01-01,1,R1\n"
        "I1,P1,A,2025-01-01,1.0,R1\n"
        "I1,P1,A,2025-01-01,1,R2\n"
        "I1,P1,A,2025-01-01,2,R2\n"
        "I1,P1,A,2025-01-01,1,\n"
        "I1,P1,A,2025-01-01,1,\n",
    )
    conflict = "RECORD_ID_CONFLICT"
    expected = ["counted", "RECORD_ID_REPEATED", conflict, conflict, "counted", "counted"]
    assert codes(settle(case)) == expected


def test_series_have_their_own_verdicts(tmp_path: Path) -> None:
    tables = {
        "weights": "item_code,weight,valid_from,series\nA,1,2020-01-01,pay\n"
        "A,2,2020-01-01,purchase\nB,3,2020-01-01,pay\n",
        "records": HEAD[:-1] + "\nI1,P1,A,2025-01-01,1\nI1,P1,B,2025-01-01,1\n"
        "I1,P1,A,2024-01-01,1\n",
    }
    outcome = settle(a_case(tmp_path, **tables))
    assert outcome.counts == {"pay": (2, 0, 1), "purchase": (1, 1, 1)}
    assert outcome.verdicts["records.csv", 3]["purchase"] == ("excluded", "NOT_IN_SERIES")
    declared = "period: 2025\noutside_period: exclude\nseries: {purchase: {missing: reject}}\n"
    outcome = settle(a_case(tmp_path, case=declared, **tables))
    assert outcome.counts == {"pay": (2, 1, 0), "purchase": (1, 1, 1)}
    assert outcome.verdicts["records.csv", 4]["pay"] == ("excluded", "OUTSIDE_PERIOD")
