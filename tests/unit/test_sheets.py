"""Which sheets of a workbook are read.

Catches: a hidden draft that is paid beside the sheet that people see.
"""

from collections.abc import Sequence

import pytest

from equivalents.errors import DataError
from equivalents.intake.headings import TABLES
from equivalents.intake.opening.sheets import SheetHead, choose_sheets

HEADS = ["机构编号", "人员编号", "项目编码", "服务日期", "数量"]
GOOD = ["J1", "P1", "A", "2025-01-05", "1"]


def head(name: str, rows: Sequence[Sequence[object]], *, hidden: bool = False) -> SheetHead:
    return SheetHead(name, rows, hidden)


def chosen(*heads: SheetHead) -> tuple[list[str], list[str]]:
    found = choose_sheets(heads, [TABLES["records"], TABLES["pools"]], "a.xlsx")
    return [one.name for one, _ in found.sheets], [one.code for one in found.problems]


def test_hidden_sheets_are_left_out_unless_they_alone_fit() -> None:
    rows = [HEADS, GOOD]
    assert chosen(head("a", rows), head("b", rows, hidden=True)) == (["a"], ["SHEET_LEFT_OUT"])
    assert chosen(head("b", rows, hidden=True)) == (["b"], ["SHEET_HIDDEN_USED"])
    two = (head("b", rows, hidden=True), head("c", rows, hidden=True))
    assert chosen(*two) == ([], ["SHEET_LEFT_OUT"] * 2)


def test_all_visible_sheets_of_a_table_are_read_and_blank_ones_are_nothing() -> None:
    rows = [HEADS, GOOD]
    assert chosen(head("1", rows), head("2", rows), head("Sheet3", [])) == (["1", "2"], [])


def test_a_sheet_that_lacks_columns_gives_way_to_one_that_does_not() -> None:
    assert chosen(head("1", [HEADS[:3], GOOD[:3]]), head("2", [HEADS, GOOD])) == (
        ["2"],
        ["SHEET_LEFT_OUT"],
    )


def test_a_sheet_that_bears_a_name_is_that_table() -> None:
    pools = ["机构编号", "绩效池", "金额（元）"]
    assert chosen(head("绩效池", [pools]), head("服务记录", [HEADS]))[0] == ["绩效池", "服务记录"]
    assert chosen(head("绩效池", [HEADS]), head("服务记录", [HEADS]))[0] == ["服务记录"]


def test_a_workbook_without_any_table_is_refused() -> None:
    with pytest.raises(DataError):
        chosen(head("1", [["a"]]))
    with pytest.raises(DataError):
        chosen(head("1", [["", None]]))
