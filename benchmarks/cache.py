"""``python -m benchmarks.cache``: a settlement anew, with an empty cache, again, and a file later.

The generated records of ``benchmarks.memory``, each with a ``record_id``, in one Parquet file a
month, as the segments of a store are. *Without* settles all files and keeps nothing. *First* has
an empty cache and all files but the last; *again* is the same once more; *one file more* adds the
last. *Other weights* then makes one weight heavier, *another posting* lets one person begin later:
all is counted again, from coded columns. Each run is a process of its own; *counted* is
the time from the start of the run (everything imported) until records are counted and paid, *whole*
until all is written; *CPU* is the time of all processors until paid, which other work on the
machine does not lengthen. With *clean* records no row is rejected; else one in a thousand is, and
the files with such rows are read once more to write ``rejected.csv``. Of the tally way nothing is
written: item lines of records that are drawn at random are nearly as many as the records.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.generate import default_data
from benchmarks.memory import case_with_ids
from benchmarks.peers.report import machine, versions

__all__ = ["Run", "case_by_months", "measured", "page"]

_VERSION: Final = 1
_RUN: Final = """
import json, sys, time
from pathlib import Path
from equivalents.run import settle_case
import equivalents.report.out, equivalents.store.tallycache, pyarrow.parquet, pyarrow.compute
case, out, cache, direct = sys.argv[1:]
marks, start, used = {}, time.perf_counter(), time.process_time()
def told(stage, done, total):
    if stage == "write":
        marks["counted"] = time.perf_counter() - start
        marks["cpu"] = time.process_time() - used
        if direct != "direct":
            print(json.dumps([marks["counted"], marks["cpu"], 0]))
            sys.exit()
settle_case(Path(case), Path(out), stop_on_reject=False, direct=direct == "direct",
            told=told, cache=Path(cache) if cache else None)
print(json.dumps([marks["counted"], marks["cpu"], time.perf_counter() - start]))
"""


class Run(NamedTuple):
    """One run: which way, what was in the cache, and seconds until paid and until written."""

    way: str
    state: str
    counted_s: float
    cpu_s: float
    whole_s: float


def case_by_months(size: int, data: Path, *, clean: bool) -> Path:
    """The generated case with ids in a file a month; made when it is not there yet."""
    folder = data / f"case-{size}-months{'-clean' if clean else ''}-v{_VERSION}"
    if folder.is_dir():
        return folder
    source = case_with_ids(size, data)
    with tempfile.TemporaryDirectory(prefix=".months-", dir=data) as scratch:
        made = Path(scratch) / "case"
        made.joinpath("records").mkdir(parents=True)
        for one in source.iterdir():
            if one.name != "records.parquet":
                shutil.copyfile(one, made / one.name)
        table = pq.read_table(source / "records.parquet")
        if clean:
            table = _without_faults(table, source, Path(scratch) / "out")
        month = pc.month(table["service_date"])
        for number in range(1, 13):
            some = table.filter(pc.equal(month, number))
            target = made / "records" / f"{number:02}.parquet"
            pq.write_table(some, target, store_decimal_as_integer=True)
        made.rename(folder)
    return folder


def _without_faults(table: pa.Table, case: Path, out: Path) -> pa.Table:
    """The records that nothing is wrong with, as a settlement of them says."""
    from equivalents.run import settle_case

    settlement = settle_case(case, out, stop_on_reject=False, direct=True)
    good = np.ones(table.num_rows, bool)
    for fault in settlement.counted.faults:
        good[fault.row - 1] = False
    return table.filter(pa.array(good))


def measured(case: Path, direct: bool, scratch: Path) -> Iterator[Run]:
    """Settle a copy of the case in all states of the cache, and prove that results are equal."""
    own, cache, out = scratch / "case", scratch / "cache", scratch / "out"
    shutil.copytree(case, own)
    way = "direct" if direct else "tally"

    def run(state: str, kept: Path | None) -> tuple[Run, dict[str, bytes]]:
        called = [str(own), str(out), str(kept or ""), way]
        done = subprocess.run(
            [sys.executable, "-c", _RUN, *called], capture_output=True, text=True, check=True
        )
        result = {path.name: path.read_bytes() for path in out.iterdir()} if direct else {}
        return Run(way, state, *json.loads(done.stdout)), result

    whole, expected = run("without, 12 files", None)
    yield whole
    last = own / "records" / "12.parquet"
    last.rename(scratch / "away")
    yield run("first, 11 files", cache)[0]
    yield run("again, 11 files", cache)[0]
    (scratch / "away").rename(last)
    for state in ("one file more, 12 files", "again, 12 files"):
        found, result = run(state, cache)
        if result != expected:
            raise SystemExit(f"{way}, {state}: another result than without the cache")
        yield found
    weights = own / "weights.csv"
    weights.write_text(_heavier(weights.read_text("utf-8")), "utf-8")
    yield run("other weights, 12 files", cache)[0]
    staff = own / "staff.csv"
    staff.write_text(staff.read_text("utf-8").replace("2019-07-01", "2019-07-02", 1), "utf-8")
    yield run("another posting, 12 files", cache)[0]
    size = sum(path.stat().st_size for path in cache.rglob("*") if path.is_file())
    print(f"{way}: the cache holds {size / 1e6:.0f} MB", file=sys.stderr)


def _heavier(text: str) -> str:
    """The first row of a table of weights with another weight."""
    heading, first, *rest = text.splitlines()
    at = heading.split(",").index("weight")
    cells = first.split(",")
    cells[at] = "3.2109"
    return "\n".join([heading, ",".join(cells), *rest]) + "\n"


def page(size: int, runs: Sequence[tuple[str, Run]]) -> Iterator[str]:
    """The lines of a report."""
    yield f"# Benchmark of the cache of counts, {size:,} records"
    yield ""
    yield f"- Date: {datetime.now(UTC):%Y-%m-%d}"
    yield f"- Machine: {machine()}"
    yield f"- {versions()}"
    yield ""
    yield from (__doc__ or "").strip().split("\n")[2:]
    yield ""
    yield "| records | way | cache | counted | CPU | of without | whole | of without |"
    yield "|---|---|---|---:|---:|---:|---:|---:|"
    first: dict[tuple[str, str], Run] = {}
    for kind, run in runs:
        base = first.setdefault((kind, run.way), run)
        yield (
            f"| {kind} | {run.way} | {run.state} | {run.counted_s:.2f} s | {run.cpu_s:.2f} s "
            f"| {run.cpu_s / base.cpu_s:.2f} | {_whole(run, base)} |"
        )


def _whole(run: Run, base: Run) -> str:
    if not run.whole_s:
        return " | "
    return f"{run.whole_s:.2f} s | {run.whole_s / base.whole_s:.2f}"


def main() -> None:
    """Make the cases, run, print or write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cache")
    parser.add_argument("--size", type=int, default=2_000_000)
    parser.add_argument("--data", type=Path, default=default_data(), help="where cases are kept")
    parser.add_argument("--write", type=Path, help="the page to write")
    chosen = parser.parse_args()
    runs: list[tuple[str, Run]] = []
    for clean in (True, False):
        case = case_by_months(chosen.size, chosen.data, clean=clean)
        for direct in (True, False):
            with tempfile.TemporaryDirectory() as scratch:
                for run in measured(case, direct, Path(scratch)):
                    runs.append(("clean" if clean else "one in 1,000 faulty", run))
                    print(runs[-1], file=sys.stderr, flush=True)
    text = "\n".join(page(chosen.size, runs)) + "\n"
    print(text)
    if chosen.write is not None:
        chosen.write.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
