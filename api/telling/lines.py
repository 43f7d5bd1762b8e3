"""Log lines: one JSON object a line, of fields that are listed here and of no others.

A request leaves time, level, request id, method, route *template*, status, milliseconds and the
opaque id of who asked: no path, query, body, name or address. A person is in none of them; who did
what is in the audit trail of the store, which is guarded as such.

Of other loggers (servers, drivers, libraries) only the level, the logger and the place in the
program are told, and of an exception its type and frames: their messages hold paths, statements
and values, whoever wrote them. ``event`` lines of our own carry a constant word and whole numbers.
"""

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, TextIO

from api.telling.fields import OTHER, method_of, opaque, route_of

__all__ = [
    "JsonLines",
    "LOGGER",
    "handler_to",
    "tell_event",
    "tell_request",
]

LOGGER: Final = "equivalents.service"
"""The logger of the service's own lines."""

_FIELDS: Final = "equivalents_fields"
_FRAMES: Final = 30
_EVENT: Final = re.compile(r"[a-z][a-z_.]{0,63}")
_WORD: Final = re.compile(r"[a-z_]{1,40}")
_NAME: Final = re.compile(r"[A-Za-z_][\w.]{0,100}", re.ASCII)


def tell_request(
    *,
    request_id: str,
    method: str,
    route: str,
    status: int,
    milliseconds: int,
    principal: str = "",
    error: BaseException | None = None,
) -> None:
    """One line for one request. ``route`` is the template, blank if no route took the request.

    The level is ``error`` from 500 on and ``info`` below; ``error`` is told by type and frames.
    """
    told = {
        "event": "request",
        "request_id": opaque(request_id),
        "method": method_of(method),
        "route": route_of(route),
        "status": int(status),
        "milliseconds": int(milliseconds),
        "principal": opaque(principal),
    }
    _tell(logging.ERROR if status >= 500 or error else logging.INFO, told, error)


def tell_event(
    event: str, level: int = logging.INFO, error: BaseException | None = None, **numbers: int
) -> None:
    """One line for something else that happened: a constant word, and whole numbers by name.

    ValueError for a word or number that is none: it would be the way by which names get in.
    """
    if _EVENT.fullmatch(event) is None:
        raise ValueError("an event is a constant word")
    if not all(_WORD.fullmatch(name) and type(value) is int for name, value in numbers.items()):
        raise ValueError("an event has whole numbers and nothing else")
    _tell(level, {"event": event, **numbers}, error)


def handler_to(stream: TextIO) -> logging.Handler:
    """A handler that writes such lines, to be the only one of the root logger."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    return handler


class JsonLines(logging.Formatter):
    """Any log record as one line of JSON that nobody is named in."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end. Text outside ASCII is escaped, so a line is a line."""
        at = datetime.fromtimestamp(record.created, UTC)
        told: dict[str, Any] = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        fields = getattr(record, _FIELDS, None)
        if record.name == LOGGER and isinstance(fields, dict):
            told |= fields
        else:
            told |= {
                "event": "other",
                "logger": _name(record.name),
                "at": f"{_name(record.module)}:{record.lineno}",
            }
        if record.exc_info and record.exc_info[1] is not None:
            told["error"] = _chain(record.exc_info[1])
        return json.dumps(told, ensure_ascii=True, separators=(",", ":"))


def _tell(level: int, fields: dict[str, Any], error: BaseException | None) -> None:
    logging.getLogger(LOGGER).log(level, "", extra={_FIELDS: fields}, exc_info=error)


def _chain(error: BaseException) -> list[dict[str, Any]]:
    """An exception and what led to it, last first: types and places, never messages."""
    found: list[dict[str, Any]] = []
    at: BaseException | None = error
    while at is not None and len(found) < 5:
        kind = type(at)
        name = f"{kind.__module__}.{kind.__qualname__}"
        found.append({"type": _name(name), "frames": _frames(at.__traceback__)})
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return found


def _frames(trace: TracebackType | None) -> list[str]:
    walked = [(frame.f_globals.get("__name__", OTHER), frame.f_code.co_name, line)
              for frame, line in traceback.walk_tb(trace)]  # fmt: skip
    return [f"{_name(module)}:{_name(code)}:{line}" for module, code, line in walked[-_FRAMES:]]


def _name(text: str) -> str:
    """A name of the program; ``<lambda>`` and ``<locals>`` without their brackets."""
    plain = text.replace("<", "").replace(">", "")
    return plain if _NAME.fullmatch(plain) else OTHER
