"""What is asked of an import, by query or by body, checked before anything is taken in.

Nobody uploads 200 MB to be told that the import to be replaced is another's. Source: issue 8.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.access.roles import ALL
from api.asks import Asking
from api.batches import BatchAsked, ImportId, OnError, RetainUntil, SourceName
from api.models import Why
from api.problems import RequestError
from api.resources.jobs import queued
from api.uploads import Upload
from equivalents.policy.calendar import parse_day
from equivalents.store.importknown import chain_of, check_replaceable
from equivalents.store.importlist import ListedImport, import_with, imports_of
from equivalents.store.importscope import check_reach, import_institutions
from equivalents.store.jobs import Job, add_job, job_of

__all__ = [
    "FILE_TYPES",
    "FileAsked",
    "check_asked",
    "import_number",
    "own_imports",
    "queue_import",
    "sees_import",
]

FILE_TYPES: Final = (
    "text/csv",
    "text/tab-separated-values",
    "text/plain",
    "text/html",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-excel",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.apache.parquet",
    "application/zip",
    "application/octet-stream",
)
"""Content types of files; what a file is is told by its content and its name."""


class FileAsked(BaseModel):
    """What is asked of a file, in the query."""

    model_config = ConfigDict(extra="forbid")

    file_name: Annotated[
        str,
        Field(max_length=1_000, description="The file's name, which tells its kind 文件名"),
    ] = ""
    source: Annotated[SourceName, Field(description="What its origin is called 来源")] = ""
    on_error: Annotated[
        OnError, Field(description="With rejected rows: take nothing, or set them aside 有错时")
    ] = "reject_file"
    replaces: Annotated[ImportId, Field(description="The import that it replaces 替换")] = ""
    retain_until: Annotated[
        RetainUntil, Field(description="From this day on the kept file may go 原件保留至")
    ] = ""
    why: Why = ""
    show: Annotated[bool, Field(description="Only say what it would change 只看不导入")] = False


def import_number(import_id: str) -> int:
    """The number of an import by its id."""
    return int(import_id.removeprefix("imp_"))


def own_imports(asking: Asking, connection: Connection) -> Callable[[ListedImport], bool]:
    """Whether an import is the asker's own.

    A name belongs to one person for good; two programs may have one title, and are known by the
    jobs that they queued.
    """
    who = asking.principal
    if who.kind == "user":
        return lambda one: one.who == who.name
    numbers = imports_of(connection, who.id)
    return lambda one: one.import_id in numbers


def sees_import(
    asking: Asking, one: ListedImport, places: frozenset[str], own: Callable[[ListedImport], bool]
) -> bool:
    """Whether an import has rows that the asker sees, or is the asker's own."""
    reach = asking.principal.institutions(asking.action)
    return reach is ALL or any(at in reach for at in places) or own(one)


def check_asked(asking: Asking, asked: FileAsked | BatchAsked, where: str) -> None:
    """Refuse what cannot be done with any file; ``where`` begins pointers, as ``?``.

    A request that was answered under its key is not asked again whether its import still stands.

    Raises:
        RequestError: ``FIELD_INVALID``; ``OBJECT_UNKNOWN``: an import that is not there or not
            seen.
        DataError: ``IMPORT_REPLACED``, ``FORBIDDEN_INSTITUTION``.
    """
    if asked.retain_until:
        try:
            parse_day(asked.retain_until)
        except ValueError as error:
            at, detail = f"{where}retain_until", str(error)
            raise RequestError(
                "FIELD_INVALID", asked.retain_until, pointer=at, detail=detail
            ) from None
    if not asked.replaces or asking.answered():
        return
    number, reach = import_number(asked.replaces), asking.principal.institutions(asking.action)
    with asking.reading() as connection:
        found = import_with(connection, number)
        own = own_imports(asking, connection)
        if found is None or not sees_import(asking, found[0], found[1], own):
            raise RequestError("OBJECT_UNKNOWN", asked.replaces, pointer=f"{where}replaces")
        check_replaceable(connection, number)
        if reach is not ALL:
            check_reach(reach, import_institutions(connection, chain_of(connection, number)))


async def queue_import(
    asking: Asking,
    upload: Upload,
    job: str,
    asked: FileAsked | BatchAsked,
    request_sha256: str = "",
) -> Response:
    """Queue the import of an upload that is on the disk; what was not queued is deleted."""
    add = _adding(asking, upload, job, asked)
    digest = request_sha256 or upload.sha256
    try:
        answer = await run_in_threadpool(queued, asking, add, request_sha256=digest)
    except BaseException:
        await run_in_threadpool(_drop_unless_queued, asking, upload, job)
        raise
    if not upload.handed_over:
        await run_in_threadpool(upload.drop)  # it was answered before
    return answer


def _adding(
    asking: Asking, upload: Upload, job: str, asked: FileAsked | BatchAsked
) -> Callable[[Connection], Job]:
    reach = asking.principal.institutions(asking.action)
    said: dict[str, Any] = asked.model_dump(exclude={"records"}) | {
        "file_name": upload.name,
        "batch": isinstance(asked, BatchAsked),
        "replaces": import_number(asked.replaces) if asked.replaces else None,
        "institutions": None if reach is ALL else sorted(map(str, reach)),
    }
    who = {"owner": asking.principal.id, "who": asking.principal.signature}

    def add(connection: Connection) -> Job:
        upload.hand_over()
        return add_job(connection, job, now=asking.ground.now(), kind="import", asked=said, **who)

    return add


def _drop_unless_queued(asking: Asking, upload: Upload, job: str) -> None:
    """Delete an upload, but for one whose job was committed after all."""
    with asking.reading() as connection:
        found = job_of(connection, job)
    if found is None:
        upload.drop()
