"""How often somebody may ask: a token bucket for each asker and class of route.

A bucket holds ``burst`` requests and fills evenly, ``burst`` in each ``window``. It is kept as one
whole number, the moment at which it would be full again (the "theoretical arrival time" of the
generic cell rate algorithm), counted in microseconds / ``burst``, so that nothing is ever rounded:
exactly ``burst`` requests are allowed at one moment, and exactly one more when ``retry_after``
is over.

Memory is bounded: of more than ``capacity`` askers the one that was silent longest is forgotten.
Its bucket is full again, which only helps who commands more addresses than that. Many threads may
ask at once. Times are arguments; a clock that goes back makes nobody wait longer than one window.
"""

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from equivalents.errors import Problem

__all__ = [
    "CAPACITY",
    "Limiter",
    "RATES",
    "Rate",
    "Verdict",
    "asker_of",
    "microseconds",
]

CAPACITY: Final = 20_000
"""Askers remembered: about 4 MB."""

_SECOND: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests at once and in each window."""

    burst: int
    window: timedelta

    def __post_init__(self) -> None:
        if self.burst < 1 or self.window <= timedelta(0):
            raise ValueError("a rate allows something in some time")


_MINUTE: Final = timedelta(minutes=1)

RATES: Final[dict[str, Rate]] = {
    "login": Rate(20, _MINUTE),
    "read": Rate(600, _MINUTE),
    "write": Rate(120, _MINUTE),
    "export": Rate(20, _MINUTE),
}
"""What the service allows by class of route.

A page makes some ten reads; an integrator who reads 500 rows a page takes 60,000 people in 120.
Exports are work of seconds, and sign-ins cost a hash each (they have a throttle of their own too).
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request is allowed, and what its answer tells the asker.

    ``limit`` and ``remaining`` count requests; ``retry_after`` is in whole seconds, rounded up, and
    0 when allowed.
    """

    allowed: bool
    limit: int
    remaining: int
    retry_after: int

    def headers(self) -> dict[str, str]:
        """The headers of the answer: ``RateLimit-*``, and ``Retry-After`` where it is refused."""
        told = {"RateLimit-Limit": str(self.limit), "RateLimit-Remaining": str(self.remaining)}
        return told if self.allowed else told | {"Retry-After": str(self.retry_after)}

    def problem(self) -> Problem | None:
        """``RATE_LIMIT``, or None when allowed."""
        if self.allowed:
            return None
        facts = {"limit": str(self.limit), "seconds": str(self.retry_after)}
        return Problem("RATE_LIMIT", facts=facts)


class Limiter:
    """The buckets of one process. With several processes each allows its own share."""

    def __init__(self, rates: Mapping[str, Rate] = RATES, capacity: int = CAPACITY) -> None:
        self._rates = dict(rates)
        self._capacity = capacity
        self._full_at: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many buckets are remembered."""
        return len(self._full_at)

    def take(self, asker: str, kind: str, now: datetime) -> Verdict:
        """One request of an asker to a class of route; KeyError for a class that has no rate."""
        rate = self._rates[kind]
        window = microseconds(rate.window)
        moment = _since_epoch(now) * rate.burst
        with self._lock:
            kept = self._full_at.get((asker, kind), moment)
            # Of a clock that went back: no bucket is ever emptier than empty.
            full_at = min(max(kept, moment), moment + rate.burst * window)
            allowed = full_at - moment <= (rate.burst - 1) * window
            if allowed:
                full_at += window
            self._remember((asker, kind), full_at)
        missing = full_at - moment
        wait = 0 if allowed else missing - (rate.burst - 1) * window
        return Verdict(
            allowed,
            rate.burst,
            rate.burst - -(-missing // window),
            -(-wait // (rate.burst * _SECOND)),
        )

    def _remember(self, who: tuple[str, str], full_at: int) -> None:
        self._full_at[who] = full_at
        self._full_at.move_to_end(who)
        while len(self._full_at) > self._capacity:
            self._full_at.popitem(last=False)


def asker_of(address: str) -> str:
    """Who an address stands for: an IPv4 address, or the /64 of an IPv6 one.

    A home or an office has a whole /64 and could take a new address for each request. An IPv4
    address written as IPv6 is the IPv4 address. What is no address is one asker, ``?``.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "?"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))
    return str(found)


def microseconds(span: timedelta) -> int:
    """A span as whole microseconds, exactly."""
    return span // timedelta(microseconds=1)


_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _since_epoch(now: datetime) -> int:
    """TypeError for a time without offset: the difference to one that has it is undefined."""
    return microseconds(now - _EPOCH)
