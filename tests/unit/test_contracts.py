"""The key by contracts at its edges (D1, 5.15), beside the scenario and the reference.

Faults seen to be caught: the department of a post that is not the main one, a contract counted on
its first day of absence, a part of a team's contracts rounded on its own, the key of a kept result
without its lines.
"""

import csv
from pathlib import Path

import pytest

from equivalents.report.explained_json import person_json
from equivalents.run import settle_case
from equivalents.tracing import trace_person
from tests.bad.case import Content, write_case

YAML = (
    "period: 2025-06\nsharing:\n  绩效:\n    nobody: retain\n"
    "    levels: [%s{to: person, key: %s}]\n"
)
STAFF = "person_id,institution_id,post_id,department_id,main\n"


def contracts(*rows: str) -> str:
    """A table of contracts: team, person, first and last day but one."""
    lines = [f"Q{at},J{at},{row}" for at, row in enumerate(rows)]
    return "\n".join(("contract_id,resident_id,team_id,person_id,active_from,active_to", *lines))


def settled(tmp_path: Path, files: dict[str, Content]) -> dict[str, str]:
    """The keys of people in the pool of I01."""
    settle_case(write_case(tmp_path / "case", files), tmp_path / "out")
    with (tmp_path / "out" / "payouts.csv").open(encoding="utf-8-sig", newline="") as file:
        return {
            row["person_id"]: row["key"]
            for row in csv.DictReader(file)
            if row["institution_id"] == "I01"
        }


@pytest.mark.parametrize(
    ("first", "end", "key"),
    [
        ("2025-01-01", "", "1.0000000"),
        ("2025-06-30", "", "1.0000000"),
        ("2025-07-01", "", "0.0000000"),
        ("2025-01-01", "2025-07-01", "1.0000000"),
        ("2025-01-01", "2025-06-30", "0.0000000"),
    ],
)
def test_a_contract_counts_if_active_on_the_last_day(
    first: str, end: str, key: str, tmp_path: Path
) -> None:
    files: dict[str, Content] = {
        "case.yaml": YAML % ("", "contracts"),
        "contracts.csv": contracts(f",P01,{first},{end}", ",P02,2025-01-01,"),
    }
    assert settled(tmp_path, files) == {"P01": key, "P02": "1.0000000"}


def test_a_team_is_split_as_a_whole_and_in_the_department_of_the_main_post(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "case.yaml": YAML % ("{to: department, key: contracts}, ", "contracts"),
        "departments.csv": "department_id,institution_id\nA,I01\nB,I01\n",
        "staff.csv": STAFF
        + "P01,I01,N1,A,\nP01,I01,N2,B,1\nP02,I01,,A,\nP04,I01,,A,\nP03,I02,,,\n",
        "teams.csv": "team_id,person_id,role\nT1,P01,GP\nT1,P02,GP\nT1,P04,GP\n",
        "contracts.csv": contracts("T1,,2025-01-01,", "T1,,2025-01-01,"),
        "records.csv": "institution_id,person_id,item_code,service_date,quantity\n"
        "I01,P02,MZ01,2025-06-02,1\nI02,P03,MZ01,2025-06-02,1\n",
    }
    # 20000000 units by 1 : 1 : 1: two left over, for P01 and P02.
    assert settled(tmp_path, files) == {
        "P01": "0.6666667", "P02": "0.6666667", "P04": "0.6666666"
    }  # fmt: skip
    with (tmp_path / "out" / "allocations.csv").open(encoding="utf-8-sig", newline="") as file:
        keys = {(row["parent"], row["child"]): row["key"] for row in csv.DictReader(file)}
    assert keys["I01", "A"] == "1.3333333"
    assert keys["I01", "B"] == "0.6666667"
    assert (keys["A", "P01"], keys["B", "P01"]) == ("0.0000000", "0.6666667")


def test_a_kept_result_tells_the_contracts(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "case.yaml": YAML % ("", "contracts"),
        "teams.csv": "team_id,person_id,role,share\nT1,P01,GP,4\nT1,P02,GP,2\n",
        "contracts.csv": contracts("T1,,2025-01-01,", ",P01,2025-01-01,", "T1,P01,2025-01-01,"),
    }
    assert settled(tmp_path, files) == {"P01": "2.6666667", "P02": "0.3333333"}
    story, _ = trace_person(tmp_path / "out", "P01")
    told = person_json(story)["institutions"][0]["pools"][0]["contracts"]
    assert told == [
        {"team_id": "", "contracts": 2, "share": "1/1", "key": "2.0000000"},
        {"team_id": "T1", "contracts": 1, "share": "2/3", "key": "0.6666667"},
    ]


def test_keys_by_equivalents_do_not_know_contracts(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "case.yaml": YAML % ("", "adjusted"),
        "contracts.csv": contracts(",P01,2025-01-01,"),
    }
    assert settled(tmp_path, files) == {"P01": "10.0000000", "P02": "10.0000000"}
    assert not (tmp_path / "out" / "contract_keys.csv").exists()
