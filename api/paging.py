"""Pages by cursor: where the last one ended, so that rows that come in between move nothing.

A list is ordered by a key of texts or numbers that no two of its objects share; the cursor is
that key of the last object shown, with the name of the list. Source: specification page 3.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel

from api.problems import RequestError

__all__ = [
    "LARGEST",
    "Listed",
    "Page",
    "Paged",
    "page_of",
    "paged",
]

LARGEST: Final = 500
"""Objects of one page."""
_T = TypeVar("_T")
_M = TypeVar("_M", bound=BaseModel)


class Listed(BaseModel, Generic[_M]):
    """One page of a list."""

    data: list[_M]
    limit: int
    has_more: bool
    next_cursor: str | None


class Page:
    """What is asked of a list: ``cursor`` and ``limit``."""

    def __init__(self, cursor: str = "", limit: int = 100) -> None:
        self.cursor = cursor
        self.limit = limit

    def after(self, name: str, kinds: Sequence[type] | None = None) -> list[Any] | None:
        """The key after which a list goes on; ``None`` at its beginning.

        ``kinds`` are those of its parts, where they are known.

        Raises:
            RequestError: ``CURSOR_INVALID``.
        """
        if not self.cursor:
            return None
        try:
            found = json.loads(urlsafe_b64decode(self.cursor.encode("ascii") + b"=="))
        except ValueError:
            found = None
        key: list[Any] = found[1:] if isinstance(found, list) else []
        other = kinds is not None and [type(one) for one in key] != [*kinds]
        if not key or found[0] != name or other:
            raise RequestError("CURSOR_INVALID", self.cursor, pointer="?cursor")
        return key

    def next(self, name: str, key: Sequence[Any]) -> str:
        """The cursor of the page after the one that ends with a key."""
        text = json.dumps([name, *key], ensure_ascii=False, separators=(",", ":"))
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")


async def _page(
    cursor: Annotated[
        str,
        Query(max_length=1_000, description="next_cursor of the page before 上一页的 next_cursor"),
    ] = "",
    limit: Annotated[
        int, Query(ge=1, le=LARGEST, description="Objects of one page 每页条数")
    ] = 100,
) -> Page:
    return Page(cursor, limit)


Paged = Annotated[Page, Depends(_page)]
"""The page that a request asks for. It waits for nothing, so it takes no thread of its own."""


def paged(
    page: Page, name: str, every: Sequence[_T], key: Callable[[_T], Sequence[Any]]
) -> tuple[list[_T], bool, str | None]:
    """One page of objects that are in the order of their keys: they, whether more, next cursor."""
    after = page.after(name, [type(one) for one in key(every[0])] if every else None)
    start = 0
    if after is not None:
        start = next((at for at, one in enumerate(every) if [*key(one)] > after), len(every))
    shown = [*every[start : start + page.limit]]
    more = start + len(shown) < len(every)
    return shown, more, page.next(name, key(shown[-1])) if more else None


def page_of(page: Page, objects: bytes, has_more: bool, cursor: str | None) -> bytes:
    """One page as JSON, what :class:`Listed` would write; ``objects``: JSON, commas between."""
    more = b"true" if has_more else b"false"
    next_cursor = b"null" if cursor is None else b'"' + cursor.encode() + b'"'
    rest = b'],"limit":%d,"has_more":%b,"next_cursor":%b}' % (page.limit, more, next_cursor)
    return b"".join((b'{"data":[', objects, rest))
