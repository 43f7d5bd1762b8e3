"""Revisions of the schema: which one a store has, and the way to the one this program knows.

Sources: specification page 2 "Layout" (migrations); issue 7, "Store".
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, inspect, text

from equivalents.errors import DataError, Problem
from equivalents.resources import migrations_folder

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["HEAD", "alembic_config", "check_revision", "current_revision", "known"]

HEAD: Final = "20261127_service"
"""The revision that this program reads and writes; a test holds it equal to the last migration."""


def alembic_config(
    connection: Connection | None = None, folder: Path | None = None, **attributes: Any
) -> "Config":
    """Alembic's settings for our migrations, or those in another folder, on an open connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder or migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes.update(attributes)
    return config


def current_revision(connection: Connection) -> str:
    """The revision of a store; empty where it was never upgraded."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def check_revision(connection: Connection, name: str) -> None:
    """Refuse a store of another revision.

    Raises:
        DataError: ``STORE_ABSENT``, ``STORE_REVISION_OLD``, ``STORE_REVISION_NEW``.
    """
    found = current_revision(connection)
    if found == HEAD:
        return
    facts = {"found": found, "known": HEAD}
    if not found:
        raise DataError([Problem("STORE_ABSENT", value=name)])
    code = "STORE_REVISION_OLD" if known(found) else "STORE_REVISION_NEW"
    raise DataError([Problem(code, value=name, facts=facts)])


def known(revision: str) -> bool:
    """Whether this program has the migration that ends there."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(alembic_config())
    return revision in {one.revision for one in scripts.walk_revisions()}
