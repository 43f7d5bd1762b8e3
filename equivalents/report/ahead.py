"""Work on items of a stream ahead of who uses them, with few in memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

__all__ = ["ahead"]

_Item = TypeVar("_Item")
_Made = TypeVar("_Made")

_AT_ONCE: Final = 2
"""Items worked on or waiting beside the one in use."""


def ahead(work: Callable[[_Item], _Made], items: Iterable[_Item]) -> Iterator[tuple[_Item, _Made]]:
    """Each item with what ``work`` makes of it, in order.

    While one is used the next ones are worked on in threads; Arrow and file writes let each other
    run. The items themselves are taken from the stream in this thread.
    """
    waiting: deque[tuple[_Item, Future[_Made]]] = deque()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for item in items:
            waiting.append((item, pool.submit(work, item)))
            if len(waiting) > _AT_ONCE:
                first, made = waiting.popleft()
                yield first, made.result()
        while waiting:
            first, made = waiting.popleft()
            yield first, made.result()
