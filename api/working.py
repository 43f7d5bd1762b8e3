"""What works beside the requests of a server process: jobs, webhooks, tidying once an hour."""

import logging
import threading
import time
from typing import Final

from api.ground import Ground
from api.hooks.dispatching import Dispatcher
from api.jobs.runner import Runner, tidy
from api.telling.lines import tell_event
from equivalents.errors import DataError
from equivalents.store.answers import forget_answers
from equivalents.store.deliveries import forget_deliveries
from equivalents.store.jobs import ENDED, jobs_of
from equivalents.store.sessions import forget_sessions

__all__ = [
    "Working",
]

_TIDY_SECONDS: Final = 3_600.0


class Working:
    """Starts and stops what works beside requests."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._stop = threading.Event()
        self._tidying = threading.Thread(target=self._tidy, name="tidy", daemon=True)
        self.runner = Runner(ground, ground.settings.number("jobs"))
        self.dispatcher = Dispatcher(ground)

    def start(self) -> None:
        """Begin."""
        self._ground.wake = self.runner.wake
        self._ground.wake_webhooks = self.dispatcher.wake
        self.runner.start()
        self.dispatcher.start()
        self._tidying.start()

    def stop(self) -> None:
        """End; what runs is left to whoever looks next."""
        self._stop.set()
        self.runner.stop()
        self.dispatcher.stop()
        self._tidying.join(1)

    def _tidy(self) -> None:
        while not self._stop.is_set():
            try:
                self.tidy()
            except (DataError, OSError):
                tell_event("tidy.failed", logging.WARNING)
            self._stop.wait(_TIDY_SECONDS)

    def tidy(self) -> None:
        """Forget what has lasted long enough: answers, sessions, deliveries, files of jobs."""
        ground = self._ground
        told = ground.ago(days=ground.settings.number("delivery_days"))
        with ground.store.editing() as connection:
            forget_answers(connection, ground.ago(days=ground.settings.number("answer_days")))
            forget_sessions(connection, ground.now())
            forget_deliveries(connection, told)
            states = {one.job: one.state for one in jobs_of(connection)}
        ended = {job for job, state in states.items() if state in ENDED}
        tidy(ground.data, time.time, ground.settings.number("export_days"), ended, states)
