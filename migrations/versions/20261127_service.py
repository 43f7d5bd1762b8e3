"""The service: facts that it keeps, and the tables that it works with; never edited afterwards."""

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text

from equivalents.store.guards import drop_guards, set_guards

revision = "20261127_service"
down_revision = "20261126_base"
branch_labels = None
depends_on = None

METADATA = MetaData(naming_convention={"pk": "pk_%(table_name)s"})


def _text(name: str, *, default: str | None = "", key: bool = False) -> Column[Any]:
    """A text; empty unless something else is said, ``None``: it must be given."""
    if default is None or key:
        return Column(name, Text, nullable=False, primary_key=key)
    return Column(name, Text, nullable=False, default=default, server_default=default)


def _number(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False)


FACTS = Table(
    "facts",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    _number("seq"),
    _text("kind", default=None),
    _text("subject", default=None),
    _text("body", default=None),
    Index("ix_facts_kind", "kind", "subject"),
)
Table(
    "jobs",
    METADATA,
    _text("job", key=True),
    *[_text(name, default=None) for name in ("kind", "state", "asked", "owner", "who")],
    _text("institutions"),
    _text("created_at", default=None),
    _text("changed_at", default=None),
    *[_text(name) for name in ("ended_at", "beat_at", "worker")],
    *[_number(name) for name in ("attempt", "cancel", "seq")],
    *[_text(name) for name in ("progress", "result", "problem")],
    Index("ix_jobs_state", "state"),
)
Table(
    "sessions",
    METADATA,
    _text("token_sha256", key=True),
    *[_text(one, default=None) for one in ("subject", "kind", "created_at", "seen_at", "ends_at")],
)
Table(
    "answers",
    METADATA,
    _text("owner", key=True),
    _text("idempotency_key", key=True),
    _text("request_sha256", default=None),
    _text("created_at", default=None),
    _number("status"),
    _text("headers"),
    _text("body"),
)
Table(
    "deliveries",
    METADATA,
    _text("delivery", key=True),
    *[_text(one, default=None) for one in ("webhook", "event", "body", "state")],
    *[_text(one, default=None) for one in ("created_at", "due_at")],
    _number("attempt"),
    _text("attempts"),
    Index("ix_deliveries_state", "state", "due_at"),
)
Table("marks", METADATA, _text("name", key=True), _number("number"))


def upgrade() -> None:
    """Make the tables, and the triggers of the one whose rows are kept for good."""
    connection = op.get_bind()
    METADATA.create_all(connection)
    set_guards(connection, [FACTS.name])


def downgrade() -> None:
    """Take them away: users, keys and webhooks go with them."""
    connection = op.get_bind()
    drop_guards(connection, [FACTS.name])
    METADATA.drop_all(connection)
