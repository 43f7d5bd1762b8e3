"""Logging in and out, and the link by which the first administrator comes in."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from api.access.limits import asker_of
from api.access.passwords import hash_password, needs_rehash, verify_password
from api.access.roles import Principal
from api.access.tokens import IDLE, Token, csrf_token, new_token, parse
from api.accounts import add_user, change, user_of_login
from api.asks import Asking, Asks
from api.directory import USERS, principal_of_user
from api.ground import Ground
from api.incoming import COOKIE
from api.models import Answered, Asked
from api.problems import RequestError
from equivalents.errors import DataError, Problem
from equivalents.store.engine import Store
from equivalents.store.facts import Fact, fact_of
from equivalents.store.sessions import (
    LINK,
    LOGIN,
    Session,
    add_session,
    end_session,
    end_sessions,
    session_of,
)

__all__ = [
    "FirstAsked",
    "LoginAsked",
    "Me",
    "Password",
    "PasswordAsked",
    "change_password",
    "first_administrator",
    "log_in",
    "log_out",
    "me",
    "router",
]

router = APIRouter(prefix="/v1", tags=["sessions 登录"])
_NO_ADDRESS: Final = "-"
_LINKS: Final = "-"
Password = Annotated[str, Field(max_length=128)]


class LoginAsked(Asked):
    """A login name and its password."""

    login: Annotated[str, Field(min_length=1, max_length=100)]
    password: Password


class PasswordAsked(Asked):
    """A new password of one's own, and the one that it takes the place of."""

    old_password: Password
    password: Password


class FirstAsked(Asked):
    """The first administrator: the link's token, and who they are."""

    token: Annotated[str, Field(max_length=200)]
    login: Annotated[str, Field(min_length=1, max_length=100)]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    password: Password


class Me(Answered):
    """Who is logged in; ``csrf_token`` goes with each request that changes something."""

    id: str
    name: str
    person_id: str
    roles: list[str]
    csrf_token: str


@router.post("/session", status_code=201, summary="登录 Log in")
def log_in(asked: LoginAsked, request: Request, response: Response) -> Me:
    """Log in by password. The session is a cookie; the answer has the token for changes."""
    ground: Ground = request.app.state.ground
    address = _throttled(ground, request, asked.login)
    with ground.store.reading() as connection:
        fact = user_of_login(connection, asked.login)
    right = verify_password(fact.body["password"] if fact else None, asked.password)
    principal = principal_of_user(fact) if fact and right else None
    if fact is None or principal is None:
        raise RequestError("LOGIN_REFUSED")
    ground.throttle.succeeded(asked.login, address)
    if needs_rehash(fact.body["password"]):
        stronger = {"password": hash_password(asked.password)}
        fact = change(ground.store.as_who(principal.name), fact, stronger, "user.rehash")
    with ground.store.editing() as connection:
        _check_still(connection, fact)
        return _begun(ground, connection, response, principal)


def _check_still(connection: Connection, fact: Fact) -> None:
    """Refuse a login whose user was changed while the password was looked at.

    Whoever is stopped or gets a new password is logged out everywhere: of a session that begins
    afterwards nobody would know.

    Raises:
        RequestError: ``LOGIN_REFUSED``.
    """
    stands = fact_of(connection, USERS, fact.subject)
    if stands is None or stands.id != fact.id:
        raise RequestError("LOGIN_REFUSED")


def _begun(ground: Ground, connection: Connection, response: Response, principal: Principal) -> Me:
    token = new_token("session")
    now = ground.now()
    ends = ground.ahead(seconds=IDLE.total_seconds())
    add_session(connection, Session(token.digest, principal.id, LOGIN, now, now, ends))
    # It ends with the browser; how long it lasts is the server's to say.
    response.set_cookie(
        COOKIE,
        token.text,
        httponly=True,
        samesite="strict",
        secure=not ground.settings.flag("insecure_cookies"),
    )
    return _me(principal, token)


def _me(principal: Principal, token: Token | None) -> Me:
    return Me(
        id=principal.id,
        name=principal.name,
        person_id=principal.person_id,
        roles=sorted({one.role for one in principal.grants}),
        csrf_token=csrf_token(token) if token else "",
    )


