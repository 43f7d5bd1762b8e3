"""Control characters in plain text files: refused where they stand, as in workbooks.

Catches: a resident's id that differs from another by a character nobody sees, read on the fast way;
tabs, line ends and characters of several bytes taken for control characters.
"""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from equivalents.intake.opening.found import SpoolFolder
from equivalents.intake.opening.opener import open_tables
from equivalents.intake.opening.textfile import is_plain
from equivalents.intake.text import look_at

HEADS = "机构编号,人员编号,项目编码,服务日期,数量,居民编号"


def write(path: Path, cell: str, *, encoding: str = "utf-8", end: str = "\n") -> Path:
    rows = [HEADS, "J1,P1,A1,2025-01-05,1,R1", f"J1,P1,A1,2025-01-05,1,{cell}", ""]
    path.write_bytes(end.join(rows).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("cell", "seen"),
    [("R\x011", True), ("R\x1b1", True), ("R1\x7f", True), ("R\x0b1", True), ("R\t1", False),
     ("\x1a", True), ("居民", False), ("R1", False)],
)  # fmt: skip
def test_a_look_notices_them(
    tmp_path: Path, cell: str, seen: bool, encoding: str, end: str
) -> None:
    path = write(tmp_path / "records.csv", cell, encoding=encoding, end=end)
    assert look_at(path, path.name).controls is seen


@pytest.mark.parametrize("cell", ["R\x011", "R\x1b1", "R\x7f1"])
def test_their_row_is_refused_where_they_stand(tmp_path: Path, cell: str) -> None:
    path = write(tmp_path / "records.csv", cell)
    (found,) = open_tables([(path, path.name)], ["records"], SpoolFolder()).tables
    assert found.spool is not None
    content = pq.read_table(found.path).to_pydict()
    assert content["#row"] == [2, 3]
    assert content["#fault"] == [None, "CELL_CONTROL:resident_id"]


def test_a_file_without_any_stays_on_the_plain_way(tmp_path: Path) -> None:
    path = write(tmp_path / "records.csv", "R2")
    (found,) = open_tables([(path, path.name)], ["records"], SpoolFolder()).tables
    assert found.spool is None


def test_a_shortened_number_is_noticed_wherever_it_stands(tmp_path: Path) -> None:
    lines = [f"{n:07},abc" for n in range(700_000)]
    path = tmp_path / "a.csv"
    for text, seen in (("R1,abc", False), ("1.2E+17,abc", True)):
        lines[333_333] = text
        path.write_text("\n".join(lines), encoding="utf-8")
        assert look_at(path, path.name).scientific is seen
        assert is_plain(path) is not seen
