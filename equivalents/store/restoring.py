"""``db restore``: a backup becomes a store again, in one transaction, or nothing happens.

The file is read to its end mark first; only then is anything written, into a place where no store
is (or one that was only just made). Rows come back verbatim: ids, entries, hashes. Before the
commit everything is verified, as ``db verify`` does, and one entry says who restored what.
Sources: specification page 2 "Records at rest"; issue 7.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, column, func, insert, inspect, select, table
from sqlalchemy.exc import DataError as RefusedValue
from sqlalchemy.exc import IntegrityError

from equivalents.errors import DataError, Problem
from equivalents.store.backupfile import Secret
from equivalents.store.backupread import OUTSIDE, Backup, Piece, check_backup, opened_backup
from equivalents.store.engine import Store, now_utc, store_engine
from equivalents.store.failpoints import failpoint
from equivalents.store.heads import Head, known_heads, tell_head
from equivalents.store.place import StorePlace, who_of
from equivalents.store.revisions import HEAD, alembic_config, current_revision, known
from equivalents.store.schema import AUDIT, GUARDED, SEGMENTS
from equivalents.store.segmentplaces import keep_outside
from equivalents.store.upgrading import make_folder
from equivalents.store.verify import verify_on
from equivalents.store.writing import Writing

__all__ = ["Restored", "restore"]


class Restored(NamedTuple):
    """What was restored, the head of the chain now, and what is to be told."""

    backup: Backup
    head: Head
    problems: Sequence[Problem]


def restore(
    file: Path,
    place: StorePlace,
    *,
    secret: Secret | None = None,
    who: str | None = None,
    anyway: bool = False,
) -> Restored:
    """Restore a backup into a place where no store is.

    ``anyway``: also a backup of a store that was not intact; what is wrong with it is told.

    Raises:
        DataError: as :func:`~.backupread.check_backup`; ``BACKUP_REVISION_NEW``: a later program
            made it; ``RESTORE_NOT_EMPTY``; ``RESTORE_UNSOUND`` and what is wrong;
            ``RESTORE_SEGMENTS``; or the database fails. Nothing was kept.
    """
    backup = check_backup(file, secret)
    if not known(backup.revision):
        facts = {"found": backup.revision, "known": HEAD}
        raise DataError([Problem("BACKUP_REVISION_NEW", value=str(file), facts=facts)])
    fresh = place.embedded and not place.file.exists()
    if place.embedded:
        make_folder(place.file)
    engine = store_engine(place)
    store = Store(place, engine, who_of(who))
    done = False
    try:
        with store.making() as connection:
            _make_empty(connection, place.name)
            restored = _restored(connection, store, backup, secret, anyway)
        done = True
    finally:
        engine.dispose()
        if fresh and not done:
            for end in ("", "-wal", "-shm"):
                place.file.with_name(place.file.name + end).unlink(missing_ok=True)
    with suppress(OSError):  # what was committed stays so; the next entry is told
        tell_head(place.heads, restored.head)
    return restored


def _make_empty(connection: Connection, name: str) -> None:
    """Hold that no store is there; one that was made and never used is taken away.

    Raises:
        DataError: ``RESTORE_NOT_EMPTY``.
    """
    from alembic import command

    there = set(inspect(connection).get_table_names())
    if not there & {AUDIT.name, *(one.name for one in GUARDED)}:
        return
    if current_revision(connection) == HEAD and not _used(connection):
        command.downgrade(alembic_config(connection), "base")
        return
    raise DataError([Problem("RESTORE_NOT_EMPTY", value=name)])


def _used(connection: Connection) -> bool:
    others = select(func.count()).where(AUDIT.c.action != "store.upgrade")
    counts = [connection.execute(others).scalar_one()]
    counts += [connection.execute(select(func.count(one.c.id))).scalar_one() for one in GUARDED]
    return any(counts)


def _restored(
    connection: Connection, store: Store, backup: Backup, secret: Secret | None, anyway: bool
) -> Restored:
    """Everything of the backup put in, sealed and verified; not committed yet."""
    from alembic import command

    command.upgrade(alembic_config(connection), backup.revision)
    with opened_backup(backup.file, secret) as reader:
        try:
            _put(connection, reader.pieces(), store.place)
        except (IntegrityError, RefusedValue) as error:
            raise _unsound(backup, [], str(error.orig).splitlines()[0]) from None
        if reader.sha256 != backup.sha256:
            raise DataError([Problem("BACKUP_DAMAGED", value=str(backup.file))])
    command.upgrade(alembic_config(connection), HEAD)
    writer = Writing(connection, now_utc(), store.who, "store.restore")
    writer.object_kind, writer.object_id = "backup", backup.sha256
    writer.before = {"revision": backup.revision, "head": str(backup.head or "")}
    writer.after = {"revision": HEAD, "rows": backup.rows, "bodies": backup.bodies}
    head = writer.seal()
    if head is None:  # pragma: no cover - an entry with `after` is always sealed
        raise TypeError("nothing was sealed")
    told = [] if backup.head is None else [backup.head]
    found = verify_on(connection, store.place, told)
    if not found.intact and not anyway:
        raise _unsound(backup, found.problems, f"{found.errors}")
    return Restored(backup, head, [*found.problems, *_put_aside(connection, store.place)])


def _unsound(backup: Backup, problems: Sequence[Problem], detail: str) -> DataError:
    first = Problem("RESTORE_UNSOUND", value=str(backup.file), facts={"detail": detail})
    return DataError([first, *problems])


def _put(connection: Connection, pieces: Iterable[Piece], place: StorePlace) -> None:
    """Rows and bodies as they were, table by table."""
    looked = inspect(connection)
    there = {
        name: {one["name"] for one in looked.get_columns(name)} for name in looked.get_table_names()
    }
    current = ""
    for piece in pieces:
        if current and piece.table != current:
            failpoint("restore.rows")
        current = piece.table
        if piece.table == OUTSIDE:
            _put_outside(connection, piece, place)
            continue
        if not there.get(piece.table, set()) >= set(piece.columns):
            raise DataError([Problem("RESTORE_UNSOUND", value=piece.table, facts={"detail": "?"})])
        into = table(piece.table, *(column(name) for name in piece.columns))
        values: list[list[Any]] = piece.rows
        if piece.body is not None:
            values = [[piece.key, piece.body]]
        connection.execute(
            insert(into), [dict(zip(piece.columns, one, strict=True)) for one in values]
        )


def _put_outside(connection: Connection, piece: Piece, place: StorePlace) -> None:
    wanted = select(SEGMENTS.c.place).where(SEGMENTS.c.id == piece.key)
    name = str(connection.execute(wanted).scalar() or "")
    if keep_outside(place, piece.body or b"") != name:
        facts = {"detail": place.segments or "-"}
        raise DataError([Problem("RESTORE_SEGMENTS", value=name, facts=facts)])


def _put_aside(connection: Connection, place: StorePlace) -> list[Problem]:
    """Keep an older file of heads under another name, and tell what it names and the store lacks.

    Done before the commit: a process that is killed in between leaves a store without heads,
    never one whose heads deny it.
    """
    if not place.heads.exists():
        return []
    try:
        heads = known_heads(place.heads)
    except DataError:
        heads = []
    lost = [one for one in heads if _hash_at(connection, one.seq) != one.hash]
    aside = next(
        name
        for number in range(1, 1 << 30)
        if not (name := place.heads.with_name(f"{place.heads.name}.{number}.before")).exists()
    )
    place.heads.replace(aside)
    if not lost:
        return []
    facts = {"file": str(aside), "count": str(len(lost))}
    return [Problem("RESTORE_BEHIND", value=str(max(lost)), facts=facts)]


def _hash_at(connection: Connection, seq: int) -> str:
    wanted = select(AUDIT.c.hash).where(AUDIT.c.seq == seq)
    return str(connection.execute(wanted).scalar() or "")
