"""Guarded rows: the runs that entries sealed follow each other without a gap, and hash as sealed.

So a row that was altered, added, dropped, given another number or another entry is found, and
what a row points at is there. Source: specification page 4 "Tamper"; :mod:`~.sealing`.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, func, select

from equivalents.store.sealing import row_hash
from equivalents.store.verifychain import runs_of
from equivalents.store.verifyfound import Findings, streamed, well_typed

__all__ = ["check_links", "check_rows"]


def check_rows(connection: Connection, table: Table, found: Findings) -> int:
    """Check every run of a table; gives how many rows were read."""
    rows = _Rows(connection, table, found)
    expected = 1
    for seq, first, last, sealed in runs_of(connection, table.name):
        if first != expected:
            found.add("VERIFY_GAP", table.name, first, str(first), expected=expected, seq=seq)
        rows.skip_before(first)
        seen, digest = rows.hashed(last, seq)
        facts: dict[str, Any] = {"first": first, "last": last, "seq": seq}
        if seen < last - first + 1:
            found.add("VERIFY_MISSING", table.name, first, missing=last - first + 1 - seen, **facts)
        elif digest != sealed:
            found.add("VERIFY_ROWS", table.name, first, **facts)
        expected = last + 1
    rows.skip_before(None)
    if rows.unsealed:
        row, count = rows.first_unsealed, rows.unsealed
        found.add("VERIFY_UNSEALED", table.name, row, str(row), count=count)
    return rows.read


class _Rows:
    """The rows of a table in the order of ids, taken one by one."""

    def __init__(self, connection: Connection, table: Table, found: Findings) -> None:
        self.table = table
        self.read = 0
        self.unsealed = 0
        self.first_unsealed = 0
        self._found = found
        self._rows: Iterator[Mapping[str, Any]] = iter(
            streamed(connection, select(table).order_by(table.c.id))
        )
        self._next = self._take()

    def _take(self) -> Mapping[str, Any] | None:
        for row in self._rows:
            self.read += 1
            if isinstance(row["id"], int):
                return row
            self._found.add("VERIFY_UNSEALED", self.table.name, 0, repr(row["id"]), count=1)
        return None

    def skip_before(self, first: int | None) -> None:
        """Pass by rows that no entry sealed; ``None``: all that are left."""
        while self._next is not None and (first is None or self._next["id"] < first):
            self.unsealed += 1
            self.first_unsealed = self.first_unsealed or self._next["id"]
            self._next = self._take()

    def hashed(self, last: int, seq: int) -> tuple[int, str]:
        """How many rows there are up to ``last``, and their hash; none where it cannot be."""
        whole, seen, sound = sha256(), 0, True
        while self._next is not None and self._next["id"] <= last:
            row = self._next
            seen += 1
            try:
                whole.update(row_hash(row))
            except (UnicodeEncodeError, TypeError):
                sound = False
            sound = sound and row["seq"] == seq and well_typed(self.table, row)
            self._next = self._take()
        return seen, whole.hexdigest() if sound else ""


def check_links(connection: Connection, table: Table, found: Findings) -> None:
    """What each row points at is there; a database may be told not to look."""
    for column in table.columns:
        for link in column.foreign_keys:
            # An alias, since a table may point at itself.
            to = link.column.table.alias()
            target = to.c[link.column.name]
            lost = (
                select(func.count(), func.min(column))
                .select_from(table.outerjoin(to, column == target))
                .where(column.is_not(None), target.is_(None))
            )
            count, first = connection.execute(lost).one()
            if count:
                facts = {"column": column.name, "to": link.column.table.name, "count": count}
                found.add("VERIFY_LINK", table.name, 0, str(first), **facts)
