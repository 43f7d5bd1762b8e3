"""Secrets of webhooks: each is derived from one key outside the database, so that none is stored.

The key is a file of the service's working folder that only its owner may read, made when the first
webhook is. Whoever loses it makes every webhook a new secret by a rotation; a check that is kept
beside each webhook tells that, so that nothing is sent which a receiver has to refuse.
"""

import base64
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

__all__ = [
    "NAME",
    "check_of",
    "key_file",
    "secret_of",
]

NAME: Final = "webhook.key"
_BYTES: Final = 32


def key_file(data: Path) -> bytes:
    """The key of a service; made if there is none.

    Several processes may come first at once: the file appears whole, and once.
    """
    path = data / NAME
    if not path.is_file():
        mine = data / f".{NAME}.{secrets.token_hex(8)}"
        handle = os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(secrets.token_bytes(_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        try:
            path.hardlink_to(mine)
        except FileExistsError:
            pass  # another process was first: its key is the one
        finally:
            mine.unlink()
    return path.read_bytes()


def secret_of(key: bytes, webhook: str, generation: int) -> str:
    """The secret of a webhook as its receiver gets it: ``whsec_`` and 256 bits in base64."""
    digest = hmac.digest(key, f"webhook\0{webhook}\0{generation}".encode(), "sha256")
    return "whsec_" + base64.b64encode(digest).decode()


def check_of(secret: str) -> str:
    """Tells a secret from others and says nothing of it."""
    return hmac.digest(secret.encode(), b"equivalents webhook check", "sha256").hex()[:16]
