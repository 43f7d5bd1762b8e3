"""``equivalents template --from``: a case in a workbook means what it meant before.

Faults seen to be caught: an end date in another form that is one day longer in the workbook, a
case whose tables come from elsewhere written without them, a column lost because another one is
called alike, a row of another shape that passes for a good one, a heading that is a formula.
"""

import io
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from equivalents.errors import Problem
from equivalents.intake.casefolder import open_folder
from equivalents.intake.headings import TABLES
from equivalents.report.template.ends import EXCLUSIVE
from equivalents.report.template.filling import filling_of
from equivalents.report.template.writing import ordered, write_template
from tests.bad.case import GOOD, Content, case_with, check, run
from tests.bad.files import LATIN
from tests.bad.maps import mapped

SCENARIOS = Path(__file__).parents[1] / "scenarios"
END = TABLES["staff"].names.index("active_to")
STAFF = ["person_id", "institution_id", "name", "active_to"]


def filled(case: Path, table: str) -> tuple[list[str], list[list[str]], list[Problem]]:
    """Foreign headings of a table, its rows, and what is told of them."""
    filling = filling_of(open_folder(case))
    (one,) = (some for some in filling.tables if some.table == table)
    return [*one.more], [[*row] for row in one.rows], filling.told


def staff_with(ends: list[Any], kind: str = "csv") -> dict[str, Content]:
    """Staff with these exclusive ends."""
    rows = [STAFF, *([f"P{at}", "I01", "甲", end] for at, end in enumerate(ends))]
    return {"staff.csv": None, f"staff.{kind}": table(kind, rows)}


def table(kind: str, rows: list[list[Any]]) -> Content:
    """Rows as a file."""
    if kind == "csv":
        return "".join(f"{','.join(row)}\n" for row in rows)
    book, stream = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


FORMS = ["2025-07-01", "2025-7-1", "2025/7/1", "2025.07.01", "20250701", "2025年7月1日",
         "二〇二五年七月一日"]  # fmt: skip
"""A date in each form that is understood."""


@pytest.mark.parametrize(
    ("ends", "kind"),
    [
        (FORMS, "csv"),
        ([*FORMS, " 2025/7/1 ", "２０２５/7/1", '="2025-07-01"'], "csv"),
        ([*FORMS, date(2025, 7, 1), 45839, 20250701, " 2025/7/1 "], "xlsx"),
    ],
)
def test_exclusive_ends_of_any_form_become_last_days(
    ends: list[Any], kind: str, tmp_path: Path
) -> None:
    """Also serial numbers, which only the calendar of their own workbook makes days."""
    _, rows, told = filled(case_with(tmp_path, staff_with([*ends, ""], kind)), "staff")
    assert [row[END] for row in rows] == ["2025-06-30"] * len(ends) + [""]
    assert told == []


def test_serial_days_of_another_calendar_are_the_same_days(tmp_path: Path) -> None:
    """The workbook has the calendar from 1900: the same number is a day four years earlier."""
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.epoch = CALENDAR_MAC_1904
    assert book.active is not None
    for row in ([*STAFF, "active_from"], ["P01", "I01", "甲", 44377, 44196]):
        book.active.append(row)
    book.save(stream)
    files: Mapping[str, Content] = {"staff.csv": None, "staff.xlsx": stream.getvalue()}
    _, (row,), _ = filled(case_with(tmp_path, files), "staff")
    assert (row[END - 1], row[END]) == ("2025-01-01", "2025-06-30")


@pytest.mark.parametrize("kind", [pa.date32(), pa.timestamp("us"), pa.string()])
def test_exclusive_ends_of_parquet_become_last_days(kind: pa.DataType, tmp_path: Path) -> None:
    stream = io.BytesIO()
    ends = pa.array([date(2025, 7, 1), None], pa.date32()).cast(kind)
    names = {"person_id": ["P01", "P02"], "institution_id": ["I01", "I01"], "name": ["甲", "乙"]}
    pq.write_table(pa.table({**names, "active_to": ends}), stream)
    files: Mapping[str, Content] = {
        "case.yaml": "period: 2025-06\ntimes: truncate\n",
        "staff.csv": None,
        "staff.parquet": stream.getvalue(),
    }
    _, rows, told = filled(case_with(tmp_path, files), "staff")
    assert [row[END] for row in rows] == ["2025-06-30", ""]
    assert told == []


