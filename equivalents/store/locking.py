"""A period locked: one row that binds everything its figures were made from, and what they came to.

The root of a Merkle tree stands over the leaves: row sets, tables, documents, the method, every
file of the result. A second root stands over the lines that people are paid by, so that each line
can be proven alone. The lock's own hash covers both and the lock before, and is printed. Locking
looks at what came since the result was settled while no other writer can come between; unlocking
needs a reason and a second person, before payment, and says what is different now.
Source: specification page 2 "A period's life".
"""

import secrets
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from equivalents.errors import DataError, Problem
from equivalents.policy.calendar import parse_period
from equivalents.store.engine import Store
from equivalents.store.failpoints import failpoint
from equivalents.store.heads import Head
from equivalents.store.lifeinputs import changed, inputs_now
from equivalents.store.lifestate import Life, same_person
from equivalents.store.lockchecks import check_locks
from equivalents.store.locked import locked_periods
from equivalents.store.lockrow import Lock, leaves_of, lock_hash, lock_of, locks_of, parts_of
from equivalents.store.merkle import root_of, tree_of
from equivalents.store.periods import life, need_why, period_name, take, written
from equivalents.store.results import (
    ADJUSTMENT,
    SETTLEMENT,
    Result,
    payout_lines,
    result_files,
    result_of,
    results_of,
)
from equivalents.store.schema import LOCKS, UNLOCKS
from equivalents.store.sealing import canonical
from equivalents.store.writing import head_of, json_text

__all__ = ["Locked", "Unlocked", "check_locks", "lock", "locked_now", "unlock"]

_SHOWN: Final = 10
"""Differences that a refusal names."""


@dataclass(frozen=True, slots=True)
class Locked:
    """A lock as it is printed: its number, its hashes, and the head of the audit chain with it."""

    lock: Lock
    head: Head


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A lock that holds no longer, and what is different now from what it was made from."""

    lock: Lock
    difference: list[list[Any]]


def lock(store: Store, period: str, why: str = "") -> Locked:
    """Lock a period: its result can no longer be changed, only corrected in a later period.

    Raises:
        DataError: the step is not due (:func:`~.periods.take`); ``LOCK_STALE``: something that
            belongs to the period came since its result was settled; ``LOCK_OVERLAPS``: another
            locked period has days of it.
    """
    blind = secrets.token_hex(32)
    lines, tree = _payout_tree(store, period_name(period), blind)
    with take(store, "lock", period, why=why) as (writer, of, step):
        connection = writer.connection
        result = result_of(connection, of.result_id)
        if result.id != lines:  # settled again between the two looks
            raise DataError([Problem("LOCK_STALE", value=period, facts={"changed": "result"})])
        _check_fresh(store, connection, result)
        _check_alone(connection, result)
        leaves = leaves_of(
            result,
            result_files(connection, result.id),
            [one for one in results_of(connection, period) if one.kind == ADJUSTMENT],
            of.flow_hash,
            blind,
        )
        failpoint("lock.leaves")
        root = root_of(tree_of(map(canonical, leaves)))
        before = locks_of(connection)
        mine = [one for one in before if one.period == period]
        row: dict[str, Any] = {
            "period": period,
            "result_id": result.id,
            "as_of": result.as_of,
            "leaves": json_text(leaves),
            "root": root,
            "payouts_root": tree,
            "previous": before[-1].hash if before else "",
            "supersedes": mine[-1].id if mine else None,
        }
        parts = parts_of(row, result.sha256, mine[-1].hash if mine else "")
        number = writer.add_one(LOCKS, **row, hash=lock_hash(parts))
        failpoint("lock.rows")
        facts = {"lock": number, "root": root, "payouts_root": tree, "hash": lock_hash(parts)}
        written(writer, of, step.step, "", result.id, **facts)
    with store.reading() as connection:
        head = head_of(connection)
        assert head is not None, "a lock was just written"
        return Locked(lock_of(connection, number), head)


def _payout_tree(store: Store, period: str, blind: str) -> tuple[int, str]:
    """The result of a period, and the root over what it pays; made before the lock is held."""
    with store.reading() as connection:
        of = life(connection, period)
        of.due("lock", "")
        result = result_of(connection, of.result_id)
        return result.id, root_of(tree_of(payout_lines(connection, result, blind)))


def _check_fresh(store: Store, connection: Connection, result: Result) -> None:
    """Nothing that belongs to the period came since its result was settled."""
    now = inputs_now(store, connection, result.period, result.inputs, result.as_of)
    found = changed(result.inputs, now)
    if found:
        told = ["/".join(str(one) for one in entry[:-2] if one) for entry in found[:_SHOWN]]
        more = " …" if len(found) > _SHOWN else ""
        facts = {"changed": ", ".join(told) + more}
        raise DataError([Problem("LOCK_STALE", value=result.period, facts=facts)])


def _check_alone(connection: Connection, result: Result) -> None:
    """No day is settled twice: a year's end stands over its months, nothing else overlaps."""
    if result.kind != SETTLEMENT:
        return
    of = parse_period(result.period)
    for one in locked_periods(connection):
        if one.period.start < of.end and of.start < one.period.end:
            other = lock_of(connection, one.lock_id)
            if result_of(connection, other.result_id).kind == SETTLEMENT:
                facts = {"other": one.period.name}
                raise DataError([Problem("LOCK_OVERLAPS", value=result.period, facts=facts)])


