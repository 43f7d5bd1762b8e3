"""``check --mark``: the marked copy, read back by another program and sent again.

Catches: a wrong cell that is not marked or a good one that is, a row at another number, a link to
another cell, a count that is only that of the list, a value that changed on the way, a text that a
spreadsheet would run, a copy that is not read again, rows that are lost in silence.
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from equivalents import marking, run
from equivalents.cli import app
from equivalents.errors import Problem
from equivalents.intake.casefolder import open_folder
from equivalents.intake.pages import Page
from equivalents.marking import check_marked
from equivalents.reasons import REASONS
from equivalents.report.marking import copy, listsheet, marks
from equivalents.report.marking.marks import Rows
from equivalents.report.marking.names import sheet_names
from equivalents.report.marking.sentences import told
from equivalents.report.neutral import is_risky
from equivalents.report.template.filling import filling_of
from equivalents.report.template.writing import ordered, write_template
from equivalents.run import settle_case

RED, YELLOW = "FFFFC7CE", "FFFFEB9C"
TABLES = {
    "case.yaml": "period: 2025-06\n",
    "institutions.csv": "institution_id,name\nC01,甲\nC02,乙\n",
    "staff.csv": "person_id,institution_id,name\nP1,C01,=cmd|' /C calc'!A0\n0002,C01,-李\n",
    "weights.csv": "item_code,weight,valid_from,quantity_max\nA,1.2500,2025-01-01,50\n",
    "records.csv": "\ufeffperson_id,institution_id,item_code,service_date,quantity,备注\n"
    "P1,C01,A,2025-06-03,2.50,+好\n"
    "P1,C01,B,2025-06-04,1,\n"
    ",,,,,\n"
    "0002,C09,A,2025-06-05,-5.00,\n"
    "P1,C01\n"
    "0002,C01,A,2025-06-30,60,\n",
    "pools.csv": "institution_id,pool,amount\nC01,奖,100.10\n",
}


def case_of(folder: Path, **changed: str) -> Path:
    folder.mkdir(parents=True)
    for name, text in (TABLES | {f"{key}.csv": text for key, text in changed.items()}).items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("marked")
    check_marked(case_of(folder / "case"), folder / "copy.xlsx")
    return openpyxl.load_workbook(folder / "copy.xlsx")


def colours(sheet: Any) -> dict[str, str]:
    cells = [cell for row in sheet.iter_rows() for cell in row]
    return {c.coordinate: c.fill.fgColor.rgb for c in cells if c.fill.fgColor.rgb in (RED, YELLOW)}


def listed(book: Any) -> list[dict[str, Any]]:
    sheet = book["问题清单"]
    heads = [cell.value for cell in sheet[5]]
    return [
        dict(zip(heads, [cell.value for cell in row], strict=True))
        for row in sheet.iter_rows(min_row=6)
    ]


# -- the copy of a folder --------------------------------------------------------------------------


def test_wrong_cells_are_coloured_and_commented(marked: Any) -> None:
    sheet = marked["records.csv"]
    wrong = {"C3": RED, "B5": RED, "E5": RED, "A6": RED}
    assert colours(sheet) == {"F1": YELLOW, **wrong, "E7": YELLOW}
    assert "COLUMN_UNKNOWN" in sheet["F1"].comment.text
    assert sheet["C3"].comment.text.startswith("ITEM_UNKNOWN：")
    assert "请更正编码" in sheet["C3"].comment.text
    for name in ("institutions.csv", "weights.csv", "pools.csv"):
        assert colours(marked[name]) == {}


def test_rows_stand_at_their_numbers_with_their_values(marked: Any) -> None:
    rows = [[cell.value for cell in row] for row in marked["records.csv"].iter_rows()]
    assert rows[0] == [
        "person_id",
        "institution_id",
        "item_code",
        "service_date",
        "quantity",
        "备注",
    ]
    assert rows[1] == ["P1", "C01", "A", "2025-06-03", 2.5, "+好"]
    assert rows[3] == [None] * 6, "a blank row stays one"
    assert rows[4][:5] == ["0002", "C09", "A", "2025-06-05", -5]
    assert rows[5][:2] == ["P1,C01", None], "a row of another shape is its line"
    sheet = marked["records.csv"]
    assert sheet["E2"].number_format == "0.00", "shown as it was written"
    assert (sheet["A2"].number_format, sheet["A5"].data_type) == ("@", "s")


def test_the_list_has_every_problem_with_a_link(marked: Any) -> None:
    rows = listed(marked)
    assert [row["代码"] for row in rows].count("ITEM_UNKNOWN") == 1
    links = {
        cell.value: cell.hyperlink.location
        for row in marked["问题清单"].iter_rows(min_row=6, max_col=1)
        for cell in row
        if cell.hyperlink
    }
    for row in rows:
        if row["定位"] is None:
            continue
        sheet, cell = re.fullmatch(r"'(.*)'!([A-Z]+\d+)", links[row["定位"]]).groups()  # type: ignore[union-attr]
        assert cell in colours(marked[sheet])
        if row["列"] and row["值"] and row["代码"] == "ITEM_UNKNOWN":
            assert marked[sheet][cell].value == row["值"] == "B"
        assert int(re.sub(r"\D", "", cell)) == row["行"]
    counts = marked["问题清单"]["A2"].value
    assert counts.startswith(f"共 {len(rows):,} 个问题")
    assert all(row["原因"] and row["怎么办"] for row in rows)


def test_texts_are_kept_in_copies_and_neutral_in_the_list(marked: Any) -> None:
    staff = marked["staff.csv"]
    assert staff["C2"].value == "=cmd|' /C calc'!A0"
    assert (staff["C2"].data_type, staff["C2"].quotePrefix) == ("s", True)
    assert not staff["A2"].quotePrefix
    assert marked["records.csv"]["F2"].quotePrefix
    values = [cell for row in marked["问题清单"].iter_rows() for cell in row]
    assert not [c.value for c in values if isinstance(c.value, str) and is_risky(c.value)]
    assert any(row["值"] == "'-5.00" for row in listed(marked))


def test_files_and_schemes_with_a_fault_stand_there_too(tmp_path: Path) -> None:
    case = case_of(tmp_path / "case")
    (case / "case.yaml").write_text("period: 2025-06\n\nscheme: x.yaml\ntimes: oft\n", "utf-8")
    (case / "x.yaml").write_text("title: x\nfundz: {}\n", "utf-8")
    args = ["check", str(case), "--mark", str(tmp_path / "copy.xlsx")]
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 1
    book = openpyxl.load_workbook(tmp_path / "copy.xlsx")
    assert colours(book["case.yaml"]) == {"A4": RED}
    assert book["case.yaml"]["A3"].value == "scheme: x.yaml"
    assert "A2" in colours(book["x.yaml"])


def test_a_table_that_cannot_be_used_is_marked_at_its_headings(tmp_path: Path) -> None:
    case = case_of(tmp_path / "case", pools="institution_id,pool,amont\nC01,奖,1\n")
    result = CliRunner().invoke(app, ["check", str(case), "--mark", str(tmp_path / "copy.xlsx")])
    assert result.exit_code == 1
    book = openpyxl.load_workbook(tmp_path / "copy.xlsx")
    assert colours(book["pools.csv"]) == {"A1": RED, "C1": YELLOW}
    assert "COLUMN_MISSING" in book["pools.csv"]["A1"].comment.text


def test_records_of_a_parquet_file_stand_one_row_lower(tmp_path: Path) -> None:
    case = case_of(tmp_path / "case")
    (case / "records.csv").unlink()
    columns = {
        "person_id": ["P1", "P1"], "institution_id": ["C01", "C01"], "item_code": ["A", "B"],
        "service_date": ["2025-06-03", "2025-06-03"], "quantity": ["1", "1"],
    }  # fmt: skip
    pq.write_table(pa.table(columns), case / "records.parquet")
    check_marked(case, tmp_path / "copy.xlsx")
    book = openpyxl.load_workbook(tmp_path / "copy.xlsx")
    assert book["records.parquet"]["C1"].value == "item_code"
    assert colours(book["records.parquet"]) == {"C3": RED}
    (row,) = [row for row in listed(book) if row["代码"] == "ITEM_UNKNOWN"]
    assert (row["行"], row["定位"]) == (2, "records.parquet!C3")


def test_an_existing_file_is_left_alone(tmp_path: Path) -> None:
    case = case_of(tmp_path / "case")
    (tmp_path / "copy.xlsx").write_text("corrected", "utf-8")
    result = CliRunner().invoke(app, ["check", str(case), "--mark", str(tmp_path / "copy.xlsx")])
    assert result.exit_code == 1
    assert "FILE_EXISTS" in result.stderr
    assert (tmp_path / "copy.xlsx").read_text("utf-8") == "corrected"


def test_a_wrong_earlier_result_is_told_before_anything_is_read_or_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, copied = case_of(tmp_path / "case"), tmp_path / "new" / "copy.xlsx"
    opened: list[Path] = []
    monkeypatch.setattr(marking, "open_folder", opened.append)
    monkeypatch.setattr(run, "open_folder", opened.append)
    for more in (["--mark", str(copied)], []):
        args = ["check", str(case), *more, "--previous", str(tmp_path / "no"), "--json"]
        result = CliRunner().invoke(app, args)
        assert result.exit_code == 1
        codes = [one["code"] for one in json.loads(result.stdout)["problems"]]
        assert codes == ["OUT_MISSING"], "nothing but the folder"
    assert opened == []
    assert not copied.parent.exists()


# -- larger than a sheet ---------------------------------------------------------------------------


def test_the_count_is_true_where_the_list_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (copy, listsheet):
        monkeypatch.setattr(module, "LISTED", 2)
    checked = check_marked(case_of(tmp_path / "case"), tmp_path / "copy.xlsx")
    book = openpyxl.load_workbook(tmp_path / "copy.xlsx")
    assert len(listed(book)) == 2
    assert checked.total > 2
    assert book["问题清单"]["A2"].value.startswith(f"共 {checked.total} 个问题")
    assert "前 2 个" in book["问题清单"]["A2"].value
    assert len(colours(book["records.csv"])) == 6, "cells are marked all the same"


def test_rows_at_fault_stand_there_where_a_sheet_is_too_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (copy, marks):
        monkeypatch.setattr(module, "LAST_ROW", 4)
    monkeypatch.setattr(copy, "_MAY_BE_LONG", 0)
    rows = ["P1,C01,A,2025-06-03,1", "P1,C01,A,2025-06-04,1", "P1,C01,A,2025-06-05,1"]
    rows += ["P1,C01,A,2025-06-06,1", "P1,C01,B,2025-06-07,1", "P1,C01,A,2025-06-08,1"]
    records = "\n".join(["person_id,institution_id,item_code,service_date,quantity", *rows, ""])
    check_marked(case_of(tmp_path / "case", records=records), tmp_path / "copy.xlsx")
    book = openpyxl.load_workbook(tmp_path / "copy.xlsx")
    sheet = book["records.csv"]
    assert [sheet.cell(at, 4).value for at in (2, 3, 4)] == [
        "2025-06-03",
        "2025-06-04",
        "2025-06-07",
    ]
    assert sheet.max_row == 4
    assert colours(sheet) == {"C4": RED}
    assert sheet["A1"].value == "（不完整）person_id", "read as no table of ours"
    (row,) = [row for row in listed(book) if row["代码"] == "ITEM_UNKNOWN"]
    assert (row["行"], row["定位"]) == (6, "records.csv!C4")


def test_of_a_large_case_only_files_with_problems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy, "_SMALL", 10)
    check_marked(case_of(tmp_path / "case"), tmp_path / "copy.xlsx")
    book = openpyxl.load_workbook(tmp_path / "copy.xlsx")
    assert book.sheetnames == ["问题清单", "records.csv"]
    assert "没有列入" in book["问题清单"]["A3"].value


@given(st.sets(st.integers(2, 40), max_size=20), st.integers(3, 30), st.sampled_from([0, 1]))
def test_rows_of_a_page_find_their_place(rows: set[int], most: int, offset: int) -> None:
    marked = np.array(sorted(rows), np.int64)
    found = Rows.of(Page("a.csv", header_row=1, offset=offset), marked, most)
    at = [found.find(row) for row in range(2, 60)]
    there = [place for place in at if place]
    assert there == sorted(set(there)), "ascending, each once"
    assert all(place <= most for place in there)
    if not rows or max(rows) + offset <= most:
        assert at == [row + offset if row + offset <= most else 0 for row in range(2, 60)]
    if len(rows) < most - 1:
        assert all(found.find(row) for row in rows), "rows at fault are always among them"


# -- small parts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", list(REASONS))
def test_a_reason_is_parted_and_nothing_lost(code: str) -> None:
    reason, remedy = told(Problem(code, value="值"))
    whole = Problem(code, value="值").text("zh")
    assert reason
    assert whole.startswith(reason)
    assert whole == reason or whole == reason + remedy


def test_names_of_sheets_are_what_excel_takes() -> None:
    wanted = ["records/2025-01.csv", "a" * 40, "A" * 40, "'x'", "问题清单", "[1]:*?", "history", ""]
    names = sheet_names(wanted, ["问题清单"])
    assert names[:2] == ["records_2025-01.csv", "a" * 31]
    assert names[2] == "A" * 29 + "~2"
    assert names[3:5] == ["x", "问题清单~2"]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)


# -- there and back --------------------------------------------------------------------------------


def test_a_workbook_is_corrected_in_the_copy_and_sent_again(tmp_path: Path) -> None:
    """The clerk's whole way: fill in, check, correct the marked cells, settle."""
    good = "person_id,institution_id,item_code,service_date,quantity,备注\n"
    good += "P1,C01,A,2025-06-03,2.50,+好\n0002,C01,A,2025-06-05,5,\n"
    right = case_of(tmp_path / "right", records=good)
    wrong = case_of(tmp_path / "wrong", records=good.replace("0002,C01", "0002,C09"))
    write_template(tmp_path / "book.xlsx", ordered(), filling_of(open_folder(wrong)))
    checked = check_marked(tmp_path / "book.xlsx", tmp_path / "copy.xlsx")
    assert checked.settlement.counted.rejected == 1
    book = openpyxl.load_workbook(tmp_path / "copy.xlsx")
    assert "服务记录" in book.sheetnames, "sheets keep their names"
    (cell,) = (cell for cell, colour in colours(book["服务记录"]).items() if colour == RED)
    assert book["服务记录"][cell].value == "C09"
    book["服务记录"][cell].value = "C01"
    book.save(tmp_path / "again.xlsx")
    settle_case(right, tmp_path / "out1")
    settle_case(tmp_path / "again.xlsx", tmp_path / "out2")
    for name in ("payouts.csv", "equivalents.csv", "pools.csv", "adjusted.csv", "spread.csv"):
        assert (tmp_path / "out1" / name).read_bytes() == (tmp_path / "out2" / name).read_bytes()
    problems = (tmp_path / "out2" / "problems.csv").read_text("utf-8-sig")
    assert "SHEET_NOT_USED" not in problems, "our own sheets are left aside without a word"
    names = (tmp_path / "out2" / "payouts.csv").read_text("utf-8-sig")
    assert "0002" in names


