"""Periods and the steps of their lives (期间与流程)."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.responses import Response

from api.asks import Asking, Asks
from api.models import Answered, Asked, DayOrNone, PeriodName, Why
from api.paging import Listed, Paged, paged
from api.periodshown import (
    Period,
    PeriodHead,
    head_shown,
    period_answer,
    period_etag,
    run_name,
)
from api.stepping import action_of_step, check_one_person, check_send_back, take_step
from equivalents.policy.calendar import parse_period
from equivalents.store.engine import Store
from equivalents.store.lifeshown import period_head
from equivalents.store.locking import Locked
from equivalents.store.periods import Taken, known_periods, life, period_name

__all__ = [
    "LockMade",
    "StepAsked",
    "StepTaken",
    "get_period",
    "list_periods",
    "router",
    "take_period_step",
]

router = APIRouter(prefix="/v1/periods", tags=["periods 期间"])
_Asker = Annotated[Asking, Depends(Asks("periods.read"))]
_Blank = Annotated[str, Field(max_length=200)]


class StepAsked(Asked):
    """A step to take.

    ``institution_id`` where an institution takes it; ``starts`` and ``ends`` of a publication;
    ``on``: the day of an approval or a payment.
    """

    act: Literal["submit", "approve", "publish", "lock", "pay", "return"]
    institution_id: _Blank = ""
    why: Why = ""
    on: DayOrNone = ""
    starts: DayOrNone = ""
    ends: DayOrNone = ""


class LockMade(Answered):
    """What is to be written on the minutes: the lock, its hashes, and the head of the chain."""

    lock: int
    run_id: str
    root: str
    payouts_root: str
    hash: str
    previous: str
    head: str


class StepTaken(Answered):
    """A step that was taken, and the state that the period is in now."""

    period: PeriodName
    act: str
    step: str
    institution_id: str
    who: str
    round: int
    state: str
    lock: LockMade | None


@router.get("")
def list_periods(asking: _Asker, page: Paged) -> Listed[PeriodHead]:
    """Periods that something was done of, by their first day."""
    with asking.reading() as connection:
        every = [(parse_period(name).start, name) for name in known_periods(connection)]
        part, more, cursor = paged(page, "periods", every, lambda one: one)
        heads = [head_shown(period_head(connection, name), asking.principal) for _, name in part]
    data = [PeriodHead(**one) for one in heads]
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


@router.get("/{period}", response_model=Period)
def get_period(period: PeriodName, asking: _Asker) -> Response:
    """One period; of one that nothing was done of, the flow that it would begin with."""
    with asking.reading() as connection:
        shown = period_answer(connection, period_name(period), asking.principal)
        etag = period_etag(connection, period)
    return asking.answer(shown, etag=etag)


@router.post("/{period}/steps", status_code=201, response_model=StepTaken)
def take_period_step(period: PeriodName, asked: StepAsked, asking: _Asker) -> Response:
    """Take a step. Who must be another person than one before is refused (STEP_SAME_PERSON).

    With ``If-Match`` it is taken only while the period is as it was seen.
    """
    place = asked.institution_id
    asking.need(action_of_step(asked.act, place), place)

    def made(store: Store) -> StepTaken:
        with store.reading() as connection:
            if "if-match" in asking.request.headers:
                asking.check_match(period_etag(connection, period_name(period)))
            check_one_person(connection, asking.principal, asked.act, period, place)
            check_send_back(connection, asking.principal, asked.act, period_name(period))
        done = take_step(store, asked.act, period_name(period), place, asked)
        return _taken(store, done, asked, period)

    return asking.act(made, headers=lambda done: {"Location": f"/v1/periods/{period}"})


def _taken(store: Store, done: Taken | Locked, asked: StepAsked, period: str) -> StepTaken:
    with store.reading() as connection:
        of = life(connection, period)
    last = of.rows[-1]
    lock = None
    if isinstance(done, Locked):
        one = done.lock
        names = ("root", "payouts_root", "hash", "previous")
        hashes = {name: getattr(one, name) for name in names}
        lock = LockMade(lock=one.id, run_id=run_name(one.result_id), head=str(done.head), **hashes)
    return StepTaken(
        period=period,
        act=asked.act,
        step=last.step,
        institution_id=last.institution,
        who=last.who,
        round=last.round,
        state=of.name,
        lock=lock,
    )
