"""Cells by the kind of their column: what is understood, what is left alone, what is refused.

Catches: an id mended into another one, a date guessed, a double that is not what Excel shows, a
separator that hides a wrong number, an error cell read as a blank.
"""

import datetime
from decimal import Decimal
from typing import get_args

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.intake.cellkinds import CellKind
from equivalents.intake.opening.cells import cells_of
from equivalents.intake.opening.celltexts import ERRORS
from equivalents.intake.opening.cellvalues import print_double
from equivalents.intake.opening.forms import FAULTS, FORMS


def moment(*parts: int) -> datetime.datetime:
    """A cell of Excel: a moment without a time zone."""
    return datetime.datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def meaning(
    value: object, kind: CellKind, *, required: bool = False, epoch_1904: bool | None = False
) -> tuple[str, str, str]:
    """Text, form and fault of one cell; the raw text must be there exactly where it changed."""
    cells = cells_of([value])
    meant = cells.meant(kind, required, epoch_1904)
    at = int(cells.code[0])
    text, raw = meant.text[at].as_py(), meant.raw[at].as_py()
    if isinstance(value, str):
        assert (raw is None) == (text == value)
    return text, FORMS[meant.form[at]].name, FAULTS[meant.fault[at]]


@pytest.mark.parametrize(
    ("value", "text", "form"),
    [
        ("007", "007", ""),
        ("Ａ０１", "A01", "full_width"),
        (" A 1\u3000", "A 1", "spaces"),
        ("00123\t", "00123", "spaces"),
        ('="00123"', "00123", "quoted"),
        ("A－1", "A－1", ""),
        ("（甲）", "（甲）", ""),
        ("330102199001011234", "330102199001011234", ""),
        ("1E5", "1E5", ""),
        (1001.0, "1001", "number_id"),
        (999999999999999.0, "999999999999999", "number_id"),
        (10**18 + 1, "1000000000000000001", "number_id"),
        (Decimal("12"), "12", "number_id"),
        (None, "", ""),
        ("", "", ""),
        ("-", "", "dash"),
    ],
)
def test_ids_that_are_understood(value: object, text: str, form: str) -> None:
    assert meaning(value, "id") == (text, form, "")


@pytest.mark.parametrize(
    ("value", "text", "fault"),
    [
        ("1.2E+17", "1.2E+17", "ID_SCIENTIFIC"),
        ("3.30102E+17", "3.30102E+17", "ID_SCIENTIFIC"),
        (1e15, "1E+15", "ID_SCIENTIFIC"),
        (330102199001011234.0, "3.30102199001011E+17", "ID_SCIENTIFIC"),
        (float("inf"), "inf", "CELL_INFINITE"),
        (float("nan"), "nan", "CELL_INFINITE"),
        (2.1, "2.1", "ID_FRACTION"),
        (True, "TRUE", "CELL_BOOLEAN"),
        (datetime.date(2025, 1, 2), "2025-01-02", "CELL_DATE"),
        (moment(2025, 1, 2, 3, 4), "2025-01-02 03:04:00", "CELL_DATE"),
        (datetime.time(1, 2), "01:02:00", "CELL_DATE"),
        ("#N/A", "#N/A", "CELL_ERROR"),
    ],
)
def test_ids_that_are_refused(value: object, text: str, fault: str) -> None:
    assert meaning(value, "id") == (text, "", fault)


def test_a_dash_in_a_required_id_stays_what_it_is() -> None:
    assert meaning("--", "id", required=True) == ("--", "", "")
    assert meaning("--", "number", required=True) == ("", "dash", "")


def test_lists_of_ids() -> None:
    assert meaning("Ｐ１：３；P2: 2 ", "ids") == ("P1:3;P2:2", "full_width", "")


