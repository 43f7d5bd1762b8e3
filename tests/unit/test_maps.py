"""Column maps applied: their columns and codes become ours, exactly, with the fault of each row.

Faults seen to be caught: an account that keeps its first owner after it changed hands, a code that
is not listed and kept all the same, a product that is rounded, a filter that leaves rows out
without a count, a source's own column taken for one of ours because it is called alike.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.errors import Place
from equivalents.findings import Findings
from equivalents.intake.opening.mapfile import read_map
from equivalents.intake.opening.mapmodel import ColumnMap
from equivalents.intake.opening.maps import Chunk, MapRun

HEAD = "map: his\ntitle: 示例\nversion: 2025-06-01\ntable: records\n"
COLUMNS = (
    "columns:\n  person_id: [工号, 医生工号]\n  item_code: 项目\n  service_date: 日期\n"
    "  quantity: 数量\n"
)
HERE = "constants: {institution_id: I1}\n"
ROWS = [
    {"工号": "H1", "项目": "门诊", "日期": "2025-06-01", "数量": "1", "状态": "正常", "单位": "次"},
    {"工号": "H1", "项目": "门诊", "日期": "2025-06-20", "数量": "2", "状态": "作废", "单位": "次"},
    {"工号": "H2", "项目": "出诊", "日期": "2025-06-20", "数量": "30", "状态": "", "单位": "分钟"},
]


def the_map(more: str = HERE, text: str = HEAD + COLUMNS) -> ColumnMap:
    """A map without fault, read from a folder of its own."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "his.yaml"
        path.write_text(text + more, encoding="utf-8")
        findings = Findings()
        found = read_map(path, "his.yaml", {}, findings)
    assert findings.problems == []
    assert found is not None
    return found


def chunk(rows: Sequence[Mapping[str, str]], faults: Sequence[str] = ()) -> Chunk:
    columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]}
    return Chunk(np.arange(2, len(rows) + 2), columns, {}, faults)


def bound(found: ColumnMap, rows: Sequence[Mapping[str, str]]) -> MapRun:
    findings = Findings()
    run = MapRun(found, [*rows[0]], Place("his.csv"), findings)
    assert findings.problems == []
    return run


def mapped(more: str = HERE, rows: Sequence[Mapping[str, str]] = ROWS) -> Chunk:
    found = the_map(more)
    return bound(found, rows).apply(chunk(rows))


def texts(made: Chunk, column: str) -> list[str]:
    found: list[str] = made.columns[column].to_pylist()
    return found


def test_columns_are_renamed_and_constants_added_and_the_others_stay() -> None:
    made = mapped()
    assert [*made.columns] == [
        "institution_id", "person_id", "item_code", "service_date", "quantity", "状态", "单位",
    ]  # fmt: skip
    assert texts(made, "institution_id") == ["I1"] * 3
    assert texts(made, "person_id") == ["H1", "H1", "H2"]
    assert made.raw == {}
    assert made.row.tolist() == [2, 3, 4]
    assert made.faults == ()


def test_a_value_that_is_not_listed_is_refused_or_kept_as_declared() -> None:
    values = HERE + "values:\n  item_code:\n    codes: {门诊: OP}\n"
    made = mapped(values)
    assert texts(made, "item_code") == ["OP", "OP", "出诊"]
    assert made.faults == ["", "", "MAP_VALUE_UNLISTED:item_code"]
    assert made.raw["item_code"].to_pylist() == ["门诊", "门诊", None]
    kept = mapped(values + "    unlisted: keep\n")
    assert (texts(kept, "item_code"), kept.faults) == (["OP", "OP", "出诊"], ())


PEOPLE = """people:
  rows:
    - {source_code: H1, person_id: P1, valid_to: 2025-06-16}
    - {source_code: H1, person_id: P2, valid_from: 2025-06-16, valid_to: 2025-06-21}
    - {source_code: H2, person_id: P1}
"""


def test_an_account_changes_hands_on_its_day_and_one_person_has_two() -> None:
    rows = [
        {**ROWS[0], "工号": code, "日期": day}
        for code, day in [
            ("H1", "2025-06-15"),
            ("H1", "2025-06-16"),
            ("H1", "2025-06-20 23:59:59"),
            ("H1", "2025-06-21"),
            ("H1", "2025/6/1"),
            ("H2", "2025/6/1"),
            ("H3", "2025-06-01"),
            ("", "2025-06-01"),
        ]
    ]
    made = mapped(HERE + PEOPLE, rows)
    assert texts(made, "person_id") == ["P1", "P2", "P2", "H1", "H1", "P1", "H3", ""]
    assert made.faults == [
        "", "", "", "MAP_CODE_NOT_THEN:person_id", "MAP_DAY_UNKNOWN:person_id", "",
        "MAP_CODE_UNLISTED:person_id", "",
    ]  # fmt: skip
    assert made.raw["person_id"].to_pylist() == ["H1"] * 3 + [None] * 2 + ["H2", None, None]


