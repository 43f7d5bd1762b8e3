"""Imports: files and batches of records, what became of them, taking them back (导入)."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import islice
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.access.roles import ALL
from api.asks import JSON, Asking, Asks
from api.batches import BATCH_FILE, BatchAsked, batch_csv, batch_of
from api.ground import new_id
from api.importsasked import (
    FILE_TYPES,
    FileAsked,
    check_asked,
    import_number,
    own_imports,
    queue_import,
    sees_import,
)
from api.models import Answered, Asked, Time, Why
from api.paging import Listed, Page, Paged
from api.problems import RequestError
from api.resources.jobs import JobShown
from api.uploads import Upload, last_name, whole_body
from equivalents.store.engine import Store
from equivalents.store.importing import void_import
from equivalents.store.importlist import (
    ListedImport,
    RejectedRow,
    import_with,
    imports_after,
    rejections_after,
)

__all__ = [
    "Import",
    "ImportName",
    "Rejection",
    "VoidAsked",
    "Voided",
    "WholeImport",
    "create_import",
    "get_import",
    "list_import_rejections",
    "list_imports",
    "router",
    "void",
]

router = APIRouter(prefix="/v1/imports", tags=["imports 导入"])
ImportName = Annotated[str, InPath(pattern="^imp_[1-9][0-9]{0,17}$", examples=["imp_12"])]
_LARGEST: Final = (1 << 63) - 1
_BODIES: Final = {
    "requestBody": {
        "required": True,
        "description": "A file as it is, or a batch of records 文件原样，或一批记录。 The "
        "content and the name of a file tell its kind; it may come as any of "
        + ", ".join(FILE_TYPES),
        "content": {
            JSON: {"schema": {"$ref": "#/components/schemas/BatchAsked"}},
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
"""The other types say nothing more, and a generated client would send every file as the last."""


class Import(Answered):
    """An import and its counts: received = accepted + known + rejected."""

    id: str
    at: Time
    who: str
    why: str
    file: str
    source: str
    sha256: str
    void: bool
    replaces: str | None
    replaced_by: str | None
    received: int
    accepted: int
    known: int
    reversed: int
    rejected: int
    rejected_percent: str
    posted_to: str
    quality: dict[str, int]


class WholeImport(Import):
    """An import with what was understood of its file."""

    understood: list[dict[str, Any]]


class Rejection(Answered):
    """A row that was set aside: why, and its filled columns; residents are pseudonyms."""

    file: str
    sheet: str
    row: int
    column: str
    code: str
    value: str
    original: dict[str, str]


class VoidAsked(Asked):
    """Why an import is taken back."""

    why: Why = ""


class Voided(Answered):
    """The import that took another one back, and how many records it took."""

    id: str
    voids: str
    reversed: int


# -- bringing records ------------------------------------------------------------------------------


@router.post("", status_code=202, response_model=JobShown, openapi_extra=_BODIES)
async def create_import(
    request: Request,
    asked: Annotated[FileAsked, Query()],
    asking: Annotated[Asking, Depends(Asks("imports.create", streams=True))],
) -> Response:
    """Bring records: a job that imports each exactly once.

    A file comes as the body, as it is, with its name and what is asked of it in the query; a batch
    of records comes as JSON, with what is asked beside them.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == JSON:
        return await _batch(request, asked, asking)
    if kind not in FILE_TYPES:
        allowed = ", ".join((JSON, FILE_TYPES[0], FILE_TYPES[-1]))
        raise RequestError("BODY_TYPE", kind, pointer="?Content-Type", allowed=allowed)
    name = last_name(asked.file_name)
    await run_in_threadpool(check_asked, asking, asked, "?")
    job = new_id("job")
    upload = Upload(asking.ground.data, job, name)
    try:
        await upload.take(request.stream())
    except BaseException:
        upload.drop()
        raise
    return await queue_import(asking, upload, job, asked)


async def _batch(request: Request, asked: FileAsked, asking: Asking) -> Response:
    """A batch: what is asked of it stands in the body alone.

    Generated clients write out each default of the query, which asks for nothing.
    """
    default = FileAsked()
    for name in sorted(asked.model_fields_set):
        if getattr(asked, name) != getattr(default, name):
            raise RequestError("FIELD_UNKNOWN", name, pointer=f"?{name}")
    settings = asking.ground.settings
    body = await whole_body(request.stream(), settings.number("body_bytes"))
    most = settings.number("batch_records")
    job = new_id("job")
    upload = Upload(asking.ground.data, job, BATCH_FILE)

    def taken() -> BatchAsked:
        batch = batch_of(body, most)
        check_asked(asking, batch, "/")
        upload.put(batch_csv(batch.records))
        return batch

    try:
        batch = await run_in_threadpool(taken)
    except BaseException:
        upload.drop()
        raise
    # The file says nothing of what is asked beside the records: the body does.
    return await queue_import(asking, upload, job, batch, sha256(body).hexdigest())


