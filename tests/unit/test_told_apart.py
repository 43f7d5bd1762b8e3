"""The sheets of a workbook and what a look through its parts found in them: told apart for sure.

Catches: an error cell that becomes a blank because the title of its sheet has an apostrophe, its
part is named another way, its workbook is small or holds another one; the title of an old file.
"""

import struct
from pathlib import Path

import pytest

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.opening.binaryrecords import xls_titles
from equivalents.intake.opening.compound import beginning, streams_of
from equivalents.intake.opening.kinds import Kind
from equivalents.intake.opening.limits import Limits
from equivalents.intake.opening.workbook import raw_sheets
from tests.files.make.binary import BOTH_ERRORS, compound, small_compound, xls
from tests.files.make.books import sheet_xml, xlsx, xlsx_parts

BROKEN = sheet_xml([["a", "b"], ["c", '<c r="B2" t="e"><v>#N/A</v></c>']])
LINK = "xl/_rels/workbook.xml.rels"


def texts(path: Path, kind: Kind) -> list[list[str]]:
    """The cells of the first sheet."""
    sheet = next(iter(raw_sheets(path, kind, Limits(), path.name)))
    return [[str(cell) for cell in row] for chunk in sheet.chunks() for row in chunk]


def refused(path: Path, kind: Kind) -> Problem:
    with pytest.raises(DataError) as caught:
        texts(path, kind)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize("title", ["记录", "Bob's", '6"月', "a & b", "a>b", "a/b", "it''s <b>"])
def test_titles_of_any_signs_are_understood(title: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx({title: BROKEN}))
    assert texts(path, Kind.XLSX)[1] == ["c", "#N/A"]


@pytest.mark.parametrize(
    "target",
    ["/xl/worksheets/sheet1.xml", "Worksheets/Sheet1.xml"],
)
def test_links_to_parts_in_any_way(target: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    links = str(xlsx_parts({"记录": BROKEN})[LINK]).replace("worksheets/sheet1.xml", target)
    path.write_bytes(xlsx({"记录": BROKEN}, {LINK: links}))
    assert texts(path, Kind.XLSX)[1] == ["c", "#N/A"]


def test_sheets_that_are_not_told_apart_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = str(xlsx_parts({"甲": BROKEN, "乙": BROKEN})["xl/workbook.xml"])
    path.write_bytes(
        xlsx({"甲": BROKEN, "乙": BROKEN}, {"xl/workbook.xml": book.replace("乙", "甲")})
    )
    problem = refused(path, Kind.XLSX)
    assert (problem.code, problem.place) == ("FILE_DAMAGED", Place("a.xlsx", "甲"))


def workbook(path: Path) -> bytes:
    """The stream of the workbook with two errors, without what it was padded with."""
    path.write_bytes(xls(BOTH_ERRORS))
    stream = streams_of(path)["Workbook"]
    return beginning(path, stream, stream.length).rstrip(b"\0") + bytes(3)


def test_a_small_workbook_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    data = workbook(path)
    assert len(data) < 4096
    path.write_bytes(small_compound("Workbook", data))
    assert beginning(path, streams_of(path)["Workbook"], 4096) == data
    found = texts(path, Kind.XLS)
    assert (found[2][5], found[3][5]) == ("#N/A", "#DIV/0!")


def test_a_small_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    data = workbook(path)
    path.write_bytes(small_compound("Workbook", data[:20] + b"\x2f\0\0\0" + data[20:]))
    assert refused(path, Kind.XLS).code == "FILE_ENCRYPTED"


def test_a_small_workbook_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    made = bytearray(small_compound("Workbook", workbook(path)))
    struct.pack_into("<L", made, 512 * 3, 0xFFFFFFFE)
    path.write_bytes(made)
    assert refused(path, Kind.XLS).code == "FILE_DAMAGED"


def several(first: bytes, second: bytes, *, inside: int) -> bytes:
    """A file with two workbooks, one of which lies in a folder; or none, where ``inside`` is 0."""
    made = bytearray(compound({"Workbook": first, "MBD1": b"", "Workboox": second}))
    name = "Workboox".encode("utf-16-le")
    at = made.index(name)
    made[at : at + len(name)] = "Workbook".encode("utf-16-le")
    entry = 1024 + 2 * 128
    if inside:
        made[entry + 66] = 1
        struct.pack_into("<2L", made, entry + 72, 4 - inside, inside)
        struct.pack_into("<L", made, 1024 + 128 + 72, 2 if inside == 3 else 0xFFFFFFFF)
        struct.pack_into("<L", made, 1024 + 76, 1 if inside == 3 else 2)
        if inside == 3:
            struct.pack_into("<L", made, entry + 72, 0xFFFFFFFF)
    return bytes(made)


def test_of_several_workbooks_in_one_the_own_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    data = workbook(path)
    path.write_bytes(several(data, bytes(4096), inside=3))
    assert texts(path, Kind.XLS)[2][5] == "#N/A"
    for inside in (0, 1):
        path.write_bytes(several(data, data, inside=inside))
        assert refused(path, Kind.XLS).code == "FILE_DAMAGED"


def test_titles_of_old_workbooks_have_their_code_page() -> None:
    def record(number: int, data: bytes = b"") -> bytes:
        return struct.pack("<2H", number, len(data)) + data

    title = "记录".encode("gbk")
    bound = struct.pack("<LHB", 99, 0, len(title)) + title
    page = record(0x42, struct.pack("<H", 936))
    old = record(0x809, struct.pack("<2H", 0x500, 5)) + page + record(0x85, bound) + record(10)
    assert xls_titles(old) == {99: "记录"}
    wide = struct.pack("<LHBB", 7, 0, 2, 1) + "记录".encode("utf-16-le")
    new = record(0x809, struct.pack("<2H", 0x600, 5)) + record(0x85, wide) + record(10)
    assert xls_titles(new) == {7: "记录"}
