"""What was asked by somebody who is let in no more is not done: jobs that wait or run end."""

from pathlib import Path

from sqlalchemy import Connection

from api.jobs.context import forget_given
from api.jobs.told import told_problem
from equivalents.errors import Problem
from equivalents.store.jobs import ENDED, QUEUED, RUNNING, Job, ask_cancel, jobs_of

__all__ = [
    "ask_for_end",
    "end_jobs_of",
    "forget_ended",
]


def ask_for_end(connection: Connection, job: str, now: str) -> Job | None:
    """Ask for the end of a job; what it has not committed never happens."""
    problem = told_problem([Problem("JOB_CANCELLED")], job, status=409)
    return ask_cancel(connection, job, now, problem)


def end_jobs_of(connection: Connection, owner: str, now: str) -> list[str]:
    """Ask for the end of everything that a user or a key has queued; gives the jobs."""
    asked = [one.job for one in jobs_of(connection, QUEUED, RUNNING) if one.owner == owner]
    for job in asked:
        ask_for_end(connection, job, now)
    return asked


def forget_ended(connection: Connection, data: Path, jobs: list[str]) -> None:
    """Delete what was uploaded for jobs that have ended; one that runs deletes its own."""
    states = {one.job: one.state for one in jobs_of(connection)}
    for job in jobs:
        if states.get(job) in (*ENDED, None):
            forget_given(data, job)
