"""Headings: ways of writing them, where they stand, one row or two; the kinds of columns.

Catches: a unit taken for another one, a title row taken for headings, a new column whose cells
nobody said the kind of.
"""

from collections.abc import Sequence

import pytest

from equivalents.errors import DataError, Place
from equivalents.intake.cellkinds import KINDS
from equivalents.intake.headings import TABLES, Column, Sheet
from equivalents.intake.opening.headingtexts import alike, names_of, proposal, understood_as
from equivalents.intake.opening.shape import Heading, Shape, find_shape, fit

RECORDS = TABLES["records"]
HEADS = ["机构编号", "人员编号", "项目编码", "服务日期", "数量"]
GOOD = ["J1", "P1", "A", "2025-01-05", "1"]


def shape(rows: Sequence[Sequence[object]], *tables: str) -> Shape:
    wanted = [TABLES[name] for name in tables] or [*TABLES.values()]
    return find_shape(rows, wanted, Place("f"), range(1, len(rows) + 1))


def names(headings: Sequence[Heading]) -> list[str]:
    return [heading.column.name if heading.column else "" for heading in headings]


def test_every_column_of_a_table_has_a_kind() -> None:
    columns = {column.name for sheet in TABLES.values() for column in sheet.columns}
    assert columns == set(KINDS)
    assert Column("金额", "金额", holds="number").kind == "number"


@pytest.mark.parametrize("sheet", TABLES.values(), ids=lambda sheet: sheet.name)
def test_headings_of_a_table_stay_different(sheet: Sheet) -> None:
    written = {text for column in sheet.columns for text in (column.name, column.heading)}
    assert len(names_of(sheet)) == len({alike(text) for text in written})
    for column in sheet.columns:
        for text in (column.name, column.heading):
            found = understood_as(text, sheet)
            assert found == (text, column)


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ("金额(元)", "金额（元）"),
        ("金额 （元）", "金额（元）"),
        ("金额\n(元)", "金额（元）"),
        ("金额【元】", "金额（元）"),
        ("＊金额（元）", "金额（元）"),
        ("金额（元）（必填）", "金额（元）"),
        ("Amount", "amount"),
        ("绩效池", "绩效池"),
        ("Institution ID", "institution_id"),
    ],
)
def test_ways_of_writing_a_heading(title: str, heading: str) -> None:
    found = understood_as(title, TABLES["pools"])
    assert found is not None
    assert found[0] == heading


@pytest.mark.parametrize(
    ("title", "near"),
    [
        ("金额", "金额（元）"),
        ("金额(万元)", "金额（元）"),
        ("机构编码", "机构编号"),
        ("institution", "机构编号"),
        ("", ""),
        ("天气", ""),
    ],
)
def test_near_misses_are_told_and_not_taken(title: str, near: str) -> None:
    assert understood_as(title, TABLES["pools"]) is None
    assert proposal(title, TABLES["pools"]) == near


def test_units_that_count_single_things() -> None:
    assert understood_as("数量（人次）", RECORDS) is not None
    assert understood_as("数量（万次）", RECORDS) is None
    assert understood_as("截止日期", TABLES["leave"]) is None


def test_the_table_is_the_one_that_fits_best() -> None:
    assert shape([HEADS]).sheet.name == "records"
    assert shape([["机构编号", "绩效池", "金额（元）"]]).sheet.name == "pools"
    assert shape([["机构编号", "人员编号", "构成项", "金额（元）"]]).sheet.name == "bonuses"
    assert shape([["机构编号"]]).sheet.name == "institutions"


def test_a_file_that_lacks_a_column_is_not_taken_for_a_smaller_table() -> None:
    found = shape([HEADS[:4], GOOD[:4]])
    assert found.sheet.name == "records"
    assert [column.name for column in found.missing] == ["quantity"]


def test_two_tables_that_fit_alike_are_refused() -> None:
    twin = Sheet("twin", "另一张", RECORDS.columns)
    with pytest.raises(DataError) as caught:
        find_shape([HEADS, GOOD], [RECORDS, twin], Place("f"), [1, 2])
    assert [one.code for one in caught.value.problems] == ["TABLE_DOUBT"]


def test_headings_in_row_41_are_too_far_down() -> None:
    assert shape([["x"]] * 39 + [HEADS, GOOD]).at == 39
    with pytest.raises(DataError):
        shape([["x"]] * 40 + [HEADS, GOOD])


