"""Counters in the text format of Prometheus, of one process."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = [
    "Metrics",
]


class Metrics:
    """The counters of one application, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        of = ["route", "method", "status"]
        self._requests = Counter(
            "equivalents_requests", "Requests answered", of, registry=self._registry
        )
        self._seconds = Histogram(
            "equivalents_request_seconds",
            "Seconds to the end of an answer",
            ["route"],
            buckets=(0.005, 0.02, 0.1, 0.5, 2, 10, 60),
            registry=self._registry,
        )
        self._jobs = Gauge("equivalents_jobs", "Jobs by state", ["state"], registry=self._registry)
        self._head = Gauge("equivalents_audit_entries", "Audit entries", registry=self._registry)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request, by the template of its route."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def render(self, jobs: dict[str, int], head: int) -> bytes:
        """Everything, with jobs by state and the audit entries of now."""
        for state, count in jobs.items():
            self._jobs.labels(state).set(count)
        self._head.set(head)
        return generate_latest(self._registry)
