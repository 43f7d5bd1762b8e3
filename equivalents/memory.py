"""Memory between one batch of records and the next: kept while counting, then given back.

Arrow keeps what it has read into, and the C library keeps what arrays leave behind between those
still in use: at 50 million records a sixth of all memory when one phase ends and the next begins.
While records stream by it is the other way round. Every batch asks for arrays of the same sizes,
and a page that was given back costs a fault when it is touched again: a seventh of the time.
"""

import ctypes
import sys
from functools import cache
from typing import Any

__all__ = ["keep", "let_go"]

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""What glibc calls these two in ``mallopt``."""
_LARGE = 32 << 20
"""Bytes of the largest block that is kept: the most that glibc allows."""
_FREE = 1 << 30
"""Bytes that may lie free at the end before any is given back."""


def let_go() -> None:
    """Give back what Arrow and the C library hold and nobody uses; costs some milliseconds."""
    # Where Arrow was not needed it holds nothing, and is not imported for this.
    arrow: Any = sys.modules.get("pyarrow")
    if arrow is not None:
        arrow.default_memory_pool().release_unused()
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def keep() -> None:
    """Let the C library keep freed arrays for the next batch, for as long as this process lives.

    Where there is no such choice nothing happens. Results never depend on it.
    """
    option = _of_library("mallopt")
    if option is not None:
        option(_MMAP_THRESHOLD, _LARGE)
        option(_TRIM_THRESHOLD, _FREE)


@cache
def _trim() -> Any:
    """The C library's own way, where it has one (glibc)."""
    return _of_library("malloc_trim")


def _of_library(name: str) -> Any:
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), name, None)
