"""``python -m benchmarks.hopeless``: files without one good row, from the first row to the last.

Specification page 4: every malformed file ends in located, coded problems in at most 10 s and
1 GB. Each kind of fault is put into every record of a generated case; ``check`` and ``settle``
run in processes of their own, and the time and the peak memory of each are printed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from benchmarks.generate import case_folder, default_data

__all__ = ["KINDS", "hopeless_case", "measured"]

_SECONDS: Final = 10
_BYTES: Final = 10**9


def _date(fields: list[str], number: int) -> str:
    """A month that there is not."""
    fields[3] = fields[3].replace("-", "-1", 1)
    return ",".join(fields)


def _four(fields: list[str], number: int) -> str:
    """Institution, person, date and quantity wrong, mostly in another way in each record."""
    fields[0], fields[1], fields[4] = f"X{fields[0]}", f"X{fields[1]}", f"x{fields[4]}"
    return _date(fields, number)


def _shape(fields: list[str], number: int) -> str:
    """One field too many."""
    return ",".join([*fields, "x"])


def _quoted(fields: list[str], number: int) -> str:
    """Quotes and commas in what is wrong."""
    fields[3] = f'"{fields[3]}, ""or so"""'
    return ",".join(fields)


def _policy(fields: list[str], number: int) -> str:
    """Well-formed, but a year late."""
    fields[3] = fields[3].replace("2025", "2026", 1)
    return ",".join(fields)


def _ids(fields: list[str], number: int) -> str:
    """Each record id on two records that differ."""
    return ",".join([*fields, f"R{number // 2}"])


KINDS: Final[dict[str, Callable[[list[str], int], str]]] = {
    "date": _date,
    "four": _four,
    "shape": _shape,
    "quoted": _quoted,
    "policy": _policy,
    "ids": _ids,
}
"""What is wrong with every record, by name."""


def hopeless_case(kind: str, size: int, data: Path, folder: Path) -> Path:
    """A case of ``size`` records, all at fault in one way, made in ``folder``."""
    good = case_folder(size, "csv", data)
    shutil.copytree(good, folder, ignore=shutil.ignore_patterns("records.csv"))
    spoil = KINDS[kind]
    before, after = good / "records.csv", folder / "records.csv"
    with before.open(encoding="utf-8") as source, after.open("w", encoding="utf-8") as file:
        head = next(source).rstrip("\n")
        file.write(f"{head},record_id\n" if kind == "ids" else f"{head}\n")
        for number, line in enumerate(source):
            file.write(spoil(line.rstrip("\n").replace('"', "").split(","), number) + "\n")
    return folder


def measured(arguments: Sequence[str | Path]) -> tuple[int, float, int]:
    """Exit code, seconds and peak bytes of one command of ours in a process of its own."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "equivalents", *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    return process.returncode, time.perf_counter() - start, usage.ru_maxrss * unit


def main() -> int:
    """Make, run and print; 1 when a command took too long, too much, or found nothing wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hopeless", description=main.__doc__)
    parser.add_argument("--size", type=int, default=1_000_000, help="number of records")
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument(
        "--data", type=Path, default=default_data(), help="where generated cases are kept"
    )
    chosen = parser.parse_args()
    missed = 0
    for kind in chosen.kinds:
        with tempfile.TemporaryDirectory(prefix="hopeless-") as scratch:
            case = hopeless_case(kind, chosen.size, chosen.data, Path(scratch) / "case")
            out = Path(scratch) / "out"
            for command, rest in (("check", ()), ("settle", ("-o", out))):
                code, seconds, peak = measured([command, case, *rest])
                met = code == 1 and seconds <= _SECONDS and peak <= _BYTES
                missed += not met
                print(
                    f"{kind:8} {command:8} {seconds:6.1f} s {peak / 1e9:6.2f} GB  "
                    f"{'met' if met else 'MISSED'}",
                    flush=True,
                )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
