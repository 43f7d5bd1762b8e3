"""Rows of tables that never change again, read once: pages are cut out of them.

A table of a kept result, or what an import set aside, is what it is for good. So its rows are kept
for the last few tables that were asked for, by a key that says whose and which bytes they are; a
table that is larger than all that may be kept is read whenever somebody asks.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from threading import Lock
from typing import Any, Final, TypeVar

__all__ = [
    "KeptRows",
]

_MOST: Final = 200_000
"""Rows of a process; one takes some 500 bytes."""
_T = TypeVar("_T")


class KeptRows:
    """The tables that were asked for last, up to ``most`` rows of them all."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, Sequence[Any]] = OrderedDict()
        self._rows = 0
        self._lock = Lock()

    def __len__(self) -> int:
        """The room that is taken: rows, and one for each table."""
        return self._rows

    def of(self, key: Hashable, work: Callable[[], Iterable[_T]]) -> Sequence[_T]:
        """The rows that ``work`` gives, read once for a key. They are shared: nobody changes them.

        Two who ask at once may both read them. What raises is not kept.
        """
        with self._lock:
            known: Sequence[_T] | None = self._found.get(key)
            if known is not None:
                self._found.move_to_end(key)
                return known
        made = (*work(),)
        with self._lock:
            if key not in self._found and _weight(made) <= self._most:
                self._found[key] = made
                self._rows += _weight(made)
            while self._rows > self._most:
                _, gone = self._found.popitem(last=False)
                self._rows -= _weight(gone)
        return made


def _weight(rows: Sequence[Any]) -> int:
    """An empty table takes the room of its key."""
    return len(rows) + 1
