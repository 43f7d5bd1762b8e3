"""Jobs: how far long work is, its end, and its cancelling (任务)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, Final, Literal, cast

from fastapi import APIRouter, Depends
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from api.asks import Asking, Asks
from api.jobs.stopping import ask_for_end, forget_ended
from api.jobs.told import in_language
from api.models import Answered, Id, Time
from api.paging import Listed, Paged, paged
from api.problems import RequestError
from equivalents.errors import DataError
from equivalents.store.engine import Store
from equivalents.store.jobs import ENDED, SUCCEEDED, Job, job_of, jobs_of

__all__ = [
    "JOB_EVENT",
    "JobShown",
    "JobState",
    "Progress",
    "cancel_job",
    "get_job",
    "job_events",
    "list_jobs",
    "queued",
    "router",
    "shown",
]

router = APIRouter(prefix="/v1/jobs", tags=["jobs 任务"])
_LOOK_SECONDS: Final = 0.5
_LONGEST_SECONDS: Final = 600
JOB_EVENT: Final[dict[str, Any]] = {
    "title": "JobEvent",
    "type": "object",
    "description": "One event of the stream; `data` is the job as it is then, as JSON",
    "required": ["event", "id", "data"],
    "properties": {
        "event": {"type": "string", "enum": ["progress", "ended"]},
        "id": {"type": "string", "description": "When the job changed"},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}
_EVENTS: Final = {
    "anyOf": [
        {"type": "string", "description": "The stream, as it is 事件流"},
        {"$ref": "#/components/schemas/JobEvent"},
    ]
}
"""Some readers of the document take a stream as one text, others event by event."""


JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]


class Progress(Answered):
    """How far: ``done`` of ``total`` in a stage; no total where nobody knows."""

    stage: str
    done: int
    total: int


class JobShown(Answered):
    """A job; ``result`` when it succeeded, ``problem`` (as problem+json) when it did not."""

    id: str
    kind: str
    state: JobState
    progress: Progress | None
    attempt: int
    cancel_asked: bool
    created_at: Time
    changed_at: Time
    ended_at: Time | None
    result: dict[str, Any] | None
    problem: dict[str, Any] | None


def shown(job: Job, language: str = "zh") -> JobShown:
    """A job as it is answered."""
    return JobShown(
        id=job.job,
        kind=job.kind,
        state=cast("JobState", job.state),
        progress=Progress(**job.progress) if job.progress else None,
        attempt=job.attempt,
        cancel_asked=bool(job.cancel),
        created_at=job.created_at,
        changed_at=job.changed_at,
        ended_at=job.ended_at or None,
        result=in_language(job.result, language) if job.state == SUCCEEDED else None,
        problem=in_language(job.problem, language),
    )


def queued(
    asking: Asking, add: Callable[[Connection], Job], *, request_sha256: str = ""
) -> Response:
    """Answer 202 with a job that ``add`` queues in the transaction that it is given."""

    def made(store: Store) -> JobShown:
        with store.editing() as connection:
            return shown(add(connection))

    def headers(job: JobShown) -> dict[str, str]:
        return {"Location": f"/v1/jobs/{job.id}"}

    answer = asking.act(made, 202, headers=headers, request_sha256=request_sha256)
    asking.ground.wake()
    return answer


def _sees(asking: Asking, job: Job) -> bool:
    """One's own jobs, and those about institutions that one sees."""
    if job.owner == asking.principal.id:
        return True
    every = job.institutions or [""]
    return all(asking.principal.may_at("jobs.read", one) for one in every)


def _found(asking: Asking, job_id: str) -> Job:
    with asking.reading() as connection:
        job = job_of(connection, job_id)
    if job is None or not _sees(asking, job):
        raise RequestError("OBJECT_UNKNOWN", job_id)
    return job


def _still_found(asking: Asking, job_id: str) -> Job:
    with asking.reading() as connection:
        asking.check_still(connection)
    return _found(asking, job_id)


@router.get("")
def list_jobs(
    asking: Annotated[Asking, Depends(Asks("jobs.read"))], page: Paged
) -> Listed[JobShown]:
    """Jobs, oldest first."""
    with asking.reading() as connection:
        every = [one for one in jobs_of(connection) if _sees(asking, one)]
    part, more, cursor = paged(page, "jobs", every, lambda one: (one.created_at, one.job))
    data = [shown(one, asking.language) for one in part]
    return Listed(data=data, limit=page.limit, has_more=more, next_cursor=cursor)


@router.get("/{job_id}", response_model=JobShown)
def get_job(job_id: Id, asking: Annotated[Asking, Depends(Asks("jobs.read"))]) -> Response:
    """One job."""
    job = _found(asking, job_id)
    return asking.answer(shown(job, asking.language), etag=f"{job.changed_at}-{asking.language}")


@router.get(
    "/{job_id}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": _EVENTS}}}},
)
def job_events(
    job_id: Id, asking: Annotated[Asking, Depends(Asks("jobs.read"))]
) -> StreamingResponse:
    """How far a job is, as server-sent events: ``progress`` on each change, then ``ended``."""
    _found(asking, job_id)
    head = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(asking, job_id), headers=head, media_type="text/event-stream")


async def _events(asking: Asking, job_id: str) -> AsyncIterator[str]:
    seen, waited = "", 0.0
    while waited < _LONGEST_SECONDS:
        try:
            job = await run_in_threadpool(_still_found, asking, job_id)
        except DataError:
            return  # who follows it was stopped meanwhile
        if job.changed_at != seen:
            seen = job.changed_at
            name = "ended" if job.state in ENDED else "progress"
            body = shown(job, asking.language).model_dump_json()
            yield f"event: {name}\nid: {seen}\ndata: {body}\n\n"
        else:
            yield ": alive\n\n"
        if job.state in ENDED:
            return
        await asyncio.sleep(_LOOK_SECONDS)
        waited += _LOOK_SECONDS


@router.post("/{job_id}/cancel", response_model=JobShown)
def cancel_job(job_id: Id, asking: Annotated[Asking, Depends(Asks("jobs.cancel"))]) -> Response:
    """Ask for the end of a job; what it has not committed never happens."""
    _found(asking, job_id)

    def made(store: Store) -> JobShown:
        with store.editing() as connection:
            job = ask_for_end(connection, job_id, asking.ground.now())
        assert job is not None, "it was found just now"
        return shown(job, asking.language)

    answer = asking.act(made, 200)
    with asking.reading() as connection:
        forget_ended(connection, asking.ground.data, [job_id])
    return answer
