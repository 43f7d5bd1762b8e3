"""Hidden rows and columns are read, and told: a filter is no way to leave records out.

Catches: filtered rows lost, or counted without a word; rows of a seam between pieces told twice;
blank columns hidden far to the right taken for data.
"""

from pathlib import Path

import openpyxl
import pyarrow.parquet as pq

from equivalents.intake.opening.found import SpoolFolder
from equivalents.intake.opening.hiddenparts import HiddenParts, column_letters
from equivalents.intake.opening.opener import open_tables
from equivalents.intake.opening.understoodlines import lines_of

HEADS = ["机构编号", "人员编号", "项目编码", "服务日期", "数量"]


def test_they_are_read_and_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for at in range(6):
        book.active.append(["J1", f"P{at}", "A1", "2025-01-05", 1] if at else HEADS)
    for row in (3, 5, 90):
        book.active.row_dimensions[row].hidden = True
    book.active.column_dimensions["D"].hidden = True
    book.active.column_dimensions["H"].hidden = True
    book.save(tmp_path / "a.xlsx")
    opened = open_tables([(tmp_path / "a.xlsx", "a.xlsx")], ["records"], SpoolFolder())
    (found,) = opened.tables
    assert pq.read_table(found.path)["人员编号"].to_pylist() == ["P1", "P2", "P3", "P4", "P5"]
    told = [(one.code, one.place.row, one.value) for one in opened.problems]
    assert told == [("ROWS_HIDDEN", 3, "2"), ("COLUMNS_HIDDEN", 0, "D")]
    assert found.spool is not None
    (known,) = found.spool.understood
    assert "隐藏（或被筛选掉）的行照常读入：2 行，第一处在第 3 行" in lines_of(known, "zh")
    assert "hidden columns, read as any: D" in lines_of(known, "en")


def test_a_seam_counts_once_and_only_what_is_hidden() -> None:
    parts = HiddenParts()
    piece = (
        b'<cols><col min="2" max="3" hidden="true"/><col min="4" max="4" hidden="0"/></cols>'
        b'<row r="7" hidden="1"><c/></row><row r="8" hidden="0"><c/></row><row r="9" hidden="1"/>'
    )
    parts.see(piece)
    parts.see(piece + b"<row hidden='1' r='10'><c/></row>")
    assert parts.within(1, 99) == {
        "hidden_rows": 2, "hidden_row": 7, "hidden_columns": ["B", "C"],
    }  # fmt: skip
    assert HiddenParts().within(1, 9) == {}


def test_letters_of_columns() -> None:
    assert [column_letters(at) for at in (1, 26, 27, 703)] == ["A", "Z", "AA", "AAA"]
