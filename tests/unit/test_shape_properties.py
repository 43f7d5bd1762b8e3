"""Any table, made messy and spooled, is the same table again: rows, numbers of rows and values.

Catches: a row lost or doubled beside a total, a chunk or a piece that shifts row numbers, a way of
writing a date or a number that comes back as another one.
"""

import tempfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from equivalents.intake.headings import TABLES
from equivalents.intake.opening.tablespool import Source, spool_rows

HEADS = ["机构编号", "人员编号", "项目编码", "服务日期", "数量", "备查"]
ASCII = "0123456789ABXYabxy"
WIDE = str.maketrans({char: chr(ord(char) + 0xFEE0) for char in ASCII})
BLANK_ROWS: list[list[object]] = [[], [""] * 6, [None, " ", "\u3000"]]
LEFT_OUT: list[list[object]] = [
    ["合计", "", "", "", 9.0],
    ["小 计：", None, None, None, "1,000"],
    ["", "制表人：张三", "", "", ""],
    ["注：本表不含退费"],
    [*HEADS],
]

ids = st.text("0123456789ABxy甲乙-", min_size=1, max_size=18).filter(
    lambda text: text[0] != "-" and text[-1] != "-"
)
days = st.dates(date(2000, 1, 1), date(2100, 12, 31))
thousandths = st.integers(-999_999_999, 999_999_999)


def _quantity(e3: int) -> str:
    whole, rest = divmod(abs(e3), 1000)
    decimals = f".{rest:03}".rstrip("0").rstrip(".")
    return ("-" if e3 < 0 else "") + str(whole) + decimals


def _id_ways(text: str) -> list[object]:
    ways: list[object] = [text, f" {text}\t", f"\u3000{text}", text.translate(WIDE), f'="{text}"']
    if text.isdecimal() and len(text) <= 15 and text == str(int(text)):
        ways += [float(text), int(text)]
    return ways


def _day_ways(day: date) -> list[object]:
    y, m, d = day.year, day.month, day.day
    return [
        day,
        datetime.combine(day, time()),
        float((day - date(1899, 12, 30)).days),
        f"{day:%Y%m%d}",
        float(f"{day:%Y%m%d}"),
        f"{y}/{m}/{d}",
        f"{y}-{m}-{d}",
        f"{y}.{m:02}.{d:02}",
        f"{y}年{m}月{d}日",
        day.isoformat().translate(WIDE),
        f" {day.isoformat()} ",
    ]


def _number_ways(text: str) -> list[object]:
    sign, bare = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, decimals = bare.partition(".")
    grouped = f"{sign}{int(whole):,}{point}{decimals}"
    return [text, float(text), grouped, grouped.translate(WIDE), f"{text} "]


class Messy(NamedTuple):
    """A table with its rows as they should be read, by row number."""

    rows: list[list[object]]
    read: list[tuple[int, list[str]]]


Draw = Callable[[st.SearchStrategy[object]], object]


@st.composite
def messy_tables(draw: st.DrawFn) -> Messy:
    """A table of records with everything around it that exports have."""
    rows: list[list[object]] = [list(row) for row in draw(st.lists(st.sampled_from(
        [["2025 年服务记录"], [], ["单位：示例县", "", "2025-01-31"]]), max_size=3))]  # fmt: skip
    rows.append([*HEADS])
    read: list[tuple[int, list[str]]] = []
    for _ in range(draw(st.integers(0, 12))):
        if draw(st.booleans()):
            rows.append(draw(st.sampled_from(BLANK_ROWS + LEFT_OUT)))
            continue
        texts = [draw(ids), draw(ids), draw(ids)]
        day, number = draw(days), _quantity(draw(thousandths))
        note = draw(st.text("ab １,：甲", max_size=4))
        cells = [draw(st.sampled_from(_id_ways(text))) for text in texts]
        cells += [
            draw(st.sampled_from(_day_ways(day))),
            draw(st.sampled_from(_number_ways(number))),
        ]
        rows.append([*cells, note])
        read.append((len(rows), [*texts, day.isoformat(), number, note]))
    return Messy(rows, read)


def _spooled(
    rows: Sequence[Sequence[object]], chunk: int, first_row: int = 1
) -> list[tuple[int, list[str]]]:
    chunks = [rows[at : at + chunk] for at in range(0, len(rows), chunk)]
    with tempfile.TemporaryDirectory() as folder:
        source = Source("a.xlsx", "S", first_row=first_row, epoch_1904=False)
        spooled = spool_rows(chunks, (TABLES["records"],), Path(folder) / "s.parquet", source)
        table = pq.read_table(spooled.path).to_pylist()
    assert [row["#fault"] for row in table] == [None] * len(table)
    return [(row["#row"], [row[name] for name in HEADS]) for row in table]


@settings(deadline=None)
@given(messy_tables(), st.integers(1, 50), st.integers(1, 9))
def test_a_messy_table_is_read_as_the_table_that_it_is(
    table: Messy, chunk: int, first_row: int
) -> None:
    rows = [row + [""] * (6 - len(row)) for row in table.rows]
    read = [(number + first_row - 1, values) for number, values in table.read]
    assert _spooled(rows, chunk, first_row) == read
    assert _spooled(table.rows, chunk, first_row) == read


@settings(deadline=None)
@given(messy_tables(), st.permutations(range(6)))
def test_the_order_of_columns_changes_nothing(table: Messy, order: Sequence[int]) -> None:
    rows = [row + [""] * (6 - len(row)) for row in table.rows]
    turned = [[row[at] for at in order] for row in rows]
    assert _spooled(turned, 7) == table.read
