"""Backup and restore: the same rows in any database, or a plain word about what is wrong.

Faults it catches: a file that is cut, changed, doubled or put together anew and restored all the
same; a restore that leaves half; a backup that is no single state; one that goes over a store.
"""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest

from equivalents.errors import DataError
from equivalents.store.backup import back_up
from equivalents.store.backupfile import ChunkReader, ChunkWriter, Secret, read_secret
from equivalents.store.backupread import check_backup
from equivalents.store.engine import Store, open_store
from equivalents.store.heads import known_heads
from equivalents.store.place import StorePlace
from equivalents.store.restoring import restore
from equivalents.store.schema import SEGMENTS, UPLOAD_BODIES, UPLOADS
from equivalents.store.sealing import sha256_of
from equivalents.store.secret import new_key
from equivalents.store.segmentplaces import keep_outside
from equivalents.store.upgrading import upgrade
from equivalents.store.verify import verify
from tests.keeping import content, edit, fill, later, segment
from tests.proofs.counts import counts
from tests.stores import DATABASES, environment, new_place

PASSPHRASE = Secret("passphrase", "一二三四五六七八".encode())
KEY = Secret("key", bytes(range(32)))
"""Needs no scrypt, which takes half a second on purpose."""


def codes(error: pytest.ExceptionInfo[DataError]) -> list[str]:
    return [one.code for one in error.value.problems]


@pytest.fixture
def another(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], StorePlace]:
    """Makes a further place of a kind, in a folder of its own."""

    def make(database: str) -> StorePlace:
        server = request.getfixturevalue("postgres") if database == "postgres" else ""
        folder = tmp_path / f"another-{random.getrandbits(40):x}"
        folder.mkdir()
        return new_place(database, folder, server)

    return make


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("secret", [None, KEY], ids=["plain", "encrypted"])
def test_what_was_backed_up_comes_back_verbatim_in_any_database(
    store: Store,
    another: Callable[[str], StorePlace],
    tmp_path: Path,
    database: str,
    secret: Secret | None,
) -> None:
    fill(store)
    done = back_up(store, tmp_path / "b", secret)
    assert check_backup(tmp_path / "b", secret) == done
    with store.reading() as connection:
        before = list(content(connection))
    place = another(database)
    told = restore(tmp_path / "b", place, secret=secret, who="乙")
    assert not told.problems
    back = open_store(place)
    with back.reading() as connection:
        after = list(content(connection))
    # One entry more says who restored it.
    assert [row for row in after if row not in before] == [after[done.head.seq]]  # type: ignore[union-attr]
    assert set(before) <= set(after)
    found = verify(back, heads=[done.head] if done.head else [])
    assert (found.problems, found.head) == ([], told.head)
    later(back)
    assert verify(back).intact
    back.close()


def test_a_backup_hides_nothing_or_everything(store: Store, tmp_path: Path) -> None:
    fill(store)
    back_up(store, tmp_path / "b", PASSPHRASE)
    assert "甲".encode() not in (tmp_path / "b").read_bytes()
    new_key(tmp_path / "key")
    key = read_secret(None, tmp_path / "key")
    back_up(store, tmp_path / "k", key)
    check_backup(tmp_path / "k", key)
    for file, secret, code in (
        ("b", None, "BACKUP_LOCKED"),
        ("b", key, "BACKUP_LOCKED"),
        ("b", Secret("passphrase", b"another one"), "BACKUP_PASSPHRASE"),
        ("k", Secret("key", b"x" * 32), "BACKUP_PASSPHRASE"),
    ):
        with pytest.raises(DataError) as refused:
            check_backup(tmp_path / file, secret)
        assert codes(refused) == [code]


