"""``db verify``: is everything as it was sealed, and nothing cut off, added or altered?

Intact means: every audit entry hashes over the one before, every run of rows hashes as its entry
says and runs leave no gap, every body has the hash of its row, what rows point at is there, the
triggers stand, and the heads that are kept outside are in the chain. Everything wrong is told at
once, each problem with its table and row; memory stays bounded. *Recomputed equal* says more:
every locked period was settled again from the store and gave the same bytes.
Sources: specification page 2 "A period's life", page 4 "Tamper"; issue 7.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from equivalents.errors import DataError, Problem
from equivalents.run import Told, silent
from equivalents.store.engine import Store
from equivalents.store.heads import Head, known_heads
from equivalents.store.lockchecks import check_locks
from equivalents.store.place import StorePlace
from equivalents.store.schema import AUDIT, BODIES, GUARDED, TABLES
from equivalents.store.verifybodies import Tombstone, check_bodies, owner_of, tombstones_of
from equivalents.store.verifychain import check_entries
from equivalents.store.verifyfound import Findings, read_anything
from equivalents.store.verifyrecomputed import recompute_locks
from equivalents.store.verifyrows import check_links, check_rows
from equivalents.store.verifyschema import check_file, check_schema, whole_tables

__all__ = ["Verified", "verify", "verify_on"]

_T = TypeVar("_T")


class Verified(NamedTuple):
    """What was checked and what was found; ``problems`` holds the first thousand of ``total``.

    ``errors`` counts the problems that are no warnings: none means intact. ``recomputed`` names
    the locked periods that were settled again and gave the same bytes.
    """

    head: Head | None
    entries: int
    rows: int
    bodies: int
    tombstones: Sequence[Tombstone]
    recomputed: Sequence[str]
    problems: Sequence[Problem]
    total: int
    errors: int

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.errors


def verify(
    store: Store,
    *,
    heads: Sequence[Head] = (),
    recompute: bool = False,
    told: Told = silent,
) -> Verified:
    """Check the whole store; ``heads`` are those that somebody kept on paper.

    ``told`` hears how many of the tables are checked.

    Raises:
        DataError: the store does not answer (see :mod:`~.faults`). What is wrong with its content
            is in the answer and raises nothing.
    """
    found = Findings(store.place.name)
    outer = [*heads, *_told_heads(store.place, found)]
    with store.reading() as connection:
        verified = verify_on(connection, store.place, outer, found, told)
    if not recompute:
        return verified
    recomputed = recompute_locks(store, found)
    return verified._replace(
        recomputed=recomputed, problems=found.problems, total=found.total, errors=found.errors
    )


def verify_on(
    connection: Connection,
    place: StorePlace,
    heads: Sequence[Head],
    found: Findings | None = None,
    told: Told = silent,
) -> Verified:
    """Check what one connection sees: of a store, or of one that is just being restored."""
    found = found or Findings(place.name)
    read_anything(connection)
    count, rows, bodies = 0, 0, 0
    head: Head | None = None
    tombstones: list[Tombstone] = []
    _checked(found, None, check_file, connection, found)
    _checked(found, None, check_schema, connection, found)
    there = _checked(found, set[str](), whole_tables, connection)
    if AUDIT.name in there:
        nothing: tuple[int, Head | None] = (0, None)
        count, head = _checked(found, nothing, check_entries, connection, heads, found)
        for at, table in enumerate(one for one in GUARDED if one.name in there):
            told("verify", at, len(TABLES))
            rows += _checked(found, 0, check_rows, connection, table, found)
            if {link.column.table.name for link in table.foreign_keys} <= there:
                _checked(found, None, check_links, connection, table, found)
        for at, table in enumerate(BODIES):
            told("verify", len(GUARDED) + at, len(TABLES))
            if not {table.name, owner_of(table).name} <= there:
                continue
            bodies += _checked(found, 0, check_bodies, connection, table, place, found)
        if {"tombstones", "uploads"} <= there:
            tombstones = _checked(found, tombstones, tombstones_of, connection)
        if {table.name for table in TABLES} <= there:
            _check_locks(connection, found)
    return Verified(
        head, count, rows, bodies, tombstones, (), found.problems, found.total, found.errors
    )


def _check_locks(connection: Connection, found: Findings) -> None:
    """The chain of locks and what they were made of, as far as it can be read."""
    before = found.errors
    try:
        for problem in check_locks(connection):
            found.take(problem)
    except (SQLAlchemyError, DataError, ValueError, LookupError, TypeError):
        # What it stumbles over was told above: the rows or bodies are not as they were sealed.
        if not before:
            raise


def _checked(found: Findings, default: _T, check: Callable[..., _T], *given: Any) -> _T:
    """One check; where the file is damaged there, that is told and the next check goes on."""
    try:
        return check(*given)
    except SQLAlchemyError as error:
        found.failed(error)
        return default


def _told_heads(place: StorePlace, found: Findings) -> Sequence[Head]:
    """The heads that the file outside the store names; without a file a warning."""
    try:
        heads = known_heads(place.heads)
    except DataError as error:
        for problem in error.problems:
            found.take(problem)
        return []
    if not heads:
        found.add("VERIFY_NO_HEADS", value=str(place.heads))
    return heads
