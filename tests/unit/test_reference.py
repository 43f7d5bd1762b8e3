"""The independent reference, tested by examples that can be worked by hand."""

from __future__ import annotations

from datetime import date
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
    table_errors,
    weight_row,
)
from tests.reference.numbers import half_up
from tests.reference.small_case import HEAD, a_case, codes
from tests.reference.text import period


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


# -- A1, A2, 5.7 which weight ------------------------------------------------------------------


def test_versions_and_a_declared_stop(tmp_path: Path) -> None:
    days = ("2025-03-31", "2025-04-01", "2025-04-30", "2025-05-01", "2025-06-01", "2025-07-01")
    case = a_case(
        tmp_path,
        weights="item_code,weight,valid_from,valid_to,stopped\nA,1,2025-01-01,2025-04-01,\n"
        "A,0,2025-04-01,2025-05-01,1\nA,3,2025-06-01,2025-07-01,\n",
        records=HEAD[:-1] + "\n" + "".join(f"I1,P1,A,{day},1\n" for day in days),
    )
    outcome = settle(case)
    found = ["counted", "counted", "counted", "ITEM_STOPPED", "counted", "NO_WEIGHT_ON_DATE"]
    assert codes(outcome) == found
    assert [line.weight for line in outcome.lines.values()] == [1, 0, 3]


@pytest.mark.parametrize(
    ("record", "label"),
    [
        # The institution is of group II. Blank setting and group: the general row of II.
        ("A,2025-07-01,,", "A@2020-01-01;institution_group=II"),
        # Three conditions win over one, and the title is that of the day.
        ("A,2025-06-30,,clinic", "A@2020-01-01;institution_group=II"),
        (
            "A,2025-07-01,,clinic",
            "A@2020-01-01;institution_group=II;title_tier=x;setting=clinic",
        ),
        # No condition is met, a blank resident group least of all.
        ("G,2025-07-01,,", "G@2020-01-01"),
        ("G,2025-07-01,tb2,", "G@2020-01-01"),
        # A more specific row wins even with the smaller weight.
        ("G,2025-07-01,old,", "G@2020-01-01;resident_group=old"),
        # Of several groups the larger weight (就高不重复), then the smaller code.
        ("G,2025-07-01,old;tb,", "G@2020-01-01;resident_group=tb"),
        ("G,2025-07-01,tb;dm;old,", "G@2020-01-01;resident_group=dm"),
    ],
)
def test_the_most_specific_row_wins(tmp_path: Path, record: str, label: str) -> None:
    case = a_case(
        tmp_path,
        staff="person_id,institution_id,title_tier,active_from,active_to\n"
        "P1,I1,y,,2025-07-01\nP1,I1,x,2025-07-01,\n",
        weights="valid_from,item_code,weight,institution_group,resident_group,title_tier,setting\n"
        "2020-01-01,A,1,,,,\n2020-01-01,A,2,II,,,\n2020-01-01,A,9,III,,,\n"
        "2020-01-01,A,0.5,II,,x,clinic\n2020-01-01,G,1,,,,\n2020-01-01,G,0,,old,,\n"
        "2020-01-01,G,7,,tb,,\n2020-01-01,G,7.0,,dm,,\n",
        records="institution_id,person_id,quantity,item_code,service_date,resident_group,setting\n"
        f"I1,P1,1,{record}\n",
    )
    assert [line.weight_row for line in settle(case).lines] == [label]


@pytest.mark.parametrize(
    ("post_id", "day", "tier"),
    [("", "2025-06-30", "main"), ("", "2025-07-01", "ten"), ("N2", "2025-06-30", "two")],
)
def test_of_several_postings_one_is_chosen(
    tmp_path: Path, post_id: str, day: str, tier: str
) -> None:
    # The record's own; else the main one (until June); else the smallest code: N10 before N2.
    case = a_case(
        tmp_path,
        staff="person_id,institution_id,post_id,title_tier,main,active_to\nP1,I1,N2,two,,\n"
        "P1,I1,N10,ten,0,\nP1,I1,N3,main,1,2025-07-01\n",
        weights="item_code,weight,valid_from,title_tier\n"
        "A,1,2020-01-01,two\nA,2,2020-01-01,ten\nA,3,2020-01-01,main\n",
        records=f"{HEAD}post_id\nI1,P1,A,{day},1,{post_id}\n",
    )
    assert [line.weight_row for line in settle(case).lines] == [f"A@2020-01-01;title_tier={tier}"]


