"""The thread that looks after jobs: it claims one, starts its process, and sees how it ended.

Several threads and several servers may do so on one store: a job is claimed by one. What a server
that was killed had begun is claimed again when it was not heard of for a while.
"""

import logging
import os
import shutil
import threading
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

from api.ground import Ground, new_id
from api.jobs.child import work
from api.jobs.context import folder_of
from api.problems import problem_body
from api.telling.lines import tell_event
from equivalents.errors import DataError, Problem
from equivalents.store.jobs import (
    ATTEMPTS,
    CANCELLED,
    ENDED,
    Job,
    JobLostError,
    claim,
    end,
    job_of,
    jobs_of,
    release,
    spent,
)

__all__ = [
    "Runner",
    "SILENT_SECONDS",
    "tidy",
]

SILENT_SECONDS: Final = 30.0
"""A worker that was not heard of for so long is taken for dead."""
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
            with self._wake:
                self._wake.wait(_LOOK_SECONDS)

    def _next(self) -> Job | None:
        ground = self._ground
        now, silent = ground.now(), ground.ago(seconds=SILENT_SECONDS)
        with ground.store.reading() as connection:
            if not jobs_of(connection, "queued", "running"):
                return None
        problem = Problem("JOB_INTERRUPTED", value=str(ATTEMPTS))
        with ground.store.editing() as connection:
            lost = spent(connection, now, silent, problem_body([problem], 500, "zh", ""))
            if lost:
                tell_event("job.spent", logging.ERROR, jobs=len(lost))
            return claim(connection, self._name, now, silent)

    def _see_through(self, job: Job) -> None:
        tell_event(f"job.{job.kind}.begun", attempt=job.attempt)
        ours, theirs = self._context.Pipe()
        place, data = self._ground.store.place, self._ground.data
        process = self._context.Process(target=work, args=(place, data, job, theirs))
        process.start()
        theirs.close()
        while process.is_alive() and not self._stop.is_set():
            process.join(_LOOK_SECONDS)
        if process.is_alive():
            process.terminate()
            process.join(_STOP_SECONDS)
            process.kill()
            process.join()
        ours.close()
        self._ended(job, process)
        tell_event(f"job.{job.kind}.ended", attempt=job.attempt, status=process.exitcode or 0)

    def _ended(self, job: Job, process: ForkServerProcess) -> None:
        """Its process is gone: it has ended, was cancelled, or is to be done again."""
        now = self._ground.now()
        with self._ground.store.editing() as connection:
            found = job_of(connection, job.job)
            if found is None or found.state in ENDED or found.attempt != job.attempt:
                return
            if found.cancel and not found.seq:
                problem = problem_body([Problem("JOB_CANCELLED")], 409, "zh", "")
                try:
                    end(connection, job, CANCELLED, now, problem=problem)
                except JobLostError:
                    return
            else:
                # What it committed stays; the next attempt tells it.
                release(connection, job, now)


def tidy(data: Path, now: Callable[[], float], days: int) -> int:
    """Delete the folders of jobs that are older than some days; gives how many."""
    count, folder = 0, folder_of(data, "")
    for one in [*folder.iterdir()] if folder.is_dir() else []:
        if now() - one.stat().st_mtime > days * 86_400:
            shutil.rmtree(one, ignore_errors=True)
            count += 1
    return count
