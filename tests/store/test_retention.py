"""Retention and the audit trail: what goes leaves a tombstone, and everything has an author.

Faults it catches: a body dropped a day early; content of a dropped file that still lies in the
database; an entry that a filter hides wrongly.
"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.errors import DataError
from equivalents.store.engine import Store
from equivalents.store.retention import due, expire
from equivalents.store.trail import trail
from equivalents.store.verify import verify
from tests.keeping import fill, later
from tests.stores import environment


def run(store: Store, *words: object, **more: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [*map(str, words)], env=environment(store.place, **more))
    return done.exit_code, done.stdout, done.stderr


def test_a_body_goes_on_its_day_and_not_before(store: Store) -> None:
    fill(store, 3)
    assert expire(store, "2030-12-31") == []
    with store.reading() as connection:
        assert [one.upload_id for one in due(connection, "2031-01-01")] == [2]
    entries = verify(store).entries
    dropped = expire(store, "2031-01-01", why="保存期满")
    assert [(one.upload_id, one.file_name, one.rows) for one in dropped] == [(2, "2 月.csv", 50)]
    found = verify(store)
    assert found.problems == []
    assert found.entries == entries + 1
    assert [(one.upload_id, one.sha256, one.why, one.who) for one in found.tombstones] == [
        (2, dropped[0].sha256, "保存期满", "测试 tester")
    ]
    assert expire(store, "2032-01-01") == []
    assert verify(store).entries == entries + 1


def test_nothing_of_a_dropped_file_is_left_in_a_sqlite_store(store: Store) -> None:
    fill(store)
    expire(store, "2031-01-01")
    if store.place.embedded:
        folder = store.place.file.parent
        left = b"".join(one.read_bytes() for one in folder.glob("store.db*") if one.is_file())
        assert "记录 2\n".encode() not in left
        assert "记录 1\n".encode() in left


def test_a_date_that_is_none_is_refused(store: Store) -> None:
    for day in ("2031-02-30", "soon", ""):
        with pytest.raises(DataError) as refused:
            expire(store, day)
        assert [one.code for one in refused.value.problems] == ["EXPIRE_DATE"]


def test_the_trail_tells_who_did_what(store: Store) -> None:
    fill(store)
    later(store)
    with store.reading() as connection:
        every = list(trail(connection))
        assert [one.seq for one in every] == list(range(1, 9))
        assert [one.seq for one in trail(connection, since=6)] == [7, 8]
        assert [one.action for one in trail(connection, object_kind="import", object_id="2")] == [
            "import.accept"
        ]
        assert list(trail(connection, who="nobody")) == []
    assert every[3].after == {"number": 1, "名": "锁"}
    written = {"puts": 1, "dated_rows": 3, "dated_ends": 1, "documents": 1, "facts": 2}
    assert every[2].rows == written


# -- the commands ----------------------------------------------------------------------------------


def test_the_commands_say_what_they_did(store: Store, tmp_path: Path) -> None:
    fill(store)
    code, out, _ = run(store, "db", "verify", "--json")
    told = json.loads(out)
    assert (code, told["intact"], told["problems"]) == (0, True, [])
    code, out, _ = run(store, "db", "verify", "--head", told["head"])
    assert (code, told["head"] in out) == (0, True)
    code, _, err = run(store, "db", "verify", "--head", f"99:{'a' * 64}")
    assert (code, "VERIFY_HEAD_CUT" in err) == (1, True)
    code, _, err = run(store, "db", "verify", "--head", "x")
    assert (code, "STORE_HEAD" in err) == (1, True)

    (tmp_path / "pass").write_text("一二三四五六七八\n", encoding="utf-8")
    secret = ("--passphrase-file", tmp_path / "pass")
    code, out, _ = run(store, "db", "backup", "-o", tmp_path / "b", *secret, "--json")
    assert (code, json.loads(out)["head"]) == (0, told["head"])
    assert run(store, "db", "backup", "--check", tmp_path / "b", *secret)[0] == 0
    assert run(store, "db", "backup")[0] == 2
    code, _, err = run(store, "db", "backup", "--check", tmp_path / "b")
    assert (code, "BACKUP_LOCKED" in err) == (1, True)
    code, out, _ = run(store, "db", "restore", tmp_path / "b", "--into", tmp_path / "r.db", *secret)
    assert (code, "restored" in out) == (0, True)

    code, out, _ = run(store, "db", "expire", "--on", "2031-01-01", "--show", "--json")
    assert (code, len(json.loads(out)["uploads"])) == (0, 1)
    assert verify(store).tombstones == []
    assert run(store, "db", "expire", "--on", "2031-01-01", "--who", "丙")[0] == 0
    code, out, _ = run(store, "db", "verify")
    assert (code, "丙：2 月.csv" in out) == (0, True)

    code, out, _ = run(store, "db", "trail", "--who", "丙", "--json")
    assert (code, [one["action"] for one in json.loads(out)["entries"]]) == (0, ["upload.expire"])
    code, out, _ = run(store, "db", "trail", "--object", "period:2026-01")
    assert (code, "period.lock" in out, "import" in out) == (0, True, False)
    assert run(store, "db", "trail", "--object", "x")[0] == 1


def test_a_new_key_is_made_once_and_kept_to_its_owner(store: Store, tmp_path: Path) -> None:
    code, out, _ = run(store, "db", "new-key", tmp_path / "key")
    assert (code, str(tmp_path / "key") in out) == (0, True)
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    before = (tmp_path / "key").read_bytes()
    code, _, err = run(store, "db", "new-key", tmp_path / "key")
    assert (code, "KEY_UNREADABLE" in err) == (1, True)
    assert (tmp_path / "key").read_bytes() == before


def test_a_second_writer_waits_as_long_as_it_is_told(store: Store) -> None:
    fill(store)
    with store.writing("test.long") as writer:
        code, _, err = run(store, "db", "expire", "--on", "2031-01-01", EQUIVALENTS_WAIT="1")
        assert (code, "STORE_BUSY" in err) == (1, True)
        assert writer.seq == 8
    assert run(store, "db", "expire", "--on", "2031-01-01", EQUIVALENTS_WAIT="soon")[0] == 2
    assert run(store, "db", "expire", "--on", "2031-01-01", EQUIVALENTS_WAIT="1")[0] == 0


def test_a_database_that_is_gone_is_told(store: Store) -> None:
    fill(store)
    gone = "postgresql://nobody@/none?host=nowhere"
    code, _, err = run(store, "db", "verify", "--store", gone)
    assert (code, "STORE_LOST" in err) == (1, True)
    code, _, err = run(store, "db", "verify", "--store", "absent.db")
    assert (code, "STORE_ABSENT" in err) == (1, True)
