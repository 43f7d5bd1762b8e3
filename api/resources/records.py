"""Records: what stands in the store of a month at an institution (服务记录)."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query

from api.asks import Asking, Asks
from api.models import Answered, Id
from api.paging import Listed, Page, Paged
from api.problems import RequestError
from equivalents.store.recordpages import RecordKey, record_page

__all__ = [
    "Month",
    "Record",
    "list_records",
    "router",
]

router = APIRouter(prefix="/v1/records", tags=["records 服务记录"])
Month = Annotated[str, Query(pattern="^[0-9]{4}-(0[1-9]|1[0-2])$", description="A month 月份")]
_DAYS: Final = 1 << 31
_WORDS: Final = 1 << 64


class Record(Answered):
    """A record, in the columns of the table `records`; residents and households as pseudonyms."""

    institution_id: str
    person_id: str
    item_code: str
    service_date: str
    quantity: str
    record_id: str
    corrects: str
    service_end_date: str
    resident_id: str
    household_id: str
    resident_group: str
    setting: str
    visit_number: str
    team_id: str
    performers: str
    post_id: str
    source: str


@router.get("")
def list_records(
    asking: Annotated[Asking, Depends(Asks("records.read"))],
    page: Paged,
    period: Month,
    institution_id: Annotated[Id, Query(description="Where they were done 机构")],
    person_id: Annotated[Id | None, Query()] = None,
) -> Listed[Record]:
    """Live records of a month at an institution, by day; staff members see what names them."""
    after, persons = _after(page), _persons(asking, institution_id, person_id)
    with asking.reading() as connection:
        some = record_page(
            asking.store,
            connection,
            period,
            institution_id,
            persons=persons,
            after=after,
            most=page.limit + 1,
        )
    shown, more = some[: page.limit], len(some) > page.limit
    cursor = page.next("records", shown[-1].key) if more else None
    data = [Record(**one.columns) for one in shown]
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


def _persons(asking: Asking, institution: str, person: str | None) -> frozenset[str] | None:
    """Whose records are asked for and may be seen; ``None``: everybody's."""
    wanted = None if person is None else frozenset((person,))
    if asking.principal.may_at(asking.action, institution):
        return wanted
    own = asking.principal.persons(asking.action)
    return own if wanted is None else own & wanted


def _after(page: Page) -> RecordKey | None:
    """Where the page before ended.

    Raises:
        RequestError: ``CURSOR_INVALID``.
    """
    found = page.after("records", [int, int, int])
    if found is None:
        return None
    key = RecordKey(*found)
    words = (key.first, key.second)
    if not (-_DAYS <= key.day < _DAYS and all(0 <= one < _WORDS for one in words)):
        raise RequestError("CURSOR_INVALID", page.cursor, pointer="?cursor")
    return key
