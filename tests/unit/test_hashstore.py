"""Hashes of ids beyond a bound of memory go to temporary files, and the same is found (5.8).

Faults caught: a hash lost or doubled where it was spilled, equal hashes put into different files,
the order of rows of a part lost, a blank taken for an id, files left behind.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.errors import UsageError
from equivalents.intake.csvfile import csv_parts
from equivalents.intake.hashstore import DEFAULT_MEMORY_MB, HashStore, memory_bound
from equivalents.intake.identity import find_identities

HEAD = "institution_id,person_id,item_code,service_date,quantity,record_id,corrects"
IDS = st.sampled_from(["", "r1", "r2", "r3", "r4", "much-longer-id-5"])
ROWS = st.lists(st.tuples(st.sampled_from(["1", "1.0", "2"]), IDS, IDS), max_size=12)
HASHES = st.lists(st.sampled_from([0, 1, 3, 1 << 57, 1 << 58, (1 << 64) - 1]), max_size=9)


@given(parts=st.lists(HASHES, max_size=5), bound=st.sampled_from([0, 16, 100, 1 << 20]))
def test_what_occurs_twice_is_found_at_any_bound(parts: list[list[int]], bound: int) -> None:
    every = [hashed for part in parts for hashed in part]
    with HashStore(bound) as store:
        for index, part in enumerate(parts):
            store.put(index, np.array(part, np.uint64))
        assert store.spilled == (len(every) * 16 > bound)
        assert store.parts == list(range(len(parts)))
        assert [store.of(index).tolist() for index in store.parts] == parts
        twice = sorted({one for one in every if one and every.count(one) > 1})
        assert store.doubled().tolist() == twice


@given(files=st.lists(ROWS, min_size=1, max_size=3))
def test_the_same_faults_and_links_with_and_without_files(
    files: list[list[tuple[str, str, str]]],
) -> None:
    with TemporaryDirectory() as folder:
        parts = []
        for at, rows in enumerate(files):
            path = Path(folder) / f"{at}.csv"
            lines = [f"c1,p1,A,2025-03-31,{','.join(row)}" for row in rows]
            path.write_text("\n".join([HEAD, *lines, ""]), encoding="utf-8")
            parts += csv_parts(path, path.name)
        names = [{heading: heading for heading in part.headings} for part in parts]
        kept, spilled = (find_identities(parts, names, memory=many) for many in (1 << 20, 0))
    assert kept.links == spilled.links
    for one, other in zip(kept.faults, spilled.faults, strict=True):
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert one.row.tolist() == other.row.tolist()
            assert (one.code, one.column, one.note) == (other.code, other.column, other.note)


def test_temporary_files_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with HashStore(0) as store:
        store.put(0, np.array([5, 5], np.uint64))
        assert [*tmp_path.iterdir()]
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("declared", "megabytes"),
    [("", DEFAULT_MEMORY_MB), ("7", 7), (" 12 ", 12)],
)
def test_the_bound_is_a_setting(
    monkeypatch: pytest.MonkeyPatch, declared: str, megabytes: int
) -> None:
    monkeypatch.setenv("EQUIVALENTS_MEMORY_MB", declared)
    assert memory_bound() == megabytes << 20


@pytest.mark.parametrize("declared", ["0", "-1", "x", "1.5", "１", "9" * 14])
def test_a_bound_that_is_no_number_is_refused(
    monkeypatch: pytest.MonkeyPatch, declared: str
) -> None:
    monkeypatch.setenv("EQUIVALENTS_MEMORY_MB", declared)
    with pytest.raises(UsageError, match=f"EQUIVALENTS_MEMORY_MB={declared}：须为不小于 1 的整数"):
        memory_bound()
