"""What came in for a fund and goes on to its splits (B6, B10, 5.10).

Faults seen to be caught: an advance above the due that is passed on, a split of a split that gets
nothing, shares by something else than what is due.
"""

import pytest

from equivalents.fundfacts import Due, Money
from equivalents.fundsplits import received_of_splits
from equivalents.policy.funds import Given
from tests import funds as made

pytestmark = pytest.mark.rules("B6", "B10")


def due(name: str, fen: int, *passed: tuple[str, int]) -> Due:
    return Due("I1", made.fund(Given(), name), fen, (), (), passed)


def moved(received: int, *dues: Due) -> dict[str, int]:
    found = received_of_splits(Money(dues), {("I1", "p"): received})
    assert sum(found.values()) == 0
    return {name: fen for (_, name), fen in found.items()}


CHAIN = (due("p", 3_000, ("a", 7_000)), due("a", 3_500, ("b", 3_500)), due("b", 3_500))


def test_a_half_received_is_half_of_each() -> None:
    assert moved(5_000, *CHAIN) == {"p": -3_500, "a": 1_750, "b": 1_750}


def test_what_is_above_the_due_stays_with_the_parent() -> None:
    assert moved(12_000, *CHAIN) == {"p": -7_000, "a": 3_500, "b": 3_500}


def test_shares_are_by_what_is_due_to_the_fen() -> None:
    # 2 x 1/4 and 2 x 3/4: equal remainders, and the larger part is first (5.10)
    assert moved(2, due("p", 1, ("a", 3)), due("a", 3)) == {"p": -2, "a": 2}


def test_nothing_goes_on_of_nothing() -> None:
    assert not any(moved(0, *CHAIN).values())
