"""What was worked out of the store's facts, kept for as long as nothing was added to them.

Every fact is in the audit chain, so a chain whose head is the same says the same; that one row is
read each time, in the state that is seen. Working tables (jobs, sessions, deliveries) are in no
chain: nothing that looks at them belongs here. Source: specification page 2 "Records at rest".
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from equivalents.store.writing import head_of

__all__ = [
    "AsItStands",
]

_MOST: Final = 256
"""Answers of a process."""
_T = TypeVar("_T")


class AsItStands:
    """The answers that were asked for last, each with the head of the chain it was true of."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, tuple[str, Any]] = OrderedDict()
        self._lock = Lock()

    def of(self, connection: Connection, key: Hashable, work: Callable[[], _T]) -> _T:
        """What ``work`` gives of the state that a connection sees; ``key`` names it, args and all.

        Whatever it gives is shared, so nobody may change it. What raises is not kept.
        """
        head = head_of(connection)
        mark = head.hash if head is not None else ""
        with self._lock:
            kept = self._found.get(key)
            if kept is not None and kept[0] == mark:
                self._found.move_to_end(key)
                known: _T = kept[1]
                return known
        made = work()
        with self._lock:
            self._found[key] = mark, made
            self._found.move_to_end(key)
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return made
