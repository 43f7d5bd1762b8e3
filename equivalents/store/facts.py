"""What the service keeps for good: users, keys, webhooks, requests and acknowledgements, as facts.

A fact says something of a subject from now on; the last one of a subject holds, all of them stay.
Each is written with the audit entry of the action that it belongs to.
"""

from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, select

from equivalents.store.schema import FACTS
from equivalents.store.writing import Writing, json_text, parsed

__all__ = ["Fact", "add_fact", "fact_of", "facts_of", "standing"]


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
    found = (_fact(row) for row in connection.execute(wanted).mappings())
    return sorted(found, key=lambda one: one.id)


def fact_of(connection: Connection, kind: str, subject: str) -> Fact | None:
    """The fact that holds of a subject."""
    found = facts_of(connection, kind, subject)
    return found[-1] if found else None


def standing(connection: Connection, kind: str) -> dict[str, Fact]:
    """The fact that holds of each subject of a kind, in the order of their first ones."""
    return {one.subject: one for one in facts_of(connection, kind)}


def _fact(row: RowMapping) -> Fact:
    known = {name: row[name] for name in ("kind", "subject")}
    return Fact(id=int(row["id"]), seq=int(row["seq"]), **known, body=parsed(row["body"]))
