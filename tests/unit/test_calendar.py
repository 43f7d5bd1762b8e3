"""Days, months and periods against Python's own calendar.

Faults caught: an inclusive end (the first day of the next period counted twice), a month start
missed at the turn of a year, 29 February in a common year, half-years and quarters shifted by one.
"""

from calendar import monthrange
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.policy.calendar import (
    FIRST_DAY,
    LAST_DAY,
    Period,
    month_of,
    parse_day,
    parse_period,
    print_day,
)

DATES = st.dates(date(1900, 1, 1), date(2199, 12, 31))


def number(year: int, month: int, day: int) -> int:
    """The day number by counting from the epoch."""
    return (date(year, month, day) - date(1970, 1, 1)).days


# -- days ----------------------------------------------------------------------------------


@given(DATES)
def test_days_round_trip(day: date) -> None:
    there = parse_day(day.isoformat())
    assert there == number(day.year, day.month, day.day)
    assert print_day(there) == day.isoformat()
    assert month_of(there) == day.strftime("%Y-%m")
    assert FIRST_DAY <= there < LAST_DAY


def test_the_epoch_and_the_ends_of_the_calendar() -> None:
    assert parse_day("1970-01-01") == 0
    assert parse_day("1969-12-31") == -1
    assert parse_day("1900-01-01") == FIRST_DAY
    assert parse_day("2199-12-31") == LAST_DAY - 1


@pytest.mark.parametrize("text", ["2024-02-29", "2000-02-29", "1904-02-29", "2025-02-28"])
def test_leap_days_exist(text: str) -> None:
    assert print_day(parse_day(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-29",
        "1900-02-29",
        "2100-02-29",
        "2025-02-30",
        "2025-04-31",
        "2025-00-10",
        "2025-13-01",
        "2025-06-00",
        "2025-06-32",
        "0000-01-01",
        "1899-12-31",
        "2200-01-01",
        "9999-12-31",
    ],
)
def test_impossible_days_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_day(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025",
        "2025-6-1",
        "2025/06/01",
        "2025.06.01",
        "20250601",
        "06-01-2025",
        "2025-06-01 ",
        " 2025-06-01",
        "2025-06-01\n",
        "2025-06-01 00:00:00",
        "2025-06-01T00:00:00",
        "２０２５-06-01",
        "2025年6月1日",
        "-2025-06-01",
        "45809",
    ],
)
def test_other_forms_of_a_date_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not YYYY-MM-DD"):
        parse_day(text)


# -- periods -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start", "end", "months"),
    [
        ("2025", "2025-01-01", "2026-01-01", 12),
        ("2025-H1", "2025-01-01", "2025-07-01", 6),
        ("2025-H2", "2025-07-01", "2026-01-01", 6),
        ("2025-Q1", "2025-01-01", "2025-04-01", 3),
        ("2025-Q2", "2025-04-01", "2025-07-01", 3),
        ("2025-Q3", "2025-07-01", "2025-10-01", 3),
        ("2025-Q4", "2025-10-01", "2026-01-01", 3),
        ("2025-12", "2025-12-01", "2026-01-01", 1),
        ("2024-02", "2024-02-01", "2024-03-01", 1),
        ("1900", "1900-01-01", "1901-01-01", 12),
    ],
)
def test_every_form_of_a_period(text: str, start: str, end: str, months: int) -> None:
    period = parse_period(text)
    assert (period.name, print_day(period.start), print_day(period.end)) == (text, start, end)
    assert len(period.month_starts) == months


def test_the_last_year_ends_with_the_calendar() -> None:
    assert parse_period("2199").end == parse_period("2199-12").end == LAST_DAY


@pytest.mark.parametrize("year", [1900, 2000, 2024, 2025, 2100])
def test_the_months_of_a_year(year: int) -> None:
    for month in range(1, 13):
        period = parse_period(f"{year}-{month:02}")
        assert period.start == number(year, month, 1)
        assert period.end - period.start == monthrange(year, month)[1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "25",
        "2025-",
        "2025-H0",
        "2025-H3",
        "2025-Q0",
        "2025-Q5",
        "2025-00",
        "2025-13",
        "2025-1",
        "2025-h1",
        "2025H1",
        "2025-06-01",
        "2025 ",
        "２０２５",
        "1899",
        "2200",
        "2025\n",
    ],
)
def test_other_texts_are_no_period(text: str) -> None:
    with pytest.raises(ValueError, match=r"period|year"):
        parse_period(text)


def test_a_period_holds_its_first_day_and_not_its_end() -> None:
    period = parse_period("2025-H1")
    inside = [parse_day(text) in period for text in ("2025-01-01", "2025-06-30")]
    outside = [parse_day(text) in period for text in ("2024-12-31", "2025-07-01")]
    assert (inside, outside) == ([True, True], [False, False])


@pytest.mark.parametrize("text", ["2025", "2024-H2", "2024-Q1", "2025-02"])
def test_month_starts_are_the_first_days_of_months(text: str) -> None:
    period = parse_period(text)
    days = range(period.start, period.end)
    assert period.month_starts == tuple(day for day in days if print_day(day).endswith("-01"))


def test_month_starts_over_the_turn_of_a_year() -> None:
    period = Period("school year", number(2024, 9, 1), number(2025, 9, 1))
    starts = [print_day(day)[:7] for day in period.month_starts]
    assert starts[0] == "2024-09"
    assert starts[3:6] == ["2024-12", "2025-01", "2025-02"]
    assert starts[-1] == "2025-08"


# -- cuts ----------------------------------------------------------------------------------


def test_cuts_are_added_to_the_months() -> None:
    period = parse_period("2025-Q1")
    cuts = period.cut([number(2025, 2, 15), number(2025, 2, 15), number(2025, 3, 1)])
    assert [print_day(day) for day in cuts] == [
        "2025-01-01",
        "2025-02-01",
        "2025-02-15",
        "2025-03-01",
    ]


def test_cuts_at_the_ends_or_outside_add_nothing() -> None:
    period = parse_period("2025-02")
    beside = [period.start - 1, period.start, period.end, period.end + 5, FIRST_DAY, LAST_DAY]
    assert period.cut(beside) == (period.start,)
    assert period.cut([]) == period.month_starts


@given(st.lists(DATES, max_size=8), st.sampled_from(["2025", "2024-Q1", "2025-06"]))
def test_cuts_are_sorted_distinct_and_complete(days: list[date], text: str) -> None:
    period = parse_period(text)
    given_days = [number(day.year, day.month, day.day) for day in days]
    cuts = period.cut(given_days)
    assert list(cuts) == sorted(set(cuts))
    inside = {day for day in given_days if day in period}
    assert set(cuts) == inside | set(period.month_starts)
    assert cuts[0] == period.start
    assert all(a < b for a, b in pairwise(cuts))
