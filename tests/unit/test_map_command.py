"""``equivalents map``: proposals with their reasons, never used unread; maps tried on files.

Faults seen to be caught: a column proposed by its heading though its cells are no dates, a proposal
that works without being read, a faulty row that ends with exit code 0.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from equivalents.cli import app
from equivalents.intake.headings import TABLES
from equivalents.intake.opening.suggest import Confidence, Known, propose

SCENARIO = Path(__file__).parents[1] / "scenarios" / "169-one-month-from-three-systems"
HIS = SCENARIO / "sources" / "export" / "his-330101.csv"
SIGNED = SCENARIO / "sources" / "export" / "contracts.csv"


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["map", *map(str, words)])


def as_json(*words: object) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(run(*words, "--json").stdout)
    return loaded


def by_column(columns: dict[str, list[str]]) -> dict[str, tuple[str, str]]:
    found = propose(TABLES["records"], columns)
    return {one.column: (one.heading, one.confidence.name) for one in found.columns}


def test_headings_are_proposed_by_name_synonym_and_part() -> None:
    assert by_column({"服务日期": [], "医生工号": [], "门诊收费数量合计": [], "备注": []}) == {
        "service_date": ("服务日期", "HIGH"),
        "person_id": ("医生工号", "MEDIUM"),
        "quantity": ("门诊收费数量合计", "LOW"),
    }


def test_content_confirms_or_speaks_against_a_heading() -> None:
    days = ["2025-06-01", "2025/6/2", "20250603"]
    assert by_column({"就诊日期": days}) == {"service_date": ("就诊日期", "HIGH")}
    assert by_column({"就诊日期": ["上午", "下午", "上午"]}) == {}
    assert by_column({"就诊日期": ["上午"], "记录时间": days}) == {}, "dates alone tell nothing"
    assert by_column({"数量": ["1", "2.5"]}) == {"quantity": ("数量", "HIGH")}
    assert by_column({"数量": ["1 次", "2 次"]}) == {"quantity": ("数量", "LOW")}


def test_codes_that_a_case_knows_settle_what_no_heading_tells() -> None:
    known = Known({"person_id": frozenset(("P1", "P2")), "item_code": frozenset(("MZ",))})
    columns = {"A": ["P1", "P2", "P1"], "B": ["MZ"], "工号": ["X1", "X2"]}
    found = propose(TABLES["records"], columns, known)
    assert {one.column: (one.heading, one.confidence) for one in found.columns} == {
        "person_id": ("A", Confidence.HIGH),
        "item_code": ("B", Confidence.HIGH),
    }
    (person, _) = found.columns
    assert person.others == ("工号",)
    assert "ids of the case" in person.why[0]
    assert found.missing == ("institution_id", "service_date", "quantity")


def test_the_only_institution_and_items_by_name_are_proposed() -> None:
    codes = {"institution_id": frozenset(("J1",)), "item_code": frozenset(("MZ", "CZ"))}
    found = propose(
        TABLES["records"],
        {"服务项目编码": ["门诊", "出诊", "别的"]},
        Known(codes, {"门诊": "MZ", "出诊": "CZ"}),
    )
    assert found.constants == {"institution_id": "J1"}
    assert found.codes == {"item_code": {"出诊": "CZ", "别的": "", "门诊": "MZ"}}


def test_a_proposal_has_a_reason_for_each_line() -> None:
    told = as_json("suggest", HIS, "--case", SCENARIO / "case")
    assert told["table"] == "records"
    found = {one["column"]: (one["heading"], one["confidence"]) for one in told["columns"]}
    assert found == {
        "institution_id": ("机构代码", "medium"),
        "person_id": ("执行医生工号", "medium"),
        "item_code": ("收费项目编码", "medium"),
        "service_date": ("执行日期", "high"),
        "quantity": ("数量", "high"),
        "record_id": ("收费流水号", "medium"),
        "resident_id": ("健康档案号", "medium"),
    }
    assert all(one["why"] for one in told["columns"])
    assert told["unused"] == ["明细序号", "单位", "状态"]
    assert told["codes"]["person_id"] == {"1001": "", "1002": ""}
    text = run("suggest", HIS, "--case", SCENARIO / "case").stdout
    assert text == told["text"]
    assert "service_date: 执行日期  # 高 high：" in text


def test_a_proposal_is_refused_until_it_was_read(tmp_path: Path) -> None:
    out = tmp_path / "signed.yaml"
    assert run("suggest", SIGNED, "-o", out).exit_code == 0
    again = run("suggest", SIGNED, "-o", out)
    assert again.exit_code == 2
    assert "signed.yaml" in again.stderr
    codes = {one["code"] for one in as_json("check", out)["problems"]}
    assert {"KEY_MISSING", "MAP_ENDS_MISSING"} <= codes, "the date, and whether ends count"
    text = out.read_text("utf-8")
    text = text.replace("version:", "version: 2025-06-01").replace("ends:", "ends: inclusive")
    out.write_text(text, "utf-8")
    refused = as_json("check", out, SIGNED)
    assert [one["code"] for one in refused["problems"]] == ["MAP_PROPOSED"]
    assert refused["tables"] == []
    out.write_text(text.replace("proposed: yes\n", ""), "utf-8")
    tried = run("check", out, SIGNED)
    assert tried.exit_code == 0, tried.output
    assert "8" in tried.output
    told = as_json("check", out, SIGNED)
    assert (told["map"], told["version"], told["table"]) == ("signed", "2025-06-01", "contracts")
    (table,) = told["tables"]
    assert (table["rows"], table["map_faults"]) == (8, [])


def test_what_cannot_be_mapped_is_counted_and_ends_with_1(tmp_path: Path) -> None:
    case = shutil.copytree(SCENARIO / "sources", tmp_path / "case")
    path = case / "maps" / "people-his.csv"
    path.write_text(path.read_text("utf-8").replace("1001,P01,,,\n", ""), "utf-8")
    tried = run("check", "his-outpatient", HIS, "--case", case)
    assert tried.exit_code == 1
    assert "MAP_CODE_UNLISTED" in tried.output
    (table,) = as_json("check", "his-outpatient", HIS, "--case", case)["tables"]
    assert table["map_left_out"] == {"作废和退费": 1}
    assert table["map_faults"] == [
        {"code": "MAP_CODE_UNLISTED", "column": "person_id", "value": "1001", "rows": 2}
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "his-outpatent"), "his-outpatient"),
        (("check", "his-outpatient", "none.csv"), "none.csv"),
        (("suggest", "none.csv"), "none.csv"),
        (("suggest", HIS, "--table", "record"), "records"),
    ],
)
def test_what_is_not_there_is_wrong_usage(words: tuple[object, ...], said: str) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_file_like_no_table_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("甲,乙\n1,2\n", "utf-8")
    done = run("suggest", path)
    assert done.exit_code == 1
    assert "HEADINGS_NOT_FOUND" in done.stderr
