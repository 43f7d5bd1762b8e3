"""A client of the service for the benchmark: one connection, the standard library alone."""

import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

__all__ = ["Client"]

_CHUNK: Final = 1 << 20
_LOOK_SECONDS: Final = 0.1
_LONGEST_SECONDS: Final = 600


class Client:
    """Asks with a key over one connection that stays open."""

    def __init__(self, port: int, key: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=_LONGEST_SECONDS)
        self._head = {"Authorization": f"Bearer {key}"}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        """Status and bytes of an answer; ``body`` is JSON, or a file that is sent in pieces."""
        said = {**self._head, **{name.replace("_", "-"): text for name, text in headers.items()}}
        content: Any = None
        if isinstance(body, Path):
            said["Content-Length"] = str(body.stat().st_size)
            content = _pieces(body)
        elif body is not None:
            said["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        self._connection.request(method, path, content, said)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def get(self, path: str) -> bytes:
        """The bytes of an answer that must be a good one."""
        status, found = self.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"{path}: {status} {found[:500]!r}")
        return found

    def job(self, path: str, body: Any, **headers: str) -> dict[str, Any]:
        """Ask for long work and wait for its end; gives its result."""
        status, found = self.ask("POST", path, body, **headers)
        if status != 202:
            raise RuntimeError(f"{path}: {status} {found[:500]!r}")
        name, until = json.loads(found)["id"], time.monotonic() + _LONGEST_SECONDS
        while time.monotonic() < until:
            job = json.loads(self.get(f"/v1/jobs/{name}"))
            if job["state"] == "succeeded":
                result: dict[str, Any] = job["result"]
                return result
            if job["state"] in ("failed", "cancelled"):
                raise RuntimeError(f"{path}: {job['problem']}")
            time.sleep(_LOOK_SECONDS)
        raise RuntimeError(f"{path}: not ended")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            yield piece
