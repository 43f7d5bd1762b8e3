"""What ``verify`` finds: the first problems in full, all of them by number; and how it reads.

Everything is read as a stream in the order of ids, so memory stays bounded however large the
store is. Text that is no text any more (a flipped bit) is read too, and then found to differ.
"""

from collections.abc import Generator, Mapping
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Select, Table
from sqlalchemy.exc import SQLAlchemyError

from equivalents.errors import Place, Problem
from equivalents.store.faults import problem_of

__all__ = ["Findings", "read_anything", "streamed", "well_typed"]

_LISTED: Final = 1000
_AT_ONCE: Final = 1000


class Findings:
    """Problems as they are found; ``problems`` holds the first thousand, ``total`` counts all."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self.total = 0
        self.errors = 0

    def add(self, code: str, table: str = "", row: int = 0, value: str = "", **facts: Any) -> None:
        """A problem of a row of a table (or of the whole store)."""
        said = {name: str(fact) for name, fact in facts.items()}
        self.take(Problem(code, Place(table, row=row), value or self.name, said))

    def take(self, problem: Problem) -> None:
        """A problem that was made elsewhere."""
        self.total += 1
        self.errors += problem.severity == "error"
        if len(self.problems) < _LISTED:
            self.problems.append(problem)

    def failed(self, error: SQLAlchemyError) -> None:
        """A check that the database could not answer; the error itself if it is none of ours."""
        problem = problem_of(error, self.name)
        if problem is None or problem.code != "STORE_DAMAGED":
            raise error
        if problem not in self.problems:
            self.take(problem)


def read_anything(connection: Connection) -> None:
    """Let SQLite give texts that are no UTF-8; their hash differs, which is told then."""
    if connection.dialect.name == "sqlite":
        raw: Any = connection.connection.dbapi_connection
        raw.text_factory = lambda found: found.decode("utf-8", "surrogateescape")


def streamed(connection: Connection, wanted: Select[Any]) -> Generator[dict[str, Any]]:
    """The rows of a query, a thousand at a time in memory; close it where a loop may be left."""
    options = {"yield_per": _AT_ONCE}
    with connection.execute(wanted, execution_options=options) as result:
        for row in result.mappings():
            yield dict(row)


def well_typed(table: Table, row: Mapping[str, Any]) -> bool:
    """Whether each value has the type of its column: then an empty column is empty in one way."""
    return all(_fits(column, row[column.name]) for column in table.columns)


def _fits(column: Any, value: Any) -> bool:
    if value is None:
        return bool(column.nullable)
    return type(value) is (int if isinstance(column.type, BigInteger) else str)
