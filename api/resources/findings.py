"""Findings: what is wrong with the rows of a run, a trial or an import, and where (检查发现).

Who sees some institutions is told of the rejected rows that name one of theirs.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from api.access.roles import ALL, Reach
from api.asks import Asking, Asks
from api.language import over_http
from api.models import Answered
from api.paging import Listed, Paged, paged
from api.problems import RequestError
from api.runsasked import job_files, run_found, seen_job
from equivalents.errors import Place, Problem
from equivalents.policy.daytext import day_fault
from equivalents.reasons import REASONS
from equivalents.store.importlist import RejectedRow, import_with, rejections_after
from equivalents.store.resultshown import file_of_result, table_of_result

__all__ = [
    "Finding",
    "list_findings",
    "router",
]

router = APIRouter(prefix="/v1/findings", tags=["findings 检查发现"])
_FILES = ("problems.csv", "rejected.csv")
_ONE = "run_id、job_id、import_id 写且只写一个¦give run_id, job_id or import_id, one of the three"
_PLACE = ("file", "sheet", "row")
_SAME = ("severity", "code", "file", "sheet", "column", "value", "series")


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


class _Noted(NamedTuple):
    """A finding as it is kept: in both languages, whoever may see it."""

    number: int
    severity: str
    code: str
    file: str
    sheet: str
    row: int
    column: str
    value: str
    zh: str
    en: str
    series: str
    institution_id: str


@router.get("", response_model=Listed[Finding])
def list_findings(
    asking: Annotated[Asking, Depends(Asks("findings.read"))],
    page: Paged,
    run_id: Annotated[str, Query(pattern="^(run_[1-9][0-9]{0,17})?$")] = "",
    job_id: Annotated[str, Query(pattern="^(job_[0-9A-Z]{1,40})?$")] = "",
    import_id: Annotated[str, Query(pattern="^(imp_[1-9][0-9]{0,17})?$")] = "",
    severity: Annotated[Literal["error", "warning", "note"] | None, Query()] = None,
    institution_id: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Findings of one run, job or import, in the order in which they were made."""
    named = len([one for one in (run_id, job_id, import_id) if one])
    if named != 1:
        code = "FIELD_INVALID" if named else "FIELD_MISSING"
        raise RequestError(code, pointer="?run_id", detail=_ONE)
    if import_id:
        rows = _of_import(asking, import_id)
    else:
        rows = _of_run(asking, run_id) if run_id else _of_job(asking, job_id)
    reach = asking.principal.institutions("findings.read")
    every = reach is ALL and not (severity or institution_id)
    found = (
        rows
        if every
        else [
            one
            for one in rows
            if _sees(reach, one.institution_id)
            and severity in (None, one.severity)
            and institution_id in ("", one.institution_id)
        ]
    )
    part, more, cursor = paged(page, "findings", found, lambda one: (one.number,))
    data = [_finding(one, asking.language) for one in part]
    return asking.answer(Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor))


def _finding(one: _Noted, language: str) -> Finding:
    said = one._asdict()
    texts = {name: said.pop(name) for name in ("zh", "en")}
    return Finding(**said, detail=over_http(texts[language]))


def _sees(reach: Reach, institution: str) -> bool:
    return reach is ALL or (bool(institution) and institution in reach)


def _of_run(asking: Asking, run_id: str) -> Sequence[_Noted]:
    with asking.reading() as connection:
        result = run_found(connection, run_id)
        key = ("findings", result.id, result.sha256)

        def read() -> Iterator[_Noted]:
            bodies = (file_of_result(connection, result.id, name) or b"" for name in _FILES)
            return _noted(*bodies)

        return asking.ground.kept_rows.of(key, read)


def _of_job(asking: Asking, job_id: str) -> Sequence[_Noted]:
    files = job_files(asking, seen_job(asking, job_id, "settle", "trial"))
    there = [files[name] for name in _FILES if name in files]
    # An attempt after another may write them anew.
    marks = [(path.name, path.stat().st_mtime_ns, path.stat().st_ino) for path in there]
    key = ("findings", job_id, *marks)
    bodies = (files[name].read_bytes() if name in files else b"" for name in _FILES)
    return asking.ground.kept_rows.of(key, lambda: _noted(*bodies))


def _noted(problems: bytes, rejected: bytes) -> Iterator[_Noted]:
    """Out of ``problems.csv``; whose row it is stands in ``rejected.csv``."""
    owners = {
        tuple(row[name] for name in _PLACE): row.get("institution_id", "")
        for row in table_of_result(rejected)
    }
    for number, row in enumerate(table_of_result(problems), 1):
        same = {name: row[name] for name in _SAME}
        yield _Noted(
            number=number,
            row=int(row["row"] or 0),
            zh=row["reason_zh"],
            en=row["reason_en"],
            institution_id=owners.get(tuple(row[name] for name in _PLACE), ""),
            **same,
        )


def _of_import(asking: Asking, import_id: str) -> Sequence[_Noted]:
    number = int(import_id.removeprefix("imp_"))
    with asking.reading() as connection:
        found = import_with(connection, number)
        if found is None:
            raise RequestError("OBJECT_UNKNOWN", import_id)
        key = ("rejections", number, found[0].at, found[0].sha256)
        return asking.ground.kept_rows.of(
            key, lambda: _set_aside(rejections_after(connection, number))
        )


def _set_aside(rows: Iterator[RejectedRow]) -> Iterator[_Noted]:
    for at, row in enumerate(rows, 1):
        place = Place(row.file, row.sheet, row.row, row.column)
        facts = {"column": row.column}
        if row.code == "DATE_INVALID":  # why is not kept with the row
            facts["detail"] = day_fault(row.value)
        problem = Problem(row.code, place, row.value, facts)
        yield _Noted(
            number=at,
            severity=REASONS[row.code].severity,
            code=row.code,
            file=row.file,
            sheet=row.sheet,
            row=row.row,
            column=row.column,
            value=row.value,
            zh=problem.text("zh"),
            en=problem.text("en"),
            series="",
            institution_id=str(row.original.get("institution_id", "")),
        )
