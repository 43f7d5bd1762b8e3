"""The audit trail (操作日志) for people and programs: who did what, when, why, before and after."""

from collections.abc import Generator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from equivalents.store.schema import AUDIT
from equivalents.store.verifyfound import streamed
from equivalents.store.writing import parsed

__all__ = ["Entry", "entry_of", "last_seq", "trail"]


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
) -> Generator[Entry]:
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
        yield _entry(row)


def entry_of(connection: Connection, seq: int) -> Entry | None:
    """The entry of a number."""
    row = connection.execute(select(AUDIT).where(AUDIT.c.seq == seq)).mappings().first()
    return None if row is None else _entry({**row})


def last_seq(connection: Connection, object_kind: str, object_id: str) -> int:
    """The number of the last entry about an object; 0 where there is none."""
    wanted = select(func.max(AUDIT.c.seq)).where(
        AUDIT.c.object_kind == object_kind, AUDIT.c.object_id == object_id
    )
    return int(connection.execute(wanted).scalar() or 0)


def _entry(row: Mapping[str, Any]) -> Entry:
    rows = {name: run[1] - run[0] + 1 for name, run in (parsed(row["rows"]) or {}).items()}
    return Entry(
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
