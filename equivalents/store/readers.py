"""Connections to a SQLite file that only read, kept open from one reading to the next.

To open a file anew, with its pragmas and its schema, costs more than most of what is read. So a
program that reads all day (:meth:`~.engine.Store.keep_readers`) keeps its connections. Nothing of
what one has seen is kept: each reading is a transaction of its own, which begins with the state
that is committed then and ends with the reading. SQLite ends a transaction when its last cursor is
at its end, whatever was committed: so cursors that somebody left half read are closed before.

A connection is held by one thread at a time. A file that was put in the place of the one that is
open is opened anew, and what a process inherited from the one it was forked from is never touched.

Source: specification page 2 "Records at rest".
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Final
from weakref import ref

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

__all__ = ["Readers", "ReadingConnection"]

_MOST: Final = 16
"""Connections that are kept; more are opened when they are needed, and closed after."""
_FIRST: Final = "SELECT 1 FROM sqlite_master LIMIT 1"
_Opened = tuple[int, int, int]
_INHERITED: Final[list[Connection]] = []
"""Of the process that this one was forked from: SQLite must not be told to close them here."""


class ReadingConnection(sqlite3.Connection):
    """A connection that knows its cursors, so that a reading can be ended for certain."""

    def __init__(self, *said: Any, **named: Any) -> None:
        super().__init__(*said, **named)
        self._cursors: list[ref[sqlite3.Cursor]] = []

    def cursor(self, *said: Any, **named: Any) -> Any:
        """A cursor, noted."""
        made = super().cursor(*said, **named)
        self._cursors.append(ref(made))
        return made

    def begin(self) -> None:
        """Begin to see one state: the first read fixes it."""
        self.execute("BEGIN")
        self.execute(_FIRST).fetchone()

    def leave(self) -> None:
        """Close every cursor that is left; what follows is the end of the transaction."""
        cursors, self._cursors = self._cursors, []
        for one in cursors:
            if (left := one()) is not None:
                left.close()


class Readers:
    """The kept connections to one file; ``engine`` opens :class:`ReadingConnection`, unpooled."""

    def __init__(self, file: Path, engine: Engine) -> None:
        self._file, self._engine = file, engine
        self._lock = Lock()
        self._idle: list[Connection] = []
        self._opened: _Opened = (0, 0, 0)

    def __len__(self) -> int:
        """How many wait to be used."""
        return len(self._idle)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state until the block ends.

        Raises:
            SQLAlchemyError: the file cannot be opened or read; its connection is not used again.
        """
        opened = self._identity()
        connection = self._take(opened) or self._engine.connect()
        driver: Any = connection.connection.driver_connection
        try:
            with connection.begin():
                try:
                    driver.begin()
                    yield connection
                finally:
                    driver.leave()
        except sqlite3.Error as error:
            connection.close()
            raise OperationalError(None, None, error) from error
        except SQLAlchemyError:
            connection.close()
            raise
        except BaseException:
            self._give_back(connection, opened)
            raise
        self._give_back(connection, opened)

    def close(self) -> None:
        """Close what waits; a reading that is under way closes its own when it ends."""
        self._renew((0, 0, 0))

    def _identity(self) -> _Opened:
        """This process, and the file that has the name now."""
        try:
            found = self._file.stat()
        except OSError:
            return os.getpid(), 0, 0
        return os.getpid(), found.st_dev, found.st_ino

    def _take(self, opened: _Opened) -> Connection | None:
        if opened != self._opened:
            self._renew(opened)
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _renew(self, opened: _Opened) -> None:
        """From now on connections of another process or file, or of none."""
        with self._lock:
            if opened == self._opened:
                return
            left, self._idle = self._idle, []
            before, self._opened = self._opened, opened
        if before[0] not in (0, os.getpid()):
            _INHERITED.extend(left)
            return
        for one in left:
            one.close()

    def _give_back(self, connection: Connection, opened: _Opened) -> None:
        with self._lock:
            kept = opened == self._opened and len(self._idle) < _MOST
            if kept:
                self._idle.append(connection)
        if not kept:
            connection.close()
