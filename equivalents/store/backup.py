"""``db backup``: one file that holds everything, made of one state of the store while others write.

It belongs to no database: rows are JSON, verbatim with ids, entries and hashes, so that a backup
of SQLite is restored into PostgreSQL and back. Content of the chunks (:mod:`~.backupfile`) is a
row of records, each a kind (1 byte), a length (8 bytes) and data:

* ``H`` what it is: format, revision of the schema, head of the chain
* ``T`` a part begins: table and columns; ``R`` rows; ``B`` a body: key (8 bytes) and bytes
* ``E`` the part ends: number of rows or bodies and SHA-256 over its records
* ``Z`` the end: every part once more

The part ``outside`` has the bodies of segments that lie in a folder. The file is written under
another name, synced and renamed: a file with its name is whole.
Sources: specification page 2 "Records at rest"; issue 7.
"""

import os
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final

from sqlalchemy import Connection, Table, select

from equivalents.errors import DataError, Problem
from equivalents.run import Told, silent
from equivalents.store.backupfile import ChunkWriter, Secret
from equivalents.store.backupread import FORMAT, OUTSIDE, Backup
from equivalents.store.engine import Store
from equivalents.store.failpoints import failpoint
from equivalents.store.heads import Head
from equivalents.store.place import StorePlace
from equivalents.store.revisions import HEAD
from equivalents.store.schema import AUDIT, BODIES, GUARDED, SEGMENTS, TABLES
from equivalents.store.sealing import canonical
from equivalents.store.segmentplaces import body_of as segment_body
from equivalents.store.verifybodies import body_of
from equivalents.store.verifyfound import streamed
from equivalents.store.writing import head_of

__all__ = ["back_up"]

_ROWS: Final = 500
_SLICE: Final = 1 << 20


def back_up(store: Store, file: Path, secret: Secret | None = None, told: Told = silent) -> Backup:
    """Write a backup of the store as it is now; ``told`` hears how many tables are written.

    Raises:
        DataError: ``FILE_EXISTS``: nothing is ever replaced; ``BACKUP_WRITE``: disk full or no
            right; ``SEGMENT_ABSENT``, ``SEGMENT_DAMAGED``: a body outside; or the store fails.
    """
    if file.exists():
        raise DataError([Problem("FILE_EXISTS", value=str(file))])
    fresh = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        with fresh.open("xb") as stream:
            writer = _Writer(stream, secret)
            with store.reading() as connection:
                head = head_of(connection)
                writer.everything(connection, head, store.place, told)
            stream.flush()
            os.fsync(stream.fileno())
            size = stream.tell()
        failpoint("backup.written")
        _give_name(fresh, file)
    except OSError as error:
        facts = {"detail": error.strerror or str(error)}
        raise DataError([Problem("BACKUP_WRITE", value=str(file), facts=facts)]) from None
    finally:
        fresh.unlink(missing_ok=True)
    failpoint("backup.renamed")
    return Backup(file, size, writer.sha256, HEAD, head, writer.rows, writer.bodies)


def _give_name(fresh: Path, file: Path) -> None:
    """Rename, so that it lasts; a file that came meanwhile is not replaced."""
    try:
        os.link(fresh, file)
    except FileExistsError:
        raise DataError([Problem("FILE_EXISTS", value=str(file))]) from None
    except OSError:  # a file system without links
        fresh.replace(file)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class _Writer:
    """Writes the records of a backup."""

    def __init__(self, stream: BinaryIO, secret: Secret | None) -> None:
        self._chunks = ChunkWriter(stream, secret)
        self._parts: list[list[Any]] = []
        self._part = sha256()
        self.rows = 0
        self.bodies = 0

    @property
    def sha256(self) -> str:
        return self._chunks.sha256.hexdigest()

    def everything(
        self, connection: Connection, head: Head | None, place: StorePlace, told: Told
    ) -> None:
        about = {"format": FORMAT, "revision": HEAD, "head": str(head) if head else ""}
        self._record(b"H", canonical(about).encode())
        for at, table in enumerate((AUDIT, *GUARDED)):
            told("backup", at, len(TABLES))
            self._begin(table.name, list(table.columns.keys()))
            self.rows += self._end(table.name, self._all_rows(connection, table))
        for at, table in enumerate(BODIES):
            told("backup", len(TABLES) - len(BODIES) + at, len(TABLES))
            self._begin(table.name, list(table.columns.keys()))
            self.bodies += self._end(table.name, self._all_bodies(connection, table))
        self._begin(OUTSIDE, ["segment_id", "body"])
        self.bodies += self._end(OUTSIDE, self._all_outside(connection, place))
        self._record(b"Z", canonical(self._parts).encode())
        self._chunks.end()

    def _record(self, kind: bytes, *data: bytes) -> None:
        start = kind + sum(map(len, data)).to_bytes(8, "big")
        for piece in (start, *data):
            self._part.update(piece)
            view = memoryview(piece)
            for at in range(0, len(view), _SLICE):
                self._chunks.write(bytes(view[at : at + _SLICE]))

    def _begin(self, table: str, columns: list[str]) -> None:
        self._part = sha256()
        self._record(b"T", canonical({"table": table, "columns": columns}).encode())

    def _end(self, table: str, count: int) -> int:
        part = [table, count, self._part.hexdigest()]
        self._parts.append(part)
        self._record(b"E", canonical(part).encode())
        return count

    def _all_rows(self, connection: Connection, table: Table) -> int:
        count = 0
        several: list[list[Any]] = []
        key = next(iter(table.primary_key.columns))
        with closing(streamed(connection, select(table).order_by(key))) as rows:
            for row in rows:
                several.append(list(row.values()))
                count += 1
                if len(several) == _ROWS:
                    self._record(b"R", canonical(several).encode())
                    several.clear()
        if several:
            self._record(b"R", canonical(several).encode())
        return count

    def _all_bodies(self, connection: Connection, bodies: Table) -> int:
        key = next(iter(bodies.primary_key.columns))
        count = 0
        with closing(streamed(connection, select(key.label("key")).order_by(key))) as rows:
            for row in rows:
                body = bytes(body_of(connection, bodies, row["key"]))
                self._record(b"B", _key(row["key"]), body)
                count += 1
        return count

    def _all_outside(self, connection: Connection, place: StorePlace) -> int:
        wanted = select(SEGMENTS).where(SEGMENTS.c.place != "")
        count = 0
        with closing(streamed(connection, wanted.order_by(SEGMENTS.c.id))) as rows:
            for row in rows:
                body = segment_body(place, connection, row["id"], row["place"], row["sha256"])
                self._record(b"B", _key(row["id"]), body)
                count += 1
        return count


def _key(number: int) -> bytes:
    return number.to_bytes(8, "big", signed=True)
