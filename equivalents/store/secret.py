"""The county key: ids of residents and households become pseudonyms that nobody can turn back.

A pseudonym is ``h`` and 32 hexadecimal digits of HMAC-SHA-256 over the kind of id and its text,
under a key that lies outside the database. The same id gives the same pseudonym in every file and
year, so counting by resident stays exact. Without the key nobody can tell whose it is, and nobody
can add files to the store: its loss, and what to do then, stands in docs/operations.md.
Source: specification page 2 "Records at rest".
"""

import hmac
import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from equivalents.errors import DataError, Problem
from equivalents.store.schema import KEYS
from equivalents.store.writing import Writing

__all__ = [
    "HIDDEN",
    "PSEUDONYM",
    "ResidentKey",
    "check_key",
    "is_pseudonym",
    "keep_check",
    "kept_check",
    "new_key",
    "read_key",
    "read_key_bytes",
]

HIDDEN: Final = {"resident_id": "resident", "household_id": "household"}
"""Columns whose ids become pseudonyms, in any table, and the kind of id each holds."""

PSEUDONYM: Final = "h[0-9a-f]{32}"
"""How one looks, as a regular expression; no id of a resident or household does."""

_PURPOSE: Final = "resident"


class ResidentKey:
    """The county key of one store."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @property
    def check_value(self) -> str:
        """Tells this key from others and says nothing of it; kept in the store."""
        return self._digest("check", "equivalents")[:16]

    def name(self, kind: str, text: str) -> str:
        """The pseudonym of an id of a ``kind`` of :data:`HIDDEN`; a blank stays blank."""
        return "h" + self._digest(kind, text)[:32] if text else ""

    def names(self, kind: str, texts: Sequence[str]) -> list[str]:
        """The pseudonyms of many ids; give each distinct id once."""
        return [self.name(kind, text) for text in texts]

    def evidence_key(self) -> bytes:
        """The key of bodies that are kept enciphered: HKDF-SHA-256 under a label of its own."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(SHA256(), 32, None, b"equivalents evidence").derive(self._secret)

    def _digest(self, kind: str, text: str) -> str:
        return hmac.digest(self._secret, f"{kind}\0{text}".encode(), "sha256").hex()


def is_pseudonym(text: str) -> bool:
    """Whether a text is a pseudonym, which hidden once more would be another resident."""
    return re.fullmatch(PSEUDONYM, text) is not None


def new_key(file: Path) -> ResidentKey:
    """Make a key and write it to a new file that only its owner may read.

    Raises:
        DataError: ``KEY_UNREADABLE``: the file is there already, or cannot be written.
    """
    text = secrets.token_hex(32)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(text + "\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise _unreadable(file, error.strerror or str(error)) from None
    return ResidentKey(bytes.fromhex(text))


def read_key(file: Path | None) -> ResidentKey:
    """The key in a file.

    Raises:
        DataError: ``KEY_ABSENT``: no file was named; ``KEY_UNREADABLE``: it holds no key.
    """
    if file is None:
        raise DataError([Problem("KEY_ABSENT")])
    return ResidentKey(read_key_bytes(file))


def read_key_bytes(file: Path) -> bytes:
    """The 32 bytes of a key of any purpose.

    Raises:
        DataError: ``KEY_UNREADABLE``.
    """
    try:
        text = file.read_text(encoding="ascii").strip()
        secret = bytes.fromhex(text)
    except OSError as error:
        raise _unreadable(file, error.strerror or str(error)) from None
    except ValueError:
        raise _unreadable(file, "不是十六进制数字¦not hexadecimal") from None
    if len(secret) != 32:
        raise _unreadable(file, f"{len(text)} 位¦{len(text)} digits")
    return secret


def _unreadable(file: Path, detail: str) -> DataError:
    return DataError([Problem("KEY_UNREADABLE", value=str(file), facts={"detail": detail})])


def keep_check(writer: Writing, key: ResidentKey, file: Path | None) -> None:
    """Hold the key to that of the store; the first key that is used becomes it.

    Raises:
        DataError: ``KEY_WRONG``.
    """
    if not check_key(writer.connection, key, file):
        writer.add_one(KEYS, purpose=_PURPOSE, check_value=key.check_value)


def check_key(connection: Connection, key: ResidentKey, file: Path | None) -> bool:
    """Hold a key to that of the store, before anything is compared by it; whether there is one.

    Raises:
        DataError: ``KEY_WRONG``.
    """
    kept = kept_check(connection)
    if kept and not hmac.compare_digest(kept, key.check_value):
        raise DataError([Problem("KEY_WRONG", value=str(file or ""))])
    return bool(kept)


def kept_check(connection: Connection) -> str:
    """The check value of the store's key; empty before the first id came."""
    wanted = select(KEYS.c.check_value).where(KEYS.c.purpose == _PURPOSE)
    return str(connection.execute(wanted).scalar() or "")
