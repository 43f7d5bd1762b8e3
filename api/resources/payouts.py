"""Payouts: what an approved run pays, a line for each part of each person's pay (发放明细)."""

from datetime import datetime
from hashlib import sha256
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from api.access.roles import ALL
from api.asks import Asking, Asks
from api.models import Amount, Answered, PeriodName, Time
from api.paging import Listed, Page, Paged, page_of
from api.payoutlines import PAYOUT_LINES, Rendered
from api.periodshown import run_name
from api.problems import RequestError
from api.runsasked import run_found
from equivalents.store.periods import life
from equivalents.store.results import ADJUSTMENT, Result, results_of
from equivalents.store.resultshown import ResultShown, results_shown
from equivalents.version import __version__

__all__ = [
    "Asker",
    "Payout",
    "RUN_OR_NONE",
    "approved_run",
    "list_payouts",
    "router",
]

router = APIRouter(tags=["payouts 发放明细"])
Asker = Annotated[Asking, Depends(Asks("payouts.read"))]
RUN_OR_NONE: Final = "^(run_[1-9][0-9]{0,17})?$"
"""The id of a run, or nothing."""


class Payout(Answered):
    """One part of one person's pay; ``kind`` ``adjustment`` is back-pay above 0, claw-back below.

    ``unit_price`` is yuan for one unit of the key, blank where it would mean nothing.
    """

    run_id: str
    period: str
    institution_id: str
    institution: str
    department_id: str
    department: str
    person_id: str
    name: str
    post: str
    employment_type: str
    kind: Annotated[str, Field(pattern="^(pool_share|component|adjustment|year_end)$")]
    pool: str
    component: str
    closed_period: str
    equivalents: str
    key: str
    coefficient: str
    unit_price: str
    income_type: str
    tax_month: str
    engine: str
    method: str
    scheme_sha256: str
    weights_sha256: str
    amount: Amount


def approved_run(
    connection: Connection, asking: Asking, period: str, run_id: str, state: str
) -> ResultShown | None:
    """The run whose payouts are meant: the one that stands, approved unless any will do.

    Raises:
        RequestError: ``OBJECT_UNKNOWN``: no such run, or it is not approved.
    """
    key = ("standing run", period, run_id, state)
    found = asking.ground.stands.of(
        connection, key, lambda: _standing(connection, period, run_id, state)
    )
    if run_id and found is None:
        raise RequestError("OBJECT_UNKNOWN", run_id)
    return found


def _standing(connection: Connection, period: str, run_id: str, state: str) -> ResultShown | None:
    found: list[Result] = (
        [run_found(connection, run_id)] if run_id else results_of(connection, period)
    )
    shown = [
        one
        for one in results_shown(connection, [one for one in found if one.kind != ADJUSTMENT])
        if one.stands and (one.approved or state == "any")
    ]
    return shown[-1] if shown else None


@router.get("/v1/payouts", response_model=Listed[Payout])
def list_payouts(  # noqa: PLR0913  # each is a parameter of the address
    asking: Asker,
    page: Paged,
    period: Annotated[PeriodName | None, Query()] = None,
    run_id: Annotated[str, Query(pattern=RUN_OR_NONE, description="A run; else period")] = "",
    institution_id: Annotated[str, Query(max_length=200)] = "",
    person_id: Annotated[str, Query(max_length=200, description="The staff number 工号")] = "",
    kind: Annotated[
        Literal["pool_share", "component", "adjustment", "year_end"] | None, Query()
    ] = None,
    updated_since: Annotated[Time | None, Query(max_length=40)] = None,
    state: Annotated[
        Literal["approved", "any"], Query(description="any: also before the approval")
    ] = "approved",
) -> Response:
    """The pay lines of a period or a run, by institution and person.

    Only what the community approved, unless ``state=any`` is asked by who may read runs. With
    ``updated_since`` nothing where the run was approved before that time.
    """
    if not period and not run_id:
        raise RequestError("FIELD_MISSING", pointer="?period")
    if state == "any":
        asking.need("runs.read")
    with asking.reading() as connection:
        run = approved_run(connection, asking, period or "", run_id, state)
        since = _time(updated_since) if updated_since else None
        last = _last_step(asking, connection, run.result.period) if run and since else ""
    if run is None or (since and datetime.fromisoformat(last) <= since):
        return asking.answer(page_of(page, b"", False, None))
    result, name = run.result, run_name(run.result.id)
    lines = PAYOUT_LINES.of(asking.ground.store, result.id, result.sha256, name)
    return _answer(asking, page, name, lines, (institution_id, person_id, kind or ""))


def _last_step(asking: Asking, connection: Connection, period: str) -> str:
    """When the last step of a period was taken."""
    key = ("last step", period)
    return asking.ground.stands.of(connection, key, lambda: life(connection, period).rows[-1].at)


def _time(text: str) -> datetime:
    """A time that somebody gave.

    Raises:
        RequestError: ``FIELD_INVALID``: no RFC 3339 time with its offset.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.utcoffset() is None:
        detail = "时间写成 2026-07-10T08:00:00+08:00¦a time is written 2026-07-10T08:00:00+08:00"
        raise RequestError("FIELD_INVALID", text, pointer="?updated_since", detail=detail)
    return found


def _answer(
    asking: Asking, page: Page, name: str, lines: Rendered, wanted: tuple[str, str, str]
) -> Response:
    institution, person, kind = wanted
    reach = asking.principal.institutions("payouts.read")
    institutions = [institution] if institution else None
    own = asking.principal.persons("payouts.read")
    if reach is not ALL:
        if own and not reach:
            person = person or next(iter(own))
            if person not in own:
                return asking.answer(page_of(page, b"", False, None))
        else:
            mine = {str(one) for one in reach}
            institutions = sorted(mine & {institution} if institution else mine)
    rows = lines.rows(institutions, person, kind)
    listed = f"payouts {name} {institution} {person} {kind}"
    after = page.after(listed, [int])
    start = 0 if after is None else after[0] + 1
    part = rows[start : start + page.limit]
    end = start + len(part)
    cursor = page.next(listed, [end - 1]) if end < len(rows) else None
    # A result never changes: what it is of, where the page begins and ends, and the program that
    # writes it, say its content.
    told = f"{listed} {institutions} {start} {page.limit} {__version__}"
    etag = sha256(told.encode()).hexdigest()[:32]
    body = page_of(page, lines.cut(part), end < len(rows), cursor)
    return asking.answer(body, etag=etag)
