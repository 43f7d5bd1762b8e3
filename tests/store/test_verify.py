"""``db verify``: what is intact is said to be; every tampering is found and located.

Faults it catches: a body that nobody compares; a run whose last row may go; a tail cut off with
all that hangs on it; a trigger that was dropped; a check that stops at the first fault.
"""

import json

import pytest
from sqlalchemy import text

from equivalents.store.engine import Store
from equivalents.store.guards import drop_guards
from equivalents.store.heads import Head, known_heads
from equivalents.store.verify import Verified, verify
from tests.keeping import edit, fill, later


def codes(found: Verified) -> list[str]:
    return [one.code for one in found.problems]


def test_an_untouched_store_is_intact(store: Store) -> None:
    fill(store)
    found = verify(store)
    assert (found.intact, found.problems, found.total) == (True, [], 0)
    assert found.entries == 7
    assert found.head == known_heads(store.place.heads)[-1]
    assert found.bodies == 2 + 4 + 4
    assert verify(store, heads=[found.head, Head(1, known_heads(store.place.heads)[0].hash)]).intact


@pytest.mark.parametrize(
    ("sql", "expected", "where"),
    [
        ("UPDATE audit SET why = 'x' WHERE seq = 3", ["VERIFY_ENTRY"], ("audit", 3)),
        ("UPDATE dated_rows SET row = 'x' WHERE id = 2", ["VERIFY_ROWS"], ("dated_rows", 1)),
        ("UPDATE uploads SET size = size + 1 WHERE id = 2", ["VERIFY_ROWS", "VERIFY_BODY"], None),
        ("UPDATE steps SET seq = 3 WHERE id = 1", ["VERIFY_ROWS"], ("steps", 1)),
        ("DELETE FROM rejections WHERE id = 4", ["VERIFY_MISSING"], ("rejections", 3)),
        ("DELETE FROM segment_bodies WHERE segment_id = 3", ["VERIFY_BODY_MISSING"], None),
        ("DELETE FROM upload_bodies WHERE upload_id = 1", ["VERIFY_BODY_MISSING"], None),
        (
            "INSERT INTO keys (id, seq, purpose, check_value) VALUES (2, 7, 'x', 'y')",
            ["VERIFY_UNSEALED"],
            ("keys", 2),
        ),
        (
            "INSERT INTO result_bodies (file_id, body) SELECT 77, body FROM result_bodies LIMIT 1",
            ["VERIFY_BODY_ORPHAN"],
            ("result_bodies", 77),
        ),
        ("UPDATE imports SET replaces = 9 WHERE id = 1", ["VERIFY_ROWS", "VERIFY_LINK"], None),
        ("DELETE FROM audit WHERE seq = 4", ["VERIFY_CHAIN", "VERIFY_HEAD_CUT"], ("audit", 5)),
    ],
)
def test_a_tampering_is_found_and_located(
    store: Store, sql: str, expected: list[str], where: tuple[str, int] | None
) -> None:
    fill(store)
    edit(store, sql)
    found = verify(store)
    assert set(expected) <= set(codes(found))
    assert not found.intact
    if where:
        at = {(one.place.file, one.place.row) for one in found.problems if one.code == expected[0]}
        assert where in at


def test_a_tail_that_is_cut_with_all_that_hangs_on_it_is_found_by_heads(store: Store) -> None:
    fill(store)
    kept = known_heads(store.place.heads)[-1]
    seq = later(store)
    head = known_heads(store.place.heads)[-1]
    edit(store, f"DELETE FROM documents WHERE seq = {seq}", f"DELETE FROM audit WHERE seq = {seq}")
    found = verify(store)
    assert codes(found) == ["VERIFY_HEAD_CUT"]
    assert found.problems[0].value == str(head)
    # Whoever cuts the file of heads, too, is found by the head on paper.
    store.place.heads.write_text(json.dumps({"seq": kept.seq, "hash": kept.hash}) + "\n")
    assert verify(store).intact
    assert codes(verify(store, heads=[head])) == ["VERIFY_HEAD_CUT"]
    later(store)
    assert codes(verify(store, heads=[head])) == ["VERIFY_HEAD_DIFFERS"]


def test_all_that_is_wrong_is_told_at_once(store: Store) -> None:
    fill(store)
    edit(
        store,
        "UPDATE audit SET who = 'x' WHERE seq = 2",
        "DELETE FROM steps WHERE id = 2",
        "UPDATE locks SET root = 'x' WHERE id = 1",
    )
    with store.engine.begin() as connection:
        drop_guards(connection, ["locks"])
    guards = 2
    found = verify(store)
    assert sorted(codes(found)) == sorted(
        [
            *("VERIFY_ENTRY", "VERIFY_MISSING", "VERIFY_ROWS"),
            *("LOCK_HASH", "LOCK_ROOT"),
            *["VERIFY_GUARD"] * guards,
        ]
    )


def test_a_store_without_a_file_of_heads_is_warned_about(store: Store) -> None:
    fill(store)
    store.place.heads.unlink()
    found = verify(store)
    assert (found.intact, codes(found)) == (True, ["VERIFY_NO_HEADS"])
    store.place.heads.write_text("x\n")
    assert codes(verify(store)) == ["STORE_HEADS_UNREADABLE"]


def test_a_schema_that_was_changed_is_told(store: Store) -> None:
    fill(store)
    with store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE steps DROP COLUMN facts"))
        connection.execute(text("DROP INDEX ix_uploads_sha256"))
        connection.execute(text("CREATE TABLE of_others (x TEXT)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('x')"))
    found = verify(store)
    assert codes(found).count("VERIFY_SCHEMA") == 3
    assert {one.place.file for one in found.problems} >= {"steps", "uploads", "alembic_version"}