def test_the_same_for_each_of_several_performers_with_their_shares() -> None:
    rows = [
        {**ROWS[0], "参与": many, "日期": day}
        for many, day in [
            ("H1:3;H2:2", "2025-06-15"),
            ("H1:3;H2:2", "2025-06-16"),
            ("H2;H9", "2025-06-16"),
            ("", "2025-06-16"),
        ]
    ]
    text = HEAD + COLUMNS + "  performers: 参与\n" + HERE + PEOPLE
    made = bound(the_map("", text), rows).apply(chunk(rows))
    assert texts(made, "performers") == ["P1:3;P1:2", "P2:3;P1:2", "H2;H9", ""]
    assert made.faults == ["", "", "MAP_CODE_UNLISTED:performers", ""]


def test_a_list_of_theirs_is_parted_and_each_value_mapped() -> None:
    rows = [{**ROWS[0], "人群": "高血压、老人"}, {**ROWS[0], "人群": ""}]
    text = (
        HEAD + COLUMNS + "  resident_group: 人群\n" + HERE + "split: {resident_group: 、}\n"
        "values:\n  resident_group: {codes: {高血压: hypertension, 老人: elderly}}\n"
    )
    made = bound(the_map("", text), rows).apply(chunk(rows))
    assert texts(made, "resident_group") == ["hypertension;elderly", ""]
    plain = bound(the_map("", text.partition("values:")[0]), rows).apply(chunk(rows))
    assert texts(plain, "resident_group") == ["高血压;老人", ""]


FACTORS = "factors:\n  quantity:\n    unit: 单位\n    codes: {次: 1, 分钟: 0.05, 套: 0.3}\n"


def test_quantities_are_multiplied_exactly_or_refused() -> None:
    rows = [
        {**ROWS[0], "数量": quantity, "单位": unit}
        for quantity, unit in [
            ("30", "分钟"), ("1.5", "次"), ("0.01", "分钟"), ("0.02", "分钟"), ("-3", "套"),
            ("1", "针"), ("x", "分钟"), ("", "套"), ("1.2345", "次"), ("0.0100", "套"),
        ]
    ]  # fmt: skip
    made = mapped(HERE + FACTORS, rows)
    assert texts(made, "quantity") == [
        "1.5", "1.5", "0.01", "0.001", "-0.9", "1", "x", "", "1.2345", "0.003",
    ]  # fmt: skip
    assert [*filter(None, made.faults)] == [
        "MAP_QUANTITY_PLACES:quantity",
        "MAP_UNIT_UNLISTED:quantity",
    ]
    assert [at for at, fault in enumerate(made.faults) if fault] == [2, 5]
    kept = mapped(HERE + FACTORS + "    unlisted: keep\n", rows)
    assert [at for at, fault in enumerate(kept.faults) if fault] == [2]


@given(
    st.decimals(-999999, 999999, places=3).filter(lambda one: one != 0),
    st.decimals("0.000001", 9999, places=6),
)
def test_a_product_is_the_exact_one_or_none(quantity: object, factor: object) -> None:
    """Beside fractions: whatever has three decimals is told to the last, the rest is refused."""
    text = FACTORS.replace("0.05", f"{factor:f}".rstrip("0").rstrip("."))
    rows = [{**ROWS[0], "数量": f"{quantity:f}", "单位": "分钟"}]
    made = mapped(HERE + text, rows)
    exact = Fraction(str(quantity)) * Fraction(str(factor))
    if (exact * 1000).denominator == 1:
        assert Fraction(texts(made, "quantity")[0]) == exact
        assert made.faults == ()
    else:
        assert texts(made, "quantity") == [f"{quantity:f}"]
        assert made.faults == ["MAP_QUANTITY_PLACES:quantity"]


FILTERS = """filters:
  - {column: 状态, drop: [作废], name: 作废单}
  - {column: 单位, keep: [次]}
"""


