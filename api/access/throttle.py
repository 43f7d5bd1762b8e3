"""Failed sign-ins: a wait that grows, for a name and for an address.

The name is guarded against many guesses from everywhere, the address against one guess at many
names. A try counts as failed when it begins, and is taken back when it succeeds: many tries at
once find no gap. Nobody is locked out for good; with a wait of 15 minutes a name is open to some
100 guesses a day, which :mod:`api.access.wellknown` has taken the point out of.

Names that nobody has are counted as others are, so a wait does not tell which names exist.
"""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from api.access.limits import asker_of
from api.access.wellknown import folded
from equivalents.errors import Problem

__all__ = [
    "FORGOTTEN",
    "FREE_ADDRESS",
    "FREE_NAME",
    "LONGEST_WAIT",
    "Throttle",
    "wait_after",
]

FREE_NAME: Final = 5
"""Failures of a name that cost no wait: people mistype."""
FREE_ADDRESS: Final = 20
"""Failures of an address that cost no wait: a whole office has one."""
LONGEST_WAIT: Final = timedelta(minutes=15)
"""No wait is longer."""
FORGOTTEN: Final = timedelta(hours=24)
"""After so long without a failure everything begins anew."""
_CAPACITY: Final = 20_000
_FIRST: Final = timedelta(seconds=1)


def wait_after(failures: int, free: int) -> timedelta:
    """How long to wait after so many failures: nothing, then 1, 2, 4, ... seconds to the longest.

    Of a name 5 are free; then 1 s, 2 s, 4 s, 8 s ... 512 s, and 900 s from the 15th failure on.
    """
    over = failures - free
    if over < 0:
        return timedelta(0)
    return min(_FIRST * (1 << min(over, 16)), LONGEST_WAIT)


@dataclass(slots=True)
class _Count:
    failures: int
    last: datetime


class Throttle:
    """The failed sign-ins that one process remembers. Memory is bounded, threads may share it."""

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._capacity = capacity
        self._counts: OrderedDict[str, _Count] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many names and addresses are remembered."""
        return len(self._counts)

    def begin(self, name: str, address: str, now: datetime) -> Problem | None:
        """A try to sign in: ``LOGIN_WAIT`` with the seconds to wait, or None to go on.

        A try that has to wait is not counted: to try again and again makes no wait longer.
        """
        with self._lock:
            wait = max(self._wait(key, free, now) for key, free in _keys(name, address))
            if wait > timedelta(0):
                seconds = -(-wait // timedelta(seconds=1))
                return Problem("LOGIN_WAIT", facts={"seconds": str(seconds)})
            for key, _ in _keys(name, address):
                self._add(key, now)
        return None

    def succeeded(self, name: str, address: str) -> None:
        """The try that began was good: the name begins anew, the address is back where it was.

        The address is not forgiven: else whoever has one good account could guess at others.
        """
        by_name, by_address = (key for key, _ in _keys(name, address))
        with self._lock:
            self._counts.pop(by_name, None)
            if (count := self._counts.get(by_address)) is not None:
                count.failures -= 1
                if count.failures <= 0:
                    del self._counts[by_address]

    def _wait(self, key: str, free: int, now: datetime) -> timedelta:
        count = self._counts.get(key)
        if count is None:
            return timedelta(0)
        if now - count.last >= FORGOTTEN:
            del self._counts[key]
            return timedelta(0)
        # Of a clock that went back: the wait begins now, and is no longer than it was.
        passed = max(now - count.last, timedelta(0))
        return wait_after(count.failures, free) - passed

    def _add(self, key: str, now: datetime) -> None:
        count = self._counts.setdefault(key, _Count(0, now))
        count.failures += 1
        count.last = now
        self._counts.move_to_end(key)
        while len(self._counts) > self._capacity:
            self._counts.popitem(last=False)


def _keys(name: str, address: str) -> tuple[tuple[str, int], tuple[str, int]]:
    """The name as a hash, since people type passwords there and a long one would fill memory."""
    called = hashlib.sha256(folded(name).encode(errors="replace")).hexdigest()
    return (f"name {called}", FREE_NAME), (f"from {asker_of(address)}", FREE_ADDRESS)
