"""A table that somebody sends, as JSON rows, CSV text or a workbook, received in pieces.

The body goes to a file of its own while it is hashed, so that memory stays flat; whatever comes
of it, the file is gone afterwards. Its bytes are kept in the store as evidence.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.asks import JSON, Asking, check_nul
from api.envelope import BodyTooLargeError
from api.ground import new_id
from api.jobs.context import tables_of
from api.models import Asked, in_parts
from api.problems import RequestError
from api.rowsasked import RowAsked, given_of, note_masked
from equivalents.findings import Findings
from equivalents.intake.anytable import read_file
from equivalents.store.dated import Given, given_table

__all__ = [
    "BODIES",
    "Received",
    "TableAsked",
    "given_from",
    "received",
]

_ROWS: Final = 1_000_000
_BESIDE: Final = 1_000
"""Lines of a text that are no rows: titles, headings, blank ones. All rows wait in memory."""
_SUFFIX: Final = {
    JSON: ".json",
    "text/csv": ".csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}


class TableAsked(Asked):
    """The rows of a table as they are to be; end dates are exclusive."""

    rows: Annotated[list[RowAsked], Field(max_length=_ROWS), in_parts(_ROWS)]


def _bodies() -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{TableAsked.__name__}"}
    binary = {"type": "string", "format": "binary"}
    content: dict[str, Any] = {JSON: {"schema": schema}}
    for kind, suffix in _SUFFIX.items():
        if suffix != ".json":
            content[kind] = {"schema": {**binary, "description": "A table with headings 数据表"}}
    return {"requestBody": {"required": True, "content": content}}


BODIES: Final = _bodies()
"""What a route that takes a table says of its body, for its document."""


class Received(NamedTuple):
    """A body that was received: its file, and the hash of its bytes."""

    path: Path
    kind: str
    sha256: str


@asynccontextmanager
async def received(asking: Asking, name: str) -> AsyncIterator[Received]:
    """The body in a file that is called like the table, until the block ends.

    Raises:
        RequestError: ``BODY_TYPE``; ``UPLOAD_BROKEN``: whoever sent it is gone;
            ``UPLOAD_UNWRITABLE``; ``UPLOAD_ROWS``, as soon as there are many more lines.
        BodyTooLargeError: more bytes than a body of its kind may have.
    """
    kind = asking.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _SUFFIX:
        raise RequestError("BODY_TYPE", kind, allowed=", ".join(_SUFFIX))
    settings = asking.ground.settings
    limit = settings.number("body_bytes" if kind == JSON else "upload_bytes")
    folder = tables_of(asking.ground.data) / new_id("tab")
    path = folder / f"{name}{_SUFFIX[kind]}"
    try:
        yield Received(path, kind, await _taken(asking, path, limit))
    finally:
        await run_in_threadpool(shutil.rmtree, folder, ignore_errors=True)


async def _taken(asking: Asking, path: Path, limit: int) -> str:
    """Write the body of a request to a new file; gives its hash."""
    digest, size, lines = sha256(), 0, 0
    most = asking.ground.settings.number("upload_rows")
    try:
        await run_in_threadpool(path.parent.mkdir, parents=True, mode=0o700)
        with path.open("wb") as out:
            async for piece in asking.request.stream():
                size += len(piece)
                if size > limit:
                    raise BodyTooLargeError(limit)
                lines += piece.count(b"\n") if path.suffix == ".csv" else 0
                if lines > most + _BESIDE:
                    raise RequestError("UPLOAD_ROWS", str(most))
                digest.update(piece)
                await run_in_threadpool(out.write, piece)
    except ClientDisconnect:
        raise RequestError("UPLOAD_BROKEN", path.name) from None
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise RequestError("UPLOAD_UNWRITABLE", detail=detail) from None
    return digest.hexdigest()


def given_from(asking: Asking, body: Received, table: str, period: str) -> Given:
    """The rows of a body, ready to be put.

    Raises:
        DataError: every fault of its form, all at once.
        RequestError: ``UPLOAD_ROWS``: more than a file may have; ``FIELD_INVALID``: U+0000.
        RequestValidationError: it is no JSON of rows.
    """
    if body.kind == JSON:
        rows = _asked(body.path.read_bytes()).rows
        return given_of(
            asking.store, table, rows, lambda at, column: f"/rows/{at}/{column}", period=period
        )
    findings = Findings()
    read = read_file(body.path, table, findings)
    most = asking.ground.settings.number("upload_rows")
    if len(read.places) > most:
        raise RequestError("UPLOAD_ROWS", str(most))
    note_masked(read, findings)
    return given_table(asking.store, table, read, findings, period=period, path=body.path)


def _asked(body: bytes) -> TableAsked:
    check_nul(body)
    try:
        return TableAsked.model_validate_json(body)
    except ValidationError as error:
        told = error.errors(include_url=False)
        raise RequestValidationError(
            [{**one, "loc": ("body", *one["loc"])} for one in told]
        ) from None