@pytest.mark.parametrize(
    ("value", "text", "form"),
    [
        ("0.00", "0.00", ""),
        ("1,234.50", "1234.50", "thousands"),
        ("-1,234,567", "-1234567", "thousands"),
        ("１２．５", "12.5", "full_width"),
        ("１，２３４", "1234", "thousands"),
        (" 3", "3", "spaces"),
        ("−3", "-3", "full_width"),
        ("--", "", "dash"),
        ("—", "", "dash"),
        ("1,23", "1,23", ""),
        ("0,123", "0,123", ""),
        ("1.5E+3", "1.5E+3", ""),
        ("12元", "12元", ""),
        ("95%", "95%", ""),
        ("1 234", "1 234", ""),
        (3.0, "3", ""),
        (-0.0, "0", ""),
        (0.1 + 0.2, "0.3", "double"),
        (1234.565, "1234.565", ""),
        (1e-7, "0.0000001", ""),
        (1e20, "100000000000000000000", ""),
        (12, "12", ""),
        (Decimal("1.50"), "1.50", ""),
        (datetime.date(2025, 1, 2), "2025-01-02", "!CELL_DATE"),
        (False, "FALSE", "!CELL_BOOLEAN"),
        ("#DIV/0!", "#DIV/0!", "!CELL_ERROR"),
    ],
)
def test_numbers(value: object, text: str, form: str) -> None:
    fault = form.removeprefix("!") if form.startswith("!") else ""
    assert meaning(value, "number") == (text, "" if fault else form, fault)


@pytest.mark.parametrize(
    ("value", "text", "form"),
    [
        ("2025-01-05", "2025-01-05", ""),
        ("2025/1/5", "2025-01-05", "slashes"),
        ("2025.1.5", "2025-01-05", "dots"),
        ("2025-1-5", "2025-01-05", "short"),
        ("2025年1月5日", "2025-01-05", "chinese"),
        ("２０２５年１月５号", "2025-01-05", "chinese"),
        ("20250105", "2025-01-05", "compact"),
        (" 2025-01-05 ", "2025-01-05", "spaces"),
        ("2025/1/5 8:30", "2025-01-05 08:30", "slashes"),
        ("2025-01-05 00:00:00", "2025-01-05 00:00:00", ""),
        ("2025-01-05T08:30:00", "2025-01-05 08:30:00", ""),
        ("2025-02-30", "2025-02-30", ""),
        ("20251301", "20251301", ""),
        ("2025/2/29", "2025/2/29", ""),
        ("1月5日", "1月5日", ""),
        ("2025-01", "2025-01", ""),
        (datetime.date(2025, 1, 5), "2025-01-05", ""),
        (moment(2025, 1, 5), "2025-01-05", ""),
        (moment(2025, 1, 5, 8, 30), "2025-01-05 08:30:00", ""),
        (45662.0, "2025-01-05", "serial_1900"),
        (45662, "2025-01-05", "serial_1900"),
        (45662.5, "2025-01-05 12:00:00", "serial_1900"),
        ("45662", "2025-01-05", "serial_1900"),
        (1.0, "1900-01-01", "serial_1900"),
        (59.0, "1900-02-28", "serial_1900"),
        (60.0, "60", ""),
        (61.0, "1900-03-01", "serial_1900"),
        (109574.0, "2199-12-31", "serial_1900"),
        (109575.0, "109575", ""),
        (0.0, "0", ""),
        (-1.0, "-1", ""),
        (20250105.0, "2025-01-05", "compact"),
        (202501.0, "202501", ""),
        ("二〇二五年一月五日", "2025-01-05", "numerals"),
        ("2025 年 1 月 5 日", "2025-01-05", "chinese"),
        ("2025年1月5日8:30", "2025-01-05 08:30", "chinese"),
        ("2025/1/118:00", "2025/1/118:00", ""),
        ("2025.3", "2025.3", ""),
        ("2025年3月", "2025年3月", ""),
    ],
)
def test_days(value: object, text: str, form: str) -> None:
    assert meaning(value, "day")[:2] == (text, form)
    assert meaning(value, "day")[2] == ""


@pytest.mark.parametrize("value", ["01/02/2025", "5-1-25", "31/12/2025", "25.1.5", "1/5/25 8:00"])
def test_days_that_can_be_read_in_two_ways_are_refused(value: str) -> None:
    assert meaning(value, "day") == (value, "", "DATE_DOUBT")