def test_a_copy_of_a_copy_is_the_same(tmp_path: Path) -> None:
    write_template(
        tmp_path / "book.xlsx", ordered(), filling_of(open_folder(case_of(tmp_path / "case")))
    )
    check_marked(tmp_path / "book.xlsx", tmp_path / "1.xlsx")
    shutil.copy(tmp_path / "1.xlsx", tmp_path / "book.xlsx")
    check_marked(tmp_path / "book.xlsx", tmp_path / "2.xlsx")
    assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()


def test_the_demo_county_fits_in_one_workbook(tmp_path: Path) -> None:
    """Its schemes and all; what is wrong by hand stays away, as cleaning would mend some of it."""
    from equivalents.demo import write_county

    case = tmp_path / "county"
    case.mkdir()
    write_county(case, records=5000, progress=lambda *_: None)
    (case / "records" / "手工补录.csv").unlink()
    write_template(tmp_path / "county.xlsx", ordered(), filling_of(open_folder(case)))
    settle_case(case, tmp_path / "out1", stop_on_reject=False)
    settle_case(tmp_path / "county.xlsx", tmp_path / "out2", stop_on_reject=False)
    by_place = {
        *("manifest.json", "problems.csv", "rejected.csv", "resolved-rules.json"),
        *("settlement.xlsx", "summary.json"),
    }
    names = {path.name for path in (tmp_path / "out1").iterdir()}
    assert names == {path.name for path in (tmp_path / "out2").iterdir()}
    for name in sorted(names - by_place):
        one, other = (tmp_path / out / name for out in ("out1", "out2"))
        assert one.read_bytes() == other.read_bytes(), name
