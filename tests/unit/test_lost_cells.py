"""Cells whose value a parser leaves out or makes up: each is refused where it stands.

Catches: a formula without a saved result read as a blank (an open end of a weight), a row of such
formulas passed by, 1e400 as a number, an id that differs from another by a character nobody sees.
"""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from equivalents.intake.cellkinds import CellKind
from equivalents.intake.opening import sheetcells
from equivalents.intake.opening.cells import cells_of
from equivalents.intake.opening.forms import FAULTS
from equivalents.intake.opening.found import SpoolFolder
from equivalents.intake.opening.opener import Opened, open_tables
from equivalents.intake.opening.sheetcells import CellScan

HEADS = ["item_code", "weight", "valid_from", "valid_to"]


def fault(value: object, kind: CellKind) -> str:
    """Why a cell is refused, or blank."""
    cells = cells_of([value])
    return FAULTS[cells.meant(kind, False, False).fault[0]]


@pytest.mark.parametrize("kind", ["id", "ids", "day", "number", "flag", "text"])
def test_what_is_no_number_is_refused_in_every_column(kind: CellKind) -> None:
    for value in (float("inf"), float("-inf"), float("nan")):
        assert fault(value, kind) == "CELL_INFINITE"
    assert fault(1e300, "text") == ""


@pytest.mark.parametrize("kind", ["id", "ids", "day", "number", "flag", "text"])
def test_a_control_character_is_refused_in_every_column(kind: CellKind) -> None:
    for value in ("P\x011", "P\x001", "P\x1b1", "1\x7f2"):
        assert fault(value, kind) == "CELL_CONTROL"


def test_line_breaks_and_tabs_are_no_control_characters() -> None:
    assert fault("a\nb\tc\r\n", "text") == ""
    assert fault("\x1fP1\x85", "id") == ""


def opened(path: Path, rows: Sequence[Sequence[object]], at: Mapping[str, object]) -> Opened:
    """A sheet of weights with some cells set by their reference; openpyxl saves no results."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    for where, value in at.items():
        book.active[where] = value
    book.save(path)
    return open_tables([(path, path.name)], ["weights"], SpoolFolder())


def faults(found: Opened) -> dict[int, str | None]:
    """The fault of each row of the only table."""
    (table,) = found.tables
    content = pq.read_table(table.path).to_pydict()
    return dict(zip(content["#row"], content["#fault"], strict=True))


def test_a_formula_without_a_result_is_no_blank(tmp_path: Path) -> None:
    rows: list[list[object]]
    rows = [[*HEADS], ["A", 1, "2025-01-01", "=DATE(2025,7,1)"], ["B", 1, "2025-01-01", None]]
    assert faults(opened(tmp_path / "a.xlsx", rows, {})) == {2: "CELL_FORMULA:valid_to", 3: None}


def test_formulas_at_the_edges_of_a_sheet_are_rows_of_it(tmp_path: Path) -> None:
    rows: list[list[object]] = [[None, *HEADS], [None, "A", 1, "2025-01-01"]]
    more = {f"{column}{row}": "=Sheet2!A1" for column in "BCDE" for row in (4, 5)}
    found = faults(opened(tmp_path / "a.xlsx", rows, {**more, "A7": "=1", "F2": "=1"}))
    assert found[2] is None
    assert found[4] == found[5] == "|".join(f"CELL_FORMULA:{name}" for name in HEADS)


def test_a_sheet_of_such_formulas_alone_is_not_empty(tmp_path: Path) -> None:
    more = {f"{column}{row}": "=Sheet2!A1" for column in "ABCD" for row in (1, 2)}
    found = opened(tmp_path / "a.xlsx", [], more)
    assert [one.code for one in found.problems] == ["HEADINGS_NOT_FOUND"]


def seen(*pieces: bytes) -> CellScan:
    scan = CellScan()
    for piece in pieces:
        scan.see(piece)
    return scan


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (b'<c r="B2"><f>1+1</f><v></v></c>', "#未计算!"),
        (b'<c r="B2" s="3"><f>1+1</f></c>', "#未计算!"),
        (b'<c s="3" r="B2"><f t="shared" si="0"/><v/></c>', "#未计算!"),
        (b"<x:c r='B2'><x:f>1+1</x:f></x:c>", "#未计算!"),
        (b'<c t="e" r="B2"><v>#REF!</v></c>', "#REF!"),
        (b'<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        (b'<c r="B2" t="str"><f>""</f><v></v></c>', ""),
        (b'<c r="B2"><f>1+1</f><v>2</v></c>', ""),
        (b'<c r="B2"><v></v></c>', ""),
    ],
)
def test_which_cells_have_no_value(cell: bytes, text: str) -> None:
    assert seen(cell).errors == ({(2, 2): text} if text else {})
    for at in range(1, len(cell)):
        assert seen(cell[:at], cell[at:]).errors == seen(cell).errors, at


def test_a_long_formula_between_two_pieces() -> None:
    cell = b'<c r="B2"><f>' + b"A1+" * 2000 + b"1</f><v/></c>"
    assert seen(cell[:20], cell[20:6000], cell[6000:]).errors == {(2, 2): "#未计算!"}
    assert len(cell) < sheetcells._LONGEST_FORMULA


def test_an_error_that_says_no_place_refuses_the_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    good = opened(path, [HEADS, ["A", 1, "2025-01-01", "=1"]], {})
    assert len(good.tables) == 1
    with zipfile.ZipFile(path) as book:
        members = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = members[sheet].replace(b' r="D2"', b"")
    with zipfile.ZipFile(path, "w") as book:
        for name, content in members.items():
            book.writestr(name, content)
    found = open_tables([(path, path.name)], ["weights"], SpoolFolder())
    assert [one.code for one in found.problems] == ["SHEET_ERRORS"]
