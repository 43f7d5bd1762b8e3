"""Weight tables: the county's own by series, and those that come with the program (当量表)."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.asks import Asking, Asks
from api.models import Answered
from api.paging import Listed, Paged, paged
from api.problems import RequestError
from api.resources.tables import TablePut, TableRow, put_rows, table_rows
from api.rowsasked import AsOf, Reason
from api.shippedtexts import shipped_tables
from api.tablebody import BODIES, received
from equivalents.errors import DataError, Problem
from equivalents.intake.headings import TABLES
from equivalents.policy.load import DEFAULT_SERIES
from equivalents.store.datedread import last_put, rows_as_of
from equivalents.store.tableform import Row

__all__ = [
    "SeriesShown",
    "WeightTable",
    "WeightTableName",
    "get_weight_table",
    "list_weight_tables",
    "put_weight_table",
    "router",
]

router = APIRouter(prefix="/v1/weight-tables", tags=["weight-tables 当量表"])
WeightTableName = Annotated[
    str,
    InPath(
        pattern="^[a-z0-9.-]{1,60}$",
        description="`weights` is the county's own table 本县当量表为 weights",
        examples=["weights"],
    ),
]
_OWN: Final = "weights"


class SeriesShown(Answered):
    """A series of weights: ``valid_to`` is exclusive, and blank where a row has no end."""

    series: str
    items: int
    rows: int
    valid_from: str
    valid_to: str
    references: list[str]


class WeightTable(Answered):
    """A weight table; the title of one that is not official says 示例. ``put``: its last put."""

    name: str
    origin: Literal["store", "shipped"]
    title: str
    series: list[SeriesShown]
    put: int


def _series(rows: Iterable[Row]) -> list[SeriesShown]:
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.get("series") or DEFAULT_SERIES, []).append(row)
    return [_shown(name, by_name[name]) for name in sorted(by_name)]


def _shown(name: str, rows: Sequence[Row]) -> SeriesShown:
    ends = [row.get("valid_to", "") for row in rows]
    return SeriesShown(
        series=name,
        items=len({row["item_code"] for row in rows}),
        rows=len(rows),
        valid_from=min(row["valid_from"] for row in rows),
        valid_to="" if "" in ends else max(ends),
        references=sorted({row["reference"] for row in rows if row.get("reference")}),
    )


@router.get("")
def list_weight_tables(
    asking: Annotated[Asking, Depends(Asks("tables.read"))],
    page: Paged,
    as_of: AsOf = None,
) -> Listed[WeightTable]:
    """The county's own table first, then the shipped ones by name."""
    with asking.reading() as connection:
        rows = [one.row for one in rows_as_of(connection, _OWN, as_of=as_of)]
        put = last_put(connection, _OWN, as_of=as_of)
    own = WeightTable(
        name=_OWN, origin="store", title=TABLES[_OWN].title, series=_series(rows), put=put
    )
    shipped = [
        WeightTable(
            name=one.name, origin="shipped", title=one.title, series=_series(one.rows), put=0
        )
        for one in shipped_tables().values()
    ]
    every = [(0, own), *((1, one) for one in shipped)]
    part, more, cursor = paged(page, "weight-tables", every, lambda one: (one[0], one[1].name))
    data = [one for _, one in part]
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


@router.get("/{name}", response_model=Listed[TableRow])
def get_weight_table(
    name: WeightTableName,
    asking: Annotated[Asking, Depends(Asks("tables.read"))],
    page: Paged,
    as_of: AsOf = None,
) -> Response:
    """The rows of a weight table."""
    if name == _OWN:
        return table_rows(asking, page, _OWN, None, as_of, {})
    shipped = shipped_tables().get(name)
    if shipped is None:
        raise RequestError("OBJECT_UNKNOWN", name)
    every = [*enumerate(shipped.rows)]
    part, more, cursor = paged(page, f"shipped {name}", every, lambda one: (one[0],))
    data = [TableRow(position=at, seq=0, row=row) for at, row in part]
    said = Listed[TableRow](data=data, limit=page.limit, has_more=more, next_cursor=cursor)
    return asking.answer(said)


@router.put("/{name}", response_model=TablePut, openapi_extra=BODIES)
async def put_weight_table(
    name: WeightTableName,
    asking: Annotated[Asking, Depends(Asks("tables.edit", streams=True))],
    show: bool = False,
    why: Reason = "",
) -> Response:
    """Put the county's own weights, as ``PUT /v1/tables/weights``; shipped tables stay."""
    if name in shipped_tables():
        raise DataError([Problem("WEIGHTS_SHIPPED", value=name)])
    if name != _OWN:
        raise RequestError("OBJECT_UNKNOWN", name)
    async with received(asking, _OWN) as body:
        return await run_in_threadpool(put_rows, asking, body, _OWN, "", (False, show, why))
