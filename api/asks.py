"""Who asks, whether they may, and the one way to answer: read, or act once.

:class:`Asks` is the dependency that each route names its action with. It finds the user or key,
counts the request against its limits, and refuses what its roles do not allow. What it gives, an
:class:`Asking`, reads the store and acts in the asker's name; an action with an
``Idempotency-Key`` keeps its answer in its own transaction. Source: specification page 3.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.responses import Response

from api.access.actions import ACTIONS
from api.access.passwords import slow_hash
from api.access.roles import Principal, refusal
from api.ground import Ground
from api.incoming import Credentials, credentials_of
from api.language import language_of
from api.problems import RequestError
from equivalents.errors import DataError, Place, Problem
from equivalents.reasons import BOTH
from equivalents.store.answers import Answer, InFlightError, answer_of, in_flight, keep_answer
from equivalents.store.engine import Store

__all__ = [
    "Asking",
    "Asks",
    "JSON",
    "SAFE",
    "check_nul",
]

JSON: Final = "application/json"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_KEY: Final = "idempotency-key"
_LONGEST_KEY: Final = 200
_VISIBLE: Final = re.compile("[!-~]+")
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_KNOWN: Final[dict[Callable[..., Any], set[str]]] = {}
"""The names in a query that the function of a route reads; it never changes."""
_ONCE: Final = "只能写一次¦it can be said once only"
_NO_NUL: Final = "不能含空字符（U+0000）¦it cannot hold the character U+0000"


@dataclass(frozen=True, slots=True)
class Asking:
    """One request of somebody who may ask it."""

    request: Request
    ground: Ground
    principal: Principal
    credentials: Credentials
    action: str
    body: bytes = b""

    @property
    def language(self) -> str:
        """``zh`` or ``en``."""
        return language_of(self.request)

    @property
    def store(self) -> Store:
        """The store, in the asker's name."""
        return self.ground.store.as_who(self.principal.signature)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One state of the store."""
        with self.ground.store.reading() as connection:
            yield connection

    def need(self, action: str, institution: str = "") -> None:
        """Refuse what the asker may not do, for an institution or for the whole community.

        Raises:
            DataError: ``FORBIDDEN_ACTION``, ``FORBIDDEN_COMMUNITY``, ``FORBIDDEN_INSTITUTION``,
                ``FORBIDDEN_KEY``.
        """
        _check_may(self.principal, action)
        if not self.principal.may_at(action, institution):
            known = ACTIONS[action]
            facts = {"action": f"{known.zh}{BOTH}{known.en}"}
            code = "FORBIDDEN_INSTITUTION" if institution else "FORBIDDEN_COMMUNITY"
            raise DataError([Problem(code, value=institution or action, facts=facts)])

    def check_still(self, connection: Connection) -> None:
        """Refuse who was stopped, or whose rights are others, since the request was let in.

        Raises:
            RequestError: as :meth:`~api.directory.Directory.find`.
            DataError: ``FORBIDDEN_ACTION``: asking again goes by the rights of now.
        """
        token = self.credentials.token
        assert token is not None, "somebody was let in by it"
        now, then = self.ground.directory.seen_by(connection, token), self.principal
        if (now.grants, now.scopes, now.person_id) != (then.grants, then.scopes, then.person_id):
            known = ACTIONS[self.action]
            facts = {"action": f"{known.zh}{BOTH}{known.en}"}
            raise DataError([Problem("FORBIDDEN_ACTION", value=self.action, facts=facts)])

    def hidden(self, institution: str) -> bool:
        """Whether an object of an institution does not exist for the asker."""
        return not self.principal.may_at(self.action, institution)

    # -- answers ----------------------------------------------------------------------------------

    def answer(
        self, model: BaseModel | bytes, status: int = 200, *, etag: str = "", **headers: str
    ) -> Response:
        """An answer; 304 where the asker has it already."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        if etag:
            said["ETag"] = f'"{etag}"'
            if self.has(etag):
                return Response(None, 304, said)
        body = model if isinstance(model, bytes) else model.model_dump_json(by_alias=True).encode()
        return Response(body, status, said, JSON)

    def has(self, etag: str) -> bool:
        """Whether the asker has it already: its ETag, or any (``*``), as there is one."""
        return bool({f'"{etag}"', "*"} & _tags(self.request.headers.get("if-none-match", "")))

    def check_match(self, etag: str) -> None:
        """Refuse an edit of something that is not as the asker saw it.

        Raises:
            RequestError: ``ETAG_MISSING``, ``ETAG_OTHER``.
        """
        asked = self.request.headers.get("if-match", "")
        if not asked:
            raise RequestError("ETAG_MISSING", pointer="?If-Match")
        if asked != "*" and f'"{etag}"' not in _tags(asked):
            raise RequestError("ETAG_OTHER", asked, pointer="?If-Match")

    def check_put(self, etag: str) -> None:
        """Refuse to put something over what the asker did not see; a blank ETag: nothing is there.

        Raises:
            RequestError: ``ETAG_MISSING``, ``ETAG_OTHER``.
        """
        new, seen = (self.request.headers.get(one) for one in ("if-none-match", "if-match"))
        if new is not None and (etag or new.strip() != "*"):
            raise RequestError("ETAG_OTHER", new, pointer="?If-None-Match")
        if seen is not None and not etag:
            raise RequestError("ETAG_OTHER", seen, pointer="?If-Match")
        if new is None:
            self.check_match(etag)

    def check_show(self, etag: str) -> None:
        """Of a request that writes nothing: no header is needed, but what it has must hold.

        Raises:
            RequestError: ``ETAG_OTHER``, ``IDEMPOTENCY_KEY``.
        """
        self._key()
        if {"if-match", "if-none-match"} & {*self.request.headers}:
            self.check_put(etag)

    def answered(self) -> bool:
        """Whether an answer is kept under the key of this request; none where it has no key.

        What was done since may forbid to do it again, but not to tell it again.

        Raises:
            RequestError: ``IDEMPOTENCY_KEY``.
        """
        key = self._key()
        if not key:
            return False
        with self.reading() as connection:
            return answer_of(connection, self.principal.id, key) is not None

    def act(
        self,
        action: Callable[[Store], BaseModel | None],
        status: int = 201,
        *,
        headers: Callable[[Any], Mapping[str, str]] = lambda made: {},
        request_sha256: str = "",
        secret: Mapping[str, str] | None = None,
        guarded: bool = False,
    ) -> Response:
        """Do something once, in one transaction with its answer where there is a key.

        Args:
            action: gets a store whose writings belong to the transaction; what it gives is the
                body of the answer.
            status, headers: of the answer; headers by what the action gave, as ``Location``.
            request_sha256: of a body that was not read into memory.
            secret: what the first answer says besides, and no answer that is kept.
            guarded: the body holds a password, and its hash is one that nobody guesses from.

        Raises:
            RequestError: ``IDEMPOTENCY_KEY``, ``IDEMPOTENCY_OTHER``, ``IDEMPOTENCY_IN_FLIGHT``.
            DataError: as :meth:`check_still`, since it may have waited for its turn; whatever the
                action raises: nothing of it was done, no answer is kept.
        """
        key = self._key()
        digest = self._digest(request_sha256, key if guarded else "")
        held = in_flight(self.ground.store, self.principal.id, key) if key else nullcontext()
        try:
            with held, self.ground.store.together(self.principal.signature) as joined:
                with joined.reading() as connection:
                    self.check_still(connection)
                    kept = answer_of(connection, self.principal.id, key) if key else None
                if kept is not None:
                    return _again(kept, digest)
                made = action(joined)
                body = made.model_dump_json(by_alias=True) if made is not None else ""
                said = dict(headers(made))
                if key:
                    answer = Answer(digest, status, json.dumps(said), body)
                    with joined.editing() as connection:
                        now = self.ground.now()
                        keep_answer(connection, self.principal.id, key, answer, now)
        except InFlightError:
            raise RequestError(
                "IDEMPOTENCY_IN_FLIGHT", pointer="?Idempotency-Key", headers={"Retry-After": "1"}
            ) from None
        if made is not None and secret:
            body = made.model_copy(update=dict(secret)).model_dump_json(by_alias=True)
        return Response(body or None, status, said, JSON if body else None)

    def _key(self) -> str:
        key = self.request.headers.get(_KEY)
        if key is None:
            return ""
        if not (len(key) <= _LONGEST_KEY and _VISIBLE.fullmatch(key)):
            raise RequestError("IDEMPOTENCY_KEY", key[:_LONGEST_KEY], pointer="?Idempotency-Key")
        return key

    def _digest(self, body_sha256: str, guarded: str) -> str:
        """What makes the request this one: method, path, query and body.

        ``guarded``: the key of a request with a password. It is kept for days, and from a plain
        hash the password could be guessed a million times faster than from its own.
        """
        url = self.request.url
        content = body_sha256 or sha256(self.body).hexdigest()
        said = json.dumps([self.request.method, url.path, url.query, content]).encode()
        if guarded:
            return slow_hash(said, f"{self.principal.id} {guarded}".encode())
        return sha256(said).hexdigest()


