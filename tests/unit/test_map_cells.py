"""Codes, marks and filters of a map are cleaned like the cells that they are compared with.

Faults seen to be caught: a row left out because its cell at fault was no value to keep, a refused
part of an id that was joined all the same, a full-width mark that parted nothing, a date or a
dash in a filter that no cell was ever equal to, two codes that became one.
"""

from pathlib import Path

import pytest

from equivalents.errors import Problem
from equivalents.findings import Findings
from equivalents.intake.opening.mapfile import read_map
from tests.bad.case import case_with, check, run
from tests.bad.maps import HEAD as FILE_HEAD
from tests.bad.maps import ROWS as FILE_ROWS
from tests.bad.maps import mapped as case_files
from tests.unit.test_maps import COLUMNS, FACTORS, HEAD, HERE, ROWS, bound, chunk, texts, the_map

KEEP = "filters:\n  - {column: 单位, keep: [次]}\n"
JOIN = "join:\n  record_id: {columns: [单据号, 行号], by: '-'}\n"


def noted(more: str, tmp_path: Path, text: str = HEAD + COLUMNS + HERE) -> list[Problem]:
    """The faults of a map."""
    path = tmp_path / "his.yaml"
    path.write_text(text + more, "utf-8")
    findings = Findings()
    read_map(path, "his.yaml", {}, findings)
    return findings.problems


# -- faults that the rows came with ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "stays"),
    [
        ("CELL_ERROR:单位", "CELL_ERROR:单位"),
        ("ROW_SHAPE:4/6", "ROW_SHAPE:4/6"),
        ("CELL_CONTROL:状态|CELL_ERROR:单位", "CELL_ERROR:单位"),
        ("CELL_CONTROL:状态", None),
    ],
)
def test_a_row_that_cannot_be_judged_is_not_left_out(fault: str, stays: str | None) -> None:
    rows = [{**ROWS[0], "单位": "#N/A"}]
    run_ = bound(the_map(HERE + KEEP), rows)
    made = run_.apply(chunk(rows, [fault]))
    assert list(made.faults) == ([] if stays is None else [stays])
    assert made.row.tolist() == ([] if stays is None else [2])
    assert sum(run_.dropped.values()) == (stays is None)


def test_a_sound_filter_leaves_a_row_out_whatever_another_one_would_say() -> None:
    more = HERE + KEEP + "  - {column: 状态, drop: [正常]}\n"
    rows = [{**ROWS[0], "单位": "#N/A"}]
    run_ = bound(the_map(more), rows)
    assert run_.apply(chunk(rows, ["CELL_ERROR:单位"])).row.size == 0
    assert run_.dropped == {"单位 ≠ 次": 0, "状态 = 正常": 1}


def test_a_refused_part_of_a_joined_id_and_a_refused_unit_reject_their_row() -> None:
    text = HEAD + COLUMNS + HERE + JOIN + FACTORS
    rows = [{**ROWS[0], "单据号": "1.2E+17", "行号": "1"}] * 3
    faults = ["ID_SCIENTIFIC:单据号", "CELL_ERROR:单位", "CELL_ERROR:状态|ID_SCIENTIFIC:行号"]
    run_ = bound(the_map("", text), rows)
    made = run_.apply(chunk(rows, faults))
    assert list(made.faults) == [
        "ID_SCIENTIFIC:record_id", "CELL_ERROR:quantity", "ID_SCIENTIFIC:record_id",
    ]  # fmt: skip
    assert run_.faulty[("ID_SCIENTIFIC", "record_id", "1.2E+17-1")] == 2


def test_rows_of_another_shape_are_counted_by_what_they_have() -> None:
    run_ = bound(the_map(), ROWS)
    made = run_.apply(chunk(ROWS, ["", "ROW_SHAPE:4/5", ""]))
    assert list(made.faults) == ["", "ROW_SHAPE:4/5", ""]
    assert run_.faulty == {("ROW_SHAPE", "", "4/5"): 1}


def test_a_whole_case_rejects_them_and_says_how_they_stood(tmp_path: Path) -> None:
    """Through the files: a row of another shape, an error in the cell of a filter."""
    rows = FILE_HEAD + FILE_ROWS + "I01,P01,MZ01,2025-06-05\nI01,P01,MZ01,2025-06-06,1,#N/A\n"
    more = f"{KEEP}constants: {{source: HIS, setting: clinic}}\n"
    case = case_with(tmp_path, case_files(more, rows=rows.replace(",", "\t")))
    code, problems = check(case)
    assert code == 1
    found = [
        (one["code"], one["row"], one["column"], one["value"])
        for one in problems
        if one["severity"] == "error"
    ]
    assert found == [("ROW_SHAPE", 5, "", ""), ("CELL_ERROR", 6, "单位", "#N/A")]
    (shape,) = (one for one in problems if one["code"] == "ROW_SHAPE")
    assert "4" in shape["reason_en"]
    assert "6" in shape["reason_en"], "of the columns of the file, with more of ours or less"
    told = [one["value"] for one in problems if one["code"] == "MAP_ROWS_LEFT_OUT"]
    assert told == ["0"]
    assert run("map", "check", case / "his.yaml", case / "his.csv").exit_code == 1


