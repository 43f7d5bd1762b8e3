"""Columns by their distinct texts, codebooks that are made late, and ties of left-over fen.

Faults caught: codes that follow the order of arrival instead of the texts', a text reported that no
row has, a codebook that learns a value twice because it was not asked before, a fen that goes to
another payee because ties were settled in another order.
"""

from random import Random

import numpy as np
import pytest

from equivalents.allocate import largest_remainder
from equivalents.codes import Codebook, Coded, occurring
from equivalents.grouping import runs
from equivalents.intake.grid import Malformed, MalformedRows


@pytest.mark.parametrize("column", [[], ["b", "a", "b"], ["", "乙", "甲", ""], ["a", "b", "c"]])
def test_a_coded_column_is_the_column(column: list[str]) -> None:
    coded = Coded.of(column)
    assert list(coded) == column
    assert [coded[at] for at in range(len(coded))] == column
    assert coded[1:] == column[1:]
    assert list(coded.texts) == sorted(set(column)) == list(occurring(coded))
    assert [text in coded for text in ("", "a", "d", 1)] == [
        text in column for text in ("", "a", "d", 1)
    ]
    assert Coded.of(coded) is coded


def test_rows_of_a_coded_column_may_be_taken_several_times() -> None:
    coded = Coded.of(["x", "y"]).take(np.array([1, 0, 1]))
    assert list(coded) == ["y", "x", "y"]
    assert list(Coded.alike("z", 3)) == ["z"] * 3
    assert (len(Coded.alike("", 0)), "" in Coded.alike("", 0)) == (0, False)


def test_a_codebook_of_different_values_finds_and_learns_like_any_other() -> None:
    book = Codebook.different(["b", "a"])
    assert book.learn(["c", "a", "c"]) == [2, 1, 2]
    assert (book.find("b"), book.find("d"), "c" in book, len(book)) == (0, -1, True, 3)
    assert list(Codebook(["b", "a", "b"]).values) == ["b", "a"]


def test_runs_of_an_ascending_column() -> None:
    distinct, starts, number = runs(np.array([3, 3, 5, 9, 9]))
    assert (distinct.tolist(), starts.tolist(), number.tolist()) == (
        [3, 5, 9],
        [0, 2, 3],
        [0, 0, 1, 2, 2],
    )
    assert [column.size for column in runs(np.zeros(0, np.int64))] == [0, 0, 0]
    with pytest.raises(ValueError, match="ascend"):
        runs(np.array([2, 1]))


def _shared(pool: int, keys: list[int]) -> list[int]:
    """One pool by the words of 5.10, in Python integers."""
    total = sum(keys) or 1
    parts = [divmod(pool * key, total) for key in keys]
    order = sorted(range(len(keys)), key=lambda at: (-parts[at][1], -keys[at], at))
    extra = set(order[: pool - sum(floor for floor, _ in parts)])
    return [floor + (at in extra) for at, (floor, _) in enumerate(parts)]


def test_ties_go_by_key_then_code_in_every_pool() -> None:
    rng = Random(20251125)
    tied = 0
    for _ in range(300):
        pools = [rng.randrange(40) for _ in range(rng.randrange(1, 9))]
        keys = [[rng.choice((0, 1, 2, 3, 6)) for _ in range(rng.randrange(1, 9))] for _ in pools]
        pools = [pool if any(some) else 0 for pool, some in zip(pools, keys, strict=True)]
        starts = np.cumsum([0, *(len(some) for some in keys)])[:-1]
        flat = np.array([key for some in keys for key in some], np.int64)
        shares = largest_remainder(np.array(pools, np.int64), flat, starts)
        expected = [fen for pair in zip(pools, keys, strict=True) for fen in _shared(*pair)]
        assert shares.amount_fen.tolist() == expected
        tied += any(len(set(some)) < len(some) for some in keys)
    assert tied > 100, "ties must be common"


def test_malformed_rows_by_columns_are_the_rows() -> None:
    rows = [Malformed(3, 2, "甲,乙"), Malformed(7, 1, ""), Malformed(9, 4, "a,b,c,d")]
    kept = MalformedRows.of(rows)
    assert [*kept] == rows
    assert kept[1:] == rows[1:]
    assert kept.texts().to_pylist() == [row.text for row in rows]
    raw = bytearray(b"..xy,,z..")
    row, found, begin, end = (np.array([at]) for at in (5, 3, 2, 7))
    part = MalformedRows(row, found, raw, begin, end)
    own = part.kept()
    raw[:] = b"?" * len(raw)
    assert [*own] == [Malformed(5, 3, "xy,,z")]
    assert len(MalformedRows.of(()).kept()) == 0
