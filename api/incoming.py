"""What a request shows to be let in: a key in ``Authorization``, or the cookie of a session."""

from typing import Final, NamedTuple

from fastapi import Request

from api.access.tokens import Token, parse

__all__ = [
    "COOKIE",
    "CSRF_HEADER",
    "Credentials",
    "credentials_of",
]

COOKIE: Final = "equivalents_session"
CSRF_HEADER: Final = "x-csrf-token"


class Credentials(NamedTuple):
    """``token`` of a key or a session, ``None`` where ``text`` is none; the proof of our page.

    ``safe``: the request changes nothing, and needs no such proof.
    """

    text: str
    token: Token | None
    csrf: str
    safe: bool


def credentials_of(request: Request) -> Credentials:
    """What a request shows; a key goes before a cookie."""
    safe = request.method in ("GET", "HEAD", "OPTIONS")
    csrf = request.headers.get(CSRF_HEADER, "")
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and text.strip():
        return Credentials(text.strip(), parse(text.strip(), "key"), csrf, safe)
    cookie = request.cookies.get(COOKIE, "")
    return Credentials("", parse(cookie, "session"), csrf, safe)
