"""From raw cells to a spool: headings found, rows left out and told, cells cleaned.

Catches: a total paid as a record, a row number that Excel does not show, an id mended that should
be refused, a date guessed, a row lost without a word.
"""

import datetime
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from equivalents.errors import DataError
from equivalents.intake.headings import TABLES
from equivalents.intake.opening.rawcells import Chunk, RawColumns
from equivalents.intake.opening.spool import GROUP, Spooled, SpoolWriter, read_spooled, unique
from equivalents.intake.opening.tablespool import Source, spool_rows

RECORDS = (TABLES["records"],)
HEADS = ["机构编号", "人员编号", "项目编码", "服务日期", "数量"]
GOOD = ["J1", "P1", "A", "2025-01-05", "1"]


def spool(tmp_path: Path, *chunks: Chunk, source: Source | None = None) -> Spooled:
    return spool_rows(chunks, RECORDS, tmp_path / "s.parquet", source or Source("a.xlsx", "S1"))


def rows_of(spooled: Spooled) -> list[list[object]]:
    table = pq.read_table(spooled.path)
    return [list(row.values()) for row in table.to_pylist()]


def data(spooled: Spooled) -> list[list[object]]:
    return [row[2 : 2 + len(spooled.headings)] for row in rows_of(spooled)]


def numbers(spooled: Spooled) -> list[object]:
    return [row[0] for row in rows_of(spooled)]


def faults(spooled: Spooled) -> list[object]:
    return [row[1] for row in rows_of(spooled)]


def codes(spooled: Spooled) -> list[str]:
    return [problem.code for problem in spooled.found()]


def test_a_clean_table_is_spooled_as_it_is(tmp_path: Path) -> None:
    spooled = spool(tmp_path, [HEADS, GOOD, ["J1", "P2", "A", "2025-01-06", "-2.50"]])
    assert data(spooled) == [GOOD, ["J1", "P2", "A", "2025-01-06", "-2.50"]]
    assert numbers(spooled) == [2, 3]
    assert faults(spooled) == [None, None]
    assert not spooled.found()
    assert spooled.headings == tuple(HEADS)
    assert read_spooled(spooled.path) == spooled


def test_titles_above_and_blank_rows_keep_the_numbers_of_excel(tmp_path: Path) -> None:
    blank = [""] * 5
    rows = [["2025 年服务记录", "", "", "", ""], blank, HEADS, GOOD, blank, GOOD]
    spooled = spool(tmp_path, rows, source=Source("a.xlsx", "S1", first_row=3))
    assert numbers(spooled) == [6, 8]
    assert spooled.header_row == 5
    assert spooled.understood[0]["rows_above"] == [[3, "2025 年服务记录"]]
    assert spooled.understood[0]["blank_rows"] == 1


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        (["合计", "", "", "", 12.0], False),
        (["J1", "小 计", "", "", 12.0], False),
        (["", "", "", "总计：", 12.0], False),
        (["制表人：张三", "", "审核人：李四", "", ""], False),
        (["", "", "", "", "打印时间：2025-02-01"], False),
        (["注：数量为人次", "", "", "", ""], False),
        (["J1", "合计", "A", "2025-01-05", "1"], True),
        (["J1", "", "A", "2025-01-05", "合计"], True),
        (["J1", "", "A", "2025-01-05", "1"], True),
    ],
)
def test_totals_and_signatures_are_left_out_only_where_ids_are_blank(
    tmp_path: Path, row: Sequence[object], kept: bool
) -> None:
    spooled = spool(tmp_path, [HEADS, GOOD, row])
    assert numbers(spooled) == ([2, 3] if kept else [2])
    told = [(one.code, one.place.row) for one in spooled.found() if "LEFT" in one.code]
    assert told == ([] if kept else [("ROW_LEFT_OUT", 3)])


def test_a_label_in_the_place_of_an_id_is_refused_where_all_else_is_filled(tmp_path: Path) -> None:
    spooled = spool(tmp_path, [HEADS, ["J1", "合计", "A", "2025-01-05", "1"]])
    assert faults(spooled) == ["ROW_LABEL:person_id"]


def test_headings_that_come_again_are_left_out(tmp_path: Path) -> None:
    spooled = spool(tmp_path, [HEADS, GOOD, HEADS, GOOD])
    assert numbers(spooled) == [2, 4]
    assert codes(spooled) == ["ROW_LEFT_OUT"]


def test_cells_are_cleaned_and_what_stood_there_is_kept(tmp_path: Path) -> None:
    row = ["Ｊ１", " P1 ", 1001.0, datetime.date(2025, 1, 5), "1,200.50"]
    spooled = spool(tmp_path, [HEADS, row])
    table = pq.read_table(spooled.path).to_pylist()[0]
    assert [table[name] for name in HEADS] == ["J1", "P1", "1001", "2025-01-05", "1200.50"]
    raw = [table[f"#raw:{name}"] for name in HEADS]
    assert raw == ["Ｊ１", " P1 ", None, None, "1,200.50"]
    forms = [(form["column"], form["form"]) for form in spooled.understood[0]["forms"]]
    assert forms == [
        ("机构编号", "full_width"),
        ("人员编号", "spaces"),
        ("项目编码", "number_id"),
        ("数量", "thousands"),
    ]


