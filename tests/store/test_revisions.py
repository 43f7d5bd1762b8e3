"""A store of an older revision, with data in it, upgraded by a later program, and taken back.

The later program is this one with one more migration: a column in a table that has rows, and a
table. Faults it catches: hashes that change with a column; a backup of an older revision that a
later program cannot restore; an upgrade that is half done when it is killed.
"""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect

from equivalents.errors import DataError
from equivalents.resources import migrations_folder
from equivalents.store.backup import back_up
from equivalents.store.engine import Store, open_store
from equivalents.store.place import StorePlace
from equivalents.store.revisions import alembic_config
from equivalents.store.schema import FACTS
from equivalents.store.upgrading import upgrade
from equivalents.store.verify import verify
from tests.keeping import content, fill
from tests.stores import environment, new_place

MIGRATION = '''"""A column and a table more."""

from alembic import op
from sqlalchemy import BigInteger, Column, Text

revision = "20991231_later"
down_revision = "20261127_service"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("uploads", Column("origin", Text, nullable=False, server_default=""))
    op.add_column("steps", Column("weight_e4", BigInteger, nullable=True))
    op.create_table("notes", Column("id", BigInteger, primary_key=True), Column("said", Text))


def downgrade() -> None:
    op.drop_table("notes")
    op.drop_column("steps", "weight_e4")
    op.drop_column("uploads", "origin")
'''

LATER = """
import sys
from pathlib import Path
from sqlalchemy import BigInteger, Column, Table, Text
from equivalents.store import engine, revisions, schema, upgrading, verifyschema
from equivalents.store import backup, restoring

head = "20991231_later"
for module in (revisions, upgrading, verifyschema, backup, restoring):
    module.HEAD = head
upgrading.upgrade.__kwdefaults__["to"] = head
revisions.migrations_folder = lambda: Path(sys.argv[1])
schema.UPLOADS.append_column(Column("origin", Text, nullable=False, default="", server_default=""))
schema.STEPS.append_column(Column("weight_e4", BigInteger, nullable=True))
Table("notes", schema.METADATA, Column("id", BigInteger, primary_key=True), Column("said", Text))

from equivalents.store.place import place_of
from equivalents.store.sealing import sha256_of
from equivalents.store.verify import verify


def intact(place):
    store = engine.open_store(place, "later")
    found = verify(store)
    assert found.problems == [], found.problems
    return store


what = sys.argv[2]
if what == "upgrade":
    done = upgrading.upgrade(place_of())
    assert (done.before, done.after) == ("20261127_service", head), done
    store = intact(place_of())
    with store.writing("test.later") as writer:
        facts = {"sha256": sha256_of(b"abc"), "size": 3}
        one = writer.add_one(schema.UPLOADS, kind="table", **facts)
        writer.add_body(schema.UPLOAD_BODIES, one, b"abc")
    intact(place_of())
elif what == "restore":
    restoring.restore(Path(sys.argv[3]), place_of())
    intact(place_of())
else:
    from alembic import command

    store = intact(place_of())
    with store.engine.begin() as connection:
        command.downgrade(revisions.alembic_config(connection), "20261127_service")
"""


FIRST = """
from equivalents.store import engine, revisions, upgrading
from equivalents.store.place import place_of
from tests.keeping import fill

revisions.HEAD = upgrading.HEAD = "20261126_base"
upgrading.upgrade(place_of(), to="20261126_base")
fill(engine.open_store(place_of(), "first"), facts=False)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The migrations of a later program."""
    whole = tmp_path / "migrations"
    shutil.copytree(migrations_folder(), whole)
    (whole / "versions" / "20991231_later.py").write_text(MIGRATION, encoding="utf-8")
    return whole


def later(place: StorePlace, folder: Path, *words: object, **more: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", LATER, str(folder), *map(str, words)],
        env=environment(place, **more),
        capture_output=True,
        check=False,
        text=True,
    )
    assert not done.stderr, done.stderr
    return done.returncode


def test_a_store_of_the_first_revision_is_upgraded_with_its_data(place: StorePlace) -> None:
    subprocess.run([sys.executable, "-c", FIRST], env=environment(place), check=True)
    with pytest.raises(DataError) as refused:
        open_store(place)
    assert [one.code for one in refused.value.problems] == ["STORE_REVISION_OLD"]
    assert upgrade(place) == ("20261126_base", "20261127_service")
    store = open_store(place)
    with store.reading() as connection:
        before = list(content(connection))
    assert len(before) > 50
    with store.writing("user.add") as writer:
        writer.add_one(FACTS, kind="user", subject="usr_1", body="{}")
    assert verify(store).problems == []
    with store.making() as connection:
        command.downgrade(alembic_config(connection), "20261126_base")
        assert "facts" not in inspect(connection).get_table_names()
        assert "jobs" not in inspect(connection).get_table_names()
    store.close()


def test_a_store_with_data_is_upgraded_and_taken_back(store: Store, folder: Path) -> None:
    fill(store)
    with store.reading() as connection:
        before = list(content(connection))
    assert later(store.place, folder, "upgrade") == 0
    with pytest.raises(DataError) as refused:
        open_store(store.place)
    assert [one.code for one in refused.value.problems] == ["STORE_REVISION_NEW"]
    assert later(store.place, folder, "downgrade") == 0
    back = open_store(store.place)
    assert verify(back).problems == []
    with back.reading() as connection:
        after = list(content(connection))
        assert "notes" not in inspect(connection).get_table_names()
    back.close()
    assert set(before) <= set(after)
    assert next(row for row in after if row not in before)[1][3] == "store.upgrade"


@pytest.mark.parametrize("failpoint", ["write.begun", "write.sealed"])
def test_an_upgrade_that_is_killed_leaves_the_store_as_it_was(
    store: Store, folder: Path, failpoint: str
) -> None:
    fill(store, 1)
    with store.reading() as connection:
        before = list(content(connection))
    killed = later(store.place, folder, "upgrade", EQUIVALENTS_FAILPOINT=failpoint)
    assert killed == -signal.SIGKILL
    with store.reading() as connection:
        assert list(content(connection)) == before
    assert verify(store).problems == []
    assert later(store.place, folder, "upgrade") == 0


def test_a_later_program_restores_a_backup_of_an_older_revision(
    store: Store, folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    fill(store)
    back_up(store, tmp_path / "b")
    kind = "sqlite" if store.place.embedded else "postgres"
    server = "" if store.place.embedded else request.getfixturevalue("postgres")
    (tmp_path / "into").mkdir()
    place = new_place(kind, tmp_path / "into", server)
    assert later(place, folder, "restore", tmp_path / "b") == 0