def _again(kept: Answer, digest: str) -> Response:
    if kept.request_sha256 != digest:
        raise RequestError("IDEMPOTENCY_OTHER", pointer="?Idempotency-Key")
    said = {**json.loads(kept.headers), "Idempotent-Replayed": "true"}
    return Response(kept.body or None, kept.status, said, JSON if kept.body else None)


def _check_may(principal: Principal, action: str) -> None:
    problem = refusal(principal, action)
    if problem is not None:
        raise DataError([problem])


def _tags(text: str) -> set[str]:
    return {one.strip().removeprefix("W/") for one in text.split(",")}


def check_nul(body: bytes) -> None:
    """Refuse JSON with a character U+0000, which no text has and PostgreSQL does not keep.

    Raises:
        RequestError: ``FIELD_INVALID``.
    """
    # In JSON it can only be written as its escape.
    if rb"\u0000" in body and _NUL.search(body):
        raise RequestError("FIELD_INVALID", pointer="/", detail=_NO_NUL)


def _check_address(request: Request) -> None:
    """Refuse U+0000, and a query with parameters that are unknown or said twice.

    A filter with a typing error would else be no filter, and the list too long to notice it.
    """
    query = request.query_params.multi_items()
    for name, text in (*request.path_params.items(), *query):
        if "\0" in text:
            raise RequestError("FIELD_INVALID", pointer=f"?{name}", detail=_NO_NUL)
    if not query:
        return
    endpoint = request.scope["endpoint"]
    if endpoint not in _KNOWN:
        _KNOWN[endpoint] = _parameters(request.scope["route"].dependant)
    known, said = _KNOWN[endpoint], [name for name, _ in query]
    found = [
        Problem("FIELD_UNKNOWN", Place(column=f"?{name}"))
        if name not in known
        else Problem("FIELD_INVALID", Place(column=f"?{name}"), facts={"detail": _ONCE})
        for name in dict.fromkeys(said)
        if name not in known or said.count(name) > 1
    ]
    if found:
        raise DataError(found)


