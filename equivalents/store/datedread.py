"""Reading dated rows: those that stand, as known at an audit entry; all, a part, or a page of them.

No row is ever edited: it came with a put, and another put may have ended it. Source: specification
page 2 "Records at rest".
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from equivalents.store.schema import AUDIT, DATED_ENDS, DATED_ROWS, DOCUMENTS, PUTS
from equivalents.store.sealing import canonical
from equivalents.store.tableform import Row
from equivalents.store.writing import parsed

__all__ = [
    "DatedRow",
    "KeptText",
    "LastPut",
    "TableShown",
    "end_of_table",
    "kept_texts",
    "last_put",
    "last_versions",
    "part_rows",
    "rows_as_of",
    "rows_of",
    "rows_page",
    "tables_shown",
    "was_put",
]


class DatedRow(NamedTuple):
    """A kept row: ``seq`` and ``put_id`` say when and by which put it came."""

    id: int
    seq: int
    put_id: int
    position: int
    row: Row


class KeptText(NamedTuple):
    """The same, its row as it is kept: canonical JSON."""

    id: int
    seq: int
    put_id: int
    position: int
    text: str


_LOOKED_AT: Final = 5_000


class LastPut(NamedTuple):
    """The last put of a table: its id, and who did it when and why."""

    id: int
    seq: int
    at: str
    who: str
    why: str


class TableShown(NamedTuple):
    """A table of one period, or the standing one: how many rows stand, and its last put."""

    table: str
    period: str
    rows: int
    last: LastPut


def rows_as_of(
    connection: Connection, table: str, period: str = "", as_of: int | None = None
) -> list[DatedRow]:
    """The rows of a table that stand, as known at an audit entry; in the order of their files.

    ``period`` is empty for standing rows. Rows of one position are in the order they came.
    """
    return sorted(_made(connection, _wanted(table, period, as_of)), key=_place_in_file)


def kept_texts(
    connection: Connection, table: str, period: str = "", part: tuple[str, str] | None = None
) -> list[KeptText]:
    """The rows of a table that stand, none of them parsed; of a part those alone."""
    wanted = _wanted(table, period, None)
    if part is not None:
        wanted = wanted.where(_has(*part))
    return sorted(_texts(connection, wanted), key=_place_in_file)


def part_rows(
    connection: Connection,
    table: str,
    column: str,
    value: str,
    *,
    period: str = "",
    as_of: int | None = None,
) -> list[DatedRow]:
    """The rows of a table that have a value in a column; as :func:`rows_as_of` without others."""
    wanted = _wanted(table, period, as_of).where(_has(column, value))
    return sorted(_made(connection, wanted), key=_place_in_file)


def rows_page(
    connection: Connection,
    table: str,
    period: str = "",
    as_of: int | None = None,
    *,
    having: Mapping[str, str] | None = None,
    sees: Callable[[Row], bool] | None = None,
    after: tuple[int, int] = (-1, 0),
    limit: int,
) -> list[DatedRow]:
    """Some rows of a table, in the order of :func:`rows_as_of`.

    Args:
        connection: one state of the store.
        table: the table.
        period: whose rows; empty: the standing ones.
        as_of: the audit entry at which it is looked; none: the last.
        having: by column the value that a row has.
        sees: whether a row is one of them.
        after: position and id of the row after which they begin.
        limit: how many at most.
    """
    rows, found = DATED_ROWS.c, list[DatedRow]()
    wanted = _wanted(table, period, as_of).order_by(rows.position, rows.id)
    for column, value in (having or {}).items():
        wanted = wanted.where(_has(column, value))
    size = limit if sees is None else max(limit, _LOOKED_AT)
    while len(found) < limit:
        later = and_(rows.position == after[0], rows.id > after[1])
        beyond = wanted.where(or_(rows.position > after[0], later))
        part = _made(connection, beyond.limit(size))
        found += [one for one in part if sees is None or sees(one.row)]
        if len(part) < size:
            break
        after = _place_in_file(part[-1])
    return found[:limit]


def _has(column: str, value: str) -> ColumnElement[bool]:
    """Whether the text of a row says so.

    Rows are kept as canonical JSON, where no text can hold the quotes of a key and its value.
    """
    said = canonical({column: value})[1:-1]
    row = DATED_ROWS.c.row
    # Not LIKE: it does not tell letters of two cases apart in SQLite.
    return func.replace(row, said, "") != row


def _wanted(table: str, period: str, as_of: int | None) -> Select[Any]:
    rows, ends = DATED_ROWS, DATED_ENDS
    ended = ends.c.row_id == rows.c.id
    known = [rows.c.table_name == table, rows.c.period == period]
    if as_of is not None:
        ended = and_(ended, ends.c.seq <= as_of)
        known.append(rows.c.seq <= as_of)
    return (
        select(rows.c.id, rows.c.seq, rows.c.put_id, rows.c.position, rows.c.row)
        .select_from(rows.outerjoin(ends, ended))
        .where(*known, ends.c.id.is_(None))
    )


def _made(connection: Connection, wanted: Select[Any]) -> list[DatedRow]:
    return rows_of(_texts(connection, wanted))


def _texts(connection: Connection, wanted: Select[Any]) -> list[KeptText]:
    return [KeptText(*one) for one in connection.execute(wanted)]


def rows_of(found: Sequence[KeptText]) -> list[DatedRow]:
    """Kept rows, parsed."""
    # All texts at once: a call for each of a hundred thousand rows takes longer than the reading.
    rows = parsed(f"[{','.join(one.text for one in found)}]")
    return [DatedRow(*one[:-1], row) for one, row in zip(found, rows, strict=True)]


def _place_in_file(one: DatedRow | KeptText) -> tuple[int, int]:
    return one.position, one.id


def was_put(connection: Connection, table: str, as_of: int | None = None) -> set[str]:
    """The periods for which a table was put at all, also where no row stands any more."""
    wanted = select(PUTS.c.period).where(PUTS.c.table_name == table).distinct()
    if as_of is not None:
        wanted = wanted.where(PUTS.c.seq <= as_of)
    return {str(one) for one in connection.execute(wanted).scalars()}


def end_of_table(connection: Connection, table: str, period: str = "") -> int:
    """The position after that of every row that a table ever had."""
    rows = DATED_ROWS.c
    top = select(func.max(rows.position)).where(rows.table_name == table, rows.period == period)
    found = connection.execute(top).scalar()
    return 0 if found is None else int(found) + 1


def last_put(connection: Connection, table: str, period: str = "", as_of: int | None = None) -> int:
    """The id of the last put of a table; 0 where it was never put."""
    wanted = select(func.max(PUTS.c.id)).where(PUTS.c.table_name == table, PUTS.c.period == period)
    if as_of is not None:
        wanted = wanted.where(PUTS.c.seq <= as_of)
    return int(connection.execute(wanted).scalar() or 0)


def tables_shown(connection: Connection) -> list[TableShown]:
    """Every table that was put, by name and period."""
    puts = PUTS.c
    sums = func.sum(puts.added - puts.ended).label("rows")
    wanted = select(puts.table_name, puts.period, sums, func.max(puts.id).label("last"))
    found = connection.execute(wanted.group_by(puts.table_name, puts.period)).all()
    of_them = select(puts.id, AUDIT.c.seq, AUDIT.c.at, AUDIT.c.who, AUDIT.c.why).join(
        AUDIT, AUDIT.c.seq == puts.seq
    )
    latest = of_them.where(puts.id.in_([one.last for one in found]))
    last = {int(row.id): LastPut(*row) for row in connection.execute(latest)}
    made = [TableShown(one.table_name, one.period, int(one.rows), last[one.last]) for one in found]
    return sorted(made, key=lambda one: (one.table, one.period))


def last_versions(connection: Connection) -> tuple[int, int]:
    """The numbers of the last put of weights and of the last document; 0 where there is none."""
    weights = select(func.max(PUTS.c.id)).where(PUTS.c.table_name == "weights")
    found = (weights, select(func.max(DOCUMENTS.c.id)))
    puts, documents = (int(connection.execute(one).scalar() or 0) for one in found)
    return puts, documents