# -- looking ---------------------------------------------------------------------------------------


def _named(number: int) -> str | None:
    return f"imp_{number}" if number else None


def _said(one: ListedImport) -> dict[str, Any]:
    known = (
        "at", "who", "why", "file", "source", "sha256", "void", "received", "accepted", "known",
        "reversed", "rejected", "rejected_percent", "posted_to", "quality",
    )  # fmt: skip
    return {
        "id": f"imp_{one.import_id}",
        "replaces": _named(one.replaces),
        "replaced_by": _named(one.replaced_by),
        **{name: getattr(one, name) for name in known},
    }


def _found(asking: Asking, import_id: str) -> tuple[ListedImport, list[Any]]:
    number = import_number(import_id)
    with asking.reading() as connection:
        found = import_with(connection, number) if number <= _LARGEST else None
        own = own_imports(asking, connection)
    if found is None or not sees_import(asking, found[0], found[1], own):
        raise RequestError("OBJECT_UNKNOWN", import_id)
    return found[0], found[2]


@router.get("")
def list_imports(
    asking: Annotated[Asking, Depends(Asks("imports.read"))], page: Paged
) -> Listed[Import]:
    """Imports, the first one first; of others' those with rows of one's institutions."""
    (after,) = page.after("imports", [int]) or [0]
    with asking.reading() as connection:
        own = own_imports(asking, connection)
        mine = (
            one
            for one, places in imports_after(connection, _bounded(after, page))
            if sees_import(asking, one, places, own)
        )
        some = [*islice(mine, page.limit + 1)]
    shown, more = some[: page.limit], len(some) > page.limit
    cursor = page.next("imports", [shown[-1].import_id]) if more else None
    data = [Import(**_said(one)) for one in shown]
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


def _bounded(number: int, page: Page) -> int:
    """A number of a cursor that a database can hold."""
    if not 0 <= number <= _LARGEST:
        raise RequestError("CURSOR_INVALID", page.cursor, pointer="?cursor")
    return number


@router.get("/{import_id}", response_model=WholeImport)
def get_import(
    import_id: ImportName, asking: Annotated[Asking, Depends(Asks("imports.read"))]
) -> Response:
    """One import: its counts, its quality, what was understood of its file."""
    one, understood = _found(asking, import_id)
    shown = WholeImport(**_said(one), understood=understood)
    return asking.answer(shown, etag=f"{one.import_id}-{one.replaced_by}")


@router.get("/{import_id}/rejections")
def list_import_rejections(
    import_id: ImportName,
    asking: Annotated[Asking, Depends(Asks("imports.read"))],
    page: Paged,
) -> Listed[Rejection]:
    """Rows that were set aside, in their order; of others' imports those of one's institutions."""
    one, _ = _found(asking, import_id)
    (after,) = page.after("rejections", [int]) or [0]
    with asking.reading() as connection:
        every = rejections_after(connection, one.import_id, _bounded(after, page))
        own = own_imports(asking, connection)(one)
        some = [*islice(every if own else _seen(asking, every), page.limit + 1)]
    shown, more = some[: page.limit], len(some) > page.limit
    cursor = page.next("rejections", [shown[-1].id]) if more else None
    data = [_rejection(row) for row in shown]
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


def _seen(asking: Asking, every: Iterator[RejectedRow]) -> Iterator[RejectedRow]:
    reach = asking.principal.institutions(asking.action)
    if reach is ALL:
        return every
    return (row for row in every if row.original.get("institution_id", "") in reach)


def _rejection(row: RejectedRow) -> Rejection:
    said: Mapping[str, Any] = row._asdict()
    return Rejection(**{name: said[name] for name in said if name != "id"})


# -- taking back -----------------------------------------------------------------------------------


@router.post("/{import_id}/void", status_code=201, response_model=Voided)
def void(
    import_id: ImportName,
    asked: VoidAsked,
    asking: Annotated[Asking, Depends(Asks("imports.void"))],
) -> Response:
    """Take back everything that is live of an import, and of those that it replaced."""
    reach = asking.principal.institutions(asking.action)

    def made(store: Store) -> Voided:
        one, _ = _found(asking, import_id)
        allowed = None if reach is ALL else reach
        done = void_import(store, one.import_id, why=asked.why, allowed=allowed)
        new = f"imp_{done.import_id}"
        return Voided(id=new, voids=import_id, reversed=done.reversed)

    return asking.act(made, headers=lambda voided: {"Location": f"/v1/imports/{voided.id}"})
