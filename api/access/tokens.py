"""Secrets that let somebody in: keys, sessions, links; only their hashes are kept.

A key reads ``eqk_ID_SECRET``: its id, 43 letters with 256 bits, six of a checksum, so that a typing
error and a key in a log are known without asking. Random secrets need no slow hash. Source:
issue 8, "Access".
"""

import hmac
import secrets
from hashlib import sha256
from typing import Final, NamedTuple

__all__ = [
    "KEY",
    "Parsed",
    "csrf_of",
    "hashed",
    "new_key",
    "new_token",
    "parsed",
    "same",
]

KEY: Final = "eqk"
_CHECK: Final = 6
_LONGEST: Final = 200


class Parsed(NamedTuple):
    """A key as it was shown: the id of the key, and the hash of the whole."""

    key_id: str
    token_sha256: str


def new_key(key_id: str) -> str:
    """A new secret of a key whose id is ``key_…``."""
    body = f"{KEY}_{key_id.removeprefix('key_')}_{secrets.token_urlsafe(32).replace('_', '~')}"
    return f"{body}{_check(body)}"


def new_token() -> str:
    """A new secret of a session or a link."""
    return secrets.token_urlsafe(32)


def parsed(token: str) -> Parsed | None:
    """A key as it was shown; ``None`` where it cannot be one."""
    parts = token.split("_")
    if len(token) > _LONGEST or len(parts) != 3 or parts[0] != KEY or not token.isascii():
        return None
    body, check = token[:-_CHECK], token[-_CHECK:]
    return Parsed(f"key_{parts[1]}", hashed(token)) if same(_check(body), check) else None


def hashed(token: str) -> str:
    """What is kept of a secret."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_of(token: str) -> str:
    """What a page shows to prove that it is ours: bound to the session, and not its secret."""
    return hmac.new(token.encode(), b"csrf", sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def _check(body: str) -> str:
    return sha256(body.encode()).hexdigest()[:_CHECK]
