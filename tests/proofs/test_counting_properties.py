"""What must hold with every rule on at once: bases, stays, concurrent items and the paying side.

Catches: a place in a class, a bed or a contact that goes to the record that was read first, a stay
whose pieces depend on how days are cut, a thread that sees only its own part.
"""

from pathlib import Path

import pytest

from tests.proofs.changing import (
    Change,
    check_no_byte_changes,
    check_threads_and_cuts,
    shuffle_master_tables,
    shuffle_performers,
    shuffle_rows,
    split_files,
    to_gb18030,
    to_parquet,
)
from tests.proofs.counts import counts
from tests.reference import FEATURES, write_random_case

SEEDS = range(counts(5, 30))


@pytest.mark.rules("A3", "A5", "A7", "A8", "A12", "B7", "D1", "D3")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "changes",
    [
        (shuffle_rows, split_files, shuffle_performers),
        (split_files, to_parquet),
        (shuffle_rows, to_gb18030, shuffle_master_tables),
    ],
    ids=["records", "parquet", "tables"],
)
def test_order_and_splitting_change_no_byte(
    changes: tuple[Change, ...], seed: int, tmp_path: Path
) -> None:
    write_random_case(tmp_path / "case", 21_000 + seed, 200, dirty=False, features=FEATURES)
    check_no_byte_changes(tmp_path, changes, seed)


@pytest.mark.rules("A3", "A12")
@pytest.mark.parametrize("seed", SEEDS)
def test_threads_paths_and_finer_buckets_change_no_payout(seed: int, tmp_path: Path) -> None:
    write_random_case(tmp_path / "case", 22_000 + seed, 200, dirty=True, features=FEATURES)
    check_threads_and_cuts(tmp_path / "case")
