"""A store with something in every table, for tests of what keeps it.

The rows are no real case: what ``verify``, ``backup`` and ``restore`` do knows nothing of their
meaning. Bodies have the hashes that their rows keep, and every link leads somewhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Table, select, text

from equivalents.store import schema
from equivalents.store.engine import Store
from equivalents.store.guards import drop_guards, set_guards
from equivalents.store.lockrow import leaves_of, lock_hash, locks_of, parts_of
from equivalents.store.merkle import root_of, tree_of
from equivalents.store.results import payout_lines, result_files, result_of
from equivalents.store.sealing import canonical, sha256_of
from equivalents.store.segmentformat import as_json, encoded, facts_of
from equivalents.store.writing import Writing

__all__ = ["TABLES", "content", "edit", "fill", "later", "owner", "rows_of", "segment"]

TABLES = [table.name for table in schema.TABLES]


def fill(store: Store, times: int = 2, *, facts: bool = True) -> None:
    """Several transactions; after them no table is empty but tombstones.

    ``facts``: also those of the service, which stores of the first revision cannot keep.
    """
    for number in range(1, times + 1):
        with store.writing("import.accept", object_kind="import", object_id=str(number)) as writer:
            _imported(writer, number)
        with store.writing("table.put", why=f"第 {number} 次") as writer:
            _put(writer, number)
            if facts:
                of = {"kind": "user", "subject": f"usr_{number}"}
                writer.add(schema.FACTS, [{**of, "body": canonical({"title": "出纳"})}] * 2)
        with store.writing("period.lock", object_kind="period", object_id=f"2026-{number:02}") as w:
            w.after = {"number": number, "名": "锁"}
            _locked(w, number)


def _imported(writer: Writing, number: int) -> None:
    body = f"记录 {number}\n".encode() * 50
    upload = writer.add_one(
        schema.UPLOADS,
        kind="records",
        file_name=f"{number} 月.csv",
        sha256=sha256_of(body),
        size=len(body),
        retain_until="" if number % 2 else "2031-01-01",
    )
    writer.add_body(schema.UPLOAD_BODIES, upload, body)
    one = writer.add_one(
        schema.IMPORTS,
        upload_id=upload,
        received=50,
        accepted=49,
        known=0,
        reversed=0,
        rejected=1,
        quality=canonical({"DATE_INVALID": 1}),
    )
    writer.add(
        schema.REJECTIONS,
        [
            {"import_id": one, "row": at, "code": "DATE_INVALID", "value": "2026-02-30"}
            for at in (2, 9)
        ],
    )
    ids = []
    for part in range(2):
        body, facts = segment(number * 2 + part)
        ids.append(
            writer.add_one(
                schema.SEGMENTS,
                import_id=one if part else None,
                kind="records" if part else "compacted",
                **facts,
            )
        )
        writer.add_body(schema.SEGMENT_BODIES, ids[-1], body)
    writer.add_one(schema.SEGMENT_PARENTS, segment_id=ids[0], parent_id=ids[1])
    if number == 1:
        writer.add_one(schema.KEYS, purpose="resident", check_value="0123456789abcdef")


def segment(number: int) -> tuple[bytes, dict[str, Any]]:
    """The bytes of a small segment, and what its row says of it."""
    table = pa.table(
        {
            "institution_id": pa.array([f"J{number}", "J9"]).dictionary_encode(),
            "service_date": pa.array([20454, 20455], pa.int32()).cast(pa.date32()),
            "key_a": pa.array([number, 2], pa.int64()),
        }
    )
    body = encoded(table)
    facts = facts_of(table)
    rows, identity = facts["rows"], facts["identity"]
    ranges = canonical(as_json(facts["ranges"]))
    whole = {"sha256": sha256_of(body), "size": len(body), "ranges": ranges}
    return body, {"rows": rows, "identity": identity, **whole}


def _put(writer: Writing, number: int) -> None:
    put = writer.add_one(schema.PUTS, table_name="staff", added=3, ended=1)
    rows = [
        {
            "put_id": put,
            "table_name": "staff",
            "position": at,
            "row": canonical({"person_id": f"P{number}{at}", "name": "张"}),
        }
        for at in range(3)
    ]
    ids = writer.add(schema.DATED_ROWS, rows)
    writer.add_one(schema.DATED_ENDS, put_id=put, row_id=ids[0])
    text = f"period: 2026-{number:02}\n"
    writer.add_one(schema.DOCUMENTS, kind="case", body=text, sha256=sha256_of(text.encode()))


def _locked(writer: Writing, number: int) -> None:
    period = f"2026-{number:02}"
    bodies = {
        "manifest.json": f'{{"number": {number}}}\n'.encode(),
        "payouts.csv": f"person_id,amount\nP{number},1.00\nP9,2.00\n".encode(),
    }
    result = writer.add_one(
        schema.RESULTS,
        period=period,
        kind="settlement",
        method="old",
        as_of=writer.seq - 1,
        inputs=canonical({"rows": [], "tables": [], "documents": []}),
        sha256=sha256_of(bodies["manifest.json"]),
    )
    for name, body in bodies.items():
        file = writer.add_one(
            schema.RESULT_FILES, result_id=result, name=name, sha256=sha256_of(body), size=len(body)
        )
        writer.add_body(schema.RESULT_BODIES, file, body)
    writer.add_one(
        schema.STEPS,
        period=period,
        step="locked",
        round=1,
        who="甲",
        at="2026-02-01",
        result_id=result,
    )
    lock = _lock(writer, result)
    writer.add_one(schema.UNLOCKS, lock_id=lock, asked_by="甲", allowed_by="乙", why="试")


def _lock(writer: Writing, result_id: int) -> int:
    """A lock as locks are: its roots and its hash are those of its result."""
    connection = writer.connection
    result = result_of(connection, result_id)
    leaves = leaves_of(result, result_files(connection, result_id), (), "flow")
    before = locks_of(connection)
    row = {
        "period": result.period,
        "result_id": result_id,
        "as_of": result.as_of,
        "leaves": canonical(leaves),
        "root": root_of(tree_of(map(canonical, leaves))),
        "payouts_root": root_of(tree_of(payout_lines(connection, result))),
        "previous": before[-1].hash if before else "",
    }
    return writer.add_one(schema.LOCKS, **row, hash=lock_hash(parts_of(row, result.sha256, "")))


def later(store: Store) -> int:
    """One more transaction; gives its entry."""
    with store.writing("test.later") as writer:
        writer.add_one(schema.DOCUMENTS, kind="case", body="x", sha256=sha256_of(b"x"))
    return writer.seq


def content(connection: Connection) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Every row and body of a store, in the order of its keys."""
    for table in schema.TABLES:
        yield from ((table.name, row) for row in rows_of(connection, table))


def rows_of(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    key = next(iter(table.primary_key.columns))
    return [tuple(row) for row in connection.execute(select(table).order_by(key))]


@contextmanager
def owner(store: Store, *, keep: bool = True) -> Iterator[Connection]:
    """The owner of the database, who takes the guards away and puts them back.

    Without ``keep`` everything is as before in the end, and the guards are not put back earlier.
    """
    with store.engine.connect() as connection:
        if store.place.embedded:
            # Past SQLAlchemy, which would begin a transaction: in one the setting says nothing.
            raw: Any = connection.connection.dbapi_connection
            raw.execute("PRAGMA foreign_keys=OFF")
        with connection.begin() as transaction:
            if not store.place.embedded:
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            drop_guards(connection, TABLES)
            yield connection
            if keep:
                set_guards(connection, TABLES)
            else:
                transaction.rollback()


def edit(store: Store, *statements: str) -> None:
    with owner(store) as connection:
        for sql in statements:
            connection.execute(text(sql))
