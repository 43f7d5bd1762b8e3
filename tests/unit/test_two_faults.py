"""A row with two refused cells is told with both, each with its own code.

Catches: the second cell passed by, or told as if it were no number at all.
"""

from pathlib import Path

import openpyxl
import pyarrow.parquet as pq

from equivalents.findings import Findings
from equivalents.intake.headings import TABLES
from equivalents.intake.opening.found import SpoolFolder
from equivalents.intake.opening.opener import open_tables
from equivalents.intake.tables import read_table


def test_a_small_table_tells_both(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (
        ["item_code", "weight", "valid_from", "valid_to"],
        ["A", "#N/A", "01/02/2025", None],
        [2.1, "#N/A", "2025-01-01", None],
        ["C", 1, "2025-01-01", None],
    ):
        book.active.append(row)
    book.save(tmp_path / "weights.xlsx")
    opened = open_tables([(tmp_path / "weights.xlsx", "weights.xlsx")], ["weights"], SpoolFolder())
    (found,) = opened.tables
    assert pq.read_table(found.path)["#fault"].to_pylist() == [
        "CELL_ERROR:weight|DATE_DOUBT:valid_from",
        "ID_FRACTION:item_code|CELL_ERROR:weight",
        None,
    ]
    findings = Findings()
    read_table(found, TABLES["weights"], findings)
    told = {(one.place.row, one.place.column, one.code, one.value) for one in findings.errors}
    assert told == {
        (2, "weight", "CELL_ERROR", "#N/A"),
        (2, "valid_from", "DATE_DOUBT", "01/02/2025"),
        (3, "item_code", "ID_FRACTION", "2.1"),
        (3, "weight", "CELL_ERROR", "#N/A"),
    }
