"""The reference: counting bases, windows, ordinals, reversals (A3; 5.5 of page 5), by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from tests.reference import settle
from tests.reference.small_case import a_case, codes, keys, rows
from tests.reference.windows import canonical, window_of

HEAD = "institution_id,person_id,item_code,service_date,quantity,resident_id,household_id,"
BASES = "item_code,weight,valid_from,counting_basis,window,scope,series,visit_number"


def based(folder: Path, basis: str, *records: str, **tables: str) -> Path:
    """Write a case whose item A has this basis, window and scope: `resident,year,county`."""
    columns = HEAD + "record_id,corrects,visit_number"
    given = {
        "institutions": rows("institution_id", "I1", "I2"),
        "staff": rows("person_id,institution_id", "P1,I1", "P2,I1", "P1,I2", "P2,I2"),
        "weights": rows(BASES, f"A,2,2020-01-01,{basis},pay,"),
        "records": rows(columns, *records),
    }
    return a_case(folder, **(given | tables))


@pytest.mark.parametrize(
    ("window", "name"),
    [("year", "2025"), ("half", "2025-H2"), ("quarter", "2025-Q3"), ("month", "2025-09")],
)
def test_windows(window: str, name: str) -> None:
    assert window_of(date(2025, 9, 30), window) == name


def test_canonical_text() -> None:
    assert [canonical("quantity", text) for text in ("1.50", "3.000", "10", "-0.10")] == [
        "1.5",
        "3",
        "10",
        "-0.1",
    ]
    assert canonical("resident_group", "tb;old") == "old;tb"
    assert canonical("source", "1.50") == "1.50"


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        # The second of R1 is a repeat, wherever it was; R2 is another resident.
        ("resident,year,county", "counted REPEAT REPEAT counted REPEAT"),
        ("resident,half,county", "counted REPEAT counted counted counted"),
        ("resident,,institution", "counted REPEAT counted counted REPEAT"),
        ("household,quarter,", "counted REPEAT counted REPEAT counted"),
        ("first:2,year,", "counted counted REPEAT counted counted"),
        ("record,,", "counted counted counted counted counted"),
    ],
)
def test_who_is_counted(tmp_path: Path, basis: str, expected: str) -> None:
    case = based(
        tmp_path,
        basis,
        "I1,P1,A,2025-01-05,3,R1,H1,,,",
        "I1,P2,A,2025-02-05,3,R1,H1,,,",
        "I2,P1,A,2025-08-05,3,R1,H1,,,",
        "I1,P1,A,2025-03-01,1,R2,H1,,,",
        "I1,P2,A,2025-08-05,0.5,R2,H2,,,",
    )
    found = " ".join(codes(settle(case))).replace("BASIS_REPEAT", "REPEAT")
    assert found == expected


def test_a_counted_one_is_one_whatever_its_quantity(tmp_path: Path) -> None:
    # 2 equivalents for P1, though the row says 3; the repeat gives P2 nothing.
    case = based(
        tmp_path,
        "resident,year,",
        "I1,P1,A,2025-01-05,3,R1,,,,",
        "I1,P2,A,2025-02-05,9,R1,,,,",
    )
    outcome = settle(case)
    assert keys(outcome) == {"P1": 2, "P2": 0}
    assert [line.quantity for line in outcome.lines.values()] == [1]


def test_the_order_is_by_date_then_columns_never_by_row(tmp_path: Path) -> None:
    # One day: I1 before I2, P1 before P2, then quantity as text: 1.5 (written 1.50) before 10,
    # 10 before 2.
    case = based(
        tmp_path,
        "first:3,year,",
        "I2,P1,A,2025-01-05,1,R1,,,,",
        "I1,P2,A,2025-01-05,2,R1,,,,",
        "I1,P2,A,2025-01-05,10,R1,,,,",
        "I1,P2,A,2025-01-05,1.50,R1,,,,",
        "I1,P1,A,2025-01-05,7,R1,,,,",
        "I1,P1,A,2025-01-06,1,R1,,,,",
    )
    repeat = "BASIS_REPEAT"
    assert codes(settle(case)) == [repeat, repeat, "counted", "counted", "counted", repeat]


def test_equal_rows_are_two_and_one_counts(tmp_path: Path) -> None:
    case = based(tmp_path, "resident,year,", *["I1,P1,A,2025-01-05,1,R1,,,,"] * 2)
    assert sorted(codes(settle(case))) == ["BASIS_REPEAT", "counted"]


def test_a_rejected_record_uses_no_place_and_series_are_apart(tmp_path: Path) -> None:
    # The earlier record has no posting; in `purchase` A is weighed only from March, so there
    # the second one comes first.
    case = based(
        tmp_path,
        "resident,year,",
        "I1,P3,A,2025-01-01,1,R1,,,,",
        "I1,P1,A,2025-02-01,1,R1,,,,",
        "I1,P2,A,2025-03-01,1,R1,,,,",
        staff=rows("person_id,institution_id", "P1,I1", "P2,I1", "P3,I2"),
        weights=rows(
            BASES,
            "A,1,2020-01-01,resident,,,pay,",
            "A,1,2025-03-01,resident,,,purchase,",
        ),
    )
    outcome = settle(case)
    assert codes(outcome) == ["NO_POST", "counted", "BASIS_REPEAT"]
    assert codes(outcome, "purchase") == ["NO_POST", "NO_WEIGHT_ON_DATE", "counted"]


def test_history_before_the_period_takes_its_place(tmp_path: Path) -> None:
    # The period is the third quarter: May is history of the year's window, December 2024 is of
    # no window of ours; item B has no window. The weight of A begins in April: the record of
    # February is history, but takes no place.
    case = based(
        tmp_path,
        "",
        "I1,P1,A,2025-05-31,1,R1,,,,",
        "I1,P1,A,2025-07-01,1,R1,,,,",
        "I1,P1,A,2024-12-31,1,R1,,,,",
        "I1,P1,B,2025-05-31,1,R1,,,,",
        "I1,P1,A,2025-02-01,1,R2,,,,",
        "I1,P1,A,2025-07-01,1,R2,,,,",
        "I1,P1,A,2025-10-01,1,R3,,,,",
        case='period: "2025-Q3"\n',
        weights=rows(BASES, "A,1,2025-04-01,resident,,,pay,", "B,1,2020-01-01,,,,pay,"),
    )
    out = "OUTSIDE_PERIOD"
    before = "BEFORE_PERIOD"
    expected = [before, "BASIS_REPEAT", out, out, before, "counted", out]
    assert codes(settle(case)) == expected


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ("A,R1,2025,,,1", "repeat"),
        ("A,R1,2025,,pay,1", "repeat"),
        ("A,R1,2025,,purchase,1", "counted"),
        ("A,R1,2024,,,1", "counted"),
        ("A,R1,2025,I1,,1", "counted"),
        ("A,R2,2025,,,1", "counted"),
    ],
)
def test_places_used_in_locked_periods(tmp_path: Path, used: str, expected: str) -> None:
    case = based(
        tmp_path,
        "resident,year,",
        "I1,P1,A,2025-01-05,1,R1,,,,",
        counted=rows("item_code,id,window,institution_id,series,used", used),
    )
    assert codes(settle(case)) == ["BASIS_REPEAT" if expected == "repeat" else "counted"]


def test_a_void_record_takes_no_place(tmp_path: Path) -> None:
    # R: 2 - 2 = 0 is void with its reversal, and the next moves up. S: 2 - 1 leaves something:
    # the reversal changes nothing, the record stays the first. T: the reversal of a reversal
    # gives 1 - 1 - 1 < 0. U: it names a record of another item, so it takes nothing back.
    case = based(
        tmp_path,
        "",
        "I1,P1,A,2025-01-05,2,R,,r1,,",
        "I1,P1,A,2025-01-05,-2,R,,r2,r1,",
        "I1,P2,A,2025-03-05,1,R,,,,",
        "I1,P1,A,2025-01-05,2,S,,s1,,",
        "I1,P1,A,2025-01-06,-1,S,,s2,s1,",
        "I1,P2,A,2025-03-05,1,S,,,,",
        "I1,P1,A,2025-01-05,1,T,,t1,,",
        "I1,P1,A,2025-01-06,-1,T,,t2,t1,",
        "I1,P1,A,2025-01-07,-1,T,,t3,t2,",
        "I1,P1,B,2025-01-05,1,U,,u1,,",
        "I1,P1,A,2025-01-05,-1,U,,u2,u1,",
        weights=rows(BASES, "A,1,2020-01-01,resident,,,pay,", "B,1,2020-01-01,,,,pay,"),
    )
    assert codes(settle(case)) == [
        *("VOIDED", "VOIDED", "counted"),
        *("counted", "CORRECTION_ONLY", "BASIS_REPEAT"),
        *("VOIDED", "VOIDED", "VOIDED"),
        *("counted", "CORRECTION_ONLY"),
    ]


VISITS = rows(BASES, "A,1,2020-01-01,,,,pay,", "A,5,2020-01-01,,quarter,,pay,1")


def test_the_ordinal_of_a_visit_is_computed(tmp_path: Path) -> None:
    # Per resident and quarter; what the record says (2, blank, 9) does not matter. A visit of
    # January is history of the first quarter, and P2's record without resident is rejected.
    case = based(
        tmp_path,
        "",
        "I1,P1,A,2025-02-05,1,R1,,,,1",
        "I1,P1,A,2025-02-04,1,R2,,,,9",
        "I2,P1,A,2025-02-20,3,R2,,,,",
        "I1,P1,A,2025-01-31,1,R1,,,,",
        "I1,P2,A,2025-02-01,1,,,,,1",
        case='period: "2025-02"\n',
        weights=VISITS,
    )
    outcome = settle(case)
    expected = ["counted", "counted", "counted", "BEFORE_PERIOD", "RESIDENT_MISSING"]
    assert codes(outcome) == expected
    lines = outcome.lines.items()
    assert {(at.institution, at.weight_row): line.equivalents for at, line in lines} == {
        ("I1", "A@2020-01-01"): 1,
        ("I1", "A@2020-01-01;visit_number=1"): 5,
        ("I2", "A@2020-01-01"): 3,
    }


def test_ordinals_start_behind_the_places_used(tmp_path: Path) -> None:
    case = based(
        tmp_path,
        "",
        "I1,P1,A,2025-01-31,1,R1,,,,",
        weights=VISITS,
        counted=rows("item_code,id,window,used", "A,R1,2025-Q1,1"),
    )
    assert keys(settle(case)) == {"P1": 1, "P2": 0}


def test_a_reversal_is_weighed_like_the_visit_it_takes_back(tmp_path: Path) -> None:
    # The first visit (5) is taken back: 5 - 5; the next is then the first: 5, and one more 1.
    case = based(
        tmp_path,
        "",
        "I1,P1,A,2025-01-05,1,R1,,v1,,",
        "I1,P1,A,2025-01-05,-1,R1,,v2,v1,",
        "I1,P2,A,2025-01-06,1,R1,,,,",
        "I1,P2,A,2025-01-07,1,R1,,,,",
        weights=VISITS,
    )
    assert keys(settle(case)) == {"P1": 0, "P2": Fraction(6)}
