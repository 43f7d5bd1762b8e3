"""Limits: exactly so many, for each asker and class, in bounded memory, with many threads.

Catches: one request too many or too few at the edge, a wait that is over too soon or too late, an
asker who takes another's share, memory that grows with every address.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.access.limits import RATES, Limiter, Rate, asker_of

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)

# Windows from a millisecond on: a share of the window is then longer than the clock's microsecond.
rates = st.builds(
    Rate, st.integers(1, 50), st.integers(1000, 10**8).map(lambda us: timedelta(microseconds=us))
)


def allowed(limiter: Limiter, now: datetime, asker: str = "A", tries: int = 200) -> int:
    return sum(limiter.take(asker, "read", now).allowed for _ in range(tries))


@given(rates)
def test_exactly_the_burst_is_allowed_at_one_moment(rate: Rate) -> None:
    limiter = Limiter({"read": rate})
    assert allowed(limiter, NOON) == rate.burst
    assert allowed(limiter, NOON + rate.window) == rate.burst


@given(rates)
def test_one_more_is_allowed_when_its_share_of_the_window_is_over_and_not_before(
    rate: Rate,
) -> None:
    limiter = Limiter({"read": rate})
    allowed(limiter, NOON)
    # The first moment, in whole microseconds, at which a share of the window is over.
    share = TICK * -(-(rate.window // TICK) // rate.burst)
    assert allowed(limiter, NOON + share - TICK) == 0
    assert allowed(limiter, NOON + share, tries=3) == 1


@given(rates)
def test_who_waits_as_told_is_let_in(rate: Rate) -> None:
    limiter = Limiter({"read": rate})
    allowed(limiter, NOON)
    told = limiter.take("A", "read", NOON)
    assert not told.allowed
    assert told.remaining == 0
    assert told.retry_after >= 1
    later = NOON + timedelta(seconds=told.retry_after)
    assert limiter.take("A", "read", later).allowed


@settings(max_examples=60)
@given(rates, st.lists(st.integers(0, 10**7), max_size=120))
def test_no_more_than_burst_and_what_came_in_since_in_any_span(
    rate: Rate, steps: list[int]
) -> None:
    """Over every span: burst + span / (window / burst), and the answer tells what is left."""
    limiter, now, taken = Limiter({"read": rate}), NOON, []
    for step in steps:
        now += timedelta(microseconds=step)
        verdict = limiter.take("A", "read", now)
        assert 0 <= verdict.remaining < rate.burst
        if verdict.allowed:
            taken.append(now)
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            span = taken[last] - taken[first]
            assert (last - first + 1 - rate.burst) * rate.window <= span * rate.burst


def test_what_is_told_counts_down() -> None:
    limiter = Limiter({"read": Rate(3, MINUTE)})
    told = [limiter.take("A", "read", NOON) for _ in range(4)]
    assert [(one.allowed, one.remaining, one.retry_after) for one in told] == [
        (True, 2, 0),
        (True, 1, 0),
        (True, 0, 0),
        (False, 0, 20),
    ]
    assert told[0].headers() == {"RateLimit-Limit": "3", "RateLimit-Remaining": "2"}
    assert told[0].problem() is None
    assert told[3].headers()["Retry-After"] == "20"
    problem = told[3].problem()
    assert problem is not None
    assert (problem.code, problem.facts["seconds"]) == ("RATE_LIMIT", "20")


def test_askers_and_classes_do_not_share() -> None:
    limiter = Limiter({"read": Rate(1, MINUTE), "write": Rate(1, MINUTE)})
    assert limiter.take("A", "read", NOON).allowed
    assert limiter.take("A", "write", NOON).allowed
    assert limiter.take("B", "read", NOON).allowed
    assert not limiter.take("A", "read", NOON).allowed


def test_memory_is_bounded_and_the_longest_silent_is_forgotten() -> None:
    limiter = Limiter({"read": Rate(1, MINUTE)}, capacity=100)
    for number in range(100):
        limiter.take(str(number), "read", NOON)
    assert not limiter.take("0", "read", NOON).allowed
    limiter.take("new", "read", NOON)
    assert len(limiter) == 100
    assert not limiter.take("0", "read", NOON).allowed
    assert limiter.take("1", "read", NOON).allowed


def test_a_clock_that_goes_back_makes_nobody_wait_longer_than_a_window() -> None:
    limiter = Limiter({"read": Rate(5, MINUTE)})
    allowed(limiter, NOON)
    told = limiter.take("A", "read", NOON - timedelta(days=1))
    assert told.retry_after <= 60
    assert limiter.take("A", "read", NOON - timedelta(days=1) + MINUTE).allowed


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns as often as they can, so that a gap between two steps is met."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless")
def test_many_threads_together_get_exactly_the_burst() -> None:
    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            limiter = Limiter({"read": Rate(500, MINUTE)})
            take = partial(limiter.take, "A", "read")
            assert sum(verdict.allowed for verdict in pool.map(take, [NOON] * 1500)) == 500


@pytest.mark.parametrize(
    ("address", "asker"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix socket", "?"),
        ("", "?"),
    ],
)
def test_an_address_stands_for_an_asker(address: str, asker: str) -> None:
    assert asker_of(address) == asker


def test_mistakes_of_the_program_are_not_hidden() -> None:
    with pytest.raises(KeyError):
        Limiter().take("A", "reads", NOON)
    with pytest.raises(TypeError):
        Limiter().take("A", "read", datetime(2026, 6, 30))  # noqa: DTZ001
    with pytest.raises(ValueError, match="rate"):
        Rate(0, MINUTE)
    assert set(RATES) == {"login", "read", "write", "export"}
