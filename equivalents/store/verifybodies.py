"""Large bytes: each has the hash and size that its row keeps, or a tombstone says why it is gone.

One body is in memory at a time. Source: specification page 2 "Records at rest".
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, select

from equivalents.errors import DataError
from equivalents.store.evidence import OVERHEAD
from equivalents.store.place import StorePlace
from equivalents.store.schema import AUDIT, SEGMENTS, TOMBSTONES, UPLOAD_BODIES, UPLOADS
from equivalents.store.sealing import sha256_of
from equivalents.store.segmentplaces import body_of as segment_body
from equivalents.store.verifyfound import Findings, streamed

__all__ = [
    "Tombstone",
    "body_of",
    "check_bodies",
    "owner_of",
    "tombstones_of",
]


class Tombstone(NamedTuple):
    """The body of an upload that was dropped when its time was over."""

    upload_id: int
    file_name: str
    sha256: str
    size: int
    rows: int
    why: str
    at: str
    who: str


def owner_of(bodies: Table) -> Table:
    """The guarded table whose rows keep the hashes of these bodies."""
    link = next(iter(bodies.foreign_keys))
    return link.column.table


def body_of(connection: Connection, bodies: Table, owner: int) -> Any:
    """The bytes of one owner; ``None``: there are none."""
    key = next(iter(bodies.primary_key.columns))
    return connection.execute(select(bodies.c.body).where(key == owner)).scalar()


def tombstones_of(connection: Connection) -> list[Tombstone]:
    """Every tombstone, in the order in which they were set."""
    wanted = (
        select(
            TOMBSTONES.c.upload_id,
            UPLOADS.c.file_name,
            TOMBSTONES.c.sha256,
            TOMBSTONES.c.size,
            TOMBSTONES.c.rows,
            TOMBSTONES.c.why,
            AUDIT.c.at,
            AUDIT.c.who,
        )
        .join(UPLOADS, UPLOADS.c.id == TOMBSTONES.c.upload_id)
        .join(AUDIT, AUDIT.c.seq == TOMBSTONES.c.seq)
        .order_by(TOMBSTONES.c.id)
    )
    return [Tombstone(*row) for row in connection.execute(wanted)]


def check_bodies(connection: Connection, bodies: Table, place: StorePlace, found: Findings) -> int:
    """Check every body of a table against its owner; gives how many were read."""
    owner = owner_of(bodies)
    gone: dict[int, tuple[str, int]] = {}
    if bodies is UPLOAD_BODIES:
        gone = _gone(connection)
    read = 0
    for row in streamed(connection, select(owner).order_by(owner.c.id)):
        body = body_of(connection, bodies, row["id"])
        if row.get("place"):
            if body is not None:
                found.add("VERIFY_BODY_BACK", bodies.name, row["id"], row["sha256"])
            body = _outside(connection, place, row, found)
            if body is None:
                continue
        if row["id"] in gone:
            if body is not None:
                found.add("VERIFY_BODY_BACK", bodies.name, row["id"], row["sha256"])
            if gone[row["id"]] != (row["sha256"], row["size"]):
                found.add("VERIFY_TOMBSTONE", "tombstones", 0, str(row["id"]))
            continue
        if body is None:
            found.add("VERIFY_BODY_MISSING", bodies.name, row["id"], row["sha256"])
            continue
        read += 1
        if not _same(body, *_expected(row)):
            found.add("VERIFY_BODY", bodies.name, row["id"], row["sha256"], owner=row["id"])
        elif owner is SEGMENTS and _identity(bytes(body)) != row["identity"]:
            found.add("VERIFY_IDENTITY", owner.name, row["id"], str(row["id"]))
    _check_owners(connection, bodies, owner, found)
    return read


def _outside(
    connection: Connection, place: StorePlace, row: Mapping[str, Any], found: Findings
) -> bytes | None:
    """The body of a segment that lies in a folder; where it is gone or another, that is told."""
    try:
        return segment_body(place, connection, row["id"], row["place"], row["sha256"])
    except DataError as error:
        for problem in error.problems:
            found.take(problem)
        return None


def _identity(body: bytes) -> str:
    """The identity of a segment, of its columns alone; empty where they cannot be read."""
    from pyarrow import ArrowException

    from equivalents.store.segmentformat import decoded, identity_of

    try:
        return identity_of(decoded(body))
    except (ArrowException, ValueError, OSError):
        return ""


def _expected(row: Mapping[str, Any]) -> tuple[str, int]:
    """The hash and size that a body has: those of its row, unless it is enciphered."""
    if row.get("cipher"):
        return row["body_sha256"], row["size"] + OVERHEAD
    return row["sha256"], row["size"]


def _same(body: Any, digest: str, size: int) -> bool:
    if not isinstance(body, bytes | memoryview):
        return False
    return len(body) == size and sha256_of(bytes(body)) == digest


def _gone(connection: Connection) -> dict[int, tuple[str, int]]:
    wanted = select(TOMBSTONES.c.upload_id, TOMBSTONES.c.sha256, TOMBSTONES.c.size)
    return {row[0]: (row[1], row[2]) for row in connection.execute(wanted)}


def _check_owners(connection: Connection, bodies: Table, owner: Table, found: Findings) -> None:
    key = next(iter(bodies.primary_key.columns))
    lost = select(func.count(), func.min(key)).where(key.not_in(select(owner.c.id)))
    count, first = connection.execute(lost).one()
    if count:
        found.add("VERIFY_BODY_ORPHAN", bodies.name, first, str(first), count=count)
