"""How often each kind of proof is run: small counts in `make test`, full ones in `make proof`."""

import os
from typing import Final

__all__ = ["FULL", "counts"]

FULL: Final = os.environ.get("EQUIVALENTS_PROOF", "quick") == "full"


def counts(quick: int, full: int) -> int:
    """The count for this run."""
    return full if FULL else quick
