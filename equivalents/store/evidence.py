"""The bodies of uploaded files, as evidence: enciphered where they may hold ids of residents.

An enciphered body is a nonce of 12 random bytes and AES-256-GCM of the file, with the SHA-256 of
the file as associated data, so that no body passes for another's. Its key is made by HKDF from the
county key, which lies outside the database: without that key nobody opens the body, and its loss
leaves hash and size alone. ``sha256`` and ``size`` of the row are always those of the file itself;
``body_sha256`` is the hash of an enciphered body, which is checked without the key.
Source: specification page 2 "Records at rest" (kept as evidence; ids hidden by the county key).
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from equivalents.errors import DataError, Problem
from equivalents.intake.opening.kinds import Kind, kind_of
from equivalents.store.engine import Store
from equivalents.store.schema import IMPORTS, TOMBSTONES, UPLOAD_BODIES, UPLOADS
from equivalents.store.sealing import sha256_of
from equivalents.store.secret import ResidentKey, check_key, keep_check, read_key
from equivalents.store.writing import Writing

__all__ = [
    "COUNTY_KEY",
    "Evidence",
    "OVERHEAD",
    "Secrecy",
    "Upload",
    "WITHOUT_KEY",
    "hand_out",
    "keep_body",
    "key_for",
    "read_body",
    "secrecy_of",
]

COUNTY_KEY: Final = "county-key"
"""What ``uploads.cipher`` says of an enciphered body; it is empty where the file itself is kept."""
OVERHEAD: Final = 28
"""Bytes by which an enciphered body is larger than its file: nonce and tag."""
WITHOUT_KEY: Final = (
    "可能含居民编号而没有县级密钥，正文不保存 may have ids of residents, and no county key was "
    "given: the body is not kept"
)
_NONCE: Final = 12


class Secrecy(IntEnum):
    """Whether ids of residents or households may stand in a file.

    ``MAY``: none was read, but not everything was; with a key at hand it is enciphered.
    ``WHOLE``: a whole case, or rows that could not be read: without a key it is not kept.
    ``IDS``: there are some.
    """

    NONE = 0
    MAY = 1
    WHOLE = 2
    IDS = 3


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed in; ``why`` says why its ``body`` is not kept."""

    kind: str
    file_name: str
    sha256: str
    size: int
    rows: int
    body: bytes = b""
    why: str = ""
    secrecy: Secrecy = Secrecy.NONE
    retain_until: str = ""

    def why_not(self, key: ResidentKey | None) -> str:
        """Why the body is not kept under this key; empty where it is."""
        return self.why or (WITHOUT_KEY if self.secrecy is Secrecy.WHOLE and key is None else "")


class Evidence(NamedTuple):
    """A file as it was handed in."""

    upload_id: int
    file_name: str
    sha256: str
    body: bytes


def secrecy_of(
    path: Path, name: str, problems: Iterable[Problem], *, hidden: bool, mapped: bool = False
) -> Secrecy:
    """What a file may hold, as far as reading it shows.

    Args:
        path: the file.
        name: what it is called, which says its kind with its first bytes.
        problems: what reading it told.
        hidden: whether ids of residents or households were read.
        mapped: whether a column map took from it what it wanted.
    """
    if hidden:
        return Secrecy.IDS
    more = mapped or any(one.code == "COLUMN_UNKNOWN" for one in problems)
    return Secrecy.MAY if more or kind_of(path, name) not in _PLAIN else Secrecy.NONE


_PLAIN: Final = (Kind.TEXT, Kind.PARQUET)
"""Files of one table, of which nothing but columns may be left unread."""


def key_for(secrecy: Secrecy, file: Path | None) -> ResidentKey | None:
    """The county key, where a body needs it, or may need it and it is at hand.

    Raises:
        DataError: ``KEY_ABSENT``, ``KEY_UNREADABLE``.
    """
    if secrecy is Secrecy.IDS or (secrecy and file is not None):
        return read_key(file)
    return None


