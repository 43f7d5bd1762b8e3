"""Killed, crowded out or without room on the disk: each row is there once, or the file is not.

Faults it catches: a file that is half visible; a row that comes twice when the same command is run
again; two processes that both add a row; a segment whose body was never written.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from equivalents.errors import DataError
from equivalents.store import schema
from equivalents.store.compacting import compact
from equivalents.store.engine import Store, open_store
from equivalents.store.importing import import_records
from equivalents.store.place import StorePlace
from tests.proofs.counts import counts
from tests.store.children import context, start
from tests.store.importing import codes, live, record, records_file, rows_of, take
from tests.stores import environment

PROCESSES = counts(6, 16)
KILLS = counts(20, 200)
FILES = counts(3, 100)
POINTS = ("import.read", "import.segment", "import.rows", "write.sealed", "write.committed")


def command(place: StorePlace, *said: object, **more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "equivalents", *map(str, said)],
        env=environment(place, **more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("failpoint", POINTS)
def test_killed_at_a_failpoint_and_run_again_every_row_is_there_once(
    store: Store, tmp_path: Path, failpoint: str
) -> None:
    file = records_file(tmp_path / "a.csv", map(record, range(40)))
    ended = command(store.place, "import", file, EQUIVALENTS_FAILPOINT=failpoint).wait()
    assert ended == -signal.SIGKILL
    committed = failpoint == "write.committed"
    assert len(live(store)) == 40 * committed
    assert len(rows_of(store, schema.UPLOADS)) == committed
    assert bool(take(store, file).known_as) == committed
    assert sorted(Counter(live(store)).values()) == [1] * 40


def test_killed_at_any_moment_nothing_is_lost_or_doubled(store: Store, tmp_path: Path) -> None:
    draw = random.Random(store.place.name)
    file = records_file(tmp_path / "first.csv", map(record, range(500)))
    environment_here = environment(store.place)
    start(("import", str(tmp_path / "none.csv")), environment_here).join()  # loads what it needs
    started = time.monotonic()
    first = start(("import", str(file)), environment_here)
    first.join()
    assert first.exitcode == 0
    whole, rows = time.monotonic() - started, 500
    for at in range(KILLS):
        file = records_file(tmp_path / f"{at}.csv", map(record, range(rows, rows + 100)))
        running = start(("import", str(file)), environment_here)
        time.sleep(whole * draw.uniform(0, 1.1))
        running.kill()
        running.join()
        assert len(live(store)) in (rows, rows + 100)
        take(store, file)
        rows += 100
        assert len(live(store)) == rows
    assert set(Counter(live(store)).values()) == {1}


def work(place: StorePlace, files: list[Path]) -> list[tuple[int, int]]:
    """In a process of its own: import all files; the import that each made or was known as."""
    store = open_store(place, f"process {os.getpid()}")
    try:
        done = import_records(store, files).files
    finally:
        store.close()
    return [(one.import_id, one.known_as) for one in done]


def test_of_many_processes_with_equal_files_one_imports_each(store: Store, tmp_path: Path) -> None:
    count = FILES
    files = [
        records_file(tmp_path / f"{at}.csv", map(record, range(20 * at, 20 * at + 20)))
        for at in range(count)
    ]
    draw = random.Random(16)
    with context().Pool(PROCESSES) as pool:
        asked = [(store.place, draw.sample(files, count)) for _ in range(PROCESSES)]
        answers = pool.starmap(work, asked, chunksize=1)
        pool.close()
        pool.join()
    made = [one for answer in answers for one in answer]
    assert len(made) == PROCESSES * count
    assert sorted(one for one, _ in made if one) == [*range(1, count + 1)]
    assert Counter(known for one, known in made if not one) == dict.fromkeys(
        range(1, count + 1), PROCESSES - 1
    )
    assert sorted(Counter(live(store)).values()) == [1] * 20 * count


def test_processes_with_overlapping_files_add_each_row_once(store: Store, tmp_path: Path) -> None:
    files = [
        records_file(tmp_path / f"{at}.csv", map(record, range(5 * at, 5 * at + 30)))
        for at in range(4)
    ]
    with context().Pool(4) as pool:
        pool.starmap(work, [(store.place, [file]) for file in files], chunksize=1)
        pool.close()
        pool.join()
    assert sorted(Counter(live(store)).values()) == [1] * 45
    imports = rows_of(store, schema.IMPORTS)
    assert sum(one["accepted"] for one in imports) == 45
    assert sum(one["known"] for one in imports) == 4 * 30 - 45


def test_a_full_disk_leaves_nothing_half_done(store: Store, tmp_path: Path) -> None:
    if not store.place.embedded:
        return  # a PostgreSQL without room says 53100, which tests/store/test_ground.py knows
    take(store, records_file(tmp_path / "a.csv", map(record, range(10))))

    def narrow(connection: object, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]

    event.listen(store.engine, "connect", narrow)
    file = records_file(tmp_path / "b.csv", map(record, range(10, 3000)))
    with pytest.raises(DataError) as refused:
        take(store, file)
    assert codes(refused) == ["STORE_FULL"]
    event.remove(store.engine, "connect", narrow)
    assert len(live(store)) == 10
    assert take(store, file).accepted == 2990


# -- compaction ------------------------------------------------------------------------------------


def test_a_merge_that_is_killed_leaves_the_parents(store: Store, tmp_path: Path) -> None:
    for at in range(3):
        take(store, records_file(tmp_path / f"{at}.csv", map(record, range(9 * at, 9 * at + 9))))
    ended = command(
        store.place, "import", "--compact", EQUIVALENTS_FAILPOINT="compact.segment"
    ).wait()
    assert ended == -signal.SIGKILL
    assert len(rows_of(store, schema.SEGMENTS)) == 3
    assert compact(store).parents == 3
    assert sorted(Counter(live(store)).values()) == [1] * 27


# -- bodies outside the database -------------------------------------------------------------------


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_segments_may_lie_in_a_folder(store: Store, tmp_path: Path, form: str) -> None:
    folder = tmp_path / "segments"
    folder.mkdir()
    place = replace(store.place, segments=form.format(folder))
    outside = Store(place, store.engine, store.who)
    take(store, records_file(tmp_path / "before.csv", map(record, range(30, 40))))
    file = records_file(tmp_path / "a.csv", map(record, range(30)))
    killed = command(
        place,
        "import",
        file,
        EQUIVALENTS_SEGMENTS=place.segments,
        EQUIVALENTS_FAILPOINT="import.segment",
    ).wait()
    assert killed == -signal.SIGKILL
    orphans = sorted(folder.rglob("*.parquet"))
    assert len(orphans) == 1
    take(outside, file)
    assert sorted(folder.rglob("*.parquet")) == orphans
    assert len(rows_of(store, schema.SEGMENT_BODIES)) == 1
    assert len(live(outside)) == 40
    whole = orphans[0].read_bytes()
    orphans[0].write_bytes(whole[:-1] + b"?")
    with pytest.raises(DataError) as refused:
        live(outside)
    assert codes(refused) == ["SEGMENT_DAMAGED"]
    orphans[0].unlink()
    with pytest.raises(DataError) as refused:
        live(outside)
    assert codes(refused) == ["SEGMENT_ABSENT"]


def test_a_folder_that_cannot_be_written_is_told(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for said in (str(tmp_path / "file"), "nowhere://x"):
        outside = Store(replace(store.place, segments=said), store.engine, store.who)
        with pytest.raises(DataError) as refused:
            take(outside, records_file(tmp_path / "a.csv", [record(1)]))
        assert codes(refused) == ["SEGMENTS_PLACE"]
    assert not rows_of(store, schema.IMPORTS)
