"""Random tamperings by the database's owner, past every guard: ``verify`` finds each one.

A bit flipped, a value changed, a row or body dropped, doubled or exchanged for another, in any
table, and the tail of the audit trail cut off with all that hangs on it. Faults it catches: a
column that no hash covers; bodies that are only counted; a table that ``verify`` forgets.
"""

import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Connection,
    LargeBinary,
    Table,
    Text,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

from equivalents.store import schema
from equivalents.store.engine import Store, open_store
from equivalents.store.guards import set_guards
from equivalents.store.heads import known_heads
from equivalents.store.retention import expire
from equivalents.store.upgrading import upgrade
from equivalents.store.verify import verify, verify_on
from equivalents.store.verifyfound import read_anything
from tests.keeping import TABLES, content, edit, fill, owner
from tests.proofs.counts import counts
from tests.stores import new_place

COUNT = counts(20, 1000)


class Tampering:
    """One random change, and what it was."""

    def __init__(self, connection: Connection, chance: random.Random) -> None:
        self.connection = connection
        self.chance = chance
        self.said = ""

    def do(self) -> None:
        kinds = [self.change, self.change, self.drop, self.double, self.exchange, self.cut]
        kind = self.chance.choice(kinds)
        table = self.chance.choice(schema.TABLES)
        self.said = f"{kind.__name__} {table.name}"
        kind(table)

    def row(self, table: Table) -> dict[str, Any]:
        """A random row of a table; an empty one has none."""
        key = self.key(table)
        keys = list(self.connection.execute(select(key).order_by(key)).scalars())
        wanted = select(table).where(key == self.chance.choice(keys or [0]))
        found = self.connection.execute(wanted).mappings().first()
        return dict(found) if found else {}

    @staticmethod
    def key(table: Table) -> Any:
        return next(iter(table.primary_key.columns))

    def change(self, table: Table) -> None:
        """A bit of a value, or the whole value."""
        row = self.row(table)
        if not row:
            return
        column = self.chance.choice(list(table.columns))
        value = self.changed(row[column.name])
        self.said += f" {column.name} {row[column.name]!r:.40} -> {value!r:.40}"
        key = self.key(table)
        self.connection.execute(
            update(table).where(key == row[key.name]).values({column.name: value})
        )

    def changed(self, value: Any) -> Any:
        if isinstance(value, int):
            return value ^ (1 << self.chance.randrange(40))
        if value is None:
            return self.chance.randrange(1, 9)
        if isinstance(value, bytes):
            return self.flipped(value or b"y")
        raw = self.flipped(value.encode() or b"y")
        if b"\0" in raw:
            return f"{value}x"
        if self.connection.dialect.name == "sqlite":
            # SQLite keeps whatever bytes a text has.
            return cast(literal(raw, LargeBinary), Text)
        return raw.decode(errors="replace")

    def flipped(self, data: bytes) -> bytes:
        raw = bytearray(data)
        raw[self.chance.randrange(len(raw))] ^= 1 << self.chance.randrange(8)
        return bytes(raw)

    def drop(self, table: Table) -> None:
        row = self.row(table)
        key = self.key(table)
        if row:
            self.connection.execute(delete(table).where(key == row[key.name]))

    def double(self, table: Table) -> None:
        """The same once more, under the next number or a far one."""
        row = self.row(table)
        key = self.key(table)
        if row:
            top = self.connection.execute(select(func.max(key))).scalar_one()
            row[key.name] = int(top) + self.chance.choice((1, 1, 7))
            self.connection.execute(insert(table), [row])

    def exchange(self, table: Table) -> None:
        """Two rows change places: each gets the other's number."""
        one, other = self.row(table), self.row(table)
        key = self.key(table).name
        if one and one[key] != other[key]:
            self.said += f" {one[key]} {other[key]}"
            self.connection.execute(
                delete(table).where(self.key(table).in_((one[key], other[key])))
            )
            one[key], other[key] = other[key], one[key]
            self.connection.execute(insert(table), [one, other])

    def cut(self, _table: Table) -> None:
        """The last entries, their rows and the bodies of these."""
        last = self.connection.execute(select(func.max(schema.AUDIT.c.seq))).scalar_one()
        since = self.chance.randrange(2, int(last) + 1)
        self.said = f"cut from {since}"
        for bodies in schema.BODIES:
            target = next(iter(bodies.foreign_keys)).column.table
            gone = select(target.c.id).where(target.c.seq >= since)
            self.connection.execute(delete(bodies).where(self.key(bodies).in_(gone)))
        for table in schema.GUARDED:
            self.connection.execute(delete(table).where(table.c.seq >= since))
        self.connection.execute(delete(schema.AUDIT).where(schema.AUDIT.c.seq >= since))


def test_every_random_tampering_is_found(store: Store) -> None:
    fill(store)
    assert expire(store, "2031-01-01")
    heads = known_heads(store.place.heads)
    assert verify(store).problems == []
    with store.reading() as connection:
        before = list(content(connection))
    chance = random.Random(7)
    done = 0
    for _ in range(COUNT * 3):
        with owner(store, keep=False) as connection:
            done += found(connection, store, heads, chance, before)
        if done == COUNT:
            break
    assert done == COUNT
    assert verify(store).problems == []


def found(
    connection: Connection, store: Store, heads: Any, chance: random.Random, before: list[Any]
) -> bool:
    """Tamper and look; ``False`` where nothing was changed or the database refused."""
    tampering = Tampering(connection, chance)
    try:
        with connection.begin_nested():
            tampering.do()
    except DBAPIError:
        return False
    read_anything(connection)
    if list(content(connection)) == before:
        return False
    set_guards(connection, TABLES)
    assert not verify_on(connection, store.place, heads).intact, tampering.said
    return True


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM alembic_version",
        "INSERT INTO alembic_version VALUES ('20991231_later')",
        "UPDATE alembic_version SET version_num = '20991231_later'",
    ],
)
def test_the_table_of_revisions_is_looked_at(store: Store, sql: str) -> None:
    fill(store, 1)
    with store.engine.begin() as connection:
        connection.execute(text(sql))
    assert [one.code for one in verify(store).problems] == ["VERIFY_SCHEMA"]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE imports SET received = 50.5",
        "UPDATE imports SET received = 'x'",
        "UPDATE uploads SET id = 'x'",
        "UPDATE uploads SET retain_until = x'00'",
        "UPDATE result_bodies SET body = 'x'",
        "UPDATE audit SET seq = 'x' WHERE seq = 3",
        "UPDATE audit SET who = x'ff' WHERE seq = 3",
        "UPDATE audit SET who = CAST(x'ff' AS TEXT) WHERE seq = 3",
    ],
)
def test_a_value_of_another_type_is_found(tmp_path: Path, sql: str) -> None:
    """SQLite keeps a text in a column of numbers; PostgreSQL does not."""
    place = new_place("sqlite", tmp_path, "")
    upgrade(place)
    store = open_store(place)
    fill(store, 1)
    edit(store, sql)
    assert not verify(store).intact
    store.close()
