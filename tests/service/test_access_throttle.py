"""Failed sign-ins: who waits, how long, and who does not.

Catches: a guess without a wait, a wait that grows by trying, an address that is forgiven by one
good account, a name spelt otherwise that begins anew, tries at once that slip through.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access.throttle import (
    FORGOTTEN,
    FREE_ADDRESS,
    FREE_NAME,
    LONGEST_WAIT,
    Throttle,
    wait_after,
)

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def waits(throttle: Throttle, name: str, address: str, now: datetime = NOON) -> int:
    problem = throttle.begin(name, address, now)
    assert problem is None or problem.code == "LOGIN_WAIT"
    return int(problem.facts["seconds"]) if problem else 0


def test_the_wait_grows_and_has_an_end() -> None:
    told = [wait_after(failures, FREE_NAME) // SECOND for failures in range(18)]
    assert told == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    assert wait_after(10**9, FREE_NAME) == LONGEST_WAIT


def test_five_slips_are_free_and_the_sixth_try_waits() -> None:
    throttle = Throttle()
    assert [waits(throttle, "zhang", f"203.0.113.{n}") for n in range(6)] == [0, 0, 0, 0, 0, 1]
    assert waits(throttle, "zhang", "203.0.113.9", NOON + SECOND) == 0
    assert waits(throttle, "zhang", "203.0.113.9", NOON + SECOND) == 2
    assert waits(throttle, "li", "203.0.113.9", NOON) == 0


def test_to_try_during_a_wait_makes_it_no_longer() -> None:
    throttle = Throttle()
    for _ in range(FREE_NAME):
        waits(throttle, "zhang", "203.0.113.1")
    assert {waits(throttle, "zhang", "203.0.113.1") for _ in range(50)} == {1}
    assert waits(throttle, "zhang", "203.0.113.1", NOON + SECOND) == 0


def test_one_address_that_guesses_at_many_names_waits() -> None:
    throttle = Throttle()
    told = [waits(throttle, f"name{n}", "203.0.113.1") for n in range(FREE_ADDRESS + 1)]
    assert told == [0] * FREE_ADDRESS + [1]
    assert waits(throttle, "other", "203.0.113.2") == 0


def test_a_good_sign_in_begins_the_name_anew_and_costs_the_address_nothing() -> None:
    throttle = Throttle()
    for _ in range(FREE_NAME - 1):
        waits(throttle, "zhang", "203.0.113.1")
    assert waits(throttle, "zhang", "203.0.113.1") == 0
    throttle.succeeded("zhang", "203.0.113.1")
    assert [waits(throttle, "zhang", "203.0.113.7") for _ in range(6)] == [0, 0, 0, 0, 0, 1]
    quiet = Throttle()
    for _ in range(100):
        assert waits(quiet, "li", "203.0.113.3") == 0
        quiet.succeeded("li", "203.0.113.3")
    assert len(quiet) == 0


def test_a_good_account_does_not_forgive_its_address() -> None:
    throttle = Throttle()
    for number in range(FREE_ADDRESS):
        assert waits(throttle, f"name{number}", "203.0.113.1") == 0
        if number % 4 == 0 and number < FREE_ADDRESS - 1:
            assert waits(throttle, "mine", "203.0.113.1") == 0
            throttle.succeeded("mine", "203.0.113.1")
    assert waits(throttle, "mine", "203.0.113.1") > 0


def test_a_name_is_the_same_however_it_is_spelt() -> None:
    throttle = Throttle()
    for spelt in ("zhang", "Zhang", "ＺＨＡＮＧ", " zhang ", "ZHANG"):
        assert waits(throttle, spelt, "203.0.113.1") == 0
    assert waits(throttle, "zhang", "203.0.113.1") == 1


def test_after_a_day_without_failure_everything_begins_anew() -> None:
    throttle = Throttle()
    for _ in range(FREE_NAME):
        waits(throttle, "zhang", "203.0.113.1")
    later = NOON + FORGOTTEN
    assert [waits(throttle, "zhang", "203.0.113.1", later) for _ in range(FREE_NAME)] == [0] * 5
    assert waits(throttle, "zhang", "203.0.113.1", later) == 1


def test_a_clock_that_goes_back_makes_the_wait_no_longer() -> None:
    throttle = Throttle()
    for _ in range(FREE_NAME):
        waits(throttle, "zhang", "203.0.113.1")
    assert waits(throttle, "zhang", "203.0.113.1", NOON - timedelta(days=3)) == 1


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns as often as they can, so that a gap between two steps is met."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless")
def test_tries_at_once_find_no_gap() -> None:
    with ThreadPoolExecutor(8) as pool:
        for _ in range(30):
            begin = partial(waits, Throttle(), "zhang")
            told = list(pool.map(begin, ["203.0.113.1"] * 100))
            assert told.count(0) == FREE_NAME


def test_memory_is_bounded() -> None:
    throttle = Throttle(capacity=50)
    for number in range(500):
        waits(throttle, f"name{number}", f"203.0.113.{number % 250}")
    assert len(throttle) == 50


@given(st.text(), st.text())
def test_whatever_is_typed_is_counted(name: str, address: str) -> None:
    throttle = Throttle()
    assert [waits(throttle, name, address) for _ in range(6)] == [0, 0, 0, 0, 0, 1]
    throttle.succeeded(name, address)
    throttle.succeeded(name, address)
