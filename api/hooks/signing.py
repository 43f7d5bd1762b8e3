"""Signatures of webhooks as Standard Webhooks 1.0 has them, made and checked.

Signed is ``id.timestamp.body`` by HMAC-SHA256; the header ``webhook-signature`` holds
``v1,<base64>``, several of them parted by spaces while a secret is being replaced. The id stays
the same over all tries of a message, so that a receiver can drop what it has already; the
timestamp is that of the try. A secret is ``whsec_`` and 24 to 64 bytes in base64; it must be kept
readable, since it signs, and belongs in the store encrypted or in no backup that others read.
"""

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from equivalents.errors import DataError, Problem

__all__ = [
    "ID",
    "SIGNATURE",
    "TIMESTAMP",
    "TOLERANCE",
    "key_of",
    "new_secret",
    "secret_problem",
    "signed",
    "verified",
]

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
TOLERANCE: Final = timedelta(minutes=5)
"""A message whose timestamp is further away than this, either way, is refused as a replay."""

_PREFIX: Final = "whsec_"
_BYTES: Final = 32
_LEAST, _MOST = 24, 64
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_SECONDS: Final = re.compile(r"[0-9]{1,12}")


def new_secret(random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A new secret of 256 bits, as it is shown to who sets up the receiver."""
    return _PREFIX + base64.b64encode(random(_BYTES)).decode()


def key_of(secret: str) -> bytes | None:
    """The key that a secret stands for, or None if it is not well-formed. Never raises."""
    if not secret.startswith(_PREFIX) or not secret.isascii():
        return None
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        return None
    return key if _LEAST <= len(key) <= _MOST else None


def secret_problem(secret: str) -> Problem | None:
    """``WEBHOOK_SECRET`` for a secret that is not well-formed; it never holds the secret."""
    return None if key_of(secret) is not None else Problem("WEBHOOK_SECRET")


def signed(name: str, body: bytes, with_secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """The three headers of a message, signed with each secret: the newest first.

    ``name`` is the id of the message: letters, digits, ``_`` and ``-``, since a full stop in it
    could be taken for the end. DataError ``WEBHOOK_SECRET`` for a malformed secret, ValueError for
    no secret at all, another id; TypeError for a time without offset.
    """
    if not with_secrets or _NAME.fullmatch(name) is None:
        raise ValueError("a message needs an id without full stops, and a secret")
    at = str(_seconds(now))
    signatures = []
    for secret in with_secrets:
        if (key := key_of(secret)) is None:
            raise DataError([Problem("WEBHOOK_SECRET")])
        signatures.append(_signature(key, name, at, body))
    return {ID: name, TIMESTAMP: at, SIGNATURE: " ".join(signatures)}


def verified(
    headers: Mapping[str, str], body: bytes, with_secrets: Sequence[str], now: datetime
) -> bool:
    """Whether a message was signed with one of the secrets, at most :data:`TOLERANCE` from now.

    What a receiver does; we do it in tests, in the sandbox and to show how. Names of headers in
    any case. Never raises on what came from outside; signatures are compared in constant time, and
    those of other versions (``v1a``) are passed over.
    """
    plain = {name.lower(): value for name, value in headers.items()}
    name, at = plain.get(ID, ""), plain.get(TIMESTAMP, "")
    if not name or _SECONDS.fullmatch(at) is None:
        return False
    if abs(int(at) - _seconds(now)) > TOLERANCE // timedelta(seconds=1):
        return False
    offered = [one.encode() for one in plain.get(SIGNATURE, "").split(" ") if one.isascii()]
    good = False
    for key in map(key_of, with_secrets):
        if key is not None:
            expected = _signature(key, name, at, body).encode()
            for one in offered:
                good |= hmac.compare_digest(one, expected)
    return good


def _signature(key: bytes, name: str, at: str, body: bytes) -> str:
    content = f"{name}.{at}.".encode(errors="replace") + body
    return "v1," + base64.b64encode(hmac.new(key, content, sha256).digest()).decode()


def _seconds(now: datetime) -> int:
    """Whole seconds since 1970; TypeError for a time without offset."""
    return (now - _EPOCH) // timedelta(seconds=1)
