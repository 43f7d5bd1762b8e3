"""The thread that looks after jobs: it claims one, starts its process, and sees how it ended.

Several threads and several servers may do so on one store: a job is claimed by one. What a server
that was killed had begun is claimed again when it was not heard of for a while.
"""

import logging
import os
import shutil
import threading
from collections.abc import Callable, Container
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from api.ground import Ground, new_id
from api.jobs.child import our_environment, work
from api.jobs.context import folder_of, forget_given, tables_of, uploads_of
from api.jobs.told import told_problem
from api.telling.lines import tell_event
from equivalents.errors import DataError, Problem
from equivalents.store.jobs import (
    ATTEMPTS,
    CANCELLED,
    ENDED,
    Job,
    claim,
    end,
    job_of,
    jobs_of,
    release,
    spent,
)

__all__ = [
    "Runner",
    "tidy",
]

_LOOK_SECONDS: Final = 0.5
_STOP_SECONDS: Final = 5.0


class Runner:
    """Jobs of one server process; ``count`` at a time."""

    def __init__(self, ground: Ground, count: int) -> None:
        self._ground = ground
        self._name = f"{new_id('wrk')}-{os.getpid()}"
        self._stop = threading.Event()
        self._wake = threading.Condition()
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload(["api.jobs.child"])
        self._threads = [
            threading.Thread(target=self._loop, name=f"jobs-{at}", daemon=True)
            for at in range(count)
        ]

    def start(self) -> None:
        """Begin to look for jobs."""
        for one in self._threads:
            one.start()

    def wake(self) -> None:
        """A job was queued: look now."""
        with self._wake:
            self._wake.notify_all()

    def stop(self) -> None:
        """End: what runs is stopped and left to whoever looks next."""
        self._stop.set()
        self.wake()
        for one in self._threads:
            one.join(2 * _STOP_SECONDS)

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                job = self._next()
                if job is not None:
                    self._see_through(job)
                    continue
            except DataError as error:
                tell_event("jobs.store", logging.WARNING, error)
            except Exception as error:
                # Whatever it was, the other jobs are not to wait for ever.
                tell_event("jobs.fault", logging.ERROR, error)
            with self._wake:
                self._wake.wait(_LOOK_SECONDS)

    def _next(self) -> Job | None:
        ground = self._ground
        now = ground.now()
        silent = ground.ago(seconds=ground.settings.number("silent_seconds"))
        with ground.store.reading() as connection:
            if not jobs_of(connection, "queued", "running"):
                return None
        with ground.store.editing() as connection:
            lost = spent(connection, now, silent, _interrupted)
            claimed = claim(connection, self._name, now, silent)
        for name in lost:
            tell_event("job.spent", logging.ERROR)
            forget_given(ground.data, name)
        return claimed

    def _see_through(self, job: Job) -> None:
        tell_event(f"job.{job.kind}.begun", attempt=job.attempt)
        ours, theirs = self._context.Pipe()
        place, data = self._ground.store.place, self._ground.data
        said = (place, data, job, theirs, our_environment())
        process = self._context.Process(target=work, args=said)
        process.start()
        theirs.close()
        while process.is_alive() and not self._stop.is_set():
            process.join(_LOOK_SECONDS)
        stopped = process.is_alive()
        if stopped:
            process.terminate()
            process.join(_STOP_SECONDS)
            process.kill()
            process.join()
        ours.close()
        self._ended(job, stopped)
        tell_event(f"job.{job.kind}.ended", attempt=job.attempt, status=process.exitcode or 0)

    def _ended(self, job: Job, stopped: bool) -> None:
        """Its process is gone: it has ended, was cancelled, or is to be done again."""
        now, over = self._ground.now(), True
        with self._ground.store.editing() as connection:
            found = job_of(connection, job.job)
            if found is None or found.attempt != job.attempt:
                return
            if found.state not in ENDED:
                over = bool(found.cancel and not found.seq)
                if over:
                    problem = told_problem([Problem("JOB_CANCELLED")], job.job, status=409)
                    end(connection, job, CANCELLED, now, problem=problem)
                else:
                    # What it committed stays; the next attempt tells it.
                    release(connection, job, now, counted=not stopped)
        if over:
            forget_given(self._ground.data, job.job)


def _interrupted(job: Job) -> object:
    """Why a job failed that was begun too often; ``seq`` tells whether it had committed."""
    code = "JOB_INTERRUPTED_AFTER" if job.seq else "JOB_INTERRUPTED"
    problem = Problem(code, value=str(ATTEMPTS), facts={"seq": str(job.seq)})
    return told_problem([problem], job.job, status=500)


def tidy(
    data: Path,
    now: Callable[[], float],
    days: int,
    ended: Container[str] = (),
    known: Container[str] | None = None,
) -> int:
    """Delete the folders of jobs that are older than some days; gives how many.

    Of jobs that have ``ended`` what was uploaded goes at once; an upload or a table that was broken
    off with its server goes after a day, as does what was given to a job that was never queued,
    being none of those ``known``.
    """
    count = 0
    jobs = folder_of(data, "")
    for folder, last in ((jobs, days), (uploads_of(data), 1), (tables_of(data), 1)):
        for one in [*folder.iterdir()] if folder.is_dir() else []:
            if one.name in ended:
                forget_given(data, one.name)
            lost = folder == jobs and known is not None and one.name not in known
            if one.exists() and now() - one.stat().st_mtime > (1 if lost else last) * 86_400:
                shutil.rmtree(one, ignore_errors=True)
                count += 1
    return count