def test_equivalents_stay_with_the_place_of_work(tmp_path: Path) -> None:
    # A6: P1 works at two places, and P2 of the same name stays another person.
    case = a_case(
        tmp_path,
        institutions="institution_id\nI1\nI2\n",
        staff="person_id,institution_id,name\nP1,I1,张伟\nP2,I1,张伟\nP1,I2,张伟\n",
        pools="institution_id,pool,amount\nI1,a,3\nI1,b,0.01\nI2,a,5\n",
        records=HEAD[:-1] + "\nI1,P1,A,2025-01-01,1\nI1,P2,A,2025-01-01,2\n"
        "I2,P1,A,2025-01-01,9\nI2,P2,A,2025-01-01,9\n",
    )
    outcome = settle(case)
    assert codes(outcome) == ["counted", "counted", "counted", "NO_POST"]
    amounts = {"/".join(at): payout.amount_fen for at, payout in outcome.payouts.items()}
    assert amounts == {"I1/a/P1": 100, "I1/a/P2": 200, "I1/b/P1": 0, "I1/b/P2": 1, "I2/a/P1": 500}


# -- A1, 5.7 faults of a weight table ----------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "first", "second"),
    [
        ("WEIGHT_OVERLAP", {}, {"valid_from": "2025-07-01"}),
        ("WEIGHT_OVERLAP", {"valid_to": "2025-07-02"}, {"valid_from": "2025-07-01"}),
        ("", {"valid_to": "2025-07-01"}, {"valid_from": "2025-07-01"}),
        ("WEIGHT_GAP", {"valid_to": "2025-07-01"}, {"valid_from": "2025-07-02"}),
        ("", {"valid_to": "2025-07-01", "stopped": "1"}, {"valid_from": "2025-07-02"}),
        ("", {}, {"series": "purchase"}),
        ("", {}, {"setting": "home"}),
        ("", {"setting": "clinic"}, {"setting": "home"}),
        ("", {"resident_group": "old"}, {"resident_group": "tb"}),
        ("WEIGHT_AMBIGUOUS", {"resident_group": "old"}, {"setting": "home"}),
        (
            "WEIGHT_AMBIGUOUS",
            {"resident_group": "old", "setting": "home"},
            {"resident_group": "tb", "title_tier": "x"},
        ),
        (
            "",
            {"institution_group": "I", "setting": "home"},
            {"institution_group": "II", "title_tier": "x"},
        ),
        ("", {"setting": "home", "valid_to": "2025-02-01"}, {"title_tier": "x"}),
    ],
)
def test_faults_of_a_weight_table(code: str, first: dict[str, str], second: dict[str, str]) -> None:
    starts = {"item_code": "A", "weight": "1", "valid_from": "2025-01-01"}
    later = starts | {"valid_from": "2025-02-01"} | second
    errors = table_errors([weight_row(later), weight_row(starts | first)])
    assert errors == ([(code, 1, 0)] if code else [])


def test_a_yaml_table_is_text_with_defaults(tmp_path: Path) -> None:
    case = a_case(
        tmp_path,
        case="period: 2025-Q1\nweight_tables: [county, more.csv]\n",
        weights="item_code,weight,valid_from\nA,1,2020-01-01\n",
        more="item_code,weight,valid_from\nC,3,2020-01-01\n",
        records=f"{HEAD}setting\nI1,P1,B,2025-03-31,1,no\nI1,P1,C,2025-03-31,1,\n",
    )
    (tmp_path / "shipped").mkdir()
    (tmp_path / "shipped" / "county.yaml").write_text(
        "table: county\ndefaults: {valid_from: 2020-01-01, series: pay}\n"
        "rows:\n  - {item_code: B, weight: 0.20, setting: no}\n",
        encoding="utf-8",
    )
    lines = settle(case, tmp_path / "shipped").lines
    assert {at.weight_row: line.weight for at, line in lines.items()} == {
        "B@2020-01-01;setting=no": Fraction(1, 5),
        "C@2020-01-01": 3,
    }


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("2025", date(2025, 1, 1), date(2026, 1, 1)),
        ("2025-H1", date(2025, 1, 1), date(2025, 7, 1)),
        ("2025-Q3", date(2025, 7, 1), date(2025, 10, 1)),
        ("2025-06", date(2025, 6, 1), date(2025, 7, 1)),
        ("2025-12", date(2025, 12, 1), date(2026, 1, 1)),
    ],
)
def test_periods(text: str, first: date, after: date) -> None:
    assert period(text) == (first, after)


def test_a_sum_of_products_is_rounded_once() -> None:
    # 1.3 + 1.15794 + 0.0799 = 2.53784; x 39.69 = 100.7268696
    parts = (("1.30", "1.000"), ("1.26", "0.919"), ("0.10", "0.799"))
    exact = sum(Fraction(a) * Fraction(b) for a, b in parts) * Fraction("39.69")
    assert half_up(exact, 2) == Fraction("100.73")
