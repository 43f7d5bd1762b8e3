"""What the benchmark of the service asks with: servers, ``wrk``, one client, one large upload.

Servers are processes of their own on this machine; each is asked alone.
"""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from equivalents.store.place import StorePlace
from tests.stores import environment

__all__ = [
    "Client",
    "Load",
    "Taken",
    "bare_page",
    "bare_upload",
    "free_port",
    "load",
    "served",
    "uploaded",
    "write_records",
]

_APP: Final = """
import sys
from pathlib import Path
import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import Response
app = FastAPI()
file = Path(sys.argv[1])
"""
_PAGE: Final = """
body = file.read_bytes()
@app.get("/page")
def page() -> Response:
    return Response(body, media_type="application/json")
"""
_UPLOAD: Final = """
@app.get("/page")
def page() -> Response:
    return Response(b"")
@app.post("/upload", status_code=202)
async def upload(request: Request) -> None:
    with file.open("wb") as stream:
        async for piece in request.stream():
            stream.write(piece)
"""
_RUN: Final = """
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), access_log=False, log_level="warning")
"""
_UNITS: Final = {"us": 0.001, "ms": 1.0, "s": 1_000.0}
_PIECE: Final = 1 << 16


class Load(NamedTuple):
    """What ``wrk`` saw: answers a second, and the milliseconds of all but one in a hundred."""

    rate: float
    p99_ms: float


class Taken(NamedTuple):
    """An upload: seconds until its answer, and what its server took more than before at most."""

    seconds: float
    more_mb: float
    answer: Any


# -- servers ---------------------------------------------------------------------------------------


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def _running(command: list[str], said: Mapping[str, str], url: str, log: Path) -> Iterator[int]:
    """A server until the block ends; gives its process."""
    with log.open("w") as out:
        process = subprocess.Popen(command, env={**os.environ, **said}, stdout=out, stderr=out)
    try:
        until = time.monotonic() + 120
        while not _answers(url):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, "it does not answer"
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def served(place: StorePlace, folder: Path, port: int) -> Any:
    """``equivalents serve`` on a store, with limits that no benchmark meets."""
    said = {**environment(place), "EQUIVALENTS_DATA": str(folder / "data")}
    said |= {"EQUIVALENTS_READS_A_MINUTE": "10000000", "EQUIVALENTS_PORT": str(port)}
    command = [sys.executable, "-m", "equivalents", "serve"]
    return _running(command, said, f"http://127.0.0.1:{port}/ready", folder / "service.log")


def bare_page(file: Path, port: int) -> Any:
    """A bare application that answers ``/page`` with the bytes of a file."""
    return _bare(_PAGE, file, port)


def bare_upload(file: Path, port: int) -> Any:
    """A bare application that streams what is sent to ``/upload`` into a file."""
    return _bare(_UPLOAD, file, port)


def _bare(routes: str, file: Path, port: int) -> Any:
    command = [sys.executable, "-c", _APP + routes + _RUN, str(file), str(port)]
    return _running(command, {}, f"http://127.0.0.1:{port}/page", file.parent / "bare.log")


# -- asking ----------------------------------------------------------------------------------------


def load(url: str, key: str, seconds: int) -> Load:
    """What ``wrk`` sees with eight connections."""
    words = ["wrk", "-t1", "-c8", f"-d{seconds}s", "--latency"]
    words += ["-H", f"Authorization: Bearer {key}", url]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in told, told
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", told)
    late = re.search(r"99%\s+([0-9.]+)(us|ms|s)", told)
    assert rate is not None, told
    assert late is not None, told
    return Load(float(rate[1]), float(late[1]) * _UNITS[late[2]])


class Client:
    """One client with a key."""

    def __init__(self, base: str, key: str) -> None:
        self.base, self._key = base, key

    def ask(self, path: str, body: Any = None) -> tuple[Any, bytes]:
        """The headers and the body of an answer."""
        said = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.base + path, data, said)) as answer:
            return answer.headers, answer.read()

    def pages(self, period: str) -> int:
        """Every line of a period, 500 a page."""
        lines: int = 0
        cursor: str | None = ""
        while cursor is not None:
            page = json.loads(self.ask(f"/v1/payouts?period={period}&limit=500&cursor={cursor}")[1])
            lines, cursor = lines + len(page["data"]), page["next_cursor"]
        return lines

    def export(self, period: str, form: str) -> int:
        """A whole period as a file; gives its bytes."""
        asked = {"period": period, "as": "lines", "format": form}
        job = self.ended(self.ask("/v1/exports", asked)[0]["Location"])
        return len(self.ask(f"/v1/exports/{job['result']['id']}/file")[1])

    def ended(self, address: str) -> Any:
        """A job when it has succeeded."""
        while True:
            job = json.loads(self.ask(address)[1])
            if job["state"] not in ("queued", "running"):
                break
            time.sleep(0.1)
        assert job["state"] == "succeeded", job
        return job


# -- one large upload ------------------------------------------------------------------------------


def write_records(path: Path, head: str, size: int, row_bytes: int) -> int:
    """A CSV of records of so many bytes, the last of each row in a column that is not read.

    Gives the number of its rows; each is another record.
    """
    named = f"{head.rstrip()},record_id,remark\n"
    rows = (size - len(named)) // row_bytes
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(named)
        for at in range(rows):
            month, day = 1 + at % 6, 1 + at % 28
            row = f"C{at % 120:03d},P{at % 997:06d},MZ01,2026-{month:02d}-{day:02d},1,R{at:07d},"
            stream.write(f"{row}{'x' * (row_bytes - len(row) - 1)}\n")
    return rows


def uploaded(url: str, key: str, file: Path, pid: int) -> Taken:
    """A file as the body of one request, in pieces, and what its server made of it."""
    before = _start_peak(pid)
    where = urlsplit(url)
    headers = {"Content-Type": "text/csv", "Authorization": f"Bearer {key}"}
    headers["Content-Length"] = str(file.stat().st_size)
    line = http.client.HTTPConnection(where.netloc, timeout=600)
    line.blocksize = _PIECE
    start = time.perf_counter()
    with closing(line), file.open("rb") as stream:
        line.request("POST", f"{where.path}?{where.query}", stream, headers)
        answer = line.getresponse()
        body = answer.read()
    seconds = time.perf_counter() - start
    assert answer.status == 202, body
    return Taken(seconds, (_memory_kb(pid, "VmHWM") - before) / 1024, json.loads(body))


def _start_peak(pid: int) -> int:
    """Let the peak of a process begin at what it has now, which is given, KiB."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return _memory_kb(pid, "VmRSS")


def _memory_kb(pid: int, what: str) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith(what)))