def test_two_rows_of_headings(tmp_path: Path) -> None:
    upper = ["机构编号", "人员", "", "服务", ""]
    lower = ["", "人员编号", "项目编码", "服务日期", "数量"]
    spooled = spool(tmp_path, [["标题", "", "", "", ""], upper, lower, GOOD])
    assert data(spooled) == [GOOD]
    assert spooled.header_row == 3
    assert spooled.header_rows == 2
    assert spooled.titles[3] == "服务/服务日期"


def test_chunks_pieces_and_columns_give_the_same(tmp_path: Path) -> None:
    rows = [HEADS, *[GOOD] * 100]
    whole = data(spool(tmp_path, rows))
    one_by_one = data(spool(tmp_path, *[[row] for row in rows]))
    arrays = RawColumns(tuple(pa.array(column) for column in zip(*rows, strict=True)))
    assert whole == one_by_one == data(spool(tmp_path, arrays))


def test_rows_of_another_width_are_refused_in_text_files(tmp_path: Path) -> None:
    source = Source("a.csv", strict_width=True)
    rows = [["标题"], HEADS, GOOD, [*GOOD, "x"], GOOD[:4], [], ["合计"]]
    spooled = spool(tmp_path, rows, source=source)
    assert faults(spooled) == [None, "ROW_SHAPE:6/5", "ROW_SHAPE:4/5"]
    assert numbers(spooled) == [3, 4, 5]


def test_numbers_of_rows_may_be_given(tmp_path: Path) -> None:
    columns = tuple(pa.array(column) for column in zip(HEADS, GOOD, GOOD, strict=True))
    spooled = spool(tmp_path, RawColumns(columns, rows=pa.array([1, 2, 7]).to_numpy()))
    assert numbers(spooled) == [2, 7]


def test_errors_that_the_reader_gave_as_blanks(tmp_path: Path) -> None:
    source = Source("a.xlsx", "S1", errors=((9, 0, "#N/A"), (3, 9, "#N/A"), (3, 2, "#REF!")))
    spooled = spool(tmp_path, [HEADS, GOOD, ["J1", "P1", "", "2025-01-05", "1"]], source=source)
    assert faults(spooled) == [None, "CELL_ERROR:item_code"]
    assert data(spooled)[1][2] == "#REF!"


def test_without_headings_the_nearest_row_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        spool(tmp_path, [["a", "b"], ["人员编号", "x"], ["1", "2"]])
    problem = caught.value.problems[0]
    assert (problem.code, problem.place.row) == ("HEADINGS_NOT_FOUND", 2)
    assert "机构编号" in problem.facts["missing"]


def test_an_empty_source_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        spool(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["FILE_EMPTY"]


def test_one_column_under_two_headings_is_refused(tmp_path: Path) -> None:
    spooled = spool(tmp_path, [[*HEADS, "数量(次)"], [*GOOD, "2"]])
    assert codes(spooled) == ["COLUMN_TWICE"]
    assert len(set(spooled.headings)) == 6


def test_columns_without_a_heading(tmp_path: Path) -> None:
    rows = [[*HEADS, "", "", "备注"], [*GOOD, "", "y", "n"], [*GOOD, "late", "", ""]]
    spooled = spool(tmp_path, rows)
    assert spooled.headings[5:] == ("#6", "#7", "备注")
    late = spool(tmp_path, [*[[*HEADS, ""]], *[[*GOOD, ""]] * 60], [[*GOOD, "late"]])
    assert late.headings == tuple(HEADS)
    assert [(one.code, one.place.row) for one in late.found()] == [("VALUE_OUTSIDE", 62)]


def test_a_spool_is_written_in_row_groups(tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    with SpoolWriter(path, ["a"]) as writer:
        for start in range(0, 300_000, 100_000):
            numbers = pa.array(range(start, start + 100_000))
            writer.write(numbers.to_numpy(), {"a": numbers.cast(pa.string())})
        spooled = writer.close({"file": "f", "sheet": "", "titles": ["a"]})
    metadata = pq.read_metadata(path)
    sizes = [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)]
    assert sizes == [GROUP, GROUP, 300_000 - 2 * GROUP]
    assert spooled.rows == 300_000


def test_headings_become_unique_and_never_ours() -> None:
    assert unique(["a", "", "a", "#row", "a#3"]) == ("a", "#2", "a#3#", "＃row#4", "a#3")


def test_a_label_alone_in_its_row_is_no_data_of_any_table(tmp_path: Path) -> None:
    rows = [["机构编号", "名称"], ["J1", "甲"], ["制表人：张三", ""], ["合计", "乙"]]
    wanted = (TABLES["institutions"],)
    spooled = spool_rows([rows], wanted, tmp_path / "s.parquet", Source("a.xlsx", "S1"))
    assert faults(spooled) == [None, "ROW_LABEL:institution_id"]
    assert numbers(spooled) == [2, 4]
