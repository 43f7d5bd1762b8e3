"""Which files came before, which imports were replaced, and what an import stands for.

Source: issue 7, "Import": exactly once, first by the hash of the file.
"""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from equivalents.errors import DataError, Problem
from equivalents.store.schema import IMPORTS, SEGMENTS, UPLOADS

__all__ = ["Known", "chain_of", "check_replaceable", "known_import"]


class Known(NamedTuple):
    """An import of an equal file that was read in the same way.

    ``whole``: nothing was taken back since, so that all its rows stand. ``replaced_by`` is the
    import that took its place, 0 where none did or where it was voided; ``replaces`` the one whose
    place it took, 0 where there is none.
    """

    import_id: int
    whole: bool
    replaced_by: int
    replaces: int


def known_import(connection: Connection, sha256: str, plan: str) -> Known | None:
    """The latest import of a file with these bytes, read in this way."""
    joined = IMPORTS.join(UPLOADS, IMPORTS.c.upload_id == UPLOADS.c.id)
    wanted = (
        select(IMPORTS.c.id, IMPORTS.c.seq, IMPORTS.c.replaces)
        .select_from(joined)
        .where(UPLOADS.c.sha256 == sha256, IMPORTS.c.plan_sha256 == plan)
        .order_by(IMPORTS.c.id.desc())
        .limit(1)
    )
    found = connection.execute(wanted).first()
    if found is None:
        return None
    by = _replaced_by(connection, int(found.id))
    # A reversal of anything may have taken a row that this file has, too: then its rows are asked.
    reversal = select(func.max(SEGMENTS.c.seq)).where(SEGMENTS.c.kind == "reversal")
    last = int(connection.execute(reversal).scalar() or 0)
    voided = by is not None and by[1] == ""
    whole = by is None and last <= int(found.seq)
    replaced_by = by[0] if by is not None and not voided else 0
    return Known(int(found.id), whole, replaced_by, int(found.replaces or 0))


def _replaced_by(connection: Connection, import_id: int) -> tuple[int, str] | None:
    """What replaced an import, and how that was read; a void has no file of its own."""
    wanted = select(IMPORTS.c.id, IMPORTS.c.plan_sha256).where(IMPORTS.c.replaces == import_id)
    found = connection.execute(wanted).first()
    return None if found is None else (int(found.id), str(found.plan_sha256))


def check_replaceable(connection: Connection, import_id: int) -> None:
    """Refuse an import that is not there, or that something replaced already.

    Raises:
        DataError: ``IMPORT_UNKNOWN``, ``IMPORT_REPLACED``.
    """
    wanted = select(IMPORTS.c.plan_sha256).where(IMPORTS.c.id == import_id)
    plan = connection.execute(wanted).scalar()
    if not plan:
        raise DataError([Problem("IMPORT_UNKNOWN", value=str(import_id))])
    by = _replaced_by(connection, import_id)
    if by is not None:
        facts = {"by": str(by[0])}
        raise DataError([Problem("IMPORT_REPLACED", value=str(import_id), facts=facts)])


def chain_of(connection: Connection, import_id: int) -> frozenset[int]:
    """An import and those that it replaced, each of which replaced another: whose rows it has."""
    found: set[int] = set()
    at: int | None = import_id
    while at is not None:
        found.add(at)
        wanted = select(IMPORTS.c.replaces).where(IMPORTS.c.id == at)
        before = connection.execute(wanted).scalar()
        at = None if before is None else int(before)
    return frozenset(found)
