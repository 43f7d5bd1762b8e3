"""One way to write: committed as a whole with its entry, or not at all; kept rows stay.

Faults it catches: a second writer that is let in; a row written without an entry; a trigger that
is missing; a hash that depends on the database.
"""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

from equivalents.errors import ConservationError, DataError
from equivalents.store import schema
from equivalents.store.engine import Store, open_store, store_engine
from equivalents.store.failpoints import FAILPOINTS
from equivalents.store.guards import missing_guards
from equivalents.store.heads import known_heads, parse_head, tell_head
from equivalents.store.place import StorePlace, place_of
from equivalents.store.revisions import HEAD, alembic_config, current_revision
from equivalents.store.sealing import canonical, entry_hash, run_hash
from equivalents.store.secret import keep_check, new_key, read_key
from equivalents.store.upgrading import upgrade
from equivalents.store.writing import head_of
from tests.stores import environment

WRITE = ("write.begun", "write.rows", "write.sealed", "write.committed", "write.told")
ADD = (
    "from equivalents.store.engine import open_store\n"
    "from equivalents.store.place import place_of\n"
    "from equivalents.store.schema import UPLOADS, UPLOAD_BODIES\n"
    "store = open_store(place_of())\n"
    "with store.writing('test.add') as writer:\n"
    "    one = writer.add_one(UPLOADS, kind='records', sha256='a', size=3)\n"
    "    writer.add_body(UPLOAD_BODIES, one, b'abc')\n"
    "print('acknowledged')\n"
)


def codes(error: pytest.ExceptionInfo[DataError]) -> list[str]:
    return [one.code for one in error.value.problems]


def add(store: Store, name: str = "a", **more: str) -> int:
    with store.writing("test.add", why="试") as writer:
        one = writer.add_one(schema.UPLOADS, kind="records", sha256=name, size=3, **more)
        writer.add_body(schema.UPLOAD_BODIES, one, b"abc")
    return one


def test_every_row_is_sealed_by_the_entry_of_its_transaction(store: Store) -> None:
    add(store)
    with store.writing("test.two") as writer:
        writer.add(schema.UPLOADS, [{"kind": "table", "sha256": "b", "size": n} for n in range(3)])
    with store.reading() as connection:
        every = connection.execute(select(schema.AUDIT).order_by(schema.AUDIT.c.seq)).mappings()
        entries = [dict(one) for one in every]
        rows = [dict(one) for one in connection.execute(select(schema.UPLOADS)).mappings()]
    assert [one["seq"] for one in entries] == [1, 2, 3]
    for before, one in zip([{"hash": ""}, *entries[:-1]], entries, strict=True):
        assert one["previous"] == before["hash"]
        assert one["hash"] == entry_hash(one)
    assert f'"uploads":[2,4,"{run_hash(rows[1:])}"]' in entries[2]["rows"]
    assert [head.seq for head in known_heads(store.place.heads)] == [1, 2, 3]


