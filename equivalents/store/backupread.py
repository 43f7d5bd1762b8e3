"""A backup read from its beginning to its end mark, piece by piece, each part held to its sum.

What it holds stands in :mod:`~.backup`. Nothing of the file is believed before its chunk was
checked, and a table or column is only a name here.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from equivalents.errors import DataError, Problem
from equivalents.store.backupfile import ChunkReader, Secret
from equivalents.store.heads import Head, parse_head

__all__ = ["Backup", "BackupReader", "FORMAT", "OUTSIDE", "Piece", "check_backup", "opened_backup"]

FORMAT: Final = 1
OUTSIDE: Final = "outside"
"""The part with bodies of segments that lie outside the database."""
_LONGEST: Final = 1 << 32


class Backup(NamedTuple):
    """A backup: where, how large, its hash, the head of the chain in it, what it holds."""

    file: Path
    size: int
    sha256: str
    revision: str
    head: Head | None
    rows: int
    bodies: int


class Piece(NamedTuple):
    """Some rows of a table; or, where ``body`` is not ``None``, the body of the owner ``key``."""

    table: str
    columns: list[str]
    rows: list[list[Any]]
    key: int = 0
    body: bytes | None = None


class BackupReader:
    """Reads one backup; ``revision`` and ``head`` are those of the store that it was made of."""

    def __init__(self, file: Path, stream: BinaryIO, secret: Secret | None) -> None:
        self._chunks = ChunkReader(file, stream, secret)
        self._sum = sha256()
        kind, data = self._record()
        about: Any = self._parsed(data) if kind == b"H" else None
        try:
            self.revision = str(about["revision"])
            self.head = parse_head(about["head"]) if about["head"] else None
            later = about["format"] != FORMAT
        except (KeyError, TypeError, DataError):
            raise self._chunks.damaged() from None
        if later:
            raise DataError([Problem("BACKUP_LATER", value=str(file))])
        self.rows = 0
        self.bodies = 0

    @property
    def sha256(self) -> str:
        """The hash of the file's bytes, once all pieces were read."""
        return self._chunks.sha256.hexdigest()

    def pieces(self) -> Iterator[Piece]:
        """Everything in it, up to the end mark.

        Raises:
            DataError: ``BACKUP_CUT``, ``BACKUP_DAMAGED``.
        """
        parts: list[Any] = []
        while True:
            self._sum = sha256()
            kind, data = self._record()
            if kind == b"Z":
                break
            if kind != b"T":
                raise self._chunks.damaged()
            yield from self._part(self._parsed(data), parts)
        if self._parsed(data) != parts:
            raise self._chunks.damaged()
        self._chunks.finish()

    def _part(self, about: Any, parts: list[Any]) -> Iterator[Piece]:
        try:
            table, columns = str(about["table"]), [str(one) for one in about["columns"]]
        except (KeyError, TypeError):
            raise self._chunks.damaged() from None
        count = 0
        while True:
            digest = self._sum.hexdigest()
            kind, data = self._record()
            if kind == b"E":
                break
            if kind == b"R":
                rows = self._rows(data, len(columns))
                count += len(rows)
                self.rows += len(rows)
                yield Piece(table, columns, rows)
            elif kind == b"B" and len(data) >= 8:
                count += 1
                self.bodies += 1
                key = int.from_bytes(data[:8], "big", signed=True)
                yield Piece(table, columns, [], key, data[8:])
            else:
                raise self._chunks.damaged()
        part = [table, count, digest]
        if self._parsed(data) != part:
            raise self._chunks.damaged()
        parts.append(part)

    def _rows(self, data: bytes, width: int) -> list[list[Any]]:
        rows = self._parsed(data)
        sound = isinstance(rows, list) and all(
            isinstance(row, list) and len(row) == width and all(_may_stand(one) for one in row)
            for row in rows
        )
        if not sound:
            raise self._chunks.damaged()
        return list(rows)

    def _record(self) -> tuple[bytes, bytes]:
        start = self._chunks.read(9)
        size = int.from_bytes(start[1:], "big")
        if size > _LONGEST:
            raise self._chunks.damaged()
        data = self._chunks.read_large(size)
        self._sum.update(start)
        self._sum.update(data)
        return start[:1], data

    def _parsed(self, data: bytes) -> Any:
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            raise self._chunks.damaged() from None


def _may_stand(value: Any) -> bool:
    """Whether a column can hold it: nothing, a text, a number of 64 bits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return -(1 << 63) <= value < 1 << 63
    return value is None or isinstance(value, str)


@contextmanager
def opened_backup(file: Path, secret: Secret | None) -> Iterator[BackupReader]:
    """A backup opened, its first record read.

    Raises:
        DataError: ``BACKUP_UNREADABLE``, ``BACKUP_FOREIGN``, ``BACKUP_LATER``, ``BACKUP_CUT``,
            ``BACKUP_DAMAGED``, ``BACKUP_LOCKED``, ``BACKUP_PASSPHRASE``.
    """
    try:
        stream = file.open("rb")
    except OSError as error:
        facts = {"detail": error.strerror or str(error)}
        raise DataError([Problem("BACKUP_UNREADABLE", value=str(file), facts=facts)]) from None
    with stream:
        yield BackupReader(file, stream, secret)


def check_backup(file: Path, secret: Secret | None = None) -> Backup:
    """Read a backup from its beginning to its end mark, and restore nothing.

    Raises:
        DataError: as :func:`opened_backup` and :meth:`BackupReader.pieces`.
    """
    with opened_backup(file, secret) as reader:
        for _ in reader.pieces():
            pass
        size = file.stat().st_size
        return Backup(
            file, size, reader.sha256, reader.revision, reader.head, reader.rows, reader.bodies
        )
