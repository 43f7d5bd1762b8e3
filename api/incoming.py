"""What a request shows to be let in: a key in ``Authorization``, or the cookie of a session."""

from typing import Final, NamedTuple

from fastapi import Request

__all__ = [
    "COOKIE",
    "CSRF_HEADER",
    "Credentials",
    "credentials_of",
]

COOKIE: Final = "equivalents_session"
CSRF_HEADER: Final = "x-csrf-token"


class Credentials(NamedTuple):
    """``token`` of a key or a session, which of both (``kind``), and what proves our own page."""

    kind: str
    token: str
    csrf: str
    safe: bool


def credentials_of(request: Request) -> Credentials:
    """What a request shows; a key goes before a cookie; blank where it shows nothing."""
    safe = request.method in ("GET", "HEAD", "OPTIONS")
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return Credentials("key", token.strip(), "", safe)
    cookie = request.cookies.get(COOKIE, "")
    return Credentials(
        "session" if cookie else "", cookie, request.headers.get(CSRF_HEADER, ""), safe
    )
