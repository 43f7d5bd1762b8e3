"""The checks at the door over a case: what they doubt is the same however the files are cut."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equivalents.run import check_case, settle_case
from tests.bad.case import GOOD, case_with, check

Record = tuple[tuple[str, str], str, int, int, str, str]

HEAD = "record_id,institution_id,person_id,item_code,service_date,quantity,resident_id,source"
CHECKS = """period: 2025-06
checks:
  same_service_twice: error
  two_places: warning
  quantity_outlier: {severity: error, factor: 3, fewest: 4}
  impossible_day: {minutes: {MZ01: 100}, limit: 1000}
"""
STAFF = f"{GOOD['staff.csv']}P01,I02,王春梅\n"
RECORD = st.tuples(
    st.sampled_from([("I01", "P01"), ("I02", "P01"), ("I01", "P02"), ("I02", "P03")]),
    st.sampled_from(["MZ01", "SF01"]),
    st.integers(1, 3),
    st.sampled_from([1, 2, 3, 9, 40]),
    st.sampled_from(["", "R1", "R2"]),
    st.sampled_from(["HIS", "公卫"]),
)


def lines_of(records: Sequence[Record]) -> list[str]:
    return [
        f"X{number},{place},{person},{item},2025-06-0{day},{quantity},{resident},{source}"
        for number, ((place, person), item, day, quantity, resident, source) in enumerate(records)
    ]


def doubts(folder: Path, files: dict[str, list[str]]) -> Counter[tuple[str, str]]:
    """Each doubt as its code and the id of its record, whatever file and row it is in."""
    folder.mkdir()
    records = {name: "\n".join([HEAD, *lines]) + "\n" for name, lines in files.items()}
    blank: dict[str, None] = {} if "records.csv" in files else {"records.csv": None}
    case = case_with(folder, {"case.yaml": CHECKS, "staff.csv": STAFF, **blank, **records})
    found = check_case(case)
    ids = {
        (name, row): line.split(",")[0]
        for name, lines in files.items()
        for row, line in enumerate(lines, 2)
    }
    return Counter(
        (one.code, ids[one.place.file, one.place.row])
        for one in found.every()
        if (one.place.file, one.place.row) in ids
    )


@given(st.lists(RECORD, min_size=1, max_size=14), st.randoms(use_true_random=False))
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_shuffled_and_split_files_are_doubted_alike(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record], random: Random
) -> None:
    base, lines = tmp_path_factory.mktemp("door"), lines_of(records)
    shuffled = list(lines)
    random.shuffle(shuffled)
    cut = len(lines) // 2
    whole = doubts(base / "whole", {"records.csv": lines})
    split = {"records/a.csv": shuffled[:cut], "records/b.csv": shuffled[cut:]}
    assert doubts(base / "split", {k: v for k, v in split.items() if v}) == whole


def test_counts_are_true_and_recorded_only_where_checks_were_made(tmp_path: Path) -> None:
    rows = lines_of([(("I01", "P01"), "MZ01", 1, 1, "R1", s) for s in ["HIS", *["公卫"] * 1200]])
    rows.append("Y,I02,P03,MZ01,2025-06-04,3,R9,HIS")
    files = {"records.csv": "\n".join([HEAD, *rows]) + "\n"}
    (tmp_path / "a").mkdir()
    case = case_with(tmp_path / "a", {**files, "case.yaml": CHECKS})
    found = check_case(case, first=5)
    assert found.total >= 1200
    assert found.settlement.counted.rejected == 1200
    settle_case(case, tmp_path / "out", stop_on_reject=False)
    told = json.loads((tmp_path / "out" / "summary.json").read_bytes())
    assert told["door"]["same_service_twice"] == [
        {
            "code": "SAME_SERVICE_TWICE_REJECTED",
            "severity": "error",
            "blank_source": "same",
            "records": 1200,
        }
    ]
    assert told["door"]["two_places"][0]["records"] == 0
    assert "service_on_leave" not in told["door"]
    assert told["records"]["received"] == 1202
    (tmp_path / "b").mkdir()
    settle_case(case_with(tmp_path / "b", {}), tmp_path / "plain")
    assert "door" not in json.loads((tmp_path / "plain" / "summary.json").read_bytes())


def test_check_makes_every_check_as_a_warning_but_those_turned_off(tmp_path: Path) -> None:
    twice = ["A,I01,P01,MZ01,2025-06-02,1,R1,HIS", "B,I01,P02,MZ01,2025-06-02,1,R1,公卫"]
    files = {"records.csv": "\n".join([HEAD, *twice, "C,I02,P03,MZ01,2025-06-04,3,,"]) + "\n"}
    for name, text, wanted in (
        ("default", "", ["SAME_SERVICE_TWICE"]),
        ("off", "checks: {same_service_twice: off}\n", []),
    ):
        (tmp_path / name).mkdir()
        case = case_with(tmp_path / name, {**files, "case.yaml": f"period: 2025-06\n{text}"})
        code, problems = check(case)
        assert code == 0
        assert [one["code"] for one in problems] == wanted


def test_corrections_are_rejected_with_what_they_correct(tmp_path: Path) -> None:
    head = f"{HEAD},corrects"
    rows = [
        "A,I01,P01,MZ01,2025-06-02,5,R1,HIS,",
        "B,I01,P02,MZ01,2025-06-02,5,R1,公卫,",
        "C,I01,P02,MZ01,2025-06-02,-2,R1,公卫,B",
        "D,I01,P02,MZ01,2025-06-02,-1,R1,公卫,C",
        "E,I02,P03,MZ01,2025-06-04,3,,,",
    ]
    files = {"records.csv": "\n".join([head, *rows]) + "\n", "case.yaml": CHECKS}
    code, problems = check(case_with(tmp_path, files))
    assert code == 1
    assert [one["row"] for one in problems if one["severity"] == "error"] == [3, 4, 5]
