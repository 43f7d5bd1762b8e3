"""``python -m benchmarks.service``: payouts over HTTP beside a bare route of the same bytes.

A half year of many people, one record each, is settled and approved in a new SQLite store. It is
served by ``equivalents serve`` with one process; a bare FastAPI application (no key, limit, log or
version) with one uvicorn process answers with the very bytes of each page. Both are asked by
``wrk`` on the same machine, one after the other. Then the whole period is taken once: in pages of
500 by one client, and as exports in CSV and xlsx, from asking for the job to the last byte.
"""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from api.access.tokens import new_token
from api.directory import KEYS, key_subject
from benchmarks.peers.report import machine, versions
from equivalents.store.caseput import put_case
from equivalents.store.engine import Store, open_store
from equivalents.store.facts import add_fact
from equivalents.store.importing import import_records
from equivalents.store.place import StorePlace
from equivalents.store.upgrading import upgrade
from tests.store.lives import H1, HEAD, case, ready, write
from tests.stores import environment, new_place

__all__ = ["main"]

_HOUSES: Final = 120
_BARE: Final = """
import sys
from pathlib import Path
import uvicorn
from fastapi import FastAPI
from starlette.responses import Response
app = FastAPI()
body = Path(sys.argv[1]).read_bytes()
@app.get("/page")
def page() -> Response:
    return Response(body, media_type="application/json")
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), access_log=False, log_level="warning")
"""
_UNITS: Final = {"us": 0.001, "ms": 1.0, "s": 1_000.0}


class Load(NamedTuple):
    """What ``wrk`` saw: answers a second, and the milliseconds of all but one in a hundred."""

    rate: float
    p99_ms: float


def _fill(store: Store, people: int) -> None:
    """A county whose people all have one record and a share of a pool."""
    houses = [f"C{at:03d}" for at in range(_HOUSES)]
    staff = [(f"P{at:06d}", houses[at % _HOUSES]) for at in range(people)]
    pools = "".join(f"{one},绩效,{10_000 * people // _HOUSES}.00\n" for one in houses)
    tables = case(H1, f"institution_id,pool,amount\n{pools}")
    named = "".join(f"{one},示例卫生院{one}\n" for one in houses)
    tables["institutions.csv"] = f"institution_id,name\n{named}"
    posts = "".join(f"{who},{at},示例{who},全科医生,编内\n" for who, at in staff)
    tables["staff.csv"] = f"person_id,institution_id,name,post,employment_type\n{posts}"
    folder = store.place.heads.parent / "put"
    put_case(store, write(folder, tables), period=H1, why="年初")
    rows = (f"{at},{who},MZ01,2026-02-03,{1 + int(who[1:]) % 97}\n" for who, at in staff)
    path = folder.parent / "records.csv"
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    import_records(store, [path])
    ready(store, H1)


def _key(store: Store) -> str:
    token, now = new_token("key"), datetime.now(UTC)
    times = {"made_at": now.isoformat(), "ends_at": (now + timedelta(days=1)).isoformat()}
    body = {
        "title": "benchmark",
        "roles": [{"role": "integration", "institutions": ["*"]}],
        "actions": None,
        "active": True,
        "created_by": "usr_benchmark",
        "secrets": [{"digest": token.digest, **times}],
    }
    subject = key_subject(token)
    with store.writing("key.add", object_kind=KEYS, object_id=subject) as writer:
        add_fact(writer, KEYS, subject, body)
    return token.text


def _port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def _running(command: list[str], said: dict[str, str], url: str, log: Path) -> Iterator[None]:
    with log.open("w") as out:
        process = subprocess.Popen(command, env={**os.environ, **said}, stdout=out, stderr=out)
    try:
        until = time.monotonic() + 120
        while not _answers(url):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, "it does not answer"
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def _served(place: StorePlace, folder: Path, port: int) -> Any:
    said = {**environment(place), "EQUIVALENTS_DATA": str(folder / "data")}
    said |= {"EQUIVALENTS_READS_A_MINUTE": "10000000", "EQUIVALENTS_PORT": str(port)}
    command = [sys.executable, "-m", "equivalents", "serve"]
    return _running(command, said, f"http://127.0.0.1:{port}/ready", folder / "service.log")


def _load(url: str, key: str, seconds: int) -> Load:
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


