"""Parquet record files: the same verdicts and figures as a CSV file of the same content.

Faults caught: record numbers that begin again with each row group, a dictionary that changes from
one row group to the next, a missing value read as text, a damaged file that ends in a traceback.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from equivalents.errors import DataError
from equivalents.intake import source as source_module
from equivalents.intake.parquet import parquet_parts
from equivalents.intake.source import Source
from equivalents.policy.calendar import LAST_DAY, parse_day, parse_period
from equivalents.policy.model import CaseRules, Institution, Pool, Posting, WeightRow
from equivalents.settle import Settlement, settle

SINCE = parse_day("2020-01-01")
RULES = CaseRules(
    period=parse_period("2025"),
    institutions=(Institution("c1"), Institution("c2")),
    postings=(Posting("p1", "c1", SINCE, LAST_DAY), Posting("p2", "c1", SINCE, LAST_DAY, "a")),
    weights=(
        WeightRow("pay", "A", 12_000, SINCE, LAST_DAY),
        WeightRow("pay", "B", 5_000, SINCE, LAST_DAY),
        WeightRow("pay", "B", 9_000, SINCE, LAST_DAY, ("", "child", "", "", "")),
    ),
    pools=(Pool("c1", "main", "pay", 71_127),),
)
HEAD = (
    *("institution_id", "person_id", "item_code", "service_date", "quantity"),
    *("record_id", "corrects", "resident_group", "setting", "visit_number", "post_id"),
)
GOOD = ("c1", "p1", "A", "2025-03-31", "1.5", "", "", "", "", "", "")


def changed(**values: str) -> tuple[str, ...]:
    """The good row with some values replaced."""
    return tuple(values.get(name, text) for name, text in zip(HEAD, GOOD, strict=True))


ROWS = [
    GOOD,
    changed(person_id="p2", item_code="B", resident_group="child;old"),
    changed(person_id="p2", post_id="a"),
    changed(quantity="0"),
    changed(quantity="x"),
    changed(quantity="1.2345"),
    changed(quantity=""),
    changed(service_date="2025-02-30"),
    changed(service_date=""),
    changed(service_date="2024-12-31"),
    changed(institution_id="c9"),
    changed(institution_id="c2"),
    changed(person_id="p9"),
    changed(person_id=""),
    changed(item_code="unknown"),
    changed(post_id="nowhere"),
    changed(visit_number="0"),
    changed(visit_number="2"),
    changed(record_id="r1"),
    changed(record_id="r1"),
    changed(record_id="r2"),
    changed(record_id="r2", quantity="2"),
    changed(quantity="-1", corrects="r2"),
    changed(quantity="-1", corrects="r9"),
    changed(quantity="-1"),
    changed(item_code="B", setting="home"),
    ("",) * len(HEAD),
    changed(quantity="7"),
]


def table(rows: Sequence[Sequence[str]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ([] for _ in HEAD)
    texts = (pa.array([value or None for value in column], pa.string()) for column in columns)
    return pa.table(dict(zip(HEAD, texts, strict=True)))


def write_parquet(path: Path, content: pa.Table, group: int = 1 << 20) -> Path:
    pq.write_table(content, path, row_group_size=group)
    return path


def write_csv(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    path.write_text("\n".join([",".join(HEAD), *map(",".join, rows), ""]), encoding="utf-8")
    return path


def settled(*paths: Path) -> Settlement:
    source = Source(paths[0].parent, paths)
    return settle(RULES, source.blocks)


def verdicts(one: Settlement, heading_rows: int) -> list[tuple[int, str, str, str]]:
    """Every fault of every record, by the record's number from 1."""
    return sorted(
        (int(row) - heading_rows, fault.code, fault.column, fault.series)
        for fault in one.counted.faults
        for row in fault.row
    )


def figures(one: Settlement) -> tuple[list[int], list[int], int, int]:
    assert one.payouts is not None
    keys = one.payouts.equivalents_e7.tolist()
    counted = one.counted
    return keys, one.payouts.amount_fen.tolist(), counted.received, counted.rejected


# -- beside CSV ------------------------------------------------------------------------------


