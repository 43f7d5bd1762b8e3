"""How sheets show exact numbers: rounded for the eye, never to something that it is not.

Catches: a long fraction in a cell, half rounded down, a distance that is shown as nothing, a whole
number with a bare point.
"""

from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.report.book import Book, SheetColumn
from equivalents.report.shown import shown_distance, shown_number, shown_span


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""), ("0", "0"), ("100", "100"), ("79706089/901329", "88.4317"), ("0.5", "0.5"),
        ("1/3", "0.3333"), ("2/3", "0.6667"), ("1/20000", "0.0001"), ("1/20001", "0"),
        ("-1/3", "-0.3333"), ("1234.50", "1234.5"),
    ],
)  # fmt: skip
def test_numbers_have_four_decimals_at_most(text: str, shown: str) -> None:
    assert shown_number(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"), [("", ""), ("0", "0"), ("1/30000", "0.0001"), ("9.144", "9.144")]
)
def test_what_is_missing_is_never_shown_as_nothing(text: str, shown: str) -> None:
    assert shown_distance(text) == shown


@given(st.fractions(min_value=0, max_value=10**6, max_denominator=10**6))
def test_shown_is_near_and_a_distance_is_enough(exact: Fraction) -> None:
    assert abs(Fraction(shown_number(str(exact))) - exact) <= Fraction(1, 20_000)
    assert exact <= Fraction(shown_distance(str(exact))) < exact + Fraction(1, 10_000)


def test_spans_are_in_words() -> None:
    assert shown_span("2025-01..2025-06") == "2025-01 至 2025-06"
    assert shown_span("bonus") == "bonus"


def test_a_whole_number_has_no_bare_point(tmp_path: Path) -> None:
    book = Book(tmp_path / "a.xlsx")
    columns = [SheetColumn("数量", 10, "#,##0.####"), SheetColumn("金额", 10, "#,##0.00")]
    book.sheet("表", "", columns, [("6", "6"), ("6.0", "6.5"), ("6.25", "6"), ("", "")])
    book.close()
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["表"]
    forms = [[cell.number_format for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert forms[:3] == [
        ["#,##0", "#,##0.00"], ["#,##0", "#,##0.00"], ["#,##0.####", "#,##0.00"],
    ]  # fmt: skip
