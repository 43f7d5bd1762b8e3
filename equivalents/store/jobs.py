"""Long work of the service, as rows: queued, claimed by a worker that is heard of, ended once.

A worker claims a job for one *attempt* and is heard of every few seconds. What it commits, it
commits together with the number of its audit entry in the row of the job, and only while the
attempt is still its own: a worker that was taken for dead can do nothing twice. A job that was
not heard of is claimed again, or fails after :data:`ATTEMPTS` attempts, so none is ever stuck.
Times are texts of one form (:func:`~.engine.now_utc`) and order as such. Issue 8, "API".
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Update, and_, insert, or_, select, update

from equivalents.store.schema import JOBS
from equivalents.store.writing import json_text, parsed

__all__ = [
    "ATTEMPTS",
    "CANCELLED",
    "ENDED",
    "FAILED",
    "Job",
    "JobLostError",
    "QUEUED",
    "RUNNING",
    "SUCCEEDED",
    "add_job",
    "ask_cancel",
    "beat",
    "claim",
    "committed",
    "end",
    "job_of",
    "jobs_of",
    "note",
    "release",
    "spent",
]

QUEUED: Final = "queued"
RUNNING: Final = "running"
SUCCEEDED: Final = "succeeded"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
ENDED: Final = frozenset({SUCCEEDED, FAILED, CANCELLED})
ATTEMPTS: Final = 3
"""How often a job is begun before it fails."""
_JSON: Final = frozenset({"asked", "institutions", "progress", "result", "problem"})


class JobLostError(Exception):
    """The attempt is no longer this worker's: nothing of it may be committed."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job: ``seq`` is the audit entry that it wrote last, 0 while there is none.

    Until it has ended, ``result`` is the list of what it noted (:func:`note`).
    """

    job: str
    kind: str
    state: str
    asked: Any
    owner: str
    who: str
    institutions: Any
    created_at: str
    changed_at: str
    ended_at: str
    beat_at: str
    worker: str
    attempt: int
    cancel: int
    seq: int
    progress: Any
    result: Any
    problem: Any


def add_job(connection: Connection, name: str, *, now: str, **said: Any) -> Job:
    """Queue a job.

    ``said``: ``kind``, ``asked``, ``owner``, ``who`` and, if it is about some, ``institutions``.
    """
    row: dict[str, Any] = dict.fromkeys((one.name for one in fields(Job)), "")
    row |= {"attempt": 0, "cancel": 0, "seq": 0, "state": QUEUED}
    row |= {"job": name, "created_at": now, "changed_at": now}
    row |= {key: json_text(value) if key in _JSON else value for key, value in said.items()}
    connection.execute(insert(JOBS), [row])
    found = job_of(connection, name)
    assert found is not None, "it was added just now"
    return found


def job_of(connection: Connection, name: str) -> Job | None:
    """A job by its id."""
    row = connection.execute(select(JOBS).where(JOBS.c.job == name)).mappings().first()
    return None if row is None else _job(row)


def jobs_of(connection: Connection, *states: str) -> list[Job]:
    """Jobs in some states, or all, oldest first."""
    wanted = select(JOBS)
    if states:
        wanted = wanted.where(JOBS.c.state.in_(states))
    found = (_job(row) for row in connection.execute(wanted).mappings())
    return sorted(found, key=lambda one: (one.created_at, one.job))


def _job(row: RowMapping) -> Job:
    return Job(**{key: parsed(text) if key in _JSON else text for key, text in row.items()})


def claim(connection: Connection, worker: str, now: str, silent_since: str) -> Job | None:
    """Take the oldest job that waits, or that was last heard of before ``silent_since``."""
    silent = and_(JOBS.c.state == RUNNING, JOBS.c.beat_at < silent_since)
    wanted = select(JOBS).where(or_(JOBS.c.state == QUEUED, silent))
    rows = [_job(row) for row in connection.execute(wanted).mappings()]
    for one in sorted(rows, key=lambda one: (one.created_at, one.job)):
        if one.attempt >= ATTEMPTS:
            continue  # see `spent`
        said = {"state": RUNNING, "worker": worker, "attempt": one.attempt + 1, "beat_at": now}
        if _changed(connection, _at(one.job, one.attempt, one.state), now, **said):
            return job_of(connection, one.job)
    return None


def spent(
    connection: Connection, now: str, silent_since: str, problem: Callable[[Job], Any]
) -> list[str]:
    """Fail the jobs whose last attempt is not heard of any more; gives their ids."""
    silent = and_(JOBS.c.state == RUNNING, JOBS.c.beat_at < silent_since)
    wanted = select(JOBS).where(or_(JOBS.c.state == QUEUED, silent), JOBS.c.attempt >= ATTEMPTS)
    found = [_job(row) for row in connection.execute(wanted).mappings()]
    failed: list[str] = []
    for one in found:
        said = {"state": FAILED, "ended_at": now, "result": "", "problem": json_text(problem(one))}
        if _changed(connection, _at(one.job, one.attempt, one.state), now, **said):
            failed.append(one.job)
    return failed


def beat(connection: Connection, job: Job, now: str, progress: Any = None) -> Job:
    """Be heard of, and say how far it is; gives the job, whose ``cancel`` may be set by now.

    Raises:
        JobLostError: the attempt is not this worker's any more.
    """
    said = {"beat_at": now} | ({} if progress is None else {"progress": json_text(progress)})
    return _own(connection, job, now, **said)


def committed(connection: Connection, job: Job, now: str, seq: int) -> Job:
    """Write down, in its own transaction, which audit entry a job wrote.

    Raises:
        JobLostError: the attempt is not this worker's any more; the transaction must fail.
    """
    return _own(connection, job, now, seq=seq)


def note(connection: Connection, job: Job, now: str, told: Any) -> Job:
    """Write down, in the transaction that does it, what a job did: the next attempt tells it.

    Raises:
        JobLostError: the attempt is not this worker's any more; the transaction must fail.
    """
    found = job_of(connection, job.job)
    noted = found.result if found is not None else None
    return _own(connection, job, now, result=json_text([*(noted or ()), told]))


def end(
    connection: Connection,
    job: Job,
    state: str,
    now: str,
    *,
    result: Any = None,
    problem: Any = None,
) -> Job:
    """End a job.

    Raises:
        JobLostError: the attempt is not this worker's any more.
    """
    texts = {"result": json_text(result), "problem": json_text(problem)}
    return _own(connection, job, now, state=state, ended_at=now, **texts)


def release(connection: Connection, job: Job, now: str, *, counted: bool = True) -> None:
    """Let others take a job whose worker is gone; nothing where it is another's already.

    ``counted``: the attempt is one of :data:`ATTEMPTS`; not where the server itself was stopped
    in good order, which says nothing against the job.
    """
    said = {"state": QUEUED, "attempt": job.attempt - (not counted)}
    _changed(connection, _at(job.job, job.attempt, RUNNING), now, **said)


def ask_cancel(connection: Connection, name: str, now: str, problem: Any = None) -> Job | None:
    """Ask for the end of a job: one that waits ends now, one that runs is told.

    One that has committed and waits to be told is not cancelled any more.
    """
    waiting = update(JOBS).where(JOBS.c.job == name, JOBS.c.state == QUEUED, JOBS.c.seq == 0)
    said = {"state": CANCELLED, "ended_at": now, "cancel": 1, "problem": json_text(problem)}
    if not _changed(connection, waiting, now, **said):
        others = update(JOBS).where(JOBS.c.job == name, JOBS.c.state.in_([QUEUED, RUNNING]))
        _changed(connection, others, now, cancel=1)
    return job_of(connection, name)


def _at(name: str, attempt: int, state: str) -> Update:
    return update(JOBS).where(JOBS.c.job == name, JOBS.c.attempt == attempt, JOBS.c.state == state)


def _own(connection: Connection, job: Job, now: str, **said: Any) -> Job:
    if not _changed(connection, _at(job.job, job.attempt, RUNNING), now, **said):
        raise JobLostError(job.job)
    found = job_of(connection, job.job)
    assert found is not None, "it was changed just now"
    return found


def _changed(connection: Connection, which: Update, now: str, **said: Any) -> bool:
    return connection.execute(which.values(changed_at=now, **said)).rowcount == 1
