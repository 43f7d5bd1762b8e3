"""Every lock looked at again: its chain, its hash, its roots, the files and tables it was made of.

This proves that what was locked is *intact*; that it comes out equal when it is settled again is
proven by settling it (``db verify --recompute``). Source: specification page 2 "A period's life".
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.exc import NoResultFound

from equivalents.errors import DataError, Problem
from equivalents.store.lifeinputs import document_sets, table_sets
from equivalents.store.lockrow import Lock, blind_of, lock_hash, locks_of, parts_of
from equivalents.store.merkle import root_of, tree_of
from equivalents.store.results import (
    MANIFEST,
    Result,
    payout_lines,
    result_body,
    result_files,
    result_of,
)
from equivalents.store.schema import RESULTS, UNLOCKS
from equivalents.store.sealing import canonical

__all__ = ["check_locks", "check_results"]

_ODD: Final = (ValueError, TypeError, LookupError, AttributeError, NoResultFound)
"""What reading an altered row may raise: a list that is a number, a result that is gone."""


def check_locks(connection: Connection) -> list[Problem]:
    """What is wrong with the locks of a store and with the results that are kept.

    ``LOCK_CHAIN``, ``LOCK_HASH``, ``LOCK_ROOT``, ``LOCK_FILE``, ``LOCK_INPUT``,
    ``RESULT_DAMAGED``; nothing, where all are as they were made.
    """
    problems = [*check_results(connection)]
    opened = {int(one) for one in connection.execute(select(UNLOCKS.c.lock_id)).scalars()}
    previous, latest = "", dict[str, Lock]()
    by_id: dict[int, Lock] = {}
    for one in locks_of(connection):
        before = latest.get(one.period)
        problems += _chain(one, previous, before, opened)
        above = by_id.get(one.supersedes or 0)
        try:
            problems += [*_lock(connection, one, above.hash if above else "")]
        except _ODD:
            problems.append(_problem("LOCK_HASH", one))
        previous, latest[one.period], by_id[one.id] = one.hash, one, one
    return problems


def check_results(connection: Connection) -> Iterator[Problem]:
    """Every file of every result against its hash, and the manifest against the result's."""
    for number in sorted(int(one) for one in connection.execute(select(RESULTS.c.id)).scalars()):
        try:
            result = result_of(connection, number)
        except _ODD:
            yield Problem("RESULT_DAMAGED", value=MANIFEST, facts={"file": str(number)})
            continue
        files = result_files(connection, number)
        for file in files:
            try:
                result_body(connection, file)
            except DataError as error:
                yield from error.problems
        if (MANIFEST, result.sha256) not in {(name, digest) for _, name, digest in files}:
            facts = {"file": str(number)}
            yield Problem("RESULT_DAMAGED", value=MANIFEST, facts=facts)


def _chain(one: Lock, previous: str, before: Lock | None, opened: set[int]) -> Iterator[Problem]:
    """The lock names the one before it, and one of its period only where that was unlocked."""
    superseded = before.id if before else None
    held = before is not None and before.id not in opened
    if one.previous != previous or one.supersedes != superseded or held:
        yield _problem("LOCK_CHAIN", one)


def _lock(connection: Connection, one: Lock, supersedes: str) -> Iterator[Problem]:
    result = result_of(connection, one.result_id)
    row: Mapping[str, Any] = {
        name: getattr(one, name) for name in ("period", "as_of", "root", "payouts_root", "previous")
    }
    if lock_hash(parts_of(row, result.sha256, supersedes)) != one.hash:
        yield _problem("LOCK_HASH", one)
    if root_of(tree_of(map(canonical, one.leaves))) != one.root:
        yield _problem("LOCK_ROOT", one, "root")
    try:
        lines = payout_lines(connection, result, blind_of(one.leaves))
        if root_of(tree_of(lines)) != one.payouts_root:
            yield _problem("LOCK_ROOT", one, "payouts_root")
    except DataError:
        yield _problem("LOCK_ROOT", one, "payouts_root")
    yield from _leaves(connection, one, result)


def _leaves(connection: Connection, one: Lock, result: Result) -> Iterator[Problem]:
    """The leaves are what stands in the store: files of the result, tables and documents."""
    kept = [["file", name, digest] for _, name, digest in result_files(connection, result.id)]
    if kept != [leaf for leaf in one.leaves if leaf[0] == "file"]:
        yield _problem("LOCK_FILE", one)
    sets, texts = table_sets(connection, one.as_of), document_sets(connection, one.as_of)
    for kind, *leaf in one.leaves:
        if kind == "table" and sets.get((leaf[0], leaf[1])) != (leaf[2], leaf[3]):
            yield _problem("LOCK_INPUT", one, f"{leaf[0]} {leaf[1]}".strip())
        if kind == "document" and texts.get((leaf[0], leaf[1], leaf[2])) != leaf[3]:
            yield _problem("LOCK_INPUT", one, f"{leaf[0]} {leaf[1]} {leaf[2]}".strip())


def _problem(code: str, one: Lock, what: str = "") -> Problem:
    return Problem(code, value=one.period, facts={"lock": str(one.id), "what": what})
