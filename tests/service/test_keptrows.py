"""Rows of tables that never change: read once, and not without end.

Faults it catches: a table that is read for each page; one that stands for another; a memory without
end; a failure that is remembered.
"""

from collections.abc import Iterator

import pytest

from api.keptrows import KeptRows


def test_a_table_is_read_once_and_so_many_rows_are_kept() -> None:
    rows, read = KeptRows(10), list[str]()

    def of(name: str, count: int) -> list[str]:
        def work() -> Iterator[str]:
            read.append(name)
            return (f"{name}{at}" for at in range(count))

        return [*rows.of(name, work)]

    assert of("a", 3) == of("a", 3) == ["a0", "a1", "a2"]
    assert of("b", 4) == of("b", 4) == ["b0", "b1", "b2", "b3"]
    assert (read, len(rows)) == (["a", "b"], 9)
    # Whatever was asked for longest ago goes first.
    of("a", 3)
    of("c", 2)
    of("a", 3)
    assert (read, len(rows)) == (["a", "b", "c"], 7)
    of("b", 4)
    assert read == ["a", "b", "c", "b"]
    # What is larger than all of them together puts nothing else out.
    before = len(rows)
    assert len(of("large", 10)) == len(of("large", 10)) == 10
    assert (read[4:], len(rows)) == (["large", "large"], before)


def test_empty_tables_have_an_end_too() -> None:
    rows = KeptRows(3)
    for name in "abcdef":
        assert [*rows.of(name, list)] == []
    assert len(rows) == 3


def test_a_failure_is_not_kept() -> None:
    rows = KeptRows()

    def fails() -> Iterator[str]:
        yield "a"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rows.of("a", fails)
    assert [*rows.of("a", lambda: ["b"])] == ["b"]
