"""What the nouns that settle share: jobs that are queued, runs and jobs that one may see."""

from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import Path as InPath
from sqlalchemy import Connection

from api.access.roles import ALL
from api.asks import Asking
from api.ground import new_id
from api.jobs.context import folder_of
from api.jobs.runs import OUT
from api.parts import HEAD_BYTES, opens
from api.problems import RequestError
from equivalents.store.jobs import Job, add_job, job_of
from equivalents.store.results import Result
from equivalents.store.resultshown import known_result

__all__ = [
    "JobId",
    "KINDS_WITH_FILES",
    "RunId",
    "job_files",
    "need_somewhere",
    "opened_files",
    "queue",
    "run_found",
    "run_number",
    "seen_job",
]

RunId = Annotated[str, InPath(pattern="^run_[1-9][0-9]{0,17}$", examples=["run_12"])]
JobId = Annotated[str, InPath(pattern="^job_[0-9A-Z]{1,40}$")]
KINDS_WITH_FILES: Final = frozenset({"comparison", "settle", "trial"})
"""Jobs that leave files which are given out."""


def need_somewhere(asking: Asking, action: str) -> None:
    """Refuse who may not take an action at any institution.

    Raises:
        DataError: ``FORBIDDEN_ACTION`` and others of :meth:`~api.asks.Asking.need`.
    """
    reach = asking.principal.institutions(action)
    asking.need(action, min(reach) if reach and reach is not ALL else "")


def queue(asking: Asking, connection: Connection, kind: str, asked: Any) -> Job:
    """Queue a job of the asker."""
    said: dict[str, Any] = {"owner": asking.principal.id, "who": asking.principal.signature}
    name = new_id("job")
    return add_job(connection, name, now=asking.ground.now(), kind=kind, asked=asked, **said)


def run_number(run_id: str) -> int:
    """The number of a result by the id of its run."""
    return int(run_id.removeprefix("run_"))


def run_found(connection: Connection, run_id: str) -> Result:
    """The result of a run.

    Raises:
        RequestError: ``OBJECT_UNKNOWN``.
    """
    found = known_result(connection, run_number(run_id))
    if found is None:
        raise RequestError("OBJECT_UNKNOWN", run_id)
    return found


def seen_job(asking: Asking, job_id: str, *kinds: str) -> Job:
    """A job of one's own, or of anybody for who sees all jobs.

    Raises:
        RequestError: ``OBJECT_UNKNOWN``: none of these kinds, or another's.
    """
    with asking.reading() as connection:
        job = job_of(connection, job_id)
    mine = job is not None and job.owner == asking.principal.id
    if job is None or not (mine or asking.principal.institutions("jobs.read") is ALL):
        raise RequestError("OBJECT_UNKNOWN", job_id)
    if job.kind not in (kinds or KINDS_WITH_FILES):
        raise RequestError("OBJECT_UNKNOWN", job_id)
    return job


def opened_files(asking: Asking, job: Job) -> dict[str, Path]:
    """Of the files of a job those of which the asker gets something, by name."""
    reach = asking.principal.institutions("runs.read")
    every = job_files(asking, job).items()
    return {name: path for name, path in every if opens(name, _head(path), reach)}


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def job_files(asking: Asking, job: Job) -> dict[str, Path]:
    """The files that a job left, by name; none once they were tidied away."""
    folder = folder_of(asking.ground.data, job.job) / OUT
    files = [one for one in folder.iterdir() if one.is_file()] if folder.is_dir() else []
    return {one.name: one for one in sorted(files)}
