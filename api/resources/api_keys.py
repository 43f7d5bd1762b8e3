"""API keys: for programs, with a role, at most some of its actions, and an end (接口密钥)."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.responses import Response

from api.access.tokens import LONGEST_OVERLAP, Token, new_token
from api.accounts import change, check_grants, check_title
from api.asks import Asking, Asks
from api.directory import KEYS, key_subject
from api.jobs.stopping import end_jobs_of, forget_ended
from api.models import Answered, Asked, Id, Time, Why
from api.paging import Listed, Paged, paged
from api.problems import RequestError
from api.resources.users import RoleAt
from equivalents.store.engine import Store
from equivalents.store.facts import Fact, add_fact, fact_of, standing

__all__ = [
    "ActionName",
    "Days",
    "Key",
    "KeyAsked",
    "Pages",
    "RotationAsked",
    "Stop",
    "create_key",
    "get_key",
    "list_keys",
    "rotate_key",
    "router",
    "stop_key",
]

router = APIRouter(prefix="/v1/api-keys", tags=["api-keys 接口密钥"])
Pages = Paged
_ENDED: Final = "它已经停用或到期，请新建一个¦it has ended already; make a new one"
_LONGEST_HOURS: Final = LONGEST_OVERLAP // timedelta(hours=1)
ActionName = Annotated[str, Field(min_length=1, max_length=50)]
Days = Annotated[int, Field(ge=1, le=1_095, description="Days until it ends")]


class KeyAsked(Asked):
    """A new key; ``actions`` narrows it to some of its roles' actions."""

    title: Annotated[str, Field(min_length=1, max_length=100)]
    roles: Annotated[list[RoleAt], Field(min_length=1, max_length=50)]
    actions: Annotated[list[ActionName], Field(max_length=100)] | None = None
    days: Days = 365
    why: Why = ""


class RotationAsked(Asked):
    """A new secret; the old ones go on for some hours, so that nobody is cut off."""

    days: Days = 365
    overlap_hours: Annotated[int, Field(ge=0, le=_LONGEST_HOURS)] = 24
    why: Why = ""


class Stop(Asked):
    """The end of a key."""

    why: Why = ""


class Key(Answered):
    """A key; ``key`` is the secret itself, shown once: when it is made."""

    id: str
    title: str
    roles: list[RoleAt]
    actions: list[str] | None
    active: bool
    ends_at: Time
    created_by: str
    key: str | None = None


def _key(fact: Fact, secret: str | None = None) -> Key:
    body = fact.body
    known = {name: body[name] for name in ("title", "actions", "active", "created_by")}
    ends = max(one["ends_at"] for one in body["secrets"])
    roles = [RoleAt(**one) for one in body["roles"]]
    return Key(id=fact.subject, roles=roles, ends_at=ends, key=secret, **known)


def _secret(asking: Asking, token: Token, days: int) -> dict[str, str]:
    """What is kept of a secret of a key."""
    times = {"made_at": asking.ground.now(), "ends_at": asking.ground.ahead(days=days)}
    return {"digest": token.digest, **times}


def _found(asking: Asking, key_id: str) -> Fact:
    with asking.reading() as connection:
        fact = fact_of(connection, KEYS, key_id)
    if fact is None:
        raise RequestError("OBJECT_UNKNOWN", key_id)
    return fact


@router.get("")
def list_keys(asking: Annotated[Asking, Depends(Asks("keys.read"))], page: Pages) -> Listed[Key]:
    """Every key, without its secret."""
    with asking.reading() as connection:
        every = sorted(standing(connection, KEYS).values(), key=lambda one: one.subject)
    shown, more, cursor = paged(page, "api-keys", every, lambda one: (one.subject,))
    data = [*map(_key, shown)]
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


@router.post("", status_code=201, response_model=Key)
def create_key(asked: KeyAsked, asking: Annotated[Asking, Depends(Asks("keys.edit"))]) -> Response:
    """Make a key. Its secret is in this answer and nowhere else; it is not kept for a replay."""
    said: dict[str, Any] = asked.model_dump(exclude={"why", "days"})
    check_grants(said)
    token = new_token("key")
    key_id = key_subject(token)
    new = _secret(asking, token, asked.days)
    of_it = {"active": True, "created_by": asking.principal.id}
    body = {**said, **of_it, "secrets": [new]}

    def made(store: Store) -> Key:
        action = {"object_kind": KEYS, "object_id": key_id, "why": asked.why}
        with store.writing("key.add", **action) as writer:
            check_title(writer.connection, asked.title)
            writer.after = {**said, **of_it, "ends_at": new["ends_at"]}
            number = add_fact(writer, KEYS, key_id, body)
            return _key(Fact(number, writer.seq, KEYS, key_id, body))

    location = {"Location": f"/v1/api-keys/{key_id}"}
    return asking.act(made, headers=lambda key: location, secret={"key": token.text})


@router.get("/{key_id}", response_model=Key)
def get_key(key_id: Id, asking: Annotated[Asking, Depends(Asks("keys.read"))]) -> Response:
    """One key, without its secret."""
    fact = _found(asking, key_id)
    return asking.answer(_key(fact), etag=str(fact.id))


@router.post("/{key_id}/rotations", status_code=201, response_model=Key)
def rotate_key(
    key_id: Id, asked: RotationAsked, asking: Annotated[Asking, Depends(Asks("keys.edit"))]
) -> Response:
    """Give a key a new secret; one that has ended is refused (KEY_ROTATION)."""
    fact = _found(asking, key_id)
    now = asking.ground.now()
    if not fact.body["active"] or all(one["ends_at"] <= now for one in fact.body["secrets"]):
        raise RequestError("KEY_ROTATION", key_id, detail=_ENDED)
    token = replace(new_token("key"), id=key_id.removeprefix("key_"))
    until = asking.ground.ahead(hours=asked.overlap_hours)
    old = [{**one, "ends_at": min(one["ends_at"], until)} for one in fact.body["secrets"]]
    new = _secret(asking, token, asked.days)
    said = {"secrets": [*(one for one in old if one["ends_at"] > now), new]}

    def made(store: Store) -> Key:
        return _key(change(store, fact, said, "key.rotate", asked.why))

    return asking.act(made, secret={"key": token.text})


@router.post("/{key_id}/stop", response_model=Key)
def stop_key(
    key_id: Id, asked: Stop, asking: Annotated[Asking, Depends(Asks("keys.edit"))]
) -> Response:
    """End a key now, and what it asked for that is not done yet."""
    fact = _found(asking, key_id)

    jobs: list[str] = []

    def made(store: Store) -> Key:
        stopped = change(store, fact, {"active": False}, "key.stop", asked.why)
        with store.editing() as connection:
            jobs.extend(end_jobs_of(connection, key_id, asking.ground.now()))
        return _key(stopped)

    answer = asking.act(made, 200)
    with asking.reading() as connection:
        forget_ended(connection, asking.ground.data, jobs)
    return answer