@pytest.mark.parametrize("value", [float("inf"), Decimal("Infinity"), Decimal("NaN")])
def test_a_day_that_is_no_number_is_refused(value: object) -> None:
    assert meaning(value, "day")[2] == "CELL_INFINITE"


def test_a_number_that_may_be_a_year_is_no_serial_day() -> None:
    # Excel makes a number of 2025.3, which is no 17 July 1905, seven in the morning.
    assert meaning(2025.3, "day") == ("2025.3", "", "DATE_DOUBT")
    assert meaning(2025.0, "day") == ("2025", "", "DATE_DOUBT")
    assert meaning("2025", "day") == ("2025", "", "DATE_DOUBT")


def test_serial_days_follow_the_calendar_of_their_workbook() -> None:
    assert meaning(44200.0, "day", epoch_1904=True)[:2] == ("2025-01-05", "serial_1904")
    assert meaning(0.0, "day", epoch_1904=True)[:2] == ("1904-01-01", "serial_1904")
    assert meaning("45662", "day", epoch_1904=None) == ("45662", "", "DATE_SERIAL")
    assert meaning(45662.0, "number")[0] == "45662"


@given(st.integers(61, 109_574))
def test_every_serial_is_days_after_the_30_december_1899(serial: int) -> None:
    if 1900 <= serial < 2200:
        return
    day = datetime.date(1899, 12, 30) + datetime.timedelta(days=serial)
    assert meaning(float(serial), "day")[0] == day.isoformat()
    if serial > 1462:
        assert meaning(float(serial - 1462), "day", epoch_1904=True)[0] in (
            day.isoformat(),
            str(serial - 1462),
        )


def test_flags() -> None:
    assert meaning(True, "flag") == ("1", "boolean", "")
    assert meaning("FALSE", "flag") == ("0", "boolean", "")
    assert meaning(1.0, "flag") == ("1", "", "")
    assert meaning("１", "flag") == ("1", "full_width", "")
    assert meaning("是", "flag") == ("是", "", "")


def test_texts_lose_only_what_stands_around_them() -> None:
    assert meaning(" 张三　", "text") == ("张三", "spaces", "")
    assert meaning("ＡＢＣ", "text") == ("ＡＢＣ", "", "")
    assert meaning(True, "text") == ("TRUE", "", "")
    assert meaning(datetime.date(2025, 1, 5), "text") == ("2025-01-05", "", "")


@pytest.mark.parametrize("kind", ["id", "ids", "day", "number", "flag", "text"])
@pytest.mark.parametrize("error", sorted(ERRORS))
def test_errors_are_never_values(error: str, kind: CellKind) -> None:
    assert meaning(error, kind)[2] == "CELL_ERROR"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_is_printed_with_15_digits(value: float) -> None:
    text = print_double(value)
    assert "e" not in text.lower()
    assert Decimal(text) == Decimal(f"{value:.14e}")


@given(st.lists(st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.text(max_size=5),
    st.dates(), st.datetimes(), st.times(), st.timedeltas(), st.decimals(allow_nan=False),
)))  # fmt: skip
def test_a_column_of_anything_means_what_its_cells_mean(column: list[object]) -> None:
    cells = cells_of(column)
    for kind in get_args(CellKind):
        if not column:
            continue
        meant = cells.meant(kind, True, False)
        texts = cells.spread(meant.text).to_pylist()
        alone = [meaning(value, kind, required=True)[0] for value in column]
        assert texts == alone
    shown = cells.spread(cells.texts()).to_pylist()
    assert [text == "" for text in shown] == [value in (None, "") for value in column]


def test_arrow_texts_of_any_sort_are_taken() -> None:
    column = pa.chunked_array([pa.array(["a", None]), pa.array(["a"])])
    for given_ in (column, column.dictionary_encode(), column.cast(pa.large_string())):
        cells = cells_of(given_)
        assert cells.spread(cells.texts()).to_pylist() == ["a", "", "a"]
    assert np.array_equal(cells_of(column).filled(), [True, False, True])


def test_half_a_character_stays_apart_from_others() -> None:
    cells = cells_of(["P\ud800", "P?", "P\ud801"])
    assert len(set(cells.spread(cells.texts()).to_pylist())) == 3
