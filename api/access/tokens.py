"""Secrets that programs and browsers carry: made, read, kept as a hash, compared, ended.

All have one form, so that a person and a scanner of leaked secrets can tell what they found::

    eqk_7Hq2mZ0bTx4L_<33 characters of secret><6 of check>      an API key
    eqs_...                                                     a session of a browser
    eql_...                                                     a one-time link of an administrator

``id`` (71 bits) is public and finds the row; the secret has 196 bits, more than anybody can try,
so a plain SHA-256 of it may be kept and nothing else is. The check characters are a CRC-32 of what
is before them: they tell a typing error from a wrong key without asking the store, and they make
:data:`PATTERN` precise. They keep nothing secret.

Times are arguments and carry their offset. ``random`` gives so many random bytes.
"""

import hashlib
import hmac
import re
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from equivalents.errors import Problem

__all__ = [
    "Held",
    "IDLE",
    "Kind",
    "LINK_LIVES",
    "LONGEST_OVERLAP",
    "LONGEST_SESSION",
    "PATTERN",
    "Random",
    "Token",
    "csrf_holds",
    "csrf_token",
    "held",
    "looks_like_token",
    "matches",
    "new_token",
    "parse",
    "refusal",
    "session_ends",
]

Kind = Literal["key", "session", "link"]
Random = Callable[[int], bytes]

_PREFIXES: Final[dict[str, Kind]] = {"eqk": "key", "eqs": "session", "eql": "link"}
_CALLED: Final[dict[Kind, str]] = {kind: prefix for prefix, kind in _PREFIXES.items()}
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID: Final = 12
_SECRET: Final = 33
_CHECK: Final = 6

PATTERN: Final = rf"eq[ksl]_[0-9A-Za-z]{{{_ID}}}_[0-9A-Za-z]{{{_SECRET + _CHECK}}}"
"""What a scanner of leaked secrets may look for; the check characters settle each hit."""
_WHOLE: Final = re.compile(rf"(eq[ksl])_([0-9A-Za-z]{{{_ID}}})_([0-9A-Za-z]{{{_SECRET + _CHECK}}})")

