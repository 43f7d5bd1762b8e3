"""Rows of dated tables as they are sent and shown: JSON rows checked as those of a file are.

A row is an object of texts by machine names; end dates are exclusive in it. A masked number or a
pseudonym that comes back is refused, since it would take the place of the real one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Final

from fastapi import Query
from pydantic import BeforeValidator, Field
from sqlalchemy import Connection

from api.access.masks import MASKED
from api.access.roles import ALL, Principal
from api.language import over_http
from api.models import Answered, check_members
from api.problems import RequestError
from equivalents.errors import DataError, Place, Problem
from equivalents.findings import Findings, Places, Table
from equivalents.intake.headings import TABLES
from equivalents.intake.tables import breaks
from equivalents.policy.calendar import parse_period
from equivalents.store.casetexts import rows_in_force
from equivalents.store.dated import Given, given_table
from equivalents.store.datedread import DatedRow, part_rows, rows_as_of
from equivalents.store.engine import Store

__all__ = [
    "AsOf",
    "Cell",
    "Found",
    "Reason",
    "RowAsked",
    "check_institutions",
    "check_kept_id",
    "found",
    "given_of",
    "note_masked",
    "pointed",
    "reads_clear",
    "rows_at",
    "tag_of",
]

AsOf = Annotated[int | None, Query(ge=1, le=10**15, description="As known at an audit entry 截至")]
Reason = Annotated[str, Query(max_length=2_000, description="The reason, for the audit trail 理由")]
Cell = Annotated[str, Field(max_length=2_000)]
_CELLS: Final = 40
RowAsked = Annotated[
    dict[Annotated[str, Field(max_length=60)], Cell],
    Field(max_length=_CELLS, description="A row by the machine names of its columns 一行"),
    BeforeValidator(check_members(_CELLS)),
]

_CLEAR: Final = "personal.read_clear"


class Found(Answered):
    """What is to be known of rows that were taken, as a warning; ``row`` 0: all of them."""

    code: str
    severity: str
    detail: str
    row: int
    column: str
    value: str


def found(problems: Sequence[Problem], language: str) -> list[Found]:
    """Warnings and notes as they are answered."""
    return [
        Found(
            code=one.code,
            severity=one.severity,
            detail=over_http(one.text(language)),
            row=one.place.row,
            column=one.place.column,
            value=one.value,
        )
        for one in problems
    ]


def reads_clear(principal: Principal) -> bool:
    """Whether somebody sees numbers of people in full, whoever they are of."""
    return principal.institutions(_CLEAR) is ALL


def tag_of(rows: Sequence[DatedRow]) -> str:
    """An ETag of some rows, which are never edited; blank where there are none."""
    ids = ",".join(str(one.id) for one in sorted(rows))
    return sha256(ids.encode()).hexdigest()[:32] if rows else ""


def rows_at(
    connection: Connection, table: str, period: str | None, as_of: int | None
) -> Sequence[DatedRow]:
    """The rows of a standing table; with a period those that hold in it."""
    if period:
        return rows_in_force(connection, table, parse_period(period), as_of)
    return rows_as_of(connection, table, as_of=as_of)


def given_of(
    store: Store,
    table: str,
    rows: Sequence[Mapping[str, str]],
    pointer: Callable[[int, str], str],
    *,
    period: str = "",
) -> Given:
    """Rows as they are kept, checked as those of a file are; ``pointer`` says where each cell is.

    Raises:
        DataError: every fault, all at once.
    """
    sheet, findings = TABLES[table], Findings()
    cells = [{name: text.strip() for name, text in row.items()} for row in rows]
    for at, row in enumerate(cells):
        _check_names(row, Place(row=at + 1), sheet.names, findings)
        for column in sheet.columns:
            place = Place("", "", at + 1, column.name)
            if column.required and not row.get(column.name):
                findings.add("FIELD_MISSING", place)
            elif breaks([row.get(column.name, "")]):
                findings.add("LINE_BREAK", place, row[column.name], column=column.name)
    used = [name for name in sheet.names if any(row.get(name) for row in cells)]
    columns = {name: [row.get(name, "") for row in cells] for name in used}
    read = Table(Places("", range(1, len(cells) + 1)), columns)
    note_masked(read, findings)
    try:
        return given_table(store, table, read, findings, period=period)
    except DataError as error:
        raise pointed(error, pointer) from None


def _check_names(
    row: Mapping[str, str], place: Place, names: Sequence[str], findings: Findings
) -> None:
    for name in sorted(row.keys() - {*names}):
        findings.add("FIELD_UNKNOWN", place.at(name))


def note_masked(read: Table, findings: Findings) -> None:
    """Note masked numbers where true ones belong; pseudonyms are noted as any file's are."""
    for column in MASKED:
        for at, text in enumerate(read.columns.get(column, ())):
            if "*" in text:
                findings.add("VALUE_HIDDEN", read.places[at].at(column), text)


def pointed(error: DataError, pointer: Callable[[int, str], str]) -> DataError:
    """The same faults in the order of rows, each at its place in the body of the request."""

    def moved() -> Iterator[Problem]:
        for one in sorted(error.problems, key=lambda one: one.place.row):
            at = pointer(one.place.row - 1, one.place.column) if one.place.row else ""
            yield Problem(one.code, Place(column=at), one.value, one.facts)

    return DataError([*moved()])


def check_kept_id(given: Given, column: str, value: str) -> None:
    """Refuse an id of an address that rows would keep in another writing, as one with blanks.

    They would stand among those of the id in that writing, which nobody looked at.

    Raises:
        RequestError: ``FIELD_INVALID``.
    """
    for other in sorted({row[column] for row in given.rows} - {value}):
        detail = f"应为 {other}¦it has to be {other}"
        raise RequestError("FIELD_INVALID", value, pointer=f"?{column}", detail=detail)


def check_institutions(connection: Connection, codes: Mapping[str, str]) -> None:
    """Refuse codes that no institution has; they are told where they stand.

    Raises:
        DataError: ``INSTITUTION_UNKNOWN``.
    """
    missing = [
        Problem("INSTITUTION_UNKNOWN", Place(column=pointer), code, {"near": ""})
        for pointer, code in codes.items()
        if not part_rows(connection, "institutions", "institution_id", code)
    ]
    if missing:
        raise DataError(missing)
