"""A service of each kind of store, made new for each test; people, keys and receivers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from equivalents.store.place import StorePlace
from tests.service.quiet import Quiet, quiet_at
from tests.service.receivers import Receiver, receiving
from tests.service.visitors import Service, served
from tests.stores import DATABASES, new_place


@pytest.fixture(params=DATABASES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> StorePlace:
    """Where no store is yet; PostgreSQL is started only where it is needed."""
    server = request.getfixturevalue("postgres") if request.param == "postgres" else ""
    return new_place(request.param, tmp_path, server)


@pytest.fixture
def service(place: StorePlace, tmp_path: Path) -> Iterator[Service]:
    """A service on a new store, without users."""
    with served(place, tmp_path / "data") as found:
        yield found


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Service]:
    """A service on a new SQLite store: for what no database has a part in."""
    with served(new_place("sqlite", tmp_path, ""), tmp_path / "data") as found:
        yield found


@pytest.fixture
def quiet(place: StorePlace, tmp_path: Path) -> Iterator[Quiet]:
    """A service whose webhooks are sent when a test says so."""
    made = quiet_at(place, tmp_path / "data")
    yield made
    made.service.store.close()


@pytest.fixture
def still(tmp_path: Path) -> Iterator[Quiet]:
    """The same on SQLite."""
    made = quiet_at(new_place("sqlite", tmp_path, ""), tmp_path / "data")
    yield made
    made.service.store.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """What takes messages, as a payroll system does."""
    with receiving() as found:
        yield found
