"""``python -m benchmarks.service``: payouts over HTTP beside a bare route of the same bytes.

A half year of many people, one record each, is settled and approved in a new SQLite store. It is
served by ``equivalents serve`` with one process; a bare FastAPI application (no key, limit, log or
version) with one uvicorn process answers with the very bytes of each page. Both are asked by
``wrk`` on the same machine, one after the other. Then the whole period is taken once: in pages of
500 by one client, and as exports in CSV and xlsx, from asking for the job to the last byte.

Last, the largest CSV that may come is streamed into ``POST /v1/imports``, and by the same client
into a bare route that writes it to a file: seconds until the answer, and how much more memory the
server took meanwhile than it had. The service also hashes the file, has it on the disk before it
answers, and queues its import; the import is a process of its own, told from the answer to its end.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from api.access.tokens import new_token
from api.directory import KEYS, key_subject
from benchmarks.peers.report import machine, versions
from benchmarks.serviceload import (
    Client,
    bare_page,
    bare_upload,
    free_port,
    load,
    served,
    uploaded,
    write_records,
)
from equivalents.store.caseput import put_case
from equivalents.store.engine import Store, open_store
from equivalents.store.facts import add_fact
from equivalents.store.importing import import_records
from equivalents.store.upgrading import upgrade
from tests.store.lives import H1, HEAD, case, ready, write
from tests.stores import new_place

__all__ = ["main"]

_HOUSES: Final = 120
_LARGE: Final = 200_000_000
_ROW_BYTES: Final = 200
"""So the largest file that an upload may be has as many rows as it may have, a million."""


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


_ROUTES: Final = {
    "payouts, first page of 100": f"/v1/payouts?period={H1}&limit=100",
    "payouts, first page of 500": f"/v1/payouts?period={H1}&limit=500",
    "payouts of one person": f"/v1/payouts?period={H1}&person_id=P000007&institution_id=C007",
    "runs": "/v1/runs",
}


def _routes(client: Client, key: str, folder: Path, seconds: int) -> Iterator[str]:
    for title, path in _ROUTES.items():
        body = client.ask(path)[1]  # rendered now, if it never was
        file, port = folder / "page.json", free_port()
        file.write_bytes(body)
        ours = load(client.base + path, key, seconds)
        with bare_page(file, port):
            bare = load(f"http://127.0.0.1:{port}/page", key, seconds)
        share = f"{100 * ours.rate / bare.rate:.0f} %"
        yield (
            f"| {title} | {len(body):,} | {ours.rate:,.0f} | {ours.p99_ms:.1f} | "
            f"{bare.rate:,.0f} | {bare.p99_ms:.1f} | {share} |"
        )


def _whole(client: Client) -> Iterator[str]:
    work: dict[str, Callable[[], int]] = {
        "pages of 500": lambda: client.pages(H1),
        "CSV": lambda: client.export(H1, "csv"),
        "xlsx": lambda: client.export(H1, "xlsx"),
    }
    for title, take in work.items():
        start = time.perf_counter()
        made = take()
        what = f"{made:,} lines" if title.startswith("pages") else f"{made:,} bytes"
        yield f"| {title} | {what} | {time.perf_counter() - start:.2f} |"


def _upload(client: Client, key: str, folder: Path, pid: int, size: int) -> Iterator[str]:
    file, port = folder / "large.csv", free_port()
    rows = write_records(file, HEAD, size, _ROW_BYTES)
    ours = uploaded(f"{client.base}/v1/imports?file_name=large.csv", key, file, pid)
    start = time.perf_counter()
    result = client.ended(f"/v1/jobs/{ours.answer['id']}")["result"]
    imported = time.perf_counter() - start
    assert (result["received"], result["accepted"]) == (rows, rows), result
    with bare_upload(folder / "bare.csv", port) as other:
        bare = uploaded(f"http://127.0.0.1:{port}/upload", key, file, other)
    assert (folder / "bare.csv").stat().st_size == file.stat().st_size
    yield (
        f"| service | {ours.seconds:.2f} | {ours.more_mb:.0f} | "
        f"{rows:,} records imported in {imported:.1f} s |"
    )
    yield f"| bare route | {bare.seconds:.2f} | {bare.more_mb:.0f} | |"


class _Made(NamedTuple):
    """What was measured: rows of tables as they are printed."""

    cold: float
    routes: list[str]
    whole: list[str]
    upload: list[str]


def _made(folder: Path, people: int, seconds: int, size: int) -> _Made:
    place = new_place("sqlite", folder, "")
    upgrade(place)
    store = open_store(place, "benchmark")
    _fill(store, people)
    key, port = _key(store), free_port()
    store.close()
    with served(place, folder, port) as pid:
        client = Client(f"http://127.0.0.1:{port}", key)
        start = time.perf_counter()
        client.ask(_ROUTES["payouts, first page of 500"])
        cold = time.perf_counter() - start
        routes = [*_routes(client, key, folder, seconds)]
        whole = [*_whole(client)]
        upload = [*_upload(client, key, folder, pid, size)]
    return _Made(cold, routes, whole, upload)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=60_000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--upload", type=int, default=_LARGE, help="bytes of the upload")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks-service.md")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        made = _made(Path(name), asked.people, asked.seconds, asked.upload)
    page = _page(asked, made)
    print(page)
    if asked.write:
        target = Path(__file__).resolve().parents[1] / "docs" / "benchmarks-service.md"
        target.write_text(page, encoding="utf-8", newline="\n")


def _page(asked: argparse.Namespace, made: _Made) -> str:
    said = (__doc__ or "").partition(": ")[2].strip()
    cold = f"when a process makes the lines of a result: {made.cold:.2f} s, once."
    sizes = f"--people {asked.people} --seconds {asked.seconds}"
    if asked.upload != _LARGE:
        sizes += f" --upload {asked.upload}"
    command = f"python -m benchmarks.service {sizes} --write"
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
        f"The first page of all, {cold}",
        "",
        f"## Reading, {asked.people:,} people, eight connections",
        "",
        "| route | bytes | requests/s | p99 ms | bare requests/s | bare p99 ms | share |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *made.routes,
        "",
        "## The whole period once",
        "",
        "| as | what | seconds |",
        "|---|---:|---:|",
        *made.whole,
        "",
        f"## An upload of {asked.upload:,} bytes",
        "",
        "| into | seconds until the answer | MB more at most | then |",
        "|---|---:|---:|---|",
        *made.upload,
    ]) + "\n"  # fmt: skip


if __name__ == "__main__":
    main()
