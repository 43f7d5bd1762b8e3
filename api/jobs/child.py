"""The process that does one job: it is heard of, it stops when told, it ends the job once.

The work is done here and not in the server: a fault, a kill or a cancel ends this process alone.
It ends at once where its server is gone, where it was taken for dead, or where somebody cancelled:
whatever it had not committed never happened.
"""

import os
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from api.ground import time_now
from api.jobs.context import Context, Progress
from api.jobs.kinds import run_of
from api.problems import problem_body, status_of
from equivalents.errors import DataError, Problem, UsageError
from equivalents.servicesettings import read_settings
from equivalents.store.engine import Store, open_store
from equivalents.store.jobs import FAILED, SUCCEEDED, Job, JobLostError, beat, committed, end
from equivalents.store.place import StorePlace

__all__ = [
    "BEAT_SECONDS",
    "CANCEL",
    "LOST",
    "work",
]

BEAT_SECONDS: Final = 2.0
"""How often a worker is heard of."""
LOST: Final = 3
CANCEL: Final = 4


def work(place: StorePlace, data: Path, job: Job, server: Connection) -> None:
    """Do a job to its end, in a process of its own.

    Args:
        place: the store.
        data: the working folder of the service.
        job: the attempt that was claimed.
        server: a pipe whose other end closes with the server.
    """
    settings = read_settings()
    store = open_store(place, job.who)
    store.also = lambda connection, seq: committed(connection, job, time_now(), seq)
    context = Context(job, store, data, settings)
    ended = threading.Event()
    for target in (_heard, _watch):
        threading.Thread(target=target, args=(context, server, ended), daemon=True).start()
    state, result, problem = FAILED, None, None
    try:
        result, state = dict(run_of(job.kind)(context)), SUCCEEDED
    except JobLostError:
        os._exit(LOST)
    except DataError as error:
        problem = problem_body(error.problems, status_of(error.problems[0].code), "zh", job.job)
    except UsageError as error:
        told = Problem("FIELD_INVALID", facts={"detail": str(error)})
        problem = problem_body([told], 422, "zh", job.job)
    ended.set()
    _end(store, job, state, result, problem)


def _end(store: Store, job: Job, state: str, result: object, problem: object) -> None:
    try:
        with store.editing() as connection:
            end(connection, job, state, time_now(), result=result, problem=problem)
    except JobLostError:
        os._exit(LOST)


def _heard(context: Context, _server: Connection, ended: threading.Event) -> None:
    """Be heard of until the work has ended."""
    while not ended.wait(BEAT_SECONDS):
        try:
            with context.store.editing() as connection:
                now = beat(connection, context.job, time_now(), _said(context.progress))
        except JobLostError:
            if not ended.is_set():
                os._exit(LOST)
            return
        except DataError:
            continue  # busy or away: the next beat may come through
        if now.cancel:
            os._exit(CANCEL)


def _said(progress: Progress) -> object:
    return progress.as_json() if progress.stage else None


def _watch(_context: Context, server: Connection, _ended: threading.Event) -> None:
    """End with the server: what nobody looks after must not go on."""
    try:
        server.recv()
    except (EOFError, OSError):
        os._exit(LOST)