@pytest.mark.parametrize(("times", "end"), [("refuse", ""), ("truncate", "2025-06-30")])
def test_a_time_behind_an_end_is_left_out_only_where_the_case_says_so(
    times: str, end: str, tmp_path: Path
) -> None:
    yaml = {"case.yaml": f"period: 2025-06\ntimes: {times}\n"}
    case = case_with(tmp_path, {**staff_with(["2025-07-01 08:00"]), **yaml})
    _, (row,), told = filled(case, "staff")
    assert row[END] == (end or f"2025-07-01 08:00{EXCLUSIVE}")
    assert [one.code for one in told] == ([] if end else ["TEMPLATE_END"])


def test_an_end_that_is_no_date_keeps_its_meaning_and_is_told(tmp_path: Path) -> None:
    """As it stood it could be mended, or even understood, as a last day: one day too long."""
    odd = ["45839", "6/7/2025", "2025-07", "长期", "2025-02-30", "1900-01-01"]
    case = case_with(tmp_path, staff_with(["", *odd]))
    result = run("template", "-o", tmp_path / "a.xlsx", "--from", case, "--json")
    assert result.exit_code == 0, result.output
    (problem,) = json.loads(result.stdout)["problems"]
    place = [problem[name] for name in ("code", "file", "row", "column", "value", "severity")]
    assert place == ["TEMPLATE_END", "staff.csv", 3, "active_to", "45839", "warning"]
    assert f"{len(odd)}" in problem["reason_en"]
    assert EXCLUSIVE in problem["reason_zh"]
    code, problems = check(tmp_path / "a.xlsx")
    refused = [(one["row"], one["value"]) for one in problems if one["code"] == "DATE_INVALID"]
    assert code == 1
    assert refused == [(at, f"{text}{EXCLUSIVE}") for at, text in enumerate(odd, 3)]


def test_inclusive_ends_stay(tmp_path: Path) -> None:
    text = "人员编号,机构编号,姓名,截止日期（含）\nP01,I01,甲,2025/6/30\nP02,I01,乙,长期\n"
    _, rows, told = filled(case_with(tmp_path, {"staff.csv": text}), "staff")
    assert [row[END] for row in rows] == ["2025/6/30", "长期"]
    assert told == []


def test_a_case_of_sources_is_refused(tmp_path: Path) -> None:
    """A workbook holds neither the exports nor the maps."""
    case = case_with(tmp_path, mapped())
    result = run("template", "-o", tmp_path / "a.xlsx", "--from", case, "--json")
    assert result.exit_code == 1
    (problem,) = json.loads(result.stdout)["problems"]
    place = [problem[name] for name in ("code", "file", "row", "value")]
    assert place == ["TEMPLATE_SOURCES", "case.yaml", 3, "his"]
    assert not (tmp_path / "a.xlsx").exists()


def test_a_file_of_one_column_under_a_wrong_heading_stays_in_that_column(tmp_path: Path) -> None:
    """A value alone in its row was taken for a row of another shape: an id of an institution."""
    case = case_with(tmp_path, {"institutions.csv": "机构的代号\nI01\nI02\n"})
    more, rows, told = filled(case, "institutions")
    assert more == ["机构的代号"]
    assert [(row[0], row[-1]) for row in rows] == [("", "I01"), ("", "I02")]
    assert told == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_columns_of_theirs_that_are_called_alike_all_stay(kind: str, tmp_path: Path) -> None:
    lines = [
        ["institution_id", "备注", "name", "备注", "=1+1" if kind == "csv" else "+1", ""],
        ["I01", "a", "甲", "b", "c", "d"],
        ["I02", "e", "乙", "f", "g", "h"],
    ]
    files = {"institutions.csv": None, f"institutions.{kind}": table(kind, lines)}
    case = case_with(tmp_path, files)
    more, rows, _ = filled(case, "institutions")
    assert more == ["备注", "备注", lines[0][4], ""]
    assert [row[-4:] for row in rows] == [["a", "b", "c", "d"], ["e", "f", "g", "h"]]
    if kind == "csv":
        filling = filling_of(open_folder(case))
        write_template(tmp_path / "a.xlsx", ordered([]), filling)
        width = len(TABLES["institutions"].columns)
        cell = openpyxl.load_workbook(tmp_path / "a.xlsx")["机构"].cell(1, width + 3)
        shown = (cell.value, cell.data_type, cell.quotePrefix)
        assert shown == ("=1+1", "s", True), "no formula, however it is saved"


