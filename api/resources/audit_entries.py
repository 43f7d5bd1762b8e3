"""Audit entries (操作日志): who did what, when, why, before and after; each with its hash."""

from contextlib import closing
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from api.asks import Asking, Asks
from api.models import Answered, Time
from api.paging import Listed, Paged
from api.problems import RequestError
from equivalents.store.trail import Entry, entry_of, trail

__all__ = [
    "AuditEntry",
    "get_audit_entry",
    "list_audit_entries",
    "router",
]

router = APIRouter(prefix="/v1/audit-entries", tags=["audit-entries 操作日志"])
_LAST = 2**62
_Asker = Annotated[Asking, Depends(Asks("audit.read"))]
_Named = Annotated[str, Query(max_length=200)]


class AuditEntry(Answered):
    """One entry; ``rows`` says how many rows it added to which tables.

    ``who`` is the name of a user, or the title of an API key with its id: ``title [key_...]``.
    """

    seq: int
    at: Time
    who: str
    action: str
    object_kind: str
    object_id: str
    why: str
    before: Any
    after: Any
    rows: dict[str, int]
    hash: str


def _shown(entry: Entry) -> AuditEntry:
    return AuditEntry(**entry._asdict())


@router.get("")
def list_audit_entries(
    asking: _Asker,
    page: Paged,
    since: Annotated[int, Query(ge=0, le=_LAST, description="Entries after this number")] = 0,
    object_kind: _Named = "",
    object_id: _Named = "",
    who: _Named = "",
) -> Listed[AuditEntry]:
    """Entries in their order; for who may see those of the whole community."""
    asking.need("audit.read")
    after = page.after("audit-entries", (int,))
    start = max(since, *(after or [0]))
    said = {"object_kind": object_kind, "object_id": object_id, "who": who}
    with asking.reading() as connection, closing(trail(connection, since=start, **said)) as every:
        found = [*islice(every, page.limit + 1)]
    more, data = len(found) > page.limit, [*map(_shown, found[: page.limit])]
    cursor = page.next("audit-entries", (data[-1].seq,)) if more else None
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


@router.get("/{seq}", response_model=AuditEntry)
def get_audit_entry(seq: Annotated[int, Path(ge=1, le=_LAST)], asking: _Asker) -> Response:
    """One entry."""
    asking.need("audit.read")
    with asking.reading() as connection:
        entry = entry_of(connection, seq)
    if entry is None:
        raise RequestError("OBJECT_UNKNOWN", str(seq))
    return asking.answer(_shown(entry), etag=entry.hash)
