"""`make proof`: every kind of proof with its full count, written down in docs/proof.md.

Runs the test suite with the full counts (``EQUIVALENTS_PROOF=full``), kind by kind, and records
date, machine, command, figures and what each kind was seen to catch. Ends with the exit code of
the worst run; a failed proof is written down as failed.
"""

import os
import platform
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]


class Kind(NamedTuple):
    """One kind of proof: what is proven, where, and a fault that it was seen to catch."""

    name: str
    where: tuple[str, ...]
    counts: str
    bites: str


KINDS = (
    Kind(
        "real data with known answers 真实数据",
        ("tests/proofs/test_real_data.py", "tests/unit/test_published_identities.py"),
        "17,028 lines, 2,151 doctors, 52 pools; 3 years of 14 centres",
        "equivalents summed in floats; payouts rounded one by one",
    ),
    Kind(
        "engine = independent reference 独立参照",
        ("tests/proofs/test_reference_agrees.py",),
        "300 random cases of 900 records, one of 100,000, the real lines; two paths, same bytes",
        "the smaller of two resident-group weights; a posting's last day counted",
    ),
    Kind(
        "properties 性质",
        ("tests/proofs/test_properties.py", "tests/unit/test_units.py",
         "tests/unit/test_allocate.py", "tests/unit/test_weight_check.py"),
        "40 cases a property; 2,000 hypothesis examples each",
        "the correction step of the division removed; no tie-break by key; full-width digits",
    ),
    Kind(
        "the same bytes on every Python, from the wheel 各版本一致",
        ("tests/proofs/test_any_python.py",),
        "every supported Python found on the machine, each in a clean environment",
        "a data file missing from the wheel",
    ),
    Kind(
        "scenarios 情景",
        ("tests/scenarios", "tests/unit/test_rules.py"),
        "every folder in tests/scenarios",
        "the inclusive end of a weight or posting; float remainders; ties to the smaller key",
    ),
    Kind(
        "bad input 错误输入",
        ("tests/unit/test_bad_input.py",),
        "every reason code",
        "a missing Parquet quantity taken for a number; rows swallowed by a quoted line break",
    ),
)  # fmt: skip


class Result(NamedTuple):
    """What one run gave."""

    kind: Kind
    code: int
    tally: str
    seconds: float


def prove(kind: Kind) -> Result:
    """Run one kind with full counts."""
    where = [path for path in kind.where if (ROOT / path).exists()]
    command = [sys.executable, "-m", "pytest", "-q", "-x", *where]
    started = time.monotonic()
    environment = os.environ | {"EQUIVALENTS_PROOF": "full"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    sys.stdout.write(done.stdout[-2000:])
    last = (done.stdout.strip().splitlines() or ["no output"])[-1]
    tally = re.sub(r" in [0-9.]+s.*", "", last).strip("= ")
    return Result(kind, done.returncode, tally, time.monotonic() - started)


def machine() -> str:
    """Cores, memory and versions, in one line."""
    import numpy
    import pyarrow

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return (
        f"{os.cpu_count()} cores, {memory} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, NumPy {numpy.__version__}, "
        f"pyarrow {pyarrow.__version__}"
    )


def page(results: list[Result]) -> str:
    """The text of docs/proof.md."""
    lines = [
        "# What was proven 验证记录",
        "",
        "Written by `make proof`: every kind of proof with its full counts. `make test` runs the",
        "same kinds with small counts and fixed seeds.",
        "",
        f"- Date: {datetime.now(UTC):%Y-%m-%d}",
        f"- Machine: {machine()}",
        "- Command: `make proof`",
        "",
        "| Kind | Counts | Result | Seconds | A fault that it was seen to catch |",
        "|---|---|---|---:|---|",
    ]
    for kind, code, tally, seconds in results:
        state = "" if code == 0 else "**failed**: "
        lines.append(
            f"| {kind.name} | {kind.counts} | {state}{tally} | {seconds:.0f} | {kind.bites} |"
        )
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run every kind and write the page."""
    results = [prove(kind) for kind in KINDS]
    (ROOT / "docs" / "proof.md").write_text(page(results), encoding="utf-8", newline="\n")
    print(page(results))
    return max(result.code for result in results)


if __name__ == "__main__":
    sys.exit(main())
