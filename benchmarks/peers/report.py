"""The comparison for people: a table in the terminal, and ``docs/benchmarks.md``."""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import product
from pathlib import Path
from typing import Final, get_args

from rich.table import Table

from benchmarks.generate import Kind
from benchmarks.peers import PEERS, Peer
from benchmarks.peers.compare import Field, Lane
from benchmarks.peers.run import cores
from benchmarks.world import Rules

__all__ = ["TARGETS", "Target", "machine", "markdown", "terminal", "versions"]

_GB: Final = 1e9
_NOT_ALL: Final = "does not do all of it"
_HEADINGS: Final = (
    "peer", "files to payouts", "range", "CPU", "whole process", "peak memory", "ratio", "payouts",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """A floor and an aim of the specification (page 4), as a ratio to this engine's direct path."""

    peer: str
    kind: Kind
    size: int
    floor: float
    aim: float | None


TARGETS: Final = (
    Target("duckdb_sql", "parquet", 50_000_000, 1.3, 1.8),
    Target("polars_lazy", "parquet", 50_000_000, 2.5, 3.5),
    Target("pandas_script", "parquet", 10_000_000, 15, 25),
    Target("duckdb_sql", "csv", 50_000_000, 1, None),
)
MEMORY_TARGET_BYTES: Final = int(0.8 * _GB)
"""The direct path from Parquet at 50 M records stays under this."""
_MEMORY_SIZE: Final = 50_000_000


def terminal(field: Field) -> Table:
    """One case as a table for the terminal: narrow, so that it fits 80 columns."""
    table = Table(title=field.title)
    for number, heading in enumerate(("peer", "time", "CPU", "memory", "ratio", "payouts")):
        table.add_column(
            heading, justify="left" if number == 0 else "right", no_wrap=heading != "payouts"
        )
    for lane in field.lanes:
        _, seconds, _, cpu, _, memory, ratio, _ = _cells(field, lane)
        table.add_row(lane.peer.name, seconds, cpu, memory, ratio, _answer(field, lane))
    for peer in _without(field):
        table.add_row(peer.name, *[""] * 4, _NOT_ALL)
    return table


def _without(field: Field) -> list[Peer]:
    """The peers that do not know the rules of a case."""
    return [peer for peer in PEERS if field.rules not in peer.rules]


def _cells(field: Field, lane: Lane) -> list[str]:
    times = [outcome.seconds for outcome in lane.outcomes]
    return [
        lane.peer.title,
        f"{lane.seconds:.2f} s",
        f"{min(times):.2f} to {max(times):.2f}",
        f"{lane.cpu_seconds:.2f} s",
        f"{lane.process_seconds:.2f} s",
        f"{lane.peak_bytes / _GB:.2f} GB",
        f"{field.ratio(lane.peer.name):.2f}",
        _answer(field, lane),
    ]


def _answer(field: Field, lane: Lane) -> str:
    if lane.peer.exact:
        return "DIFFER" if lane.peer.name in field.disagreeing else "equal"
    last = lane.outcomes[-1]
    return f"{lane.wrong:,} wrong, {last.broken_pools:,} pools off"


# -- docs/benchmarks.md -------------------------------------------------------------------


def markdown(fields: Sequence[Field], command: str, rounds: int) -> str:
    """The whole page."""
    lines = [*_head(command, rounds), "", "## Results", ""]
    for field in fields:
        lines += [f"### {field.title}", "", *_grid(field), ""]
    lines += ["## Floors and aims of the specification", "", *_targets(fields), ""]
    return "\n".join(lines)


def _head(command: str, rounds: int) -> Iterator[str]:
    now = datetime.now(tz=UTC)
    yield "# Benchmarks"
    yield ""
    yield "Written by the command below; do not edit. Times depend on the machine, answers do not."
    yield ""
    yield f"- Date: {now:%Y-%m-%d}"
    yield f"- Command: `{command}`"
    yield f"- Machine: {machine()}"
    yield f"- Python {platform.python_version()} on {platform.system()}; {versions()}"
    yield ""
    yield _METHOD.format(rounds=rounds, cores=cores())


_METHOD: Final = """\
## What is measured

A generated case: 1,500 institutions, 60,000 people, 65,000 postings, 200 items (20 weighted by
institution group, 8 by setting, 20 with a second version within the year), one pool an
institution, records in random order, one in a thousand of them faulty in one of seven ways. With
*plain rules* every record counts by itself. With *full rules* a tenth of the records are of 20
items of which only the first ones of a resident count, by the first four a quarter or the first one
a year, and every twentieth record is shared by two or three people: its crew splits what it earned
of a weight row in a month. These records have a `resident_id`, and `performers`; the others have
none. The
Parquet file has dictionary strings, date32 and decimal128 in row groups of one million, decimals
stored as integers (pyarrow's default, fixed bytes, costs its reader, and so this engine, about 38
ns a record more); the CSV file has the same records as text.

Every peer does the same job: read the master tables and the records, drop the faulty records
(unknown ids, outside the period, no posting on the date, no weight on the date), choose the most
specific weight, sum exactly, and share each pool by largest remainder with the same rule for ties.
Each runs in a process of its own with {cores} threads; the peers take turns, {rounds} rounds, and
the median counts. *Files to payouts* starts when the libraries are imported and ends with an Arrow
table of payouts; *whole process* has start, imports and the check of the answer too. *Peak memory*
is the largest resident size. *Ratio* is a peer's time over that of this engine's direct path: above
1 the peer is slower. *Equal* means the same hash over every institution, pool, person and fen;
*wrong* payouts differ from it, and pools are *off* when their payouts do not add up to them.

With full rules they also count only the first records of each class, in the order of page 5 (5.5),
drop shared records of which a performer has no posting, and split the total of each institution,
crew, weight row and month exactly (5.4).

The tally path also makes the lines by item and month that statements and what-ifs need; no other
peer does. The queries of DuckDB and polars are the fastest of several that were tried: both look
weights up by one integer in a table that spreads them over every day beforehand, and for CSV DuckDB
is told to keep the written join order, without which it takes twice the time. With full rules
both read the file twice, once for the records that stand alone and once for the others. The
other peers do not say which records they dropped, nor why; this engine does, within the time shown.

Kernels, counting bases, what-ifs, the fused kernel of numba and files without one good row have no
other engine beside them: [benchmarks-others.md](benchmarks-others.md), by
`python -m benchmarks.others`."""


def _grid(field: Field) -> Iterator[str]:
    yield "| " + " | ".join(_HEADINGS) + " |"
    yield "|---" + "|---:" * (len(_HEADINGS) - 1) + "|"
    for lane in field.lanes:
        yield "| " + " | ".join(_cells(field, lane)) + " |"
    for peer in _without(field):
        yield f"| {peer.title} |" + " |" * (len(_HEADINGS) - 2) + f" {_NOT_ALL} |"


def _targets(fields: Sequence[Field]) -> Iterator[str]:
    yield "| against | format | floor | aim | holds at | rules | measured at | ratio | |"
    yield "|---|---|---:|---:|---:|---|---:|---:|---|"
    for target, rules in product(TARGETS, get_args(Rules)):
        asked = [field for field in fields if (field.kind, field.rules) == (target.kind, rules)]
        found = [field for field in asked if field.lane(target.peer)]
        for field in found:
            yield _target_row(target, field)
        if not found:
            knows = any(peer.name == target.peer and rules in peer.rules for peer in PEERS)
            verdict = "not measured in this run" if knows else _NOT_ALL
            yield f"| {_target_cells(target)} | {rules} | | | {verdict} |"
    for field in fields:
        if field.kind == "parquet":
            yield _memory_row(field)
    yield ""
    yield (
        "A floor holds at its own number of records; at others the figure stands for orientation "
        "only. The specification sets its floors with everything on, which is the full rules. "
        "Where exact answers differ nothing is judged. The floors of page 4 for the cache of "
        "coded columns and for workbooks wait for the store and for reading workbooks."
    )


def _target_cells(target: Target) -> str:
    aim = "" if target.aim is None else f"{target.aim:g}"
    return f"{target.peer} | {target.kind} | {target.floor:g} | {aim} | {target.size:,}"


def _target_row(target: Target, field: Field) -> str:
    ratio = field.ratio(target.peer)
    assert ratio is not None, "only fields with this peer are asked"
    verdict = "**floor missed**" if ratio < target.floor else "floor met"
    if ratio >= target.floor and target.aim is not None:
        verdict = "aim met" if ratio >= target.aim else "floor met, aim missed"
    return (
        f"| {_target_cells(target)} | {field.rules} | {field.size:,} | {ratio:.2f} "
        f"| {_judged(verdict, target.size, field)} |"
    )


def _memory_row(field: Field) -> str:
    peak = field.lanes[0].peak_bytes
    verdict = "met" if peak < MEMORY_TARGET_BYTES else "**missed**"
    return (
        f"| memory of the direct path | parquet | < {MEMORY_TARGET_BYTES / _GB:g} GB | "
        f"| {_MEMORY_SIZE:,} | {field.rules} | {field.size:,} | {peak / _GB:.2f} GB "
        f"| {_judged(verdict, _MEMORY_SIZE, field)} |"
    )


def _judged(verdict: str, size: int, field: Field) -> str:
    """The verdict where the floor holds; elsewhere a number is neither met nor missed."""
    if field.disagreeing:
        return "**not judged: answers differ**"
    return verdict if size == field.size else "for orientation"


def machine() -> str:
    """The machine of a measurement, in short."""
    return f"{cores()} cores, {_processor()}, {_memory_gb():.0f} GB memory"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gb() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GB
    except (AttributeError, OSError, ValueError):
        return float("nan")


def versions() -> str:
    return ", ".join(_version(name) for name in ("numpy", "pyarrow", "duckdb", "polars", "pandas"))


def _version(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} not installed"
