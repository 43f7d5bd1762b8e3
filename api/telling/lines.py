"""The line of a request in the log."""

import logging
from typing import Final

__all__ = [
    "told",
]

_LOG: Final = logging.getLogger("equivalents.requests")


def told(
    request_id: str, method: str, route: str, status: int, seconds: float, principal: str
) -> None:
    """Tell of one request: the template of its route, never the path, a query or a body."""
    said = {
        "request_id": request_id,
        "method": method,
        "route": route,
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "principal": principal,
    }
    _LOG.info("request", extra=said)