def test_lower_and_upper_texts_and_joined_ones() -> None:
    upper = ["机构编号", "人员", "", "服务", "", ""]
    lower = ["", "编号", "项目编码", "服务日期", "数量", "金额"]
    found = shape([upper, lower, GOOD], "records")
    assert names(found.headings) == [
        "institution_id",
        "",
        "item_code",
        "service_date",
        "quantity",
        "",
    ]
    assert [heading.title for heading in found.headings][:3] == [
        "机构编号",
        "人员/编号",
        "人员/项目编码",
    ]
    assert [column.name for column in found.missing] == ["person_id"]


def test_a_merged_title_over_the_headings_is_no_heading() -> None:
    found = shape([["服务记录", "", "", "", ""], HEADS, GOOD], "records")
    assert (found.at, found.rows) == (1, 1)
    assert found.above == ((0, "服务记录"),)


def test_an_upper_text_over_several_columns_names_none_of_them() -> None:
    upper = ["机构编号", "人员编号", "", "项目编码", "服务日期", "数量"]
    lower = ["(代码)", "甲", "乙", "编码", "", ""]
    found = fit([upper, lower], RECORDS)
    assert names(found)[1:3] == ["", ""]


def test_one_text_that_fits_two_ways_is_not_taken() -> None:
    upper = ["人员编号", "机构编号", "", "", ""]
    lower = ["机构编号", "", "项目编码", "服务日期", "数量"]
    found = fit([upper, lower], RECORDS)
    assert names(found) == ["", "institution_id", "item_code", "service_date", "quantity"]


# -- rows that would be lost ---------------------------------------------------------------------


def refused(rows: Sequence[Sequence[object]], *tables: str) -> tuple[str, int | None, str]:
    with pytest.raises(DataError) as caught:
        shape(rows, *tables)
    (problem,) = caught.value.problems
    return problem.code, problem.place.row, problem.facts["count"]


@pytest.mark.parametrize(
    ("above", "row", "count"),
    [
        # Headings that come again, with one column more.
        ([HEADS, GOOD, GOOD], 1, "2"),
        ([["服务记录"], HEADS, ["甲院", "张三", "输液", "一月五日", "两次"]], 2, "1"),
        ([GOOD], 0, "1"),
        # A blank where a required id should be; names in the place of ids.
        ([["J1", "P1", "", "2025-01-05", ""]], 0, "1"),
        ([["甲院", "张三", "输液", "2025年1月5日", "两次"]], 0, "1"),
        ([["甲院", "张三", "输液", "某日", "３"]], 0, "1"),
        # The rows of another table.
        ([["机构编号", "人员编号"], ["J1", "P1"], [], []], 1, "1"),
    ],
)
def test_data_above_the_headings_is_not_lost(
    above: list[list[object]], row: int, count: str
) -> None:
    found = refused([*above, [*HEADS, "来源"], [*GOOD, "HIS"]], "records")
    assert found == ("DATA_ABOVE_HEADINGS", row + 1, count)


@pytest.mark.parametrize(
    "above",
    [
        ["2025年1月服务记录", "", "", "", ""],
        ["填报单位：", "某县卫健局", "", "日期", "2025-01-31"],
        ["机构编号", "J1", "期间", "2025-06", ""],
        ["1", "2", "3", "4", "5"],
        ["（1）", "（2）", "（3）", "（4）", "（5）"],
        ["F001", "F002", "F003", "F004", "F005"],
        ["institution", "person", "item", "date", "number"],
    ],
)
def test_titles_and_notes_above_the_headings_are_no_data(above: list[object]) -> None:
    found = shape([above, [], HEADS, GOOD], "records")
    assert (found.at, found.rows) == (2, 1)


@pytest.mark.parametrize(
    "first",
    [
        ["J1", "P1", "A", "2025-01-05", "1", "来源"],
        ["甲院", "张三", "输液", "", "", "来源"],
    ],
)
def test_a_row_of_data_is_no_second_row_of_headings(first: list[object]) -> None:
    found = shape([[*HEADS, ""], first, [*GOOD, "HIS"]], "records")
    assert (found.at, found.rows) == (0, 1)


def test_headings_in_two_languages_are_two_rows_of_headings() -> None:
    english = ["institution_id", "person_id", "item_code", "service_date", "quantity"]
    found = shape([english, HEADS, GOOD], "records")
    assert len(found.known) == 5
