"""A proof for one person: that the lines they are paid by stand in the lock that was printed.

It holds the lines, the way of each to the root, and what the hash of the lock covers; a short
program that stands in docs/periods.md checks it without us. Source: issue 7 "Life of a period".
"""

import json
from typing import Any

from equivalents.errors import DataError, Problem
from equivalents.store.engine import Store
from equivalents.store.locking import locked_now
from equivalents.store.lockrow import blind_of, lock_of, parts_of
from equivalents.store.merkle import proof_of, tree_of
from equivalents.store.periods import life, period_name
from equivalents.store.results import payout_lines, result_of

__all__ = ["places_of", "proof_for"]


def proof_for(store: Store, period: str, person: str) -> dict[str, Any]:
    """The proof of each payout line of a person in a locked period.

    Returns:
        ``lock`` (what its hash covers), ``lock_hash`` (as it was printed), ``lines``: each with
        its ``line``, ``index``, ``size`` and ``path`` (pairs of side and hash up to the root).

    Raises:
        DataError: ``LOCK_ABSENT``; ``PROOF_PERSON``: the person has no line there.
    """
    period_name(period)
    with store.reading() as connection:
        held = locked_now(life(connection, period))
        lock = lock_of(connection, int(held.facts["lock"]))
        result = result_of(connection, lock.result_id)
        lines = [*payout_lines(connection, result, blind_of(lock.leaves))]
        above = lock_of(connection, lock.supersedes).hash if lock.supersedes else ""
    row = {name: getattr(lock, name) for name in lock.__slots__}
    mine = [at for at, line in enumerate(lines) if json.loads(line)["person_id"] == person]
    if not mine:
        raise DataError([Problem("PROOF_PERSON", value=person, facts={"period": period})])
    tree = tree_of(lines)
    return {
        "lock": parts_of(row, result.sha256, above),
        "lock_hash": lock.hash,
        "lines": [
            {"line": lines[at], "index": at, "size": len(lines), "path": proof_of(tree, at)}
            for at in mine
        ],
    }


def places_of(store: Store, period: str, person: str) -> set[str] | None:
    """The institutions at which the result that a period stands on pays a person.

    ``None`` where the period has no result.
    """
    with store.reading() as connection:
        of = life(connection, period_name(period))
        if of.settled is None:
            return None
        lines = payout_lines(connection, result_of(connection, of.result_id))
        rows = map(json.loads, lines)
        return {str(row["institution_id"]) for row in rows if row["person_id"] == person}