IDLE: Final = timedelta(minutes=30)
"""A session ends when nobody uses it for so long: offices leave their machines open."""
LONGEST_SESSION: Final = timedelta(hours=12)
"""A session ends after a working day, used or not."""
LINK_LIVES: Final = timedelta(hours=24)
"""A one-time link is good for so long."""
LONGEST_OVERLAP: Final = timedelta(days=90)
"""The old key of a rotation may not go on for longer."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its bearer has it. Its secret is in no ``repr``, so in no log or traceback."""

    kind: Kind
    id: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        """What is handed out, once."""
        body = f"{_CALLED[self.kind]}_{self.id}_{self.secret}"
        return body + _check(body)

    @property
    def digest(self) -> str:
        """What is kept: SHA-256 of the secret, as 64 hexadecimal digits."""
        return hashlib.sha256(self.secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept of a token: never the secret. ``used_at`` matters for one-time links only."""

    kind: Kind
    id: str
    digest: str
    made_at: datetime
    ends_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None


def new_token(kind: Kind, random: Random = secrets.token_bytes) -> Token:
    """A new token of a kind: 71 bits of id, 196 bits of secret."""
    return Token(kind, _letters(_ID, random), _letters(_SECRET, random))


def held(token: Token, now: datetime, lives: timedelta | None = None) -> Held:
    """What to keep of a new token; it lives for so long, None for as long as nobody ends it."""
    _aware(now)
    ends = None if lives is None else now + lives
    return Held(token.kind, token.id, token.digest, made_at=now, ends_at=ends)


def parse(text: object, kind: Kind | None = None) -> Token | None:
    """The token that a text is (of one kind, if given), or None. Never raises, whatever comes."""
    if not isinstance(text, str) or (found := _WHOLE.fullmatch(text)) is None:
        return None
    prefix, name, rest = found.groups()
    if kind not in (None, _PREFIXES[prefix]) or _check(text[:-_CHECK]) != text[-_CHECK:]:
        return None
    return Token(_PREFIXES[prefix], name, rest[:_SECRET])


def looks_like_token(text: str) -> bool:
    """Whether a text was meant for a token, though mistyped: the answer may then say so."""
    return text.startswith(tuple(f"{prefix}_" for prefix in _PREFIXES))


def matches(token: Token, kept: Held) -> bool:
    """Whether the token is the one kept: kind, id and secret, in constant time."""
    same = hmac.compare_digest(token.digest.encode(), kept.digest.encode())
    return same and token.kind == kept.kind and token.id == kept.id


_REFUSED: Final[dict[Kind, tuple[str, str, str]]] = {
    "key": ("API_KEY_UNKNOWN", "KEY_REVOKED", "KEY_EXPIRED"),
    "session": ("SESSION_ENDED",) * 3,
    "link": ("LINK_ENDED",) * 3,
}
"""What is said of a token that is not the one kept, was revoked or used, or is past its end."""


def refusal(token: Token, kept: Held | None, now: datetime) -> Problem | None:
    """Why a token does not open at a moment, or None if it does.

    Only who has the right secret learns that a key expired or was revoked. A token ends *at* its
    end: the moment itself is too late.
    """
    _aware(now)
    unknown, revoked, expired = _REFUSED[token.kind]
    if kept is None or not matches(token, kept):
        return Problem(unknown)
    if kept.revoked_at is not None and kept.revoked_at <= now:
        return Problem(revoked, value=kept.id)
    if kept.kind == "link" and kept.used_at is not None:
        return Problem(revoked)
    if kept.ends_at is not None and kept.ends_at <= now:
        at = kept.ends_at.isoformat(timespec="seconds")
        return Problem(expired, value=kept.id, facts={"at": at})
    return None


def session_ends(started: datetime, now: datetime) -> datetime:
    """When a session that is used now ends: :data:`IDLE` from now, at most a working day long."""
    _aware(started)
    _aware(now)
    return min(now + IDLE, started + LONGEST_SESSION)


# -- forms of a browser ----------------------------------------------------------------------------


def csrf_token(session: Token, random: Random = secrets.token_bytes) -> str:
    """A token for the forms of one session: a nonce, and its HMAC under the session's secret.

    The bearer of the cookie is the only one who has that secret: the store keeps its hash. So no
    key of the server is needed, and the token is good in every process. It is new in every page,
    which gives a compressed page nothing to measure.
    """
    nonce = _letters(_ID, random)
    return f"{nonce}.{_csrf(session, nonce)}"


def csrf_holds(session: Token, text: object) -> bool:
    """Whether a text is a token for forms of this session. Never raises."""
    if not isinstance(text, str) or not text.isascii():
        return False
    nonce, _, _ = text.partition(".")
    return hmac.compare_digest(f"{nonce}.{_csrf(session, nonce)}".encode(), text.encode())


def _csrf(session: Token, nonce: str) -> str:
    said = f"csrf:{session.id}:{nonce}".encode()
    return hmac.new(session.secret.encode(), said, hashlib.sha256).hexdigest()


# -- letters ---------------------------------------------------------------------------------------


def _letters(count: int, random: Random) -> str:
    """So many letters of base62, each equally likely: bytes from 248 on are thrown away."""
    kept = ""
    for _ in range(1000):
        kept += "".join(_ALPHABET[byte % 62] for byte in random(2 * count) if byte < 4 * 62)
        if len(kept) >= count:
            return kept[:count]
    raise ValueError("the source of randomness gives nothing to use")


def _check(body: str) -> str:
    """CRC-32 of a text as six letters of base62."""
    left, letters = zlib.crc32(body.encode()), ""
    for _ in range(_CHECK):
        left, digit = divmod(left, 62)
        letters = _ALPHABET[digit] + letters
    return letters


def _aware(moment: datetime) -> None:
    if moment.utcoffset() is None:
        raise ValueError("a time needs its offset")
