"""Sorting by several columns, against sorted tuples.

Faults caught: two keys taken for one where their bits overlap, a place cut off where keys and
places together are wider than one integer, sums of runs that begin one too late, a value told
twice or a first one left out.
"""

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest

from equivalents.grouping import distinct, each_once, group, sum_runs

WIDTHS = [
    (1, 1),
    (17, 8, 2, 4),
    (31, 31),  # 62 bits: packed, without room for places
    (31, 20, 6),  # 57 bits: room for the places of 60 keys, not of 70
    (31, 31, 1),  # 63 bits: column by column
    (31, 31, 31, 31),
]


@pytest.mark.parametrize("widths", WIDTHS, ids=str)
@pytest.mark.parametrize("size", [0, 1, 2, 60, 70, 500])
def test_keys_are_sorted_and_told_apart(widths: Sequence[int], size: int) -> None:
    rng = Random(f"{widths} {size}")
    some = [tuple(rng.choice((0, 1, 2**width - 1)) for width in widths) for _ in range(20)]
    rows = [rng.choice(some) for _ in range(size)]
    keys = [np.array([row[at] for row in rows], np.int32) for at in range(len(widths))]
    value = np.array([rng.randrange(-(10**9), 10**9) for _ in rows], np.int64)
    order, starts, columns = distinct(keys)
    wanted = sorted(set(rows))
    assert [tuple(row) for row in zip(*(c.tolist() for c in columns), strict=True)] == wanted
    sums = sum_runs(value[order], starts)
    for row, total in zip(wanted, sums.tolist(), strict=True):
        assert total == sum(int(v) for v, own in zip(value, rows, strict=True) if own == row)
    assert [rows[at] for at in order[starts].tolist()] == wanted
    again = group(keys)
    assert np.array_equal(again[1], starts)
    assert [rows[at] for at in again[0].tolist()] == sorted(rows)


@pytest.mark.parametrize("kind", [np.uint8, np.int32, np.int64])
def test_each_value_once_in_order(kind: type[np.integer]) -> None:
    least, most = np.iinfo(kind).min, np.iinfo(kind).max
    some = [most, 3, least, 3, 0, least, most - 1]
    found = each_once(np.array(some, kind))
    assert found.dtype == kind
    assert found.tolist() == sorted(set(some))
    assert each_once(np.zeros(0, kind)).size == 0
