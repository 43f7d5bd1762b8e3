"""Spools as the engine reads them: numbers, sheets, texts as they stood, what was refused.

Faults seen to be caught: the row number of the spool for that of the sheet, a cleaned text shown
for the one that stood there, a refused value that is told a second time, a row that is blank but
for what was refused and vanishes.
"""

import csv
from pathlib import Path

import xlsxwriter

from equivalents import Source, load_case
from equivalents.errors import Place
from equivalents.findings import Findings
from equivalents.intake.headings import TABLES
from equivalents.intake.tables import read_table
from equivalents.report.lists import all_problems, write_lists
from equivalents.settle import weigh
from equivalents.tally import Plan
from tests.bad.case import case_with
from tests.spools import a_spool

HEADINGS = ("机构编号", "人员编号", "项目编码", "服务日期", "数量", "记录编号", "备注")
GOOD = ("I01", "P01", "MZ01", "2025-06-02", "1")
ROWS = {
    4: (*GOOD, "r1", ""),
    5: (*GOOD, "r2", ""),
    9: ("I01", "1E+15", "MZ01", "2025-06-02", "1", "r3", ""),
    10: (*GOOD[:3], "01/02/2025", "x", "r4", "看"),
    11: ("I01", "P99", *GOOD[2:], "r1", ""),
    12: ("",) * 7,
}
RAW = {"人员编号": {5: " Ｐ01", 9: "1.5E+15", 11: "Ｐ99"}, "备注": {10: "看 "}}
FAULTS = {9: "ID_UNKNOWN:person_id", 10: "DATE_INVALID:service_date", 12: "ROW_SHAPE:2/7"}
"""Codes that the cleaning may use, too; here any will do."""


def listed(tmp_path: Path) -> tuple[list[dict[str, str]], list[tuple[int, str, str, str]]]:
    """The rows of rejected.csv, and every problem of a row."""
    case = load_case(case_with(tmp_path, {}))
    spool = a_spool(tmp_path / "1.parquet", HEADINGS, ROWS, raw=RAW, faults=FAULTS)
    source = Source(case.folder, [spool])
    plan = Plan(case.rules)
    settlement = weigh(case.rules, plan, source.blocks(plan))
    write_lists(settlement, case, source, tmp_path, 0)
    with (tmp_path / "rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [*csv.DictReader(file)]
    found = [*all_problems(settlement, case, source)]
    assert all((one.place.file, one.place.sheet) == ("六月.xlsx", "门诊") for one in found)
    told = [(one.place.row, one.code, one.place.column, one.value) for one in found]
    assert settlement.counted.received == len(ROWS)
    return rows, told


def test_rows_are_told_where_people_see_them_and_as_they_stood(tmp_path: Path) -> None:
    rows, told = listed(tmp_path)
    assert told == [
        (3, "COLUMN_UNKNOWN", "", "备注"),
        (4, "RECORD_ID_CONFLICT", "record_id", "r1"),
        (9, "ID_UNKNOWN", "person_id", "1.5E+15"),
        (10, "DATE_INVALID", "service_date", "01/02/2025"),
        (10, "QUANTITY_INVALID", "quantity", "x"),
        (11, "PERSON_UNKNOWN", "person_id", "Ｐ99"),
        (11, "RECORD_ID_CONFLICT", "record_id", "r1"),
        (12, "ROW_SHAPE", "", ""),
    ]
    assert [(row["row"], row["code"], row["sheet"], row["人员编号"]) for row in rows] == [
        ("4", "RECORD_ID_CONFLICT", "门诊", "P01"),
        ("9", "ID_UNKNOWN", "门诊", "1.5E+15"),
        ("10", "DATE_INVALID", "门诊", "P01"),
        ("11", "PERSON_UNKNOWN", "门诊", "Ｐ99"),
        ("12", "ROW_SHAPE", "门诊", ""),
    ]
    assert rows[2]["备注"] == "看 "
    assert "本行字段数为 2，标题行为 7 列" in rows[4]["reason_zh"]
    assert "六月.xlsx [门诊] 11" in rows[0]["reason_zh"]


def test_a_small_table_is_read_from_its_spool(tmp_path: Path) -> None:
    rows = {5: ("C01", "院"), 8: ("C02", "1E+15")}
    stood = {"名称": {8: "1.0E+15"}}
    spool = a_spool(
        tmp_path / "1.parquet",
        ("institution_id", "名称"),
        rows,
        raw=stood,
        faults={8: "ID_UNKNOWN:name"},
        header_row=4,
    )
    findings = Findings()
    table = read_table(spool, TABLES["institutions"], findings)
    assert table.columns == {"institution_id": ["C01", "C02"], "name": ["院", "1E+15"]}
    assert [row.place for row in table] == [
        Place("六月.xlsx", "门诊", 5),
        Place("六月.xlsx", "门诊", 8),
    ]
    assert [(one.code, one.place, one.value) for one in findings.problems] == [
        ("ID_UNKNOWN", Place("六月.xlsx", "门诊", 8, "name"), "1.0E+15")
    ]
    assert "名称" in findings.problems[0].text("zh")


def test_a_heading_written_otherwise_is_ours(tmp_path: Path) -> None:
    case = case_with(tmp_path, {"records.csv": None})
    path = case / "records.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("六月")
        sheet.write_row(0, 0, ["机构 编号", "人员编号", "项目编码", "服务日期", "数　量"])
        sheet.write_row(1, 0, GOOD)
    loaded = load_case(case)
    source = Source(loaded.folder, loaded.records)
    assert not source.problems
    assert source.names(0)["数量"] == "quantity"
    # People look for it under the heading that their file has.
    assert source.written(0)["quantity"] == "数　量"
    assert source.titles[0] == "机构 编号"
