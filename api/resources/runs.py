"""Runs: results that the store keeps, and the jobs that settle or try (核算结果, 核算, 试算)."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi import Path as InPath
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from api.access.roles import ALL
from api.asks import Asking, Asks
from api.models import Amount, Answered, Asked, PeriodName, Time, Why
from api.paging import Listed, Page, Paged, page_of, paged
from api.parts import FILES, HEAD_BYTES, file_answer, opens
from api.periodshown import run_name, sees_all
from api.problems import RequestError
from api.resources.jobs import JobShown, queued
from api.runsasked import (
    JobId,
    RunId,
    job_files,
    need_somewhere,
    opened_files,
    queue,
    run_found,
    run_number,
    seen_job,
)
from equivalents.report.folder import sha256
from equivalents.store.jobs import Job
from equivalents.store.periods import life, period_name
from equivalents.store.results import results_of
from equivalents.store.resultshown import (
    ResultShown,
    file_of_result,
    files_of_result,
    heads_of_result,
    result_manifest,
    results_shown,
)

__all__ = [
    "FileShown",
    "InputShown",
    "Run",
    "RunAsked",
    "RunHead",
    "create_run",
    "get_job_file",
    "get_run",
    "get_run_file",
    "list_job_files",
    "list_run_files",
    "list_runs",
    "router",
]

router = APIRouter(tags=["runs 核算"])
_Asker = Annotated[Asking, Depends(Asks("runs.read"))]
_Pages = Paged
_Kind = Literal["settlement", "adjustment", "year_end"]

_Name = Annotated[str, InPath(max_length=200)]
_ONLY_TRIALS = "只有试算（trial）可以另带当量表¦only a trial may bring other weights"


class RunAsked(Asked):
    """What to settle.

    ``settle`` and ``year_end`` keep their result in the store; a ``trial`` keeps nothing, and may
    try other weights: ``weights_csv`` takes the place of the period's whole table of weights.
    """

    period: PeriodName
    kind: Literal["settle", "trial", "year_end"]
    on_reject: Literal["stop", "quarantine"] = "stop"
    weights_csv: Annotated[str, Field(max_length=10_000_000)] = ""
    why: Why = ""


class RunHead(Answered):
    """A run; ``people`` and ``amount`` are null for who sees some institutions only.

    ``state`` is that of its period, ``superseded`` where another result took its place.
    """

    id: str
    period: PeriodName
    kind: _Kind
    about: str
    method: str
    as_of: int
    seq: int
    manifest_sha256: str
    state: str
    approved: bool
    people: int | None
    amount: Amount | None
    made_by: str
    made_at: Time


class InputShown(Answered):
    """A table or a document that a run was made from, by the hash of its rows."""

    kind: str
    name: str
    period: str
    sha256: str


class Run(RunHead):
    """A run with everything that it was made from: weights, schemes, other tables."""

    engine: str
    inputs: list[InputShown]


class FileShown(Answered):
    """A file; its hash is that of the whole file."""

    name: str
    size: int
    sha256: str


@router.post("/v1/runs", status_code=202, response_model=JobShown)
def create_run(asked: RunAsked, asking: _Asker) -> Response:
    """Settle a period or a year, or try: a job that is followed by its address."""
    trial = asked.kind == "trial"
    if trial:
        need_somewhere(asking, "trials.create")
    else:
        asking.need("runs.create")
        if asked.weights_csv:  # what is paid is settled by the weights that the store holds
            raise RequestError("FIELD_INVALID", pointer="/weights_csv", detail=_ONLY_TRIALS)
    said: dict[str, Any] = asked.model_dump() | {"whole": sees_all(asking.principal)}

    def add(connection: Connection) -> Job:
        if not trial:
            life(connection, period_name(asked.period)).check_open()
        return queue(asking, connection, "trial" if trial else "settle", said)

    return queued(asking, add)


def _head(one: ResultShown, whole: bool) -> dict[str, Any]:
    of = one.result
    return {
        "id": run_name(of.id),
        **{name: getattr(of, name) for name in ("period", "kind", "about", "method", "as_of")},
        "seq": of.seq,
        "manifest_sha256": of.sha256,
        "state": one.state,
        "approved": one.approved,
        "people": one.people if whole else None,
        "amount": one.amount if whole else None,
        "made_by": one.made.who,
        "made_at": one.made.at,
    }


@router.get("/v1/runs", response_model=Listed[RunHead])
def list_runs(
    asking: _Asker,
    page: _Pages,
    period: Annotated[PeriodName | None, Query()] = None,
    kind: Annotated[_Kind | None, Query()] = None,
) -> Response:
    """Runs that the store keeps, oldest first."""
    whole = sees_all(asking.principal)
    with asking.reading() as connection:
        key = ("runs", period, kind, page.cursor, page.limit, whole)
        body = asking.ground.stands.of(
            connection, key, lambda: _listed(connection, page, period or "", kind, whole)
        )
    return asking.answer(body)


def _listed(
    connection: Connection, page: Page, period: str, kind: str | None, whole: bool
) -> bytes:
    mine = [one for one in results_of(connection, period) if kind in (None, one.kind)]
    part, more, cursor = paged(page, "runs", mine, lambda one: (one.id,))
    heads = (RunHead(**_head(one, whole)) for one in results_shown(connection, part))
    return page_of(page, b",".join(one.model_dump_json().encode() for one in heads), more, cursor)


@router.get("/v1/runs/{run_id}", response_model=Run)
def get_run(run_id: RunId, asking: _Asker) -> Response:
    """One run, with its versions."""
    with asking.reading() as connection:
        key = ("run", run_id)
        one, engine = asking.ground.stands.of(connection, key, lambda: _one(connection, run_id))
    result = one.result
    inputs = [
        *(("table", name, period, digest) for name, period, _, digest in result.inputs["tables"]),
        *((kind, *more) for kind, *more in result.inputs["documents"]),
    ]
    named = [dict(zip(InputShown.model_fields, of, strict=True)) for of in inputs]
    head = _head(one, sees_all(asking.principal))
    run = Run(**head, engine=engine, inputs=[InputShown(**of) for of in named])
    return asking.answer(run, etag=f"{result.sha256[:32]}-{one.state}-{one.approved:d}")


def _one(connection: Connection, run_id: str) -> tuple[ResultShown, str]:
    result = run_found(connection, run_id)
    (one,) = results_shown(connection, [result])
    return one, str(result_manifest(connection, result.id)["engine"])


@router.get("/v1/runs/{run_id}/files")
def list_run_files(run_id: RunId, asking: _Asker, page: _Pages) -> Listed[FileShown]:
    """The files of a run, by name; who sees some institutions: those with rows by institution."""
    reach = asking.principal.institutions("runs.read")
    with asking.reading() as connection:
        result = run_found(connection, run_id)
        every = files_of_result(connection, result.id)
        if reach is not ALL:
            heads = heads_of_result(connection, result.id, HEAD_BYTES)
            every = [one for one in every if opens(one.name, heads.get(one.name, b""), reach)]
    part, more, cursor = paged(page, "run-files", every, lambda one: (one.name,))
    data = [FileShown(name=one.name, size=one.size, sha256=one.sha256) for one in part]
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


@router.get("/v1/runs/{run_id}/files/{name}", response_class=Response, responses=FILES)
def get_run_file(run_id: RunId, name: _Name, asking: _Asker) -> Response:
    """A file of a run; who sees some institutions gets their rows of a table that names them."""
    with asking.reading() as connection:
        run_found(connection, run_id)
        body = file_of_result(connection, run_number(run_id), name)
    return file_answer(asking, name, body, asking.principal.institutions("runs.read"))


@router.get("/v1/jobs/{job_id}/files")
def list_job_files(job_id: JobId, asking: _Asker, page: _Pages) -> Listed[FileShown]:
    """What a trial or a comparison wrote, or what rejected rows stopped a run, by name.

    Who sees some institutions: those with rows by institution.
    """
    files = opened_files(asking, seen_job(asking, job_id))
    part, more, cursor = paged(page, "job-files", [*files.items()], lambda one: (one[0],))
    data = [
        FileShown(name=name, size=path.stat().st_size, sha256=sha256(path)) for name, path in part
    ]
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


@router.get("/v1/jobs/{job_id}/files/{name}", response_class=Response, responses=FILES)
def get_job_file(job_id: JobId, name: _Name, asking: _Asker) -> Response:
    """One of them; who sees some institutions gets their rows of a table that names them."""
    path = job_files(asking, seen_job(asking, job_id)).get(name)
    body = path.read_bytes() if path else None
    return file_answer(asking, name, body, asking.principal.institutions("runs.read"))
