"""Every table of the store, as SQLAlchemy sees it; one schema for SQLite and PostgreSQL.

Rows are facts and are never edited: what changes is said by a further row. Four kinds of tables:

* :data:`CHAIN`, the audit entries: one per writing transaction, each hashed over the one before.
* :data:`GUARDED` tables: their ids run from 1 without a gap, ``seq`` is the audit entry of the
  transaction that wrote the row, and that entry keeps a hash over all rows it wrote (see
  :mod:`~.sealing`). A row that is altered, added, dropped or put in another place is found.
* :data:`BODIES`: large bytes, whose hash stands in a guarded row. ``upload_bodies`` alone may be
  deleted from, and only where a tombstone says so.
* :data:`WORKING` tables: what the service needs while it works (jobs, sessions, answers already
  given, deliveries due). They are edited and cleared, are in no backup, and prove nothing.

Whole numbers are BIGINT, texts are texts, large bytes are BLOB or bytea; nothing else is used.
No row is ever sorted by a database, whose collation may differ: order is made in Python, by code
point. Sources: specification page 2 "Records at rest", "A period's life".
"""

from typing import Any, Final

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

__all__ = [
    "ANSWERS",
    "AUDIT",
    "BODIES",
    "CHAIN",
    "DATED_ENDS",
    "DATED_ROWS",
    "DELETABLE",
    "DELIVERIES",
    "DOCUMENTS",
    "FACTS",
    "GUARDED",
    "IMPORTS",
    "JOBS",
    "KEYS",
    "LOCKS",
    "MARKS",
    "METADATA",
    "PUTS",
    "REJECTIONS",
    "RESULTS",
    "RESULT_BODIES",
    "RESULT_FILES",
    "SEGMENTS",
    "SEGMENT_BODIES",
    "SEGMENT_PARENTS",
    "SESSIONS",
    "STEPS",
    "TABLES",
    "TOMBSTONES",
    "UNLOCKS",
    "UPLOADS",
    "UPLOAD_BODIES",
    "WORKING",
]

