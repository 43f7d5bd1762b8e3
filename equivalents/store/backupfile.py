"""The file of a backup: numbered chunks, each guarded, the last one marked; or enciphered.

::

    EQUIVALENTS-BACKUP 1\\n   {"cipher": ..., "salt": ..., "check": ...}\\n   chunk chunk ... chunk

A chunk is its length (4 bytes), then a mark (1 byte, 1 in the last chunk) and compressed content,
then 32 bytes of SHA-256 over the header, the number of the chunk and what stands before. In an
enciphered file mark and content are AES-256-GCM with the chunk's number as the nonce and the
header's hash as associated data, under a key that scrypt makes of a passphrase and a salt of its
own (n 2^17, r 8, p 1), or HKDF of the key in a file. So a file that was cut, a chunk that was
changed, dropped, doubled or put in another place, and bytes after the end are all noticed.
"""

import json
import secrets
import zlib
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from equivalents.errors import DataError, Problem
from equivalents.store.sealing import canonical

__all__ = ["ChunkReader", "ChunkWriter", "Secret", "read_secret"]

_MAGIC: Final = b"EQUIVALENTS-BACKUP 1\n"
_ANY: Final = b"EQUIVALENTS-BACKUP "
_CONTENT: Final = 1 << 20
"""Bytes of content in a chunk."""
_LARGEST: Final = _CONTENT + (1 << 16)
_HEADER: Final = 4096

_KINDS: Final = {
    "passphrase": "口令（--passphrase-file）¦a passphrase (--passphrase-file)",
    "key": "密钥文件（--key-file）¦a key (--key-file)",
}


class Secret:
    """What a backup is enciphered with: a passphrase, or the 32 bytes of a key file."""

    def __init__(self, kind: str, data: bytes) -> None:
        self.kind = kind
        self._data = data

    def key(self, salt: bytes) -> bytes:
        """64 bytes for this salt: the key of the cipher and what tells a wrong secret."""
        if self.kind == "passphrase":
            from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

            return Scrypt(salt=salt, length=64, n=1 << 17, r=8, p=1).derive(self._data)
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(SHA256(), 64, salt, b"equivalents backup").derive(self._data)


def read_secret(passphrase: Path | None, key: Path | None) -> Secret | None:
    """The secret that one of two files holds; ``None`` where neither is named.

    A passphrase is the first line of its file, at least 8 characters; a key is what
    ``db new-key`` writes.

    Raises:
        DataError: ``BACKUP_SECRET``, ``KEY_UNREADABLE``.
    """
    if key is not None:
        from equivalents.store.secret import read_key_bytes

        return Secret("key", read_key_bytes(key))
    if passphrase is None:
        return None
    try:
        text = passphrase.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, ValueError) as error:
        raise _problem("BACKUP_SECRET", passphrase, detail=str(error)) from None
    if len(text) < 8:
        detail = f"{len(text)} 个字符¦{len(text)} characters"
        raise _problem("BACKUP_SECRET", passphrase, detail=detail)
    return Secret("passphrase", text.encode())


def _problem(code: str, file: Path, **facts: str) -> DataError:
    return DataError([Problem(code, value=str(file), facts=facts)])


class _Guard(Protocol):
    """Closes and opens the chunk of a number."""

    def close(self, number: int, content: bytes) -> bytes: ...

    def open(self, number: int, closed: bytes) -> bytes | None: ...


class _Plain:
    """SHA-256 beside the content: finds accidents, hides nothing."""

    def __init__(self, header: bytes) -> None:
        self._header = header

    def close(self, number: int, content: bytes) -> bytes:
        return content + self._digest(number, content)

    def open(self, number: int, closed: bytes) -> bytes | None:
        content, digest = closed[:-32], closed[-32:]
        return content if digest == self._digest(number, content) else None

    def _digest(self, number: int, content: bytes) -> bytes:
        return sha256(self._header + number.to_bytes(12, "big") + content).digest()