def keep_body(
    writer: Writing, upload: Upload, key: ResidentKey | None, key_file: Path | None
) -> int:
    """Keep a file within a transaction, or a tombstone that says why not; gives its id.

    Raises:
        DataError: ``KEY_ABSENT``, ``KEY_WRONG``; ``EVIDENCE_CHANGED``: the bytes are no longer
            those whose hash was taken.
    """
    facts = {"sha256": upload.sha256, "size": upload.size}
    row: dict[str, Any] = {
        "kind": upload.kind, "file_name": upload.file_name, **facts,
        "retain_until": upload.retain_until,
    }  # fmt: skip
    why = upload.why_not(key)
    if why:
        number = writer.add_one(UPLOADS, **row)
        writer.add_one(TOMBSTONES, upload_id=number, rows=upload.rows, why=why, **facts)
        return number
    body = upload.body
    if sha256_of(body) != upload.sha256 or len(body) != upload.size:
        raise DataError([Problem("EVIDENCE_CHANGED", value=upload.file_name)])
    if upload.secrecy is Secrecy.IDS and key is None:
        raise DataError([Problem("KEY_ABSENT")])
    if upload.secrecy and key is not None:
        keep_check(writer, key, key_file)
        body = _closed(key, body, upload.sha256)
        row |= {"cipher": COUNTY_KEY, "body_sha256": sha256_of(body)}
    number = writer.add_one(UPLOADS, **row)
    writer.add_body(UPLOAD_BODIES, number, body)
    return number


def _closed(key: ResidentKey, body: bytes, digest: str) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key.evidence_key()).encrypt(nonce, body, bytes.fromhex(digest))


def read_body(store: Store, said: str) -> Evidence:
    """A kept file, opened by the key of the store's place where it is enciphered.

    Args:
        store: the store.
        said: the number of an upload, or ``import:12``: the file of that import.

    Raises:
        DataError: ``EVIDENCE_UNKNOWN``; ``EVIDENCE_GONE``: only hash and size are kept;
            ``EVIDENCE_DAMAGED``; ``KEY_ABSENT``, ``KEY_UNREADABLE``, ``KEY_WRONG``.
    """
    with store.reading() as connection:
        row = _row(connection, said)
        wanted = select(TOMBSTONES.c.why).where(TOMBSTONES.c.upload_id == row["id"])
        why = connection.execute(wanted).scalar()
        if why is not None:
            facts = {"why": str(why), "sha256": row["sha256"]}
            raise DataError([Problem("EVIDENCE_GONE", value=row["file_name"], facts=facts)])
        key = key_for(Secrecy.IDS, store.place.key) if row["cipher"] else None
        if key is not None:
            check_key(connection, key, store.place.key)
        wanted = select(UPLOAD_BODIES.c.body).where(UPLOAD_BODIES.c.upload_id == row["id"])
        kept = connection.execute(wanted).scalar()
    body = _opened(key, kept, row)
    if body is None:
        raise DataError([Problem("EVIDENCE_DAMAGED", value=said)])
    return Evidence(int(row["id"]), row["file_name"], row["sha256"], body)


def hand_out(store: Store, said: str, why: str = "") -> Evidence:
    """A kept file for somebody to look at: that it was opened, and by whom, is written down first.

    Raises:
        DataError: as :func:`read_body`; or the entry cannot be written: nothing is handed out.
    """
    one = read_body(store, said)
    of_it = {"object_kind": "upload", "object_id": str(one.upload_id), "why": why}
    with store.writing("evidence.open", **of_it) as writer:
        writer.after = {"file_name": one.file_name, "sha256": one.sha256}
    return one


def _row(connection: Connection, said: str) -> Any:
    number = said.removeprefix("import:")
    found = None
    if number.isascii() and number.isdigit() and len(number) < 19:
        wanted = select(UPLOADS).where(UPLOADS.c.id == int(number))
        if number != said:
            joined = UPLOADS.join(IMPORTS, IMPORTS.c.upload_id == UPLOADS.c.id)
            wanted = select(UPLOADS).select_from(joined).where(IMPORTS.c.id == int(number))
        found = connection.execute(wanted).mappings().first()
    if found is None:
        raise DataError([Problem("EVIDENCE_UNKNOWN", value=said)])
    return found


def _opened(key: ResidentKey | None, kept: Any, row: Any) -> bytes | None:
    """The file out of its body; ``None`` where it is gone or altered."""
    if not isinstance(kept, bytes | memoryview) or row["cipher"] not in ("", COUNTY_KEY):
        return None
    body = bytes(kept)
    if key is not None:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if len(body) < OVERHEAD or sha256_of(body) != row["body_sha256"]:
            return None
        try:
            asked = bytes.fromhex(row["sha256"])
            body = AESGCM(key.evidence_key()).decrypt(body[:_NONCE], body[_NONCE:], asked)
        except (InvalidTag, ValueError):
            return None
    return body if sha256_of(body) == row["sha256"] else None