def _parameters(dependant: Dependant) -> set[str]:
    """The names that a route reads from a query, itself or by what it depends on."""
    own: set[str] = set()
    for one in dependant.query_params:
        model = one.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            own |= {*model.model_fields}
        else:
            own.add(one.alias)
    return own.union(*map(_parameters, dependant.dependencies))


class Asks:
    """The dependency of a route: who asks for an action, and whether they may at all.

    Which institutions they may see or touch is looked at by the route. A blank action is open to
    everybody who is let in. ``streams``: the body is not read here, but taken in pieces.
    """

    def __init__(self, action: str, *, streams: bool = False) -> None:
        self.action = action
        self.streams = streams

    async def __call__(self, request: Request) -> Asking:
        """Find who asks.

        Raises:
            RequestError: nobody is let in by it (401), see :meth:`~api.directory.Directory.find`;
                ``RATE_LIMIT``; ``CSRF_REFUSED``; ``FIELD_INVALID``: a text with U+0000.
            DataError: ``FORBIDDEN_ACTION``, ``FORBIDDEN_COMMUNITY``, ``FORBIDDEN_KEY``;
                ``FIELD_UNKNOWN``, ``FIELD_INVALID``: of the query, all at once.
        """
        ground: Ground = request.app.state.ground
        credentials = credentials_of(request)
        principal = await ground.directory.found(credentials)
        request.scope["principal"] = principal.id
        kind = "read" if request.method in SAFE else "write"
        said = ground.limits.take(principal.id, kind, ground.clock())
        request.scope["limited"] = said
        problem = said.problem()
        if problem is not None:
            raise RequestError.of(problem, said.headers())
        if self.action:
            _check_may(principal, self.action)
        _check_address(request)
        body = b"" if self.streams or request.method in SAFE else await request.body()
        check_nul(body)
        return Asking(request, ground, principal, credentials, self.action, body)
