"""``db expire``: uploaded files whose time is over are dropped; their hash and counts stay.

A tombstone says what was there, who dropped it and why; the body goes in the same transaction.
What was imported from the file stays. On SQLite the place in the file is overwritten with zeros;
backups made before still hold the body.
Source: specification page 2 "Records at rest" (the uploaded file is kept until its date).
"""

from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select

from equivalents.errors import DataError, Problem
from equivalents.policy.calendar import parse_day
from equivalents.store.engine import Store
from equivalents.store.failpoints import failpoint
from equivalents.store.schema import IMPORTS, TOMBSTONES, UPLOAD_BODIES, UPLOADS

__all__ = ["Due", "due", "expire"]


class Due(NamedTuple):
    """An upload whose body may go: what its tombstone will say."""

    upload_id: int
    file_name: str
    sha256: str
    size: int
    rows: int
    retain_until: str


def due(connection: Connection, on: str) -> list[Due]:
    """The uploads whose date came on or before the day ``on`` and whose body is still there.

    Raises:
        DataError: ``EXPIRE_DATE``: ``on`` is no day.
    """
    try:
        parse_day(on)
    except ValueError:
        raise DataError([Problem("EXPIRE_DATE", value=on)]) from None
    received = select(IMPORTS.c.upload_id, func.sum(IMPORTS.c.received)).group_by(
        IMPORTS.c.upload_id
    )
    rows = {one[0]: int(one[1]) for one in connection.execute(received)}
    wanted = (
        select(UPLOADS)
        .join(UPLOAD_BODIES, UPLOAD_BODIES.c.upload_id == UPLOADS.c.id)
        .where(UPLOADS.c.retain_until != "")
        .order_by(UPLOADS.c.id)
    )
    return [
        Due(one.id, one.file_name, one.sha256, one.size, rows.get(one.id, 0), one.retain_until)
        for one in connection.execute(wanted)
        if one.retain_until <= on
    ]


def expire(store: Store, on: str, *, why: str = "") -> list[Due]:
    """Drop the bodies that are due on a day, each under a tombstone; gives what was dropped.

    Raises:
        DataError: ``EXPIRE_DATE``; or the store fails, and nothing was dropped.
    """
    with store.writing("upload.expire", object_kind="day", object_id=on, why=why) as writer:
        if store.place.embedded:
            writer.connection.exec_driver_sql("PRAGMA secure_delete=ON")
        dropped = due(writer.connection, on)
        for one in dropped:
            reason = why or f"保存期至 {one.retain_until} 已满"
            writer.add_one(
                TOMBSTONES,
                upload_id=one.upload_id,
                sha256=one.sha256,
                size=one.size,
                rows=one.rows,
                why=reason,
            )
            gone = delete(UPLOAD_BODIES).where(UPLOAD_BODIES.c.upload_id == one.upload_id)
            writer.connection.execute(gone)
            failpoint("expire.body")
        writer.before = [[one.upload_id, one.sha256, one.size] for one in dropped] or None
    if dropped and store.place.embedded:
        _empty_log(store)
    return dropped


def _empty_log(store: Store) -> None:
    """Let go of SQLite's log, which still has the pages as they were."""
    with store.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        if raw is not None:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
