"""The process that does one job: it is heard of, it stops when told, it ends the job once.

The work is done here and not in the server: a fault, a kill or a cancel ends this process alone.
It ends at once where its server is gone, where it was taken for dead, or where somebody cancelled:
whatever it had not committed never happened. What it has committed is told, by it or by the next
attempt: then it is too late to cancel.
"""

import logging
import os
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from api.ground import time_now
from api.jobs.context import Context, Progress, forget_given
from api.jobs.kinds import run_of
from api.jobs.told import told_problem
from api.telling.lines import tell_event
from equivalents.errors import DataError, Problem, UsageError
from equivalents.servicesettings import read_settings
from equivalents.store.engine import Store, open_store
from equivalents.store.jobs import FAILED, SUCCEEDED, Job, JobLostError, beat, committed, end
from equivalents.store.place import StorePlace

__all__ = [
    "CANCEL",
    "LOST",
    "our_environment",
    "work",
]

_BEAT_SECONDS: Final = 2.0
_BEATS: Final = 5
"""A worker is heard of so often, at least, before it is taken for dead."""
_OURS: Final = "EQUIVALENTS_"
LOST: Final = 3
CANCEL: Final = 4


def our_environment() -> dict[str, str]:
    """What the environment of the server says of our settings: its workers began elsewhere."""
    return {name: said for name, said in os.environ.items() if name.startswith(_OURS)}


def work(
    place: StorePlace, data: Path, job: Job, server: Connection, environment: Mapping[str, str]
) -> None:
    """Do a job to its end, in a process of its own.

    Args:
        place: the store.
        data: the working folder of the service.
        job: the attempt that was claimed.
        server: a pipe whose other end closes with the server.
        environment: as :func:`our_environment` gave it in the server.
    """
    for name in our_environment():
        del os.environ[name]
    os.environ.update(environment)
    settings = read_settings()
    store = open_store(place, job.who)
    store.also = lambda connection, seq: committed(connection, job, time_now(), seq)
    context = Context(job, store, data, settings)
    ended = threading.Event()
    for target in (_heard, _watch):
        threading.Thread(target=target, args=(context, server, ended), daemon=True).start()
    result, problem = _done(context)
    ended.set()
    _end(store, job, FAILED if problem else SUCCEEDED, result, problem)
    forget_given(data, job.job)


def _done(context: Context) -> tuple[object, object]:
    """The result of a job, or why it failed."""
    job = context.job
    try:
        return dict(run_of(job.kind)(context)), None
    except JobLostError:
        os._exit(LOST)
    except DataError as error:
        return None, told_problem(error.problems, job.job, total=error.total)
    except UsageError as error:
        told = Problem("FIELD_INVALID", facts={"detail": str(error)})
        return None, told_problem([told], job.job)
    except Exception as error:
        # A fault of ours would be the same the next time.
        tell_event("job.fault", logging.ERROR, error)
        return None, told_problem([Problem("SERVICE_FAULT", value=job.job)], job.job)


def _end(store: Store, job: Job, state: str, result: object, problem: object) -> None:
    try:
        with store.editing() as connection:
            end(connection, job, state, time_now(), result=result, problem=problem)
    except JobLostError:
        os._exit(LOST)


def _heard(context: Context, _server: Connection, ended: threading.Event) -> None:
    """Be heard of until the work has ended."""
    silent = context.settings.number("silent_seconds")
    while not ended.wait(min(_BEAT_SECONDS, silent / _BEATS)):
        try:
            with context.store.editing() as connection:
                now = beat(connection, context.job, time_now(), _said(context.progress))
        except JobLostError:
            if not ended.is_set():
                os._exit(LOST)
            return
        except DataError:
            continue  # busy or away: the next beat may come through
        if now.cancel and not now.seq:
            os._exit(CANCEL)


def _said(progress: Progress) -> object:
    return progress.as_json() if progress.stage else None


def _watch(_context: Context, server: Connection, _ended: threading.Event) -> None:
    """End with the server: what nobody looks after must not go on."""
    try:
        server.recv()
    except (EOFError, OSError):
        os._exit(LOST)
