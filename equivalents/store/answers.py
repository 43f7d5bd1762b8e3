"""Answers that were given under an ``Idempotency-Key``, kept in the transaction of their action.

The same request again gets the same answer; another request under the key is refused; one whose
first is still under way is told so. Source: specification page 3 "Service".
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from threading import Lock
from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, insert, select, text

from equivalents.store.engine import Store
from equivalents.store.schema import ANSWERS

__all__ = ["Answer", "InFlightError", "answer_of", "forget_answers", "in_flight", "keep_answer"]


class InFlightError(Exception):
    """Another request of the same key is being answered."""


class Answer(NamedTuple):
    """An answer: the hash of its request, its status, headers as JSON, and body."""

    request_sha256: str
    status: int
    headers: str
    body: str


def answer_of(connection: Connection, owner: str, key: str) -> Answer | None:
    """The answer that an owner got under a key."""
    columns = [ANSWERS.c[name] for name in Answer._fields]
    wanted = select(*columns).where(ANSWERS.c.owner == owner, ANSWERS.c.idempotency_key == key)
    row = connection.execute(wanted).first()
    return None if row is None else Answer(*row)


def keep_answer(connection: Connection, owner: str, key: str, answer: Answer, now: str) -> None:
    """Keep an answer."""
    row = {"owner": owner, "idempotency_key": key, "created_at": now, **answer._asdict()}
    connection.execute(insert(ANSWERS), [row])


def forget_answers(connection: Connection, before: str) -> int:
    """Forget what was answered before a time; gives how many."""
    return connection.execute(delete(ANSWERS).where(ANSWERS.c.created_at < before)).rowcount


_FLYING: Final[set[tuple[str, str, str]]] = set()
_GUARD: Final = Lock()


@contextmanager
def in_flight(store: Store, owner: str, key: str) -> Iterator[None]:
    """Hold a key while its request is answered, over threads and, on PostgreSQL, over processes.

    Raises:
        InFlightError: somebody holds it.
    """
    name = (store.place.name, owner, key)
    with _GUARD:
        if name in _FLYING:
            raise InFlightError(key)
        _FLYING.add(name)
    try:
        if store.place.embedded:
            yield
        else:
            with _held(store, owner, key):
                yield
    finally:
        with _GUARD:
            _FLYING.discard(name)


@contextmanager
def _held(store: Store, owner: str, key: str) -> Iterator[None]:
    number = int.from_bytes(sha256(f"{owner}\n{key}".encode()).digest()[:8], signed=True)
    with store.engine.connect() as connection, connection.begin():
        # It ends with the transaction, also where the process is killed.
        taken = text("SELECT pg_try_advisory_xact_lock(:number)")
        if not connection.execute(taken, {"number": number}).scalar():
            raise InFlightError(key)
        yield
