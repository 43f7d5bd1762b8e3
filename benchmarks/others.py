"""``python -m benchmarks.others``: every benchmark without another engine, on one page.

Kernels and counting bases (pytest-benchmark), the fused kernel of numba, what-ifs, and files
without one good row run one after the other, each by its own command, which stands above its
figures. ``--write FILE`` makes the page; without it the page is printed. Whatever fails is said on
the page and ends the run with an error: figures of wrong answers are worth nothing.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks.peers.report import machine, versions

__all__ = ["kernels", "page"]

_KERNELS: Final = ("bench_kernels.py", "bench_bases.py")


def kernels(results: Path) -> Iterator[str]:
    """The rows of a table out of a JSON file of pytest-benchmark: name, median, range, rounds."""
    yield "| kernel | median | shortest to longest | rounds |"
    yield "|---|---:|---:|---:|"
    for one in json.loads(results.read_text(encoding="utf-8"))["benchmarks"]:
        stats = one["stats"]
        middle, least, most = (_time(stats[name]) for name in ("median", "min", "max"))
        name = one["name"].removeprefix("test_").replace("[", " ").rstrip("]")
        yield f"| {name} | {middle} | {least} to {most} | {stats['rounds']} |"


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.2f} ms"


def _of_kernels(large: bool, failed: list[str]) -> Iterator[str]:
    """Kernels and bases: the sizes that are asked for, equal answers checked by the benchmarks."""
    more = ["--large"] if large else []
    for name in _KERNELS:
        with tempfile.TemporaryDirectory() as folder:
            results = Path(folder) / "results.json"
            told = ["pytest", f"benchmarks/{name}", "--benchmark-only", *more]
            done = _run([*told, "-q", f"--benchmark-json={results}"], " ".join(told), failed)
            yield from _section(name.removesuffix(".py"), " ".join(told))
            yield from kernels(results) if done is not None else ("Failed.",)


def _of_module(name: str, arguments: Sequence[str], failed: list[str]) -> Iterator[str]:
    """What a benchmark command prints, as it prints it."""
    told = [f"benchmarks.{name}", *arguments]
    printed = _run(told, f"python -m {' '.join(told)}", failed)
    yield from _section(name, f"python -m {' '.join(told)}")
    yield from ("```", printed.strip(), "```") if printed is not None else ("Failed.",)


def _of_whatif(rounds: int, failed: list[str]) -> Iterator[str]:
    """The page of what-ifs without its head, which this page has."""
    told = f"python -m benchmarks.whatif --rounds {rounds}"
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "whatif.md"
        command = ["benchmarks.whatif", "--rounds", str(rounds), "--write", str(made)]
        done = _run(command, told, failed)
        yield from _section("whatif", told)
        if done is None:
            yield "Failed."
            return
        text = made.read_text(encoding="utf-8")
    body = text.split("\n\n", 3)[3]
    yield body.replace("\n## ", "\n### ").strip()


def _section(name: str, command: str) -> tuple[str, ...]:
    return "", f"## {name}", "", f"`{command}`", ""


def _run(arguments: Sequence[str], told: str, failed: list[str]) -> str | None:
    """Run a module of Python; what it printed, or ``None`` where it failed."""
    print(told, file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, "-m", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return done.stdout
    sys.stderr.write(done.stdout[-2000:] + done.stderr[-2000:])
    failed.append(told)
    return None


def page(large: bool, rounds: int, failed: list[str]) -> str:
    """The text of the page; commands that failed are added to ``failed``."""
    lines = [
        "# Benchmarks without other engines",
        "",
        "Written by the command below; do not edit. Times depend on the machine, answers do not.",
        "Beside DuckDB, polars and pandas: [benchmarks.md](benchmarks.md).",
        "",
        f"- Date: {datetime.now(UTC):%Y-%m-%d}",
        f"- Command: `python -m benchmarks.others{' --large' if large else ''} --rounds {rounds}`",
        f"- Machine: {machine()}",
        f"- {versions()}",
        *_of_kernels(large, failed),
        *_of_module("fused", (), failed),
        *_of_whatif(rounds, failed),
        *_of_module("hopeless", (), failed),
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run all of them; 1 where one failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.others", description=main.__doc__)
    parser.add_argument("--large", action="store_true", help="kernels of ten million, too")
    parser.add_argument("--rounds", type=int, default=4, help="rounds of the what-ifs")
    parser.add_argument("--write", type=Path, help="the page to write")
    chosen = parser.parse_args()
    failed: list[str] = []
    text = page(chosen.large, chosen.rounds, failed)
    if chosen.write is not None:
        chosen.write.write_text(text, encoding="utf-8", newline="\n")
    else:
        print(text)
    for told in failed:
        print(f"failed: {told}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
