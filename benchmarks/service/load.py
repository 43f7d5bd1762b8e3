"""wrk run against one address, and what it told."""

import re
import shutil
import subprocess
from statistics import median
from typing import Final, NamedTuple

__all__ = ["Load", "loaded", "middle", "wrk_version"]

_CONNECTIONS: Final = 8
_RPS: Final = re.compile(r"Requests/sec:\s+([0-9.]+)")
_P99: Final = re.compile(r"^\s+99%\s+([0-9.]+)(us|ms|s)$", re.MULTILINE)
_FAILED: Final = re.compile(r"Non-2xx or 3xx responses: ([0-9]+)|Socket errors: (.*)")
_MS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0}


class Load(NamedTuple):
    """What one run came to: requests a second, and how long the slowest hundredth took at least."""

    rps: float
    p99_ms: float


def loaded(address: str, seconds: int, key: str = "") -> Load:
    """Ask for one address over 8 connections, each again as soon as it is answered.

    RuntimeError: wrk is not there, or not every answer was a good one.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise RuntimeError("wrk is needed: apt-get install wrk")
    words = [wrk, "-t", "1", "-c", str(_CONNECTIONS), "-d", f"{seconds}s", "--latency"]
    words += ["-H", f"Authorization: Bearer {key}"] if key else []
    told = subprocess.run([*words, address], capture_output=True, text=True, check=True).stdout
    rps, p99 = _RPS.search(told), _P99.search(told)
    if rps is None or p99 is None or _FAILED.search(told):
        raise RuntimeError(f"{address}\n{told}")
    return Load(float(rps[1]), float(p99[1]) * _MS[p99[2]])


def middle(runs: list[Load]) -> Load:
    """The median of several runs, each figure by itself."""
    return Load(median(one.rps for one in runs), median(one.p99_ms for one in runs))


def wrk_version() -> str:
    """The version of wrk."""
    told = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False)
    return (told.stdout + told.stderr).splitlines()[0].partition("[")[0].strip()
