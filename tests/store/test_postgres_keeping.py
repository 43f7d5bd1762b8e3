"""What only PostgreSQL has: rights of a role, and a server that stops in the middle.

Faults it catches: a role that runs the program and may change what is kept; a row that was
acknowledged and is gone after a crash of the server; a lost database that is not told as such.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url

from equivalents.errors import DataError
from equivalents.store import schema
from equivalents.store.engine import Store, open_store, store_engine
from equivalents.store.facts import fact_of
from equivalents.store.heads import Head, known_heads
from equivalents.store.place import StorePlace
from equivalents.store.retention import expire
from equivalents.store.upgrading import upgrade
from equivalents.store.verify import verify
from tests.keeping import fill, later
from tests.postgres import PostgresServer, running_server
from tests.proofs.counts import counts
from tests.stores import new_place

STOPS = counts(1, 10)
CLERK = "equivalents_clerk"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with running_server() as one:
        yield one


def as_clerk(place: StorePlace) -> StorePlace:
    return StorePlace(
        place.url.set(username=CLERK), place.heads, place.cache, place.segments, place.key
    )


@pytest.fixture
def clerk(server: PostgresServer, tmp_path: Path) -> Iterator[Store]:
    """A store of the superuser, opened by a role that may read and add."""
    place = new_place("postgres", tmp_path, server.url)
    engine = create_engine(server.url)
    schema_name = str(make_url(str(place.url)).query["options"]).partition("=")[2]
    with engine.begin() as connection:
        if not connection.execute(
            text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": CLERK}
        ).first():
            connection.execute(text(f"CREATE ROLE {CLERK} LOGIN"))
        connection.execute(text(f"GRANT USAGE ON SCHEMA {schema_name} TO {CLERK}"))
    engine.dispose()
    upgrade(place, role=CLERK)
    opened = open_store(as_clerk(place))
    yield opened
    opened.close()


def test_a_role_that_may_read_and_add_can_do_all_the_work(clerk: Store) -> None:
    fill(clerk)
    assert len(expire(clerk, "2031-01-01")) == 1
    assert verify(clerk).problems == []


@pytest.mark.parametrize("table", [one.name for one in schema.TABLES])
def test_it_may_not_change_what_is_kept(clerk: Store, table: str) -> None:
    fill(clerk, 1)
    column = next(iter(schema.METADATA.tables[table].columns)).name
    refused = [
        f"UPDATE {table} SET {column} = {column}",
        f"TRUNCATE {table} CASCADE",
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        f"DROP TABLE {table} CASCADE",
        f"DROP TRIGGER keep_{table}_rows ON {table}",
        f"DELETE FROM {table}",
    ]
    for sql in refused:
        with pytest.raises(DataError) as error, clerk.writing("test.edit") as writer:
            writer.connection.execute(text(sql))
        # The body of an upload may be deleted under a tombstone: there the trigger decides.
        by_trigger = table == "upload_bodies" and sql.startswith("DELETE")
        expected = "STORE_GUARDED" if by_trigger else "STORE_RIGHTS"
        assert [one.code for one in error.value.problems] == [expected]


def test_it_may_not_make_or_upgrade_a_store(
    clerk: Store, server: PostgresServer, tmp_path: Path
) -> None:
    with clerk.engine.connect() as connection:
        connection.execute(text("SELECT version_num FROM alembic_version"))
        connection.rollback()
        with pytest.raises(Exception, match="permission denied"):
            connection.execute(text("UPDATE alembic_version SET version_num = 'x'"))
    elsewhere = new_place("postgres", tmp_path, server.url)
    for place, role in (
        (clerk.place, "someone_else"),
        (as_clerk(elsewhere), ""),
    ):
        with pytest.raises(DataError) as refused:
            upgrade(place, role=role)
        assert [one.code for one in refused.value.problems] == ["STORE_RIGHTS"]
    engine = store_engine(elsewhere)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
    engine.dispose()


def test_nothing_acknowledged_is_lost_when_the_server_stops(
    server: PostgresServer, tmp_path: Path
) -> None:
    place = new_place("postgres", tmp_path, server.url)
    upgrade(place)
    store = open_store(place)
    kept: list[Head] = []
    for round_ in range(STOPS):
        enough = Event()
        with ThreadPoolExecutor(3) as threads:
            writing = [threads.submit(write_until_lost, store, kept, enough) for _ in range(3)]
            assert enough.wait(60)
            server.stop()
            told = [one.result(60) for one in writing]
        try:
            assert set(told) <= {"STORE_LOST"}
            with pytest.raises(DataError) as refused, store.reading():
                pass
            assert [one.code for one in refused.value.problems] == ["STORE_LOST"]
        finally:
            server.start()
        found = verify(store, heads=kept)
        assert found.problems == [], round_
        # At most the writings that were under way are there and were not acknowledged.
        assert len(kept) + 1 <= found.entries <= len(kept) + 1 + 3 * (round_ + 1)
    store.close()


def write_until_lost(store: Store, kept: list[Head], enough: Event) -> str:
    """Write until the database is gone; what was acknowledged is noted by its head."""
    count = 0
    while True:
        try:
            seq = later(store)
        except DataError as error:
            return error.problems[0].code
        kept += [one for one in known_heads(store.place.heads) if one.seq == seq]
        count += 1
        if count == 8:
            enough.set()


def test_a_glance_goes_on_after_the_server_was_started_anew(tmp_path: Path) -> None:
    with running_server() as own:
        place = new_place("postgres", tmp_path, own.url)
        upgrade(place)
        store = open_store(place, "测试 tester")
        store.keep_readers()
        with store.writing("fact.say") as writer:
            writer.add_one(schema.FACTS, kind="note", subject="one", body="{}")
        assert store.glance(lambda connection: fact_of(connection, "note", "one")) is not None
        own.stop()
        own.start()
        assert store.glance(lambda connection: fact_of(connection, "note", "one")) is not None
        own.stop()
        with pytest.raises(DataError) as error:
            store.glance(lambda connection: fact_of(connection, "note", "one"))
        assert [one.code for one in error.value.problems] == ["STORE_LOST"]
        own.start()
        store.close()
