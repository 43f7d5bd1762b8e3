"""A service in this process, and visitors: users of each role, keys, and nobody."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.access.tokens import csrf_token, new_token
from api.app import create_app
from api.directory import KEYS, USERS, key_subject
from api.ground import Ground, new_id
from api.incoming import COOKIE, CSRF_HEADER
from equivalents.servicesettings import read_settings
from equivalents.store.engine import Store, open_store
from equivalents.store.facts import add_fact
from equivalents.store.place import StorePlace
from equivalents.store.sessions import LOGIN, Session, add_session
from equivalents.store.upgrading import upgrade

__all__ = ["Service", "served"]


@dataclass(frozen=True)
class Service:
    """A running service; ``nobody`` asks without a key."""

    app: FastAPI
    ground: Ground
    nobody: TestClient

    @property
    def store(self) -> Store:
        """Its store."""
        return self.ground.store

    def visitor(
        self,
        role: str,
        institutions: Sequence[str] = ("*",),
        actions: Sequence[str] | None = None,
        name: str = "",
        person_id: str = "",
    ) -> TestClient:
        """Somebody of a role: a program with a key where it is one of programs, else a person.

        ``actions`` narrows a key. The name is that of the role if none is said.
        """
        if role == "integration" or actions is not None:
            return self.program(role, institutions, actions, name)
        return self.person(role, institutions, name, person_id)

    def person(
        self,
        role: str,
        institutions: Sequence[str] = ("*",),
        name: str = "",
        person_id: str = "",
        more: Sequence[str] = (),
    ) -> TestClient:
        """A user who has logged in; ``more`` are further roles at the same institutions."""
        user, token, now = new_id("usr"), new_token("session"), self.ground.now()
        body: dict[str, Any] = {
            "login": user,
            "name": name or role,
            "roles": [{"role": one, "institutions": [*institutions]} for one in (role, *more)],
            "person_id": person_id,
            "active": True,
            "password": "",
        }
        with self.store.writing("user.add", object_kind=USERS, object_id=user) as writer:
            add_fact(writer, USERS, user, body)
        with self.store.editing() as connection:
            ends = self.ground.ahead(days=1)
            add_session(connection, Session(token.digest, user, LOGIN, now, now, ends))
        return TestClient(
            self.app,
            headers={CSRF_HEADER: csrf_token(token)},
            cookies={COOKIE: token.text},
            raise_server_exceptions=False,
        )

    def program(
        self,
        role: str = "integration",
        institutions: Sequence[str] = ("*",),
        actions: Sequence[str] | None = None,
        name: str = "",
    ) -> TestClient:
        """A program with a key."""
        token = new_token("key")
        key = key_subject(token)
        times = {"made_at": self.ground.now(), "ends_at": self.ground.ahead(days=1)}
        body: dict[str, Any] = {
            "title": name or role,
            "roles": [{"role": role, "institutions": [*institutions]}],
            "actions": None if actions is None else [*actions],
            "active": True,
            "created_by": "usr_test",
            "secrets": [{"digest": token.digest, **times}],
        }
        with self.store.writing("key.add", object_kind=KEYS, object_id=key) as writer:
            add_fact(writer, KEYS, key, body)
        headers = {"Authorization": f"Bearer {token.text}"}
        return TestClient(self.app, headers=headers, raise_server_exceptions=False)


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def served(
    place: StorePlace, data: Path, clock: Callable[[], datetime] = _now, /, **settings: str
) -> Iterator[Service]:
    """A service on a new store; ``settings`` by their names, ``clock`` as it is to go."""
    upgrade(place, who="测试 tester")
    said = {f"EQUIVALENTS_{name.upper()}": value for name, value in settings.items()}
    before = {name: os.environ.get(name) for name in said}
    os.environ.update(said)  # its workers read them, too
    data.mkdir(parents=True, exist_ok=True)
    ground = Ground(read_settings(), open_store(place, "service"), data, clock)
    app = create_app(ground)
    try:
        with TestClient(app, raise_server_exceptions=False) as nobody:
            yield Service(app, ground, nobody)
    finally:
        ground.store.close()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value
