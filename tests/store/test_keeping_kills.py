"""Killed at every failpoint of backup, restore, upgrade and expiry, and at random points.

Whatever was acknowledged is there, nothing is there by half, and doing the same again works.
Faults it catches: a file that has its name before it is whole; a store of which half was restored;
a body that is gone without a tombstone.
"""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import inspect

from equivalents.errors import DataError
from equivalents.store.backup import back_up
from equivalents.store.backupread import check_backup
from equivalents.store.engine import Store, open_store, store_engine
from equivalents.store.place import StorePlace, place_of
from equivalents.store.restoring import restore
from equivalents.store.revisions import HEAD
from equivalents.store.upgrading import upgrade
from equivalents.store.verify import verify
from tests.keeping import fill
from tests.proofs.counts import counts
from tests.store import children
from tests.stores import environment, new_place

COUNT = counts(20, 200)


def killed(place: StorePlace, failpoint: str, *words: object) -> None:
    """Run a command that is killed at a failpoint."""
    done = command(place, *words, EQUIVALENTS_FAILPOINT=failpoint)
    assert done.returncode == -signal.SIGKILL, done.stderr


def command(place: StorePlace, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "equivalents", *map(str, words)],
        env=environment(place, **more),
        capture_output=True,
        check=False,
        text=True,
    )


@pytest.mark.parametrize("failpoint", ["backup.written", "backup.renamed"])
def test_a_backup_has_its_name_only_when_it_is_whole(
    store: Store, tmp_path: Path, failpoint: str
) -> None:
    fill(store, 1)
    file = tmp_path / "b"
    killed(store.place, failpoint, "db", "backup", "-o", file)
    if failpoint == "backup.written":
        assert not file.exists()
        back_up(store, file)
    check_backup(file)
    assert verify(store).problems == []


@pytest.mark.parametrize("failpoint", ["restore.rows:1", "restore.rows:12", "write.sealed"])
def test_a_store_is_restored_as_a_whole_or_not_at_all(
    place: StorePlace, tmp_path: Path, failpoint: str
) -> None:
    source = new_place("sqlite", tmp_path / "source", "")
    upgrade(source)
    store = open_store(source)
    fill(store, 1)
    back_up(store, tmp_path / "b")
    store.close()
    killed(place, failpoint, "db", "restore", tmp_path / "b")
    nothing_there(place)
    restore(tmp_path / "b", place)
    back = open_store(place)
    assert verify(back).problems == []
    back.close()


def nothing_there(place: StorePlace) -> None:
    with pytest.raises(DataError) as refused:
        open_store(place)
    assert [one.code for one in refused.value.problems] == ["STORE_ABSENT"]
    assert not has_tables(place)


def has_tables(place: StorePlace) -> bool:
    engine = store_engine(place)
    with engine.connect() as connection:
        there = bool(inspect(connection).get_table_names())
    engine.dispose()
    return there


def test_a_body_is_dropped_with_its_tombstone_or_not_at_all(store: Store) -> None:
    fill(store)
    killed(store.place, "expire.body", "db", "expire", "--on", "2031-01-01")
    found = verify(store)
    assert (found.problems, list(found.tombstones), found.bodies) == ([], [], 10)
    assert command(store.place, "db", "expire", "--on", "2031-01-01").returncode == 0
    found = verify(store)
    assert (found.problems, len(found.tombstones), found.bodies) == ([], 1, 9)


@pytest.mark.parametrize("failpoint", ["write.begun", "write.rows", "write.sealed"])
def test_an_upgrade_is_whole_or_absent(place: StorePlace, failpoint: str) -> None:
    killed(place, failpoint, "db", "upgrade")
    nothing_there(place)
    assert upgrade(place).after == HEAD
    store = open_store(place)
    assert verify(store).problems == []
    store.close()


def copy_for_ever(said: dict[str, str], folder: Path, told: Connection) -> None:
    """Back up, and restore every fourth copy; tell each that is done."""
    os.environ.update(said)
    os.environ.pop("EQUIVALENTS_HEADS")  # a restored store has its own
    store = open_store(place_of())
    for number in count():
        file = folder / f"b{number}"
        back_up(store, file)
        told.send(str(file))
        if number % 4 == 3:
            into = folder / f"s{number}"
            restore(file, place_of(str(into)))
            told.send(str(into))


def copied_and_killed(store: Store, folder: Path, seconds: float) -> list[str]:
    """What a process told that was killed so long after its third copy."""
    reader, writer = children.context().Pipe(duplex=False)
    child = children.context().Process(
        target=copy_for_ever, args=(environment(store.place), folder, writer)
    )
    child.start()
    writer.close()
    told = [reader.recv() for _ in range(3)]
    time.sleep(seconds)
    child.kill()
    child.join()
    # The end may be there by half.
    with suppress(EOFError, OSError):
        while True:
            told.append(reader.recv())
    reader.close()
    return told


def test_killed_at_random_what_is_there_is_whole(store: Store, tmp_path: Path) -> None:
    fill(store)
    chance = random.Random(store.place.embedded)
    for round_ in range(COUNT):
        folder = tmp_path / f"round{round_}"
        folder.mkdir()
        told = copied_and_killed(store, folder, chance.random())
        named = {str(one) for one in folder.iterdir()}
        assert set(told) <= named
        for name in named:
            path = Path(name)
            if path.name.startswith("b") and path.suffix != ".part":
                check_backup(path)
            elif path.name.startswith("s") and path.name[1:].isdigit():
                sound(path, acknowledged=name in told)
    assert verify(store).problems == []


def sound(file: Path, *, acknowledged: bool) -> None:
    """A restored store is intact, or not there at all."""
    place = StorePlace(
        new_place("sqlite", file.parent, "").url.set(database=str(file)),
        file.with_name(f"{file.name}.heads"),
        file.with_name(f"{file.name}.cache"),
    )
    if not acknowledged and not has_tables(place):
        return
    store = open_store(place)
    assert verify(store).intact
    store.close()
