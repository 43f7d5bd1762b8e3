"""Adjustments: what a paid period still owes or takes back, and by which period (补发扣回)."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection
from starlette.responses import Response

from api.asks import Asking, Asks
from api.models import Amount, Answered, Asked, PeriodName, Why
from api.paging import Listed, Paged, paged
from api.periodshown import run_name
from api.resources.jobs import JobShown, queued
from api.runsasked import queue
from equivalents.store.adjusting import check_adjustable
from equivalents.store.jobs import Job
from equivalents.store.results import ADJUSTMENT, Result, results_of
from equivalents.store.resultshown import (
    ResultShown,
    file_of_result,
    results_shown,
    table_of_result,
)

__all__ = [
    "Adjustment",
    "AdjustmentAsked",
    "create_adjustment",
    "list_adjustments",
    "router",
]

router = APIRouter(prefix="/v1/adjustments", tags=["adjustments 补发扣回"])
_ACTION = "adjustments.read"
_FILE = "adjustments.csv"
_COLUMNS = (
    *("institution_id", "person_id", "pool", "component", "closed", "earlier", "amount"),
    *("mode", "reference"),
)


class AdjustmentAsked(Asked):
    """The paid period to adjust, and the open period that pays the difference."""

    period: PeriodName
    into: PeriodName
    on_reject: Literal["stop", "quarantine"] = "stop"
    why: Why = ""


class Adjustment(Answered):
    """A signed amount of one person: positive is paid more (补发), negative taken back (扣回)."""

    run_id: str
    number: int
    period: PeriodName
    into: PeriodName
    institution_id: str
    person_id: str
    pool: str
    component: str
    closed: Amount
    earlier: Amount
    amount: Amount
    mode: str
    reference: str


class _Row(NamedTuple):
    """A row of the table of an adjustment, and whether whom it pays may know it."""

    run: int
    number: int
    published: bool
    said: Mapping[str, str]


@router.get("", response_model=Listed[Adjustment])
def list_adjustments(
    asking: Annotated[Asking, Depends(Asks(_ACTION))],
    page: Paged,
    period: Annotated[PeriodName | None, Query(description="the closed period")] = None,
    into: Annotated[PeriodName | None, Query(description="the period that pays")] = None,
    institution_id: Annotated[str, Query(max_length=200)] = "",
    person_id: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Adjusted amounts, in the order they were made; staff see theirs once they are published."""
    with asking.reading() as connection:
        key = ("adjustments", into, period)
        made = asking.ground.stands.of(
            connection, key, lambda: _made(connection, into or "", period or "")
        )
        every = [
            one
            for shown in made
            for one in _rows(asking, connection, shown)
            if institution_id in ("", one.said["institution_id"])
            and person_id in ("", one.said["person_id"])
            and _sees(asking, one)
        ]
    part, more, cursor = paged(page, "adjustments", every, lambda one: (one.run, one.number))
    of = {shown.result.id: shown.result for shown in made}
    data = [_adjustment(of[one.run], one) for one in part]
    return asking.answer(Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor))


def _made(connection: Connection, into: str, period: str) -> list[ResultShown]:
    kept = results_of(connection, into, period)
    return results_shown(connection, [one for one in kept if one.kind == ADJUSTMENT])


def _rows(asking: Asking, connection: Connection, shown: ResultShown) -> Iterator[_Row]:
    """The rows of an adjustment: its table never changes, whether it is published does."""
    result = shown.result
    key = ("adjustment", result.id, result.sha256)
    rows = asking.ground.kept_rows.of(key, lambda: _read(connection, result))
    for number, said in enumerate(rows, 1):
        yield _Row(result.id, number, shown.published, said)


def _read(connection: Connection, result: Result) -> Iterator[dict[str, str]]:
    body = file_of_result(connection, result.id, _FILE) or b""
    return ({name: row[name] for name in _COLUMNS} for row in table_of_result(body))


def _adjustment(result: Result, row: _Row) -> Adjustment:
    said: dict[str, Any] = {**row.said}
    return Adjustment(
        run_id=run_name(result.id),
        number=row.number,
        period=result.about,
        into=result.period,
        **said,
    )


def _sees(asking: Asking, one: _Row) -> bool:
    if asking.principal.may_at(_ACTION, one.said["institution_id"]):
        return True
    return one.published and one.said["person_id"] in asking.principal.persons(_ACTION)


@router.post("", status_code=202, response_model=JobShown)
def create_adjustment(
    asked: AdjustmentAsked, asking: Annotated[Asking, Depends(Asks("adjustments.create"))]
) -> Response:
    """Work out what a paid period still owes and let a later one pay it: a job."""
    asking.need("adjustments.create")

    def add(connection: Connection) -> Job:
        check_adjustable(connection, asked.period, asked.into)
        return queue(asking, connection, "adjustment", asked.model_dump())

    return queued(asking, add)
