"""Output tables: exact numbers by whole columns, and CSV that any reader gives back unchanged.

Faults caught: zeros after the point lost (1.05 printed as 1.5), the sign of -0.01 lost, the
smallest int64 whose absolute value does not exist, a quote or line break that splits a row, another
line end or no byte-order mark on some machine.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from equivalents.report.table import OutTable, codes, decimals, repeated, texts
from equivalents.units import Exact, print_fixed

LEAST, MOST = -(2**63), 2**63 - 1
EDGES = [
    *(0, 1, -1, 9, -9, 10, -10, 99, 100, -100, 101, 1005, 99_999, 100_000, -99_999_999),
    *(10**7, 10**7 - 1, -(10**7), 2**53 + 1, 10**18, -(10**18) + 1, MOST, LEAST + 1),
]
TEXT = st.text(alphabet="ab,\"'\n\r\t ;=0.1甲𠮷\u00a0\ufeff#", max_size=8)
ROWS = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(TEXT, min_size=width, max_size=width), max_size=6)
)


def printed(values: Sequence[int], places: int, kind: type = np.int64) -> list[str]:
    column: Exact = np.array(values, kind)
    array = decimals(column, places)
    assert array.type == pa.large_string()
    return [str(text) for text in array.to_pylist()]


# -- decimals ------------------------------------------------------------------------------


@pytest.mark.parametrize("places", [0, 1, 2, 3, 4, 7, 9])
def test_columns_print_like_single_numbers(places: int) -> None:
    wanted = [print_fixed(value, places) for value in EDGES]
    assert printed(EDGES, places) == wanted
    assert printed(EDGES, places, object) == wanted
    assert [printed([value], places)[0] for value in EDGES] == wanted


@pytest.mark.parametrize("places", [0, 2, 7])
def test_the_smallest_number_there_is(places: int) -> None:
    values = [LEAST, 0, MOST, -5]
    assert printed(values, places) == [print_fixed(value, places) for value in values]


@pytest.mark.parametrize("places", [0, 2, 7])
def test_numbers_beyond_int64(places: int) -> None:
    values = [2**63, -(2**70), 10**40, 0, -1]
    assert printed(values, places, object) == [print_fixed(value, places) for value in values]


def test_by_hand() -> None:
    assert printed([0, 5, -1, 105, -105, 71_127], 2) == [
        *("0.00", "0.05", "-0.01", "1.05", "-1.05", "711.27"),
    ]


@given(st.lists(st.integers(LEAST, MOST), max_size=8), st.integers(0, 9))
@example([LEAST], 0)
def test_any_numbers(values: list[int], places: int) -> None:
    assert printed(values, places) == [print_fixed(value, places) for value in values]


def test_no_numbers() -> None:
    for kind in (np.int64, object):
        for places in (0, 2):
            assert printed([], places, kind) == []


def test_a_part_of_a_column_of_another_step() -> None:
    everything = np.arange(-10, 10, dtype=np.int64)
    assert decimals(everything[::3], 1).to_pylist() == [
        print_fixed(int(value), 1) for value in everything[::3]
    ]


# -- columns -------------------------------------------------------------------------------


def test_columns_of_codes_and_repetitions() -> None:
    positions = np.array([2, 0, 0], np.int32)
    assert codes(["a", "甲", "c,"], positions).to_pylist() == ["c,", "a", "a"]
    assert codes(["a"], positions[:0]).to_pylist() == []
    assert repeated("x", 3).to_pylist() == ["x", "x", "x"]
    assert repeated("x", 0).to_pylist() == []


def test_rows_and_length() -> None:
    table = OutTable("t", {"a": texts(["1", "2"]), "b": texts(["x", ""])})
    assert len(table) == 2
    assert table.rows() == [("1", "x"), ("2", "")]


# -- CSV -----------------------------------------------------------------------------------


def written(folder: Path, columns: dict[str, pa.Array]) -> bytes:
    OutTable("out", columns).write_csv(folder)
    return (folder / "out.csv").read_bytes()


def read_back(content: bytes) -> list[list[str]]:
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_the_bytes_of_a_small_table(tmp_path: Path) -> None:
    columns = {
        "项目": texts(["A,B", 'say "hi"', "两\n行", "plain", ""]),
        "amount": decimals(np.array([5, -1, 0, 71_127, 100]), 2),
    }
    assert (
        written(tmp_path, columns)
        == (
            "\ufeff项目,amount\n"
            '"A,B",0.05\n'
            '"say ""hi""",-0.01\n'
            '"两\n行",0.00\n'
            "plain,711.27\n"
            ",1.00\n"
        ).encode()
    )


def test_only_values_that_need_quotes_get_them(tmp_path: Path) -> None:
    values = [" a ", "a;b", "'", "=1+1", "-1", "\t", "a\rb", '"', ","]
    content = written(tmp_path, {"a": texts(values), "b": texts([""] * len(values))})
    lines = content.decode("utf-8-sig").split("\n")[1:-1]
    plain = [f"{value}," for value in values[:6]]
    assert lines == [*plain, '"a\rb",', '"""",', '",",']


def test_a_table_without_rows_has_its_headings(tmp_path: Path) -> None:
    assert written(tmp_path, {"a": texts([]), "b": texts([])}) == b"\xef\xbb\xbfa,b\n"
    assert written(tmp_path, {"a": decimals(np.zeros(0, np.int64), 2)}) == b"\xef\xbb\xbfa\n"


@given(rows=ROWS)
@example(rows=[['"', ","], ["\r\n", '""'], ["", "\ufeff"]])
@example(rows=[["a", "b"], ["", ""]])
def test_any_table_reads_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    width = len(rows[0]) if rows else 2
    columns = {f"c{at}": texts([row[at] for row in rows]) for at in range(width)}
    content = written(tmp_path_factory.mktemp("out"), columns)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\n")
    # A lone blank is a blank line, which a reader of one column cannot tell from no row.
    wanted = [row if row != [""] else [] for row in rows]
    assert read_back(content) == [list(columns), *wanted]


def test_columns_that_are_slices(tmp_path: Path) -> None:
    plain, special = texts(list("abcdef")), texts(["a", '"', "c", ",", "e", "\n"])
    content = written(tmp_path, {"a": plain.slice(2, 3), "b": special.slice(2, 3)})
    assert read_back(content) == [["a", "b"], ["c", "c"], ["d", ","], ["e", "e"]]
    assert read_back(written(tmp_path, {"a": plain.slice(4)})) == [["a"], ["e"], ["f"]]


def test_many_rows(tmp_path: Path) -> None:
    values = np.arange(-60_000, 60_000, dtype=np.int64) * 7919
    content = written(tmp_path, {"e7": decimals(values, 7), "e3": decimals(-values, 3)})
    wanted = [[print_fixed(int(v), 7), print_fixed(-int(v), 3)] for v in values]
    assert read_back(content)[1:] == wanted
