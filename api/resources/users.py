"""Users: people who log in, with their roles and institutions (用户)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.responses import Response

from api.accounts import add_user, change
from api.asks import Asking, Asks
from api.directory import USERS
from api.jobs.stopping import end_jobs_of, forget_ended
from api.models import Answered, Asked, Id, Why
from api.paging import Listed, Paged, paged
from api.problems import RequestError
from equivalents.store.engine import Store
from equivalents.store.facts import Fact, fact_of, standing
from equivalents.store.sessions import end_sessions

__all__ = [
    "Name",
    "Pages",
    "RoleAt",
    "User",
    "UserAsked",
    "UserChange",
    "change_user",
    "create_user",
    "get_user",
    "list_users",
    "router",
]

router = APIRouter(prefix="/v1/users", tags=["users 用户"])
Name = Annotated[str, Field(min_length=1, max_length=100)]
Pages = Paged


class RoleAt(Asked):
    """A role at institutions; ``["*"]``: at all of them."""

    role: Annotated[str, Field(max_length=50)]
    institutions: Annotated[list[Id], Field(max_length=5_000)] = Field(default=["*"])


class UserAsked(Asked):
    """A new user."""

    login: Name
    name: Name
    password: Annotated[str, Field(max_length=128)]
    roles: Annotated[list[RoleAt], Field(max_length=50)]
    person_id: Annotated[str, Field(max_length=200)] = ""
    why: Why = ""


class UserChange(Asked):
    """What is to be changed of a user; what is left out stays."""

    name: Name | None = None
    password: Annotated[str, Field(max_length=128)] | None = None
    roles: Annotated[list[RoleAt], Field(max_length=50)] | None = None
    person_id: Annotated[str, Field(max_length=200)] | None = None
    active: bool | None = None
    why: Why = ""


class User(Answered):
    """A user, without the password."""

    id: str
    login: str
    name: str
    person_id: str
    roles: list[RoleAt]
    active: bool
    seq: int


def _user(fact: Fact) -> User:
    body = fact.body
    known = {name: body[name] for name in ("login", "name", "person_id", "active")}
    roles = [RoleAt(**one) for one in body["roles"]]
    return User(id=fact.subject, roles=roles, seq=fact.seq, **known)


def _found(asking: Asking, user_id: str) -> Fact:
    with asking.reading() as connection:
        fact = fact_of(connection, USERS, user_id)
    if fact is None:
        raise RequestError("OBJECT_UNKNOWN", user_id)
    return fact


@router.get("")
def list_users(asking: Annotated[Asking, Depends(Asks("users.read"))], page: Pages) -> Listed[User]:
    """Every user, in the order they were made."""
    with asking.reading() as connection:
        every = sorted(standing(connection, USERS).values(), key=lambda one: one.subject)
    shown, more, cursor = paged(page, "users", every, lambda one: (one.subject,))
    data = [*map(_user, shown)]
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


@router.post("", status_code=201, response_model=User)
def create_user(
    asked: UserAsked, asking: Annotated[Asking, Depends(Asks("users.edit"))]
) -> Response:
    """Make a user."""
    said: dict[str, Any] = asked.model_dump(exclude={"password", "why"})

    def made(store: Store) -> User:
        return _user(add_user(store, said, asked.password, asked.why))

    def headers(user: User) -> dict[str, str]:
        return {"Location": f"/v1/users/{user.id}"}

    return asking.act(made, headers=headers, guarded=True)


@router.get("/{user_id}", response_model=User)
def get_user(user_id: Id, asking: Annotated[Asking, Depends(Asks("users.read"))]) -> Response:
    """One user."""
    fact = _found(asking, user_id)
    return asking.answer(_user(fact), etag=str(fact.id))


@router.patch("/{user_id}", response_model=User)
def change_user(
    user_id: Id, asked: UserChange, asking: Annotated[Asking, Depends(Asks("users.edit"))]
) -> Response:
    """Change a user; whoever is stopped or gets a new password is logged out everywhere.

    What somebody asked for that is stopped, and is not done yet, ends.
    """
    jobs: list[str] = []
    said = asked.model_dump(exclude={"password", "why"}, exclude_none=True)

    def made(store: Store) -> User:
        fact = _found(asking, user_id)
        asking.check_match(str(fact.id))
        new = change(store, fact, said, "user.edit", asked.why, asked.password or "")
        if asked.password or not new.body["active"]:
            with store.editing() as connection:
                end_sessions(connection, user_id)
                if not new.body["active"]:
                    jobs.extend(end_jobs_of(connection, user_id, asking.ground.now()))
        return _user(new)

    answer = asking.act(made, 200, guarded=bool(asked.password))
    with asking.reading() as connection:
        forget_ended(connection, asking.ground.data, jobs)
    return answer
