"""The store opened: one way to read it and one way to write it.

``reading`` gives a connection that sees one state of the store until it ends. ``writing`` gives
the one writer: it waits for its turn, and everything written in it is committed together with one
audit entry, or not at all. Repositories get the writer and never commit.

SQLite runs in WAL mode with ``synchronous=FULL``; PostgreSQL 14 or later waits for its own disk.
Source: specification page 2 "Records at rest".
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from equivalents.errors import DataError, Problem
from equivalents.store.faults import named
from equivalents.store.heads import Head, tell_head
from equivalents.store.place import StorePlace, wait_seconds, who_of
from equivalents.store.readers import Readers, ReadingConnection
from equivalents.store.revisions import check_revision
from equivalents.store.writing import Writing

__all__ = ["Store", "check_server", "now_utc", "open_store", "store_engine"]

_LOCK: Final = 7_301_945_126
"""The advisory lock of PostgreSQL that the one writer holds."""
_OLDEST: Final = 140_000
_T = TypeVar("_T")


def now_utc() -> str:
    """The time of an audit entry, RFC 3339 to the microsecond; nothing is ever computed from it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


class Store:
    """An opened store: its place, its connections, and who writes.

    ``clock`` gives the time of audit entries; tests of equal bytes give their own. ``warnings``
    gathers what went wrong beside what was committed. ``also`` is called in each transaction
    after each audit entry, with its connection and number: what it writes is committed with it.
    """

    def __init__(
        self, place: StorePlace, engine: Engine, who: str, clock: Callable[[], str] = now_utc
    ) -> None:
        self.place = place
        self.engine = engine
        self.who = who
        self.clock = clock
        self.warnings: list[Problem] = []
        self.also: Callable[[Connection, int], object] | None = None
        self._joined: _Joined | None = None
        self._readers: Readers | None = None
        self._glances: Engine | None = None

    def keep_readers(self) -> None:
        """Keep what reads open from one reading to the next, until the store is closed.

        For a program that reads all day; of a server each reading has a connection of a pool, and
        :meth:`glance` those of another one.
        """
        if self.place.embedded and self._readers is None:
            self._readers = Readers(self.place.file, _reading_engine(self.place))
        if not self.place.embedded and self._glances is None:
            self._glances = _glancing_engine(self.place)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state; nothing can be written through it.

        Raises:
            DataError: the database does not answer (see :mod:`~.faults`).
        """
        if self._joined is not None:
            yield self._joined.connection
            return
        if self._readers is not None:
            with named(self.place.name), self._readers.reading() as connection:
                yield connection
            return
        with named(self.place.name):
            connection = self.engine.connect()
            try:
                if not self.place.embedded:
                    connection = connection.execution_options(
                        isolation_level="REPEATABLE READ", postgresql_readonly=True
                    )
                with connection.begin():
                    if self.place.embedded:
                        # The first read fixes the state that is seen.
                        connection.execute(text("PRAGMA query_only=ON"))
                        connection.execute(text("SELECT 1 FROM sqlite_master LIMIT 1"))
                    yield connection
            finally:
                connection.close()

    def glance(self, look: Callable[[Connection], _T]) -> _T:
        """What ``look`` finds with one statement, which sees one state by itself.

        Of a server it costs a third of :meth:`reading`: no transaction is begun and ended, and
        whether the connection still stands is learned by using it, so ``look`` may run again.

        Raises:
            DataError: the database does not answer (see :mod:`~.faults`).
        """
        if self._glances is None or self._joined is not None:
            with self.reading() as connection:
                return look(connection)
        with named(self.place.name):
            try:
                with self._glances.connect() as connection:
                    return look(connection)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            # A server that was started anew: the pool has let go of all that it had.
            with self._glances.connect() as connection:
                return look(connection)

    @contextmanager
    def writing(
        self,
        action: str,
        *,
        object_kind: str = "",
        object_id: str = "",
        why: str = "",
        who: str | None = None,
    ) -> Iterator[Writing]:
        """The one writer, for one action; committed with its audit entry when the block ends.

        An exception in the block, or a block that writes nothing, leaves the store as it was.
        ``action`` is ``noun.verb`` (``import.accept``).

        Raises:
            DataError: ``STORE_BUSY`` (after :func:`~.place.wait_seconds`), ``STORE_FULL``,
                ``STORE_LOST`` and others of :mod:`~.faults`: nothing was written.
        """
        if self._joined is None:
            with (
                self.together() as joined,
                joined.writing(
                    action, object_kind=object_kind, object_id=object_id, why=why, who=who
                ) as writer,
            ):
                yield writer
            return
        connection = self._joined.connection
        # What a block that writes nothing did beside is taken back with it.
        saved = connection.begin_nested()
        try:
            writer = Writing(connection, self.clock(), who or self.who, action)
            writer.object_kind, writer.object_id, writer.why = object_kind, object_id, why
            yield writer
            head = writer.seal()
            if head is None:
                saved.rollback()
                return
            self._joined.sealed(writer, head)
            saved.commit()
        except BaseException:
            # A full disk takes the whole transaction back by itself, and the savepoint with it:
            # what is told is the fault that was met, not that the savepoint is gone.
            with suppress(SQLAlchemyError):
                saved.rollback()
            raise

    @contextmanager
    def together(self, who: str | None = None) -> Iterator["Store"]:
        """Several actions as one transaction: all are committed when the block ends, or none.

        Gives a store whose writings each have their audit entry, and whose readings see what was
        written so far; ``also`` of it may be set to what is done in the transaction, too.

        Raises:
            DataError: as :meth:`writing`: nothing was written.
        """
        with named(self.place.name):
            connection = self.engine.connect()
            try:
                if self.place.embedded:
                    connection = connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
                with connection.begin():
                    self.wait_for_turn(connection)
                    check_revision(connection, self.place.name)
                    joined = Store(self.place, self.engine, who or self.who, self.clock)
                    joined.warnings, joined.also = self.warnings, self.also
                    joined._joined = done = _Joined(connection, joined)
                    yield joined
            finally:
                connection.close()
        done.committed()

    @contextmanager
    def editing(self) -> Iterator[Connection]:
        """A short transaction on the working tables alone; it waits for nobody but itself.

        Raises:
            DataError: the database does not answer (see :mod:`~.faults`).
        """
        if self._joined is not None:
            yield self._joined.connection
            return
        with named(self.place.name):
            connection = self.engine.connect()
            if self.place.embedded:
                connection = connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
            with connection, connection.begin():
                yield connection

    @contextmanager
    def making(self) -> Iterator[Connection]:
        """A connection that makes or remakes the store itself: nobody else reads or writes then.

        For upgrades and restores, which find no schema to hold to; committed when the block ends.

        Raises:
            DataError: ``STORE_SERVER_OLD``, or the database fails: nothing was changed.
        """
        with named(self.place.name):
            connection = self.engine.connect()
            if self.place.embedded:
                connection = connection.execution_options(sqlite_begin="BEGIN EXCLUSIVE")
            with connection, connection.begin():
                check_server(connection, self.place)
                self.wait_for_turn(connection)
                yield connection

    def wait_for_turn(self, connection: Connection) -> None:
        """Wait until no other writer is in; on SQLite the transaction itself began so."""
        if self.place.embedded:
            return
        connection.execute(text(f"SET LOCAL lock_timeout = '{wait_seconds()}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})

    def _tell(self, head: Head) -> None:
        from equivalents.store.failpoints import failpoint

        try:
            tell_head(self.place.heads, head)
        except OSError as error:
            # What was committed stays so; but a cut tail would go unnoticed, and that is told.
            facts = {"detail": error.strerror or str(error), "head": str(head)}
            self.warnings.append(
                Problem("STORE_HEAD_UNTOLD", value=str(self.place.heads), facts=facts)
            )
            return
        failpoint("write.told")

    def as_who(self, who: str) -> "Store":
        """The same store with somebody else at the keys."""
        same = Store(self.place, self.engine, who, self.clock)
        same._readers, same._glances = self._readers, self._glances
        return same

    def close(self) -> None:
        """Let go of every connection; what is asked after opens its own again."""
        if self._readers is not None:
            self._readers.close()
        if self._glances is not None:
            self._glances.dispose()
        self.engine.dispose()


class _Joined:
    """A transaction under way: its connection, and what was sealed in it."""

    def __init__(self, connection: Connection, store: Store) -> None:
        self.connection = connection
        self._store = store
        self._writers: list[Writing] = []
        self._head: Head | None = None

    def sealed(self, writer: Writing, head: Head) -> None:
        self._writers.append(writer)
        self._head = head
        if self._store.also is not None:
            self._store.also(self.connection, head.seq)

    def committed(self) -> None:
        for writer in self._writers:
            writer.committed()
        if self._head is not None:
            self._store._tell(self._head)


def store_engine(place: StorePlace) -> Engine:
    """The engine of a store, without looking whether there is one."""
    if place.embedded:
        # A connection per use: SQLite's own are cheap, and none outlives a fork or a thread.
        engine = _sqlite_engine(place)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(place.url, pool_pre_ping=True, pool_size=5, max_overflow=10)


def _sqlite_engine(place: StorePlace, **more: Any) -> Engine:
    said = {"timeout": wait_seconds(), **more}
    engine = create_engine(place.url, poolclass=NullPool, connect_args=said)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _reading_engine(place: StorePlace) -> Engine:
    engine = _sqlite_engine(place, factory=ReadingConnection)
    event.listen(engine, "connect", _only_read)
    return engine


def _glancing_engine(place: StorePlace) -> Engine:
    """Of a server: few connections without transactions, each held for one statement."""
    few = {"pool_size": 2, "max_overflow": 2, "pool_reset_on_return": None}
    return create_engine(place.url, isolation_level="AUTOCOMMIT", **few)


def _only_read(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA query_only=ON").close()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # Python's own habit of beginning transactions late would let two writers in.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "temp_store=MEMORY",
        "cell_size_check=ON",
        # Where readers stay, the log of a large import would stay as large as it was.
        "journal_size_limit=67108864",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def open_store(place: StorePlace, who: str | None = None) -> Store:
    """Open a store that ``db upgrade`` made, of the revision that this program knows.

    Raises:
        DataError: ``STORE_ABSENT``, ``STORE_REVISION_OLD``, ``STORE_REVISION_NEW``,
            ``STORE_SERVER_OLD``, or a failure of :mod:`~.faults`.
    """
    if place.embedded and not place.file.is_file():
        raise DataError([Problem("STORE_ABSENT", value=place.name)])
    engine = store_engine(place)
    try:
        with named(place.name), engine.connect() as connection:
            check_server(connection, place)
            check_revision(connection, place.name)
    except DataError:
        engine.dispose()
        raise
    return Store(place, engine, who_of(who))


def check_server(connection: Connection, place: StorePlace) -> None:
    """Refuse a PostgreSQL that is too old.

    Raises:
        DataError: ``STORE_SERVER_OLD``.
    """
    if place.embedded:
        return
    version = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    if version < _OLDEST:
        facts = {"version": str(version // 10000)}
        raise DataError([Problem("STORE_SERVER_OLD", value=place.name, facts=facts)])