class _Client:
    """One client with a key."""

    def __init__(self, base: str, key: str) -> None:
        self.base, self._key = base, key

    def ask(self, path: str, body: Any = None) -> tuple[Any, bytes]:
        said = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.base + path, data, said)) as answer:
            return answer.headers, answer.read()

    def pages(self) -> int:
        """Every line, 500 a page."""
        lines: int = 0
        cursor: str | None = ""
        while cursor is not None:
            page = json.loads(self.ask(f"/v1/payouts?period={H1}&limit=500&cursor={cursor}")[1])
            lines, cursor = lines + len(page["data"]), page["next_cursor"]
        return lines

    def export(self, form: str) -> int:
        """The whole period as a file; gives its bytes."""
        asked = {"period": H1, "as": "lines", "format": form}
        address = self.ask("/v1/exports", asked)[0]["Location"]
        while True:
            job = json.loads(self.ask(address)[1])
            if job["state"] not in ("queued", "running"):
                break
            time.sleep(0.1)
        assert job["state"] == "succeeded", job
        return len(self.ask(f"/v1/exports/{job['result']['id']}/file")[1])


_ROUTES: Final = {
    "payouts, first page of 100": f"/v1/payouts?period={H1}&limit=100",
    "payouts, first page of 500": f"/v1/payouts?period={H1}&limit=500",
    "payouts of one person": f"/v1/payouts?period={H1}&person_id=P000007&institution_id=C007",
    "runs": "/v1/runs",
}


def _routes(client: _Client, key: str, folder: Path, seconds: int) -> Iterator[str]:
    for title, path in _ROUTES.items():
        body = client.ask(path)[1]  # rendered now, if it never was
        file, port = folder / "page.json", _port()
        file.write_bytes(body)
        ours = _load(client.base + path, key, seconds)
        url = f"http://127.0.0.1:{port}/page"
        command = [sys.executable, "-c", _BARE, str(file), str(port)]
        with _running(command, {}, url, folder / "bare.log"):
            bare = _load(url, key, seconds)
        share = f"{100 * ours.rate / bare.rate:.0f} %"
        yield (
            f"| {title} | {len(body):,} | {ours.rate:,.0f} | {ours.p99_ms:.1f} | "
            f"{bare.rate:,.0f} | {bare.p99_ms:.1f} | {share} |"
        )


def _whole(client: _Client) -> Iterator[str]:
    work: dict[str, Callable[[], int]] = {
        "pages of 500": client.pages,
        "CSV": lambda: client.export("csv"),
        "xlsx": lambda: client.export("xlsx"),
    }
    for title, take in work.items():
        start = time.perf_counter()
        made = take()
        what = f"{made:,} lines" if title.startswith("pages") else f"{made:,} bytes"
        yield f"| {title} | {what} | {time.perf_counter() - start:.2f} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=60_000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks-service.md")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = new_place("sqlite", folder, "")
        upgrade(place)
        store = open_store(place, "benchmark")
        _fill(store, asked.people)
        key, port = _key(store), _port()
        store.close()
        with _served(place, folder, port):
            client = _Client(f"http://127.0.0.1:{port}", key)
            start = time.perf_counter()
            client.ask(_ROUTES["payouts, first page of 500"])
            cold = time.perf_counter() - start
            routes = [*_routes(client, key, folder, asked.seconds)]
            whole = [*_whole(client)]
    page = _page(asked.people, asked.seconds, cold, routes, whole)
    print(page)
    if asked.write:
        target = Path(__file__).resolve().parents[1] / "docs" / "benchmarks-service.md"
        target.write_text(page, encoding="utf-8", newline="\n")


def _page(people: int, seconds: int, cold: float, routes: list[str], whole: list[str]) -> str:
    said = (__doc__ or "").partition(": ")[2].strip()
    command = f"python -m benchmarks.service --people {people} --seconds {seconds} --write"
    return "\n".join([
        "# Benchmark of the service 服务性能",
        "",
        "Written by the command below; do not edit. Others: [benchmarks.md](benchmarks.md).",
        "",
        f"- Date: {datetime.now(UTC):%Y-%m-%d}",
        f"- Command: `{command}`",
        f"- Machine: {machine()}; load before it ended: {os.getloadavg()[1]:.1f}",
        f"- {versions()}",
        "",
        said[0].upper() + said[1:],
        "",
        f"The first page of all, when a process makes the lines of a result: {cold:.2f} s, once.",
        "",
        f"## Reading, {people:,} people, eight connections",
        "",
        "| route | bytes | requests/s | p99 ms | bare requests/s | bare p99 ms | share |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *routes,
        "",
        "## The whole period once",
        "",
        "| as | what | seconds |",
        "|---|---:|---:|",
        *whole,
    ]) + "\n"  # fmt: skip


if __name__ == "__main__":
    main()
