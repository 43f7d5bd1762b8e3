"""Quick looks settle only what the closer look would say, too.

Faults caught: a far cell that is passed by, also at the very end; a text with other characters
taken for plain; a slice of texts looked at as a whole; a heading that is not found; blocks of
a sheet that lose, double or turn rows; a number of rows that is wrong where it can be known.
"""

import re
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.intake.csvfile import CsvPart
from equivalents.intake.expected import expected_rows
from equivalents.intake.opening import sheetcells, workbook
from equivalents.intake.opening.cells import cells_of
from equivalents.intake.opening.textbytes import all_words, any_blank, may_hold
from equivalents.intake.opening.workbook import RawSheet
from equivalents.intake.parquet import parquet_parts

TEXTS = st.lists(st.text(st.sampled_from("aZ09_ -合计\x00"), max_size=4), max_size=6)
XML = st.text(st.sampled_from("r=\"'A1 9>"), max_size=40)


@given(XML, st.sampled_from(["", 'r="AB1"', 'r="A1000000"', "r='b1234567", 'r="Z999999"']), XML)
def test_no_far_cell_is_passed_by(before: str, cell: str, after: str) -> None:
    seen = (before + cell + after).encode()
    assert sheetcells._may_be_far(seen) or not sheetcells._FAR.search(seen)


def test_usual_cells_are_not_looked_at_again() -> None:
    usual = b'<row r="100000" spans="1:10"><c r="A100000" s="1"><v>45000</v></c><c r="Z9" t="s">'
    assert not sheetcells._may_be_far(usual)


@given(TEXTS, st.integers(0, 3))
def test_bytes_tell_what_texts_tell(texts: list[str], start: int) -> None:
    column, rest = pa.array(texts, pa.string())[start:], texts[start:]
    assert all_words(column) == all(re.fullmatch("[0-9A-Za-z_]*", text) for text in rest)
    assert any_blank(column) == ("" in rest)
    assert may_hold(column, ["合计", "aZ"]) or not any(
        part in text for text in rest for part in ("合计", "aZ")
    )


def test_a_missing_text_is_blank() -> None:
    assert any_blank(pa.array(["a", None], pa.string()))


@given(st.lists(st.sampled_from(["a", "b", ""]), max_size=6))
def test_texts_are_spread_as_they_stood(texts: list[str]) -> None:
    cells = cells_of(texts)
    assert cells.spread(cells.texts()).to_pylist() == texts


@pytest.mark.parametrize("rows", [0, 1, 3, 4, 5, 9])
def test_blocks_have_all_rows_in_order(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "_HOT", 2)
    monkeypatch.setattr(workbook, "_BLOCK_CELLS", 8)
    given_rows = [[f"r{row}", float(row)] for row in range(rows)]
    errors = {(2, 2): "#N/A"} if rows > 1 else {}
    sheet = RawSheet(
        "六月", False, False, 1, 1, rows, 2, errors, lambda: iter([[*row] for row in given_rows])
    )
    if rows > 1:
        given_rows[1][1] = "#N/A"
    blocks = [*sheet.blocks()]
    assert all(len(block) == 4 for block in blocks[:-1])
    found = chain.from_iterable(zip(*block.columns, strict=True) for block in blocks)
    assert [[*row] for row in found] == given_rows


def _text(path: Path, lines: int, end: str) -> CsvPart:
    path.write_text("\n".join(["a,b"] * lines) + end, "utf-8")
    size = path.stat().st_size
    return CsvPart(path, path.name, (), (), "utf-8", False, True, 0, size, 1)


def test_rows_to_come_are_known_or_estimated(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": [1, 2, 3, 4, 5]}), path, row_group_size=2)
    assert expected_rows(parquet_parts(path, path.name)) == 5
    assert expected_rows([_text(tmp_path / "a.csv", 7, "\n")]) == 7
    assert expected_rows([_text(tmp_path / "b.csv", 7, "")]) == 7
    assert expected_rows([_text(tmp_path / "c.csv", 0, "")]) == 0
    many = expected_rows([_text(tmp_path / "d.csv", 100_000, "\n")])
    assert 99_000 < many < 101_000
