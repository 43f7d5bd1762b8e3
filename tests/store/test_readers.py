"""Connections that are kept: each reading sees what is committed when it begins, and no more.

Faults it catches: a kept connection that goes on seeing the state of before, also because somebody
left a cursor half read; one that writes; one that reads a file whose place another has taken; a
child that uses what its parent opened; a connection that two threads hold, or that is left open.
"""

import gc
import os
import shutil
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Connection, text

from equivalents.errors import DataError
from equivalents.store.engine import Store, open_store
from equivalents.store.schema import FACTS
from equivalents.store.upgrading import upgrade
from tests.stores import new_place

MANY = 24


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Store]:
    """A SQLite store whose readers are kept."""
    place = new_place("sqlite", tmp_path, "")
    upgrade(place)
    store = open_store(place, "测试 tester")
    store.keep_readers()
    yield store
    store.close()


def say(store: Store, *names: str) -> None:
    with store.writing("fact.say") as writer:
        for name in names:
            writer.add_one(FACTS, kind="note", subject=name, body="{}")


def said(connection: Connection) -> list[str]:
    return [str(row.subject) for row in connection.execute(FACTS.select()).all()]


def waiting(store: Store) -> int:
    readers = store._readers
    assert readers is not None
    return len(readers)


def now(store: Store) -> list[str]:
    with store.reading() as connection:
        return said(connection)


def test_each_reading_sees_one_state_and_the_next_one_what_came_since(kept: Store) -> None:
    for name in "abc":
        with kept.reading() as connection:
            before = said(connection)
            say(kept, name)
            assert said(connection) == before
        assert now(kept) == [*before, name]
    assert now(kept.as_who("another")) == ["a", "b", "c"]
    assert waiting(kept) == 1


def test_a_cursor_that_was_left_half_read_holds_no_state(kept: Store) -> None:
    say(kept, *map(str, range(100)))
    with kept.reading() as connection:
        left = iter(connection.execute(FACTS.select()))
        assert next(left).subject == "0"
    say(kept, "later")
    assert now(kept)[-1] == "later"
    assert waiting(kept) == 1
    del left


def test_it_writes_nothing(kept: Store) -> None:
    def write() -> None:
        with kept.reading() as connection:
            connection.execute(text("DELETE FROM facts"))

    with pytest.raises(DataError) as error:
        write()
    assert [one.code for one in error.value.problems] == ["STORE_RIGHTS"]
    assert waiting(kept) == 0, "what failed is not used again"
    say(kept, "a")
    assert now(kept) == ["a"]


def test_what_is_refused_inside_costs_no_connection(kept: Store) -> None:
    def refused() -> None:
        with kept.reading():
            raise KeyError

    for _ in range(3):
        with pytest.raises(KeyError):
            refused()
    assert waiting(kept) == 1
    say(kept, "a")
    assert now(kept) == ["a"]


def test_a_file_that_was_put_in_its_place_is_read(kept: Store, tmp_path: Path) -> None:
    say(kept, "old")
    assert now(kept) == ["old"]
    other = tmp_path / "other"
    other.mkdir()
    place = new_place("sqlite", other, "")
    upgrade(place)
    store = open_store(place)
    say(store, "new")
    store.close()
    kept.close()
    assert now(kept) == ["old"]
    with kept.reading() as connection:
        shutil.move(place.file, kept.place.file)
        assert said(connection) == ["old"]
    assert waiting(kept) == 1
    assert now(kept) == ["new"]
    assert waiting(kept) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked here")
def test_a_child_opens_its_own(kept: Store) -> None:
    say(kept, "a")
    assert now(kept) == ["a"]
    before = kept._readers._idle[0]  # type: ignore[union-attr]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads that are none of ours
        child = os.fork()
    if child == 0:
        good = now(kept) == ["a"] and kept._readers._idle[0] is not before  # type: ignore[union-attr]
        os._exit(0 if good and not before.closed else 1)
    assert os.waitpid(child, 0)[1] == 0
    say(kept, "b")
    assert now(kept) == ["a", "b"]
    assert kept._readers._idle[0] is before  # type: ignore[union-attr]


def test_threads_have_a_connection_each_and_few_are_kept(kept: Store) -> None:
    say(kept, "a")
    together = Barrier(MANY)

    def read(_: int) -> int:
        with kept.reading() as connection:
            together.wait(30)
            assert said(connection) == ["a"]
            return id(connection)

    with ThreadPoolExecutor(MANY) as pool:
        assert len({*pool.map(read, range(MANY))}) == MANY
    assert 0 < waiting(kept) < MANY


def test_a_closed_store_leaves_nothing_open(kept: Store) -> None:
    say(kept, "a")
    with kept.reading() as connection:
        kept.close()
        assert said(connection) == ["a"]
    assert waiting(kept) == 0
    gc.collect()
    folder = kept.place.file.parent
    assert not [*folder.glob("store.db-*")], "the last one tidies away the log"
    assert now(kept) == ["a"]


def test_the_log_does_not_stay_as_large_as_it_was(kept: Store) -> None:
    with kept.editing() as connection:
        assert connection.execute(text("PRAGMA journal_size_limit")).scalar() == 64 << 20