METADATA: Final = MetaData(
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


AUDIT: Final = Table(
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

# -- what comes in --------------------------------------------------------------------------------

UPLOADS: Final = _guarded(
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
UPLOAD_BODIES: Final = _bodies("upload_bodies", "upload_id", "uploads")
TOMBSTONES: Final = _guarded(
    "tombstones",
    _number("upload_id", to="uploads.id"),
    _text("sha256", default=None),
    _number("size"),
    _number("rows"),
    _text("why"),
    UniqueConstraint("upload_id"),
)
IMPORTS: Final = _guarded(
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
REJECTIONS: Final = _guarded(
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
SEGMENTS: Final = _guarded(
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
SEGMENT_BODIES: Final = _bodies("segment_bodies", "segment_id", "segments")
SEGMENT_PARENTS: Final = _guarded(
    "segment_parents",
    _number("segment_id", to="segments.id"),
    _number("parent_id", to="segments.id"),
    UniqueConstraint("parent_id"),
)

# -- dated rows -----------------------------------------------------------------------------------

PUTS: Final = _guarded(
    "puts",
    _text("table_name", default=None),
    _text("period"),  # empty: the standing rows
    _number("upload_id", to="uploads.id", null=True),
    _number("added"),
    _number("ended"),
)
DATED_ROWS: Final = _guarded(
    "dated_rows",
    _number("put_id", to="puts.id"),
    _text("table_name", default=None),
    _text("period"),
    _number("position"),  # order within the file
    _text("row", default=None),  # JSON: column -> text, machine names
    Index("ix_dated_rows_table_name", "table_name", "period"),
)
DATED_ENDS: Final = _guarded(
    "dated_ends",
    _number("put_id", to="puts.id"),
    _number("row_id", to="dated_rows.id"),
    UniqueConstraint("row_id"),
)
DOCUMENTS: Final = _guarded(
    "documents",
    _text("kind", default=None),  # case, scheme, steps, map
    _text("name"),
    _text("period"),
    _text("body", default=None),
    _text("sha256", default=None),
    Index("ix_documents_kind", "kind", "name", "period"),
)

# -- a period's life ------------------------------------------------------------------------------

RESULTS: Final = _guarded(
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
RESULT_FILES: Final = _guarded(
    "result_files",
    _number("result_id", to="results.id"),
    _text("name", default=None),
    _text("sha256", default=None),
    _number("size"),
    UniqueConstraint("result_id", "name"),
)
RESULT_BODIES: Final = _bodies("result_bodies", "file_id", "result_files")
STEPS: Final = _guarded(
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
LOCKS: Final = _guarded(
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
UNLOCKS: Final = _guarded(
    "unlocks",
    _number("lock_id", to="locks.id"),
    _text("asked_by", default=None),
    _text("allowed_by", default=None),
    _text("why", default=None),
    _text("difference"),  # JSON: what changed since, filled at the next lock
    UniqueConstraint("lock_id"),
)

# -- the store itself -----------------------------------------------------------------------------

KEYS: Final = _guarded(
    "keys",
    _text("purpose", default=None),  # resident
    _text("check_value", default=None),  # tells the right key from a wrong one, and no more
)

# -- the service ----------------------------------------------------------------------------------

FACTS: Final = _guarded(
    "facts",
    _text("kind", default=None),  # user, key, webhook, unlock, acknowledgement, ...
    _text("subject", default=None),  # the prefixed opaque id that it is about; the last one holds
    _text("body", default=None),  # JSON
    Index("ix_facts_kind", "kind", "subject"),
)

CHAIN: Final = AUDIT
GUARDED: Final[tuple[Table, ...]] = tuple(
    table for table in METADATA.sorted_tables if "id" in table.columns
)
BODIES: Final[tuple[Table, ...]] = (UPLOAD_BODIES, SEGMENT_BODIES, RESULT_BODIES)
DELETABLE: Final = UPLOAD_BODIES
TABLES: Final[tuple[Table, ...]] = (AUDIT, *GUARDED, *BODIES)
"""What is kept: everything but the working tables."""

# -- while the service works ----------------------------------------------------------------------


def _working(name: str, *columns: Any) -> Table:
    """A table of the service at work; its columns are no ``id``, as it is not guarded."""
    return Table(name, METADATA, *columns)


JOBS: Final = _working(
    "jobs",
    Column("job", Text, primary_key=True),
    _text("kind", default=None),
    _text("state", default=None),  # queued, running, succeeded, failed, cancelled
    _text("asked", default=None),  # JSON: what is to be done
    _text("owner", default=None),  # the id of the user or key that asked
    _text("who", default=None),  # the name that its audit entries carry
    _text("institutions"),  # JSON: whom it is about; empty: everybody
    _text("created_at", default=None),
    _text("changed_at", default=None),
    _text("ended_at"),
    _text("beat_at"),  # when its worker was last heard of
    _text("worker"),
    _number("attempt"),
    _number("cancel"),  # 1: somebody asked for its end
    _number("seq"),  # the audit entry that it wrote; 0: none yet
    _text("progress"),  # JSON
    _text("result"),  # JSON
    _text("problem"),  # JSON: problem+json of a failure
    Index("ix_jobs_state", "state"),
)
SESSIONS: Final = _working(
    "sessions",
    Column("token_sha256", Text, primary_key=True),
    _text("subject", default=None),
    _text("kind", default=None),  # login, link
    _text("created_at", default=None),
    _text("seen_at", default=None),
    _text("ends_at", default=None),
)
ANSWERS: Final = _working(
    "answers",
    Column("owner", Text, primary_key=True),
    Column("idempotency_key", Text, primary_key=True),
    _text("request_sha256", default=None),
    _text("created_at", default=None),
    _number("status"),
    _text("headers"),  # JSON
    _text("body"),
)
DELIVERIES: Final = _working(
    "deliveries",
    Column("delivery", Text, primary_key=True),
    _text("webhook", default=None),
    _text("event", default=None),  # the type
    _text("body", default=None),  # JSON, as it is signed
    _text("state", default=None),  # due, delivered, given_up
    _text("created_at", default=None),
    _text("due_at", default=None),
    _number("attempt"),
    _text("attempts"),  # JSON: what each attempt ended in
    Index("ix_deliveries_state", "state", "due_at"),
)
MARKS: Final = _working(
    "marks",
    Column("name", Text, primary_key=True),
    _number("number"),  # how far something has come, as the audit entry that was told last
)
WORKING: Final[tuple[Table, ...]] = (JOBS, SESSIONS, ANSWERS, DELIVERIES, MARKS)