def _throttled(ground: Ground, request: Request, login: str) -> str:
    """Count an attempt by address and by name, so that neither is tried without end; the address.

    Raises:
        RequestError: ``RATE_LIMIT``, ``LOGIN_WAIT``.
    """
    address = request.client.host if request.client else _NO_ADDRESS
    said = ground.limits.take(asker_of(address), "login", ground.clock())
    problem = said.problem()
    if problem is not None:
        raise RequestError.of(problem, said.headers())
    wait = ground.throttle.begin(login, address, ground.clock())
    if wait is not None:
        raise RequestError.of(wait, {"Retry-After": wait.facts["seconds"]})
    return address


@router.get("/session", summary="我是谁 Who am I")
def me(asking: Annotated[Asking, Depends(Asks(""))]) -> Me:
    """Who is asking."""
    token = asking.credentials.token
    return _me(asking.principal, token if token and token.kind == "session" else None)


@router.delete("/session", status_code=204, summary="退出 Log out")
def log_out(asking: Annotated[Asking, Depends(Asks(""))]) -> Response:
    """Log out: the session ends here and now."""
    token = asking.credentials.token
    assert token is not None, "somebody was let in by it"
    with asking.ground.store.editing() as connection:
        end_session(connection, token.digest)
    response = Response(None, 204)
    response.delete_cookie(COOKIE)
    return response


@router.put("/session/password", status_code=204, summary="修改密码 Change password")
def change_password(
    asked: PasswordAsked, request: Request, asking: Annotated[Asking, Depends(Asks(""))]
) -> Response:
    """Change the own password: what others made, or know, is no proof of who took a step.

    Every other session of the user ends.
    """
    ground, principal, token = asking.ground, asking.principal, asking.credentials.token
    if principal.kind != "user" or token is None:
        facts = {"action": "修改密码¦change a password"}
        raise DataError([Problem("FORBIDDEN_KEY", value="session/password", facts=facts)])
    with asking.reading() as connection:
        fact = fact_of(connection, USERS, principal.id)
    assert fact is not None, "a user was let in"
    login = fact.body["login"]
    address = _throttled(ground, request, login)
    if not verify_password(fact.body["password"], asked.old_password):
        # Who asks is let in all the same: no 401.
        raise RequestError("LOGIN_REFUSED", pointer="/old_password", status=403)
    ground.throttle.succeeded(login, address)
    with asking.ground.store.together(principal.name) as joined:
        change(joined, fact, {}, "user.password", password=asked.password)
        with joined.editing() as connection:
            mine = session_of(connection, token.digest, LOGIN, ground.now())
            end_sessions(connection, principal.id)
            if mine is not None:
                add_session(connection, mine)
    return Response(None, 204)


@router.post("/first-administrator", status_code=201, summary="首个管理员 First administrator")
def first_administrator(asked: FirstAsked, request: Request, response: Response) -> Me:
    """Make the first administrator with the link that the service printed; it works once."""
    ground: Ground = request.app.state.ground
    address = _throttled(ground, request, _LINKS)
    said: dict[str, object] = {
        "login": asked.login,
        "name": asked.name,
        "person_id": "",
        "roles": [{"role": "administrator", "institutions": ["*"]}],
    }
    with ground.store.together(asked.name) as joined:
        fact = _first(ground, joined, asked.token, said, asked.password)
        ground.throttle.succeeded(_LINKS, address)
        principal = principal_of_user(fact)
        assert principal is not None, "a new user is active"
        with joined.editing() as connection:
            return _begun(ground, connection, response, principal)


def _first(
    ground: Ground, joined: Store, token: str, said: dict[str, object], password: str
) -> Fact:
    shown = parse(token, "link")
    with joined.editing() as connection:
        now = ground.now()
        link = session_of(connection, shown.digest, LINK, now) if shown else None
        if link is None or not end_session(connection, link.token_sha256):
            raise RequestError("LINK_ENDED")
    return add_user(joined, said, password)
