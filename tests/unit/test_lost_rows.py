"""Rows of data in places where nobody looks: sheets without headings, after chunks of nothing.

Catches: the second sheet of an export that is told as not used, a row number that is off by a
chunk of empty lines.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from equivalents.intake.headings import TABLES
from equivalents.intake.opening.booktask import open_book
from equivalents.intake.opening.found import SpoolFolder
from equivalents.intake.opening.kinds import kind_of
from equivalents.intake.opening.limits import Limits
from equivalents.intake.opening.opener import Opened, of_book
from equivalents.intake.opening.tablespool import Source, spool_rows

HEADS = ["机构编号", "人员编号", "项目编码", "服务日期", "数量", "来源"]
ROW = ["J1", "P1", "A", "2025-01-05", "1", "HIS"]


def opened(path: Path, table: str = "records") -> Opened:
    """What is found in a workbook, in this process."""
    folder = path.parent / "spools"
    folder.mkdir()
    request = {
        "path": path, "kind": kind_of(path).value, "name": path.name, "folder": folder,
        "tables": [table], "whole": False,
    }  # fmt: skip
    return of_book(open_book(request, Limits()), path.name, SpoolFolder())


def book(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    with xlsxwriter.Workbook(path) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def told(found: Opened) -> list[tuple[str, str, int]]:
    return [(one.code, one.place.sheet, one.place.row) for one in found.problems]


@pytest.mark.parametrize(
    "rows",
    [
        [ROW, ROW],
        [["续表"], [], ROW],
        [["J1", "P1", "A", "2025-01-05", 3]],
        [["甲院", "张三", "输液", "2025年1月5日", "两次"]],
    ],
)
def test_a_sheet_that_goes_on_without_headings_is_refused(
    rows: Sequence[Sequence[object]], tmp_path: Path
) -> None:
    for name, sheets in (
        ("a", {"一": [HEADS, ROW], "二": rows}),
        ("b", {"二": rows, "一": [HEADS, ROW]}),
    ):
        (tmp_path / name).mkdir()
        found = opened(book(tmp_path / name / "x.xlsx", sheets))
        first = len(rows) if len(rows) > 2 else 1
        assert told(found) == [("DATA_NO_HEADINGS", "二", first)]
        assert found.problems[0].severity == "error"


@pytest.mark.parametrize(
    "rows",
    [
        [["请按月填报", "2025-01-05"]],
        [
            ["代码", "名称", "单价", "起始", "截止"],
            ["A", "输液", "1.00", "2025-01-01", "2025-12-31"],
        ],
        [["月份", "例数"], ["2025-01", "12"]],
    ],
)
def test_other_sheets_are_told_as_ever(rows: Sequence[Sequence[object]], tmp_path: Path) -> None:
    found = opened(book(tmp_path / "x.xlsx", {"一": [HEADS, ROW], "二": rows}))
    assert told(found) == [("SHEET_NOT_USED", "二", 0)]
    assert len(found.tables) == 1


def test_a_second_table_of_a_page_likewise(tmp_path: Path) -> None:
    path = tmp_path / "x.xls"
    rows = ["".join(f"<td>{cell}</td>" for cell in row) for row in (HEADS, ROW, ROW)]
    path.write_text(
        f"<html><table><tr>{rows[0]}</tr><tr>{rows[1]}</tr></table>"
        f"<table><tr>{rows[2]}</tr></table></html>",
        encoding="utf-8",
    )
    assert told(opened(path)) == [("DATA_NO_HEADINGS", "2", 1)]


@pytest.mark.parametrize("blank", [[[], [], []], [[""], [""]], [["", ""], []]])
@pytest.mark.parametrize("strict", [True, False])
def test_rows_after_chunks_of_empty_lines_keep_their_numbers(
    blank: list[list[str]], strict: bool, tmp_path: Path
) -> None:
    some = [[] for _ in range(40)] if blank == [[], [], []] else blank
    chunks = [some, [HEADS, ROW], blank, [ROW], blank, [ROW]]
    source = Source("f", strict_width=strict)
    spooled = spool_rows(chunks, [TABLES["records"]], tmp_path / "s.parquet", source)
    first = len(some) + 2
    rows = [first, first + len(blank) + 1, first + 2 * len(blank) + 2]
    assert pq.read_table(spooled.path)["#row"].to_pylist() == rows
    assert spooled.header_row == first - 1
