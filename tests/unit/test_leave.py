"""Leave: lines, averages and homes at their edges (5.20), beside the scenarios and the reference.

Faults seen to be caught: a run that goes on over a gap in the postings, work days counted twice
where two postings overlap, leave days left in the days of work, a department's average at both
institutions, a negative key that lowers a colleague's average, half posts as whole ones, pools
that the rule does not name, a line rounded down.
"""

import csv
import json
from pathlib import Path

import pytest

from equivalents.leave import leave_key_e7
from equivalents.report.explained_json import person_json
from equivalents.run import settle_case
from equivalents.tracing import trace_person
from tests.bad.case import HEAD, Content, write_case

LEAVE = "person_id,kind,valid_from,valid_to\n"
STAFF = "person_id,institution_id,post_id,department_id,main,active_from,active_to\n"
DEPARTMENTS = "department_id,institution_id\nA,I01\nB,I01\n"
COEFFICIENT = "scope,subject_id,kind,value,valid_from\n"
PERIOD = "average: own, over: period"


def settled(tmp_path: Path, rule: str, files: dict[str, Content]) -> list[tuple[str, ...]]:
    """Place, person, first day, days, days of the average and key of every line of leave."""
    case = write_case(
        tmp_path / "case", {"case.yaml": f"period: 2025-06\nleave:\n  产假: {{{rule}}}\n", **files}
    )
    settle_case(case, tmp_path / "out")
    names = ("institution_id", "person_id", "from", "days", "average_days", "key")
    path = tmp_path / "out" / "leave.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [tuple(row[name] for name in names) for row in csv.DictReader(file)]


def staff(*rows: str) -> str:
    """A staff table with these rows, and the two people that the good case needs."""
    return STAFF + "\n".join(rows) + "\nP02,I01,,,,,\nP03,I02,,,,,\n"


@pytest.mark.parametrize(
    ("figures", "key"),
    [
        ((15, 10_000, 10_000, 3_000_000_000, 610_000), 737704918),
        ((1, 10_000, 10_000, 1, 20_000), 1),
        ((1, 10_000, 10_000, 1, 20_001), 0),
        ((1, 5_000, 5_000, 2, 10_000), 1),
        ((30, 1, 10_000, 0, 10_000), 0),
    ],
)
def test_a_line_is_rounded_once_half_up(figures: tuple[int, ...], key: int) -> None:
    assert leave_key_e7(*figures) == key


def test_days_without_a_posting_are_no_leave_and_part_the_lines(tmp_path: Path) -> None:
    rows = "P01,I01,,,,,2025-06-04", "P01,I01,,,,2025-06-06,2025-06-21"
    files: dict[str, Content] = {
        "staff.csv": staff(*rows),
        "leave.csv": LEAVE + "P01,产假,2025-05-20,2025-06-11\n",
        "records.csv": f"{HEAD}\nI01,P01,MZ01,2025-06-12,10\nI02,P03,MZ01,2025-06-12,1\n",
    }
    # Posted on 1 to 3 and 6 to 20, on leave until 10: at work on 11 to 20, ten days.
    assert settled(tmp_path, PERIOD, files) == [
        ("I01", "P01", "2025-06-01", "3", "10.0000", "3.0000000"),
        ("I01", "P01", "2025-06-06", "5", "10.0000", "5.0000000"),
    ]


def test_overlapping_postings_are_one_day_and_the_main_one_has_the_department(
    tmp_path: Path,
) -> None:
    rows = "P01,I01,N1,A,,,", "P01,I01,N2,B,1,2025-06-06,"
    files: dict[str, Content] = {
        "departments.csv": DEPARTMENTS,
        "staff.csv": staff(*rows),
        "leave.csv": LEAVE + "P01,产假,2025-06-01,2025-06-11\n",
        "records.csv": f"{HEAD}\nI01,P01,MZ01,2025-06-12,40\nI02,P03,MZ01,2025-06-12,1\n",
    }
    assert settled(tmp_path, PERIOD, files) == [
        ("I01", "P01", "2025-06-01", "5", "20.0000", "10.0000000"),
        ("I01", "P01", "2025-06-06", "5", "20.0000", "10.0000000"),
    ]


def test_own_averages_count_at_every_institution(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "staff.csv": staff("P01,I01,,,,,", "P01,I02,,,,,"),
        "leave.csv": LEAVE + "P01,产假,2025-06-01,2025-06-11\n",
        "records.csv": f"{HEAD}\nI01,P01,MZ01,2025-06-12,40\nI02,P01,MZ01,2025-06-12,20\n",
    }
    assert settled(tmp_path, PERIOD, files) == [
        ("I01", "P01", "2025-06-01", "10", "20.0000", "20.0000000"),
        ("I02", "P01", "2025-06-01", "10", "20.0000", "10.0000000"),
    ]


def test_a_negative_key_lowers_nobodys_average(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "leave.csv": LEAVE + "P01,产假,2025-06-01,2025-07-01\n",
        "records.csv": f"{HEAD},record_id,corrects\nI01,P01,MZ01,2025-06-02,3,R1,\n"
        "I01,P02,MZ01,2025-06-02,-5,R2,R1\nI02,P03,MZ01,2025-06-02,1,R3,\n",
    }
    # P01 did 3 on a day of leave: the work counts, the day does not.
    assert settled(tmp_path, "average: department", files) == [
        ("I01", "P01", "2025-06-01", "30", "30.0000", "3.0000000"),
    ]


