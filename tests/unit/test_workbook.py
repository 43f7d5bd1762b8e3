"""settlement.xlsx has a place for every table of OUT, in Chinese, with sums that re-add.

Catches: a table that only its CSV tells, an exclusive end as the last day, a sum of other lines, a
withheld amount that a yearly limit lowered, a column too narrow for its texts.
"""

import csv
import re
import shutil
import unicodedata
import zipfile
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from equivalents.report import furtherrows
from equivalents.run import settle_case
from tests.against_reference import read_out
from tests.bad.case import Content, write_case
from tests.rules import folders

SHEET_OF = {
    "payouts": "人员明细", "pools": "机构汇总", "equivalents": "项目明细", "rejected": "退回记录",
    "spread": "分配差距", "allocations": "逐级分配", "adjusted": "系数明细", "leave": "请假",
    "contract_keys": "签约依据", "withheld": "考核扣留", "limited": "年度封顶",
    "carried_keys": "结转依据", "excluded": "不计记录", "funds": "资金流向", "problems": "提示",
    "opening_next": "下期期初", "dues": "资金计算", "ledger": "资金台账", "instalments": "分期拨付",
    "movements": "资金往来", "restricted": "限定用途结转", "accounts_next": "下期收支账",
    "paycap": "绩效工资总量", "share_tests": "比例核查",
    "pool_sources": "绩效池来源", "components": "构成项", "averages": "平均依据",
    "rooms": "村卫生室结算", "assessment": "考核结果",
}  # fmt: skip
"""The sheet in which a reader finds a table."""
ALWAYS = ("payouts", "pools", "equivalents", "rejected", "spread", "leave", "contract_keys")
WITH_LINES = (
    *ALWAYS, "withheld", "limited", "carried_keys", "excluded", "opening_next", "components",
    "assessment",
)  # fmt: skip
"""Those that need nothing but a line to have their sheet."""

FORMULA = re.compile(r"<c [^>]*><f>")

Sheet = tuple[list[str], list[list[Any]]]


def case_of(number: str) -> Path:
    return next(path for path in folders() if path.name.startswith(number)) / "case"


def sheets(out: Path) -> dict[str, Sheet]:
    """Headings and rows by sheet; sums are texts of formulas."""
    book = openpyxl.load_workbook(out / "settlement.xlsx")
    found = {}
    for sheet in book:
        heads, *rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
        found[sheet.title] = [str(head) for head in heads], rows
    book.close()
    return found


def lines(sheet: Sheet) -> list[dict[str, Any]]:
    """The rows of a sheet by heading, without the one of sums."""
    heads, rows = sheet
    return [dict(zip(heads, row, strict=True)) for row in rows if row[0] != "合计"]


