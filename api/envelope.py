"""Around every request: its id, the bytes of its body, its headers, its line in the log.

FastAPI reads and parses a JSON body before it asks who sent it. So the first bytes of a body are
all that somebody may send who is not let in. Plain ASGI, so that nothing is buffered and events
stream. The log and the counters name the route's template and the opaque id of who asked, never
the path as filled in, a query, a name or a body. Source: specification page 3; issue 8.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import lru_cache
from http import HTTPStatus
from time import perf_counter
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.ground import Ground, Versions, new_id
from api.incoming import credentials_of
from api.problems import problem_response
from api.telling.lines import tell_request
from equivalents.errors import DataError, Place, Problem

__all__ = [
    "BodyTooLargeError",
    "Envelope",
    "NotLetInError",
    "STRANGERS_BYTES",
]

STRANGERS_BYTES: Final = 16_384
"""Bytes of a body that are taken of anybody, before who sends it was found: a login has few."""
_OPEN: Final = frozenset({"/v1/session", "/v1/first-administrator"})
"""Paths that strangers write to."""
_GIVEN: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_Pair = tuple[bytes, bytes]


class BodyTooLargeError(HTTPException):
    """More bytes came than a body may have; ``limit`` says how many those are."""

    def __init__(self, limit: int) -> None:
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body too large")
        self.limit = limit


class NotLetInError(HTTPException):
    """A longer body came of somebody who is not let in; ``refused`` says why."""

    def __init__(self, refused: DataError) -> None:
        super().__init__(HTTPStatus.UNAUTHORIZED, "not let in")
        self.refused = refused


class Envelope:
    """The outermost layer of the application; ``uploads`` are paths whose bodies are files.

    One that ends with a slash stands for every name after it.
    """

    def __init__(self, app: ASGIApp, ground: Ground, uploads: frozenset[str]) -> None:
        self.app = app
        self.ground = ground
        self.uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, began_to_answer = perf_counter(), 500, False
        method = scope["method"]
        scope = _asked(scope)
        limit = self._limit(scope)

        async def sent(message: Message) -> None:
            nonlocal status, began_to_answer
            if message["type"] == "http.response.start":
                status, began_to_answer = message["status"], True
                message["headers"] = self._with_headers(scope, message.get("headers", ()))
            elif method == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        try:
            refused = _refused(scope, limit)
            if refused is not None:
                await _refuse(refused, scope, receive, sent)
            else:
                counted = _counted(receive, limit, lambda: self._check_let_in(scope))
                await self.app(scope, counted, sent)
        except Exception as error:
            scope["fault"] = error  # told with the line of the request
            if began_to_answer:
                raise
            problem = Problem("SERVICE_FAULT", value=scope["request_id"])
            await problem_response(Request(scope, receive), [problem])(scope, receive, sent)
        finally:
            seconds = perf_counter() - began
            template = getattr(scope.get("route"), "path", "")
            self.ground.metrics.request(template, method, status, seconds)
            tell_request(
                request_id=scope["request_id"],
                method=method,
                route=template,
                status=status,
                milliseconds=round(seconds * 1000),
                principal=str(scope.get("principal", "")),
                error=scope.get("fault"),
            )

    def _limit(self, scope: Scope) -> int:
        path = scope["path"]
        if path in _OPEN:
            return min(STRANGERS_BYTES, self.ground.settings.number("body_bytes"))
        is_file = path in self.uploads or f"{path.rpartition('/')[0]}/" in self.uploads
        name = "upload_bytes" if is_file else "body_bytes"
        return self.ground.settings.number(name)

    async def _check_let_in(self, scope: Scope) -> None:
        directory, shown = self.ground.directory, credentials_of(Request(scope))
        try:
            await directory.found(shown)
        except DataError as refused:
            raise NotLetInError(refused) from None

    def _with_headers(self, scope: Scope, given: Iterable[_Pair]) -> list[_Pair]:
        """The headers of an answer with ours; some of them only where the route said none."""
        limited = scope.get("limited")
        ours = [
            (b"x-request-id", scope["request_id"].encode()),
            *_HEADERS,
            *_pairs(limited.headers() if limited is not None else {}),
        ]
        names = {name for name, _ in ours}
        headers = [pair for pair in given if pair[0].lower() not in names] + ours
        said = {name.lower() for name, _ in headers}
        defaults = (*_DEFAULTS, *_of_versions(self.ground.versions()))
        return headers + [pair for pair in defaults if pair[0] not in said]


def _asked(scope: Scope) -> Scope:
    """A request with its id; one for headers alone is one that reads, whose body is not sent.

    Events have no end to wait for, so they are not asked for by HEAD.
    """
    reads = scope["method"] == "HEAD" and not scope["path"].endswith("/events")
    method = "GET" if reads else scope["method"]
    return {**scope, "method": method, "request_id": _request_id(scope)}


def _refused(scope: Scope, limit: int) -> Problem | None:
    """What is wrong with a body by its headers alone: its length, or that it is packed."""
    if _declared(scope) > limit:
        return Problem("BODY_LARGE", facts={"limit": str(limit)})
    coding = Headers(scope=scope).get("content-encoding", "").strip()
    if coding.lower() not in ("", "identity"):
        return Problem("BODY_ENCODING", Place(column="?Content-Encoding"), coding)
    return None


async def _refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    response = problem_response(Request(scope, receive), [problem])
    response.headers["Connection"] = "close"
    await response(scope, receive, send)


def _pairs(headers: Mapping[str, str]) -> list[_Pair]:
    return [
        (name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in headers.items()
    ]


@lru_cache(maxsize=4)
def _of_versions(versions: Versions) -> tuple[_Pair, ...]:
    return (*_pairs(versions.headers()),)


_HEADERS: Final = (
    *_pairs(
        {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "X-Frame-Options": "DENY",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
    ),
)
_DEFAULTS: Final = (
    *_pairs(
        {
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
            "Cache-Control": "no-store",
        }
    ),
)


def _request_id(scope: Scope) -> str:
    """The id that the caller gave, where it is of a harmless form; else a new one."""
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _GIVEN.fullmatch(given) else new_id("req")


def _declared(scope: Scope) -> int:
    text = Headers(scope=scope).get("content-length", "0")
    return int(text) if text.isdigit() else 0


def _counted(receive: Receive, limit: int, check: Callable[[], Awaitable[None]]) -> Receive:
    """The body, until it is longer than it may be; ``check`` is called once, where it is long."""
    total, checked = 0, False

    async def counted() -> Any:
        nonlocal total, checked
        message = await receive()
        if message["type"] == "http.request":
            total += len(message.get("body", b""))
            if total > limit:
                raise BodyTooLargeError(limit)
            if total > STRANGERS_BYTES and not checked:
                checked = True
                await check()
        return message

    return counted
