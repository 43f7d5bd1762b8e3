"""Comparisons: what a proposal would change, over a period or a kept run (方案对比)."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from pydantic import BeforeValidator, Field
from sqlalchemy import Connection
from starlette.responses import Response

from api.access.roles import ALL
from api.asks import Asking, Asks
from api.jobs.comparing import csv_of
from api.models import Answered, Asked, PeriodName, Time, check_members, in_parts
from api.paging import Listed, Paged, paged
from api.periodshown import run_name, sees_all
from api.problems import RequestError
from api.resources.jobs import JobShown, queued
from api.runsasked import (
    JobId,
    need_somewhere,
    opened_files,
    queue,
    run_found,
    run_number,
    seen_job,
)
from equivalents.store.jobs import Job, jobs_of
from equivalents.store.periods import period_name

__all__ = [
    "Comparison",
    "ComparisonAsked",
    "create_comparison",
    "get_comparison",
    "list_comparisons",
    "router",
]

router = APIRouter(prefix="/v1/comparisons", tags=["comparisons 对比"])
_Asker = Annotated[Asking, Depends(Asks("comparisons.read"))]
_Text = Annotated[str, Field(max_length=10_000_000)]
_Cell = Annotated[str, Field(max_length=10_000)]
_Name = Annotated[str, Field(max_length=100)]
_CELLS: Final = 100
_ROWS: Final = 50_000
_Row = Annotated[
    dict[_Name, _Cell], Field(max_length=_CELLS), BeforeValidator(check_members(_CELLS))
]
_Rows = Annotated[list[_Row], Field(max_length=_ROWS), in_parts(_ROWS)]


class ComparisonAsked(Asked):
    """A proposal and what it is compared with: a ``period`` as it is known now, or a ``run_id``.

    Proposed weights are ``weights`` (rows of the table of weights, every value a text) or
    ``weights_csv``; coefficients likewise. ``partial``: only what changes is listed;
    ``own_dates``: the proposal applies by its own dates.
    """

    period: PeriodName | None = None
    run_id: Annotated[str, Field(pattern="^run_[1-9][0-9]{0,17}$")] | None = None
    weights: _Rows = Field(default=[])
    weights_csv: _Text = ""
    coefficients: _Rows = Field(default=[])
    coefficients_csv: _Text = ""
    own_dates: bool = False
    partial: bool = False


class Comparison(Answered):
    """A comparison: the job that makes it, and its summary; ``files`` are those of the job.

    The summary is null while the job is under way, and for who sees some institutions only.
    """

    id: str
    state: str
    created_at: Time
    period: PeriodName | None
    run_id: str | None
    summary: dict[str, Any] | None
    files: list[str]


@router.post("", status_code=202, response_model=JobShown)
def create_comparison(
    asked: ComparisonAsked, asking: Annotated[Asking, Depends(Asks("comparisons.create"))]
) -> Response:
    """Compare: a job, whose id is that of the comparison."""
    need_somewhere(asking, "comparisons.create")
    said = _said(asked) | {"whole": sees_all(asking.principal)}

    def add(connection: Connection) -> Job:
        if asked.run_id:
            run_found(connection, asked.run_id)
        else:
            period_name(said["period"])
        return queue(asking, connection, "comparison", said)

    return queued(asking, add)


def _said(asked: ComparisonAsked) -> dict[str, Any]:
    if (asked.period is None) == (asked.run_id is None):
        raise RequestError("FIELD_INVALID", pointer="/period", detail=_ONE)
    weights = asked.weights_csv or (csv_of(asked.weights) if asked.weights else "")
    coefficients = asked.coefficients_csv or (
        csv_of(asked.coefficients) if asked.coefficients else ""
    )
    if not weights and not coefficients:
        raise RequestError("FIELD_MISSING", pointer="/weights")
    return {
        "period": asked.period or "",
        "result": run_number(asked.run_id) if asked.run_id else 0,
        "rows": {
            "weights": 0 if asked.weights_csv else len(asked.weights),
            "coefficients": 0 if asked.coefficients_csv else len(asked.coefficients),
        },
        "weights_csv": weights,
        "coefficients_csv": coefficients,
        "own_dates": asked.own_dates,
        "partial": asked.partial,
    }


_ONE = "period 与 run_id 写且只写一个¦give period or run_id, one of the two"


def _shown(asking: Asking, job: Job) -> Comparison:
    result = job.result or {}
    return Comparison(
        id=job.job,
        state=job.state,
        created_at=job.created_at,
        period=result.get("period") or job.asked["period"] or None,
        run_id=run_name(job.asked["result"]) if job.asked["result"] else None,
        summary=result.get("summary") if sees_all(asking.principal) else None,
        files=[*opened_files(asking, job)],
    )


@router.get("")
def list_comparisons(asking: _Asker, page: Paged) -> Listed[Comparison]:
    """One's own comparisons, or all of them for who sees all jobs; oldest first."""
    everything = asking.principal.institutions("jobs.read") is ALL
    with asking.reading() as connection:
        every = [
            one
            for one in jobs_of(connection)
            if one.kind == "comparison" and (everything or one.owner == asking.principal.id)
        ]
    part, more, cursor = paged(page, "comparisons", every, lambda one: (one.created_at, one.job))
    data = [_shown(asking, one) for one in part]
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


@router.get("/{comparison_id}", response_model=Comparison)
def get_comparison(comparison_id: JobId, asking: _Asker) -> Response:
    """One comparison."""
    job = seen_job(asking, comparison_id, "comparison")
    shown = _shown(asking, job)
    return asking.answer(shown, etag=f"{job.changed_at}-{len(shown.files)}")