def test_rows_not_meant_for_us_are_left_out_and_counted_by_rule() -> None:
    found = the_map(HERE + FILTERS)
    run = bound(found, ROWS)
    made = run.apply(chunk(ROWS, ["", "ID_SCIENTIFIC:person_id", ""]))
    assert (made.row.tolist(), made.faults) == ([2], ())
    run.apply(chunk(ROWS))
    told = [(one.code, one.value, one.facts["rule"], one.facts["rows"]) for one in run.problems()]
    assert told == [
        ("MAP_ROWS_LEFT_OUT", "2", "作废单", "6"),
        ("MAP_ROWS_LEFT_OUT", "2", "单位 ≠ 次", "6"),
    ]


def test_an_id_is_joined_of_several_columns_unless_two_rows_could_become_alike() -> None:
    text = HEAD + COLUMNS + HERE + "join:\n  record_id: {columns: [单据号, 行号], by: '-'}\n"
    rows = [{**ROWS[0], "单据号": a, "行号": b} for a, b in [("A1", "1"), ("A-1", "2")]]
    made = bound(the_map("", text), rows).apply(chunk(rows))
    assert texts(made, "record_id") == ["A1-1", "A-1-2"]
    assert made.faults == ["", "MAP_JOIN_MARK:record_id"]
    assert texts(made, "单据号") == ["A1", "A-1"]


def test_the_first_fault_is_that_of_the_cleaning_then_in_the_order_of_our_columns() -> None:
    more = HERE + PEOPLE + "values:\n  item_code: {codes: {门诊: OP}}\n" + FACTORS
    rows = [{**ROWS[0], "工号": "H9", "项目": "别的", "单位": "针"}] * 4
    faults = ["", "ID_SCIENTIFIC:工号", "DATE_AMBIGUOUS:service_date", "NUMBER_ODD:状态"]
    made = bound(the_map(more), rows).apply(chunk(rows, faults))
    assert made.faults == [
        "MAP_CODE_UNLISTED:person_id", "ID_SCIENTIFIC:person_id", "DATE_AMBIGUOUS:service_date",
        "MAP_CODE_UNLISTED:person_id",
    ]  # fmt: skip


def test_a_column_of_theirs_is_never_taken_for_one_of_ours() -> None:
    rows = [{**ROWS[0], "quantity": "99", "数量（源）": "x", "居民编号": "R1"}]
    text = HEAD + COLUMNS + HERE
    made = bound(the_map("", text), rows).apply(chunk(rows))
    assert texts(made, "quantity") == ["1"]
    assert texts(made, "quantity（源）") == ["99"]
    assert texts(made, "居民编号（源）") == ["R1"]


def test_what_a_map_needs_and_a_table_has_not_got_or_has_twice_is_told() -> None:
    found = the_map(HERE + FACTORS + FILTERS)
    findings = Findings()
    MapRun(found, ["工号", "医生工号", "项目", "日期"], Place("his.csv"), findings)
    assert [(one.code, one.value) for one in findings.problems] == [
        ("MAP_HEADING_TWICE", "工号、医生工号"),
        ("MAP_HEADING_MISSING", "数量"),
        ("MAP_HEADING_MISSING", "单位"),
        ("MAP_HEADING_MISSING", "状态"),
        ("MAP_HEADING_MISSING", "单位"),
    ]


def test_end_dates_that_count_their_day_are_called_so() -> None:
    text = (
        "map: his\ntitle: 示例\nversion: 2025-06-01\ntable: contracts\nends: inclusive\n"
        "columns:\n  contract_id: 协议号\n  resident_id: 证号\n  active_from: 起\n  active_to: 止\n"
    )
    rows = [{"协议号": "C1", "证号": "R1", "起": "2025-01-01", "止": "2025-12-31"}]
    made = bound(the_map("", text), rows).apply(chunk(rows))
    assert [*made.columns] == ["contract_id", "resident_id", "active_from", "截止日期（含）"]
    other = bound(the_map("", text.replace("inclusive", "exclusive")), rows).apply(chunk(rows))
    assert [*other.columns][-1] == "active_to"


@pytest.mark.parametrize("size", [1, 2, 3])
def test_however_the_rows_are_cut_the_same_comes_out(size: int) -> None:
    found = the_map(HERE + PEOPLE + FACTORS)
    whole = bound(found, ROWS).apply(chunk(ROWS))
    run = bound(found, ROWS)
    parts = [run.apply(chunk(ROWS[at : at + size])) for at in range(0, len(ROWS), size)]
    for name in whole.columns:
        assert [text for part in parts for text in texts(part, name)] == texts(whole, name)


def test_faults_are_counted_by_what_was_found() -> None:
    run = bound(the_map(HERE + PEOPLE), ROWS)
    run.apply(chunk([{**ROWS[0], "工号": "H7"}] * 3))
    assert run.faulty == {("MAP_CODE_UNLISTED", "person_id", "H7"): 3}
