"""What the service keeps for good: users, keys, webhooks, requests and acknowledgements, as facts.

A fact says something of a subject from now on; the last one of a subject holds, all of them stay.
Each is written with the audit entry of the action that it belongs to.
"""

from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, select

from equivalents.store.schema import FACTS
from equivalents.store.writing import Writing, json_text, parsed

__all__ = ["Fact", "add_fact", "fact_in", "fact_of", "facts_of", "standing"]

# To build a statement takes longer than to run it, and each request of a service runs this one.
_LAST: Final = (
    select(FACTS)
    .where(FACTS.c.kind == bindparam("kind"), FACTS.c.subject == bindparam("subject"))
    .order_by(FACTS.c.id.desc())
    .limit(1)
)


class Fact(NamedTuple):
    """A fact: its kind, the opaque id of its subject, and what it says; ``seq`` says since when."""

    id: int
    seq: int
    kind: str
    subject: str
    body: Any


def add_fact(writer: Writing, kind: str, subject: str, body: Any) -> int:
    """Say something of a subject; gives the id of the fact."""
    return writer.add_one(FACTS, kind=kind, subject=subject, body=json_text(body))


def facts_of(connection: Connection, kind: str, subject: str = "") -> list[Fact]:
    """Every fact of a kind, or of one subject of it, in the order they were said."""
    wanted = select(FACTS).where(FACTS.c.kind == kind)
    if subject:
        wanted = wanted.where(FACTS.c.subject == subject)
    found = (fact_in(*row) for row in connection.execute(wanted))
    return sorted(found, key=lambda one: one.id)


def fact_of(connection: Connection, kind: str, subject: str) -> Fact | None:
    """The fact that holds of a subject."""
    row = connection.execute(_LAST, {"kind": kind, "subject": subject}).first()
    return None if row is None else fact_in(*row)


def standing(connection: Connection, kind: str) -> dict[str, Fact]:
    """The fact that holds of each subject of a kind, in the order of their first ones."""
    return {one.subject: one for one in facts_of(connection, kind)}


def fact_in(number: int, seq: int, kind: str, subject: str, body: str) -> Fact:
    """The fact of a row of the table, its columns in their order."""
    return Fact(int(number), int(seq), kind, subject, parsed(body))
