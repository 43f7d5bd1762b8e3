"""The independent reference by hand: which weight a record has, faults of a weight table, dates."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from tests.reference import (
    settle,
    table_errors,
    weight_row,
)
from tests.reference.numbers import half_up
from tests.reference.small_case import HEAD, a_case, codes
from tests.reference.text import period

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
