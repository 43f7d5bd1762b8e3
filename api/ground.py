"""What every request stands on: settings, the store, who may come in, limits, counters, a clock.

One :class:`Ground` belongs to one application; routes reach it as ``request.app.state.ground``.
Source: issue 8.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Final, NamedTuple

from api.access.limits import Limiter, Rate
from api.access.throttle import Throttle
from api.asitstands import AsItStands
from api.directory import Directory
from api.keptrows import KeptRows
from api.telling.metrics import Metrics
from equivalents.servicesettings import ServiceSettings
from equivalents.settle import METHOD
from equivalents.store.dated import last_versions
from equivalents.store.engine import Store
from equivalents.version import __version__

__all__ = [
    "Ground",
    "Versions",
    "new_id",
    "time_now",
    "time_text",
]

_FRESH_SECONDS: Final = 1.0
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id(prefix: str) -> str:
    """A prefixed opaque id, as ``job_5Z…``: 130 random bits in letters that nobody misreads."""
    return f"{prefix}_{''.join(_LETTERS[one & 31] for one in secrets.token_bytes(26))}"


def time_text(time: datetime) -> str:
    """A time as the store writes it: RFC 3339 with offset, to the microsecond."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def time_now() -> str:
    """The time of now, for working tables; nothing that is paid is computed from it."""
    return time_text(datetime.now(UTC))


class Versions(NamedTuple):
    """What answers name: the engine, its method, and the last weights and schemes that were put."""

    engine: str
    method: str
    weights: str
    schemes: str

    def headers(self) -> dict[str, str]:
        """As headers of an answer."""
        return {
            "Equivalents-Engine": self.engine,
            "Equivalents-Method": self.method,
            "Equivalents-Weight-Tables": self.weights,
            "Equivalents-Schemes": self.schemes,
        }


class Ground:
    """See the module; ``store`` is opened once, and each request takes it in its own name."""

    def __init__(
        self,
        settings: ServiceSettings,
        store: Store,
        data: Path,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings
        self.store = store
        store.keep_readers()
        self.data = data
        self.clock = clock
        self.directory = Directory(store, clock)
        self.throttle = Throttle()
        minute = timedelta(minutes=1)
        self.limits = Limiter(
            {
                kind: Rate(settings.number(f"{kind}s_a_minute"), minute)
                for kind in ("read", "write", "login")
            }
        )
        self.metrics = Metrics()
        self.stands = AsItStands()
        self.kept_rows = KeptRows()
        self.wake: Callable[[], None] = lambda: None  # a job was queued
        self.wake_webhooks: Callable[[], None] = lambda: None  # a delivery is due
        self._lock = Lock()
        self._versions = Versions(__version__, METHOD, "0", "0")
        self._looked = -_FRESH_SECONDS

    def now(self) -> str:
        """The time as the store writes it."""
        return time_text(self.clock())

    def ago(self, **span: float) -> str:
        """A time before now."""
        return time_text(self.clock() - timedelta(**span))

    def ahead(self, **span: float) -> str:
        """A time after now."""
        return time_text(self.clock() + timedelta(**span))

    def versions(self) -> Versions:
        """The versions of now; a second old at most."""
        with self._lock:
            if monotonic() - self._looked < _FRESH_SECONDS:
                return self._versions
            self._looked = monotonic()
        with self.store.reading() as connection:
            found = last_versions(connection)
        self._versions = Versions(__version__, METHOD, *map(str, found))
        return self._versions
