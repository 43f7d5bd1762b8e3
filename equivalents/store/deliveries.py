"""What webhooks are to be told: one delivery for each event and webhook, until it arrived.

Events are read off the audit chain, so nothing that was done is forgotten, whoever did it; a mark
says how far they were read, in the transaction that adds their deliveries. A sender takes what is
due by moving its time: a sender that dies leaves it to the next. What has ended long ago is
forgotten; the audit chain keeps what it told. Issue 8, "API".
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from equivalents.store.schema import DELIVERIES, MARKS
from equivalents.store.writing import json_text, parsed

__all__ = [
    "DELIVERED",
    "DUE",
    "Delivery",
    "GIVEN_UP",
    "add_deliveries",
    "attempted",
    "deliveries_of",
    "delivery_of",
    "forget_deliveries",
    "mark_of",
    "send_again",
    "set_mark",
    "take_due",
]

DUE = "due"
DELIVERED = "delivered"
GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery: ``body`` is the text that is signed, ``attempts`` tells how each ended."""

    delivery: str
    webhook: str
    event: str
    body: str
    state: str
    created_at: str
    due_at: str
    attempt: int
    attempts: Any


def add_deliveries(connection: Connection, every: Iterable[Delivery]) -> None:
    """Add deliveries that are due."""
    rows = [
        {one.name: getattr(delivery, one.name) for one in fields(Delivery)}
        | {"attempts": json_text(delivery.attempts)}
        for delivery in every
    ]
    if rows:
        connection.execute(insert(DELIVERIES), rows)


def delivery_of(connection: Connection, name: str) -> Delivery | None:
    """A delivery by its id."""
    row = connection.execute(select(DELIVERIES).where(DELIVERIES.c.delivery == name)).first()
    return None if row is None else _delivery(row)


def deliveries_of(
    connection: Connection, webhook: str = "", *, state: str = "", due: str = ""
) -> list[Delivery]:
    """The deliveries of a webhook, or all, oldest first; of a state, due by a time, if said so."""
    wanted = select(DELIVERIES)
    if webhook:
        wanted = wanted.where(DELIVERIES.c.webhook == webhook)
    if state:
        wanted = wanted.where(DELIVERIES.c.state == state)
    if due:
        wanted = wanted.where(DELIVERIES.c.due_at <= due)
    found = [_delivery(row) for row in connection.execute(wanted)]
    return sorted(found, key=lambda one: (one.created_at, one.delivery))


def take_due(connection: Connection, now: str, until: str, limit: int) -> list[Delivery]:
    """What is due now, at most ``limit``, oldest first; nobody else takes it before ``until``.

    Each is given with ``until`` as its time: by it the sender tells it is still its own.
    """
    wanted = select(DELIVERIES).where(DELIVERIES.c.state == DUE, DELIVERIES.c.due_at <= now)
    found = sorted(map(_delivery, connection.execute(wanted)), key=lambda one: one.due_at)
    return [
        replace(one, due_at=until)
        for one in found[:limit]
        if _moved(connection, one, {"due_at": until})
    ]


def attempted(
    connection: Connection, delivery: Delivery, outcome: Any, state: str, due_at: str
) -> bool:
    """Write down how an attempt ended, and when the next one is due.

    ``False``, and nothing is written, where it took so long that somebody else took the delivery.
    """
    told = [*(delivery.attempts or []), outcome]
    said = {"state": state, "due_at": due_at, "attempts": json_text(told)}
    return _moved(connection, delivery, {**said, "attempt": delivery.attempt + 1})


def send_again(connection: Connection, delivery: Delivery, due_at: str) -> bool:
    """Make a delivery due once more, its tries counted anew; ``False``: it changed meanwhile."""
    return _moved(connection, delivery, {"state": DUE, "due_at": due_at, "attempt": 0})


def forget_deliveries(connection: Connection, before: str) -> int:
    """Forget deliveries whose last try was before a time; gives how many. What is due stays."""
    columns = DELIVERIES.c
    which = delete(DELIVERIES).where(columns.state != DUE, columns.due_at < before)
    return connection.execute(which).rowcount


def _moved(connection: Connection, one: Delivery, said: dict[str, Any]) -> bool:
    which = update(DELIVERIES).where(
        DELIVERIES.c.delivery == one.delivery,
        DELIVERIES.c.state == one.state,
        DELIVERIES.c.due_at == one.due_at,
    )
    return connection.execute(which.values(**said)).rowcount == 1


def _delivery(row: Any) -> Delivery:
    known = dict(row._mapping)
    return Delivery(**known | {"attempts": parsed(known["attempts"])})


def mark_of(connection: Connection, name: str) -> int:
    """How far something has come; 0 where it never began."""
    found = connection.execute(select(MARKS.c.number).where(MARKS.c.name == name)).scalar()
    return int(found or 0)


def set_mark(connection: Connection, name: str, before: int, number: int) -> bool:
    """Move a mark on; ``False`` where somebody else did."""
    which = update(MARKS).where(MARKS.c.name == name, MARKS.c.number == before)
    if connection.execute(which.values(number=number)).rowcount == 1:
        return True
    there = connection.execute(select(MARKS.c.number).where(MARKS.c.name == name)).scalar()
    if there is not None:
        return False
    try:
        with connection.begin_nested():
            connection.execute(insert(MARKS), [{"name": name, "number": number}])
    except IntegrityError:
        return False  # somebody else began it a moment ago
    return True
