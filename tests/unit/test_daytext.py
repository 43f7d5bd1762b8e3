"""Dates in the forms that people write: understood where they can mean one day only (A10, 5.21).

Faults seen to be caught: the day taken for the month, a form that takes digits of other scripts,
30 February read as a day, an exchangeable date guessed.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.policy.daytext import (
    AMBIGUOUS,
    DAY_FORMS,
    Times,
    date_part,
    day_fault,
    day_forms,
    day_text,
)

CHINESE = ("", *"一二三四五六七八九", "十", *(f"十{one}" for one in "一二三四五六七八九"),
           "二十", *(f"二十{one}" for one in "一二三四五六七八九"), "三十", "三十一")  # fmt: skip


def written(day: date) -> dict[str, list[str]]:
    """The texts of a day in each form."""
    y, m, d = day.year, day.month, day.day
    numerals = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(y))
    return {
        # With both parts padded it is the plain form.
        "YYYY-M-D": [f"{y}-{m}-{d}"] if min(m, d) < 10 else [],
        "YYYY/M/D": [f"{y}/{m}/{d}", f"{y}/{m:02}/{d:02}"],
        "YYYY.M.D": [f"{y}.{m}.{d}", f"{y}.{m:02}.{d}"],
        "YYYYMMDD": [f"{y}{m:02}{d:02}"],
        "YYYY年M月D日": [f"{y}年{m}月{d}日", f"{y}年{m:02}月{d:02}号", f"{y} 年 {m} 月 {d} 日"],
        "二〇二五年一月五日": [
            f"{numerals}年{CHINESE[m]}月{CHINESE[d]}日",
            f"{numerals.replace('〇', '零')}年{CHINESE[m]}月{CHINESE[d]}号",
        ],
    }


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_form_of_every_day_is_that_day(day: date) -> None:
    assert tuple(written(day)) == DAY_FORMS
    for form, texts in written(day).items():
        assert day_forms(texts) == ([day.isoformat()] * len(texts), [form] * len(texts))
    assert day_forms([day.isoformat()]) == ([day.isoformat()], [""])


def test_every_day_of_a_leap_year_has_its_numerals() -> None:
    for at in range(366):
        day = date(2024, 1, 1) + timedelta(at)
        texts = written(day)["二〇二五年一月五日"]
        assert day_forms(texts)[0] == [day.isoformat()] * 2


@pytest.mark.parametrize(
    "text",
    ["01/02/2025", "1/2/2025", "31/12/2025", "5-1-25", "25.1.5", "25/1/5", "02.06.2025", "2025-1",
     "2025/01", "2025年1月", "2025年1", "2025.12"],
)  # fmt: skip
def test_what_could_be_several_days_is_not_guessed(text: str) -> None:
    assert day_forms([text]) == ([text], [AMBIGUOUS])
    fault = day_fault(text)
    assert "write it like 2025-03-31" in fault
    assert ("left open" in fault) != ("it has no day" in fault)


@pytest.mark.parametrize(
    ("text", "said"),
    [("2025/2/30", "no such day"), ("20251301", "no such day"), ("2025年13月1日", "no such day"),
     ("二〇二五年二月三十一日", "no such day"), ("1825/1/1", "from 1900"),
     ("2200.1.1", "from 1900"),
     ("2025/1/5 8:30", "times: truncate"), ("2025/2/30 8:30", "no such day"),
     ("20250105 08:30:00", "times: truncate"), ("2025/1/5 08:30+08:00", "time zone"),
     ("2025-06/02", "write it"), ("２０２５/1/5", "write it"), ("2025/1/5 ", "write it"),
     ("2025/1/5\n", "write it"), ("45662", "write it"), ("六月二日", "write it"),
     ("2025/001/5", "write it"), ("二〇二五年十三月一日", "write it"),
     ("2025年一月五日", "write it"),
     ("2025/1/5 24:00", "write it"), ("250105", "write it"), ("２０２５年１月５日", "write it")],
)  # fmt: skip
def test_no_date_stays_as_it_is_and_the_reason_is_told(text: str, said: str) -> None:
    assert day_forms([text]) == ([text], [""])
    assert said in day_fault(text)


def test_in_yaml_only_the_plain_form_is_a_date() -> None:
    assert "write it like" in day_fault("2025/1/5", of_table=False)
    assert "no such day" in day_fault("2025-02-30", of_table=False)


@pytest.mark.parametrize("form", ["2025/1/5", "2025.1.5", "20250105", "2025年1月5日", "2025-1-5"])
@pytest.mark.parametrize("time", [" 8:30", " 08:30:59", "T08:30", " 0:00:00.125"])
def test_a_time_behind_any_form_is_left_out_only_as_declared(form: str, time: str) -> None:
    assert date_part(form + time) == form
    assert day_text(form + time, Times.TRUNCATE) == "2025-01-05"
    assert day_text(form + time) == form + time
    assert day_text(form) == "2025-01-05"


@given(st.text(alphabet="0123456789-/.年月日号 〇一二十三:T", max_size=14))
def test_whatever_is_read_is_a_day_or_stays(text: str) -> None:
    (day,), (form,) = day_forms([text])
    if form in DAY_FORMS:
        assert date.fromisoformat(day).isoformat() == day
    else:
        assert day == text
    assert day_fault(text)
