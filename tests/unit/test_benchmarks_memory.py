"""The benchmark of memory: its case is the generated one with ids, some of them twice."""

from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.generate import case_folder
from benchmarks.memory import Peak, case_with_ids, page


def test_the_case_has_the_same_records_with_ids(tmp_path: Path) -> None:
    size = 100_001
    made = pq.read_table(case_with_ids(size, tmp_path) / "records.parquet")
    plain = pq.read_table(case_folder(size, "parquet", tmp_path) / "records.parquet")
    assert made.drop_columns(["record_id"]).equals(plain)
    ids = made["record_id"].to_pylist()
    assert ids[99_998:] == ["R99998", "R99998", "R100000"]
    assert len(set(ids)) == size - 1


def test_the_page_compares_with_the_smallest_case() -> None:
    lines = [*page([Peak("check", 1000, 200, 1, 2, 1), Peak("check", 5000, 500, 3, 4, 1)])]
    assert lines[-1] == "| `check` | 5,000 | 500 MB | 2.50 | 4 s | 3 s |"
    assert any("--sizes 1000 5000" in line for line in lines)
