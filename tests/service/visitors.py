"""A service in this process, and visitors: users of each role, keys, and nobody."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.access.tokens import hashed, new_key
from api.app import create_app
from api.directory import KEYS
from api.ground import Ground, new_id
from equivalents.servicesettings import read_settings
from equivalents.store.engine import Store, open_store
from equivalents.store.facts import add_fact
from equivalents.store.place import StorePlace
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
    ) -> TestClient:
        """A program with a key of a role; its name is that of the role if none is said."""
        key_id = new_id("key")
        secret = new_key(key_id)
        body: dict[str, Any] = {
            "title": name or role,
            "roles": [{"role": role, "institutions": [*institutions]}],
            "actions": None if actions is None else [*actions],
            "active": True,
            "created_by": "usr_test",
            "secrets": [{"sha256": hashed(secret), "ends_at": self.ground.ahead(days=1)}],
        }
        with self.store.writing("key.add", object_kind=KEYS, object_id=key_id) as writer:
            add_fact(writer, KEYS, key_id, body)
        headers = {"Authorization": f"Bearer {secret}"}
        return TestClient(self.app, headers=headers, raise_server_exceptions=False)


@contextmanager
def served(place: StorePlace, data: Path, **settings: str) -> Iterator[Service]:
    """A service on a new store; ``settings`` by their names."""
    upgrade(place, who="测试 tester")
    said = {f"EQUIVALENTS_{name.upper()}": value for name, value in settings.items()}
    before = {name: os.environ.get(name) for name in said}
    os.environ.update(said)  # its workers read them, too
    data.mkdir(parents=True, exist_ok=True)
    ground = Ground(read_settings(), open_store(place, "service"), data)
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
