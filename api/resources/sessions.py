"""Logging in and out, and the link by which the first administrator comes in."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from api.access.passwords import hash_of, is_right, is_weaker
from api.access.roles import Principal
from api.access.tokens import csrf_of, hashed, new_token
from api.accounts import add_user, change, user_of_login
from api.asks import Asking, Asks
from api.directory import principal_of_user
from api.ground import Ground
from api.incoming import COOKIE
from api.models import Answered, Asked
from api.problems import RequestError
from equivalents.store.engine import Store
from equivalents.store.facts import Fact
from equivalents.store.sessions import LINK, LOGIN, Session, add_session, end_session, session_of

__all__ = [
    "FirstAsked",
    "LoginAsked",
    "Me",
    "Password",
    "first_administrator",
    "log_in",
    "log_out",
    "me",
    "router",
]

router = APIRouter(prefix="/v1", tags=["sessions 登录"])
_ADDRESS = "-"
Password = Annotated[str, Field(max_length=128)]


class LoginAsked(Asked):
    """A login name and its password."""

    login: Annotated[str, Field(min_length=1, max_length=100)]
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


@router.post("/session", status_code=201)
def log_in(asked: LoginAsked, request: Request, response: Response) -> Me:
    """Log in by password. The session is a cookie; the answer has the token for changes."""
    ground: Ground = request.app.state.ground
    _throttle(ground, request, asked.login)
    with ground.store.reading() as connection:
        fact = user_of_login(connection, asked.login)
    right = is_right(fact.body["password"] if fact else "", asked.password)
    principal = principal_of_user(fact) if fact and right else None
    if fact is None or principal is None:
        raise RequestError("PASSWORD_WRONG")
    if is_weaker(fact.body["password"]):
        stronger = {"password": hash_of(asked.password)}
        change(ground.store.as_who(principal.name), fact, stronger, "user.rehash")
    with ground.store.editing() as connection:
        return _begun(ground, connection, response, principal)


def _begun(ground: Ground, connection: Connection, response: Response, principal: Principal) -> Me:
    token = new_token()
    minutes = ground.settings.number("session_minutes")
    now = ground.now()
    session = Session(hashed(token), principal.id, LOGIN, now, now, ground.ahead(minutes=minutes))
    add_session(connection, session)
    response.set_cookie(
        COOKIE,
        token,
        max_age=minutes * 60,
        httponly=True,
        samesite="strict",
        secure=not ground.settings.flag("insecure_cookies"),
    )
    return _me(principal, token)


def _me(principal: Principal, token: str) -> Me:
    return Me(
        id=principal.id,
        name=principal.name,
        person_id=principal.person_id,
        roles=sorted({one.role for one in principal.grants}),
        csrf_token=csrf_of(token) if token else "",
    )


def _throttle(ground: Ground, request: Request, login: str) -> None:
    """Count attempts by address and by name, so that neither can be tried without end."""
    address = request.client.host if request.client else _ADDRESS
    for who in (f"address {address}", f"name {login.strip().casefold()}"):
        said = ground.limits.take("login", who)
        if not said.allowed:
            headers = {"Retry-After": str(said.retry_after)}
            raise RequestError("LOGIN_WAIT", str(said.retry_after), headers=headers)


@router.get("/session")
def me(asking: Annotated[Asking, Depends(Asks(""))]) -> Me:
    """Who is asking."""
    token = asking.credentials.token if asking.credentials.kind == "session" else ""
    return _me(asking.principal, token)


@router.delete("/session", status_code=204)
def log_out(asking: Annotated[Asking, Depends(Asks(""))]) -> Response:
    """Log out: the session ends here and now."""
    with asking.ground.store.editing() as connection:
        end_session(connection, hashed(asking.credentials.token))
    asking.ground.directory.forget()
    response = Response(None, 204)
    response.delete_cookie(COOKIE)
    return response


@router.post("/first-administrator", status_code=201)
def first_administrator(asked: FirstAsked, request: Request, response: Response) -> Me:
    """Make the first administrator with the link that the service printed; it works once."""
    ground: Ground = request.app.state.ground
    _throttle(ground, request, "-")
    said: dict[str, object] = {
        "login": asked.login,
        "name": asked.name,
        "person_id": "",
        "roles": [{"role": "administrator", "institutions": ["*"]}],
    }
    with ground.store.together(asked.name) as joined:
        fact = _first(ground, joined, asked.token, said, asked.password)
        principal = principal_of_user(fact)
        assert principal is not None, "a new user is active"
        with joined.editing() as connection:
            return _begun(ground, connection, response, principal)


def _first(
    ground: Ground, joined: Store, token: str, said: dict[str, object], password: str
) -> Fact:
    with joined.editing() as connection:
        link = session_of(connection, hashed(token), LINK, ground.now())
        if link is None or not end_session(connection, link.token_sha256):
            raise RequestError("LINK_USED")
    return add_user(joined, said, password)
