"""What may stand in a log line or a label: values of forms that no person's data can have.

A value that has not the form is replaced, not printed: who put it there by mistake loses a detail
of a log line, and nobody's name is in a file that is copied, shipped and kept for years.
"""

import re
from typing import Final

__all__ = [
    "NO_ROUTE",
    "OTHER",
    "method_of",
    "opaque",
    "route_of",
]

OTHER: Final = "?"
"""What stands for a value that has not the form of its field."""
NO_ROUTE: Final = "unmatched"
"""The route of a request that no route took: its path is somebody's typing."""

_METHODS: Final = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}
)
_TEMPLATE: Final = re.compile(r"/|(?:/(?:[a-z][a-z-]*|v[0-9]{1,3}|\{[a-z_]+(?::[a-z]+)?\}))+/?")
_OPAQUE: Final = re.compile(r"[a-z]{1,10}_[0-9A-Za-z-]{1,64}")
_LONGEST: Final = 200


def method_of(method: str) -> str:
    """An HTTP method, or :data:`OTHER`."""
    return method if method in _METHODS else OTHER


def route_of(template: str) -> str:
    """A route template such as ``/v1/people/{person_id}``; :data:`NO_ROUTE` for none.

    A segment is small letters and hyphens, a version, or a name in braces. A path that was filled
    in has digits, capitals or other letters and becomes :data:`OTHER`; one of small letters only
    cannot be told from a template, so the template is what has to be passed.
    """
    if not template:
        return NO_ROUTE
    return template if len(template) <= _LONGEST and _TEMPLATE.fullmatch(template) else OTHER


def opaque(name: str) -> str:
    """An id of the service's own making (``req_...``, ``usr_...``), blank for none."""
    return name if not name or _OPAQUE.fullmatch(name) else OTHER
