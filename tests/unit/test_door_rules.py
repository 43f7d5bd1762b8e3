"""Rules of the checks at the door: blank sources, dates, spans of days, what is recorded.

Catches: a payout that depends on how a table was cut into files, a rule that holds on the wrong
side of its date, records of another span of days that are not seen or seen twice, a check whose
severity is not recorded.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from equivalents.intake import doorstore
from equivalents.run import check_case, settle_case
from tests.bad.case import GOOD, HEAD, case_with, run

TWICE = "I01,P01,MZ01,2025-06-02,1,R1"
AGAIN = "I01,P02,MZ01,2025-06-02,1,R1"
OTHER = "I02,P03,MZ01,2025-06-03,4,R2"


def case_of(folder: Path, checks: str, *files: list[str]) -> Path:
    """A case whose records stand in some files, without a source."""
    folder.mkdir()
    records = {
        f"records/{name}.csv": "\n".join([f"{HEAD},resident_id", *lines]) + "\n"
        for name, lines in zip("abc", files, strict=False)
    }
    yaml = f"period: 2025-06\nchecks: {{{checks}}}\n"
    return case_with(folder, {"case.yaml": yaml, "records.csv": None, **records})


def told_of(case: Path) -> list[tuple[str, str, int]]:
    return [(one.code, one.place.file, one.place.row) for one in check_case(case).every()]


@pytest.mark.parametrize(
    ("checks", "whole", "cut"),
    [
        ("same_service_twice: warning", [], [("SAME_SERVICE_TWICE", "records/b.csv", 2)]),
        ("same_service_twice: error", [], []),
        (
            "same_service_twice: {severity: error, blank_source: file}",
            [],
            [("SAME_SERVICE_TWICE_REJECTED", "records/b.csv", 2)],
        ),
        ("same_service_twice: {blank_source: same}", [], []),
    ],
)
def test_files_are_sources_only_to_warn_unless_somebody_says_so(
    checks: str, whole: list[Any], cut: list[Any], tmp_path: Path
) -> None:
    one = case_of(tmp_path / "one", checks, [TWICE, AGAIN, OTHER])
    two = case_of(tmp_path / "two", checks, [TWICE, OTHER], [AGAIN])
    assert told_of(one) == whole
    assert told_of(two) == cut


def test_a_named_source_and_a_blank_one_are_two(tmp_path: Path) -> None:
    head = f"{HEAD},resident_id,source"
    rows = [f"{TWICE},", f"{AGAIN},公卫", f"{OTHER},"]
    yaml = "period: 2025-06\nchecks: {same_service_twice: error}\n"
    files = {"records.csv": "\n".join([head, *rows]) + "\n", "case.yaml": yaml}
    # The source that tells its name stands.
    wanted = [("SAME_SERVICE_TWICE_REJECTED", "records.csv", 2)]
    assert told_of(case_with(tmp_path, files)) == wanted


DATED = (
    "two_places: [{severity: error, valid_to: 2025-06-03}, "
    "{severity: off, valid_from: 2025-06-03, valid_to: 2025-06-04}, "
    "{allow_same_day: [P02], valid_from: 2025-06-05, reference: 示例文件 9 号}]"
)
STAFF = f"{GOOD['staff.csv']}P01,I02,王春梅\n"
DAYS = [
    f"{place},P01,MZ01,2025-06-0{day},1,R{day}" for day in (2, 3, 4, 5) for place in ("I01", "I02")
]


@pytest.mark.parametrize("span", [1, 1 << 60], ids=["in-memory", "a-file-a-day"])
def test_each_day_goes_by_its_rule_and_all_of_it_is_recorded(
    span: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorstore, "_BYTES", span)
    case = case_of(tmp_path / "case", DATED, [*DAYS[4:], OTHER], DAYS[:4])
    (case / "staff.csv").write_text(STAFF, encoding="utf-8")
    warned, rejected = "TWO_PLACES", "TWO_PLACES_REJECTED"
    found = check_case(case)
    doubts = [(one.code, one.place.file, one.place.row) for one in found.every()]
    assert sorted(doubts) == [
        (warned, "records/a.csv", 4),
        (warned, "records/a.csv", 5),
        (rejected, "records/b.csv", 2),
        (rejected, "records/b.csv", 3),
    ]
    settle_case(case, tmp_path / "out", stop_on_reject=False)
    door = json.loads((tmp_path / "out" / "summary.json").read_bytes())["door"]
    assert door == {
        "two_places": [
            {"severity": "off", "valid_from": "2025-06-03", "valid_to": "2025-06-04"},
            {"code": rejected, "severity": "error", "valid_to": "2025-06-03", "records": 2},
            {
                "code": warned,
                "severity": "warning",
                "valid_from": "2025-06-05",
                "allow_same_day": ["P02"],
                "reference": "示例文件 9 号",
                "records": 2,
            },
        ]
    }


@pytest.mark.parametrize("span", [1, 1 << 60], ids=["in-memory", "a-file-a-day"])
def test_what_spans_many_days_is_seen_whole(
    span: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is usual of an item, and a correction of another day, are not of one span alone."""
    monkeypatch.setattr(doorstore, "_BYTES", span)
    head = f"{HEAD},record_id,corrects"
    rows = [f"I01,P01,MZ01,2025-06-{day:02},1,X{day}," for day in range(2, 12)]
    rows += ["I01,P01,MZ01,2025-06-12,40,Y,", "I01,P01,MZ01,2025-06-13,41,Z,"]
    rows += ["I01,P01,MZ01,2025-06-20,-40,C,Z", "I02,P03,MZ01,2025-06-03,4,W,"]
    checks = "quantity_outlier: {severity: error, factor: 5, fewest: 12}"
    files = {
        "records.csv": "\n".join([head, *rows]) + "\n",
        "case.yaml": f"period: 2025-06\nchecks: {{{checks}}}\n",
    }
    assert told_of(case_with(tmp_path, files)) == [("QUANTITY_OUTLIER_REJECTED", "records.csv", 12)]


def test_check_shows_what_was_made_and_what_became_of_it(tmp_path: Path) -> None:
    case = case_of(tmp_path / "case", DATED, [*DAYS[4:], OTHER], DAYS[:4])
    (case / "staff.csv").write_text(STAFF, encoding="utf-8")
    door = json.loads(run("check", case, "--json").stdout)["door"]
    assert [one["severity"] for one in door["two_places"]] == ["off", "error", "warning"]
    assert door["quantity_outlier"][0]["records"] == 0
    shown = run("check", case)
    assert shown.exit_code == 1
    assert "退回 rejected 2" in shown.stdout
    assert "错误 errors 2" in shown.stdout
    assert "提示 warnings 2" in shown.stdout
    assert "TWO_PLACES_REJECTED" in shown.stderr
