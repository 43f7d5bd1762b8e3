"""Workbooks read back: exact numbers, ids as texts, page breaks, totals of pages, words at the end.

Catches: a rounded amount, an id that became a number, a formula out of a name, a page that does not
add up, a break in the wrong place, a sheet that prints without its headings.
"""

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from equivalents.payroll import (
    PayLines,
    amount_in_words,
    approval_form,
    signing_form,
    write_lines,
)
from equivalents.payroll.printed import sheet_name
from tests.payroll.made import lines_of, paid


def _rows(sheet: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in sheet.iter_rows(values_only=True)]


def test_the_workbook_of_lines_has_the_lines(lines: PayLines, tmp_path: Path) -> None:
    control = write_lines(lines, "xlsx", tmp_path / "lines.xlsx")
    of_csv = write_lines(lines, "csv", io.BytesIO())
    assert (control.sha256, control.covers) == (of_csv.sha256, "lines")
    book = openpyxl.load_workbook(tmp_path / "lines.xlsx")
    head, *rows = _rows(book["明细"])
    first = dict(zip(head, rows[0], strict=True))
    assert first["人员编号"] == "P01"
    assert (first["应发（元）"], first["单价（元）"], first["当量"]) == (3.33, 0.333, 10)
    assert [row[head.index("类别")] for row in rows[:2]] == ["绩效池", "补发扣回"]
    assert sum(row[head.index("应发（元）")] for row in rows) == pytest.approx(140)
    cell = book["明细"].cell(2, head.index("应发（元）") + 1)
    assert cell.number_format == "#,##0.00"
    told = dict(_rows(book["核对"]))
    assert (told["人数"], told["行数"], told["金额合计（元）"]) == ("3", "8", "140.00")
    assert told["各行散列 sha256"] == control.sha256
    assert told["核算编号"] == lines.run_id


def test_totals_have_a_column_for_each_pool(lines: PayLines, tmp_path: Path) -> None:
    write_lines(lines, "xlsx", tmp_path / "totals.xlsx", level="summary")
    head, *rows = _rows(openpyxl.load_workbook(tmp_path / "totals.xlsx")["合计"])
    assert head[-2:] == ("签约（元）", "绩效（元）")
    assert rows[1][-2:] == (6.67, 66.67)
    assert rows[3][-2] is None


