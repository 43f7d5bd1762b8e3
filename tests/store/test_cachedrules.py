"""What rows are at fault is kept under the rules that say so, and not under how heavy items are.

Faults it catches: rows counted again because a price changed; a limit that was left behind when
another row of the weights overtook the one that has it.
"""

from decimal import Decimal
from pathlib import Path

from tests.proofs.changing import read_rows, write_rows
from tests.store.cachedruns import Reads, changed, settled
from tests.store.test_tallycache import limited, small_case, unknown


def doubled(row: dict[str, str]) -> None:
    row["weight"] = str(2 * Decimal(row["weight"]))


def test_rows_at_fault_stay_so_however_heavy_their_item_is(tmp_path: Path, reads: Reads) -> None:
    """Which row of the weights applies, its limit and its validity tell; not what it weighs."""
    case, cache = tmp_path / "case", tmp_path / "cache"
    small_case(case)
    weights = case / "weights.csv"
    changed(weights, limited)
    changed(weights, unknown)
    before = settled(case, tmp_path / "out", cache)
    for direct in (True, False):
        changed(weights, doubled)
        expected = settled(case, tmp_path / "out", direct=direct)
        assert isinstance(before, dict)
        assert isinstance(expected, dict)
        assert expected["payouts.csv"] != before["payouts.csv"]
        reads.rows = reads.counted = 0
        assert settled(case, tmp_path / "out", cache, direct=direct) == expected
        assert (reads.counted, reads.rows) == (0, 0)


def test_the_heaviest_of_rows_that_fit_says_the_limit(tmp_path: Path, reads: Reads) -> None:
    """就高不重复: a weight that overtakes another brings its own limit (definition 5.7)."""
    case, cache = tmp_path / "case", tmp_path / "cache"
    small_case(case)
    weights = case / "weights.csv"
    heading = "item_code,weight,valid_from,resident_group,quantity_max"
    rows = "A,1,2020-01-01,,\nC,1,2020-01-01,,\nD,1,2020-01-01,,\nB,1,2020-01-01,,\n"
    groups = "B,{},2020-01-01,old,1\nB,2.5,2020-01-01,child,\n"
    for file in (case / "records").iterdir():
        head, records = read_rows(file)
        write_rows(file, [*head, "resident_group"], [[*one, "old;child"] for one in records])
    warned = []
    for weight in ("2", "2.2", "3", "3.1", "2"):
        weights.write_text(f"{heading}\n{rows}{groups.format(weight)}", "utf-8")
        expected = settled(case, tmp_path / "out")
        assert isinstance(expected, dict)
        reads.counted = 0
        assert settled(case, tmp_path / "out", cache) == expected
        warned.append((expected["problems.csv"].count(b"ABOVE_MAX"), reads.counted))
    (light, first), (_, other), (heavy, overtaken), (_, again), (_, back) = warned
    assert (light, heavy > 0) == (0, True)
    assert (first, other, overtaken, again, back) == (150, 0, 150, 0, 0)
