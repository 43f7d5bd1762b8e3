"""The service and the bare route, each in a process of its own on the loopback."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from benchmarks.service.bare import ANSWERS
from equivalents.store.place import StorePlace

__all__ = ["Server", "bare_route", "service"]

_ROOT: Final = Path(__file__).resolve().parents[2]
_READY_SECONDS: Final = 60
_LIMIT: Final = "10000000"
"""Requests a minute: what is measured is how fast it answers, not when it says 429."""


class Server:
    """A running server; ``peak_mb`` is the largest resident size of its process so far."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.port = port
        self._process = process

    @property
    def address(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def peak_mb(self) -> int:
        """As Linux tells it; 0 elsewhere."""
        status = Path(f"/proc/{self._process.pid}/status")
        for line in status.read_text().splitlines() if status.is_file() else ():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
        return 0


@contextmanager
def service(place: StorePlace, data: Path) -> Iterator[Server]:
    """``python -m api`` on a store, with settings as they come but for the limits of rate."""
    port = _free_port()
    said = {
        "EQUIVALENTS_STORE": place.url.render_as_string(hide_password=False),
        "EQUIVALENTS_HEADS": str(place.heads),
        "EQUIVALENTS_CACHE": str(place.cache),
        "EQUIVALENTS_DATA": str(data),
        "EQUIVALENTS_PORT": str(port),
        "EQUIVALENTS_READS_A_MINUTE": _LIMIT,
        "EQUIVALENTS_WRITES_A_MINUTE": _LIMIT,
    }
    with _running([sys.executable, "-m", "api"], said, port, "/ready", data) as found:
        yield found


@contextmanager
def bare_route(answers: Path, log: Path) -> Iterator[Server]:
    """The bare route, started as the service is: one process of uvicorn, no log of requests."""
    port = _free_port()
    words = [sys.executable, "-m", "uvicorn", "--factory", "benchmarks.service.bare:app"]
    words += ["--port", str(port), "--no-access-log", "--no-server-header"]
    with _running(words, {ANSWERS: str(answers)}, port, "/0", log) as found:
        yield found


@contextmanager
def _running(
    words: list[str], more: Mapping[str, str], port: int, ready: str, log: Path
) -> Iterator[Server]:
    log.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, **more}
    with (log / "server.log").open("wb") as out:
        process = subprocess.Popen(words, env=environment, cwd=_ROOT, stdout=out, stderr=out)
    try:
        until = time.monotonic() + _READY_SECONDS
        while not _answers(port, ready):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((log / "server.log").read_text())
            time.sleep(0.1)
        yield Server(port, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _answers(port: int, path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
