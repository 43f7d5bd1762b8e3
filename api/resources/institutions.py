"""Institutions: one object a row of the table ``institutions``, changed one by one (机构)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from fastapi import Path as InPath
from sqlalchemy import Connection
from starlette.responses import Response

from api.asks import Asking, Asks
from api.models import Answered, Asked, PeriodName, Why
from api.paging import Listed, Paged, paged
from api.problems import RequestError
from api.rowsasked import (
    AsOf,
    Cell,
    Reason,
    check_institutions,
    check_kept_id,
    given_of,
    rows_at,
    tag_of,
)
from equivalents.errors import DataError, Problem
from equivalents.intake.headings import TABLES
from equivalents.store.dated import Given, put_ready
from equivalents.store.datedread import DatedRow, part_rows
from equivalents.store.engine import Store

__all__ = [
    "Institution",
    "InstitutionAsked",
    "InstitutionId",
    "end_institution",
    "get_institution",
    "list_institutions",
    "put_institution",
    "router",
]

router = APIRouter(prefix="/v1/institutions", tags=["institutions 机构"])
InstitutionId = Annotated[str, InPath(min_length=1, max_length=200, examples=["C01"])]
_TABLE: Final = "institutions"
_ID: Final = "institution_id"
_KIND: Final = "institution"
_COLUMNS: Final = TABLES[_TABLE].names


class InstitutionAsked(Asked):
    """An institution as it is to be; what is left out is blank."""

    name: Cell = ""
    group: Cell = ""
    kind: Cell = ""
    parent_id: Cell = ""
    ownership: Cell = ""
    why: Why = ""


class Institution(Answered):
    """An institution; ``seq`` is the audit entry since which it stands so."""

    institution_id: str
    name: str
    group: str
    kind: str
    parent_id: str
    ownership: str
    seq: int


def _shown(one: DatedRow) -> Institution:
    said = {name: one.row.get(name, "") for name in _COLUMNS}
    return Institution(**said, seq=one.seq)


def _standing(connection: Connection, institution_id: str) -> list[DatedRow]:
    return part_rows(connection, _TABLE, _ID, institution_id)


@router.get("")
def list_institutions(
    asking: Annotated[Asking, Depends(Asks("institutions.read"))],
    page: Paged,
    as_of: AsOf = None,
    period: Annotated[PeriodName | None, Query()] = None,
) -> Listed[Institution]:
    """Institutions by their ids, as they stand or as they hold in a period."""
    with asking.reading() as connection:
        rows = rows_at(connection, _TABLE, period, as_of)
    seen = {one.row[_ID]: one for one in rows if not asking.hidden(one.row[_ID])}
    every = [seen[code] for code in sorted(seen)]
    part, more, cursor = paged(page, _TABLE, every, lambda one: (one.row[_ID],))
    data = [*map(_shown, part)]
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


@router.get("/{institution_id}", response_model=Institution)
def get_institution(
    institution_id: InstitutionId,
    asking: Annotated[Asking, Depends(Asks("institutions.read"))],
    as_of: AsOf = None,
    period: Annotated[PeriodName | None, Query()] = None,
) -> Response:
    """One institution."""
    found: Sequence[DatedRow] = ()
    if not asking.hidden(institution_id):
        with asking.reading() as connection:
            every = rows_at(connection, _TABLE, period, as_of)
        found = [one for one in every if one.row[_ID] == institution_id]
    if not found:
        raise RequestError("OBJECT_UNKNOWN", institution_id)
    return asking.answer(_shown(found[-1]), etag=tag_of(found))


@router.put("/{institution_id}", response_model=Institution)
def put_institution(
    institution_id: InstitutionId,
    asked: InstitutionAsked,
    asking: Annotated[Asking, Depends(Asks("institutions.edit"))],
) -> Response:
    """Register an institution (``If-None-Match: *``) or change it (``If-Match``).

    What stood before stays readable as of every earlier audit entry.
    """
    row = {_ID: institution_id, **asked.model_dump(exclude={"why"})}

    def made(store: Store) -> Institution:
        given = given_of(store, _TABLE, [row], lambda _, column: f"/{column}")
        check_kept_id(given, _ID, institution_id)
        with store.reading() as connection:
            asking.check_put(tag_of(_standing(connection, institution_id)))
            if asked.parent_id and asked.parent_id != institution_id:
                check_institutions(connection, {"/parent_id": asked.parent_id})
        _put(store, given, institution_id, asked.why)
        with store.reading() as connection:
            return _shown(_standing(connection, institution_id)[-1])

    return asking.act(made, 200)


@router.delete("/{institution_id}", status_code=204, response_class=Response)
def end_institution(
    institution_id: InstitutionId,
    asking: Annotated[Asking, Depends(Asks("institutions.edit"))],
    why: Reason = "",
) -> Response:
    """End an institution that no staff and no department belongs to any more."""

    def made(store: Store) -> None:
        with store.reading() as connection:
            found = _standing(connection, institution_id)
            if not found:
                raise RequestError("OBJECT_UNKNOWN", institution_id)
            asking.check_match(tag_of(found))
            used = sum(
                len(part_rows(connection, table, _ID, institution_id))
                for table in ("staff", "departments")
            )
        if used:
            facts = {"rows": str(used)}
            raise DataError([Problem("INSTITUTION_IN_USE", value=institution_id, facts=facts)])
        _put(store, Given(_TABLE, "", ()), institution_id, why)

    return asking.act(made, 204)


def _put(store: Store, given: Given, institution_id: str, why: str) -> None:
    part = replace(given, part=(_ID, institution_id))
    put_ready(store, part, why=why, about=(_KIND, institution_id))
