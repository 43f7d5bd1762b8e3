"""A database as a source: any SQLAlchemy URL and one query, streamed as chunks of text.

It is only ever read: the query must be one SELECT, and where the database knows read-only
transactions or sessions it runs in one. Values become text exactly: whole numbers, decimals,
dates and texts. Binary floats are refused where exact figures are needed, as they are no figures of
record. Whatever goes wrong is a coded answer, and no message holds a password.
Sources: issue "Files as they are", points 1 and 3; specification page 2 "Numbers".
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from uuid import UUID

import numpy as np

from equivalents.errors import NOWHERE, DataError, Place, Problem
from equivalents.intake.opening.headingtexts import is_among
from equivalents.intake.opening.maps import Chunk
from equivalents.intake.opening.spool import unique

if TYPE_CHECKING:
    import pyarrow as pa
    import sqlalchemy as sa

__all__ = ["CHUNK", "Database", "Query", "is_one_select"]

CHUNK: Final = 1 << 16
"""Rows fetched at once."""
_PLAIN_WHOLE: Final = 10**15
"""Doubles below this are whole numbers without doubt."""
_FEW_SECONDS: Final = 15
_READS: Final = frozenset(("select", "with", "values", "table"))
_WRITES: Final = frozenset(("into", "insert", "update", "delete", "merge"))
_QUOTED = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`", re.DOTALL | re.ASCII
)
_WORD = re.compile(r"[a-z_]+", re.ASCII)


def is_one_select(query: str) -> bool:
    """Whether a text is one statement that only reads, as far as its words tell."""
    bare = _QUOTED.sub(" ", query).strip().removesuffix(";").lower()
    words = _WORD.findall(bare)
    return bool(words) and ";" not in bare and words[0] in _READS and not _WRITES & {*words}


@dataclass(slots=True)
class Query:
    """An open query: its headings, and its rows as chunks, once.

    ``titles`` are the headings as the database gives them, ``headings`` unique names of them. When
    the chunks have been read, ``rows`` counts them and ``digest`` stands for their content, in
    whatever order the database gave them.
    """

    titles: tuple[str, ...]
    headings: tuple[str, ...]
    chunks: Iterator[Chunk]
    rows: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Database:
    """A source in a database: ``name`` is that of the source, ``place`` where it is declared.

    ``url`` may hold a password, so it is never shown. ``files`` are those of the case by their
    path in it: an SQLite database is one of them.
    """

    name: str
    url: str = field(repr=False)
    query: str
    files: Mapping[str, Path]
    place: Place = NOWHERE

    @contextmanager
    def open(self, exact: frozenset[str], used: frozenset[str]) -> Iterator[Query]:
        """Run the query; ``exact`` are headings of figures, ``used`` all that a map reads.

        Raises:
            DataError: the address, the connection, the query or a type of a column is at fault,
                or the connection is lost while rows are read.
        """
        if not is_one_select(self.query):
            raise self._error("DATABASE_QUERY_KIND", self.place)
        engine = self._engine()
        try:
            with self._connected(engine) as connection, self._run(connection) as result:
                titles = tuple(map(str, result.keys()))
                query = Query(titles, unique(titles), iter(()))
                query.chunks = self._chunks(result, query, (exact, used))
                yield query
        finally:
            engine.dispose()

    def _error(self, code: str, place: Place, value: str = "", **facts: str) -> DataError:
        return DataError([Problem(code, place, value or self.name, facts)])

    def _detail(self, error: BaseException) -> str:
        """What a driver says, its first line, without the password of the address."""
        import sqlalchemy as sa

        said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        try:
            password = sa.make_url(self.url).password
        except (sa.exc.ArgumentError, ValueError):
            return type(error).__name__  # an address that is none may be a password
        for secret in {password, quote(password or "", safe="")} - {None, ""}:
            said = said.replace(str(secret), "***")
        return said or type(error).__name__

    def _engine(self) -> "sa.Engine":
        import sqlalchemy as sa

        try:
            url = sa.make_url(self.url)
            kind = url.get_backend_name()
            if kind == "sqlite":
                return self._sqlite(url)
            wait: dict[str, Any] = {}
            if kind == "postgresql" and "connect_timeout" not in url.query:
                wait["connect_timeout"] = _FEW_SECONDS
            pool = sa.pool.NullPool
            return sa.create_engine(url, connect_args=wait, poolclass=pool, hide_parameters=True)
        except (sa.exc.ArgumentError, ImportError, ValueError) as error:
            detail = self._detail(error)
            raise self._error("DATABASE_URL", self.place, detail=detail) from None

    def _sqlite(self, url: "sa.URL") -> "sa.Engine":
        """An engine that opens an SQLite file for reading alone, and never makes one."""
        import sqlite3

        import sqlalchemy as sa

        path = self.files.get(url.database or "")
        if path is None:
            missing = "资料中没有这个文件¦the case has no such file"
            raise self._error("DATABASE_CONNECT", self.place, detail=missing)
        address = f"file:{quote(path.resolve().as_posix())}?mode=ro"
        return sa.create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False),
            poolclass=sa.pool.NullPool,
        )

    @contextmanager
    def _connected(self, engine: "sa.Engine") -> "Iterator[sa.Connection]":
        import sqlalchemy as sa

        try:
            connection = engine.connect()
        except (sa.exc.SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
            detail = self._detail(error)
            raise self._error("DATABASE_CONNECT", self.place, detail=detail) from None
        with connection:
            yield connection

    def _run(self, connection: "sa.Connection") -> "sa.CursorResult[Any]":
        import sqlalchemy as sa

        kind = connection.dialect.name
        try:
            if kind == "postgresql":
                # One snapshot for all rows.
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            elif kind == "sqlite":
                connection.exec_driver_sql("PRAGMA query_only = ON")
            elif kind in ("mysql", "mariadb"):
                connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
                connection.rollback()
            # Without parameters no driver looks for marks of them: `%` and `:` stay as written.
            streamed = {"stream_results": True, "no_parameters": True, "yield_per": CHUNK}
            return connection.exec_driver_sql(
                self.query.strip().removesuffix(";"), execution_options=streamed
            )
        except sa.exc.SQLAlchemyError as error:
            raise self._failed(error, 0) from None

    def _failed(self, error: Exception, rows: int) -> DataError:
        lost = bool(getattr(error, "connection_invalidated", False))
        code = "DATABASE_LOST" if lost else "DATABASE_QUERY"
        return self._error(code, self.place, rows=str(rows), detail=self._detail(error))

    def _chunks(
        self,
        result: "sa.CursorResult[Any]",
        query: Query,
        kinds: tuple[frozenset[str], frozenset[str]],
    ) -> Iterator[Chunk]:
        """The rows as chunks; ``query`` counts them and has their digest when all were read."""
        import sqlalchemy as sa

        total = 0
        parts = result.partitions(CHUNK)
        while True:
            try:
                rows = next(parts, None)
            except sa.exc.SQLAlchemyError as error:
                raise self._failed(error, query.rows) from None
            if rows is None:
                break
            columns = {
                heading: self._column(heading, values, kinds)
                for heading, values in zip(query.headings, zip(*rows, strict=True), strict=True)
            }
            first = query.rows + 1
            query.rows += len(rows)
            total += _digests(columns.values())
            yield Chunk(np.arange(first, query.rows + 1, dtype=np.int64), columns)
        query.digest = f"{total % (1 << 128):032x}"

    def _column(
        self, heading: str, values: Sequence[Any], kinds: tuple[frozenset[str], frozenset[str]]
    ) -> "pa.Array":
        """A column as text; each type that occurs is judged once."""
        import pyarrow as pa

        exact, used = kinds
        types = {*map(type, values)}
        if types == {str}:
            return pa.array(values, pa.string())
        printed: dict[type, Callable[[Any], str]] = {}
        for kind in types:
            if issubclass(kind, float) and is_among(heading, exact):
                raise self._error("DATABASE_FLOAT", self._at(heading), heading)
            form = _form(kind)
            if form is None or (
                kind is float and is_among(heading, used) and not _all_whole(values)
            ):
                detail = kind.__name__
                raise self._error("DATABASE_TYPE", self._at(heading), heading, detail=detail)
            printed[kind] = form
        return pa.array([printed[type(value)](value) for value in values], pa.string())

    def _at(self, heading: str) -> Place:
        return Place(self.name, column=heading)


def _all_whole(values: Sequence[Any]) -> bool:
    doubles = [value for value in values if isinstance(value, float)]
    return all(value.is_integer() and abs(value) < _PLAIN_WHOLE for value in doubles)


def _double(value: float) -> str:
    whole = value.is_integer() and abs(value) < _PLAIN_WHOLE
    return str(int(value)) if whole else f"{value:.15g}"


def _text(value: str) -> str:
    return str(value)


_FORMS: Final[Mapping[type, Callable[[Any], str]]] = {
    type(None): lambda _: "",
    str: _text,
    bool: lambda value: "1" if value else "0",
    int: str,
    float: _double,
    Decimal: lambda value: f"{value:f}",
    datetime: lambda value: value.isoformat(" "),
    date: lambda value: value.isoformat(),
    UUID: str,
}
"""How values of a type are written; a time of day stays, for the rule of times (5.21)."""


def _form(kind: type) -> Callable[[Any], str] | None:
    return next((_FORMS[base] for base in kind.__mro__ if base in _FORMS), None)


def _digests(columns: "Iterator[pa.Array] | Any") -> int:
    """The sum of the digests of rows, which no order of them changes."""
    total = 0
    for row in zip(*(array.to_pylist() for array in columns), strict=True):
        joined = "\x1f".join(f"{len(text)}:{text}" for text in row)
        total += int.from_bytes(hashlib.blake2b(joined.encode(), digest_size=16).digest())
    return total
