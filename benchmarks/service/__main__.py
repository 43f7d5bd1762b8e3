"""``python -m benchmarks.service``: the service on a store of 60,000 people's pay.

Measured: read routes by wrk (8 connections, one thread), each beside a bare FastAPI route that
answers the same bytes from memory, in turn, the median of several runs; the pay of everybody as
CSV and as xlsx (a job, its control total, the download) and as pages of 500 lines over one
connection; the upload of a CSV file of a million records and nearly 200 MB, streamed, up to its
job's end. The service runs as it is started (one process, SQLite), but for its limits of rate;
wrk, both servers and the machine's other work share its cores.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from benchmarks.peers.report import machine
from benchmarks.service.client import Client
from benchmarks.service.county import PERIOD, SMALLEST, approved_county, key_for
from benchmarks.service.load import loaded, middle, wrk_version
from benchmarks.service.served import Server, bare_route, service
from equivalents.store.place import place_of

__all__ = ["main"]

_ROUTES: Final = (
    ("payouts, 100 lines", f"/v1/payouts?period={PERIOD}&limit=100"),
    ("payouts, 500 lines", f"/v1/payouts?period={PERIOD}&limit=500"),
    ("payouts, an institution", f"/v1/payouts?period={PERIOD}&institution_id={SMALLEST}"),
    ("payouts, a person", f"/v1/payouts?period={PERIOD}&person_id=P000007"),
    ("a period", f"/v1/periods/{PERIOD}"),
    ("runs", "/v1/runs"),
    ("exports", "/v1/exports"),
    ("who is asking", "/v1/session"),
)
_UPLOAD_ROWS: Final = 1_000_000
_UPLOAD_BYTES: Final = 199_000_000
_ROW: Final = "I0001,P000007,MZ01,2026-06-{day:02},{quantity},{id}\n"
_HEAD: Final = "institution_id,person_id,item_code,service_date,quantity,record_id\n"


class _Page:
    """The lines of the page, printed as they come."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, *lines: str) -> None:
        for one in lines:
            print(one, flush=True)
        self.lines += lines


def _routes(page: _Page, ours: Server, key: str, folder: Path, how: tuple[int, int]) -> None:
    """Each read route beside the bare one."""
    seconds, runs = how
    client, answers = Client(ours.port, key), folder / "answers"
    answers.mkdir()
    start = time.perf_counter()
    client.get(_ROUTES[0][1])
    first = time.perf_counter() - start
    sizes = []
    for at, (_, path) in enumerate(_ROUTES):
        body = client.get(path)
        (answers / str(at)).write_bytes(body)
        sizes.append(len(body))
    page.add("", "## Read routes 读取", "")
    page.add("| route | bytes | req/s | p99 ms | bare req/s | bare p99 ms | of bare |")
    page.add("|---|---:|---:|---:|---:|---:|---:|")
    with bare_route(answers, folder / "bare") as bare:
        for at, (name, path) in enumerate(_ROUTES):
            told = [
                (
                    loaded(f"{ours.address}{path}", seconds, key),
                    loaded(f"{bare.address}/{at}", seconds),
                )
                for _ in range(runs)
            ]
            one, other = (middle([*every]) for every in zip(*told, strict=True))
            page.add(
                f"| {name} | {sizes[at]:,} | {one.rps:,.0f} | {one.p99_ms:,.1f} "
                f"| {other.rps:,.0f} | {other.p99_ms:,.1f} | {one.rps / other.rps:.0%} |"
            )
    page.add("", f"The first page of all, when the lines of the run are made: {first:.2f} s.")


def _timed(page: _Page, what: str, work: Callable[[], str]) -> None:
    start = time.perf_counter()
    told = work()
    page.add(f"| {what} | {time.perf_counter() - start:,.2f} | {told} |")


