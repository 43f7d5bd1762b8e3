"""Users and keys: who they are by what they show, out of the facts that the store keeps.

A user's and a key's last fact says everything of them. What was found is remembered for two
seconds, so that a busy caller costs one look; whoever changes an account in this process is heard
at once, in another process within that time. A look that began before such a change may have seen
the account as it was: what it found is good for its own request and is not remembered.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Any, Final

from sqlalchemy import Connection

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
from equivalents.store.sessions import LOGIN, Session, seen, session_of

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
_FRESH_SECONDS: Final = 2.0
_MOST: Final = 5_000
_TOUCH: Final = timedelta(minutes=1)
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="v1"'}


class Directory:
    """The users and keys of a store; ``clock`` gives the time."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._found: OrderedDict[Token, tuple[float, Principal]] = OrderedDict()
        self._changes = 0
        self._lock = Lock()

    def known(self, shown: Credentials) -> Principal | None:
        """Who shows this, if that was found a moment ago; the proof of our page is checked, too."""
        token = shown.token
        if token is None:
            return None
        with self._lock:
            at, principal = self._found.get(token, (0.0, None))
        if principal is None or monotonic() - at > _FRESH_SECONDS:
            return None
        _check_page(shown)
        return principal

    def find(self, shown: Credentials) -> Principal:
        """Who shows this.

        Raises:
            RequestError: ``SIGN_IN_NEEDED``: nothing is shown; ``KEY_MALFORMED``,
                ``API_KEY_UNKNOWN``, ``KEY_EXPIRED``, ``KEY_REVOKED``, ``SESSION_ENDED``;
                ``CSRF_REFUSED``: a session without the proof of our page.
        """
        token = shown.token
        if token is None:
            code = "KEY_MALFORMED" if looks_like_token(shown.text) else "SIGN_IN_NEEDED"
            raise RequestError(code, headers=_CHALLENGE)
        look = self._key if token.kind == "key" else self._session
        changes, began = self._changes, monotonic()
        principal = look(token)
        _check_page(shown)
        self._remember(token, principal, began, changes)
        return principal

    def _remember(self, token: Token, principal: Principal, began: float, changes: int) -> None:
        with self._lock:
            if changes != self._changes:
                return
            self._found[token] = (began, principal)
            while len(self._found) > _MOST:
                self._found.popitem(last=False)

    def forget(self) -> None:
        """Somebody's account changed: everybody is looked up again."""
        with self._lock:
            self._changes += 1
            self._found.clear()

    def _key(self, token: Token) -> Principal:
        with self._store.reading() as connection:
            fact = fact_of(connection, KEYS, key_subject(token))
        return principal_of_key(fact, token, self._clock())

    def _session(self, token: Token) -> Principal:
        now = self._clock()
        with self._store.reading() as connection:
            session = session_of(connection, token.digest, LOGIN, _text(now))
            fact = fact_of(connection, USERS, session.subject) if session else None
        principal = principal_of_user(fact) if fact else None
        if session is None or principal is None:
            raise RequestError("SESSION_ENDED", headers=_CHALLENGE)
        self._touch(session, now)
        return principal

    def _touch(self, session: Session, now: datetime) -> None:
        """A session that is used lasts on, up to its longest."""
        if now - datetime.fromisoformat(session.seen_at) < _TOUCH:
            return
        ends = session_ends(datetime.fromisoformat(session.created_at), now)
        with self._store.editing() as connection:
            seen(connection, session.token_sha256, _text(now), _text(ends))


def _text(time: datetime) -> str:
    return time.isoformat(timespec="microseconds")


def _check_page(shown: Credentials) -> None:
    token = shown.token
    if token is None or token.kind != "session" or shown.safe:
        return
    if not csrf_holds(token, shown.csrf):
        raise RequestError("CSRF_REFUSED")


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
