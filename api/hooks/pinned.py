"""Connections to addresses that were checked, and nothing that takes longer than it may.

The network layer under an HTTP client: it connects to the given addresses, whatever host it is
asked for, so that TLS and the ``Host`` header keep the name while no name is resolved. One deadline
holds for the whole exchange: a receiver that sends a byte now and then cannot hold a worker.
"""

import ssl
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore2 as httpcore

__all__ = [
    "Deadline",
    "PinnedBackend",
]


class Deadline:
    """A moment on a clock that only goes forward, in seconds."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._at = clock() + seconds

    def left(self, timeout: float | None, error: type[Exception]) -> float:
        """The seconds that are left, at most ``timeout``; raises ``error`` when none are."""
        left = self._at - self._clock()
        if left <= 0:
            raise error("the deadline of the delivery is over")
        return left if timeout is None else min(left, timeout)


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to the first of some addresses that answers; ``used`` says which one it was."""

    def __init__(self, addresses: Sequence[str], deadline: Deadline) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()
        self.used = ""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the port of a checked address; ``host`` is not looked at.

        Each address gets an equal part of the time left, so that a dead one does not use it up.
        """
        last: Exception = httpcore.ConnectError("there is no address")
        for tried, address in enumerate(self._addresses):
            left = self._deadline.left(timeout, httpcore.ConnectTimeout)
            part = left / (len(self._addresses) - tried)
            self.used = address
            try:
                stream = self._inner.connect_tcp(address, port, part, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
                continue
            return _Stream(stream, self._deadline)
        raise last

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Never: a webhook is no file of this machine."""
        raise httpcore.ConnectError("no sockets of this machine")


class _Stream(httpcore.NetworkStream):
    """A connection whose every step ends at the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
