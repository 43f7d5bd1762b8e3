"""Findings: what is wrong with the rows of a run, a trial or an import, and where (检查发现).

Who sees some institutions is told of the rejected rows that name one of theirs.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from api.access.roles import ALL, Reach
from api.asks import Asking, Asks
from api.models import Answered
from api.paging import Listed, Paged, paged
from api.problems import RequestError
from api.runsasked import job_files, run_found, seen_job
from equivalents.errors import Place, Problem
from equivalents.reasons import REASONS
from equivalents.store.importlist import listed_imports
from equivalents.store.resultshown import file_of_result, rejections_of, table_of_result

__all__ = [
    "Finding",
    "list_findings",
    "router",
]

router = APIRouter(prefix="/v1/findings", tags=["findings 检查发现"])
_PLACE = ("file", "sheet", "row")


class Finding(Answered):
    """One fault or warning, located; ``row`` is 0 where it is about a whole file."""

    number: int
    severity: str
    code: str
    file: str
    sheet: str
    row: int
    column: str
    value: str
    detail: str
    series: str
    institution_id: str


@router.get("")
def list_findings(
    asking: Annotated[Asking, Depends(Asks("findings.read"))],
    page: Paged,
    run_id: Annotated[str, Query(pattern="^(run_[1-9][0-9]{0,17})?$")] = "",
    job_id: Annotated[str, Query(pattern="^(job_[0-9A-Z]{1,40})?$")] = "",
    import_id: Annotated[str, Query(pattern="^(imp_[1-9][0-9]{0,17})?$")] = "",
    severity: Annotated[Literal["error", "warning", "note"] | None, Query()] = None,
    institution_id: Annotated[str, Query(max_length=200)] = "",
) -> Listed[Finding]:
    """Findings of one run, job or import, in the order in which they were made."""
    if len([one for one in (run_id, job_id, import_id) if one]) != 1:
        raise RequestError("FIELD_MISSING", pointer="?run_id")
    rows = _of_import(asking, import_id) if import_id else _of_result(asking, run_id, job_id)
    reach = asking.principal.institutions("findings.read")
    found = [
        one
        for one in rows
        if _sees(reach, one.institution_id)
        and severity in (None, one.severity)
        and institution_id in ("", one.institution_id)
    ]
    data, more, cursor = paged(page, "findings", found, lambda one: (one.number,))
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


def _sees(reach: Reach, institution: str) -> bool:
    return reach is ALL or (bool(institution) and institution in reach)


def _of_result(asking: Asking, run_id: str, job_id: str) -> Iterator[Finding]:
    """Out of ``problems.csv``; whose row it is stands in ``rejected.csv``."""
    tables = _kept(asking, run_id) if run_id else _left(asking, job_id)
    owners = {
        tuple(row[name] for name in _PLACE): row.get("institution_id", "")
        for row in table_of_result(tables["rejected.csv"])
    }
    detail = f"reason_{asking.language}"
    for number, row in enumerate(table_of_result(tables["problems.csv"]), 1):
        owner = owners.get(tuple(row[name] for name in _PLACE), "")
        said = {name: row[name] for name in ("severity", "code", "file", "sheet", "column")}
        yield Finding(
            number=number,
            **said,
            row=int(row["row"] or 0),
            value=row["value"],
            detail=row[detail],
            series=row["series"],
            institution_id=owner,
        )


def _kept(asking: Asking, run_id: str) -> dict[str, bytes]:
    with asking.reading() as connection:
        number = run_found(connection, run_id).id
        names = ("problems.csv", "rejected.csv")
        return {name: file_of_result(connection, number, name) or b"" for name in names}


def _left(asking: Asking, job_id: str) -> dict[str, bytes]:
    files = job_files(asking, seen_job(asking, job_id, "settle", "trial"))
    names = ("problems.csv", "rejected.csv")
    return {name: files[name].read_bytes() if name in files else b"" for name in names}


def _of_import(asking: Asking, import_id: str) -> Iterator[Finding]:
    number = int(import_id.removeprefix("imp_"))
    if number not in {one.import_id for one in listed_imports(asking.store)}:
        raise RequestError("OBJECT_UNKNOWN", import_id)
    with asking.reading() as connection:
        rows = rejections_of(connection, number)
    for at, row in enumerate(rows, 1):
        place = Place(row["file"], row["sheet"], int(row["row"]), row["heading"])
        problem = Problem(row["code"], place, row["value"], {"column": row["heading"]})
        yield Finding(
            number=at,
            severity=REASONS[row["code"]].severity,
            code=row["code"],
            file=place.file,
            sheet=place.sheet,
            row=place.row,
            column=place.column,
            value=row["value"],
            detail=problem.text(asking.language),
            series="",
            institution_id=str(row["original"].get("institution_id", "")),
        )
