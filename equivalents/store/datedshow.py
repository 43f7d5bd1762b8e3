"""Dated rows as people ask for them: what stood at an audit entry, who put and ended each row."""

from typing import Any

from sqlalchemy import Connection, select

from equivalents.store.dated import check_table
from equivalents.store.engine import Store
from equivalents.store.schema import AUDIT, DATED_ENDS, DATED_ROWS
from equivalents.store.writing import parsed

__all__ = ["told_rows"]


def told_rows(
    store: Store, table: str, period: str = "", *, as_of: int | None = None, history: bool = False
) -> list[dict[str, Any]]:
    """The rows of a table with the audit entries by which they came and went.

    Args:
        store: the store.
        table: the table.
        period: whose rows; empty: the standing ones.
        as_of: the audit entry at which it is looked; none: the last.
        history: with rows that had ended by then.

    Raises:
        DataError: ``DATED_TABLE``, ``PERIOD_INVALID``, ``DATED_PERIOD_NEEDED``.
    """
    check_table(table, period)
    with store.reading() as connection:
        entries = _entries(connection)
        ends = {
            int(one.row_id): int(one.seq)
            for one in connection.execute(select(DATED_ENDS.c.row_id, DATED_ENDS.c.seq))
            if as_of is None or one.seq <= as_of
        }
        rows = DATED_ROWS.c
        wanted = select(rows.id, rows.seq, rows.position, rows.row).where(
            rows.table_name == table, rows.period == period
        )
        found = sorted(connection.execute(wanted), key=lambda one: (one.position, one.id))
    return [
        {
            "row": parsed(one.row),
            "put": entries[int(one.seq)],
            "ended": entries[ends[one.id]] if one.id in ends else None,
        }
        for one in found
        if (as_of is None or one.seq <= as_of) and (history or one.id not in ends)
    ]


def _entries(connection: Connection) -> dict[int, dict[str, Any]]:
    """Who did what when and why, by number."""
    wanted = select(AUDIT.c.seq, AUDIT.c.at, AUDIT.c.who, AUDIT.c.why)
    return {
        int(one.seq): {"seq": int(one.seq), "at": one.at, "who": one.who, "why": one.why}
        for one in connection.execute(wanted)
    }
