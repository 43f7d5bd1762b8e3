"""``python -m benchmarks.store``: records into a store and back, on SQLite and on PostgreSQL.

The records are those of :mod:`benchmarks.generate`, as Parquet and as CSV. Measured: one import of
the whole file into a new store (read, judged, hashed, sorted, written, committed), the same file
again (recognised), the row sets of the year (what a lock covers), every live row back as NumPy
columns; the payouts of the year by DuckDB and by this engine from the Parquet file, out of the
store with an empty cache (from the BLOBs), again (from the cache: nothing has changed, so what the
records came to under these weights is known), after one weight was changed (the tables of the case
are made again, kept counts are weighed anew), and after a file of which a tenth is new. All payouts
of the same content are held equal. PostgreSQL is a server of its own on this
machine.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from benchmarks.generate import case_folder, default_data
from benchmarks.peers.report import machine, versions
from equivalents.intake.columns import numbers
from equivalents.run import settle_case
from equivalents.store.arrowtables import whole_column
from equivalents.store.casecache import COUNTS
from equivalents.store.caseput import put_case
from equivalents.store.dated import put_table, rows_as_of
from equivalents.store.engine import Store, open_store
from equivalents.store.importing import import_records
from equivalents.store.segmentformat import day_codes, words_e3
from equivalents.store.segments import Reversals, live_segments, live_table, row_sets
from equivalents.store.storecase import case_of
from equivalents.store.upgrading import upgrade
from tests.postgres import running_postgres
from tests.stores import DATABASES, new_place

__all__ = ["main"]

_LINES: Final[list[tuple[str, int, float, int]]] = []
"""What was measured: what, rows, seconds, the largest resident size so far in MB."""
_COLUMNS: Final = ("institution_id", "person_id", "item_code", "service_date", "quantity")


@contextmanager
def _store(database: str, folder: Path) -> Iterator[Store]:
    with ExitStack() as stack:
        server = stack.enter_context(running_postgres()) if database == "postgres" else ""
        place = new_place(database, folder, server)
        upgrade(place)
        store = open_store(place, "benchmark")
        stack.callback(store.close)
        yield store


def _read_back(store: Store) -> int:
    """Every live row as codes, days and thousandths."""
    rows = 0
    with store.reading() as connection:
        gone = Reversals(store, connection)
        for segment in live_segments(connection):
            table = live_table(store, connection, segment, columns=_COLUMNS, reversals=gone)
            for name in _COLUMNS[:3]:
                numbers(whole_column(table, name).indices)
            day_codes(whole_column(table, "service_date"))
            rows += words_e3(whole_column(table, "quantity")).size
    return rows


def _timed(what: str, rows: int, work: object) -> object:
    assert callable(work)
    start = time.perf_counter()
    done = work()
    _say(what, rows, time.perf_counter() - start)
    return done


def _say(what: str, rows: int, took: float) -> None:
    """Print a line and keep it for the page."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    _LINES.append((what, rows, took, peak))
    print(f"  {what:<32} {took:9.2f} s {rows / took:14,.0f} rows/s   peak {peak:,} MB", flush=True)


def measure(database: str, records: Path, more: Path, size: int) -> None:
    """One database."""
    print(f"{database}, {records.suffix[1:]}, {size:,} records", flush=True)
    _LINES.append((database, 0, 0.0, 0))
    with tempfile.TemporaryDirectory() as name, _store(database, Path(name)) as store:

        def bring(file: Path) -> object:
            return import_records(store, [file], on_reject="quarantine")

        _timed("import", size, lambda: bring(records))
        _timed("the same file again", size, lambda: bring(records))

        def sets() -> object:
            with store.reading() as connection:
                return row_sets(store, connection, "2025")

        _timed("row sets of the year", size, sets)
        rows = _timed("live rows into NumPy", size, lambda: _read_back(store))
        with store.reading() as connection:
            segments = live_segments(connection)
        kept = sum(one.size for one in segments)
        print(f"  {rows:,} rows in {len(segments)} segments, {kept / 1e6:,.0f} MB", flush=True)
        _settled(store, records.parent, size)
        _weights_changed(store)
        _payouts(store, "payouts after another weight", size, Path(name))
        _timed("import, a tenth is new", size, lambda: bring(more))
        _payouts(store, "payouts after that", size, Path(name))


