"""Rows that are equal to an earlier one are the same with and without a temporary file.

Catches: a row compared by its hash alone, a first row taken for a repeated one, an equal row in
another batch or behind one that differs lost, a table in memory beyond its bound, files left.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.intake import qualityrows
from equivalents.intake.equalrows import EqualRows
from tests.unit.test_quality import case_of, rows_of, tables_of

# Texts that are the same when they are joined, and few hashes, so that these meet.
ROWS = st.lists(st.tuples(*(st.sampled_from(["", "x", "xx", "1"]),) * 2), max_size=12)


@given(batches=st.lists(ROWS, max_size=4), hashes=st.integers(1, 3))
def test_the_rows_that_came_before_are_found(
    batches: list[list[tuple[str, str]]], hashes: int
) -> None:
    doubled = np.arange(1, hashes + 1, dtype=np.uint64)
    met: set[tuple[str, str]] = set()
    with EqualRows(doubled, 1 << 20) as kept, EqualRows(doubled, 0) as spilled:
        assert (kept.spilled, spilled.spilled) == (False, True)
        for batch in batches:
            # Two equal rows have one hash; 9 occurs once and is not among the doubled ones.
            hashed = [1 + (len(a) + 2 * len(b)) % hashes if a != "1" else 9 for a, b in batch]
            texts = [[row[at] for row in batch] for at in (0, 1)]
            columns = {
                name: pa.array(column, pa.string())
                for name, column in zip(("setting", "source"), texts, strict=True)
            }
            expected = []
            for row in batch:
                expected.append(row in met and row[0] != "1")
                met.add(row)
            for found in (kept, spilled):
                assert found.of(np.array(hashed, np.uint64), columns).tolist() == expected


def test_the_report_is_the_same_beyond_the_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "waiting"))
    (tmp_path / "waiting").mkdir()
    case = case_of(tmp_path / "case")
    within = rows_of(tables_of(case)["institution"])
    monkeypatch.setattr(qualityrows, "memory_bound", lambda: 0)
    assert rows_of(tables_of(case)["institution"]) == within
    assert within["C01 甲"]["equal rows"] == "1"
    assert [*(tmp_path / "waiting").iterdir()] == []
