"""Edges of sharing in whole cases: bounds, old postings and rooms (D1, D4; 5.3, 5.16).

Faults seen to be caught: an amount at its cap or floor refused, an average by a posting that ended
before the period, a room whose part forgets what was withheld.
"""

from pathlib import Path

import pytest

from equivalents.run import settle_case
from tests.against_reference import read_out
from tests.bad.case import HEAD, Content, write_case

pytestmark = pytest.mark.rules("D1", "D4")


def rows(folder: Path, files: dict[str, Content], name: str = "payouts") -> list[dict[str, str]]:
    settle_case(write_case(folder / "case", files), folder / "out")
    return [*read_out(folder / "out", name)]


def test_amounts_at_their_bounds_are_handed_in(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "case.yaml": "period: 2025-06\nsharing: {绩效: {levels: "
        "[{to: person, key: secondary, floor: '40.00', cap: '60.00'}]}}\n",
        "pools.csv": "institution_id,pool,amount\nI01,绩效,100.00\n",
        "secondary.csv": "institution_id,department_id,pool,person_id,amount\n"
        "I01,,绩效,P01,60.00\nI01,,绩效,P02,40.00\n",
    }
    assert [row["amount"] for row in rows(tmp_path, files)] == ["60.00", "40.00"]


def test_a_posting_before_the_period_brings_no_average(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "case.yaml": "period: 2025-06\nreference: 示例\nsharing: {绩效: {averages: "
        "[{who: {posts: [新]}, multiple: '1'}]}}\n",
        "staff.csv": "person_id,institution_id,post_id,post,active_from,active_to\n"
        "P01,I01,,医,,\nP02,I01,a,新,,2025-06-01\nP02,I01,b,医,2025-06-01,\nP03,I01,,新,,\n",
        "records.csv": f"{HEAD}\nI01,P01,MZ01,2025-06-02,4\n",
        "pools.csv": "institution_id,pool,amount\nI01,绩效,100.00\n",
    }
    found = [(row["person_id"], row["key"], row["amount"]) for row in rows(tmp_path, files)]
    assert found == [
        ("P01", "4.0000000", "50.00"),
        ("P02", "0.0000000", "0.00"),
        ("P03", "4.0000000", "50.00"),
    ]


DIVIDED: dict[str, Content] = {
    "case.yaml": "period: 2025-06\nreference: 示例\nsharing: {绩效: {averages: "
    "[{who: {posts: [新]}, multiple: '1'}], levels: "
    "[{to: department, key: fixed, shares: {D1: 1, D2: 1}}, {to: person}]}}\n",
    "departments.csv": "department_id,institution_id\nD1,I01\nD2,I01\n",
    "staff.csv": "person_id,institution_id,post_id,department_id,post,main\n"
    "P01,I01,a,D1,医,1\nP01,I01,b,D2,医,\nP03,I01,a,D1,新,\nP03,I01,b,D2,新,1\n",
    "pools.csv": "institution_id,pool,amount\nI01,绩效,100.00\n",
}


def test_an_average_goes_over_what_counts_and_stands_at_the_main_posting(tmp_path: Path) -> None:
    """P01 has -2 in D1, which counts as 0, and 6 in D2: the mean is 6, and P03 has it in D2.

    D1 has the 6 of P02 alone: 50.00 for P02; D2 has 6 and 6: 25.00 each.
    """
    records = (
        f"{HEAD},post_id,record_id,corrects\n"
        "I01,P01,MZ01,2025-06-02,3,a,R1,\nI01,P01,MZ01,2025-06-02,-5,a,R2,R1\n"
        "I01,P01,MZ01,2025-06-02,6,b,R3,\nI01,P02,MZ01,2025-06-02,6,,R4,\n"
    )
    staff = f"{DIVIDED['staff.csv']!s}P02,I01,,D1,医,\n"
    found = rows(tmp_path, {**DIVIDED, "records.csv": records, "staff.csv": staff})
    assert [(row["person_id"], row["key"], row["amount"]) for row in found] == [
        ("P01", "6.0000000", "25.00"),
        ("P02", "6.0000000", "50.00"),
        ("P03", "6.0000000", "25.00"),
    ]


def test_what_is_withheld_is_withheld_in_the_rooms(tmp_path: Path) -> None:
    """P01 has 30.00 in V1 and 70.00 in V2, of which 0.5 are paid: 15.00 and 35.00."""
    files: dict[str, Content] = {
        "case.yaml": "period: 2025-06\ncoefficients: {考核: {applies_to: withhold}}\n"
        "sharing: {绩效: {levels: [{to: department}, {to: person}]}}\n",
        "departments.csv": "department_id,institution_id,kind\nV1,I01,村卫生室\nV2,I01,村卫生室\n",
        "staff.csv": "person_id,institution_id,post_id,department_id\nP01,I01,a,V1\nP01,I01,b,V2\n",
        "records.csv": f"{HEAD},post_id\n"
        "I01,P01,MZ01,2025-06-02,3,a\nI01,P01,MZ01,2025-06-02,7,b\n",
        "coefficients.csv": "scope,subject_id,kind,value,valid_from\n"
        "person,P01,考核,0.5,2025-01-01\n",
        "pools.csv": "institution_id,pool,amount\nI01,绩效,100.00\n",
    }
    lines = [row for row in rows(tmp_path, files, "rooms") if row["line"] in ("pool", "total")]
    assert [(row["department_id"], row["line"], row["amount"]) for row in lines] == [
        ("V1", "pool", "15.00"),
        ("V1", "total", "15.00"),
        ("V2", "pool", "35.00"),
        ("V2", "total", "35.00"),
    ]
