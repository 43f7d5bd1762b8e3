"""How often somebody may ask: a bucket of tokens for each asker and kind of request.

A bucket holds a minute's worth and fills evenly. Buckets live in the memory of one process, the
ones used longest ago are dropped: with several processes each counts its own.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from time import monotonic
from typing import Final, NamedTuple

__all__ = [
    "Limited",
    "Limits",
]

_MOST: Final = 20_000
_MINUTE: Final = 60.0


class Limited(NamedTuple):
    """Whether a request is let through; the limit a minute, what is left, seconds to wait."""

    allowed: bool
    limit: int
    remaining: int
    retry_after: int


class Limits:
    """Limits a minute by kind of request."""

    def __init__(self, a_minute: Mapping[str, int], clock: Callable[[], float] = monotonic) -> None:
        self._limits = dict(a_minute)
        self._clock = clock
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, kind: str, who: str) -> Limited:
        """Count one request of somebody."""
        limit = self._limits[kind]
        with self._lock:
            now = self._clock()
            left, at = self._buckets.pop((kind, who), (float(limit), now))
            left = min(float(limit), left + (now - at) * limit / _MINUTE)
            allowed = left >= 1
            left -= allowed
            self._buckets[(kind, who)] = (left, now)
            if len(self._buckets) > _MOST:
                self._buckets.popitem(last=False)
        wait = 0 if allowed else max(1, math.ceil((1 - left) * _MINUTE / limit))
        return Limited(allowed, limit, int(left), wait)
