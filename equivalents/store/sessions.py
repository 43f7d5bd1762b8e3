"""Sessions of people who logged in, and links that work once; only hashes of tokens are kept."""

from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from equivalents.store.facts import Fact, fact_in
from equivalents.store.schema import FACTS, SESSIONS

__all__ = [
    "LINK",
    "LOGIN",
    "Session",
    "add_session",
    "end_session",
    "end_sessions",
    "forget_sessions",
    "seen",
    "session_of",
    "session_with_fact",
]

LOGIN = "login"
LINK = "link"

_LASTING: Final = select(SESSIONS).where(
    SESSIONS.c.token_sha256 == bindparam("token_sha256"),
    SESSIONS.c.kind == bindparam("session_kind"),
    SESSIONS.c.ends_at > bindparam("now"),
)
# Built once: each request of somebody who logged in runs it.
_WITH_FACT: Final = (
    _LASTING.add_columns(FACTS.c.id, FACTS.c.seq, FACTS.c.kind, FACTS.c.subject, FACTS.c.body)
    .join(FACTS, (FACTS.c.subject == SESSIONS.c.subject) & (FACTS.c.kind == bindparam("fact_kind")))
    .order_by(FACTS.c.id.desc())
    .limit(1)
)


class Session(NamedTuple):
    """A session, or a link, of a subject; times as :func:`~.engine.now_utc` writes them."""

    token_sha256: str
    subject: str
    kind: str
    created_at: str
    seen_at: str
    ends_at: str


def add_session(connection: Connection, session: Session) -> None:
    """Begin a session."""
    connection.execute(insert(SESSIONS), [session._asdict()])


def session_of(connection: Connection, token_sha256: str, kind: str, now: str) -> Session | None:
    """The session of a token, while it lasts."""
    asked = {"token_sha256": token_sha256, "session_kind": kind, "now": now}
    row = connection.execute(_LASTING, asked).first()
    return None if row is None else Session(*row)


def session_with_fact(
    connection: Connection, token_sha256: str, kind: str, now: str, fact_kind: str
) -> tuple[Session, Fact] | None:
    """The session of a token, while it lasts, and the fact that holds of its subject."""
    asked = {"token_sha256": token_sha256, "session_kind": kind, "now": now, "fact_kind": fact_kind}
    row = connection.execute(_WITH_FACT, asked).first()
    if row is None:
        return None
    size = len(Session._fields)
    return Session(*row[:size]), fact_in(*row[size:])


def seen(connection: Connection, token_sha256: str, now: str, ends_at: str) -> None:
    """Write down that a session is used, and until when it lasts now."""
    which = update(SESSIONS).where(SESSIONS.c.token_sha256 == token_sha256)
    connection.execute(which.values(seen_at=now, ends_at=ends_at))


def end_session(connection: Connection, token_sha256: str) -> bool:
    """End a session or use up a link; whether it was there."""
    which = delete(SESSIONS).where(SESSIONS.c.token_sha256 == token_sha256)
    return connection.execute(which).rowcount == 1


def end_sessions(connection: Connection, subject: str) -> int:
    """End every session of a subject."""
    return connection.execute(delete(SESSIONS).where(SESSIONS.c.subject == subject)).rowcount


def forget_sessions(connection: Connection, now: str) -> int:
    """Forget sessions that are over."""
    return connection.execute(delete(SESSIONS).where(SESSIONS.c.ends_at <= now)).rowcount
