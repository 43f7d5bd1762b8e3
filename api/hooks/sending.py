"""One try of a delivery: a POST to a checked target, and what came of it as plain values.

The client is httpcore, the part of httpx below sessions: it reads no environment, so no proxy;
follows no redirect; keeps no cookie; decodes no compressed body. What the receiver answers beyond
its status is thrown away: to show it would let who sets up webhooks read what the server can reach.
Certificates are checked against the machine's own authorities, where an office adds its own.
"""

import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Final, Literal

import httpcore2 as httpcore

from api.hooks.addresses import Target
from api.hooks.pinned import Deadline, PinnedBackend

__all__ = [
    "Attempt",
    "Failure",
    "MOST_READ",
    "Outcome",
    "SECONDS",
    "outcome",
    "send",
]

SECONDS: Final = 10.0
"""The whole exchange, from connecting to the last byte."""
MOST_READ: Final = 64 * 1024
"""Bytes of an answer that are read, so that a receiver may finish politely."""

Failure = Literal["", "connect", "tls", "timeout", "protocol"]
"""What failed below HTTP: nothing; no connection; its certificate; the time; what it spoke."""
Outcome = Literal["delivered", "again", "gone"]

_AGENT: Final = "equivalents-webhooks/1"
_DIGITS: Final = re.compile(rb"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one try. ``status`` is 0 where no answer came."""

    status: int
    failure: Failure
    milliseconds: int
    address: str
    received: int
    cut: bool
    retry_after: timedelta | None


def send(
    target: Target,
    headers: Mapping[str, str],
    body: bytes,
    *,
    trust: ssl.SSLContext | None = None,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> Attempt:
    """Send a message once. Never raises for what the receiver or the network does.

    ``headers`` are the signed ones; ``trust`` says whose certificates are believed, by default
    the machine's; ``clock`` only goes forward, in seconds.
    """
    began = clock()
    backend = PinnedBackend(target.addresses, Deadline(seconds, clock))
    context = (trust or _machine_trust()) if target.secure else None
    status, received, retry_after = 0, 0, None
    failure: Failure = ""
    try:
        with (
            httpcore.ConnectionPool(context, network_backend=backend) as pool,
            pool.stream("POST", target.url, headers=_headers(headers), content=body) as answer,
        ):
            status, retry_after = answer.status, _retry_after(answer)
            for chunk in answer.iter_stream():
                received += len(chunk)
                if received >= MOST_READ:
                    break
    except httpcore.TimeoutException:
        failure = "timeout"
    except httpcore.NetworkError as error:
        failure = "tls" if _of_tls(error) else "connect"
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol):
        failure = "protocol"
    return Attempt(
        status=status,
        failure=failure,
        milliseconds=round((clock() - began) * 1000),
        address=backend.used,
        received=min(received, MOST_READ),
        cut=received >= MOST_READ,
        retry_after=retry_after,
    )


def outcome(attempt: Attempt) -> Outcome:
    """What a try means: 2xx delivered, 410 wants no more, everything else is to be tried again.

    An answer of 2xx whose body broke off is delivered: the receiver has said that it has it.
    """
    if 200 <= attempt.status < 300:
        return "delivered"
    return "gone" if attempt.status == 410 else "again"


@cache
def _machine_trust() -> ssl.SSLContext:
    """The authorities of the machine, read once: it takes longer than a delivery."""
    return ssl.create_default_context()


def _headers(signed: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    every = {
        "content-type": "application/json; charset=utf-8",
        "user-agent": _AGENT,
        "connection": "close",
        **signed,
    }
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in every.items()]


def _retry_after(answer: httpcore.Response) -> timedelta | None:
    """``Retry-After`` in seconds; a date is not looked at, since whose clock is right is open."""
    for name, value in answer.headers:
        if name.lower() == b"retry-after" and _DIGITS.fullmatch(value):
            return timedelta(seconds=int(value))
    return None


def _of_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
