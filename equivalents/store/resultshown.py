"""Kept results as they are shown: what each pays, whether it stands, who made it, its files.

A result *stands* while the steps of its period are about it; one that was settled again, or whose
period was unlocked and settled anew, is kept and stands no longer. An adjustment always stands:
the period that it was put into pays it.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, LargeBinary, func, select

from equivalents.store.lifestate import Done, Life
from equivalents.store.periods import life
from equivalents.store.results import (
    ADJUSTMENT,
    MANIFEST,
    Result,
    result_body,
    result_files,
    result_of,
)
from equivalents.store.schema import RESULT_BODIES, RESULT_FILES, RESULTS

__all__ = [
    "KeptFile",
    "ResultShown",
    "file_of_result",
    "files_of_result",
    "heads_of_result",
    "known_result",
    "result_at",
    "result_manifest",
    "results_shown",
    "table_of_result",
]


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a result."""

    id: int
    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class ResultShown:
    """A result with what became of it.

    ``state`` is that of the period that pays it; ``published``: whether whom it pays may know it.
    """

    result: Result
    state: str
    stands: bool
    published: bool
    approved: bool
    made: Done

    @property
    def people(self) -> int | None:
        """How many people it pays, where its step says so."""
        return self.made.facts.get("people")

    @property
    def amount(self) -> str:
        """What it pays, yuan."""
        return str(self.made.facts["amount"])


def known_result(connection: Connection, result_id: int) -> Result | None:
    """A result by its id, if there is one."""
    known = select(RESULTS.c.id).where(RESULTS.c.id == result_id)
    if connection.execute(known).first() is None:
        return None
    return result_of(connection, result_id)


def result_at(connection: Connection, seq: int) -> Result | None:
    """The result that an audit entry kept."""
    number = connection.execute(select(RESULTS.c.id).where(RESULTS.c.seq == seq)).scalar()
    return None if number is None else result_of(connection, int(number))


def results_shown(connection: Connection, results: Sequence[Result]) -> list[ResultShown]:
    """Results with what became of them; each period is looked at once."""
    lives: dict[str, Life] = {}

    def lived(period: str) -> Life:
        if period not in lives:
            lives[period] = life(connection, period)
        return lives[period]

    return [_shown(one, lived(one.period), lived(one.about or one.period)) for one in results]


def _shown(result: Result, pays: Life, told: Life) -> ResultShown:
    made = next(one for one in told.rows if one.seq == result.seq)
    now = pays.settled is not None and pays.settled.result_id == result.id
    stands = now or result.kind == ADJUSTMENT
    published = pays.publication() is not None or pays.approved
    state = pays.name if stands else "superseded"
    return ResultShown(result, state, stands, stands and published, stands and pays.approved, made)


def files_of_result(connection: Connection, result_id: int) -> list[KeptFile]:
    """The files of a result, by name."""
    columns = RESULT_FILES.c
    wanted = select(columns.id, columns.name, columns.sha256, columns.size)
    rows = connection.execute(wanted.where(columns.result_id == result_id)).mappings()
    return sorted((KeptFile(**row) for row in rows), key=lambda one: one.name)


def file_of_result(connection: Connection, result_id: int, name: str) -> bytes | None:
    """The bytes of a file of a result, if it has one of that name.

    Raises:
        DataError: ``RESULT_DAMAGED``.
    """
    found = next((one for one in result_files(connection, result_id) if one[1] == name), None)
    return None if found is None else result_body(connection, found)


def heads_of_result(connection: Connection, result_id: int, size: int) -> dict[str, bytes]:
    """How each file of a result begins, by name: so many bytes, which are not proven."""
    head = func.substr(RESULT_BODIES.c.body, 1, size, type_=LargeBinary)
    wanted = (
        select(RESULT_FILES.c.name, head)
        .join(RESULT_BODIES, RESULT_BODIES.c.file_id == RESULT_FILES.c.id)
        .where(RESULT_FILES.c.result_id == result_id)
    )
    return {str(name): bytes(body) for name, body in connection.execute(wanted)}


def result_manifest(connection: Connection, result_id: int) -> Any:
    """The manifest of a result.

    Raises:
        DataError: ``RESULT_DAMAGED``.
    """
    return json.loads(file_of_result(connection, result_id, MANIFEST) or b"{}")


def table_of_result(body: bytes) -> Iterator[dict[str, str]]:
    """The rows of a table of a result, column -> text."""
    yield from csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))
