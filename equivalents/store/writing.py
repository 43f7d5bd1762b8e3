"""The one writer: rows that are added, and the audit entry that seals them.

A :class:`Writing` is one transaction. It gives ids, adds rows, and at its end adds the audit entry
whose hash covers them (:mod:`~.sealing`). It holds the lock of the store from its first moment,
so what it reads cannot change before it is committed: *look, decide, write* is safe in it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.exc import DBAPIError

from equivalents.errors import ConservationError
from equivalents.store.failpoints import failpoint
from equivalents.store.heads import Head
from equivalents.store.readers import ReadingConnection
from equivalents.store.schema import AUDIT, BODIES, GUARDED
from equivalents.store.sealing import canonical, entry_hash, row_hash

__all__ = ["Writing", "head_of", "json_text", "parsed"]

_MANY: Final = 1_000

_LAST: Final = select(AUDIT.c.seq, AUDIT.c.hash).order_by(AUDIT.c.seq.desc()).limit(1)
_LAST_TEXT: Final = f"SELECT seq, hash FROM {AUDIT.name} ORDER BY seq DESC LIMIT 1"


def json_text(value: Any) -> str:
    """A value as the store keeps it in a text column; nothing is an empty text."""
    return "" if value is None else canonical(value)


def head_of(connection: Connection) -> Head | None:
    """The last audit entry; ``None`` in a store without any."""
    driver: Any = connection.connection.driver_connection
    row: Any
    if isinstance(driver, ReadingConnection):
        # A service asks this in nearly every request, and to run it takes a tenth of its saying.
        row = driver.execute(_LAST_TEXT).fetchone()
    else:
        row = connection.execute(_LAST).first()
    return None if row is None else Head(int(row[0]), str(row[1]))


class Writing:
    """A transaction of the one writer.

    ``object_kind``, ``object_id``, ``why``, ``before`` and ``after`` become those of the audit
    entry and may be set until the block ends; ``before`` and ``after`` are JSON values.
    """

    def __init__(self, connection: Connection, at: str, who: str, action: str) -> None:
        self.connection = connection
        self.at = at
        self.who = who
        self.action = action
        self.object_kind = ""
        self.object_id = ""
        self.why = ""
        self.before: Any = None
        self.after: Any = None
        last = head_of(connection)
        self._previous = last.hash if last else ""
        self.seq = last.seq + 1 if last else 1
        self._runs: dict[str, _Run] = {}
        self._deleted = False
        failpoint("write.begun")

    def add(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> range:
        """Add rows to a guarded table, in their order; gives their ids.

        ``rows`` have no ``id`` and no ``seq``; columns that they leave out are empty.

        Raises:
            ConservationError: the table is not a guarded one.
        """
        if table not in GUARDED:
            raise ConservationError(f"{table.name} is no guarded table")
        run = self._runs.get(table.name)
        if run is None:
            top = self.connection.execute(select(func.max(table.c.id))).scalar()
            run = self._runs[table.name] = _Run(int(top or 0) + 1)
        start = run.next
        full = [run.take(row) for row in _whole(table, rows, self.seq)]
        _insert(self.connection, table, full)
        return range(start, run.next)

    def add_one(self, table: Table, **row: Any) -> int:
        """Add one row; gives its id."""
        return self.add(table, [row])[0]

    def add_body(self, table: Table, owner: int, body: bytes) -> None:
        """Add the bytes of a row; the row itself keeps their hash."""
        if table not in BODIES:
            raise ConservationError(f"{table.name} holds no bodies")
        key = next(iter(table.primary_key.columns)).name
        self.connection.execute(insert(table), [{key: owner, "body": body}])

    def seal(self) -> Head | None:
        """Add the audit entry; ``None`` where nothing was written: then nothing is to be kept."""
        failpoint("write.rows")
        if not self._runs and self.after is None:
            return None
        entry: dict[str, Any] = {
            "seq": self.seq,
            "at": self.at,
            "who": self.who,
            "action": self.action,
            "object_kind": self.object_kind,
            "object_id": self.object_id,
            "before": json_text(self.before),
            "after": json_text(self.after),
            "why": self.why,
            "rows": canonical({name: run.sealed() for name, run in self._runs.items() if run.any}),
            "previous": self._previous,
        }
        entry["hash"] = entry_hash(entry)
        self.connection.execute(insert(AUDIT), [entry])
        failpoint("write.sealed")
        return Head(self.seq, entry["hash"])

    def committed(self) -> None:
        """Told after the commit."""
        failpoint("write.committed")


class _Run:
    """The rows that one transaction adds to one table."""

    def __init__(self, start: int) -> None:
        from hashlib import sha256

        self.start = start
        self.next = start
        self._hash = sha256()

    @property
    def any(self) -> bool:
        return self.next > self.start

    def take(self, row: dict[str, Any]) -> dict[str, Any]:
        row["id"] = self.next
        self.next += 1
        self._hash.update(row_hash(row))
        return row

    def sealed(self) -> Sequence[Any]:
        return [self.start, self.next - 1, self._hash.hexdigest()]


def _whole(table: Table, rows: Iterable[Mapping[str, Any]], seq: int) -> Iterator[dict[str, Any]]:
    """Rows with every column but the id, so that each hash is that of the row as it is read."""
    names = {*table.columns.keys()} - {"id"}
    empty = {
        column.name: None if column.default is None else column.default.arg  # type: ignore[attr-defined]
        for column in table.columns
        if column.nullable or column.default is not None
    }
    for row in rows:
        full = {**empty, **row, "seq": seq}
        if full.keys() != names:
            raise ConservationError(f"{table.name}: columns {sorted(full.keys() ^ names)}")
        yield full


def _insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows; many of them by the way in which a database takes them fastest."""
    if len(rows) < _MANY:
        if rows:
            connection.execute(insert(table), rows)
        return
    names = [column.name for column in table.columns]
    values = ([row[name] for name in names] for row in rows)
    listed = ", ".join(map(connection.dialect.identifier_preparer.quote, names))
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({listed}) VALUES ({marks})", [*map(tuple, values)]
        )
        return
    _copy(connection, f"COPY {table.name} ({listed}) FROM STDIN", values)


def _copy(connection: Connection, said: str, values: Iterable[Sequence[Any]]) -> None:
    """Rows for PostgreSQL, a third of the time that statements take; what fails fails as those."""
    from psycopg import Error

    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(said) as copy:
            for one in values:
                copy.write_row(one)
    except Error as error:
        raise DBAPIError.instance(said, None, error, Error) from error


def parsed(text: str) -> Any:
    """What :func:`json_text` wrote."""
    return json.loads(text) if text else None
