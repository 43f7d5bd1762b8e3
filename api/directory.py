"""Users and keys: who they are by what they show, out of the facts that the store keeps.

A user's and a key's last fact says everything of them. Each request looks it up, which is one
reading by an index, and nothing is remembered: what is stopped, ended or changed in one process
holds for the very next request in every other one. Who waits for the one writer is looked up again
when the turn comes.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.access.roles import ALL, Grant, Principal
from api.access.tokens import (
    Held,
    Token,
    csrf_holds,
    looks_like_token,
    refusal,
    session_ends,
)
from api.incoming import Credentials
from api.problems import RequestError
from equivalents.store.engine import Store
from equivalents.store.facts import Fact, fact_of, facts_of, standing
from equivalents.store.sessions import LOGIN, Session, seen, session_with_fact

__all__ = [
    "Directory",
    "KEYS",
    "USERS",
    "grants_of",
    "has_administrator",
    "key_subject",
    "names_of",
    "principal_of_key",
    "principal_of_user",
]

USERS: Final = "user"
KEYS: Final = "key"
_TOUCH: Final = timedelta(minutes=1)
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="v1"'}


class Directory:
    """The users and keys of a store; ``clock`` gives the time."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def find(self, shown: Credentials) -> Principal:
        """Who shows this, as it is committed now; a session lasts on by it.

        Raises:
            RequestError: ``SIGN_IN_NEEDED``: nothing is shown; ``KEY_MALFORMED``,
                ``API_KEY_UNKNOWN``, ``KEY_EXPIRED``, ``KEY_REVOKED``, ``SESSION_ENDED``;
                ``CSRF_REFUSED``: a session without the proof of our page.
        """
        token = shown.token
        if token is None:
            code = "KEY_MALFORMED" if looks_like_token(shown.text) else "SIGN_IN_NEEDED"
            raise RequestError(code, headers=_CHALLENGE)
        principal, session = self._store.glance(lambda connection: self._seen(connection, token))
        if session is not None:
            self._touch(session, self._clock())
        if token.kind == "session" and not (shown.safe or csrf_holds(token, shown.csrf)):
            raise RequestError("CSRF_REFUSED")
        return principal

    async def found(self, shown: Credentials) -> Principal:
        """:meth:`find`, without holding up what else this process answers.

        Raises:
            RequestError: as :meth:`find`.
        """
        if self._store.place.embedded and shown.token is not None and shown.token.kind == "key":
            # It writes nothing, and nobody who writes is waited for: it takes a tenth of a
            # millisecond, the change to another thread and back some four times as long.
            return self.find(shown)
        return await run_in_threadpool(self.find, shown)

    def seen_by(self, connection: Connection, token: Token) -> Principal:
        """Who has a token, as a transaction sees it.

        Raises:
            RequestError: as :meth:`find`, for a token that ended or was stopped.
        """
        return self._seen(connection, token)[0]

    def _seen(self, connection: Connection, token: Token) -> tuple[Principal, Session | None]:
        if token.kind == "key":
            fact = fact_of(connection, KEYS, key_subject(token))
            return principal_of_key(fact, token, self._clock()), None
        now = _text(self._clock())
        found = session_with_fact(connection, token.digest, LOGIN, now, USERS)
        principal = principal_of_user(found[1]) if found else None
        if found is None or principal is None:
            raise RequestError("SESSION_ENDED", headers=_CHALLENGE)
        return principal, found[0]

    def _touch(self, session: Session, now: datetime) -> None:
        """A session that is used lasts on, up to its longest."""
        if now - datetime.fromisoformat(session.seen_at) < _TOUCH:
            return
        ends = session_ends(datetime.fromisoformat(session.created_at), now)
        with self._store.editing() as connection:
            seen(connection, session.token_sha256, _text(now), _text(ends))


def _text(time: datetime) -> str:
    return time.isoformat(timespec="microseconds")


def key_subject(token: Token) -> str:
    """The id of the key that a token is of."""
    return f"key_{token.id}"


def grants_of(body: Any) -> tuple[Grant, ...]:
    """The grants that a fact names; ``*`` is every institution."""
    return tuple(
        Grant(one["role"], ALL if "*" in one["institutions"] else frozenset(one["institutions"]))
        for one in body["roles"]
    )


def principal_of_user(fact: Fact) -> Principal | None:
    """Who a user is; ``None`` where they were stopped."""
    body = fact.body
    if not body["active"]:
        return None
    return Principal(fact.subject, "user", body["name"], grants_of(body), body["person_id"])


def principal_of_key(fact: Fact | None, token: Token, now: datetime) -> Principal:
    """Who a key is.

    Raises:
        RequestError: ``API_KEY_UNKNOWN``; ``KEY_EXPIRED``, ``KEY_REVOKED``: told to who has
            its secret.
    """
    secrets = [_held(token, fact, one) for one in fact.body["secrets"]] if fact else []
    found = [refusal(token, one, now) for one in secrets] or [refusal(token, None, now)]
    if fact is None or None not in found:
        # Of several the one that says most: the secret that was shown is one of them.
        told = next((one for one in found if one and one.code != "API_KEY_UNKNOWN"), found[0])
        assert told is not None, "nothing of it is good"
        raise RequestError.of(told, _CHALLENGE)
    scopes = None if fact.body["actions"] is None else frozenset(fact.body["actions"])
    return Principal(fact.subject, "key", fact.body["title"], grants_of(fact.body), "", scopes)


def _held(token: Token, fact: Fact, one: Any) -> Held:
    made, ends = (datetime.fromisoformat(one[name]) for name in ("made_at", "ends_at"))
    stopped = None if fact.body["active"] else made
    return Held("key", token.id, one["digest"], made, ends, stopped)


def names_of(connection: Connection, user: str) -> list[str]:
    """Every name that a user has or had, the first one first: one person, whatever the name.

    Periods know people by the names in their steps. A name belongs to one user for good
    (:mod:`api.accounts`), and who took a step under a former name is known by this list.
    """
    names = (str(one.body["name"]) for one in facts_of(connection, USERS, user))
    return [*dict.fromkeys(names)]


def has_administrator(connection: Connection) -> bool:
    """Whether somebody may manage users."""
    return any(
        one.body["active"] and any(role["role"] == "administrator" for role in one.body["roles"])
        for one in standing(connection, USERS).values()
    )
