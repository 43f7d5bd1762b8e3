"""Appeals: what people object to while a period is published, and the answers (异议)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from api.asks import Asking, Asks
from api.models import Answered, Asked, PeriodName, Time
from api.paging import Listed, Paged, paged
from api.problems import RequestError
from equivalents.policy.calendar import parse_period
from equivalents.store.engine import Store
from equivalents.store.lifestate import Done
from equivalents.store.periods import answer, known_periods, life, object_to, period_name
from equivalents.store.proofs import places_of

__all__ = [
    "AnswerAsked",
    "Appeal",
    "AppealAsked",
    "answer_appeal",
    "create_appeal",
    "get_appeal",
    "list_appeals",
    "router",
]

router = APIRouter(prefix="/v1/appeals", tags=["appeals 异议"])
_READ: Final = "appeals.read"
_PATTERN: Final = r"^apl_[0-9]{4}(-(0[1-9]|1[0-2]|H[12]|Q[1-4]))?_[1-9][0-9]{0,8}$"
_AppealId = Annotated[str, Path(pattern=_PATTERN, examples=["apl_2026-06_1"])]
_Said = Annotated[str, Field(min_length=1, max_length=2_000)]
_Blank = Annotated[str, Field(max_length=200)]


class AppealAsked(Asked):
    """What is objected to; ``person_id``: whose pay it is about, blank: the institution's."""

    period: PeriodName
    institution_id: _Blank = ""
    person_id: _Blank = ""
    text: _Said


class AnswerAsked(Asked):
    """The answer to an appeal."""

    text: _Said


class Appeal(Answered):
    """An appeal, with its answer where there is one."""

    id: str
    period: PeriodName
    number: int
    round: int
    institution_id: str
    person_id: str
    text: str
    by: str
    at: Time
    state: Annotated[str, Field(pattern="^(open|answered)$")]
    answer: str | None
    answered_by: str | None
    answered_at: Time | None


@dataclass(frozen=True, slots=True)
class _Pair:
    """An objection and its answer."""

    period: str
    asked: Done
    answer: Done | None

    @property
    def number(self) -> int:
        return int(self.asked.facts["number"])

    @property
    def person(self) -> str:
        return str(self.asked.facts["person"])


def _pairs(connection: Connection, period: str) -> Iterator[_Pair]:
    """The objections of a period, by their numbers."""
    rows = life(connection, period).rows
    answers = {int(one.facts["number"]): one for one in rows if one.step == "answered"}
    for one in rows:
        if one.step == "objected":
            yield _Pair(period, one, answers.get(int(one.facts["number"])))


def _shown(pair: _Pair) -> Appeal:
    asked, told = pair.asked, pair.answer
    return Appeal(
        id=f"apl_{pair.period}_{pair.number}",
        period=pair.period,
        number=pair.number,
        round=asked.round,
        institution_id=asked.institution,
        person_id=pair.person,
        text=asked.why,
        by=asked.who,
        at=asked.at,
        state="open" if told is None else "answered",
        answer=told.why if told else None,
        answered_by=told.who if told else None,
        answered_at=told.at if told else None,
    )


def _sees(asking: Asking, pair: _Pair) -> bool:
    return asking.principal.sees_person(_READ, pair.person, pair.asked.institution)


def _found(asking: Asking, connection: Connection, appeal_id: str) -> _Pair:
    _, period, number = appeal_id.split("_")
    for one in _pairs(connection, period_name(period)):
        if one.number == int(number) and _sees(asking, one):
            return one
    raise RequestError("OBJECT_UNKNOWN", appeal_id)


@router.get("")
def list_appeals(
    asking: Annotated[Asking, Depends(Asks(_READ))],
    page: Paged,
    period: Annotated[PeriodName | None, Query()] = None,
    institution_id: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[Literal["open", "answered"] | None, Query()] = None,
) -> Listed[Appeal]:
    """Appeals by the first days of their periods, and their numbers."""
    with asking.reading() as connection:
        names = [period_name(period)] if period else known_periods(connection)
        found = [pair for name in names for pair in _pairs(connection, name) if _sees(asking, pair)]
    every = [_shown(pair) for pair in found]
    mine = [
        one
        for one in every
        if institution_id in ("", one.institution_id) and state in (None, one.state)
    ]
    data, more, cursor = paged(page, "appeals", mine, _key)
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


def _key(one: Appeal) -> tuple[int, str, int]:
    return parse_period(one.period).start, one.period, one.number


@router.get("/{appeal_id}", response_model=Appeal)
def get_appeal(appeal_id: _AppealId, asking: Annotated[Asking, Depends(Asks(_READ))]) -> Response:
    """One appeal."""
    with asking.reading() as connection:
        pair = _found(asking, connection, appeal_id)
    last = pair.answer or pair.asked
    return asking.answer(_shown(pair), etag=str(last.seq))


@router.post("", status_code=201, response_model=Appeal)
def create_appeal(
    asked: AppealAsked, asking: Annotated[Asking, Depends(Asks("appeals.create"))]
) -> Response:
    """Object, for oneself or for an institution, while the period is published."""
    place, person = asked.institution_id, asked.person_id
    own = person in asking.principal.persons("appeals.create")
    if not own:
        asking.need("appeals.create", place)
    period = period_name(asked.period)
    if own or person:
        _check_paid(asking, period, person, place)

    def made(store: Store) -> Appeal:
        done = object_to(store, period, asked.text, place, person)
        with store.reading() as connection:
            number = int(done.facts["number"])
            return _shown(next(o for o in _pairs(connection, period) if o.number == number))

    return asking.act(made, headers=lambda one: {"Location": f"/v1/appeals/{one.id}"})


def _check_paid(asking: Asking, period: str, person: str, place: str) -> None:
    """The person is paid there by the period: an appeal is about what was published."""
    places = places_of(asking.store, period, person)
    if places is not None and place not in places:
        raise RequestError("OBJECT_UNKNOWN", person, pointer="/person_id")


@router.post("/{appeal_id}/answer", status_code=201, response_model=Appeal)
def answer_appeal(
    appeal_id: _AppealId,
    asked: AnswerAsked,
    asking: Annotated[Asking, Depends(Asks("appeals.answer"))],
) -> Response:
    """Answer an appeal; one that is answered already is refused."""

    def made(store: Store) -> Appeal:
        with store.reading() as connection:
            pair = _found(asking, connection, appeal_id)
            asking.need("appeals.answer", pair.asked.institution)
        answer(store, pair.period, pair.number, asked.text)
        with store.reading() as connection:
            return _shown(_found(asking, connection, appeal_id))

    return asking.act(made)
