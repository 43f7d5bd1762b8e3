"""Kept results opened for statements: the last few in memory, each opened once.

A result never changes, so what was opened holds for good; only how many there are is bounded.
"""

import tempfile
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Final

from equivalents.report.kept import read_kept
from equivalents.settle import Settlement, settle_kept
from equivalents.store.engine import Store
from equivalents.store.results import result_folder

__all__ = [
    "OPENED",
    "OpenedRuns",
]

_MOST: Final = 2
"""Opened results of a process; one of a large county takes some hundred MB."""


class OpenedRuns:
    """The results of stores that were opened last, by their manifests' hashes."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._found: OrderedDict[str, Settlement] = OrderedDict()
        self._lock = Lock()

    def settlement(self, store: Store, result_id: int, sha256: str) -> Settlement:
        """A kept result settled again from its tally; one at a time is opened.

        Raises:
            DataError: ``RESULT_DAMAGED``; ``OUT_METHOD``: another method made it.
        """
        with self._lock:
            found = self._found.pop(sha256, None) or _opened(store, result_id)
            self._found[sha256] = found
            while len(self._found) > self._most:
                self._found.popitem(last=False)
            return found

    def __len__(self) -> int:
        return len(self._found)


def _opened(store: Store, result_id: int) -> Settlement:
    with tempfile.TemporaryDirectory(prefix="equivalents-") as name:
        kept = read_kept(result_folder(store, result_id, Path(name) / "out"))
        return settle_kept(kept.rules, kept.plan, kept.tally)


OPENED: Final = OpenedRuns()
"""Those of this process."""
