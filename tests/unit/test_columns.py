"""Every Arrow type that a column of records may have: read exactly, or refused by name.

Faults caught: a decimal read through a float, a scale taken for another, the rows in front of a
slice read instead of the slice, the upper half of a decimal forgotten (1.8e19 read as 0), a missing
value that becomes a number, a float column let in.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from equivalents.intake.columns import (
    NULL_DAY,
    NULL_NUMBER,
    DayColumn,
    NumberColumn,
    TextColumn,
    UnusableColumnError,
    make_column,
)
from equivalents.intake.datesread import DatesRead
from equivalents.policy.calendar import parse_day
from equivalents.policy.daytext import Times
from equivalents.units import QUANTITY_LIMIT_E3


def texts_of(array: pa.Array, name: str = "item_code") -> list[str]:
    """The texts that a column gives record by record."""
    column = make_column(array, name)
    assert isinstance(column, TextColumn)
    assert column.index.dtype == np.int32
    values = column.distinct.texts()
    return [values[at] for at in column.index]


def numbers_of(array: pa.Array) -> list[int | str]:
    """Thousandths; ``missing``, ``places`` and ``range`` where there is no legal quantity."""
    column = make_column(array, "quantity")
    assert isinstance(column, NumberColumn)
    said: list[int | str] = []
    for value, lost in zip(column.value_e3.tolist(), column.places_lost.tolist(), strict=True):
        if value == NULL_NUMBER:
            said.append("missing")
        elif lost:
            said.append("places")
        else:
            said.append(value if abs(value) < QUANTITY_LIMIT_E3 else "range")
    return said


def decimals(values: Sequence[str | None], precision: int, scale: int) -> pa.Array:
    kind = pa.decimal128(precision, scale)
    return pa.array([None if value is None else Decimal(value) for value in values], kind)


# -- text ----------------------------------------------------------------------------------

TEXTS = ["b", None, "a", "", "b", " a", "甲"]
READ = ["b", "", "a", "", "b", " a", "甲"]


@pytest.mark.parametrize(
    "array",
    [
        pa.array(TEXTS, pa.string()),
        pa.array(TEXTS, pa.large_string()),
        pa.array(TEXTS, pa.string()).dictionary_encode(),
        pa.array(TEXTS, pa.large_string()).dictionary_encode(),
        pa.array(TEXTS, pa.dictionary(pa.int8(), pa.string())),
        pa.array(TEXTS, pa.dictionary(pa.uint16(), pa.string())),
        pa.array(TEXTS, pa.dictionary(pa.int64(), pa.large_string())),
        pa.array(TEXTS, pa.string()).dictionary_encode(null_encoding="encode"),
    ],
    ids=lambda array: str(array.type),
)
def test_texts_are_read_as_they_are_and_missing_ones_as_blank(array: pa.Array) -> None:
    assert texts_of(array) == READ
    assert texts_of(array.slice(2, 3)) == READ[2:5]
    assert texts_of(array.slice(1, 1)) == [""]
    assert texts_of(array.slice(3)) == READ[3:]
    assert texts_of(array.slice(0, 0)) == []


def test_missing_in_the_index_and_in_the_dictionary() -> None:
    indices = pa.array([0, 1, None, 2, 0], pa.int8())
    array = pa.DictionaryArray.from_arrays(indices, pa.array(["x", None, ""]))
    assert texts_of(array) == ["x", "", "", "", "x"]


def test_a_dictionary_that_fills_its_index_type() -> None:
    values = pa.array([str(number) for number in range(128)])
    full = pa.DictionaryArray.from_arrays(pa.array([127, 0], pa.int8()), values)
    assert texts_of(full) == ["127", "0"]


def test_a_dictionary_that_fills_its_index_type_and_has_a_missing_value() -> None:
    values = pa.array([str(number) for number in range(128)])
    full = pa.DictionaryArray.from_arrays(pa.array([127, None], pa.int8()), values)
    assert texts_of(full) == ["127", ""]


def test_whatever_stands_where_an_index_is_missing() -> None:
    buffers = [pa.py_buffer(b"\x05"), pa.py_buffer(np.array([1, 2**31 - 1, 0, -7], np.int32))]
    indices = pa.Array.from_buffers(pa.int32(), 4, buffers)
    array = pa.DictionaryArray.from_arrays(indices, pa.array(["a", "b"]), safe=False)
    assert texts_of(array) == ["b", "", "a", ""]


def test_a_dictionary_with_equal_and_unused_values() -> None:
    array = pa.DictionaryArray.from_arrays(pa.array([2, 0]), pa.array(["a", "unused", "a"]))
    assert texts_of(array) == ["a", "a"]


@pytest.mark.parametrize(
    "kind",
    [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint64()],
    ids=str,
)
def test_whole_numbers_may_be_ids(kind: pa.DataType) -> None:
    array = pa.array([7, None, 120], kind)
    for name in ("person_id", "item_code", "record_id", "visit_number"):
        assert texts_of(array, name) == ["7", "", "120"]
    assert texts_of(array.dictionary_encode()) == ["7", "", "120"]


def test_ids_keep_every_digit() -> None:
    assert texts_of(pa.array([2**63 - 1, -(2**63)])) == [str(2**63 - 1), str(-(2**63))]
    assert texts_of(pa.array([2**64 - 1], pa.uint64())) == [str(2**64 - 1)]


def test_a_column_of_nothing_is_blank() -> None:
    for name in ("item_code", "quantity", "service_date"):
        assert texts_of(pa.nulls(2), name) == ["", ""]
    column = make_column(pa.array(["", None]), "post_id")
    assert isinstance(column, TextColumn)
    assert column.blank_only()


def test_dates_and_quantities_may_be_text() -> None:
    assert texts_of(pa.array(["2025-02-30"]), "service_date") == ["2025-02-30"]
    assert texts_of(pa.array(["1.50", "１"]), "quantity") == ["1.50", "１"]
    assert texts_of(pa.array(["1.50"]).dictionary_encode(), "quantity") == ["1.50"]


# -- days ----------------------------------------------------------------------------------


def test_date32_is_days() -> None:
    days = [date(2025, 3, 31), None, date(1969, 12, 31), date(1, 1, 1), date(9999, 12, 31)]
    array = pa.array(days, pa.date32())
    wanted = [NULL_DAY if day is None else (day - date(1970, 1, 1)).days for day in days]
    for part, expected in ((array, wanted), (array.slice(1, 2), wanted[1:3])):
        column = make_column(part, "service_date")
        assert isinstance(column, DayColumn)
        assert column.day.tolist() == expected
    assert wanted[0] == parse_day("2025-03-31")


# -- quantities ------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", range(7))
def test_decimals_of_every_scale(scale: int) -> None:
    values = ["2", None, "-3", "0", "999999"]
    array = decimals(values, 18, scale)
    wanted = [2000, "missing", -3000, 0, 999_999_000]
    assert numbers_of(array) == wanted
    assert numbers_of(array.slice(1, 3)) == wanted[1:4]
    assert numbers_of(array.slice(5)) == []


@pytest.mark.parametrize(
    ("value", "scale", "said"),
    [
        ("1.5", 1, 1500),
        ("-1.5", 1, -1500),
        ("0.001", 3, 1),
        ("-0.001", 3, -1),
        ("0.0010", 4, 1),
        ("0.0015", 4, "places"),
        ("-0.0015", 4, "places"),
        ("1.000001", 6, "places"),
        ("-2.500000", 6, -2500),
        ("999999.999", 3, 999_999_999),
        ("1000000", 0, "range"),
        ("-1000000", 3, "range"),
        ("0.000000", 6, 0),
    ],
)
def test_decimals_by_example(value: str, scale: int, said: int | str) -> None:
    assert numbers_of(decimals([value], 20, scale)) == [said]


@given(st.integers(0, 6), st.lists(st.none() | st.integers(-(10**9), 10**9), max_size=6))
@example(5, [-1, None, -100_000, -99_999])
def test_decimals_are_exact(scale: int, unscaled: list[int | None]) -> None:
    values = [None if value is None else str(Decimal(value).scaleb(-scale)) for value in unscaled]
    wanted: list[int | str] = []
    for value in unscaled:
        whole, rest = divmod((value or 0) * 1000, 10**scale)
        legal: int | str = whole if abs(whole) < QUANTITY_LIMIT_E3 else "range"
        wanted.append("missing" if value is None else "places" if rest else legal)
    assert numbers_of(decimals(values, 38, scale)) == wanted


@pytest.mark.parametrize("scale", [0, 1, 3])
@pytest.mark.parametrize(
    "value",
    [
        2**63 - 1,
        2**63 + 1000,
        2**64,
        2**64 + 5000,  # its lower word alone would be a legal quantity
        -(2**64) - 5000,
        -(2**63) - 1000,
        10**30,
        -(10**30),
    ],
)
def test_values_beyond_64_bits_are_out_of_range(value: int, scale: int) -> None:
    text = str(Decimal(value).scaleb(-scale))
    assert numbers_of(decimals([text, "1", None], 38, scale)) == ["range", 1000, "missing"]


def test_the_smallest_64_bit_number_is_out_of_range_not_missing() -> None:
    for value in (2**63, -(2**63)):
        assert numbers_of(decimals([str(value)], 38, 0)) == ["range"]


@pytest.mark.parametrize(("precision", "scale"), [(38, 18), (38, 20), (38, 22), (38, 30)])
def test_decimals_as_other_systems_export_them(precision: int, scale: int) -> None:
    # Spark's default is decimal(38, 18): 10 is beyond 64 bits there, and a legal quantity.
    values = ["10", "-12.5", None, "0.0001", "99999999"]
    wanted = [10_000, -12_500, "missing", "places", "range"]
    assert numbers_of(decimals(values, precision, scale)) == wanted


@pytest.mark.parametrize(
    "kind", [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint32()], ids=str
)
def test_whole_numbers_are_quantities(kind: pa.DataType) -> None:
    array = pa.array([3, None, 0, 100], kind)
    assert numbers_of(array) == [3000, "missing", 0, 100_000]
    assert numbers_of(array.slice(1, 2)) == ["missing", 0]


def test_whole_numbers_far_out_of_range() -> None:
    assert numbers_of(pa.array([2**62, -(2**62), 10**6, -1])) == ["range", "range", "range", -1000]


def test_unsigned_numbers_beyond_int64_are_out_of_range() -> None:
    assert numbers_of(pa.array([2**63, 1], pa.uint64())) == ["range", 1000]


# -- refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [pa.float16(), pa.float32(), pa.float64()], ids=str)
@pytest.mark.parametrize("name", ["quantity", "person_id", "service_date", "record_id"])
def test_floats_are_refused_everywhere(kind: pa.DataType, name: str) -> None:
    with pytest.raises(UnusableColumnError) as caught:
        make_column(pa.array([], kind), name)
    assert (caught.value.code, caught.value.kind) == ("FLOAT_COLUMN", str(kind))


@pytest.mark.parametrize(
    ("array", "name"),
    [
        (pa.array([True]), "quantity"),
        (pa.array([b"1"]), "item_code"),
        (pa.array([1], pa.int32()), "service_date"),
        (pa.array([1], pa.date64()), "service_date"),
        (pa.array([1], pa.date32()), "item_code"),
        (pa.array([1], pa.time32("s")), "service_date"),
        (pa.array([1], pa.duration("s")), "quantity"),
        (decimals(["1"], 5, 0), "person_id"),
        (pa.array([["a"]]), "resident_group"),
        (pa.array([{"a": 1}]), "item_code"),
        (pa.array([1.5]).dictionary_encode(), "quantity"),
        (pa.array([1], pa.date32()).dictionary_encode(), "service_date"),
        (decimals(["1"], 5, 0).dictionary_encode(), "quantity"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value.type),
)
def test_other_types_are_refused_by_name(array: pa.Array, name: str) -> None:
    with pytest.raises(UnusableColumnError) as caught:
        make_column(array, name)
    assert (caught.value.code, caught.value.kind) == ("COLUMN_TYPE", str(array.type))


POINTS = [datetime(2025, 3, 31, 23, 59, 59), None, datetime(1969, 12, 31, 1)]  # noqa: DTZ001


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_points_in_time_are_refused_or_read_as_their_days(unit: str) -> None:
    array = pa.array(POINTS, pa.timestamp(unit))
    with pytest.raises(UnusableColumnError) as caught:
        make_column(array, "service_date")
    assert (caught.value.code, caught.value.kind) == ("TIME_COLUMN", f"timestamp[{unit}]")
    column = make_column(array, "service_date", times=Times.TRUNCATE)
    assert isinstance(column, DayColumn)
    assert column.day.tolist() == [20178, NULL_DAY, -1]
    read = DatesRead(Times.TRUNCATE, ["service_date"])
    read.add({"service_date": column})
    assert read.counts == {("service_date", "time"): 2}
    read.add({"service_date": column.take(slice(1, 3))})
    assert read.counts == {("service_date", "time"): 3}


def test_a_point_in_time_with_a_zone_is_always_refused() -> None:
    for times in Times:
        with pytest.raises(UnusableColumnError) as caught:
            make_column(pa.array([0], pa.timestamp("s", "UTC")), "service_date", times=times)
        assert caught.value.code == "TIME_COLUMN"


def test_points_far_away_are_days_out_of_range_and_not_missing() -> None:
    array = pa.array([-(2**62), 2**62], pa.timestamp("s"))
    column = make_column(array, "service_date", times=Times.TRUNCATE)
    assert isinstance(column, DayColumn)
    assert column.day.tolist() == [NULL_DAY + 1, np.iinfo(np.int32).max]
