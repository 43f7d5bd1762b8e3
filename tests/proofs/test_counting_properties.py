"""What must hold with every rule on at once: bases, stays, concurrent items and the paying side.

Catches: a place in a class, a bed or a contact that goes to the record that was read first, a stay
whose pieces depend on how days are cut, a thread that sees only its own part.
"""

import random
import shutil
from pathlib import Path

import pytest

from equivalents import Source, load_case, settle, settle_case
from tests.proofs.changing import (
    Change,
    same_bytes,
    shuffle_master_tables,
    shuffle_performers,
    shuffle_rows,
    split_files,
    to_gb18030,
    to_parquet,
)
from tests.proofs.counts import counts
from tests.reference import FEATURES, write_random_case

SEEDS = range(counts(5, 60))


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
    case, changed = tmp_path / "case", tmp_path / "changed"
    write_random_case(case, 21_000 + seed, 200, dirty=False, features=FEATURES)
    settle_case(case, tmp_path / "one")
    shutil.copytree(case, changed)
    chance = random.Random(seed)
    for change in changes:
        change(changed, chance)
    settle_case(changed, tmp_path / "other")
    same_bytes(tmp_path / "one", tmp_path / "other")


@pytest.mark.rules("A3", "A12")
@pytest.mark.parametrize("seed", SEEDS)
def test_threads_paths_and_finer_buckets_change_no_payout(seed: int, tmp_path: Path) -> None:
    write_random_case(tmp_path / "case", 22_000 + seed, 200, dirty=True, features=FEATURES)
    case = load_case(tmp_path / "case")
    source = Source(case.folder, case.records)
    plain = settle(case.rules, source.blocks)
    cuts = range(case.rules.period.start, case.rules.period.end, 3)
    for other in (settle(case.rules, source.blocks, workers=4),
                  settle(case.rules, source.blocks, more_cuts=cuts),
                  settle(case.rules, source.blocks, path="direct", workers=3)):  # fmt: skip
        assert plain.payouts is not None
        assert other.payouts is not None
        assert other.counted.counted == plain.counted.counted
        assert other.counted.verdicts == plain.counted.verdicts
        for name in ("pool", "person", "raw_e7", "amount_fen", "remainder_fen"):
            one, two = getattr(plain.payouts, name), getattr(other.payouts, name)
            assert one.tolist() == two.tolist()
