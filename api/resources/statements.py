"""Statements: where everything comes from that a person is paid (个人明细单)."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from api.asks import Asking, Asks
from api.models import Amount, Answered, PeriodName
from api.openedruns import OPENED
from api.problems import RequestError
from api.runsasked import run_found
from equivalents.errors import RefusedError
from equivalents.explain import PersonStory, explain_person
from equivalents.report.explained import person_text
from equivalents.report.explained_json import person_json
from equivalents.store.results import ADJUSTMENT
from equivalents.store.resultshown import results_shown

__all__ = [
    "Statement",
    "get_statement",
    "router",
]

router = APIRouter(prefix="/v1/statements", tags=["statements 明细单"])
_ACTION = "statements.read"


class Statement(Answered):
    """A person's statement: of every figure, what it was made of."""

    person_id: str
    name: str
    period: PeriodName
    amount: Amount
    institutions: list[dict[str, Any]]


@router.get(
    "",
    response_model=Statement,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def get_statement(
    asking: Annotated[Asking, Depends(Asks(_ACTION))],
    run_id: Annotated[str, Query(pattern="^run_[1-9][0-9]{0,17}$")],
    person_id: Annotated[str, Query(min_length=1, max_length=200)],
    institution_id: Annotated[str, Query(max_length=200)] = "",
    format: Annotated[Literal["json", "text"], Query()] = "json",
) -> Response:
    """One person's statement of a run; as text it is in both languages.

    Staff members see their own once the period was published. Who sees some institutions names
    one where the person works at several.
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
    etag = f"{result.sha256[:32]}-{institution_id}" if institution_id.isascii() else ""
    if format == "text":
        return Response(person_text(story), 200, {}, "text/plain; charset=utf-8")
    return asking.answer(Statement(**person_json(story)), etag=etag)


def _visible(asking: Asking, story: PersonStory, own: bool) -> PersonStory:
    """The institutions of a story that one may see; all of them of oneself."""
    if own:
        return story
    reach = asking.principal.institutions(_ACTION)
    places = tuple(one for one in story.places if one.institution_id in reach)
    return PersonStory(story.person_id, story.name, story.period, places)
