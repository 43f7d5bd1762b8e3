"""Memory that is free and still kept, given back to the machine.

Arrow keeps what it has read into, and the C library keeps what arrays leave behind between those
still in use: at 50 million records a sixth of all memory when one phase ends and the next begins.
"""

import ctypes
import sys
from functools import cache
from typing import Any

__all__ = ["let_go"]


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
def _trim() -> Any:
    """The C library's own way, where it has one (glibc)."""
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