def test_nothing_is_kept_of_a_block_that_fails_or_writes_nothing(store: Store) -> None:
    with store.reading() as connection:
        before = head_of(connection)
    with pytest.raises(ZeroDivisionError), store.writing("test.fail") as writer:
        writer.add_one(schema.UPLOADS, kind="records", sha256="a", size=1 // 0)
    with store.writing("test.nothing"):
        pass
    with pytest.raises(ConservationError), store.writing("test.body") as writer:
        writer.add(schema.UPLOAD_BODIES, [{"upload_id": 1, "body": b""}])
    with store.reading() as connection:
        assert head_of(connection) == before
        assert not connection.execute(select(schema.UPLOADS)).all()


AWKWARD = ("a\tb\nc\\d", "\\N", "\\.", "‘中’\"'", "", "{%(a)s}")


def test_many_rows_are_kept_as_few_are(store: Store) -> None:
    of_it = {"kind": "records", "identity": "a", "sha256": "b", "rows": 1, "size": 2}
    rows = [{**of_it, "place": AWKWARD[at % 6], "rows": at} for at in range(1_501)]
    with store.writing("test.many") as writer:
        assert writer.add(schema.SEGMENTS, rows[:-1]) == range(1, 1_501)
        assert writer.add_one(schema.SEGMENTS, **rows[-1]) == 1_501
    wanted = select(schema.SEGMENTS).order_by(schema.SEGMENTS.c.id)
    with store.reading() as connection:
        kept = [dict(one) for one in connection.execute(wanted).mappings()]
        sealed = connection.execute(select(schema.AUDIT.c.rows)).scalars().all()[-1]
    assert [(one["place"], one["rows"]) for one in kept] == [
        (one["place"], one["rows"]) for one in rows
    ]
    assert {one["import_id"] for one in kept} == {None}
    assert run_hash(kept) in sealed


def test_what_fails_among_many_rows_takes_all_of_them_back(store: Store) -> None:
    def ended_twice() -> None:
        with store.writing("test.many") as writer:
            writer.add_one(schema.PUTS, table_name="staff", added=0, ended=0)
            writer.add(schema.DATED_ENDS, [{"put_id": 1, "row_id": 7}] * 1_500)

    with pytest.raises(IntegrityError):
        ended_twice()
    with store.reading() as connection:
        assert not connection.execute(select(schema.PUTS)).all()


def test_a_row_has_the_columns_of_its_table(store: Store) -> None:
    for row in ({"table_name": "staff", "added": 1, "ended": 0, "more": 1}, {"ended": 0}):
        with pytest.raises(ConservationError), store.writing("test.columns") as writer:
            writer.add_one(schema.PUTS, **row)


@pytest.mark.parametrize("table", [one.name for one in schema.TABLES])
def test_no_kept_row_can_be_changed(store: Store, table: str) -> None:
    add(store)
    with store.reading() as connection:
        if not connection.execute(text(f"SELECT 1 FROM {table} LIMIT 1")).first():
            assert not missing_guards(connection, [table])
            return
    column = next(iter(schema.METADATA.tables[table].columns)).name
    for sql in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with pytest.raises(DataError) as refused, store.writing("test.edit") as writer:
            writer.connection.execute(text(sql))
        assert codes(refused) == ["STORE_GUARDED"]
    if not store.place.embedded:
        with pytest.raises(DataError) as refused, store.writing("test.edit") as writer:
            writer.connection.execute(text(f"TRUNCATE {table} CASCADE"))
        assert codes(refused) == ["STORE_GUARDED"]


def test_a_body_goes_only_under_a_tombstone(store: Store) -> None:
    one = add(store)
    with store.writing("upload.expire") as writer:
        writer.add_one(schema.TOMBSTONES, upload_id=one, sha256="a", size=3, rows=0)
        writer.connection.execute(text("DELETE FROM upload_bodies WHERE upload_id = 1"))
    with store.reading() as connection:
        assert not connection.execute(select(schema.UPLOAD_BODIES)).all()


def test_a_trigger_that_is_gone_or_switched_off_is_noticed(store: Store) -> None:
    names = [one.name for one in schema.TABLES]
    on = "" if store.place.embedded else " ON locks"
    which = "keep_locks_update" if store.place.embedded else "keep_locks_rows"
    with store.engine.begin() as connection:
        assert not missing_guards(connection, names)
        connection.execute(text(f"DROP TRIGGER {which}{on}"))
        assert missing_guards(connection, names) == [which]


def test_writers_take_turns(store: Store) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: add(store, str(n)), range(24)))
    with store.reading() as connection:
        ids = sorted(connection.execute(select(schema.UPLOADS.c.id)).scalars())
        assert ids == list(range(1, 25))
        assert head_of(connection).seq == 25  # type: ignore[union-attr]


@pytest.mark.parametrize("failpoint", WRITE)
def test_killed_at_a_failpoint_it_is_whole_or_absent(store: Store, failpoint: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ADD],
        env=environment(store.place, EQUIVALENTS_FAILPOINT=failpoint),
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    kept = failpoint in ("write.committed", "write.told")
    with store.reading() as connection:
        assert len(connection.execute(select(schema.UPLOADS)).all()) == kept
        assert len(connection.execute(select(schema.UPLOAD_BODIES)).all()) == kept
        assert head_of(connection).seq == 1 + kept  # type: ignore[union-attr]
    add(store, "next")  # the lock went with the process


def test_a_failpoint_that_is_not_listed_is_a_mistake() -> None:
    from equivalents.store.failpoints import failpoint

    with pytest.raises(KeyError):
        failpoint("nowhere")
    assert set(WRITE) <= FAILPOINTS.keys()


# -- revisions -------------------------------------------------------------------------------------


def test_the_migrations_make_the_schema_that_the_program_knows(store: Store) -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    assert scripts.get_current_head() == HEAD
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, schema.METADATA) == []
        assert current_revision(connection) == HEAD


def test_every_migration_can_be_taken_back(place: StorePlace) -> None:
    upgrade(place)
    engine = store_engine(place)
    with engine.begin() as connection:
        command.downgrade(alembic_config(connection), "base")
        left = set(inspect(connection).get_table_names())
    engine.dispose()
    assert left <= {"alembic_version"}
    upgrade(place)
    open_store(place).close()


