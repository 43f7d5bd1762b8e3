"""The row of a lock: what its leaves are, and what its hash covers.

Source: specification page 2 "A period's life".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from equivalents.store.results import Result
from equivalents.store.schema import LOCKS
from equivalents.store.sealing import canonical
from equivalents.store.writing import parsed

__all__ = ["Lock", "blind_of", "leaves_of", "lock_hash", "lock_of", "locks_of", "parts_of"]


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock as it is kept; ``supersedes`` is the lock of the period before, if it was unlocked."""

    id: int
    seq: int
    period: str
    result_id: int
    as_of: int
    leaves: Sequence[Sequence[Any]]
    root: str
    payouts_root: str
    previous: str
    hash: str
    supersedes: int | None


def leaves_of(
    result: Result,
    files: Iterable[tuple[int, str, str]],
    adjustments: Iterable[Result],
    flow: str,
    blind: str = "",
) -> list[list[Any]]:
    """What a root is made of, in one order: inputs by their hashes, the method, what came out.

    Adjustments are those that the period pays; ``flow`` is the hash of its steps; ``blind`` is
    what lines of payouts are blinded with, see :func:`blind_of`.
    """
    inputs = result.inputs
    leaves: list[list[Any]] = [["rows", *one] for one in inputs["rows"]]
    leaves += [["table", *one] for one in inputs["tables"]]
    leaves += [["document", *one] for one in inputs["documents"]]
    leaves += [["given", *one] for one in inputs.get("given", ())]
    leaves += [["result", *one] for one in inputs.get("results", ())]
    leaves += [["adjustment", one.about, one.sha256] for one in adjustments]
    leaves += [["steps", flow], ["method", result.method], ["kind", result.kind]]
    leaves += [["blind", blind]] if blind else []
    return leaves + [["file", name, digest] for _, name, digest in files]


def blind_of(leaves: Iterable[Sequence[Any]]) -> str:
    """What the lines of payouts are blinded with under a lock: random hexadecimal digits.

    It stands among the leaves alone, which no proof shows; blank in a lock that was made without.
    """
    return next((str(one[1]) for one in leaves if one[0] == "blind"), "")


def parts_of(row: Mapping[str, Any], result: str, supersedes: str) -> dict[str, Any]:
    """What the hash of a lock covers: ``result`` is the hash of the result's manifest,
    ``supersedes`` the hash of the lock that this one follows.
    """
    names = ("period", "as_of", "root", "payouts_root", "previous")
    return {**{name: row[name] for name in names}, "result": result, "supersedes": supersedes}


def lock_hash(parts: Mapping[str, Any]) -> str:
    """The hash of a lock."""
    return sha256(canonical(dict(parts)).encode()).hexdigest()


def lock_of(connection: Connection, lock_id: int) -> Lock:
    """A lock by its number."""
    return _lock(connection.execute(select(LOCKS).where(LOCKS.c.id == lock_id)).mappings().one())


def locks_of(connection: Connection) -> list[Lock]:
    """Every lock, in the order of the chain."""
    found = (_lock(row) for row in connection.execute(select(LOCKS)).mappings())
    return sorted(found, key=lambda one: one.id)


def _lock(row: RowMapping) -> Lock:
    try:
        leaves = parsed(row["leaves"]) or []
    except ValueError:
        leaves = []  # altered: then its root does not come out
    return Lock(**{**row, "leaves": leaves})
