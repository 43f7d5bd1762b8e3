"""Read-backs: what payroll and the bank made of an export: tax, net pay, who was paid (回传)."""

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from api.access.roles import ALL
from api.asks import Asking, Asks
from api.ground import new_id
from api.models import Amount, Answered, Asked, Time, Why, in_parts
from api.paging import Listed, Paged, paged
from api.payoutlines import PAYOUT_LINES
from api.resources.exports import export_found
from equivalents.errors import DataError, Place, Problem
from equivalents.store.engine import Store
from equivalents.store.facts import Fact, add_fact, facts_of
from equivalents.store.results import result_of
from equivalents.store.trail import entry_of

__all__ = [
    "BankResult",
    "READBACKS",
    "ReadBack",
    "ReadBackAsked",
    "ReadBackLine",
    "ReadBackRow",
    "create_readback",
    "list_readbacks",
    "router",
]

router = APIRouter(prefix="/v1/read-backs", tags=["read-backs 回传"])
READBACKS: Final = "readback"
BankResult = Literal["", "paid", "returned", "pending"]
_MOST: Final = 10_000


class ReadBackRow(Asked):
    """Of one person at one institution: what was withheld, what was paid out, what the bank did.

    Blank amounts: not known to whoever reads back.
    """

    person_id: Annotated[str, Field(min_length=1, max_length=200)]
    institution_id: Annotated[str, Field(min_length=1, max_length=200)]
    tax: Amount | None = None
    net: Amount | None = None
    bank_result: BankResult = ""
    note: Annotated[str, Field(max_length=500)] = ""


class ReadBackAsked(Asked):
    """What came of an export; a person may be read back again, and the last one holds."""

    export_id: Annotated[str, Field(pattern="^exp_[0-9A-Z]{1,40}$")]
    rows: Annotated[list[ReadBackRow], Field(min_length=1, max_length=_MOST), in_parts(_MOST)]
    why: Why = ""


class ReadBack(Answered):
    """What was read back at one time."""

    id: str
    export_id: str
    rows: int
    by: str


class ReadBackLine(Answered):
    """The last that was read back of a person at an institution; nothing is computed from it."""

    export_id: str
    institution_id: str
    person_id: str
    tax: Amount | None
    net: Amount | None
    bank_result: BankResult
    note: str
    read_back_id: str
    by: str
    at: Time


@router.post("", status_code=201, response_model=ReadBack)
def create_readback(
    asked: ReadBackAsked, asking: Annotated[Asking, Depends(Asks("readbacks.create"))]
) -> Response:
    """Keep tax, net pay and bank results of an export; all rows, or with any fault none."""
    with asking.reading() as connection:
        # Every institution of an export that is found is within the asker's reach.
        fact = export_found(asking, connection, asked.export_id)
    paid = _paid(asking, fact)
    problems = [*_faults(asked.rows, paid)]
    if problems:
        raise DataError(problems)
    readback = new_id("rdb")
    rows = [one.model_dump() for one in asked.rows]

    def made(store: Store) -> ReadBack:
        of_it = {"object_kind": READBACKS, "object_id": asked.export_id, "why": asked.why}
        with store.writing("readback.add", **of_it) as writer:
            head = {"id": readback, "export_id": asked.export_id, "by": writer.who}
            writer.after = {**head, "rows": len(rows)}
            add_fact(writer, READBACKS, asked.export_id, {**head, "rows": rows})
            return ReadBack(**head, rows=len(rows))

    return asking.act(made)


def _paid(asking: Asking, export: Fact) -> set[tuple[str, str]]:
    """Whom an export pays: institutions and persons."""
    number = int(str(export.body["run"]).removeprefix("run_"))
    with asking.reading() as connection:
        result = result_of(connection, number)
    lines = PAYOUT_LINES.of(asking.ground.store, number, result.sha256, export.body["run"])
    places = export.body["institutions"]
    return {one for one in lines.keys if places is None or one[0] in places}


def _faults(rows: Iterable[ReadBackRow], paid: set[tuple[str, str]]) -> Iterable[Problem]:
    seen: set[tuple[str, str]] = set()
    for at, row in enumerate(rows):
        key = (row.institution_id, row.person_id)
        place = Place(column=f"/rows/{at}/person_id")
        if key not in paid:
            facts = {"institution": row.institution_id}
            yield Problem("READBACK_PERSON", place, row.person_id, facts)
        elif key in seen:
            yield Problem("READBACK_TWICE", place, row.person_id)
        seen.add(key)


@router.get("")
def list_readbacks(
    asking: Annotated[Asking, Depends(Asks("readbacks.read"))],
    page: Paged,
    export_id: Annotated[
        str, Query(pattern="^exp_[0-9A-Z]{1,40}$", description="Of which export 导出批次")
    ],
) -> Listed[ReadBackLine]:
    """What was read back of an export, by institution and person: the last of each."""
    reach = asking.principal.institutions("readbacks.read")
    with asking.reading() as connection:
        # The export itself may be of more institutions than the asker's: the rows are cut instead.
        every = [one for one in _lines(connection, export_id) if one.institution_id in reach]
        if not every and reach is ALL:
            export_found(asking, connection, export_id)
    name = f"read-backs {export_id}"
    part, more, cursor = paged(page, name, every, lambda one: (one.institution_id, one.person_id))
    return Listed(data=part, limit=page.limit, has_more=more, next_cursor=cursor)


def _lines(connection: Connection, export_id: str) -> list[ReadBackLine]:
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for fact in facts_of(connection, READBACKS, export_id):
        entry = entry_of(connection, fact.seq)
        assert entry is not None, "a fact has its entry"
        head = {"export_id": export_id, "read_back_id": fact.body["id"]}
        more = {**head, "by": fact.body["by"], "at": entry.at}
        for row in fact.body["rows"]:
            last[row["institution_id"], row["person_id"]] = {**row, **more}
    return [ReadBackLine(**last[key]) for key in sorted(last)]
