"""Users and keys as they are kept, made and changed; routes and the command line call it.

Each change is a further fact with its audit entry, which says what changed and never a hash.
Once somebody became an administrator no link opens any more by which one was to be made.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from api.access.passwords import hash_password, password_problems
from api.access.roles import grant_problems
from api.access.wellknown import folded
from api.directory import KEYS, USERS, grants_of, has_administrator
from api.ground import new_id
from api.problems import RequestError
from equivalents.errors import DataError, Place, Problem
from equivalents.store.engine import Store
from equivalents.store.facts import Fact, add_fact, fact_of, facts_of, standing
from equivalents.store.sessions import end_sessions
from equivalents.store.writing import Writing

__all__ = [
    "LINKS_SUBJECT",
    "add_user",
    "change",
    "check_grants",
    "check_title",
    "user_of_login",
]

LINKS_SUBJECT: Final = "first"
"""Whose sessions the links are by which an administrator is made."""
_ADMINISTRATOR = "administrator"
_SERVICE: Final = "service"
"""Who the audit trail says did what the service does by itself."""
_UNSEEN: Final = "不能是空白，不能含看不见的字符¦it cannot be blank or hold what nobody sees"
_SECRETS = ("password", "secrets")
_OF_KEYS = f"[{KEYS}_"
_NO_KEY = (
    "姓名不能含“[key_”，操作日志这样记接口密钥¦API keys are recorded as “[key_”; a name is not"
)


def user_of_login(connection: Connection, login: str) -> Fact | None:
    """The user of a login name, in whatever case it is written."""
    every = standing(connection, USERS).values()
    return next((one for one in every if folded(one.body["login"]) == folded(login)), None)


def add_user(store: Store, said: Mapping[str, Any], password: str, why: str = "") -> Fact:
    """Make a user; ``said``: ``login``, ``name``, ``roles``, ``person_id``.

    Raises:
        RequestError: ``USER_TAKEN``, ``FIELD_INVALID`` of a name, ``ROLE_UNKNOWN`` and others of a
            grant, ``PASSWORD_SHORT`` and others of a password.
    """
    check_grants(said)
    _check_password(password, said["name"])
    user = new_id("usr")
    with store.writing("user.add", object_kind=USERS, object_id=user, why=why) as writer:
        _check_free(writer.connection, user, said)
        body = {**said, "active": True, "password": hash_password(password)}
        return _kept(writer, USERS, user, None, body)


def change(
    store: Store,
    fact: Fact,
    said: Mapping[str, Any],
    action: str,
    why: str = "",
    password: str = "",
) -> Fact:
    """Change what is said of a user or a key; ``password``: the new one of a user.

    Raises:
        RequestError: as :func:`add_user`; ``USER_LAST``; ``ETAG_OTHER``: it changed meanwhile.
    """
    check_grants({**fact.body, **said})
    more: dict[str, Any] = {}
    if password:
        _check_password(password, str(said.get("name", fact.body["name"])))
        more["password"] = hash_password(password)
    with store.writing(action, object_kind=fact.kind, object_id=fact.subject, why=why) as writer:
        stands = fact_of(writer.connection, fact.kind, fact.subject)
        if stands is None or stands.id != fact.id:
            raise RequestError("ETAG_OTHER")
        if fact.kind == USERS and "name" in said:
            _check_free(writer.connection, fact.subject, {**fact.body, **said})
        made = _kept(writer, fact.kind, fact.subject, fact.body, {**fact.body, **said, **more})
        managed = fact.kind == USERS and _administers(fact.body)
        if managed and not has_administrator(writer.connection):
            raise RequestError("USER_LAST", fact.body["name"])
        return made


def _check_free(connection: Connection, user: str, said: Mapping[str, Any]) -> None:
    """Logins and names are those of one user: the audit trail and the flow know people by name.

    So a name that somebody had before never becomes another one's, nor one of a program, and none
    is written as the trail writes a key (:attr:`~api.access.roles.Principal.signature`).
    """
    _check_name(said["name"], "/name")
    held = standing(connection, USERS)
    programs = {folded(one.body["title"]) for one in facts_of(connection, KEYS)}
    if folded(said["name"]) in programs:
        raise RequestError("USER_TAKEN", said["name"], pointer="/name")
    if _OF_KEYS in folded(said["name"]):
        raise RequestError("FIELD_INVALID", said["name"], pointer="/name", detail=_NO_KEY)
    for one in facts_of(connection, USERS):
        keys = ("login", "name") if held[one.subject].id == one.id else ("name",)
        for key in keys:
            if one.subject != user and folded(one.body[key]) == folded(said[key]):
                raise RequestError("USER_TAKEN", said[key], pointer=f"/{key}")


def check_title(connection: Connection, title: str) -> None:
    """Refuse the title of a key by which the audit trail would call a person what a program did.

    Two programs may have one title.

    Raises:
        RequestError: ``USER_TAKEN``; ``FIELD_INVALID``, as :func:`add_user`.
    """
    _check_name(title, "/title")
    if any(folded(one.body["name"]) == folded(title) for one in facts_of(connection, USERS)):
        raise RequestError("USER_TAKEN", title, pointer="/title")


def _check_name(name: str, pointer: str) -> None:
    """Refuse a name that looks like another one or like none, and the service's own.

    Raises:
        RequestError: ``FIELD_INVALID``, ``USER_TAKEN``.
    """
    if not folded(name) or not name.isprintable():
        raise RequestError("FIELD_INVALID", pointer=pointer, detail=_UNSEEN)
    if folded(name) == _SERVICE:
        raise RequestError("USER_TAKEN", name, pointer=pointer)


def _kept(writer: Writing, kind: str, subject: str, before: Any, body: Any) -> Fact:
    writer.before, writer.after = _shown(before), _shown(body)
    number = add_fact(writer, kind, subject, body)
    if kind == USERS and _administers(body) and not (before and _administers(before)):
        end_sessions(writer.connection, LINKS_SUBJECT)
    return Fact(number, writer.seq, kind, subject, body)


def _shown(body: Any) -> Any:
    """A body as the audit trail tells it: secrets are left out."""
    return None if body is None else {k: v for k, v in body.items() if k not in _SECRETS}


def _administers(body: Mapping[str, Any]) -> bool:
    """Whether a user as they are kept manages users."""
    return body["active"] and any(one["role"] == _ADMINISTRATOR for one in body["roles"])


def check_grants(said: Mapping[str, Any]) -> None:
    """Refuse roles and actions that nobody can have, all of them at once.

    Raises:
        DataError: ``ROLE_UNKNOWN`` and others of :func:`~api.access.roles.grant_problems`.
    """
    grants = grants_of(said)
    found = grant_problems(grants, said.get("person_id", ""), said.get("actions"))
    if found:
        raise DataError(found)


def _check_password(password: str, name: str) -> None:
    faults = password_problems(password, name)
    if faults:
        raise DataError([Problem(f.code, Place(column="/password"), "", f.facts) for f in faults])
