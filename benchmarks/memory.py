"""``python -m benchmarks.memory``: how much memory a case takes, from 1 to 50 million records.

The generated records of ``benchmarks.generate``, each with a ``record_id``: one in 100,000 has the
id of the record before, so that what is found meets what is confirmed. Each command is a process of
its own; what counts is its largest resident size. ``settle --payouts-only`` is the way of bounded
memory. ``settle`` also keeps the tally, whose size goes with how many different combinations of
institution, person, item, month and attributes occur: here, where everything is drawn at random,
nearly as many as there are records, until all combinations are there. ``check`` makes every check
at the door and keeps what it doubts until all is told, some 250 bytes each: of these random records
that is 15 in 100 (quantities far above the usual, one person at two places), of real ones few.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.generate import case_folder, default_data
from benchmarks.peers.report import machine, versions

__all__ = ["COMMANDS", "Peak", "case_with_ids", "page", "peak"]

_VERSION: Final = 1
_TWICE_ONE_IN: Final = 100_000
_QUARANTINE: Final = ("--on-reject", "quarantine")
COMMANDS: Final = {
    "check": ("check",),
    "settle --payouts-only": ("settle", "--payouts-only", *_QUARANTINE),
    "settle": ("settle", *_QUARANTINE),
}
"""What is measured: each command with what it is called with."""
_MEASURE: Final = (
    "import resource, subprocess, sys; "
    "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode; "
    "used = resource.getrusage(resource.RUSAGE_CHILDREN); "
    "print(code, used.ru_maxrss, used.ru_utime + used.ru_stime)"
)


class Peak(NamedTuple):
    """The largest resident size of a command, and what it took; it ended with ``code``."""

    command: str
    records: int
    megabytes: int
    wall_s: float
    cpu_s: float
    code: int


def case_with_ids(size: int, data: Path) -> Path:
    """The generated case of so many records, as Parquet, each with an id; made when not there."""
    plain = case_folder(size, "parquet", data)
    folder = data / f"case-{size}-ids-v{_VERSION}"
    if folder.is_dir():
        return folder
    with tempfile.TemporaryDirectory(prefix=".ids-", dir=data) as scratch:
        made = Path(scratch) / "case"
        made.mkdir()
        for one in plain.iterdir():
            if one.name != "records.parquet":
                (made / one.name).write_bytes(one.read_bytes())
        _write_with_ids(plain / "records.parquet", made / "records.parquet")
        made.rename(folder)
    return folder


def _write_with_ids(plain: Path, target: Path) -> None:
    """The same records behind a column of ids, row group by row group."""
    source = pq.ParquetFile(plain)
    schema = source.schema_arrow.insert(0, pa.field("record_id", pa.string()))
    done = 0
    with pq.ParquetWriter(target, schema, store_decimal_as_integer=True) as writer:
        for group in range(source.num_row_groups):
            table = source.read_row_group(group)
            number = np.arange(done, done + table.num_rows)
            number -= number % _TWICE_ONE_IN == _TWICE_ONE_IN - 1
            ids = pc.binary_join_element_wise("R", pa.array(number).cast(pa.string()), "")
            writer.write_table(table.add_column(0, schema.field(0), ids))
            done += table.num_rows


def peak(command: str, case: Path, records: int) -> Peak:
    """Run one command on a case and see how large it grows; what it writes is thrown away."""
    name, *options = COMMANDS[command]
    with tempfile.TemporaryDirectory() as folder:
        if name == "settle":
            options += ["--out", f"{folder}/out"]
        called = [sys.executable, "-m", "equivalents", name, str(case), "--json", *options]
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _MEASURE, *called], capture_output=True, text=True, check=True
        )
        wall = time.perf_counter() - start
    code, kibibytes, cpu = done.stdout.split()
    return Peak(command, records, int(kibibytes) >> 10, wall, float(cpu), int(code))


def page(peaks: Sequence[Peak]) -> Iterator[str]:
    """The lines of the page."""
    sizes = sorted({one.records for one in peaks})
    yield "# Benchmark of memory"
    yield ""
    yield "Written by the command below; do not edit. Beside other engines, and how long it takes:"
    yield "[benchmarks.md](benchmarks.md); workbooks: [benchmarks-files.md](benchmarks-files.md)."
    yield ""
    yield f"- Date: {datetime.now(UTC):%Y-%m-%d}"
    named = " ".join(f'"{name}"' for name in dict.fromkeys(one.command for one in peaks))
    asked = f"--sizes {' '.join(map(str, sizes))} --commands {named}"
    yield f"- Command: `python -m benchmarks.memory {asked} --write`"
    yield f"- Machine: {machine()}"
    yield f"- {versions()}"
    yield ""
    yield from (__doc__ or "").strip().split("\n")[2:]
    yield ""
    yield "| command | records | largest resident size | times the smallest case | CPU | wall |"
    yield "|---|---:|---:|---:|---:|---:|"
    for one in peaks:
        least = next(other for other in peaks if other.command == one.command)
        more = one.megabytes / least.megabytes
        yield (
            f"| `{one.command}` | {one.records:,} | {one.megabytes:,} MB | {more:.2f} "
            f"| {one.cpu_s:.0f} s | {one.wall_s:.0f} s |"
        )


def main() -> int:
    """Make the cases, run the commands, print or write; 1 where a command did not end well."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000_000, 10_000_000, 50_000_000])
    parser.add_argument("--commands", nargs="+", choices=COMMANDS, default=[*COMMANDS])
    parser.add_argument("--data", type=Path, default=default_data(), help="where cases are kept")
    parser.add_argument(
        "--write", type=Path, nargs="?", const=Path("docs/benchmarks-memory.md"),
        help="the page to write; docs/benchmarks-memory.md unless named",
    )  # fmt: skip
    chosen = parser.parse_args()
    peaks = []
    for command in chosen.commands:
        for size in sorted(chosen.sizes):
            peaks.append(peak(command, case_with_ids(size, chosen.data), size))
            print(peaks[-1], file=sys.stderr, flush=True)
    text = "\n".join(page(peaks)) + "\n"
    print(text)
    if chosen.write is not None:
        chosen.write.write_text(text, encoding="utf-8", newline="\n")
    # A check of faulty records ends with 1, anything else with 0.
    return int(any(one.code != (one.command == "check") for one in peaks))


if __name__ == "__main__":
    sys.exit(main())
