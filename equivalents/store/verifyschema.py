"""The schema itself: tables, columns, keys and triggers are those of the revision."""

from typing import Any

from sqlalchemy import Connection, inspect, text

from equivalents.store.guards import missing_guards
from equivalents.store.revisions import HEAD
from equivalents.store.schema import METADATA, TABLES
from equivalents.store.verifyfound import Findings

__all__ = ["check_file", "check_schema", "whole_tables"]

_SHOWN = 50


def check_file(connection: Connection, found: Findings) -> None:
    """SQLite's own look at its file: pages, indexes, values; nothing on PostgreSQL."""
    if connection.dialect.name != "sqlite":
        return
    for row in connection.exec_driver_sql(f"PRAGMA integrity_check({_SHOWN})"):
        if row[0] != "ok":
            found.add("VERIFY_FILE", detail=row[0])


def check_schema(connection: Connection, found: Findings) -> None:
    """Compare the schema with the one that the program knows, and look for every trigger."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    revisions = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    if list(revisions) != [HEAD]:
        found.add("VERIFY_SCHEMA", "alembic_version", detail=", ".join(map(str, revisions)) or "-")
    context = MigrationContext.configure(connection)
    for one in compare_metadata(context, METADATA):
        # Changes of a column come as a list of tuples, others as one tuple.
        for change in one if isinstance(one, list) else [one]:
            if not _of_others(change):
                table = _table(change)
                found.add("VERIFY_SCHEMA", table, detail=_said(change))
    there = set(inspect(connection).get_table_names())
    names = [table.name for table in TABLES if table.name in there]  # the others have none
    for name in missing_guards(connection, names):
        found.add("VERIFY_GUARD", value=name)


def whole_tables(connection: Connection) -> set[str]:
    """The tables that are there with all their columns: only these can be read."""
    looked = inspect(connection)
    there = set(looked.get_table_names())
    return {
        table.name
        for table in TABLES
        if table.name in there
        and {one["name"] for one in looked.get_columns(table.name)} >= set(table.columns.keys())
    }


def _of_others(change: Any) -> bool:
    """Whether it tells of tables that are not ours: another program may have its own."""
    kind = change[0]
    if kind == "remove_table":
        return True
    table = _table(change)
    return bool(kind.startswith("remove_")) and table not in METADATA.tables


def _table(change: Any) -> str:
    """The table that a change of Alembic's is about."""
    for part in change[1:]:
        if isinstance(part, str) and part in METADATA.tables:
            return part
        table = getattr(part, "table", part)
        name = getattr(table, "name", None)
        if isinstance(name, str):
            return name
    return ""


def _said(change: Any) -> str:
    named = [
        getattr(part, "name", None) or (part if isinstance(part, str) else "") for part in change
    ]
    return " ".join(str(name) for name in named if name)
