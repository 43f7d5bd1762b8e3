"""Texts in workbooks never begin like a formula; numbers stay numbers; CSV stays as it is.

Catches: a person's name that a spreadsheet runs once the sheet is saved as CSV, a negative amount
that became a text, a control character that makes Excel call the file damaged, a text that is left
out because a cell cannot hold it.
"""

import csv
import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from equivalents.report.book import Book, SheetColumn
from equivalents.report.neutral import LONGEST_CELL, fits_excel, is_risky, legible, neutral
from equivalents.run import settle_case
from tests.bad.case import GOOD, case_with, run

ROOT = Path(__file__).resolve().parents[2]
ATTACK = "=cmd|' /C calc'!A0"
RISKY = (
    "=1+1",
    "+8613800000000",
    "-李",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\x01=1",
    "＝1",
    "-5.00",
)


@pytest.mark.parametrize("text", RISKY)
def test_what_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert is_risky(text)
    assert neutral(text) == "'" + text.replace("\x01", "\ufffd")


@pytest.mark.parametrize("text", ["", "李二", "P1-2", "a=b", "1+1", "5.00", "'=1", " =1", "（=1）"])
def test_other_texts_stay(text: str) -> None:
    assert not is_risky(text)
    assert neutral(text) == text


@given(st.text())
def test_nothing_else_changes(text: str) -> None:
    assert neutral(text) == "'" * is_risky(text) + legible(text)
    assert not is_risky(neutral(text))
    assert len(legible(text)) == len(text)
    assert all(a in (b, "\ufffd") for a, b in zip(legible(text), text, strict=True))


@pytest.mark.parametrize("letter", ["a", "当", "𠮷"])
def test_a_text_longer_than_a_cell_is_cut_between_characters(letter: str) -> None:
    text = letter * LONGEST_CELL
    kept = legible(text)
    units = len(kept.encode("utf-16-le")) // 2
    assert (kept == text) == (letter != "𠮷")
    assert LONGEST_CELL - 1 <= units <= LONGEST_CELL
    assert legible(text + "b").endswith("…")


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("-5.00", True), ("0", True), ("123456789012345", True), ("1234567890123456", False),
        ("-0.123456789012345", True), ("1e5", False), ("", False), ("-", False), ("１", False),
        ("12345678901234500", True), ("=1", False), ("1.", False),
    ],
)  # fmt: skip
def test_numbers_that_excel_keeps(text: str, fits: bool) -> None:
    assert fits_excel(text) is fits


def test_a_book_neutralises_texts_and_no_numbers(tmp_path: Path) -> None:
    book = Book(tmp_path / "a.xlsx")
    columns = [SheetColumn("=名称", 10), SheetColumn("金额", 10, "#,##0.00", True)]
    rows = [[ATTACK, "-5.00"], ["-李", "-1234567890123456.78"], ["\x02", "-200/3"], ["好", "+1"]]
    book.sheet("表", "@note", columns, rows[:2])
    book.blocks("块", "=note", columns[:1], [("-甲", [row[:1] for row in rows])])
    book.sheet("数", "", [columns[0], SheetColumn("数", 10, "0.00")], rows[2:])
    book.close()
    read = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = read["表"]
    assert [sheet["A4"].value, sheet["B4"].value] == ["'" + ATTACK, -5]
    assert sheet["B4"].data_type == "n"
    assert [sheet["A5"].value, sheet["B5"].value] == ["'-李", "-1234567890123456.78"]
    assert [sheet["A2"].value, sheet["A3"].value] == ["'@note", "'=名称"]
    assert sheet["B6"].value.startswith("=SUBTOTAL("), "our own sums are formulas"
    assert [read["块"][f"A{at}"].value for at in (2, 4, 5)] == ["'=note", "'-甲", "'" + ATTACK]
    assert [cell.value for row in read["数"]["A4:B5"] for cell in row] == [
        "'\ufffd", "-200/3", "好", "'+1",
    ]  # fmt: skip


def _texts(path: Path) -> list[str]:
    """Every text of a workbook that is not the formula of a sum."""
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    return [unescape(cell.value) for cell in cells if cell.data_type in "s" and cell.value]


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """The example with a title, names, a pool and rejected values that begin like formulas."""
    case = shutil.copytree(ROOT / "docs" / "example", tmp_path / "case")
    for name, old, new in (
        ("case.yaml", "title: 示例", "title: =1+示例"),
        ("staff.csv", "陈一", ATTACK),
        ("staff.csv", "李二", "-李二"),
        ("pools.csv", "incentive", "@incentive"),
        ("weights.csv", "普通门诊", "+普通门诊"),
        ("records.csv", "JK10", "=JK10"),
        ("records.csv", "2025-05-21", "\t2025-05-41"),
    ):
        path = case / name
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    return case


def test_a_settled_case_runs_nothing(hostile: Path, tmp_path: Path) -> None:
    settle_case(hostile, tmp_path / "out", stop_on_reject=False)
    found = _texts(tmp_path / "out" / "settlement.xlsx")
    assert not [text for text in found if is_risky(text)]
    for text in (ATTACK, "-李二", "@incentive", "+普通门诊", "=JK10"):
        assert f"'{text}" in found
    assert any(text.startswith("'=1+示例") for text in found)


def test_files_for_programs_are_as_they_were(hostile: Path, tmp_path: Path) -> None:
    settle_case(hostile, tmp_path / "out", stop_on_reject=False)
    with (tmp_path / "out" / "rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        rejected = list(csv.DictReader(file))
    assert {row["value"] for row in rejected} >= {"=JK10", "\t2025-05-41"}
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert summary["title"].startswith("=1+示例")
    with (tmp_path / "out" / "payouts.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["pool"] for row in csv.DictReader(file)} == {"@incentive"}


def test_a_terminal_is_never_commanded_by_a_cell(tmp_path: Path) -> None:
    hostile = "\x1b]0;P\x07P0\u202e9\x9b2J"
    records = f"{GOOD['records.csv']}I01,{hostile},MZ01,2025-06-02,1\n"
    yaml = "period: 2025-06\ntitle: '[red]甲:star:'\n"
    case = case_with(tmp_path, {"records.csv": records, "case.yaml": yaml})
    shown = run("check", case)
    assert "CELL_CONTROL" in shown.stderr
    for letter in "\x1b\x07\u202e\x9b":
        assert letter not in shown.output + shown.stderr
    told = json.loads(run("check", case, "--json").stdout)["problems"]
    assert [one["value"] for one in told] == [hostile], "machine output is as it was"
    settled = run("settle", case, "-o", tmp_path / "out", "--on-reject", "quarantine")
    assert "[red]甲:star:" in settled.output
