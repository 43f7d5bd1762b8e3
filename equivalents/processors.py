"""How many threads to use."""

import os

__all__ = ["workers"]


def workers() -> int:
    """Threads to use: one per processor that this process may use, at most eight."""
    try:
        available = len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        available = os.cpu_count() or 1
    return min(available, 8)