# -- cleaned alike ---------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["；", "; ", ";", "，", "　"])
def test_marks_are_those_of_cleaned_cells(mark: str, tmp_path: Path) -> None:
    """The cells come cleaned: full-width semicolons are plain there, and stand alone."""
    cell = {"，": "高血压，老人", "　": "高血压 老人"}.get(mark, "高血压;老人")
    text = (
        f"{HEAD}{COLUMNS}  resident_group: 人群\n{HERE}split: {{resident_group: '{mark}'}}\n"
        "values:\n  resident_group: {codes: {高血压: hypertension, 老人: elderly}}\n"
    )
    rows = [{**ROWS[0], "人群": cell}]
    made = bound(the_map("", text), rows).apply(chunk(rows))
    assert texts(made, "resident_group") == ["hypertension;elderly"]


def test_a_join_of_blanks_is_blank() -> None:
    rows = [{**ROWS[0], "单据号": a, "行号": b} for a, b in [("", ""), ("A", ""), ("", "1")]]
    made = bound(the_map("", HEAD + COLUMNS + HERE + JOIN), rows).apply(chunk(rows))
    assert texts(made, "record_id") == ["", "A-", "-1"]


@pytest.mark.parametrize(
    ("column", "listed", "cell"),
    [
        ("状态", "作废", "作废"),
        ("状态", " Ａ１ ", "A1"),
        ("状态", "—", ""),
        ("日期", "2025/6/1", "2025-06-01"),
        ("数量", "１，２００．５", "1200.5"),
        ("项目", "－", "－"),
    ],
)
def test_values_of_filters_are_cleaned_as_their_cells_are(
    column: str, listed: str, cell: str
) -> None:
    more = f"filters:\n  - {{name: x, column: {column}, drop: ['{listed}']}}\n"
    rows = [{**ROWS[0], column: cell}]
    run_ = bound(the_map(HERE + more), rows)
    assert run_.apply(chunk(rows)).row.size == 0
    assert run_.dropped == {"x": 1}


def test_a_blank_of_a_list_is_mapped_where_it_is_listed_and_blank_parts_stay() -> None:
    rows = [{**ROWS[0], "人群": some} for some in ("", "高血压", "高血压;")]
    text = (
        f"{HEAD}{COLUMNS}  resident_group: 人群\n{HERE}"
        "values:\n  resident_group: {codes: {高血压: hypertension, '': general}}\n"
    )
    made = bound(the_map("", text), rows).apply(chunk(rows))
    assert texts(made, "resident_group") == ["general", "hypertension", "hypertension;"]
    unlisted = text.replace(", '': general", "")
    made = bound(the_map("", unlisted), rows).apply(chunk(rows))
    assert texts(made, "resident_group") == ["", "hypertension", "hypertension;"]
    assert made.faults == ()


def test_codes_of_lists_are_cleaned_as_lists_are() -> None:
    rows = [{**ROWS[0], "人群": "1:高血压"}]
    text = (
        f"{HEAD}{COLUMNS}  resident_group: 人群\n{HERE}"
        "values:\n  resident_group: {codes: {'１：高血压': hypertension}}\n"
    )
    made = bound(the_map("", text), rows).apply(chunk(rows))
    assert texts(made, "resident_group") == ["hypertension"]


@pytest.mark.parametrize(
    ("more", "value"),
    [
        ("values:\n  item_code:\n    codes:\n      Ａ: X\n      A: Y\n", "A"),
        ("factors:\n  quantity:\n    unit: 单位\n    codes:\n      '-': 1\n      '': 2\n", ""),
    ],
)
def test_codes_that_become_one_are_refused(more: str, value: str, tmp_path: Path) -> None:
    (found,) = noted(more, tmp_path)
    assert (found.code, found.value) == ("KEY_TWICE", value)
    lines = (HEAD + COLUMNS + HERE + more).splitlines()
    assert found.place.row == len(lines)
    assert found.facts["other"] == str(len(lines) - 1)


def test_a_list_of_quantities_beside_factors_is_refused(tmp_path: Path) -> None:
    more = FACTORS + "values:\n  quantity: {codes: {一: 1}}\n"
    (found,) = noted(more, tmp_path)
    assert (found.code, found.value) == ("MAP_COLUMN_TWICE", "quantity")
    assert found.facts["other"] == "factors"


def test_a_small_table_tells_the_cell_of_a_filter_and_rows_of_another_shape(tmp_path: Path) -> None:
    """Where a table is read whole: nothing is settled until they are mended."""
    text = (
        "map: his\ntitle: 示例\nversion: 2025-06-01\ntable: staff\n"
        "columns: {person_id: 工号, institution_id: 机构, name: 姓名}\n"
        "constants: {main: '1'}\n"
        "filters:\n  - {column: 在职|状态, keep: [是]}\n"
    )
    rows = (
        "工号,机构,姓名,在职|状态\nP01,I01,王,是\nP02,I01,李,#REF!\nP03,I02,赵,是\nP04,I02,否\n"
        "P05,I02,钱,否\n"
    )
    files = {"his.yaml": text, "his.csv": rows, "staff.csv": None}
    case = case_with(tmp_path, {**files, "case.yaml": case_files()["case.yaml"]})
    code, problems = check(case)
    found = [
        (one["code"], one["row"], one["column"], one["value"])
        for one in problems
        if one["code"] in ("CELL_ERROR", "ROW_SHAPE")
    ]
    assert found == [("CELL_ERROR", 3, "在职|状态", "#REF!"), ("ROW_SHAPE", 5, "", "")]
    (shape,) = (one for one in problems if one["code"] == "ROW_SHAPE")
    assert "3" in shape["reason_en"]
    assert "4" in shape["reason_en"]
    assert code == 1
    told = run("map", "check", case / "his.yaml", case / "his.csv")
    assert told.exit_code == 1
    assert "3/4" in told.stdout