def test_a_backup_is_one_state_while_others_write(store: Store, tmp_path: Path) -> None:
    fill(store)
    stop = Event()

    def write() -> None:
        while not stop.is_set():
            later(store)

    thread = Thread(target=write)
    thread.start()
    try:
        files = [tmp_path / f"b{number}" for number in range(4)]
        heads = [back_up(store, file).head for file in files]
    finally:
        stop.set()
        thread.join()
    assert len(set(heads)) > 1, "nobody wrote meanwhile"
    for number, file in enumerate(files):
        place = new_place("sqlite", tmp_path / f"r{number}", "")
        restore(file, place)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bytes of a plain and of an encrypted backup."""
    folder = tmp_path_factory.mktemp("whole")
    place = new_place("sqlite", folder, "")
    upgrade(place)
    store = open_store(place)
    fill(store)
    for name, secret in (("plain", None), ("encrypted", KEY)):
        back_up(store, folder / name, secret)
    store.close()
    return {name: (folder / name).read_bytes() for name in ("plain", "encrypted")}


SPOILED = counts(4, 300)


@pytest.mark.parametrize("kind", ["plain", "encrypted"])
def test_a_backup_that_was_cut_or_changed_is_refused_before_anything_is_written(
    whole: dict[str, bytes], tmp_path: Path, kind: str
) -> None:
    chance = random.Random(kind)
    data = whole[kind]
    secret = KEY if kind == "encrypted" else None
    file = tmp_path / "b"
    place = new_place("sqlite", tmp_path / "into", "")
    header = data.index(b"\n", data.index(b"\n") + 1) + 1
    cuts = [0, 5, 20, 21, 40, header, header + 2, len(data) - 1]
    cuts += [chance.randrange(len(data)) for _ in range(SPOILED)]
    spoiled = [(data[:cut], {"BACKUP_CUT"}) for cut in cuts]
    damaged = {"BACKUP_DAMAGED", "BACKUP_CUT", "BACKUP_FOREIGN", "BACKUP_LATER"}
    damaged |= {"BACKUP_PASSPHRASE", "BACKUP_LOCKED"}
    for at in (3, 25, header + 1, header + 6, len(data) - 2):
        spoiled.append((data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], damaged))
    for _ in range(SPOILED):
        at = chance.randrange(len(data))
        bit = 1 << chance.randrange(8)
        spoiled.append((data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :], damaged))
    spoiled += [(data + b"x", {"BACKUP_DAMAGED"}), (b"PK\3\4" + data, {"BACKUP_FOREIGN"})]
    for content_of, expected in spoiled:
        file.write_bytes(content_of)
        with pytest.raises(DataError) as refused:
            restore(file, place, secret=secret)
        assert set(codes(refused)) <= expected
        assert not place.file.exists()


def read(file: Path, secret: Secret | None) -> None:
    """Four chunks of content, and the end."""
    with file.open("rb") as stream:
        reader = ChunkReader(file, stream, secret)
        reader.read(4 << 20)
        reader.finish()


def test_chunks_that_change_places_are_noticed(tmp_path: Path) -> None:
    for secret in (None, KEY):
        file = tmp_path / "chunks"
        with file.open("wb") as stream:
            writer = ChunkWriter(stream, secret)
            for letter in b"abcd":
                writer.write(bytes([letter]) * (1 << 20))
            writer.end()
        data = file.read_bytes()
        at = data.index(b"\n", data.index(b"\n") + 1) + 1
        head, several = data[:at], []
        while at < len(data):
            end = at + 4 + int.from_bytes(data[at : at + 4], "big")
            several.append(data[at:end])
            at = end
        assert len(several) == 5
        for order in ([1, 0, 2, 3, 4], [0, 1, 1, 2, 3, 4], [0, 1, 3, 4], [0, 4], [4], [1, 2, 3, 4]):
            file.write_bytes(head + b"".join(several[one] for one in order))
            with pytest.raises(DataError):
                read(file, secret)


def test_a_store_that_is_there_is_never_written_over(store: Store, tmp_path: Path) -> None:
    fill(store)
    back_up(store, tmp_path / "b")
    with store.reading() as connection:
        before = list(content(connection))
    for action in (
        lambda: restore(tmp_path / "b", store.place),
        lambda: back_up(store, tmp_path / "b"),
    ):
        with pytest.raises(DataError) as refused:
            action()
        assert codes(refused)[0] in ("RESTORE_NOT_EMPTY", "FILE_EXISTS")
    with store.reading() as connection:
        assert list(content(connection)) == before


def test_a_store_that_was_only_made_may_be_restored_into(
    store: Store, another: Callable[[str], StorePlace], tmp_path: Path
) -> None:
    fill(store)
    back_up(store, tmp_path / "b")
    place = another("sqlite" if store.place.embedded else "postgres")
    upgrade(place)
    told = restore(tmp_path / "b", place)
    # The file of heads knew the entry that made the empty store.
    assert [one.code for one in told.problems] == ["RESTORE_BEHIND"]
    assert len(list(place.heads.parent.glob("*.before"))) == 1
    back = open_store(place)
    assert verify(back).problems == []
    back.close()


def test_what_came_after_the_backup_is_told_as_lost(store: Store, tmp_path: Path) -> None:
    fill(store)
    back_up(store, tmp_path / "b")
    seq = later(store)
    head = known_heads(store.place.heads)[-1]
    place = new_place("sqlite", tmp_path / "back", "")
    place.heads.parent.mkdir(exist_ok=True)
    place.heads.write_bytes(store.place.heads.read_bytes())
    told = restore(tmp_path / "b", place)
    assert [one.code for one in told.problems] == ["RESTORE_BEHIND"]
    assert told.problems[0].value == str(head)
    assert told.head.seq == seq
    back = open_store(place)
    assert [one.code for one in verify(back, heads=[head]).problems] == ["VERIFY_HEAD_DIFFERS"]
    back.close()


def test_a_backup_of_a_store_that_was_not_intact_is_refused_unless_asked_for(
    store: Store, tmp_path: Path
) -> None:
    fill(store)
    edit(store, "UPDATE dated_rows SET row = 'x' WHERE id = 2")
    back_up(store, tmp_path / "b")
    place = new_place("sqlite", tmp_path / "back", "")
    with pytest.raises(DataError) as refused:
        restore(tmp_path / "b", place)
    assert codes(refused) == ["RESTORE_UNSOUND", "VERIFY_ROWS"]
    assert not place.file.exists()
    assert [one.code for one in restore(tmp_path / "b", place, anyway=True).problems] == [
        "VERIFY_ROWS"
    ]


def test_a_backup_of_a_later_revision_is_refused(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("equivalents.store.backup.HEAD", "20991231_later")
    back_up(store, tmp_path / "b")
    with pytest.raises(DataError) as refused:
        restore(tmp_path / "b", new_place("sqlite", tmp_path / "back", ""))
    assert codes(refused) == ["BACKUP_REVISION_NEW"]


@pytest.mark.skipif(os.name != "posix", reason="limits of a process")
def test_a_disk_that_is_full_leaves_no_backup_and_an_unharmed_store(
    store: Store, tmp_path: Path
) -> None:
    with store.writing("test.large") as writer:
        body = random.Random(1).randbytes(1 << 20)
        facts = {"kind": "records", "sha256": sha256_of(body), "size": len(body)}
        writer.add_body(UPLOAD_BODIES, writer.add_one(UPLOADS, **facts), body)
    (tmp_path / "out").mkdir()
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000));"
        "from pathlib import Path; from equivalents.store.engine import open_store;"
        "from equivalents.store.place import place_of;"
        "from equivalents.store.backup import back_up;"
        "back_up(open_store(place_of()), Path(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "out" / "b")],
        env=environment(store.place),
        capture_output=True,
        check=False,
        text=True,
    )
    assert "BACKUP_WRITE" in done.stderr
    assert list((tmp_path / "out").iterdir()) == []
    assert verify(store).intact


def test_files_that_cannot_be_used_are_told(store: Store, tmp_path: Path) -> None:
    (tmp_path / "short").write_text("abc\n", encoding="utf-8")
    for action, code in (
        (lambda: check_backup(tmp_path / "absent"), "BACKUP_UNREADABLE"),
        (lambda: back_up(store, tmp_path / "absent" / "b"), "BACKUP_WRITE"),
        (lambda: read_secret(tmp_path / "absent", None), "BACKUP_SECRET"),
        (lambda: read_secret(tmp_path / "short", None), "BACKUP_SECRET"),
    ):
        with pytest.raises(DataError) as refused:
            action()
        assert codes(refused) == [code]


def test_bodies_outside_the_database_are_in_the_backup(
    store: Store, tmp_path: Path, another: Callable[[str], StorePlace]
) -> None:
    body, facts = segment(7)
    inside = store.place
    store.place = replace(store.place, segments=str(tmp_path / "segments"))
    name = keep_outside(store.place, body)
    with store.writing("test.segment") as writer:
        writer.add_one(SEGMENTS, kind="records", place=name, **facts)
    store.place, there = inside, store.place
    assert [one.code for one in verify(store).problems] == ["SEGMENT_ABSENT"]
    store.place = there
    assert verify(store).problems == []
    back_up(store, tmp_path / "b")
    place = another("sqlite")
    with pytest.raises(DataError) as refused:
        restore(tmp_path / "b", place)
    assert codes(refused) == ["RESTORE_SEGMENTS"]
    assert not place.file.exists()
    restore(tmp_path / "b", replace(place, segments=str(tmp_path / "copy")))
    assert (tmp_path / "copy" / name).read_bytes() == body
    (tmp_path / "segments" / name).write_bytes(body[:-1])
    assert [one.code for one in verify(store).problems] == ["SEGMENT_DAMAGED"]
    (tmp_path / "segments" / name).unlink()
    with pytest.raises(DataError) as refused:
        back_up(store, tmp_path / "c")
    assert codes(refused) == ["SEGMENT_ABSENT"]
