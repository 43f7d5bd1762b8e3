"""What is wrong with a file is said in its own words: a clerk looks for 数量, not for quantity.

In Chinese a column goes by its heading as written, a missing one by its Chinese heading; in
English by its machine name. Faults seen to be caught: the heading of another file, a row of
rejected.csv under a heading that its file does not have.
"""

import csv
from pathlib import Path

import pytest

from equivalents.errors import DataError, Problem
from equivalents.intake.headings import TABLES
from equivalents.run import check_case, settle_case
from tests.bad.case import GOOD, write_case

HEAD = "机构编号,人员编号,项目编码,服务日期,数量,备注"


def chinese(name: str, text: str) -> str:
    """A table of the good case under Chinese headings."""
    titles = {column.name: column.heading for column in TABLES[name].columns}
    head, _, rows = text.partition("\n")
    return ",".join(titles[one] for one in head.split(",")) + "\n" + rows


def problems(case: Path) -> dict[str, Problem]:
    try:
        found = check_case(case).problems
    except DataError as error:
        found = error.problems
    return {problem.code: problem for problem in found}


def test_a_record_is_judged_in_the_words_of_its_file(tmp_path: Path) -> None:
    files = {
        "records/a.csv": f"{HEAD}\nI01,P01,MZ01,2025-06-02,,好\n",
        "records/b.csv": "institution_id,person_id,item_code,service_date,数量\n"
        'I02,P03,,2025-06-03,1\nI02,P03,"MZ01\nx",2025-06-03,1\n',
    }
    case = write_case(tmp_path / "case", files)
    settle_case(case, tmp_path / "out")
    with (tmp_path / "out" / "rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["reason_zh"].partition("”")[0] for row in rows] == [
        "必填项“数量",
        "必填项“item_code",
        "“item_code",
    ]
    assert "'quantity' is blank" in rows[0]["reason_en"]
    assert [row["column"] for row in rows] == ["quantity", "item_code", "item_code"]
    # Both files write 数量; of the others each has a heading of its own.
    assert list(rows[0])[9:] == [
        *("institution_id", "person_id", "item_code", "service_date", "数量", "备注")
    ]


def test_rejected_rows_stand_under_the_headings_of_their_file(tmp_path: Path) -> None:
    good = GOOD["records.csv"].partition("\n")[2]
    text = f"{HEAD}\n" + "".join(f"{row},\n" for row in good.split()) + "I01,P01,MZ01,错,7,好\n"
    case = write_case(tmp_path / "case", {"records.csv": text})
    settle_case(case, tmp_path / "out", stop_on_reject=False)
    with (tmp_path / "out" / "rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        head, row = csv.reader(file)
    assert head[9:] == HEAD.split(",")
    assert row[9:] == ["I01", "P01", "MZ01", "错", "7", "好"]


@pytest.mark.parametrize("head", ["英", "中"])
def test_a_table_is_judged_in_its_own_words(head: str, tmp_path: Path) -> None:
    staff = GOOD["staff.csv"].replace("P02,I01", "P02,I09").replace("P03,I02", ",I02")
    written = staff if head == "英" else chinese("staff", staff)
    found = problems(write_case(tmp_path / "case", {"staff.csv": written}))
    unknown, blank = found["ID_UNKNOWN"], found["VALUE_MISSING"]
    names = ("institution_id", "person_id") if head == "英" else ("机构编号", "人员编号")
    assert f"“{names[0]}”的值“I09”" in unknown.text("zh")
    assert f"必填项“{names[1]}”" in blank.text("zh")
    assert "The institution_id 'I09'" in unknown.text("en")
    assert "'person_id'" in blank.text("en")


def test_a_missing_column_goes_by_its_chinese_heading(tmp_path: Path) -> None:
    staff = chinese("staff", GOOD["staff.csv"]).replace("人员编号", "人员编码")
    [missing] = [
        problem
        for code, problem in problems(write_case(tmp_path / "case", {"staff.csv": staff})).items()
        if code == "COLUMN_MISSING"
    ]
    assert missing.value == "person_id"
    assert "缺少必需的列“人员编号”（是否为“人员编码”？）" in missing.text("zh")
    assert "The required column 'person_id' is missing (did you mean '人员编码'?)" in missing.text(
        "en"
    )


def test_dates_with_times_are_counted_under_the_heading(tmp_path: Path) -> None:
    records = chinese("records", GOOD["records.csv"]).replace("2025-06-02", "2025-06-02 08:00")
    weights = chinese("weights", GOOD["weights.csv"]).replace("01-01", "01-01 00:00")
    files = {"case.yaml": "period: 2025-06\ntimes: truncate\n", "records.csv": records}
    case = write_case(tmp_path / "case", files | {"weights.csv": weights})
    found = [one for one in check_case(case).problems if one.code == "TIMES_TRUNCATED"]
    said = [(one.text("zh")[:6], one.value, one.place.column) for one in found]
    assert said == [("“生效日期”", "2", "valid_from"), ("“服务日期”", "1", "service_date")]
