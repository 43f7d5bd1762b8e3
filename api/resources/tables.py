"""Tables: every dated table, read by pages and put as a whole (数据表).

A put compares what is sent with what stands: equal rows stay, new ones are added, missing ones
end; nothing is edited. ``show=true`` says what would change and writes nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query
from fastapi import Path as InPath
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.access.roles import ALL
from api.asks import Asking, Asks
from api.models import Answered, PeriodName, Time, Why
from api.paging import Listed, Page, Paged, paged
from api.problems import RequestError
from api.resources.institutions import InstitutionId
from api.rowsasked import AsOf, Found, Reason, check_kept_id, found, given_of, tag_of
from api.tablebody import BODIES, Received, TableAsked, given_from, received
from api.tablesseen import ENGLISH, PUBLIC, masks_of, sees_of
from equivalents.errors import DataError, Place, Problem
from equivalents.intake.headings import TABLES
from equivalents.store.dated import Given, Put, compared, put_ready
from equivalents.store.datedread import (
    DatedRow,
    TableShown,
    last_put,
    part_rows,
    rows_page,
    tables_shown,
)
from equivalents.store.datedrules import KEPT
from equivalents.store.engine import Store
from equivalents.store.tableform import Row

__all__ = [
    "LastPutShown",
    "OfPeople",
    "PartAsked",
    "RowChange",
    "TableListed",
    "TableName",
    "TablePut",
    "TableRow",
    "get_institution_table",
    "get_table",
    "list_tables",
    "put_institution_table",
    "put_rows",
    "put_table",
    "router",
    "table_rows",
]

router = APIRouter(tags=["tables 数据表"])
TableName = Annotated[str, InPath(pattern="^[a-z]{1,30}$", examples=["weights"])]
OfPeople = Annotated[Literal["staff", "departments"], InPath()]
_SHOWN: Final = 500
_LARGEST: Final = (1 << 63) - 1
_ID: Final = "institution_id"


class LastPutShown(Answered):
    """The last put of a table; ``why`` is for who sees all people, or for all of ``weights``."""

    seq: int
    at: Time
    who: str
    why: str


class TableListed(Answered):
    """A table; ``period`` is blank for the standing rows, which hold until they are ended."""

    table: str
    title_zh: str
    title_en: str
    period: str
    per_period: bool
    columns: list[str]
    rows: int
    last_put: LastPutShown | None


class TableRow(Answered):
    """A row as it stands, its blank cells left out; ``seq``: since which audit entry."""

    position: int
    seq: int
    row: dict[str, str]


class RowChange(Answered):
    """What a put does to one row: ``before`` null where it is new, ``after`` null where it ends."""

    before: dict[str, str] | None
    after: dict[str, str] | None
    columns: list[str]


class TablePut(Answered):
    """What a put did, or would do; ``changes`` are the first 500 of ``changes_total``.

    Those of rows that the asker does not see are counted and not among them.
    """

    table: str
    period: str
    shown: bool
    added: int
    ended: int
    equal: int
    changes: list[RowChange]
    changes_total: int
    problems: list[Found]


class PartAsked(TableAsked):
    """The rows of one institution as they are to be."""

    why: Why = ""


def _period(table: str, period: str | None) -> str:
    if table not in KEPT:
        raise RequestError("OBJECT_UNKNOWN", table)
    if KEPT[table].per_period and not period:
        raise DataError([Problem("DATED_PERIOD_NEEDED", value=table)])
    return period or ""


# -- reading --------------------------------------------------------------------------------------


@router.get("/v1/tables")
def list_tables(
    asking: Annotated[Asking, Depends(Asks("tables.read"))], page: Paged
) -> Listed[TableListed]:
    """Every table by its name, and by each period for which it was put."""
    with asking.reading() as connection:
        shown = tables_shown(connection)
    kept = {(one.table, one.period): one for one in shown}
    blank = {(name, "") for name in KEPT if name not in {table for table, _ in kept}}
    every = sorted({*kept, *blank})
    part, more, cursor = paged(page, "tables", every, lambda key: key)
    whole = asking.principal.institutions("people.read") is ALL
    data = [_listed(*key, kept.get(key), whole or key[0] in PUBLIC) for key in part]
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


def _listed(table: str, period: str, one: TableShown | None, hears_why: bool) -> TableListed:
    last = None
    if one is not None:
        put = one.last
        why = put.why if hears_why else ""
        last = LastPutShown(seq=put.seq, at=put.at, who=put.who, why=why)
    return TableListed(
        table=table,
        title_zh=TABLES[table].title,
        title_en=ENGLISH[table],
        period=period,
        per_period=KEPT[table].per_period,
        columns=[*TABLES[table].names],
        rows=one.rows if one else 0,
        last_put=last,
    )


@router.get("/v1/tables/{table}", response_model=Listed[TableRow])
def get_table(  # each is a parameter of the address
    table: TableName,
    asking: Annotated[Asking, Depends(Asks("tables.read"))],
    page: Paged,
    period: Annotated[PeriodName | None, Query()] = None,
    as_of: AsOf = None,
    institution_id: Annotated[str, Query(max_length=200)] = "",
    person_id: Annotated[str, Query(max_length=200, description="The staff number 工号")] = "",
) -> Response:
    """The rows of a table that stand, in the order of their files; with a period its own.

    Account and identity numbers are masked without ``personal.read_clear``.
    """
    having = {
        name: text for name, text in ((_ID, institution_id), ("person_id", person_id)) if text
    }
    return table_rows(asking, page, table, period, as_of, having)


def table_rows(
    asking: Asking,
    page: Page,
    table: str,
    period: str | None,
    as_of: int | None,
    having: dict[str, str],
) -> Response:
    """A page of the rows of a table; its ETag is that of its last put."""
    of = _period(table, period)
    listed = f"table {table} {of} {as_of or 0} {having}"
    after = _after(page, listed)
    with asking.reading() as connection:
        sees = sees_of(asking, connection, table)
        rows = rows_page(
            connection,
            table,
            of,
            as_of,
            having=having,
            sees=sees,
            after=after,
            limit=page.limit + 1,
        )
        etag = _tag(table, of, last_put(connection, table, of, as_of))
    said = _page(asking, page, listed, rows)
    # Who sees a part sees another one when people move; that is no put of this table.
    return asking.answer(said, etag=etag if sees is None else "")


def _after(page: Page, listed: str) -> tuple[int, int]:
    """Position and id of the row where the page before ended, as a database can hold them.

    Raises:
        RequestError: ``CURSOR_INVALID``.
    """
    found = page.after(listed, [int, int])
    if found is None:
        return -1, 0
    if not all(0 <= one <= _LARGEST for one in found):
        raise RequestError("CURSOR_INVALID", page.cursor, pointer="?cursor")
    return found[0], found[1]


def _page(asking: Asking, page: Page, listed: str, rows: list[DatedRow]) -> Listed[TableRow]:
    masked, part = masks_of(asking), rows[: page.limit]
    more = len(rows) > page.limit
    data = [TableRow(position=one.position, seq=one.seq, row=masked(one.row)) for one in part]
    cursor = page.next(listed, [part[-1].position, part[-1].id]) if more else None
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


def _tag(table: str, period: str, put: int) -> str:
    return f"{table}-{period or 'standing'}-{put}" if put else ""


# -- putting --------------------------------------------------------------------------------------


@router.put("/v1/tables/{table}", response_model=TablePut, openapi_extra=BODIES)
async def put_table(  # each is a parameter of the address
    table: TableName,
    asking: Annotated[Asking, Depends(Asks("tables.edit", streams=True))],
    period: Annotated[PeriodName | None, Query()] = None,
    keep: Annotated[bool, Query(description="Rows that are not sent stay, too 只追加")] = False,
    show: bool = False,
    why: Reason = "",
) -> Response:
    """Put a whole table: JSON rows, CSV text or a workbook, with the ETag of what was read.

    One that was never put has no ETag yet and needs ``If-None-Match: *``.
    In a file Chinese headings and inclusive ends are taken as they are in a case.
    """
    of = _period(table, period)
    async with received(asking, table) as body:
        return await run_in_threadpool(put_rows, asking, body, table, of, (keep, show, why))


def put_rows(
    asking: Asking, body: Received, table: str, period: str, how: tuple[bool, bool, str]
) -> Response:
    """Put what was received; ``how``: whether others stay, whether it is only shown, and why."""
    given = given_from(asking, body, table, period)

    def tag(connection: Connection) -> str:
        return _tag(table, period, last_put(connection, table, period))

    return _put(asking, given, tag, how, body.sha256)


def _put(
    asking: Asking,
    given: Given,
    tag: Callable[[Connection], str],
    how: tuple[bool, bool, str],
    request_sha256: str = "",
) -> Response:
    """Put rows, or show what that would do; ``tag`` gives the ETag of what stands.

    They are compared before the one writer is held, and again only if somebody was faster.
    """
    keep, show, why = how
    with asking.reading() as connection:
        if show:
            asking.check_show(tag(connection))
        ready = compared(connection, given, keep=keep)
        sees = sees_of(asking, connection, given.table)
    told = _told(asking, ready, show, sees)
    if show:
        return asking.answer(told)

    def made(store: Store) -> TablePut:
        with store.reading() as connection:
            asking.check_put(tag(connection))
        done = put_ready(store, given, keep=keep, why=why, ready=ready)
        if done.seen != ready.seen:
            return _told(asking, done, show, sees)
        return told.model_copy(update={"problems": found(done.problems, asking.language)})

    return asking.act(made, 200, request_sha256=request_sha256)


def _told(asking: Asking, done: Put, shown: bool, sees: Callable[[Row], bool] | None) -> TablePut:
    masked, changes = masks_of(asking), done.changes
    seen = (one for one in changes if sees is None or not one.before or sees(one.before))
    return TablePut(
        table=done.table,
        period=done.period,
        shown=shown,
        added=len(done.added),
        ended=len(done.ended),
        equal=done.equal,
        changes=[
            RowChange(
                before=None if one.before is None else masked(one.before),
                after=None if one.after is None else masked(one.after),
                columns=[*one.columns],
            )
            for one in islice(seen, _SHOWN)
        ],
        changes_total=len(changes),
        problems=found(done.problems, asking.language),
    )


# -- the part of an institution -------------------------------------------------------------------


@router.get("/v1/institutions/{institution_id}/tables/{table}", response_model=Listed[TableRow])
def get_institution_table(
    institution_id: InstitutionId,
    table: OfPeople,
    asking: Annotated[Asking, Depends(Asks("people.read"))],
    page: Paged,
) -> Response:
    """The staff or the departments of one institution, with the ETag to put them."""
    if asking.hidden(institution_id):
        raise RequestError("OBJECT_UNKNOWN", institution_id)
    listed = f"part {table} {institution_id}"
    after = _after(page, listed)
    with asking.reading() as connection:
        every = part_rows(connection, table, _ID, institution_id)
    later = [one for one in every if (one.position, one.id) > after]
    said = _page(asking, page, listed, later[: page.limit + 1])
    return asking.answer(said, etag=tag_of(every))


@router.put("/v1/institutions/{institution_id}/tables/{table}", response_model=TablePut)
def put_institution_table(
    institution_id: InstitutionId,
    table: OfPeople,
    asked: PartAsked,
    asking: Annotated[Asking, Depends(Asks("people.edit"))],
    show: bool = False,
) -> Response:
    """Put the staff or the departments of one institution; those of others stay as they are."""
    asking.need("people.edit", institution_id)
    rows = [{_ID: institution_id, **row} for row in asked.rows]
    given = _part(asking.store, table, rows, institution_id)

    def tag(connection: Connection) -> str:
        if not part_rows(connection, "institutions", _ID, institution_id):
            raise RequestError("OBJECT_UNKNOWN", institution_id)
        return tag_of(part_rows(connection, table, _ID, institution_id))

    return _put(asking, given, tag, (False, show, asked.why))


def _part(store: Store, table: str, rows: list[dict[str, str]], institution_id: str) -> Given:
    """The rows of one institution.

    Raises:
        DataError: ``FIELD_INVALID``: each row of another one.
    """
    detail = f"应为 {institution_id}¦it has to be {institution_id}"
    others = [
        Problem("FIELD_INVALID", Place(column=f"/rows/{at}/{_ID}"), row[_ID], {"detail": detail})
        for at, row in enumerate(rows)
        if row[_ID] != institution_id
    ]
    if others:
        raise DataError(others)
    given = given_of(store, table, rows, lambda at, column: f"/rows/{at}/{column}")
    check_kept_id(given, _ID, institution_id)
    return replace(given, part=(_ID, institution_id))
