"""The benchmarks compare like with like: every exact engine pays the same fen on a small case.

Faults caught: a peer (or this engine) that skips a check of the records, takes another weight,
sums in floats or breaks ties otherwise; a generator whose Parquet and CSV differ, or that draws no
faulty record of some kind, so that skipping its check would go unseen. With full rules also: a
peer that counts every record of a resident, orders them otherwise, lets a rejected record use up a
place, rounds each shared record by itself, or takes two spellings of a crew for two crews.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.fused import Coded, by_engine, by_kernel, fused
from benchmarks.generate import DIRTY_KINDS, Kind, case_folder
from benchmarks.hopeless import KINDS, hopeless_case, measured
from benchmarks.others import kernels
from benchmarks.peers import PEERS
from benchmarks.peers.compare import Field, Lane
from benchmarks.peers.ours import as_table, settled
from benchmarks.peers.report import markdown
from benchmarks.peers.run import Outcome, as_lines, measure
from benchmarks.whatif import made, page
from benchmarks.whatif import measured as measured_whatif
from equivalents.policy.book import Verdict
from equivalents.reweigh import Counts

SIZE = 20_000
EXACT = tuple(peer.name for peer in PEERS if peer.exact)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("benchmarks")


@pytest.fixture(scope="module")
def right(data: Path) -> tuple[Outcome, frozenset[str]]:
    outcome, lines = measure("ours_direct", case_folder(SIZE, "parquet", data), 2)
    return outcome, frozenset(lines)


def test_every_kind_of_faulty_record_is_drawn_and_found(
    data: Path, right: tuple[Outcome, frozenset[str]]
) -> None:
    result = settled(case_folder(SIZE, "csv", data), "direct", 2)
    assert sorted(as_lines(as_table(result))) == sorted(right[1])
    found = {fault.code for fault in result.counted.faults}
    found |= {verdict.name for verdict in result.counted.verdicts["pay"]}
    assert found == set(DIRTY_KINDS)


@pytest.mark.parametrize("name", EXACT[1:])
def test_exact_peers_pay_the_same_fen(
    name: str, data: Path, right: tuple[Outcome, frozenset[str]]
) -> None:
    outcome, _ = measure(name, case_folder(SIZE, "parquet", data), 2)
    assert (outcome.sha256, outcome.broken_pools) == (right[0].sha256, 0)
    assert outcome.payouts == right[0].payouts == 63_000


@pytest.fixture(scope="module")
def full(data: Path) -> Path:
    return case_folder(SIZE, "parquet", data, "full")


@pytest.fixture(scope="module")
def full_right(full: Path) -> Outcome:
    return measure("ours_direct", full, 2)[0]


FULL_PEERS = [peer.name for peer in PEERS if peer.exact and "full" in peer.rules]


@pytest.mark.parametrize("name", FULL_PEERS[1:])
@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_with_full_rules_too(
    name: str, kind: Kind, data: Path, full: Path, full_right: Outcome
) -> None:
    outcome, _ = measure(name, case_folder(SIZE, kind, data, "full"), 2)
    assert (outcome.sha256, outcome.broken_pools) == (full_right.sha256, 0)


def test_full_rules_decide_about_many_records(full: Path) -> None:
    counted = settled(full, "direct", 2).counted
    assert counted.verdicts["pay"][Verdict.BASIS_REPEAT] > SIZE // 100
    assert counted.shared_records > SIZE // 25


def test_what_full_rules_do_is_seen_in_the_payouts(
    full: Path, full_right: Outcome, tmp_path: Path
) -> None:
    """Each one of them changed in the weights pays others."""
    written = (full / "weights.csv").read_text("utf-8")
    case = tmp_path / "case"
    shutil.copytree(full, case)
    for old, new in (("first:4", "first:3"), ("quarter", "half"), ("resident,year", ",")):
        assert old in written
        (case / "weights.csv").write_text(written.replace(old, new), "utf-8")
        assert measure("ours_direct", case, 2)[0].sha256 != full_right.sha256


@pytest.mark.parametrize("name", ["duckdb_sql", "polars_lazy"])
def test_csv_pays_the_same_fen(
    name: str, data: Path, right: tuple[Outcome, frozenset[str]]
) -> None:
    outcome, _ = measure(name, case_folder(SIZE, "csv", data), 2)
    assert outcome.sha256 == right[0].sha256


def test_the_script_with_floats_is_seen_to_be_wrong(
    data: Path, right: tuple[Outcome, frozenset[str]]
) -> None:
    outcome, lines = measure("pandas_script", case_folder(SIZE, "parquet", data), 2)
    assert outcome.payouts == right[0].payouts
    assert outcome.broken_pools > 0
    wrong = [line for line in lines if line not in right[1]]
    assert 0 < len(wrong) < outcome.payouts // 2  # off by the last fen, not a different job


def test_a_generated_case_is_kept_and_reused(data: Path) -> None:
    folder = case_folder(SIZE, "parquet", data)
    before = (folder / "records.parquet").stat().st_mtime_ns
    assert case_folder(SIZE, "parquet", data) == folder
    assert (folder / "records.parquet").stat().st_mtime_ns == before
    assert {path.name for path in folder.parent.iterdir()} <= {"parquet", "csv"}


def _field(duckdb_hash: str, size: int = 50_000_000) -> Field:
    def lane(name: str, seconds: float, answer: str) -> Lane:
        peer = next(peer for peer in PEERS if peer.name == name)
        outcome = Outcome(name, seconds, seconds, 10**9, 63_000, answer, 0)
        return Lane(peer, [outcome], [seconds + 1])

    lanes = [lane("ours_direct", 2.0, "right"), lane("duckdb_sql", 2.4, duckdb_hash)]
    return Field(size, "parquet", lanes)


def test_a_differing_answer_and_a_missed_floor_are_said_plainly() -> None:
    assert _field("right").disagreeing == []
    assert _field("other").disagreeing == ["duckdb_sql"]
    page = markdown([_field("other")], "command", 3)
    assert "DIFFER" in page
    assert "| plain | 50,000,000 | 1.20 | **not judged: answers differ** |" in page
    page = markdown([_field("right")], "command", 3)
    assert "| 50,000,000 | 1.20 | **floor missed** |" in page
    assert "| 1.00 GB | **missed** |" in page
    assert "not measured in this run" in page


def test_a_floor_is_judged_at_its_own_size_only() -> None:
    page = markdown([_field("right", 10_000_000)], "command", 3)
    assert "| 10,000,000 | 1.20 | for orientation |" in page
    assert "| 1.00 GB | for orientation |" in page
    assert "missed**" not in page


def test_a_peer_that_does_not_do_the_job_has_no_ratio() -> None:
    lanes = _field("right").lanes
    page = markdown([Field(50_000_000, "parquet", lanes, "full")], "command", 3)
    assert "### 50,000,000 records, parquet, full rules" in page
    row = next(line for line in page.splitlines() if line.startswith("| pandas, "))
    assert row == "| pandas, a script with floats | | | | | | | does not do all of it |"
    assert "| full | 50,000,000 | 1.20 | **floor missed** |" in page
    assert "| plain | | | not measured in this run |" in page


def test_the_fused_kernel_counts_the_same(data: Path) -> None:
    coded = Coded.read(case_folder(SIZE, "parquet", data))
    engine, kernel = by_engine(coded, 2), by_kernel(coded, 2, fused)
    assert [part.tolist() for part in kernel] == [part.tolist() for part in engine]
    assert np.count_nonzero(engine[1]) == 5, "every verdict of the dirty kinds is met"


@pytest.mark.parametrize("kind", KINDS)
def test_a_hopeless_case_has_no_good_record(kind: str, data: Path, tmp_path: Path) -> None:
    case = hopeless_case(kind, SIZE, data, tmp_path / "case")
    code, _, peak = measured(["settle", case, "-o", tmp_path / "out"])
    assert code == 1
    assert peak > 0
    counts = json.loads((tmp_path / "out" / "summary.json").read_bytes())["records"]
    assert (counts["received"], counts["rejected"]) == (SIZE, SIZE)


def test_a_what_if_is_compared_with_a_full_weighing(monkeypatch: pytest.MonkeyPatch) -> None:
    made_once = made(SIZE)
    assert int(made_once.tally.records.sum()) == SIZE
    counts, found = measured_whatif(made_once, 3, 1)
    assert [one.name for one in found][:3] == ["recount", "bare rescan", "whole table"]
    assert any("| changed items |" in line for line in page(SIZE, made_once, counts, found))
    # A kernel that forgets what changed ends the run.
    monkeypatch.setattr(Counts, "weigh_changed", lambda self, known, old, new: known)
    with pytest.raises(SystemExit):
        measured_whatif(made_once, 3, 1)


def test_the_page_of_kernels_has_a_row_for_each_benchmark(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "benchmarks/bench_kernels.py", "--benchmark-only"),
            *("-q", "-k", "largest_remainder", f"--benchmark-json={results}"),
            *("--benchmark-min-rounds=1", "--benchmark-max-time=0.01", "-p", "no:cacheprovider"),
        ],
        cwd=Path(__file__).resolve().parents[2],
        # A worker of these tests is not one of the benchmark: it would not measure.
        env={name: text for name, text in os.environ.items() if "XDIST" not in name},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    head, rule, *rows = kernels(results)
    assert head.startswith("| kernel | median")
    assert rule.startswith("|---")
    form = re.compile(r"\| [^|]+ \| [0-9.]+ m?s \| .* to .* \| [0-9]+ \|")
    assert rows
    assert all(form.fullmatch(row) for row in rows)
