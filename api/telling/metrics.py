"""Counts for those who watch the service, as Prometheus reads them. Never about whom.

Labels have few values: routes are templates, methods and states are listed, and a value that is
not becomes ``?``, so that no one can fill the memory with labels or put a name into one. Each
instance has a registry of its own: nothing of the process or of other libraries comes along.
"""

from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from api.telling.fields import OTHER, method_of, route_of

__all__ = [
    "BUCKETS",
    "CONTENT_TYPE",
    "JOB_STATES",
    "Metrics",
]

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
"""The media type of :meth:`Metrics.render`."""

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds by which requests are counted: answers of pages, of lists, and of exports."""

JOB_STATES: Final = ("queued", "running", "succeeded", "failed", "cancelled")
"""States of jobs that are told apart; others are counted as ``?``."""


class Metrics:
    """The counts of one process."""

    def __init__(self, job_states: tuple[str, ...] = JOB_STATES) -> None:
        self._states = job_states
        registry = self._registry = CollectorRegistry(auto_describe=False)
        self._requests = Counter(
            "equivalents_requests",
            "Requests by route template, method and status.",
            ("route", "method", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "equivalents_request_seconds",
            "Seconds of a request by route template and method.",
            ("route", "method"),
            buckets=BUCKETS,
            registry=registry,
        )
        self._jobs = Gauge("equivalents_jobs", "Jobs by state.", ("state",), registry=registry)
        self._rows = Counter(
            "equivalents_import_rows",
            "Rows of imports, by whether they were kept.",
            ("outcome",),
            registry=registry,
        )
        self._head = Gauge(
            "equivalents_store_head_seq", "The store's last entry of the trail.", registry=registry
        )
        for outcome in ("kept", "refused"):
            self._rows.labels(outcome)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """One request that was answered; ``route`` is the template, blank if none took it."""
        where, how = route_of(route), method_of(method)
        code = str(status) if 100 <= status <= 599 else OTHER
        self._requests.labels(where, how, code).inc()
        self._seconds.labels(where, how).observe(seconds)

    def jobs(self, by_state: Mapping[str, int]) -> None:
        """How many jobs there are now, by state; a state that is not named has none."""
        counts = dict.fromkeys((*self._states, OTHER), 0)
        for state, number in by_state.items():
            counts[state if state in self._states else OTHER] += number
        for state, number in counts.items():
            self._jobs.labels(state).set(number)

    def imported(self, kept: int, refused: int) -> None:
        """Rows of one import."""
        self._rows.labels("kept").inc(kept)
        self._rows.labels("refused").inc(refused)

    def head(self, seq: int) -> None:
        """The sequence number of the store's last entry."""
        self._head.set(seq)

    def render(self) -> bytes:
        """All counts in the text format of Prometheus, see :data:`CONTENT_TYPE`."""
        return generate_latest(self._registry)
