"""Answers that hold as long as nothing is added to the chain.

Faults it catches: an answer of before a step; one of a step that was taken back; a memory without
end; a failure that is remembered.
"""

from collections.abc import Callable

import pytest

from api.asitstands import AsItStands
from equivalents.store.facts import add_fact, standing
from tests.service.visitors import Service


def added(service: Service, name: str) -> None:
    with service.store.writing("test.add") as writer:
        add_fact(writer, "test", name, {})


def taken_back(service: Service, stands: AsItStands) -> None:
    """What is added and never committed is seen inside, and must not be seen afterwards."""
    with service.store.together() as joined:
        with joined.writing("test.add") as writer:
            add_fact(writer, "test", "b", {})
        with joined.reading() as connection:
            inside = stands.of(connection, "names", lambda: [*standing(connection, "test")])
        assert inside == ["a", "b"]
        raise ZeroDivisionError


def test_an_answer_holds_until_something_is_added(service: Service) -> None:
    stands, asked = AsItStands(), []

    def names() -> list[str]:
        with service.store.reading() as connection:

            def work() -> list[str]:
                asked.append(1)
                return [*standing(connection, "test")]

            return stands.of(connection, "names", work)

    assert (names(), names(), len(asked)) == ([], [], 1)
    added(service, "a")
    assert (names(), names(), len(asked)) == (["a"], ["a"], 2)
    with pytest.raises(ZeroDivisionError):
        taken_back(service, stands)
    assert names() == ["a"]
    added(service, "c")
    assert names() == ["a", "c"]


def test_it_keeps_so_many_and_no_failure(small: Service) -> None:
    stands, asked = AsItStands(2), list[str]()

    def of(key: str, work: Callable[[], str] | None = None) -> str:
        def noted() -> str:
            asked.append(key)
            return key

        with small.store.reading() as connection:
            return stands.of(connection, key, work or noted)

    def fails() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        of("a", fails)
    assert [of(key) for key in ("a", "b", "a", "c", "a", "b")] == ["a", "b", "a", "c", "a", "b"]
    assert asked == ["a", "b", "c", "b"]
