"""``python -m benchmarks.peers``: this engine beside DuckDB, polars and pandas."""

import argparse
import sys
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import cast, get_args

from rich.console import Console

from benchmarks.generate import Kind, case_folder, default_data
from benchmarks.peers import peers_for
from benchmarks.peers.compare import Field, Lane, compare
from benchmarks.peers.report import markdown, terminal
from benchmarks.world import Rules


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers",
        description="Run this engine, DuckDB, polars and pandas on the same generated files. "
        "Ends with 1 if an exact peer pays another fen.",
    )
    parser.add_argument(
        "--size", type=int, nargs="+", default=[1_000_000], help="numbers of records"
    )
    parser.add_argument(
        "--formats", nargs="+", choices=["parquet", "csv"], default=["parquet", "csv"]
    )
    parser.add_argument(
        "--rules",
        nargs="+",
        choices=get_args(Rules),
        default=["plain"],
        help="plain: every record counts by itself; full: also first records and shared ones",
    )
    parser.add_argument(
        "--cases",
        nargs="+",
        metavar="RULES:SIZE:FORMAT",
        help="these cases only, such as full:10000000:parquet; instead of the three above",
    )
    parser.add_argument("--rounds", type=int, default=3, help="runs of each peer")
    parser.add_argument(
        "--data", type=Path, default=default_data(), help="where generated cases are kept"
    )
    parser.add_argument("--write", type=Path, help="the page to write, docs/benchmarks.md")
    return parser.parse_args()


def main() -> int:
    """Generate what is missing, run, print, write; 1 when exact answers differ."""
    chosen = _arguments()
    console, progress = Console(), Console(stderr=True)
    fields: list[Field] = []
    for rules, size, kind in _cases(chosen):
        field = Field(size, kind, [Lane(peer) for peer in peers_for(size, rules)], rules)
        progress.print(f"{field.title}: generating, unless it is there", style="dim")
        case = case_folder(size, kind, chosen.data, rules)
        compare(case, field, chosen.rounds, lambda text: progress.print(text, style="dim"))
        console.print(terminal(field))
        fields.append(field)
    if chosen.write:
        chosen.write.parent.mkdir(parents=True, exist_ok=True)
        chosen.write.write_text(markdown(fields, _command(chosen), chosen.rounds), "utf-8")
    differing = [(field, name) for field in fields for name in field.disagreeing]
    for field, name in differing:
        console.print(f"{field.title}: {name} pays other fen", style="bold red")
    return 1 if differing else 0


def _cases(chosen: argparse.Namespace) -> Iterable[tuple[Rules, int, Kind]]:
    """The cases to run: those that are named, or every one of what was chosen."""
    if not chosen.cases:
        return product(chosen.rules, chosen.size, chosen.formats)
    parts = (case.split(":") for case in chosen.cases)
    return [(cast(Rules, rules), int(size), cast(Kind, kind)) for rules, size, kind in parts]


def _command(chosen: argparse.Namespace) -> str:
    """The command without where its data were kept, which concerns only this machine."""
    sizes = " ".join(str(size) for size in chosen.size)
    formats, rules = " ".join(chosen.formats), " ".join(chosen.rules)
    asked = f"--rules {rules} --size {sizes} --formats {formats}"
    if chosen.cases:
        asked = f"--cases {' '.join(chosen.cases)}"
    return (
        f"python -m benchmarks.peers {asked} --rounds {chosen.rounds} --write {chosen.write.name}"
    )


if __name__ == "__main__":
    sys.exit(main())
