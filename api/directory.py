"""Users and keys: who they are by what they show, out of the facts that the store keeps.

A user's and a key's last fact says everything of them. What was found is remembered for two
seconds, so that a busy caller costs one look; whoever changes an account in this process is heard
at once, in another process within that time.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any, Final

from sqlalchemy import Connection

from api.access.roles import Grant, Principal
from api.access.tokens import csrf_of, hashed, parsed, same
from api.incoming import Credentials
from api.problems import RequestError
from equivalents.store.engine import Store
from equivalents.store.facts import Fact, fact_of, standing
from equivalents.store.sessions import LOGIN, session_of

__all__ = [
    "Directory",
    "KEYS",
    "USERS",
    "grants_of",
    "has_administrator",
    "principal_of_key",
    "principal_of_user",
]

USERS: Final = "user"
KEYS: Final = "key"
_FRESH_SECONDS: Final = 2.0
_MOST: Final = 5_000


class Directory:
    """The users and keys of a store; ``now`` gives the time as the store writes it."""

    def __init__(self, store: Store, now: Callable[[], str]) -> None:
        self._store = store
        self._now = now
        self._found: OrderedDict[str, tuple[float, Principal]] = OrderedDict()
        self._lock = Lock()

    def known(self, shown: Credentials) -> Principal | None:
        """Who shows this, if that was found a moment ago; the proof of our page is checked, too."""
        with self._lock:
            at, principal = self._found.get(hashed(shown.token), (0.0, None))
        if principal is None or monotonic() - at > _FRESH_SECONDS:
            return None
        _check_page(shown)
        return principal

    def find(self, shown: Credentials) -> Principal:
        """Who shows this.

        Raises:
            RequestError: ``LOGIN_REFUSED``; ``CSRF_MISSING``: a session without our page's proof.
        """
        with self._store.reading() as connection:
            look = {"key": self._key, "session": self._session}.get(shown.kind)
            principal = look(connection, shown.token) if look else None
        if principal is None:
            raise RequestError("LOGIN_REFUSED", headers={"WWW-Authenticate": 'Bearer realm="v1"'})
        _check_page(shown)
        with self._lock:
            self._found[hashed(shown.token)] = (monotonic(), principal)
            while len(self._found) > _MOST:
                self._found.popitem(last=False)
        return principal

    def forget(self) -> None:
        """Somebody's account changed: everybody is looked up again."""
        with self._lock:
            self._found.clear()

    def _key(self, connection: Connection, token: str) -> Principal | None:
        shown = parsed(token)
        fact = fact_of(connection, KEYS, shown.key_id) if shown else None
        if shown is None or fact is None:
            return None
        return principal_of_key(fact, shown.token_sha256, self._now())

    def _session(self, connection: Connection, token: str) -> Principal | None:
        session = session_of(connection, hashed(token), LOGIN, self._now())
        fact = fact_of(connection, USERS, session.subject) if session else None
        return principal_of_user(fact) if fact else None


def _check_page(shown: Credentials) -> None:
    if shown.kind == "session" and not shown.safe and not same(shown.csrf, csrf_of(shown.token)):
        raise RequestError("CSRF_MISSING")


def grants_of(body: Any) -> tuple[Grant, ...]:
    """The grants that a fact names; ``*`` is every institution."""
    return tuple(
        Grant(one["role"], None if "*" in one["institutions"] else frozenset(one["institutions"]))
        for one in body["roles"]
    )


def principal_of_user(fact: Fact) -> Principal | None:
    """Who a user is; ``None`` where they were stopped."""
    body = fact.body
    if not body["active"]:
        return None
    return Principal(fact.subject, USERS, body["name"], grants_of(body), body["person_id"])


def principal_of_key(fact: Fact, token_sha256: str, now: str) -> Principal | None:
    """Who a key is, while one of its secrets is the one that was shown and has not ended."""
    body = fact.body
    good = [
        one for one in body["secrets"] if same(one["sha256"], token_sha256) and now < one["ends_at"]
    ]
    if not body["active"] or not good:
        return None
    narrowed = None if body["actions"] is None else frozenset(body["actions"])
    return Principal(fact.subject, KEYS, body["title"], grants_of(body), "", narrowed)


def has_administrator(connection: Connection) -> bool:
    """Whether somebody may manage users."""
    return any(
        one.body["active"] and any(role["role"] == "administrator" for role in one.body["roles"])
        for one in standing(connection, USERS).values()
    )