class _Cipher:
    """AES-256-GCM: hides the content and finds every change of it."""

    def __init__(self, key: bytes, header: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._cipher = AESGCM(key)
        self._header = sha256(header).digest()

    def close(self, number: int, content: bytes) -> bytes:
        return self._cipher.encrypt(number.to_bytes(12, "big"), content, self._header)

    def open(self, number: int, closed: bytes) -> bytes | None:
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(number.to_bytes(12, "big"), closed, self._header)
        except InvalidTag:
            return None


class ChunkWriter:
    """Writes the content of a backup; :meth:`end` marks its end."""

    def __init__(self, stream: BinaryIO, secret: Secret | None) -> None:
        header: dict[str, Any] = {"cipher": "none"}
        key = b""
        if secret is not None:
            salt = secrets.token_bytes(16)
            key = secret.key(salt)
            header = {"cipher": "aes-256-gcm", "secret": secret.kind, "salt": salt.hex()}
            header["check"] = sha256(key[32:]).hexdigest()
        line = canonical(header).encode() + b"\n"
        self._guard: _Guard = _Cipher(key[:32], line) if key else _Plain(line)
        self._stream = stream
        self._waiting = bytearray()
        self._number = 0
        self.sha256 = sha256()
        self._put(_MAGIC + line)

    def write(self, data: bytes) -> None:
        """Add content."""
        self._waiting += data
        while len(self._waiting) >= _CONTENT:
            self._chunk(bytes(self._waiting[:_CONTENT]), last=False)
            del self._waiting[:_CONTENT]

    def end(self) -> None:
        """Write the last chunk, with the mark."""
        self._chunk(bytes(self._waiting), last=True)

    def _chunk(self, content: bytes, *, last: bool) -> None:
        closed = self._guard.close(self._number, bytes([last]) + zlib.compress(content, 1))
        self._put(len(closed).to_bytes(4, "big") + closed)
        self._number += 1

    def _put(self, data: bytes) -> None:
        self.sha256.update(data)
        self._stream.write(data)


class ChunkReader:
    """Reads the content of a backup, and knows when it is cut or changed."""

    def __init__(self, file: Path, stream: BinaryIO, secret: Secret | None) -> None:
        self._file = file
        self._stream = stream
        self.sha256 = sha256()
        self._guard = self._open(secret)
        self._number = 0
        self._ended = False
        self._waiting = bytearray()
        self._at = 0

    def _open(self, secret: Secret | None) -> _Guard:
        magic = self._stream.read(len(_MAGIC))
        if magic != _MAGIC:
            # An empty file is one that was cut, most likely by a full disk.
            if _MAGIC.startswith(magic):
                raise _problem("BACKUP_CUT", self._file)
            later = magic.startswith(_ANY)
            raise _problem("BACKUP_LATER" if later else "BACKUP_FOREIGN", self._file)
        line = self._stream.readline(_HEADER)
        self.sha256.update(magic + line)
        if not line.endswith(b"\n"):
            raise _problem("BACKUP_CUT" if len(line) < _HEADER else "BACKUP_DAMAGED", self._file)
        try:
            header = json.loads(line)
            cipher, salt = header["cipher"], bytes.fromhex(header.get("salt", ""))
            kind, check = header.get("secret", ""), header.get("check", "")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise _problem("BACKUP_DAMAGED", self._file) from None
        if cipher == "none":
            return _Plain(line)
        if secret is None or secret.kind != kind:
            raise _problem("BACKUP_LOCKED", self._file, kind=_KINDS.get(str(kind), "?"))
        key = secret.key(salt)
        if sha256(key[32:]).hexdigest() != check:
            raise _problem("BACKUP_PASSPHRASE", self._file)
        return _Cipher(key[:32], line)

    def read(self, size: int) -> bytes:
        """Exactly so many bytes of content.

        Raises:
            DataError: ``BACKUP_CUT``: the file ends before its end mark; ``BACKUP_DAMAGED``.
        """
        while len(self._waiting) - self._at < size:
            if self._ended:
                raise _problem("BACKUP_DAMAGED", self._file)
            del self._waiting[: self._at]
            self._at = 0
            self._waiting += self._chunk()
        found = bytes(self._waiting[self._at : self._at + size])
        self._at += size
        return found

    def read_large(self, size: int) -> bytes:
        """The same of content that may be larger than what is held at once."""
        pieces = []
        while size:
            pieces.append(self.read(min(size, _CONTENT)))
            size -= len(pieces[-1])
        return b"".join(pieces)

    def finish(self) -> None:
        """Nothing may be left, neither content nor bytes after the end mark."""
        while not self._ended:
            self._waiting += self._chunk()
        if len(self._waiting) > self._at or self._stream.read(1):
            raise _problem("BACKUP_DAMAGED", self._file)

    def damaged(self) -> DataError:
        """The content is not what a backup holds."""
        return _problem("BACKUP_DAMAGED", self._file)

    def _take(self, size: int) -> bytes:
        found = self._stream.read(size)
        if len(found) < size:
            raise _problem("BACKUP_CUT", self._file)
        self.sha256.update(found)
        return found

    def _chunk(self) -> bytes:
        length = int.from_bytes(self._take(4), "big")
        if not 16 < length <= _LARGEST:
            raise self.damaged()
        content = self._guard.open(self._number, self._take(length))
        if content is None:
            raise self.damaged()
        self._number += 1
        self._ended = content[0] == 1
        try:
            unpacker = zlib.decompressobj()
            unpacked = unpacker.decompress(content[1:], _CONTENT + 1)
        except zlib.error:
            raise self.damaged() from None
        if len(unpacked) > _CONTENT or not unpacker.eof:
            raise self.damaged()
        return unpacked
