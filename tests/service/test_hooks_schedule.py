"""When deliveries are tried again: the table of the page, within three days, the same each time."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.hooks.schedule import GIVE_UP, LONGEST_WAIT, TRIES, wait_before_next

NOTHING = timedelta(0)
FULL = [10, 30, 90, 270, 810, 2430, 7290, 21870, 43200, 43200, 43200, 43200, 43200]
"""The longest waits in seconds after each try, worked out by hand."""


@given(st.text())
def test_waits_are_those_of_the_table_less_at_most_a_fifth(delivery: str) -> None:
    elapsed = NOTHING
    for tries, seconds in enumerate(FULL, start=1):
        wait = wait_before_next(delivery, tries, elapsed)
        assert wait is not None
        assert timedelta(seconds=seconds) * 4 / 5 <= wait <= timedelta(seconds=seconds)
        elapsed += wait
    assert elapsed <= timedelta(hours=69, minutes=7)
    assert len(FULL) == TRIES - 1
    assert wait_before_next(delivery, TRIES, elapsed) is None


def test_a_delivery_waits_the_same_each_time_and_others_otherwise() -> None:
    waits = {wait_before_next(f"d_{number}", 5, NOTHING) for number in range(100)}
    assert len(waits) > 95
    assert wait_before_next("d_1", 5, NOTHING) == wait_before_next("d_1", 5, NOTHING)


def test_a_receiver_may_ask_for_longer_but_not_for_ever_and_not_for_shorter() -> None:
    hour = timedelta(hours=1)
    assert wait_before_next("d_1", 1, NOTHING, retry_after=hour) == hour
    assert wait_before_next("d_1", 1, NOTHING, retry_after=timedelta(days=99)) == LONGEST_WAIT
    usual = wait_before_next("d_1", 9, NOTHING)
    assert wait_before_next("d_1", 9, NOTHING, retry_after=timedelta(seconds=1)) == usual


def test_nothing_is_tried_after_three_days() -> None:
    assert wait_before_next("d_1", 2, GIVE_UP) is None
    assert wait_before_next("d_1", 12, GIVE_UP - timedelta(hours=9)) is None
    assert wait_before_next("d_1", 2, GIVE_UP - timedelta(seconds=30)) is not None


def test_before_the_first_try_there_is_nothing_to_wait_for() -> None:
    with pytest.raises(ValueError, match="after a try"):
        wait_before_next("d_1", 0, NOTHING)
