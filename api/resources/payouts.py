"""Payouts: what an approved run pays, a line for each part of each person's pay (发放明细)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
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
from api.runsasked import need_somewhere, run_found
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
    "standing_run",
]

router = APIRouter(tags=["payouts 发放明细"])
Asker = Annotated[Asking, Depends(Asks("payouts.read"))]
RUN_OR_NONE: Final = "^(run_[1-9][0-9]{0,17})?$"
"""The id of a run, or nothing."""
_Reach = tuple[list[str] | None, list[str]]
"""The institutions that an asker sees, ``None`` for all; and the person that they are."""
_OVERLAP: Final = timedelta(minutes=5)
"""How much further back ``updated_since`` looks: what was being written while somebody asked is
told the next time, also where two clocks differ a little."""


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
    connection: Connection, asking: Asking, asked: tuple[str, str], state: str, mark: str = "?"
) -> ResultShown | None:
    """The run whose payouts are meant: the one that stands, approved unless any will do.

    ``asked`` are the period and the run, one of which may be blank; ``mark`` begins a pointer.

    Raises:
        RequestError: ``OBJECT_UNKNOWN``: no such run, or it is not approved; ``FIELD_INVALID``: it
            is of another period, and who pays by the month would pay another one.
    """
    period, run_id = asked
    found = standing_run(connection, asking, period, run_id, state)
    if run_id and found is None:
        raise RequestError("OBJECT_UNKNOWN", run_id)
    if found is not None and period not in ("", found.result.period):
        other = found.result.period
        detail = f"{run_id} 是期间 {other} 的¦{run_id} is of the period {other}"
        raise RequestError("FIELD_INVALID", period, pointer=f"{mark}period", detail=detail)
    return found


def standing_run(
    connection: Connection, asking: Asking, period: str, run_id: str, state: str = "approved"
) -> ResultShown | None:
    """As :func:`approved_run`, but ``None`` also of a run that is named.

    Raises:
        RequestError: ``OBJECT_UNKNOWN``: there never was such a run.
    """
    key = ("standing run", period, run_id, state)
    return asking.ground.stands.of(
        connection, key, lambda: _standing(connection, period, run_id, state)
    )


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
    ``updated_since`` nothing where the run was approved more than five minutes before that time.
    """
    if not period and not run_id:
        raise RequestError("FIELD_MISSING", pointer="?period")
    action = "runs.read" if state == "any" else "payouts.read"
    if state == "any":
        need_somewhere(asking, action)
    with asking.reading() as connection:
        run = approved_run(connection, asking, (period or "", run_id), state)
        since = _time(updated_since) if updated_since else None
        given = _given(asking, connection, run.result.period) if run and since else ""
    if run is None or (since and datetime.fromisoformat(given) + _OVERLAP < since):
        page.after("")  # whoever has a page of a run that was unlocked since has no whole list
        return asking.answer(page_of(page, b"", False, None))
    result, name = run.result, run_name(run.result.id)
    lines = PAYOUT_LINES.of(asking.ground.store, result.id, result.sha256, name)
    reach = _reach(asking, action)
    return _answer(asking, page, name, lines, reach, (institution_id, person_id, kind or ""))


def _given(asking: Asking, connection: Connection, period: str) -> str:
    """When the lines of a period came to be given out: approved, or where they are not, settled.

    Later steps, as the lock, the payment or an adjustment, change none of them.
    """

    def found() -> str:
        of = life(connection, period)
        assert of.settled is not None, "its run stands"
        return of.stands.get((of.approval_step, ""), of.settled).at

    return asking.ground.stands.of(connection, ("given", period), found)


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
        detail = (
            "时间写成 2026-07-10T08:00:00+08:00，+ 在地址里写成 %2B"
            "¦a time is written 2026-07-10T08:00:00+08:00, with + as %2B in an address"
        )
        raise RequestError("FIELD_INVALID", text, pointer="?updated_since", detail=detail)
    return found


def _answer(
    asking: Asking,
    page: Page,
    name: str,
    lines: Rendered,
    reach: _Reach,
    wanted: tuple[str, str, str],
) -> Response:
    institution, person, kind = wanted
    rows = _rows(reach, lines, wanted)
    listed = f"payouts {name} {institution} {person} {kind}"
    after = page.after(listed, [int])
    if after is not None and after[0] < 0:  # it would count from the end
        raise RequestError("CURSOR_INVALID", page.cursor, pointer="?cursor")
    start = 0 if after is None else after[0] + 1
    part = rows[start : start + page.limit]
    end = start + len(part)
    cursor = page.next(listed, [end - 1]) if end < len(rows) else None
    # A result never changes: what it is of, where the page begins and ends, and the program that
    # writes it, say its content.
    told = f"{listed} {reach} {start} {page.limit} {__version__}"
    etag = sha256(told.encode()).hexdigest()[:32]
    body = page_of(page, lines.cut(part), end < len(rows), cursor)
    return asking.answer(body, etag=etag)


def _rows(of: _Reach, lines: Rendered, wanted: tuple[str, str, str]) -> Sequence[int]:
    """The positions of what the asker sees: lines of institutions within reach, and the own ones.

    Somebody may be of an institution's finance and be paid at another one, too.
    """
    institution, person, kind = wanted
    places = [institution] if institution else None
    reach, own = of
    if reach is None:
        return lines.rows(places, person, kind)
    mine = [one for one in reach if institution in ("", one)]
    theirs = lines.rows(mine, person, kind)
    if not own:
        return theirs
    found = {*theirs}
    for one in own:
        if person in ("", one):
            found |= {*lines.rows(places, one, kind)}
    return sorted(found)


def _reach(asking: Asking, action: str) -> _Reach:
    reach = asking.principal.institutions(action)
    own = sorted(asking.principal.persons(action))
    return (None if reach is ALL else sorted(map(str, reach))), own
