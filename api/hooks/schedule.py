"""When a delivery that failed is tried again, and when no more.

The waits grow threefold from 10 seconds to 12 hours, and the last try is within three days of the
first (longer times are rounded up to minutes):

=====  ========  =============    =====  ========  =============
try    wait      at the latest    try    wait      at the latest
=====  ========  =============    =====  ========  =============
1                0                8      2 h 2 min 3 h 2 min
2      10 s      10 s             9      6 h 5 min 9 h 7 min
3      30 s      40 s             10     12 h      21 h 7 min
4      90 s      2 min            11     12 h      33 h 7 min
5      5 min     7 min            12     12 h      45 h 7 min
6      14 min    20 min           13     12 h      57 h 7 min
7      41 min    61 min           14     12 h      69 h 7 min
=====  ========  =============    =====  ========  =============

Each wait is shortened by up to a fifth, by a hash of the delivery and the try, so that a thousand
deliveries that failed together do not come back together, and the same delivery always waits the
same. A receiver may ask for longer by ``Retry-After``, up to the longest wait.
"""

import hashlib
from datetime import timedelta
from typing import Final

__all__ = [
    "GIVE_UP",
    "LONGEST_WAIT",
    "TRIES",
    "wait_before_next",
]

GIVE_UP: Final = timedelta(days=3)
"""No try is later than this after the first."""
LONGEST_WAIT: Final = timedelta(hours=12)
TRIES: Final = 14
"""Tries in all."""

_FIRST: Final = timedelta(seconds=10)
_GROWS: Final = 3
_JITTER: Final = 5
"""A wait is shortened by at most one part in so many."""
_FINENESS: Final = 1 << 32
_MILLISECOND: Final = timedelta(milliseconds=1)


def wait_before_next(
    delivery: str, tries: int, elapsed: timedelta, retry_after: timedelta | None = None
) -> timedelta | None:
    """How long to wait after so many tries (1 or more) that failed; None to give up.

    ``elapsed`` is the time since the first try, which may be longer than the table says if the
    service stood still. ``retry_after`` is what the receiver asked for.
    """
    if tries < 1:
        raise ValueError("a wait comes after a try")
    if tries >= TRIES:
        return None
    full = min(_FIRST * (_GROWS ** (tries - 1)), LONGEST_WAIT)
    digest = hashlib.sha256(f"{delivery}:{tries}".encode(errors="replace")).digest()
    full_ms = full // _MILLISECOND
    less_ms = full_ms * int.from_bytes(digest[:4], "big") // (_JITTER * _FINENESS)
    wait = (full_ms - less_ms) * _MILLISECOND
    if retry_after is not None:
        wait = max(wait, min(retry_after, LONGEST_WAIT))
    return wait if elapsed + wait <= GIVE_UP else None
