"""Heads of institutions share in no staff pool (5.20), beside the scenario and the reference.

Faults seen to be caught: a head paid his work in another post twice, a posting outside the period
that makes somebody a head, a ceiling on what a head did, a head's work left in the key above.
"""

import csv
from pathlib import Path

import pytest

from equivalents.report.explained import person_text
from equivalents.run import settle_case
from equivalents.tracing import trace_person
from tests.bad.case import HEAD, Content, write_case

pytestmark = pytest.mark.rules("B9")
STAFF = "person_id,institution_id,post_id,post,main,active_from,active_to\n"
RULE = "leaders: {posts: [院长], reference: 示例}\n"


def settled(tmp_path: Path, staff: str, more: str = "", **files: Content) -> Path:
    """OUT of the small case with these postings at I01 and P03 at I02."""
    case = write_case(
        tmp_path / "case",
        {
            "case.yaml": f"period: 2025-06\n{RULE}{more}",
            "staff.csv": f"{STAFF}{staff}P03,I02,,护士,,,\n",
            **files,
        },
    )
    settle_case(case, tmp_path / "out")
    return tmp_path / "out"


def rows(out: Path, name: str, *columns: str) -> list[tuple[str, ...]]:
    """Some columns of a file of OUT."""
    with (out / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [tuple(row[column] for column in columns) for row in csv.DictReader(file)]


def test_a_head_before_the_period_is_one_of_the_staff(tmp_path: Path) -> None:
    out = settled(
        tmp_path,
        "P01,I01,A,院长,,2024-01-01,2025-06-01\nP01,I01,A,医生,,2025-06-01,\nP02,I01,,护士,,,\n",
    )
    assert ("I01", "P01", "50.00") in rows(out, "payouts", "institution_id", "person_id", "amount")


def test_a_head_is_no_head_in_the_headcount(tmp_path: Path) -> None:
    sharing = "sharing: {绩效: {levels: [{to: person, key: headcount}]}}\n"
    out = settled(tmp_path, "P01,I01,,院长,,,\nP02,I01,,护士,,,\n", sharing)
    paid = rows(out, "payouts", "person_id", "key", "amount")
    assert paid == [("P02", "1.0000000", "100.00"), ("P03", "1.0000000", "30.00")]


def test_a_ceiling_looks_at_the_other_post_only(tmp_path: Path) -> None:
    ceiling = "ceilings: [{name: 月度, tiers: [{from: 0, rate: 1}, {from: 7, rate: 0}]}]\n"
    records = (
        f"{HEAD},post_id\nI01,P01,MZ01,2025-06-02,10,A\nI01,P01,MZ01,2025-06-02,8,B\n"
        "I01,P02,MZ01,2025-06-03,7,\nI02,P03,MZ01,2025-06-04,3,\n"
    )
    staff = "P01,I01,A,院长,1,,\nP01,I01,B,医生,,,\nP02,I01,,护士,,,\n"
    out = settled(tmp_path, staff, ceiling, **{"records.csv": records})
    off = rows(out, "equivalents", "person_id", "weight_row", "equivalents")
    assert [row for row in off if "@" not in row[1]] == [
        ("P01", "ceiling:月度", "-1.0000000"),
        ("P01", "leader:院长", "-10.0000000"),
    ]
    assert rows(out, "payouts", "person_id", "amount")[:2] == [("P01", "50.00"), ("P02", "50.00")]


def test_explain_says_why_a_head_gets_nothing(tmp_path: Path) -> None:
    out = settled(tmp_path, "P01,I01,,院长,,,\nP02,I01,,护士,,,\n")
    text = person_text(trace_person(out, "P01")[0])
    assert "单位负责人不入池 head's work 2025-06 院长: -10.0000000" in text
    assert "进入绩效池 shared in pools = 0.0000000" in text


def test_a_year_counts_no_head_where_somebody_is_only_a_head(tmp_path: Path) -> None:
    # 12.00 a year: two months of a half post at I02, where P03 is a nurse; at I01 he leads.
    out = settled(
        tmp_path,
        "P03,I01,,院长,,,\nP01,I01,,护士,,,\nP02,I01,,护士,,,\n",
        'yearly_limits: [{name: L, pools: [绩效], cap: "12.00"}]\n',
        **{
            "coefficients.csv": "scope,subject_id,kind,value,valid_from\n"
            "person,P03,fte,0.5,2025-01-01\n",
            "opening.csv": "kind,institution_id,pool,person_id,period,amount\n"
            "paid,I01,绩效,P03,2025-05,0.25\n",
        },
    )
    paid = rows(out, "payouts", "person_id", "amount")
    assert ("P03", "0.75") in paid  # 12.00 x 2/12 x 0.5 - 0.25
