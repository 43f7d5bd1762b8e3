"""New stores for tests, on SQLite and on a real PostgreSQL."""

import os
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from equivalents.store.place import StorePlace, place_of

__all__ = ["DATABASES", "environment", "new_place"]

DATABASES = ("sqlite", "postgres")


def new_place(database: str, folder: Path, server: str) -> StorePlace:
    """A place where no store is yet: a file in ``folder``, or a schema of its own on ``server``."""
    if database == "sqlite":
        return place_of(str(folder / "store.db"))
    schema = f"s{uuid4().hex[:12]}"
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    engine.dispose()
    url = make_url(server).update_query_dict({"options": f"-csearch_path={schema}"})
    found = place_of(url.render_as_string(hide_password=False))
    return StorePlace(found.url, folder / "heads", folder / "cache")


def environment(place: StorePlace, **more: str) -> dict[str, str]:
    """The environment of a command that works on this store."""
    said = {
        "EQUIVALENTS_STORE": place.url.render_as_string(hide_password=False),
        "EQUIVALENTS_HEADS": str(place.heads),
        "EQUIVALENTS_CACHE": str(place.cache),
    }
    return {**os.environ, **said, **more}
