"""Whole servers: killed and started again, uploads of 200 MB, events as they are streamed.

Faults it catches: a job that nobody takes up after its server was killed, or that is done twice;
an upload that is held in memory; events that come when all is over.
"""

import http.client
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from api.ground import Ground
from equivalents.servicesettings import read_settings
from equivalents.store.engine import open_store
from equivalents.store.jobs import ATTEMPTS
from equivalents.store.place import StorePlace
from equivalents.store.upgrading import upgrade
from equivalents.store.verify import verify
from tests.proofs.counts import counts
from tests.service.test_imports import HEAD
from tests.service.test_jobs import ROWS, rows
from tests.service.test_serve import running
from tests.service.visitors import add_program
from tests.store.importing import live
from tests.stores import new_place

SERVERS = counts(1, 60)
"""Servers that are killed, on each database."""
UPLOAD = 200_000_000
ROOM_KB = 64 << 10
"""What a server may take more, at most, while it takes an upload."""
SILENT = {"EQUIVALENTS_SILENT_SECONDS": "1"}


def key_of(place: StorePlace, folder: Path) -> str:
    """A key that may import."""
    upgrade(place)
    ground = Ground(read_settings(), open_store(place, "service"), folder)
    try:
        return add_program(ground)
    finally:
        ground.store.close()


class Client:
    """A program that asks a server."""

    def __init__(self, address: str, key: str) -> None:
        self._host = urlsplit(address).netloc
        self._headers = {"Authorization": f"Bearer {key}"}

    @contextmanager
    def asked(self, method: str, path: str, body: Any = None, **headers: str) -> Iterator[Any]:
        """The answer, still to be read."""
        line = http.client.HTTPConnection(self._host, timeout=120)
        with closing(line):
            line.request(method, path, body, {**self._headers, **headers})
            with line.getresponse() as answer:
                yield answer

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        """The body of an answer."""
        with self.asked(method, path, body, **headers) as answer:
            found: dict[str, Any] = json.loads(answer.read())
        return found

    def upload(self, body: Any, **headers: str) -> str:
        """The id of the job of an upload."""
        kind = {"Content-Type": "text/csv", **headers}
        job = self.ask("POST", "/v1/imports?file_name=a.csv", body, **kind)
        return str(job["id"])

    def ended(self, job: str) -> dict[str, Any]:
        """A job when it has ended."""
        until = time.monotonic() + 120
        while True:
            found = self.ask("GET", f"/v1/jobs/{job}")
            if found["state"] not in ("queued", "running"):
                return found
            assert time.monotonic() < until, found
            time.sleep(0.1)


def begun(client: Client, job: str) -> None:
    """As soon as somebody has taken a job."""
    until = time.monotonic() + 60
    while client.ask("GET", f"/v1/jobs/{job}")["state"] == "queued":
        assert time.monotonic() < until, "nobody took the job"
        time.sleep(0.02)


def killed_while_they_import(place: StorePlace, folder: Path, key: str) -> dict[str, int]:
    """Servers that are killed, every other one when it has a job; gives what was sent to them."""
    draw = random.Random(8)
    jobs: dict[str, int] = {}
    for at in range(SERVERS):
        with running(place, folder, **SILENT) as (process, address):
            client = Client(address, key)
            new = {client.upload(rows(number).encode()): number for number in (2 * at, 2 * at + 1)}
            jobs |= new
            if at % 2 == 0:
                begun(client, min(new, key=lambda job: new[job]))
            time.sleep(draw.uniform(0, 1.5))
            process.kill()
            process.wait()
    return jobs


def test_servers_that_are_killed_double_nothing(place: StorePlace, tmp_path: Path) -> None:
    """A job is done once, or is given up after three attempts and can be asked for again."""
    key = key_of(place, tmp_path)
    jobs = killed_while_they_import(place, tmp_path, key)
    with running(place, tmp_path, **SILENT) as (_, address):
        client = Client(address, key)
        done = {job: client.ended(job) for job in jobs}
        given_up = [job for job, one in done.items() if one["state"] == "failed"]
        for job in given_up:
            assert done[job]["problem"]["code"] == "JOB_INTERRUPTED"
            assert done[job]["attempt"] == ATTEMPTS
            again = client.upload(rows(jobs[job]).encode())
            done[job] = client.ended(again)
    assert len(given_up) <= SERVERS // ATTEMPTS  # each took the lives of three servers
    found = [(one["state"], (one["result"] or {}).get("accepted")) for one in done.values()]
    assert found == [("succeeded", ROWS)] * len(jobs)
    store = open_store(place, "test")
    try:
        records = Counter(one for (one,) in live(store, "record_id"))
        assert set(records.values()) == {1}
        assert len(records) == len(jobs) * ROWS
        assert not verify(store).problems
    finally:
        store.close()
    left = [one for one in (tmp_path / "data").rglob("*") if one.is_file()]
    assert left == []


def memory_kb(pid: int) -> int:
    """The most memory that a process has had."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("VmHWM")))


def test_an_upload_of_200_mb_is_not_held_in_memory(tmp_path: Path) -> None:
    place = new_place("sqlite", tmp_path, "")
    key = key_of(place, tmp_path)
    piece = bytes(1 << 16)

    def body() -> Iterator[bytes]:
        left = UPLOAD
        while left:
            yield piece[:left]
            left -= len(piece[:left])

    with running(place, tmp_path) as (process, address):
        client = Client(address, key)
        small = client.upload((HEAD + "x").encode())
        before = memory_kb(process.pid)
        length = {"Content-Length": str(UPLOAD)}
        job = client.upload(body(), **length)
        assert memory_kb(process.pid) - before < ROOM_KB
        assert client.ended(job)["state"] == "failed", "zeros are no file of records"
        assert client.ended(small)["state"] == "failed"
        over = {"Content-Type": "text/csv", "Content-Length": str(UPLOAD + 1)}
        path = "/v1/imports?file_name=a.csv"
        told = client.ask("POST", path, b"", **over)
        assert told["code"] == "BODY_LARGE"


def test_events_come_while_a_job_runs(tmp_path: Path) -> None:
    place = new_place("sqlite", tmp_path, "")
    key = key_of(place, tmp_path)
    with running(place, tmp_path, **SILENT) as (_, address):
        client = Client(address, key)
        job = client.upload(rows(1, 100_000).encode())
        told: list[tuple[str, str]] = []
        with client.asked("GET", f"/v1/jobs/{job}/events") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            for line in answer:
                if line.startswith(b"event: "):
                    name = line[7:].decode().strip()
                elif line.startswith(b"data: "):
                    told.append((name, json.loads(line[6:])["state"]))
    names = [one for one, _ in told]
    assert (names[0], names[-1], names.count("ended")) == ("progress", "ended", 1)
    assert told[-1] == ("ended", "succeeded")
    assert ("progress", "running") in told