def test_no_text_becomes_a_formula_and_no_id_a_number(tmp_path: Path) -> None:
    lines = lines_of(paid("01", "007", 100), names={"007": "=1+1"})
    write_lines(lines, "xlsx", tmp_path / "a.xlsx")
    head, row = _rows(openpyxl.load_workbook(tmp_path / "a.xlsx")["明细"])
    told = dict(zip(head, row, strict=True))
    assert (told["机构编号"], told["人员编号"], told["姓名"]) == ("01", "007", "'=1+1")
    signing_form(lines, tmp_path / "s.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "s.xlsx").worksheets[0]
    assert (sheet["B4"].value, sheet["C4"].value) == ("007", "'=1+1")
    # Files for programs say what is so; whoever opens them in a spreadsheet is told in the guide.
    file = io.BytesIO()
    write_lines(lines, "csv", file)
    assert "=1+1" in file.getvalue().decode("utf-8-sig")


def test_an_amount_that_excel_cannot_hold_stays_exact(tmp_path: Path) -> None:
    fen = 123_456_789_012_345_67
    write_lines(lines_of(paid("J1", "P1", fen)), "xlsx", tmp_path / "a.xlsx")
    head, row = _rows(openpyxl.load_workbook(tmp_path / "a.xlsx")["明细"])
    assert row[head.index("应发（元）")] == "123456789012345.67"


def test_the_longest_numbers_are_seen_whole(tmp_path: Path) -> None:
    """Of a number that is wider than its column a spreadsheet shows signs and not the number."""
    amount, most = 12_345_678_90, "12345678.9012345"
    line = paid("J1", "P1", amount)._replace(equivalents=most, key=most)
    write_lines(lines_of(line), "xlsx", tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["明细"]
    for at, heading in enumerate(_rows(sheet)[0], 1):
        letter = openpyxl.utils.get_column_letter(at)
        shown = {"当量": f"{Decimal(most):,}", "分配依据": f"{Decimal(most):,}",
                 "应发（元）": f"{Decimal(amount) / 100:,.2f}"}.get(heading, "")  # fmt: skip
        assert len(shown) < _width(sheet, letter), heading


def _width(sheet: Any, letter: str) -> float:
    """The width of a column, which may be told of several at once."""
    at = openpyxl.utils.column_index_from_string(letter)
    (found,) = [one.width for one in sheet.column_dimensions.values() if one.min <= at <= one.max]
    return float(found)


# -- the signing sheet ----------------------------------------------------------------------------


def _signing(tmp_path: Path, people: int, rows_a_page: int) -> Any:
    rows = [paid("J1", f"P{at:03d}", 1000 + at) for at in range(people)]
    signing_form(lines_of(*rows), tmp_path / "s.xlsx", rows_a_page=rows_a_page)
    return openpyxl.load_workbook(tmp_path / "s.xlsx").worksheets[0]


def test_each_page_has_its_total_and_the_total_so_far(tmp_path: Path) -> None:
    sheet = _signing(tmp_path, people=7, rows_a_page=3)
    rows = _rows(sheet)
    assert rows[0][0] == "绩效工资发放签字表"
    assert rows[1][0] == "J1卫生院（J1）　期间 2025-07　单位：元"
    assert rows[2] == ("序号", "人员编号", "姓名", "岗位", "应发（元）", "签字")
    assert [(row[0], row[4]) for row in rows[3:]] == [
        (1, 10.00),
        (2, 10.01),
        (3, 10.02),
        ("本页小计　3 人", 30.03),
        ("累计　3 人", 30.03),
        (4, 10.03),
        (5, 10.04),
        (6, 10.05),
        ("本页小计　3 人", 30.12),
        ("累计　6 人", 60.15),
        (7, 10.06),
        ("本页小计　1 人", 10.06),
        ("累计　7 人", 70.21),
        ("合计　7 人", 70.21),
        (f"合计金额（大写）：{amount_in_words(7021)}", None),
    ]


@pytest.mark.parametrize(
    ("people", "rows_a_page", "breaks"),
    [
        (1, 25, []),
        (25, 25, []),  # a full page needs no other one behind it
        (26, 25, [30]),
        (7, 3, [8, 13]),
        (6, 3, [8]),
    ],
)
def test_pages_break_behind_the_total_so_far(
    people: int, rows_a_page: int, breaks: list[int], tmp_path: Path
) -> None:
    sheet = _signing(tmp_path, people, rows_a_page)
    assert [one.id for one in sheet.row_breaks.brk] == breaks
    for row in breaks:
        assert str(sheet.cell(row, 1).value).startswith("累计")


def test_the_sheet_is_set_up_for_the_printer(tmp_path: Path) -> None:
    sheet = _signing(tmp_path, people=30, rows_a_page=25)
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.orientation == "portrait"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToWidth in (None, 1), "one page wide, which is what absence means"
    assert sheet.page_setup.fitToHeight == 0, "as many pages as it takes"
    assert sheet.print_title_rows == "$1:$3"
    assert sheet.oddFooter.right.text == "第 &P 页 共 &N 页"
    assert sheet.oddFooter.left.text == "核算编号 run"
    widths = [sheet.column_dimensions[letter].width for letter in "ABCDEF"]
    assert sum(widths) * 7 / 96 < 8.27 - 1, "inches at about 7 pixels a character"


def test_each_institution_signs_on_a_sheet_of_its_own(lines: PayLines, tmp_path: Path) -> None:
    control = signing_form(lines, tmp_path / "s.xlsx")
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    assert book.sheetnames == ["001 I01 青溪镇卫生院", "002 I02 石桥镇卫生院"]
    totals = [sheet.cell(sheet.max_row - 1, 5).value for sheet in book]
    assert totals == [110, 30]
    assert (control.people, control.lines, control.amount_fen) == (3, 4, 14000)
    words = book.worksheets[0].cell(book.worksheets[0].max_row, 1).value
    assert words == "合计金额（大写）：人民币壹佰壹拾元整"


def test_names_of_sheets_are_legal_and_differ() -> None:
    assert sheet_name(1, "a/b", "[x]:y*?\\'") == "001 ab xy"
    assert len(sheet_name(12, "J" * 40, "x")) == 31
    assert sheet_name(1, "J" * 40) != sheet_name(2, "J" * 40)


@pytest.mark.parametrize("rows_a_page", [1, 25, 30, 40])
def test_a_full_last_page_fits_a4_and_can_be_read(rows_a_page: int, tmp_path: Path) -> None:
    sheet = _signing(tmp_path, people=rows_a_page, rows_a_page=rows_a_page)
    usual = sheet.sheet_format.defaultRowHeight
    heights = [sheet.row_dimensions[row].height or usual for row in range(1, sheet.max_row + 1)]
    assert sum(heights) < 842 - (0.6 + 0.8) * 72, "points of A4 less its margins"
    assert min(heights) >= 14, "a name of 11 points, and room to sign"


@pytest.mark.parametrize("rows_a_page", [0, 41])
def test_a_page_has_a_sensible_number_of_rows(
    rows_a_page: int, lines: PayLines, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="one row"):
        signing_form(lines, tmp_path / "s.xlsx", rows_a_page=rows_a_page)


# -- the approval sheet ---------------------------------------------------------------------------


def test_the_approval_sheet_adds_up_for_the_community(lines: PayLines, tmp_path: Path) -> None:
    approval_form(lines, tmp_path / "a.xlsx")
    rows = _rows(openpyxl.load_workbook(tmp_path / "a.xlsx")["共同体"])
    assert rows[0][0] == "绩效工资发放审批表"
    assert rows[1][0] == "青石县共同体　期间 2025-07　税款所属期 2025-07　单位：元"
    assert rows[2:10] == [
        ("序号", "绩效池或构成项", "类别", "人数", "金额（元）"),
        ("1", "签约", "绩效池", 2, 10),
        ("2", "绩效", "绩效池", 3, 130),
        ("3", "2025-06 期间更正", "扣回", 1, -4.55),
        ("4", "2025-06 期间更正", "补发", 1, 4.55),
        (None, "合计", None, 3, 140),
        ("金额（大写）：人民币壹佰肆拾元整", None, None, None, None),
        (None, None, None, None, None),
    ]
    assert rows[11:13] == [
        ("1", "青溪镇卫生院", "I01", 2, 110),
        ("2", "石桥镇卫生院", "I02", 2, 30),
    ]
    signed = " ".join(str(cell) for row in rows[13:] for cell in row if cell)
    assert all(word in signed for word in ("制表", "审核", "单位负责人", "审批"))
    assert signed.count("日期") == 4


def test_a_long_list_of_institutions_has_its_headings_on_every_page(tmp_path: Path) -> None:
    lines = lines_of(*(paid(f"J{at:02d}", "P1", 100) for at in range(60)))
    approval_form(lines, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["共同体"]
    first, last = (int(one.strip("$")) for one in sheet.print_title_rows.split(":"))
    assert first == last
    assert _rows(sheet)[first - 1] == ("序号", "机构", "编号", "人数", "金额（元）")


def test_each_institution_approves_on_a_page(lines: PayLines, tmp_path: Path) -> None:
    approval_form(lines, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["各机构"]
    starts = [
        row
        for row in range(1, sheet.max_row + 1)
        if sheet.cell(row, 1).value == "绩效工资发放审批表"
    ]
    assert [one.id + 1 for one in sheet.row_breaks.brk] == starts[1:]
    assert sheet.cell(starts[1] + 1, 1).value.startswith("石桥镇卫生院（I02）")
    assert sheet.page_setup.paperSize == 9
    assert sheet.oddFooter.right.text == "第 &P 页 共 &N 页"