def test_a_store_of_another_revision_is_not_opened(store: Store) -> None:
    for found, code in (("20991231_later", "STORE_REVISION_NEW"), ("", "STORE_ABSENT")):
        with store.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": found})
        with pytest.raises(DataError) as refused:
            open_store(store.place)
        assert codes(refused) == [code]
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '20991231_later'"))
    with pytest.raises(DataError) as refused:
        upgrade(store.place)
    assert codes(refused) == ["STORE_REVISION_NEW"]


# -- places, heads, keys ---------------------------------------------------------------------------


def test_a_place_is_a_file_or_a_postgresql(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.delenv("EQUIVALENTS_STORE", raising=False)
    for said, code in (
        ("", "STORE_UNNAMED"),
        ("mysql://h/d", "STORE_PLACE"),
        ("x://", "STORE_PLACE"),
    ):
        with pytest.raises(DataError) as refused:
            place_of(said)
        assert codes(refused) == [code]
    assert "geheim" not in place_of("postgresql://u:geheim@h/d").name
    with pytest.raises(DataError) as refused:
        open_store(place_of(f"{tmp_path}/absent.db"))
    assert codes(refused) == ["STORE_ABSENT"]


def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path: object) -> None:
    path = f"{tmp_path}/store.db"
    with open(path, "wb") as stream:
        stream.write(os.urandom(8192))
    with pytest.raises(DataError) as refused:
        open_store(place_of(path))
    assert codes(refused) == ["STORE_DAMAGED"]


def test_heads_survive_a_line_that_was_cut(store: Store) -> None:
    heads = store.place.heads
    add(store)
    with heads.open("ab") as stream:
        stream.write(b'{"seq":3,"ha')
    assert [one.seq for one in known_heads(heads)] == [1, 2]
    tell_head(heads, parse_head(f"3:{'a' * 64}"))
    with pytest.raises(DataError) as refused:
        known_heads(heads)
    assert codes(refused) == ["STORE_HEADS_UNREADABLE"]
    with pytest.raises(DataError) as refused:
        parse_head("12:abc")
    assert codes(refused) == ["STORE_HEAD"]


def test_a_head_that_cannot_be_written_is_told_and_the_entry_kept(store: Store) -> None:
    store.place.heads.unlink()
    store.place.heads.mkdir()
    add(store)
    assert [one.code for one in store.warnings] == ["STORE_HEAD_UNTOLD"]
    with store.reading() as connection:
        assert str(head_of(connection)) == store.warnings[0].facts["head"]


def test_nothing_can_be_written_while_reading(store: Store) -> None:
    insert = text("INSERT INTO upload_bodies (upload_id, body) VALUES (1, '')")
    with pytest.raises(DataError) as refused, store.reading() as connection:
        connection.execute(insert)
    assert codes(refused) == ["STORE_RIGHTS"]


def test_the_key_hides_ids_and_a_wrong_one_is_refused(store: Store) -> None:
    folder = store.place.heads.parent
    right, wrong = new_key(folder / "key"), new_key(folder / "other")
    assert read_key(folder / "key").name("resident", "R1") == right.name("resident", "R1")
    assert right.name("resident", "R1") != right.name("household", "R1")
    assert right.name("resident", "") == ""
    assert (folder / "key").stat().st_mode & 0o077 == 0
    with store.writing("key.first") as writer:
        keep_check(writer, right, None)
    with pytest.raises(DataError) as refused, store.writing("key.other") as writer:
        keep_check(writer, wrong, folder / "other")
    assert codes(refused) == ["KEY_WRONG"]
    (folder / "bad").write_text("xyz")
    for file, code in ((None, "KEY_ABSENT"), (folder / "bad", "KEY_UNREADABLE")):
        with pytest.raises(DataError) as refused:
            read_key(file)
        assert codes(refused) == [code]
    with pytest.raises(DataError) as refused:
        new_key(folder / "key")
    assert codes(refused) == ["KEY_UNREADABLE"]


def test_floats_have_no_canonical_text() -> None:
    with pytest.raises(TypeError):
        canonical({"a": [1, {"b": 0.5}]})
    with pytest.raises(TypeError):
        canonical({"a": "x", "b": ("y", 0.5)})


def test_equal_values_have_one_canonical_text() -> None:
    said = {"乙": None, "b": [1, True, ("x",)], "a": {"z": "", "c": 'quote "'}}
    assert canonical(said) == '{"a":{"c":"quote \\"","z":""},"b":[1,true,["x"]],"乙":null}'