@pytest.mark.parametrize("group", [1, 3, 10, 1000])
@pytest.mark.parametrize("encode", [False, True])
def test_the_same_verdicts_as_a_csv_file(tmp_path: Path, group: int, encode: bool) -> None:
    beside_csv = settled(write_csv(tmp_path / "a.csv", ROWS))
    content = table(ROWS)
    if encode:
        content = pa.table({name: content[name].dictionary_encode() for name in HEAD})
    beside_parquet = settled(write_parquet(tmp_path / "b.parquet", content, group))
    assert verdicts(beside_parquet, 0) == verdicts(beside_csv, 1)
    assert figures(beside_parquet) == figures(beside_csv)
    # Nearly every line has its own fault, or the comparison proves little.
    assert len({code for _, code, _, _ in verdicts(beside_csv, 1)}) >= 14


def test_one_file_after_the_other_is_one_file_cut_in_two(tmp_path: Path) -> None:
    whole = settled(write_parquet(tmp_path / "whole.parquet", table(ROWS)))
    halves = [
        write_parquet(tmp_path / "1.parquet", table(ROWS[:20])),
        write_csv(tmp_path / "2.csv", ROWS[20:]),
    ]
    assert figures(settled(*halves)) == figures(whole)


TYPED = [
    changed(quantity="1.500", record_id="7"),
    changed(quantity="1.500", record_id="7"),
    changed(quantity="2.000", record_id="8", person_id="p2"),
    changed(quantity="-2.000", corrects="8"),
    changed(quantity="0.000"),
    changed(quantity="1000000.000"),
    changed(quantity="", service_date=""),
    changed(service_date="2026-01-01"),
    changed(service_date="1899-12-31"),
]


def typed(rows: Sequence[Sequence[str]]) -> pa.Table:
    """The table with dates as date32, quantities as decimal128 and ids as whole numbers."""
    content = table(rows)
    texts = {name: content[name].to_pylist() for name in HEAD}
    days = [None if day is None else date.fromisoformat(day) for day in texts["service_date"]]
    numbers = [None if text is None else Decimal(text) for text in texts["quantity"]]
    ids = {
        name: pa.array([None if text is None else int(text) for text in texts[name]], pa.int64())
        for name in ("record_id", "corrects")
    }
    columns = {
        "service_date": pa.array(days, pa.date32()),
        "quantity": pa.array(numbers, pa.decimal128(18, 3)),
        **ids,
    }
    return pa.table({name: columns.get(name, content[name]) for name in HEAD})


@pytest.mark.parametrize("group", [2, 100])
def test_typed_columns_give_the_same_verdicts(tmp_path: Path, group: int) -> None:
    beside_csv = settled(write_csv(tmp_path / "a.csv", TYPED))
    beside_parquet = settled(write_parquet(tmp_path / "b.parquet", typed(TYPED), group))
    assert verdicts(beside_parquet, 0) == verdicts(beside_csv, 1)
    assert figures(beside_parquet) == figures(beside_csv)


def test_a_missing_quantity_among_good_ones_is_missing(tmp_path: Path) -> None:
    rows = [changed(record_id="7"), changed(quantity="", corrects="7")]
    one = settled(write_parquet(tmp_path / "r.parquet", typed(rows)))
    assert verdicts(one, 0) == [(2, "VALUE_MISSING", "quantity", "")]


def test_typed_and_text_rows_of_one_id_are_compared_by_content(tmp_path: Path) -> None:
    rows = [changed(record_id="7", quantity="1.500"), changed(record_id="8", quantity="2.000")]
    paths = [
        write_parquet(tmp_path / "a.parquet", typed(rows)),
        write_csv(tmp_path / "b.csv", [changed(record_id="7"), changed(record_id="8")]),
    ]
    found = settled(*paths).counted.faults
    assert sorted((fault.part, fault.code) for fault in found) == [
        (0, "RECORD_ID_CONFLICT"),
        (1, "RECORD_ID_CONFLICT"),
        (1, "RECORD_ID_REPEATED"),
    ]


# -- parts -----------------------------------------------------------------------------------


