"""The first schema of the store, as it was on 2026-11-26; never edited afterwards."""

from typing import Any

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from equivalents.store.guards import drop_guards, set_guards

revision = "20261126_base"
down_revision = None
branch_labels = None
depends_on = None

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)


def _text(name: str, *, default: str | None = "") -> Column[Any]:
    """A text; empty unless something else is said, ``None``: it must be given."""
    if default is None:
        return Column(name, Text, nullable=False)
    return Column(name, Text, nullable=False, default=default, server_default=default)


def _number(name: str, *, to: str | None = None, null: bool = False) -> Column[Any]:
    if to is None:
        return Column(name, BigInteger, nullable=null)
    return Column(name, BigInteger, ForeignKey(to), nullable=null)


def _guarded(name: str, *columns: Any) -> Table:
    return Table(
        name,
        METADATA,
        Column("id", BigInteger, primary_key=True, autoincrement=False),
        _number("seq"),
        *columns,
    )


def _bodies(name: str, key: str, owner: str) -> Table:
    """Large bytes of one owner."""
    return Table(
        name,
        METADATA,
        Column(key, BigInteger, ForeignKey(f"{owner}.id"), primary_key=True, autoincrement=False),
        Column("body", LargeBinary, nullable=False),
    )


Table(
    "audit",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    _text("at", default=None),  # RFC 3339 with offset
    _text("who", default=None),
    _text("action", default=None),
    _text("object_kind"),
    _text("object_id"),
    _text("before"),  # JSON, or empty
    _text("after"),
    _text("why"),
    _text("rows"),  # JSON: table -> [first id, last id, hash of these rows]
    _text("previous"),  # hash of the entry before; empty in the first
    _text("hash", default=None),
)

_guarded(
    "uploads",
    _text("kind", default=None),  # records, table, case
    _text("file_name"),
    _text("sha256", default=None),
    _number("size"),
    _text("retain_until"),  # YYYY-MM-DD, the first day on which the body may go; empty: never
    _text("cipher"),  # empty: the body is the file itself; county-key: enciphered
    _text("body_sha256"),  # of an enciphered body; sha256 and size are always those of the file
    Index("ix_uploads_sha256", "sha256"),
)
_bodies("upload_bodies", "upload_id", "uploads")
_guarded(
    "tombstones",
    _number("upload_id", to="uploads.id"),
    _text("sha256", default=None),
    _number("size"),
    _number("rows"),
    _text("why"),
    UniqueConstraint("upload_id"),
)
_guarded(
    "imports",
    _number("upload_id", to="uploads.id"),
    _text("source"),  # what the clerk calls the origin of the file
    _text("plan_sha256"),  # how the file was read: column map, sheet, encoding
    _text("period"),  # the posting period: the open one that these rows enter
    _number("replaces", to="imports.id", null=True),  # the import that a corrected file replaces
    _number("received"),
    _number("accepted"),
    _number("known"),
    _number("reversed"),
    _number("rejected"),
    _text("quality"),  # JSON: code -> count
    _text("understood"),  # JSON: what was understood of the file
)
_guarded(
    "rejections",
    _number("import_id", to="imports.id"),
    _text("file"),
    _text("sheet"),
    _number("row"),
    _text("heading"),
    _text("code"),
    _text("value"),
    _text("original"),  # JSON: the row as it stood, ids of residents as pseudonyms
    Index("ix_rejections_import_id", "import_id"),
)
_guarded(
    "segments",
    _number("import_id", to="imports.id", null=True),  # none: made by compaction
    _text("kind", default=None),  # records, reversal, compacted
    _text("period"),  # posting period
    _number("rows"),
    _text("identity", default=None),  # hash of a canonical encoding of the columns
    _text("sha256", default=None),  # hash of the bytes
    _number("size"),
    _text("ranges"),  # JSON: [[month, institution, first row, rows], ...]
    _text("place"),  # empty: in segment_bodies; else the name in the segment folder
    Index("ix_segments_import_id", "import_id"),
)
_bodies("segment_bodies", "segment_id", "segments")
_guarded(
    "segment_parents",
    _number("segment_id", to="segments.id"),
    _number("parent_id", to="segments.id"),
    UniqueConstraint("parent_id"),
)

_guarded(
    "puts",
    _text("table_name", default=None),
    _text("period"),  # empty: the standing rows
    _number("upload_id", to="uploads.id", null=True),
    _number("added"),
    _number("ended"),
)
_guarded(
    "dated_rows",
    _number("put_id", to="puts.id"),
    _text("table_name", default=None),
    _text("period"),
    _number("position"),  # order within the file
    _text("row", default=None),  # JSON: column -> text, machine names
    Index("ix_dated_rows_table_name", "table_name", "period"),
)
_guarded(
    "dated_ends",
    _number("put_id", to="puts.id"),
    _number("row_id", to="dated_rows.id"),
    UniqueConstraint("row_id"),
)
_guarded(
    "documents",
    _text("kind", default=None),  # case, scheme, steps, map
    _text("name"),
    _text("period"),
    _text("body", default=None),
    _text("sha256", default=None),
    Index("ix_documents_kind", "kind", "name", "period"),
)

_guarded(
    "results",
    _text("period", default=None),
    _text("kind", default=None),  # settlement, adjustment, year_end
    _text("method"),
    _number("as_of"),  # the audit entry up to which its inputs were read
    _text("inputs", default=None),  # JSON: hashes of everything it was made from
    _text("sha256", default=None),  # of its manifest.json
    _text("about"),  # the closed period that an adjustment corrects
    Index("ix_results_period", "period"),
)
_guarded(
    "result_files",
    _number("result_id", to="results.id"),
    _text("name", default=None),
    _text("sha256", default=None),
    _number("size"),
    UniqueConstraint("result_id", "name"),
)
_bodies("result_bodies", "file_id", "result_files")
_guarded(
    "steps",
    _text("period", default=None),
    _text("institution_id"),  # empty: a step of the whole community
    _text("step", default=None),
    _number("round"),
    _text("who", default=None),
    _text("at", default=None),
    _text("why"),
    _number("result_id", to="results.id", null=True),
    _text("facts"),  # JSON: dates of publication and so on
    Index("ix_steps_period", "period"),
)
_guarded(
    "locks",
    _text("period", default=None),
    _number("result_id", to="results.id"),
    _number("as_of"),
    _text("leaves", default=None),  # JSON: what the root is made of
    _text("root", default=None),
    _text("payouts_root", default=None),
    _text("previous"),  # hash of the lock before; empty in the first
    _text("hash", default=None),
    _number("supersedes", to="locks.id", null=True),
    UniqueConstraint("previous"),
)
_guarded(
    "unlocks",
    _number("lock_id", to="locks.id"),
    _text("asked_by", default=None),
    _text("allowed_by", default=None),
    _text("why", default=None),
    _text("difference"),  # JSON: what changed since, filled at the next lock
    UniqueConstraint("lock_id"),
)

_guarded(
    "keys",
    _text("purpose", default=None),  # resident
    _text("check_value", default=None),  # tells the right key from a wrong one, and no more
)


def upgrade() -> None:
    """Make every table, and the triggers that keep what is in them."""
    connection = op.get_bind()
    METADATA.create_all(connection)
    set_guards(connection, METADATA.tables)


def downgrade() -> None:
    """Take everything away: the store as it was before it was made."""
    connection = op.get_bind()
    drop_guards(connection, METADATA.tables)
    METADATA.drop_all(connection)
