"""One settlement by one peer in this process.

``python -m benchmarks.peers.run NAME CASE OUT.json``: run by ``benchmarks.peers``, or by hand.

The clock runs from the files to the payouts as an Arrow table, master tables included; the
libraries are imported before it starts. The payouts are written beside OUT.json, as sorted lines
``institution|pool|person|fen``, whose hash tells whether two peers paid the same.
"""

import argparse
import csv
import hashlib
import importlib
import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

from benchmarks.peers import PEERS

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Outcome", "as_lines", "cores", "measure"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of one peer took and paid.

    ``seconds`` is wall time and ``cpu_seconds`` the time of all threads; ``broken_pools`` are the
    pools whose payouts do not add up to them.
    """

    peer: str
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    payouts: int
    sha256: str
    broken_pools: int


class _WithoutPandas(MetaPathFinder):
    """With its first array pyarrow imports pandas, where that is installed.

    This costs a second and 80 MB that an installation of this engine never pays, as pandas is there
    for its peer alone. A None in ``sys.modules`` would not do: pyarrow takes it for the module.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> None:
        """Refuse pandas; leave everything else to others."""
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)


class _Module(Protocol):
    def payouts(self, case: Path, threads: int) -> "pa.Table":
        """Settle a case folder; the payouts as institution, pool, person and fen."""


def cores() -> int:
    """The processors that this process may use; every peer gets so many threads."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def measure(name: str, case: Path, threads: int) -> tuple[Outcome, Sequence[str]]:
    """Run one peer on a case folder; its outcome and its payouts as sorted lines."""
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    module: _Module = importlib.import_module(f"benchmarks.peers.{name}")
    wall, cpu = time.perf_counter(), time.process_time()
    table = module.payouts(case, threads)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = _peak_bytes()
    lines = as_lines(table)
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    broken = _broken_pools(case, lines)
    return Outcome(name, wall, cpu, peak, len(lines), digest, broken), lines


def as_lines(table: "pa.Table") -> list[str]:
    """The payouts as sorted lines, alike for every peer."""
    columns = [table.column(name).to_pylist() for name in ("institution", "pool", "person", "fen")]
    return sorted("|".join(map(str, row)) for row in zip(*columns, strict=True))


def _peak_bytes() -> int:
    """The most memory this process had resident.

    ``ru_maxrss`` may begin with what the parent had when it started us, so Linux is asked itself.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(x for x in status.read_text("utf-8").splitlines() if x.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _broken_pools(case: Path, lines: Sequence[str]) -> int:
    paid: Counter[tuple[str, str]] = Counter()
    for line in lines:
        institution, pool, _, fen = line.split("|")
        paid[institution, pool] += int(fen)
    with (case / "pools.csv").open(encoding="utf-8", newline="") as file:
        pools = {
            (row["institution_id"], row["pool"]): int(Decimal(row["amount"]) * 100)
            for row in csv.DictReader(file)
        }
    return sum(1 for pool, fen in pools.items() if paid[pool] != fen)


def main() -> None:
    """Run one peer once and write down what it took."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("name", choices=[peer.name for peer in PEERS])
    parser.add_argument("case", type=Path, help="a folder made by benchmarks.generate")
    parser.add_argument("out", type=Path, help="a JSON file; the payouts go beside it")
    parser.add_argument("--threads", type=int, default=cores())
    chosen = parser.parse_args()
    if chosen.name.startswith("ours"):
        # Only here: another peer of the same process may need pandas.
        sys.meta_path.insert(0, _WithoutPandas())
    outcome, lines = measure(chosen.name, chosen.case, chosen.threads)
    text = json.dumps(asdict(outcome), indent=2)
    chosen.out.write_text(text + "\n", "utf-8")
    chosen.out.with_suffix(".txt").write_text("\n".join(lines), "utf-8")
    print(text)


if __name__ == "__main__":
    main()