def test_one_part_a_row_group_with_numbers_that_go_on(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "r.parquet", table([GOOD] * 10), 4)
    parts = parquet_parts(path, "r.parquet")
    assert [(part.group, part.first_row) for part in parts] == [(0, 1), (1, 5), (2, 9)]
    rows = [batch.row.tolist() for part in parts for batch in part.batches()]
    assert rows == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]


def test_batches_of_any_size_are_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_parquet(tmp_path / "r.parquet", table(ROWS), 11)
    whole = settled(path)
    monkeypatch.setattr(source_module, "_SLICE", 4)
    assert verdicts(settled(path), 0) == verdicts(whole, 0)
    assert figures(settled(path)) == figures(whole)


def test_originals_are_the_rows_that_were_asked_for(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "r.parquet", table(ROWS), 5)
    source = Source(tmp_path, [path])
    wanted = {part: source.parts[part].first_row + pa.array([0]).to_numpy() for part in (0, 2)}
    found = [(one.row, one.by_column["quantity"]) for one in source.originals(wanted)]
    assert found == [(1, "1.5"), (11, "1.5")]


def test_a_file_without_records(tmp_path: Path) -> None:
    one = settled(
        write_parquet(tmp_path / "a.parquet", table([])),
        write_parquet(tmp_path / "b.parquet", table([GOOD])),
    )
    assert figures(one) == ([18_000_000, 0], [71_127, 0], 1, 0)


def test_chinese_headings(tmp_path: Path) -> None:
    names = ("机构编号", "人员编号", "项目编码", "服务日期", "数量")
    columns = dict(zip(names, ([text] for text in GOOD), strict=False))
    assert figures(settled(write_parquet(tmp_path / "r.parquet", pa.table(columns))))[2:] == (1, 0)


@pytest.mark.parametrize(
    "remark",
    [
        pa.array([1.5, None]),
        pa.array([True, None]),
        pa.array([1, None], pa.timestamp("us")),
        pa.array([Decimal("1.5"), None]),
        pa.array([["a"], None]),
        pa.array([{"a": 1}, None]),
        pa.array([b"\xff", None]),
    ],
    ids=lambda array: str(array.type),
)
def test_an_unknown_column_of_any_type_is_no_matter(tmp_path: Path, remark: pa.Array) -> None:
    content = table([GOOD, ("",) * len(HEAD)]).append_column("remark", remark)
    path = write_parquet(tmp_path / "r.parquet", content)
    assert figures(settled(path))[2:] == (1, 0)
    # A rejected row is shown with all its columns.
    [shown] = Source(tmp_path, [path]).originals({0: pa.array([1]).to_numpy()})
    assert shown.by_column["quantity"] == "1.5"


# -- refused ---------------------------------------------------------------------------------


def problems(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(DataError) as caught:
        settled(path)
    return [(problem.code, problem.place.file) for problem in caught.value.problems]


def test_damaged_files(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "r.parquet", table(ROWS))
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[: len(whole) // 2], b"PAR1", b"a,b\n1,2\n", whole[10:]):
        path.write_bytes(damaged)
        assert problems(path) == [("FILE_DAMAGED", "r.parquet")]
    path.write_bytes(b"")
    assert problems(path) == [("FILE_EMPTY", "r.parquet")]


def test_damage_inside_a_row_group(tmp_path: Path) -> None:
    content = table([changed(record_id=f"r{at:05}") for at in range(5000)])
    path = write_parquet(tmp_path / "r.parquet", content)
    whole = bytearray(path.read_bytes())
    whole[4:2000] = bytes(1996)
    path.write_bytes(bytes(whole))
    assert problems(path) == [("FILE_DAMAGED", "r.parquet")]


def test_float_columns_are_refused_at_once(tmp_path: Path) -> None:
    content = table([GOOD, GOOD])
    for name in ("quantity", "record_id"):
        at = content.schema.get_field_index(name)
        content = content.set_column(at, name, pa.array([1.0, None]))
    path = write_parquet(tmp_path / "r.parquet", content)
    assert problems(path) == [("FLOAT_COLUMN", "r.parquet")] * 2


def test_missing_columns_are_refused(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "r.parquet", table([GOOD]).drop_columns(["quantity"]))
    assert ("COLUMN_MISSING", "r.parquet") in problems(path)
