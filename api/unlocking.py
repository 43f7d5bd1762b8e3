"""Asking to unlock a period, and allowing it: two users, whatever they are called.

A request is a fact of the store, about the lock that held when it was asked. Who allows it is
another user than who asked and who locked, under every name that either of them had.
"""

from typing import Any, Final

from sqlalchemy import Connection

from api.access.roles import Principal
from api.directory import names_of
from api.ground import new_id
from api.problems import RequestError
from equivalents.errors import DataError, Problem
from equivalents.store.engine import Store
from equivalents.store.facts import Fact, add_fact, fact_of
from equivalents.store.lifestate import Done, same_person
from equivalents.store.locking import locked_now, unlock
from equivalents.store.periods import life, need_why, period_name

__all__ = [
    "UNLOCK_REQUESTS",
    "allow_unlock",
    "allowable_lock",
    "ask_to_unlock",
]

UNLOCK_REQUESTS: Final = "unlock_request"
"""The kind of fact that a request is."""


def ask_to_unlock(store: Store, principal: Principal, period: str, why: str) -> Fact:
    """Keep a request.

    Raises:
        DataError: ``STEP_WHY``; ``LOCK_ABSENT``; ``PERIOD_PAID``.
    """
    need_why("unlock", why)
    of_period = {"object_kind": "period", "object_id": period_name(period)}
    with store.writing("period.unlock_ask", **of_period, why=why) as writer:
        held = _held(writer.connection, period)
        body: dict[str, Any] = {
            "period": period,
            "lock": int(held.facts["lock"]),
            "asked_by": writer.who,
            "asked_by_id": principal.id,
            "asked_at": writer.at,
            "why": why,
            "state": "open",
            "allowed_by": "",
        }
        subject = new_id("unl")
        writer.after = {"unlock_request": subject, "lock": body["lock"]}
        number = add_fact(writer, UNLOCK_REQUESTS, subject, body)
        return Fact(number, writer.seq, UNLOCK_REQUESTS, subject, body)


def allow_unlock(store: Store, principal: Principal, subject: str, why: str) -> Fact:
    """Unlock as it was asked; the store must be one whose writings belong to one transaction.

    Raises:
        DataError: ``OBJECT_UNKNOWN``; ``UNLOCK_REQUEST_ENDED``; ``UNLOCK_SECOND``; as
            :func:`equivalents.store.locking.unlock`.
    """
    with store.reading() as connection:
        asked = fact_of(connection, UNLOCK_REQUESTS, subject)
        if asked is None:
            raise RequestError("OBJECT_UNKNOWN", subject)
        held = _held(connection, asked.body["period"])
        if asked.body["state"] != "open" or asked.body["lock"] != int(held.facts["lock"]):
            raise RequestError("UNLOCK_REQUEST_ENDED", subject)
        _check_other(connection, principal, asked, held)
    body = asked.body
    unlock(store, body["period"], body["why"], principal.name, body["asked_by"])
    of_period = {"object_kind": "period", "object_id": body["period"]}
    with store.writing("period.unlock_allow", **of_period, why=why) as writer:
        body = {**body, "state": "allowed", "allowed_by": writer.who}
        writer.after = {"unlock_request": subject, "lock": body["lock"]}
        number = add_fact(writer, UNLOCK_REQUESTS, subject, body)
        return Fact(number, writer.seq, UNLOCK_REQUESTS, subject, body)


def allowable_lock(connection: Connection, period: str) -> int:
    """The lock of a period that can still be opened; 0 where it has none, or was paid."""
    of = life(connection, period)
    return 0 if of.locked is None or of.paid else int(of.locked.facts["lock"])


def _held(connection: Connection, period: str) -> Done:
    """The lock that holds, of a period that is not paid."""
    of = life(connection, period)
    held: Done = locked_now(of)
    if of.paid is not None:
        of.check_unlocked()
    return held


def _check_other(connection: Connection, principal: Principal, asked: Fact, held: Done) -> None:
    names = {principal.name, *names_of(connection, principal.id)}
    asker = principal.id == asked.body["asked_by_id"]
    locker = any(same_person(one, held.who) for one in names)
    for same, what in (
        (asker, "申请解锁¦asks for it"),
        (locker, "锁定了期间¦locked the period"),
    ):
        if same:
            facts = {"what": what}
            raise DataError([Problem("UNLOCK_SECOND", value=principal.name, facts=facts)])
