"""Adjustments: what a paid period still owes or takes back, and by which period (补发扣回)."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

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
from equivalents.store.results import ADJUSTMENT, results_of
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


@router.get("")
def list_adjustments(
    asking: Annotated[Asking, Depends(Asks(_ACTION))],
    page: Paged,
    period: Annotated[PeriodName | None, Query(description="the closed period")] = None,
    into: Annotated[PeriodName | None, Query(description="the period that pays")] = None,
    institution_id: Annotated[str, Query(max_length=200)] = "",
    person_id: Annotated[str, Query(max_length=200)] = "",
) -> Listed[Adjustment]:
    """Adjusted amounts, in the order they were made; staff see theirs once they are published."""
    with asking.reading() as connection:
        kept = results_of(connection, into or "", period or "")
        made = results_shown(connection, [one for one in kept if one.kind == ADJUSTMENT])
        every = [
            one
            for shown in made
            for one in _rows(connection, shown)
            if _sees(asking, one, shown.published)
            and institution_id in ("", one.institution_id)
            and person_id in ("", one.person_id)
        ]
    data, more, cursor = paged(page, "adjustments", every, _key)
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


def _key(one: Adjustment) -> tuple[int, int]:
    return int(one.run_id.removeprefix("run_")), one.number


def _rows(connection: Connection, shown: ResultShown) -> Iterator[Adjustment]:
    result = shown.result
    body = file_of_result(connection, result.id, _FILE) or b""
    for number, row in enumerate(table_of_result(body), 1):
        said: dict[str, Any] = {name: row[name] for name in _COLUMNS}
        yield Adjustment(
            run_id=run_name(result.id),
            number=number,
            period=result.about,
            into=result.period,
            **said,
        )


def _sees(asking: Asking, one: Adjustment, published: bool) -> bool:
    if asking.principal.may_at(_ACTION, one.institution_id):
        return True
    return published and one.person_id in asking.principal.persons(_ACTION)


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
