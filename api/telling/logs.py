"""Structured logs: one JSON object a line, on standard error, without personal data.

Only the fields that are listed here are written, whatever a caller adds; a fault of the program
tells its kind and where it came from, not the values that it met.
"""

import json
import logging
import sys
import traceback
from typing import Final

__all__ = [
    "FIELDS",
    "JsonLines",
    "set_up_logs",
]

FIELDS: Final = (
    "request_id", "method", "route", "status", "milliseconds", "principal", "job", "kind",
    "state", "attempt", "webhook", "delivery", "seq", "count",
)  # fmt: skip
"""What a line may carry besides its time, level and event."""


class JsonLines(logging.Formatter):
    """A line of JSON for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """The line: time, level, the event, and the fields that it carries."""
        said: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "event": record.getMessage() if record.name.startswith("equivalents") else record.name,
        }
        said |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            said["fault"] = record.exc_info[0].__name__
            said["at"] = [
                f"{one.filename.rpartition('/')[2]}:{one.lineno} {one.name}"
                for one in traceback.extract_tb(record.exc_info[2])[-8:]
            ]
        return json.dumps(said, ensure_ascii=False)


def set_up_logs(level: str) -> None:
    """Write the logs of this process as lines of JSON; those of libraries from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("equivalents").setLevel(level.upper())