def test_a_negative_key_gives_an_own_average_of_nothing(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "leave.csv": LEAVE + "P01,产假,2025-06-01,2025-06-11\n",
        "records.csv": f"{HEAD},record_id,corrects\nI01,P02,MZ01,2025-06-02,3,R1,\n"
        "I01,P01,MZ01,2025-06-12,-5,R2,R1\nI02,P03,MZ01,2025-06-02,1,R3,\n",
    }
    # Leave adds 0 to the deficit of 5: it never makes it larger.
    assert settled(tmp_path, PERIOD, files) == [
        ("I01", "P01", "2025-06-01", "10", "20.0000", "0.0000000"),
    ]


def test_a_department_is_its_own_people_and_half_a_head_half_its_days(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "departments.csv": DEPARTMENTS,
        "staff.csv": STAFF + "P01,I01,,A,,,\nP02,I01,,A,,,\nP04,I01,,B,,,\nP03,I02,,,,,\n",
        "coefficients.csv": COEFFICIENT + "person,P02,attendance,0.5,2025-01-01\n",
        "leave.csv": LEAVE + "P01,产假,2025-06-01,2025-06-11\n",
        "records.csv": f"{HEAD}\nI01,P02,MZ01,2025-06-12,70\nI01,P04,MZ01,2025-06-12,100\n"
        "I02,P03,MZ01,2025-06-12,1\n",
    }
    # 20 days of P01 and 30 of half a head: 35; the 100 of department B are not of A.
    assert settled(tmp_path, "average: department", files) == [
        ("I01", "P01", "2025-06-01", "10", "35.0000", "20.0000000"),
    ]


def test_an_average_of_equivalents_has_no_coefficients(tmp_path: Path) -> None:
    rule = f"period: 2025-06\nleave:\n  产假: {{{PERIOD}}}\nsharing:\n  default: "
    files: dict[str, Content] = {
        "coefficients.csv": COEFFICIENT + "person,P01,title,2,2025-01-01\n",
        "leave.csv": LEAVE + "P01,产假,2025-06-01,2025-06-11\n",
    }
    for key, added in (("equivalents", "5.0000000"), ("adjusted", "10.0000000")):
        text = rule + f"{{levels: [{{to: person, key: {key}}}]}}\n"
        found = settled(tmp_path / key, PERIOD, {**files, "case.yaml": text})
        assert [line[5] for line in found] == [added]


@pytest.mark.parametrize(
    ("over", "days", "key"),
    # 15 over 20 days of closed periods; 10 over 20 days of this one; 25 over 40
    [("past", "20.0000", "7.5000000"), ("period", "20.0000", "5.0000000"),
     ("both", "40.0000", "6.2500000")],
)  # fmt: skip
def test_an_own_average_is_of_closed_periods_of_this_one_or_of_both(
    tmp_path: Path, over: str, days: str, key: str
) -> None:
    past = "past,I01,绩效,P01,10,10\npast,I01,绩效,P01,5,10\n"
    files: dict[str, Content] = {
        "pools.csv": "institution_id,pool,amount\nI01,绩效,1.00\n",
        "opening.csv": "kind,institution_id,pool,person_id,equivalents,days\n" + past,
        "leave.csv": LEAVE + "P01,产假,2025-06-01,2025-06-11\n",
    }
    assert settled(tmp_path, f"average: own, over: {over}", files) == [
        ("I01", "P01", "2025-06-01", "10", days, key),
    ]


def test_only_the_named_pools_and_only_keys_by_equivalents_have_leave(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "case.yaml": f"period: 2025-06\nleave:\n  产假: {{{PERIOD}, pools: [绩效]}}\n"
        "sharing:\n  人头: {levels: [{to: person, key: headcount}]}\n",
        "pools.csv": "institution_id,pool,amount\nI01,绩效,1.00\nI01,人头,1.00\nI01,其他,1.00\n",
        "leave.csv": LEAVE + "P01,产假,2025-06-01,2025-06-11\n",
    }
    assert len(settled(tmp_path, PERIOD, files)) == 1
    with (tmp_path / "out" / "payouts.csv").open(encoding="utf-8-sig", newline="") as file:
        keys = {
            row["pool"]: row["key"] for row in csv.DictReader(file) if row["person_id"] == "P01"
        }
    assert keys == {"绩效": "15.0000000", "人头": "1.0000000", "其他": "10.0000000"}


def test_a_kept_result_tells_leave_and_the_rules_of_it(tmp_path: Path) -> None:
    files: dict[str, Content] = {"leave.csv": LEAVE + "P01,产假,2025-06-01,2025-06-11\n"}
    settled(tmp_path, PERIOD + ", reference: 示例 1 号", files)
    story, _ = trace_person(tmp_path / "out", "P01")
    told = person_json(story)["institutions"][0]["pools"][0]
    assert told["key"] == "15.0000000"
    assert told["leave"] == [
        {
            "kind": "产假",
            "from": "2025-06-01",
            "to": "2025-06-11",
            "days": 10,
            "average": "own",
            "over": "period",
            "department_id": "",
            "percent": "100.00",
            "head": "1.0000",
            "average_key": "10.0000000",
            "average_days": "20.0000",
            "key": "5.0000000",
            "reference": "示例 1 号",
        }
    ]
    rules = json.loads((tmp_path / "out" / "resolved-rules.json").read_bytes())["leave_rules"]
    assert [(rule["kind"], rule["average"], rule["over"]) for rule in rules] == [
        ("产假", "own", "period")
    ]
