"""People: one object a person, with all their postings; the staff number is the id (人员).

Who sees some institutions sees the postings there, and puts those alone: what stands elsewhere
stays. A staff member sees the own ones.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from fastapi import Path as InPath
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from api.access.actions import ACTIONS
from api.access.roles import ALL
from api.asks import Asking, Asks
from api.models import Answered, Asked, Id, PeriodName, Why
from api.paging import Listed, Paged
from api.peopleindex import PEOPLE, People
from api.problems import RequestError
from api.rowsasked import (
    AsOf,
    Cell,
    check_institutions,
    check_kept_id,
    given_of,
    rows_at,
    tag_of,
)
from equivalents.errors import DataError, Place, Problem
from equivalents.intake.headings import TABLES
from equivalents.reasons import BOTH
from equivalents.store.dated import put_ready
from equivalents.store.datedread import DatedRow, part_rows
from equivalents.store.engine import Store
from equivalents.store.tableform import Row

__all__ = [
    "Person",
    "PersonAsked",
    "PersonId",
    "Posting",
    "PostingAsked",
    "get_person",
    "list_people",
    "put_person",
    "router",
]

router = APIRouter(prefix="/v1/people", tags=["people 人员"])
PersonId = Annotated[str, InPath(min_length=1, max_length=200, description="The staff number 工号")]
_TABLE: Final = "staff"
_ID: Final = "person_id"
_PLACE: Final = "institution_id"
_COLUMNS: Final = tuple(name for name in TABLES[_TABLE].names if name != _ID)


class PostingAsked(Asked):
    """A posting as it is to be; what is left out is blank. ``active_to`` is exclusive."""

    institution_id: Id
    post_id: Cell = ""
    department_id: Cell = ""
    name: Cell = ""
    post: Cell = ""
    title_tier: Cell = ""
    employment_type: Cell = ""
    in_cap: Cell = ""
    main: Cell = ""
    kind: Cell = ""
    fte: Cell = ""
    active_from: Cell = ""
    active_to: Cell = ""
    qualifications: Cell = ""


class PersonAsked(Asked):
    """The postings of a person as they are to be; those that are left out end."""

    postings: Annotated[list[PostingAsked], Field(max_length=200)]
    why: Why = ""


class Posting(Answered):
    """A posting; ``active_to`` is the first day after it, ``seq`` since when it stands so."""

    institution_id: str
    post_id: str
    department_id: str
    name: str
    post: str
    title_tier: str
    employment_type: str
    in_cap: str
    main: str
    kind: str
    fte: str
    active_from: str
    active_to: str
    qualifications: str
    seq: int


class Person(Answered):
    """A person, with the postings that the asker may see."""

    person_id: str
    postings: list[Posting]


def _person(person_id: str, rows: Sequence[DatedRow]) -> Person:
    postings = [
        Posting(**{name: one.row.get(name, "") for name in _COLUMNS}, seq=one.seq) for one in rows
    ]
    return Person(person_id=person_id, postings=postings)


def _seen(asking: Asking, person_id: str, rows: Sequence[DatedRow]) -> list[DatedRow]:
    """Those that the asker may see."""
    who = asking.principal
    return [
        one for one in rows if who.sees_person("people.read", person_id, one.row["institution_id"])
    ]


@router.get("")
def list_people(  # each is a parameter of the address
    asking: Annotated[Asking, Depends(Asks("people.read"))],
    page: Paged,
    institution_id: Annotated[str, Query(max_length=200)] = "",
    person_id: Annotated[str, Query(max_length=200, description="The staff number 工号")] = "",
    as_of: AsOf = None,
    period: Annotated[PeriodName | None, Query()] = None,
) -> Listed[Person]:
    """People by their numbers, as they stand or as they hold in a period."""
    with asking.reading() as connection:
        people = PEOPLE.of(asking.ground.store, connection, period, as_of)
    after = page.after("people", [str])
    start = after[0] if after else ""
    found = []
    for one in _wanted(asking, people, institution_id, person_id):
        rows = _seen(asking, one, people.postings[one]) if one > start else []
        if rows:
            found.append(_person(one, rows))
        if len(found) > page.limit:
            break
    more, data = len(found) > page.limit, found[: page.limit]
    cursor = page.next("people", [data[-1].person_id]) if more else None
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


def _wanted(asking: Asking, people: People, institution_id: str, person_id: str) -> Sequence[str]:
    """The numbers that may be meant, in their order."""
    if person_id:
        some = {person_id} & people.postings.keys()
        return [one for one in some if not institution_id or one in _at(people, institution_id)]
    reach = asking.principal.institutions("people.read")
    if institution_id:
        return sorted(_at(people, institution_id))
    if reach is ALL:
        return [*people.postings]
    own = asking.principal.persons("people.read") & people.postings.keys()
    return sorted(people.within(reach) | own)


def _at(people: People, institution_id: str) -> frozenset[str]:
    return people.by_institution.get(institution_id, frozenset())


@router.get("/{person_id}", response_model=Person)
def get_person(
    person_id: PersonId,
    asking: Annotated[Asking, Depends(Asks("people.read"))],
    as_of: AsOf = None,
    period: Annotated[PeriodName | None, Query()] = None,
) -> Response:
    """One person."""
    with asking.reading() as connection:
        if period or as_of is not None:
            every = rows_at(connection, _TABLE, period, as_of)
            rows = [one for one in every if one.row[_ID] == person_id]
        else:
            rows = part_rows(connection, _TABLE, _ID, person_id)
    seen = _seen(asking, person_id, rows)
    if not seen:
        raise RequestError("OBJECT_UNKNOWN", person_id)
    return asking.answer(_person(person_id, seen), etag=tag_of(seen))


@router.put("/{person_id}", response_model=Person)
def put_person(
    person_id: PersonId,
    asked: PersonAsked,
    asking: Annotated[Asking, Depends(Asks("people.edit"))],
) -> Response:
    """Register a person (``If-None-Match: *``) or change their postings (``If-Match``).

    Postings at institutions outside of the asker's reach stay; to send them as they stand is fine.
    """
    rows = [
        {_ID: person_id, **{name: text for name, text in one.model_dump().items() if text}}
        for one in asked.postings
    ]

    def made(store: Store) -> Person:
        given = given_of(store, _TABLE, rows, lambda at, column: f"/postings/{at}/{column}")
        check_kept_id(given, _ID, person_id)
        with store.reading() as connection:
            standing = part_rows(connection, _TABLE, _ID, person_id)
            asking.check_put(tag_of(_seen(asking, person_id, standing)))
            mine = _mine(asking, given.rows, [one.row for one in standing])
            _check_places(connection, given.rows)
        others = [one.row for one in standing if not _may(asking, one.row)]
        part = replace(given, rows=[*mine, *others], part=(_ID, person_id))
        put_ready(store, part, why=asked.why, about=("person", person_id))
        with store.reading() as connection:
            now = part_rows(connection, _TABLE, _ID, person_id)
        return _person(person_id, _seen(asking, person_id, now))

    return asking.act(made, 200)


def _may(asking: Asking, row: Row) -> bool:
    return asking.principal.may_at("people.edit", row["institution_id"])


def _mine(asking: Asking, rows: Sequence[Row], standing: Sequence[Row]) -> list[Row]:
    """Those of the rows that the asker may put; others must stand as they are given.

    Raises:
        DataError: ``FORBIDDEN_INSTITUTION`` of each.
    """
    known = ACTIONS["people.edit"]
    facts = {"action": f"{known.zh}{BOTH}{known.en}"}
    beyond = [
        Problem(
            "FORBIDDEN_INSTITUTION", Place(column=f"/postings/{at}/{_PLACE}"), row[_PLACE], facts
        )
        for at, row in enumerate(rows)
        if not _may(asking, row) and row not in standing
    ]
    if beyond:
        raise DataError(beyond)
    return [row for row in rows if _may(asking, row)]


def _check_places(connection: Connection, rows: Sequence[Row]) -> None:
    places: dict[str, str] = {}
    for at, row in enumerate(rows):
        if row["institution_id"] not in places.values():
            places[f"/postings/{at}/institution_id"] = row["institution_id"]
    check_institutions(connection, places)