def test_a_column_of_ours_that_stands_twice_is_refused_again(tmp_path: Path) -> None:
    text = "institution_id,name,name\nI01,甲,乙\n"
    more, rows, _ = filled(case_with(tmp_path, {"institutions.csv": text}), "institutions")
    assert (more, rows[0][-1]) == (["name"], "乙")


@pytest.mark.parametrize("mark", [",", "\t"])
def test_a_row_of_another_shape_is_one_text_and_told(mark: str, tmp_path: Path) -> None:
    """Also of a file that was cleaned: with its values in cells it would pass for a good one."""
    head, first, second, third = GOOD["records.csv"].splitlines()
    text = "\n".join((f"{head},unit", f"{first},次", second, f"{third},次", third))
    case = case_with(tmp_path, {"records.csv": f"{text}\n".replace(",", mark)})
    _, rows, told = filled(case, "records")
    assert [len(row) == 1 for row in rows] == [False, True, False, True]
    assert [one.rstrip(",") for one in (rows[1][0], rows[3][0])] == [second, third]
    assert [(one.code, one.place.file, one.place.row, one.value) for one in told] == [
        ("TEMPLATE_ROWS", "records.csv", 3, "2")
    ]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"records/1.csv": GOOD["records.csv"], "records/2.csv": GOOD["records.csv"]},
         "RECORDS_TWICE"),
        ({"人员花名册.csv": GOOD["staff.csv"]}, "TABLE_TWICE"),
        ({"weights.csv": LATIN}, "FILE_ENCODING"),
        ({"staff.xlsx": b"PK\x03\x04 no workbook", "staff.csv": None}, "FILE_DAMAGED"),
    ],
    ids=["records-twice", "table-twice", "encoding", "damaged"],
)  # fmt: skip
def test_a_case_that_cannot_be_opened_is_refused(
    files: Mapping[str, Content], code: str, tmp_path: Path
) -> None:
    """In a workbook nobody would see it: a table less, or the records of two files as one."""
    case = case_with(tmp_path, files)
    result = run("template", "-o", tmp_path / "a.xlsx", "--from", case, "--json")
    assert result.exit_code == 1, result.output
    assert code in {one["code"] for one in json.loads(result.stdout)["problems"]}
    assert not (tmp_path / "a.xlsx").exists()


def test_what_opening_left_out_is_told_and_a_case_may_be_incomplete(tmp_path: Path) -> None:
    lines = [STAFF, ["P01", "I01", "甲", ""], ["合计", "", "1", ""]]
    files = {"staff.csv": None, "staff.xlsx": table("xlsx", lines), "records.csv": None}
    case = case_with(tmp_path, {**files, "pools.csv": None})
    _, rows, told = filled(case, "staff")
    assert [row[0] for row in rows] == ["P01"]
    assert [one.place.row for one in told] == [3]


def test_a_blank_sheet_of_a_table_that_the_case_does_without_is_none(tmp_path: Path) -> None:
    """A fund makes the pools: the sheet 绩效池, which every workbook has, was an empty table."""
    case = SCENARIOS / "63-surplus-odd-fen" / "case"
    assert not (case / "pools.csv").exists()
    filling = filling_of(open_folder(case))
    write_template(tmp_path / "a.xlsx", ordered([one.table for one in filling.tables]), filling)
    code, problems = check(tmp_path / "a.xlsx")
    assert [one["code"] for one in problems if one["severity"] == "error"] == []
    assert code == 0


def test_rows_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of records, which may be millions."""
    from equivalents.intake.pages import Page

    read: list[str] = []
    rows = Page.rows

    def counted(page: Page, *args: Any, **more: Any) -> Any:
        read.append(page.table)
        return rows(page, *args, **more)

    monkeypatch.setattr(Page, "rows", counted)
    filled(case_with(tmp_path, {}), "records")
    assert read.count("records") == 1
