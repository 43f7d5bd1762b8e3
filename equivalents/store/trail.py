"""The audit trail (操作日志) for people and programs: who did what, when, why, before and after."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from equivalents.store.schema import AUDIT
from equivalents.store.verifyfound import streamed
from equivalents.store.writing import parsed

__all__ = ["Entry", "trail"]


class Entry(NamedTuple):
    """One audit entry; ``before`` and ``after`` are JSON values, ``rows`` what it added where."""

    seq: int
    at: str
    who: str
    action: str
    object_kind: str
    object_id: str
    why: str
    before: Any
    after: Any
    rows: dict[str, int]
    hash: str


def trail(
    connection: Connection,
    *,
    since: int = 0,
    object_kind: str = "",
    object_id: str = "",
    who: str = "",
) -> Iterator[Entry]:
    """The entries after ``since``, oldest first; of one object, or by one person, if said so."""
    wanted = select(AUDIT).where(AUDIT.c.seq > since).order_by(AUDIT.c.seq)
    for column, value in (
        (AUDIT.c.object_kind, object_kind),
        (AUDIT.c.object_id, object_id),
        (AUDIT.c.who, who),
    ):
        if value:
            wanted = wanted.where(column == value)
    for row in streamed(connection, wanted):
        rows = {name: run[1] - run[0] + 1 for name, run in (parsed(row["rows"]) or {}).items()}
        yield Entry(
            row["seq"],
            row["at"],
            row["who"],
            row["action"],
            row["object_kind"],
            row["object_id"],
            row["why"],
            parsed(row["before"]),
            parsed(row["after"]),
            rows,
            row["hash"],
        )
