"""Tags and attributes of XML parts, found without a parser: one pattern for all that look at them.

A value may hold the other quote and ``>``: a sheet may be called ``Bob's <b>``.
"""

import re
from typing import Final

__all__ = ["attributes", "tags"]

_ATTRIBUTE: Final = re.compile(rb"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def tags(name: str) -> "re.Pattern[bytes]":
    """What finds the attributes of each tag of that name, whatever prefix it has."""
    return re.compile(rb"""<(?:\w+:)?%s\s((?:[^>"']|"[^"]*"|'[^']*')*)>""" % name.encode("ascii"))


def attributes(tag: bytes) -> dict[bytes, bytes]:
    """The attributes of a tag as they are written, by name."""
    return {name: one or other for name, one, other in _ATTRIBUTE.findall(tag)}
