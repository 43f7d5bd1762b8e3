"""What makes the database itself refuse to change kept rows: triggers, and rights.

Every guarded table and every table of bodies refuses UPDATE and DELETE, on PostgreSQL also
TRUNCATE. The one exception is the body of an upload, which may be deleted once a tombstone names
it. On PostgreSQL a role that only runs the program gets SELECT and INSERT and nothing else.
Triggers stop mistakes and ordinary programs; who owns the database can drop them, which
``verify`` notices, as it notices what was changed meanwhile.
Sources: specification page 2 "Records at rest"; issue 7, "Store".
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, text

from equivalents.store.faults import GUARD_TEXT

__all__ = ["drop_guards", "grant_to", "guards_wanted", "missing_guards", "set_guards"]

_FUNCTION: Final = "equivalents_refuse"
_BODIES: Final = "upload_bodies"


def guards_wanted(tables: Iterable[str], dialect: str) -> dict[str, str]:
    """The triggers of these tables by name, each with the statement that makes it."""
    make = _sqlite if dialect == "sqlite" else _postgres
    return {name: sql for table in tables for name, sql in make(table)}


def _sqlite(table: str) -> list[tuple[str, str]]:
    made = []
    for what in ("UPDATE", "DELETE"):
        name = f"keep_{table}_{what.lower()}"
        when = ""
        if table == _BODIES and what == "DELETE":
            when = " WHEN NOT EXISTS (SELECT 1 FROM tombstones WHERE upload_id = OLD.upload_id)"
        made.append(
            (
                name,
                (
                    f"CREATE TRIGGER {name} BEFORE {what} ON {table}{when} "
                    f"BEGIN SELECT RAISE(ABORT, '{GUARD_TEXT}'); END"
                ),
            )
        )
    return made


def _postgres(table: str) -> list[tuple[str, str]]:
    rows = f"keep_{table}_rows"
    whole = f"keep_{table}_whole"
    function = f"{_FUNCTION}_body" if table == _BODIES else _FUNCTION
    return [
        (
            rows,
            (
                f"CREATE TRIGGER {rows} BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {function}()"
            ),
        ),
        (
            whole,
            (
                f"CREATE TRIGGER {whole} BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()"
            ),
        ),
    ]


_POSTGRES_FUNCTIONS: Final = (
    (
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{GUARD_TEXT}'; END $$"
    ),
    (
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}_body() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN "
        "IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM tombstones WHERE upload_id = OLD.upload_id) "
        f"THEN RETURN OLD; END IF; RAISE EXCEPTION '{GUARD_TEXT}'; END $$"
    ),
)


def set_guards(connection: Connection, tables: Iterable[str]) -> None:
    """Make the triggers of these tables."""
    dialect = connection.dialect.name
    if dialect == "postgresql":
        for sql in _POSTGRES_FUNCTIONS:
            connection.execute(text(sql))
    for sql in guards_wanted(tables, dialect).values():
        connection.execute(text(sql))


def drop_guards(connection: Connection, tables: Iterable[str]) -> None:
    """Take the triggers of these tables away: for a downgrade alone."""
    dialect = connection.dialect.name
    for table in tables:
        for name in guards_wanted([table], dialect):
            on = f" ON {table}" if dialect == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}{on}"))


def missing_guards(connection: Connection, tables: Iterable[str]) -> list[str]:
    """The triggers that are not there, are switched off, or do something else."""
    wanted = guards_wanted(tables, connection.dialect.name)
    if connection.dialect.name == "sqlite":
        found = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        )
        kept = {row[0]: row[1] for row in found}
        return sorted(name for name, sql in wanted.items() if kept.get(name) != sql)
    found = connection.execute(
        text(
            "SELECT t.tgname, p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') "
            "AND n.nspname = current_schema() AND p.prosrc LIKE :said"
        ),
        {"said": f"%{GUARD_TEXT}%"},
    )
    there = {row[0]: row[1] for row in found}
    return sorted(
        name for name, sql in wanted.items() if f"FUNCTION {there.get(name, '')}()" not in sql
    )


def grant_to(
    connection: Connection, role: str, tables: Iterable[str], working: Iterable[str] = ()
) -> None:
    """Give a PostgreSQL role what the program needs and no more; nothing on SQLite.

    ``working`` are the tables whose rows may be edited and cleared.
    """
    if connection.dialect.name != "postgresql":
        return
    quoted = connection.dialect.identifier_preparer.quote(role)
    edited = {*working}
    for table in (*tables, *sorted(edited), "alembic_version"):
        connection.execute(text(f"REVOKE ALL ON {table} FROM {quoted}"))
        rights = "SELECT, INSERT"
        if table == "alembic_version":
            rights = "SELECT"
        elif table == _BODIES:
            rights += ", DELETE"
        elif table in edited:
            rights += ", UPDATE, DELETE"
        connection.execute(text(f"GRANT {rights} ON {table} TO {quoted}"))