def _settled(store: Store, case: Path, size: int) -> None:
    """The payouts of the year: by DuckDB, from the files, from the BLOBs, from the cache.

    This engine's seconds end when everybody is paid, as DuckDB's do; it then writes OUT.
    """
    from benchmarks.peers import duckdb_sql

    put_case(store, case)
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        threads = os.cpu_count() or 1
        _timed("payouts by DuckDB, from Parquet", size, lambda: duckdb_sql.payouts(case, threads))
        wanted = _paid("payouts from Parquet", size, lambda: case, out, None)
        for what in ("payouts from the BLOBs", "payouts from the cache"):
            assert _payouts(store, what, size, out) == wanted, what


def _weights_changed(store: Store) -> None:
    """Put the weights again, the first of them heavier."""
    with store.reading() as connection:
        rows = [dict(one.row) for one in rows_as_of(connection, "weights")]
    rows[0]["weight"] = "3.2109"
    put_table(store, "weights", rows)


def _payouts(store: Store, what: str, size: int, out: Path) -> bytes:
    """The payouts of the year out of the store, as ``settle store:2025 --payouts-only`` does."""
    return _paid(what, size, lambda: case_of(store, "2025"), out, store.place.cache / COUNTS)


def _paid(what: str, size: int, case: Callable[[], Path], out: Path, cache: Path | None) -> bytes:
    marks: list[float] = []

    def told(stage: str, done: int, total: int) -> None:
        if stage == "write" and not marks:
            marks.append(time.perf_counter())

    start = time.perf_counter()
    target = out / "paid"
    settle_case(case(), target, direct=True, stop_on_reject=False, told=told, cache=cache)
    _say(what, size, marks[0] - start)
    return (target / "payouts.csv").read_bytes()


def _more(records: Path, folder: Path, size: int) -> Path:
    """The same records, a tenth of them another quantity: one more than any has."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = pq.read_table(records)
    quantity = table.column("quantity").combine_chunks()
    tenth = pa.array([at % 10 == 0 for at in range(table.num_rows)])
    changed = pc.add(quantity, pa.scalar(777, quantity.type)).cast(quantity.type)
    at = table.schema.get_field_index("quantity")
    table = table.set_column(at, "quantity", pc.if_else(tenth, changed, quantity))
    target = folder / f"more-{size}.parquet"
    pq.write_table(table, target)
    return target


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--kind", choices=("parquet", "csv"), default="parquet")
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--data", type=Path, default=default_data())
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks-store.md")
    asked = parser.parse_args(arguments)
    plain = case_folder(asked.records, "parquet", asked.data) / "records.parquet"
    records = plain
    if asked.kind == "csv":
        records = case_folder(asked.records, "csv", asked.data) / "records.csv"
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        more = _more(plain, Path(name), asked.records)
        for database in asked.database or DATABASES:
            measure(database, records, more, asked.records)
    if asked.write:
        page = Path(__file__).resolve().parents[1] / "docs" / "benchmarks-store.md"
        written = page.read_text("utf-8") if page.exists() else ""
        page.write_text(_page(asked, written), encoding="utf-8", newline="\n")


def _page(asked: argparse.Namespace, before: str) -> str:
    """The page of docs/: what was measured now; other databases and sizes as ``before``."""
    said = (__doc__ or "").partition(": ")[2].strip()
    head = [
        "# Benchmark of the store 数据库性能",
        "",
        "Written by the commands below; do not edit. Others: [benchmarks.md](benchmarks.md).",
        "",
        said[0].upper() + said[1:],
        "Of the payouts the seconds end when everybody is paid; OUT is written after that. *Peak*",
        "is the largest resident size of the whole run so far, what the benchmark needs included.",
    ]
    parts = {part.partition("\n")[0]: part.rstrip() for part in before.split("\n## ")[1:]}
    for what, rows, took, peak in _LINES:
        if not rows:
            title = f"{what}, {asked.records:,} records as {asked.kind}"
            command = f"python -m benchmarks.store --records {asked.records} --kind {asked.kind}"
            parts[title] = "\n".join(
                [
                    title,
                    "",
                    f"{datetime.now(UTC):%Y-%m-%d}, `{command} --database {what} --write`",
                    f"{machine()}; {versions()}",
                    "",
                    "| what | seconds | rows/s | peak MB |",
                    "|---|---:|---:|---:|",
                ]
            )
        else:
            parts[title] += f"\n| {what} | {took:.2f} | {rows / took:,.0f} | {peak:,} |"
    return "\n".join(head) + "".join(f"\n\n## {part}" for part in parts.values()) + "\n"


if __name__ == "__main__":
    main()
