"""A store of each kind, made new for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from equivalents.store.engine import Store, open_store
from equivalents.store.place import StorePlace
from equivalents.store.upgrading import upgrade
from tests.store.cachedruns import Reads, watched
from tests.stores import DATABASES, new_place


@pytest.fixture(params=DATABASES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> StorePlace:
    """Where no store is yet; PostgreSQL is started only where it is needed."""
    server = request.getfixturevalue("postgres") if request.param == "postgres" else ""
    return new_place(request.param, tmp_path, server)


@pytest.fixture
def store(place: StorePlace) -> Iterator[Store]:
    """A new store, upgraded and opened."""
    upgrade(place, who="测试 tester")
    opened = open_store(place, "测试 tester")
    yield opened
    opened.close()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """What of record files is read, counted and hashed."""
    return watched(monkeypatch)