def _files(page: _Page, ours: Server, key: str, people: int) -> None:
    """Everybody's pay as files and as pages; each holds everybody once."""
    client = Client(ours.port, key)
    page.add("", f"## {people:,} people's pay 全部发放明细", "")
    page.add("| what | seconds | |", "|---|---:|---|")
    for form in ("csv", "xlsx"):
        made: dict[str, object] = {}

        def export(form: str = form, made: dict[str, object] = made) -> str:
            asked = {"period": PERIOD, "as": "lines", "format": form}
            made.update(client.job("/v1/exports", asked))
            control = made["control"]
            assert isinstance(control, dict)
            assert control["people"] == people, control
            return f"{control['people']:,} people, {control['amount']} yuan"

        def download(made: dict[str, object] = made) -> str:
            found = client.get(f"/v1/exports/{made['id']}/file")
            return f"{len(found) / 1e6:,.1f} MB"

        _timed(page, f"{form}: the job, from asking to its end", export)
        _timed(page, f"{form}: the download", download)
    _timed(page, "pages of 500 lines", lambda: _paged(client, people))


def _paged(client: Client, people: int) -> str:
    seen, pages, size = set[str](), 0, 0
    cursor: str | None = ""
    while cursor is not None:
        path = f"/v1/payouts?period={PERIOD}&limit=500&cursor={quote(cursor)}"
        body = client.get(path)
        found = json.loads(body)
        seen |= {one["person_id"] for one in found["data"]}
        pages, size, cursor = pages + 1, size + len(body), found["next_cursor"]
    assert len(seen) == people, len(seen)
    return f"{pages} pages, {size / 1e6:,.1f} MB"


def _upload(page: _Page, ours: Server, key: str, folder: Path) -> None:
    """One large file, from its first byte to its import."""
    path = _large(folder / "large.csv")
    client = Client(ours.port, key)
    page.add("", "## An upload 上传", "", "| what | seconds | |", "|---|---:|---|")

    def upload() -> str:
        query = "file_name=large.csv&on_error=reject_file"
        client.job(f"/v1/imports?{query}", path, Content_Type="text/csv")
        return f"{_UPLOAD_ROWS:,} records, {path.stat().st_size / 1e6:,.1f} MB"

    _timed(page, "a CSV file, up to its job's end", upload)
    page.add("", f"Largest resident size of the server's process so far: {ours.peak_mb:,} MB.")


def _large(path: Path) -> Path:
    """Records whose ids are as long as it takes."""
    longest = _UPLOAD_BYTES // _UPLOAD_ROWS
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_HEAD)
        for at in range(_UPLOAD_ROWS):
            row = _ROW.format(day=at % 30 + 1, quantity=at % 97 + 1, id=f"R{at:07}")
            file.write(f"{row[:-1]}{'-' * (longest - len(row))}\n")
    return path


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=60_000)
    parser.add_argument("--seconds", type=int, default=5, help="of one run of wrk")
    parser.add_argument("--runs", type=int, default=3, help="of wrk for each route")
    parser.add_argument("--no-upload", action="store_true")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks-service.md")
    asked = parser.parse_args(arguments)
    page = _Page()
    with tempfile.TemporaryDirectory(prefix="equivalents-") as name:
        folder = Path(name)
        place = place_of(str(folder / "store.db"))
        start = time.perf_counter()
        approved_county(place, folder, asked.people)
        print(f"the county is made: {time.perf_counter() - start:.1f} s", flush=True)
        key = key_for(place)
        with service(place, folder / "data") as ours:
            _routes(page, ours, key, folder, (asked.seconds, asked.runs))
            _files(page, ours, key, asked.people)
            page.add("", f"Largest resident size of the server's process: {ours.peak_mb:,} MB.")
            if not asked.no_upload:
                _upload(page, ours, key, folder)
    if asked.write:
        words = f"--people {asked.people} --seconds {asked.seconds} --runs {asked.runs}"
        words += " --no-upload" if asked.no_upload else ""
        target = Path(__file__).resolve().parents[2] / "docs" / "benchmarks-service.md"
        text = "\n".join([*_head(words), *page.lines]) + "\n"
        target.write_text(text, encoding="utf-8", newline="\n")


def _head(words: str) -> list[str]:
    said = (__doc__ or "").partition(": ")[2].strip()
    return [
        "# Benchmark of the service 服务性能",
        "",
        "Written by the command below; do not edit. Others: [benchmarks.md](benchmarks.md).",
        "",
        f"- Date: {datetime.now(UTC):%Y-%m-%d}",
        f"- Command: `python -m benchmarks.service {words} --write`",
        f"- Machine: {machine()}",
        f"- {wrk_version()}",
        "",
        said[0].upper() + said[1:],
    ]


if __name__ == "__main__":
    main()
