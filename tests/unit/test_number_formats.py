"""Ids that a cell shows with leading zeros: ``000012`` is not ``12``, who may be somebody else.

Catches: the zeros of a number format lost, put on a quantity or a day, put on the cell beside, put
on texts; a format that cannot be followed read as bare digits; a sheet paying for what it has not.
"""

import struct
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from equivalents.intake.opening.found import SpoolFolder
from equivalents.intake.opening.numberformats import FormatRuns, matters, shown
from equivalents.intake.opening.opener import Opened, open_tables
from equivalents.intake.opening.sheetcells import CellScan
from tests.files.make import binary
from tests.files.make.books import ods_parts, xlsx_parts
from tests.files.make.zips import zipped

HEADS = ["机构编号", "人员编号", "项目编码", "服务日期", "数量"]


def row(person: object) -> list[object]:
    return ["J1", person, "A1", "2025-01-05", 1]


def opened(path: Path) -> Opened:
    return open_tables([(path, path.name)], ["records"], SpoolFolder())


def spooled(path: Path) -> list[tuple[str, str, str | None]]:
    """Person, quantity and fault of each row."""
    (found,) = opened(path).tables
    content = pq.read_table(found.path).to_pydict()
    return list(zip(content["人员编号"], content["数量"], content["#fault"], strict=True))


def codes(path: Path) -> set[str]:
    return {problem.code for problem in opened(path).problems}


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("000000", 12, "000012"),
        ("00000;", 12, "00012"),
        ("#000", 7, "007"),
        ("[Red]000", 7, "007"),
        ("[$-804]000", 1234, "1234"),
        ("000;-000", 0, "000"),
        ("000;-000;0", 0, ""),
        ("000", -5, ""),
        ("000", 1.5, ""),
        ("000", float("inf"), ""),
        ("0000-000", 12, ""),
        ('"P"000', 12, ""),
        ("\\P000", 12, ""),
        ("P000", 12, ""),
        ('"P"General', 12, ""),
        ("[DBNum1]000", 12, ""),
        ("[>99]000;00", 12, ""),
        ("0,000", 12, ""),
        ('0"号"', 12, ""),
    ],
)
def test_formats_that_matter(code: str, value: float, text: str) -> None:
    assert matters(code)
    assert shown(value, code).text == text
    assert shown(value, code) == value


@pytest.mark.parametrize(
    "code",
    [
        *("General", "0", "0.00", "#,##0", "0%", "0.00E+00", "# ?/?", "@", "yyyy-mm-dd", "[h]:mm"),
        *("¥#,##0.00", "0_ ", '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', '0.00"元"'),
        "[$-F800]dddd\\,\\ mmmm",
    ],
)
def test_formats_that_do_not(code: str) -> None:
    assert not matters(code)


def test_cells_of_a_column_one_by_one(tmp_path: Path) -> None:
    """Zeros go to the cells that have the format, whatever stands above, below and beside."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append([])
    for values in (["", *HEADS], *(["", *row(at)] for at in (12, 13, "14", 15, 16))):
        book.active.append(values)
    for at in (3, 5, 6):
        book.active.cell(at, 3).number_format = "000000"
        book.active.cell(at, 6).number_format = "0000"
    book.active.cell(7, 3).number_format = "0000-000"
    book.save(tmp_path / "a.xlsx")
    assert spooled(tmp_path / "a.xlsx") == [
        ("000012", "1", None),
        ("13", "1", None),
        ("14", "1", None),
        ("000015", "1", None),
        ("16 [0000-000]", "1", "ID_FORMAT:person_id"),
    ]


def test_a_cell_that_does_not_say_where_it_stands_is_refused(tmp_path: Path) -> None:
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    cells = '<row><c s="1"><v>12</v></c></row>'
    sheet = f'<worksheet xmlns="{name}"><sheetData>{cells}</sheetData></worksheet>'
    parts = xlsx_parts({"记录": sheet})
    parts["xl/styles.xml"] = (
        f'<styleSheet xmlns="{name}"><numFmts>'
        "<numFmt numFmtId='164' formatCode='\"P\"000'/></numFmts><cellXfs><xf numFmtId='0'/>"
        "<xf numFmtId='164'/></cellXfs></styleSheet>"
    )
    (tmp_path / "a.xlsx").write_bytes(zipped(parts))
    assert codes(tmp_path / "a.xlsx") == {"SHEET_PADDED"}


def test_pieces_cut_anywhere_find_every_cell_once() -> None:
    sheet = b"".join(
        b'<row r="%d"><c r="A%d" s="3"><v>1</v></c><c r="B%d" s="1"><v>1</v></c></row>' % (r, r, r)
        for r in range(1, 40)
    )
    for size in (1, 7, 100, 5000):
        scan = CellScan({b"3": "000"})
        for at in range(0, len(sheet), size):
            scan.see(sheet[at : at + size])
        assert scan.formats.runs == {1: [(1, 39, "000")]}


def test_runs_end_where_the_format_does() -> None:
    runs = FormatRuns()
    for at, code in ((1, "000"), (2, "000"), (2, "000"), (4, "000"), (5, "00")):
        runs.add(at, 2, code)
    assert runs.runs == {2: [(1, 2, "000"), (4, 4, "000"), (5, 5, "00")]}


def test_xls(tmp_path: Path) -> None:
    form = struct.pack("<3HB", 200, 5, 0, 0)[:5] + b"00000"
    styles = struct.pack("<2H", 0x41E, len(form)) + form
    styles += struct.pack("<2H3H14x", 0xE0, 20, 0, 200, 0)
    rows: list[list[object]] = [[*HEADS], row(12), row("13")]
    (tmp_path / "a.xls").write_bytes(binary.xls(rows, before=styles))
    assert spooled(tmp_path / "a.xls") == [("00012", "1", None), ("13", "1", None)]
    (tmp_path / "b.xls").write_bytes(binary.xls(rows))
    assert spooled(tmp_path / "b.xls")[0] == ("12", "1", None)


def test_xlsb(tmp_path: Path) -> None:
    text = "00000".encode("utf-16-le")

    def record(number: int, data: bytes = b"") -> bytes:
        return binary.short(number, data)

    styles = record(44, struct.pack("<HL", 200, 5) + text) + record(626)
    styles += record(47, struct.pack("<2H", 0, 0)) + record(627)
    styles += record(617, struct.pack("<L", 1)) + record(47, struct.pack("<2H", 0, 200))
    (tmp_path / "a.xlsb").write_bytes(
        binary.xlsb([HEADS, row(12), row("13")], styles=styles + record(618))
    )
    assert spooled(tmp_path / "a.xlsb") == [("00012", "1", None), ("13", "1", None)]


def test_an_ods_cannot_say_where_and_is_refused(tmp_path: Path) -> None:
    parts: dict[str, bytes | str] = {**ods_parts([HEADS, row(12)])}
    content = str(parts["content.xml"])
    assert "<text:p>12</text:p>" in content
    parts["content.xml"] = content.replace("<text:p>12</text:p>", "<text:p>00012</text:p>")
    (tmp_path / "a.ods").write_bytes(zipped(parts))
    assert codes(tmp_path / "a.ods") == {"SHEET_PADDED"}