def unlock(store: Store, period: str, why: str, second: str, asked_by: str = "") -> Unlocked:
    """Unlock a period before it is paid; a new round begins, and the next lock supersedes this one.

    Args:
        store: the store; who opened it asks, unless ``asked_by`` did.
        period: the period.
        why: the reason.
        second: who allows it: somebody else than who asks and who locked.
        asked_by: who asked before, where the second one is at the keys.

    Raises:
        DataError: ``STEP_WHY``; ``LOCK_ABSENT``: it is not locked; ``PERIOD_PAID``;
            ``UNLOCK_SECOND``.
    """
    period_name(period)
    need_why("unlock", why)
    of_period = {"object_kind": "period", "object_id": period}
    who = asked_by or store.who
    with store.writing("period.unlock", **of_period, why=why, who=who) as writer:
        connection = writer.connection
        of = life(connection, period)
        held = locked_now(of)
        if of.paid:
            raise DataError([_paid(of)])
        _check_second(second, writer.who, held.who)
        one = lock_of(connection, int(held.facts["lock"]))
        result = result_of(connection, one.result_id)
        now = inputs_now(store, connection, period, result.inputs, result.as_of)
        found = changed(result.inputs, now)
        writer.add_one(
            UNLOCKS,
            lock_id=one.id,
            asked_by=writer.who,
            allowed_by=second.strip(),
            why=why,
            difference=json_text(found),
        )
        failpoint("unlock.rows")
        facts = {"lock": one.id, "second": second.strip(), "difference": found}
        written(writer, of, "unlocked", "", one.result_id, **facts)
    return Unlocked(one, found)


def locked_now(of: Life) -> Any:
    """The step of the lock that holds.

    Raises:
        DataError: ``LOCK_ABSENT``.
    """
    if of.locked is None:
        raise DataError([Problem("LOCK_ABSENT", value=of.period)])
    return of.locked


def _paid(of: Life) -> Problem:
    assert of.paid is not None, "it was asked"
    return Problem("PERIOD_PAID", value=of.period, facts={"who": of.paid.who, "at": of.paid.at})


def _check_second(second: str, asks: str, locked: str) -> None:
    for other, what in ((asks, "申请解锁¦asks for it"), (locked, "锁定了期间¦locked the period")):
        if not second.strip() or same_person(second, other):
            raise DataError([Problem("UNLOCK_SECOND", value=second, facts={"what": what})])
