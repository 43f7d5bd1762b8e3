"""Where a store is: a file for SQLite, an address for PostgreSQL; and the settings around it.

A setting is given by an option of a command or by an environment variable:

======================== ==========================================================================
``EQUIVALENTS_STORE``     the store: a path of a SQLite file, or ``postgresql://...``
``EQUIVALENTS_HEADS``     the file outside that store that keeps the head of the chain
``EQUIVALENTS_KEY``       the file of the county key that hides ids of residents
``EQUIVALENTS_SEGMENTS``  where record segments are kept: empty: in the store; a folder; ``s3://``
``EQUIVALENTS_CACHE``     a folder for coded columns and tallies, which may be deleted at any time
``EQUIVALENTS_WHO``       the name that audit entries carry; else the user of this computer
``EQUIVALENTS_WAIT``      whole seconds that a writer waits for its turn; else 60
======================== ==========================================================================

Source: specification page 2 "Records at rest".
"""

import getpass
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from equivalents.errors import DataError, Problem
from equivalents.intake.opening.limits import whole_setting

__all__ = ["SETTINGS", "StorePlace", "place_of", "setting", "wait_seconds", "who_of"]

SETTINGS: Final = {
    "store": "EQUIVALENTS_STORE",
    "heads": "EQUIVALENTS_HEADS",
    "key": "EQUIVALENTS_KEY",
    "segments": "EQUIVALENTS_SEGMENTS",
    "cache": "EQUIVALENTS_CACHE",
    "who": "EQUIVALENTS_WHO",
    "wait": "EQUIVALENTS_WAIT",
}
"""Settings and the environment variables that say them."""

_WAIT_SECONDS: Final = 60
_LONGEST_WAIT: Final = 86_400

_POSTGRES: Final = ("postgresql", "postgres", "postgresql+psycopg")


@dataclass(frozen=True, slots=True)
class StorePlace:
    """A store and what belongs to it.

    ``segments`` is empty where bodies of segments stand in the database itself; ``key`` is
    ``None`` where no file of the county key was named.
    """

    url: URL
    heads: Path
    cache: Path
    segments: str = ""
    key: Path | None = None

    @property
    def embedded(self) -> bool:
        """Whether it is one SQLite file."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return Path(self.url.database or "")

    @property
    def name(self) -> str:
        """What it is called in messages: never with a password."""
        return str(self.file) if self.embedded else self.url.render_as_string(hide_password=True)


def setting(name: str, given: str | None = None) -> str:
    """A setting as it was given, else as the environment has it, else empty."""
    return given if given else os.environ.get(SETTINGS[name], "").strip()


def who_of(given: str | None = None) -> str:
    """Who does something: as given, else by the environment, else the user of this computer."""
    said = setting("who", given)
    if said:
        return said
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def wait_seconds() -> int:
    """How long a writer waits for its turn before it says that the store is busy.

    Raises:
        UsageError: the setting is not a whole number of seconds, 1 at least.
    """
    return min(whole_setting(SETTINGS["wait"], _WAIT_SECONDS, 1), _LONGEST_WAIT)


def place_of(given: str | None = None, *, key: str | None = None) -> StorePlace:
    """The place of a store from an option or the environment.

    Raises:
        DataError: ``STORE_UNNAMED``: nothing says where it is; ``STORE_PLACE``: neither a file nor
            an address of PostgreSQL.
    """
    said = setting("store", given)
    if not said:
        raise DataError([Problem("STORE_UNNAMED")])
    url = _url(said)
    ours = os.environ.get(SETTINGS["store"], "").strip()
    # The heads of the environment are those of its store: another one keeps its own, else each
    # would seem to be cut off by the other.
    heads = setting("heads") if not ours or _same(_url(ours), url) else ""
    file = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
    cache, keyfile = setting("cache"), setting("key", key)
    return StorePlace(
        url,
        Path(heads) if heads else _beside(file, url, "heads"),
        Path(cache) if cache else _beside(file, url, "cache"),
        setting("segments"),
        Path(keyfile) if keyfile else None,
    )


def _same(one: URL, other: URL) -> bool:
    return one.set(password=None) == other.set(password=None)


def _url(said: str) -> URL:
    if "://" not in said:
        return URL.create("sqlite", database=str(Path(said).absolute()))
    try:
        url = make_url(said)
    except ArgumentError:
        raise _refused(said.partition("://")[0]) from None
    if url.drivername == "sqlite" and url.database and url.database != ":memory:":
        return url.set(database=str(Path(url.database).absolute()))
    if url.drivername in _POSTGRES:
        return url.set(drivername="postgresql+psycopg")
    raise _refused(url.drivername)


def _refused(kind: str) -> DataError:
    return DataError([Problem("STORE_PLACE", value=kind)])


def _beside(file: Path | None, url: URL, what: str) -> Path:
    """Beside the SQLite file; for a server in the user's own folder, by the server's name."""
    if file is not None:
        return file.with_name(f"{file.name}.{what}")
    server = sha256(url.set(password=None).render_as_string().encode()).hexdigest()[:16]
    root = os.environ.get("XDG_STATE_HOME", "") or str(Path.home() / ".local" / "state")
    return Path(root) / "equivalents" / f"{server}.{what}"
