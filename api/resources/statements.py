"""Statements: where everything comes from that a person is paid (个人明细单)."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import PlainTextResponse, Response

from api.asks import Asking, Asks
from api.models import Amount, Answered, PeriodName
from api.openedruns import OPENED
from api.problems import RequestError
from api.runsasked import run_found
from equivalents.errors import RefusedError
from equivalents.explain import PersonStory, explain_person
from equivalents.report.explained import person_text
from equivalents.report.explained_json import person_json
from equivalents.store.results import ADJUSTMENT, YEAR_END, Result, payout_file
from equivalents.store.resultshown import file_of_result, results_shown, table_of_result

__all__ = [
    "Statement",
    "YearEndDue",
    "get_statement",
    "get_statement_text",
    "router",
]

router = APIRouter(prefix="/v1/statements", tags=["statements 明细单"])
_ACTION = "statements.read"
_Asker = Annotated[Asking, Depends(Asks(_ACTION))]
_RunId = Annotated[str, Query(pattern="^run_[1-9][0-9]{0,17}$")]
_PersonId = Annotated[str, Query(min_length=1, max_length=200)]
_Place = Annotated[str, Query(max_length=200)]


class YearEndDue(Answered):
    """What the end of a year pays of one component: the year's, less what was paid within it."""

    institution_id: str
    pool: str
    component: str
    entitlement: Amount
    paid: Amount
    adjusted: Amount
    due: Amount
    pay_now: Amount
    carried_on: Amount


class Statement(Answered):
    """A person's statement: of every figure, what it was made of.

    Of a year's end ``amount`` is that of the whole year, and ``year_end`` what of it is still
    paid; of any other run that list is empty.
    """

    person_id: str
    name: str
    period: PeriodName
    amount: Amount
    institutions: list[dict[str, Any]]
    year_end: list[YearEndDue]


@router.get("", response_model=Statement)
def get_statement(
    asking: _Asker,
    run_id: _RunId,
    person_id: _PersonId,
    institution_id: _Place = "",
    format: Annotated[Literal["json", "text"], Query(include_in_schema=False)] = "json",
) -> Response:
    """One person's statement of a run.

    Staff members see their own once the period was published. Who sees some institutions names
    one where the person works at several.
    """
    if format == "text":  # as it was asked for before it had an address of its own
        return get_statement_text(asking, run_id, person_id, institution_id)
    result, story, due = _told(asking, run_id, person_id, institution_id)
    etag = f"{result.sha256[:32]}-{institution_id}" if institution_id.isascii() else ""
    return asking.answer(Statement(**person_json(story), year_end=due), etag=etag)


@router.get(
    "/texts",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def get_statement_text(
    asking: _Asker, run_id: _RunId, person_id: _PersonId, institution_id: _Place = ""
) -> Response:
    """The same as a text in both languages, every figure with the sum that it is of."""
    _, story, due = _told(asking, run_id, person_id, institution_id)
    text = person_text(story) + "".join(map(_due_text, due))
    return PlainTextResponse(text)


def _told(
    asking: Asking, run_id: str, person_id: str, institution_id: str
) -> tuple[Result, PersonStory, list[YearEndDue]]:
    """What a statement tells, of the institutions that the asker sees.

    Raises:
        RequestError: ``OBJECT_UNKNOWN``: no such run or person, or none for the asker.
    """
    with asking.reading() as connection:
        result = run_found(connection, run_id)
        (shown,) = results_shown(connection, [result])
    unknown = RequestError("OBJECT_UNKNOWN", person_id)
    own = person_id in asking.principal.persons(_ACTION)
    if not own and not asking.principal.institutions(_ACTION):
        raise unknown
    if result.kind == ADJUSTMENT or not (shown.published or asking.principal.institutions(_ACTION)):
        raise RequestError("OBJECT_UNKNOWN", run_id)
    settlement = OPENED.settlement(asking.store, result.id, result.sha256)
    try:
        story = explain_person(settlement, person_id, institution_id)
        story = _visible(asking, story, own and shown.published)
    except RefusedError:
        raise unknown from None  # who is there besides is not told
    if not story.places:
        raise unknown
    due = _due(asking, result.id, story) if result.kind == YEAR_END else []
    return result, story, due


def _due(asking: Asking, result_id: int, story: PersonStory) -> list[YearEndDue]:
    """What the end of a year pays a person, at the institutions of a story."""
    with asking.reading() as connection:
        body = file_of_result(connection, result_id, payout_file(YEAR_END)) or b""
    places = {one.institution_id for one in story.places}
    return [
        YearEndDue(**{name: row[name] for name in YearEndDue.model_fields})
        for row in table_of_result(body)
        if row["person_id"] == story.person_id and row["institution_id"] in places
    ]


def _due_text(one: YearEndDue) -> str:
    where = " ".join(part for part in (one.institution_id, one.pool, one.component) if part)
    later = "" if one.carried_on == "0.00" else f"；结转 carried on {one.carried_on}"
    return (
        f"年终清算 year end  {where}：全年应得 of the year {one.entitlement} - "
        f"已付 paid {one.paid} - 已调整 adjusted {one.adjusted} = {one.due}；"
        f"本次发放 paid now {one.pay_now} 元 yuan{later}\n"
    )


def _visible(asking: Asking, story: PersonStory, own: bool) -> PersonStory:
    """The institutions of a story that one may see; all of them of oneself."""
    if own:
        return story
    reach = asking.principal.institutions(_ACTION)
    places = tuple(one for one in story.places if one.institution_id in reach)
    return PersonStory(story.person_id, story.name, story.period, places)