@pytest.mark.parametrize("folder", folders(), ids=lambda path: path.name)
def test_every_table_with_a_line_has_its_sheet(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    settle_case(folder / "case", out, stop_on_reject=False)
    found = sheets(out)
    tables = {path.stem for path in out.glob("*.csv")}
    assert tables <= set(SHEET_OF), "a table that no sheet is named for"
    for table in tables & set(WITH_LINES):
        rows = read_out(out, table)
        if rows:
            # 项目明细 adds months up, so it may have fewer lines.
            count = len(lines(found[SHEET_OF[table]]))
            assert count == len(rows) or (table == "equivalents" and 0 < count <= len(rows)), table
    above = [row for row in read_out(out, "allocations") if row["level"] != "person"]
    assert len(above) == len(lines(found["逐级分配"]) if above else [])
    noted = [row for row in read_out(out, "problems") if row["severity"] != "error"]
    assert len(noted) == len(lines(found["提示"]) if noted else [])
    assert all(row["结果"] == "相符" for row in lines(found["核对"]))
    with_accounts = (folder / "case" / "accounts.csv").is_file()
    assert ("资金流向" in found) == (with_accounts or bool({"dues", "components"} & tables))


def test_days_are_inclusive_and_words_are_chinese(tmp_path: Path) -> None:
    settle_case(case_of("84"), tmp_path / "out")
    (leave,) = lines(sheets(tmp_path / "out")["请假"])
    assert (leave["姓名"], leave["请假类别"], leave["天数"]) == ("赵小兰", "产假", 15)
    assert (leave["开始日期"], leave["截止日期（含）"]) == ("2025-06-01", "2025-06-15")
    assert (leave["按谁的平均"], leave["平均的期间"]) == ("本人", "往期")
    assert Decimal(str(leave["计入的依据"])) == Decimal("73.7704918")


@pytest.mark.parametrize("number", ["120-", "127-", "130-"])
def test_the_ways_of_money_are_told_in_chinese(number: str, tmp_path: Path) -> None:
    # A carried cap that opens a pool, a split, a pool that a fund raises: only names stay as given.
    settle_case(case_of(number), tmp_path / "out")
    rows = lines(sheets(tmp_path / "out")["资金流向"])
    funds = {row["资金"] for row in rows} | {row["去向"] for row in rows if row["科目"] == "拆分"}
    told = {row[column] for row in rows for column in ("来源", "去向", "科目")} - funds
    with (case_of(number) / "accounts.csv").open(encoding="utf-8") as file:
        names = {row["line"] for row in csv.DictReader(file)}
    assert {text for text in told if text and str(text).isascii()} <= names


def test_a_key_brought_in_has_no_last_day(tmp_path: Path) -> None:
    settle_case(case_of("93"), tmp_path / "out")
    rows = lines(sheets(tmp_path / "out")["系数明细"])
    brought = [row for row in rows if not row["截止日期（含）"]]
    assert [(row["绩效池"], row["调整当量"]) for row in brought] == [("绩效", -0.375)]


def test_coefficients_of_one_need_no_sheet(tmp_path: Path) -> None:
    settle_case(case_of("87"), tmp_path / "out")
    assert "系数明细" not in sheets(tmp_path / "out")


def test_what_is_withheld_and_limited_adds_up_together(tmp_path: Path) -> None:
    # Scenario 54 with a yearly limit of 240.00: 20.00 for June. P01 has 300.03, P02 50.01 after
    # 200.02 x 0.25, P03 99.51 after 100.01 x 0.995.
    case, out = tmp_path / "case", tmp_path / "out"
    shutil.copytree(case_of("54"), case)
    with (case / "case.yaml").open("a", encoding="utf-8") as file:
        file.write("yearly_limits:\n  - {name: 年, pools: [六月绩效], cap: '240.00'}\n")
    settle_case(case, out)
    found = sheets(out)
    rows = {row["人员编号"]: row for row in lines(found["考核扣留"])}
    told = [(row["分得（元）"], row["扣后（元）"], row["扣留（元）"]) for row in rows.values()]
    assert told == [(200.02, 50.01, 150.01), (100.01, 99.51, 0.5)]
    limited = {row["人员编号"]: row for row in lines(found["年度封顶"])}
    assert limited["P02"]["封顶前（元）"] == rows["P02"]["扣后（元）"]
    assert [row["金额（元）"] for row in lines(found["人员明细"])] == [20, 20, 20]
    assert [row["考核扣留（元）"] for row in lines(found["人员明细"])] == [0, 150.01, 0.5]
    checks = {row["核对项"]: (row["左侧"], row["右侧"]) for row in lines(found["核对"])}
    assert checks["分给个人 - 考核扣留 - 年度封顶扣下 = 已分配（元）"] == (60, 60)


def test_contracts_add_up_to_those_of_the_table(tmp_path: Path) -> None:
    settle_case(case_of("88"), tmp_path / "out")
    checks = {row["核对项"]: row["左侧"] for row in lines(sheets(tmp_path / "out")["核对"])}
    with (case_of("88") / "contracts.csv").open(encoding="utf-8-sig", newline="") as file:
        active = [row for row in csv.DictReader(file) if not row.get("active_to")]
    assert active
    assert checks["签约依据合计 = 有效签约数"] == 11


def test_sums_are_of_the_lines_above_them(tmp_path: Path) -> None:
    settle_case(case_of("87"), tmp_path / "out")
    heads, rows = sheets(tmp_path / "out")["年度封顶"]
    last = len(rows) + 2
    sums = dict(zip(heads, rows[-1], strict=True))
    assert sums["扣下（元）"] == f"=SUBTOTAL(109,N4:N{last})"
    assert heads.index("扣下（元）") == ord("N") - ord("A")
    assert sums["本期上限（元）"] is None, "a cap of a person stands once a pool"


def test_a_sum_is_stored_as_a_number(tmp_path: Path) -> None:
    # Who shows a workbook without calculating shows what is stored: a text would not add up.
    settle_case(case_of("54"), tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "out" / "settlement.xlsx") as book:
        names = [name for name in book.namelist() if name.startswith("xl/worksheets/")]
        cells = [cell for name in names for cell in FORMULA.findall(book.read(name).decode())]
    assert cells
    assert not [cell for cell in cells if 't="str"' in cell]


@pytest.mark.parametrize("number", ["54", "63", "87"])
def test_everybody_has_one_row_with_what_is_to_be_paid(number: str, tmp_path: Path) -> None:
    settle_case(case_of(number), tmp_path / "out")
    rows = lines(sheets(tmp_path / "out")["人员合计"])
    wanted: dict[str, Decimal] = defaultdict(Decimal)
    for row in read_out(tmp_path / "out", "payouts"):
        wanted[row["person_id"]] += Decimal(row["amount"])
    assert [row["人员编号"] for row in rows] == sorted(wanted)
    for row in rows:
        parts = [Decimal(str(value)) for name, value in row.items() if name.endswith("（元）")]
        assert parts[-1] == wanted[row["人员编号"]] == sum(parts[:-1])


@pytest.mark.parametrize("number", ["35", "54", "66", "84", "87", "88", "93"])
def test_no_heading_or_text_is_cut(number: str, tmp_path: Path) -> None:
    # Headings wrap, so half their width is enough; a code or name must fit.
    settle_case(case_of(number), tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "settlement.xlsx")
    for sheet in book:
        widths: dict[int, float] = {}
        for name, column in sheet.column_dimensions.items():
            first, end = column.min or 0, column.max or 0
            widths |= dict.fromkeys(range(first, end + 1), column.width or 0)
            assert name
        for row in sheet.iter_rows(min_row=3):
            for cell in row:
                text = str(cell.value or "")
                if cell.row == 3 or text.startswith("="):
                    continue
                wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
                assert wide <= widths[cell.column], (sheet.title, cell.coordinate, text)


def test_how_money_is_computed_is_said_in_words(tmp_path: Path) -> None:
    settle_case(case_of("97"), tmp_path / "out")
    said = [row["计算项"] for row in lines(sheets(tmp_path / "out")["资金计算"])]
    assert said[:4] == ["当量", "减：收入：挂号收入", "经常性支出", "减：经常性收入"]


@pytest.mark.rules("C2")
def test_many_results_are_told_by_their_scores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sheet with more lines than anybody reads leaves the indicators to the table."""
    case = next(path / "case" for path in folders() if (path / "case/assessments.csv").is_file())
    settle_case(case, tmp_path / "whole")
    rows = read_out(tmp_path / "whole", "assessment")
    assert len(lines(sheets(tmp_path / "whole")["考核结果"])) == len(rows)
    monkeypatch.setattr(furtherrows, "ROWS_SHOWN", len(rows) - 1)
    settle_case(case, tmp_path / "short")
    shown = lines(sheets(tmp_path / "short")["考核结果"])
    assert len(shown) == sum(not row["indicator"] for row in rows) < len(rows)
    assert all(row["系数"] is not None for row in shown)
    assert read_out(tmp_path / "short", "assessment") == rows


@pytest.mark.rules("C2", "D4")
def test_sheets_say_titles_of_composites_indicators_and_components(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "case.yaml": "period: 2025-06\nreference: 示例\ncoefficients: {k: {applies_to: key}}\n"
        "sharing: {绩效: {levels: [{to: department}, {to: person}]}}\n"
        "components: {b: {kind: bonus, title: 单项奖}}\n"
        "assessment:\n  indicators: {i: {title: 服务质量}, j: {}}\n"
        "  composites:\n    k: {title: 村室考核, level: village_room, period: month, "
        'weights: {i: "50", j: "50"}}\n',
        "departments.csv": "department_id,institution_id,kind\nV1,I01,村卫生室\n",
        "staff.csv": "person_id,institution_id,department_id\nP01,I01,V1\nP02,I01,V1\nP03,I02,\n",
        "assessments.csv": "level,subject_id,indicator,score\n"
        "village_room,V1,i,80\nvillage_room,V1,j,80\n",
        "bonuses.csv": "institution_id,person_id,component,amount\nI01,P01,b,1.00\n",
    }
    settle_case(write_case(tmp_path / "case", files), tmp_path / "out")
    found = sheets(tmp_path / "out")
    scores = lines(found["考核结果"])
    assert {row["综合考核"] for row in scores} == {"村室考核（k）"}
    assert {row["考核指标"] for row in scores} == {"服务质量（i）", "j", "总分"}
    book = openpyxl.load_workbook(tmp_path / "out" / "settlement.xlsx")
    told = [cell for row in book["村卫生室结算"].iter_rows(values_only=True) for cell in row]
    assert told.count("村室考核（k）") == told.count("单项奖（b）") == 1
    assert {row["composite"] for row in read_out(tmp_path / "out", "assessment")} == {"k"}
