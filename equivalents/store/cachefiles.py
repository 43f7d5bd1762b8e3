"""A folder of files that may vanish: arrays and facts by address, proven whenever they are read.

A file is a mark, the SHA-256 of all that follows, its own address, a head in JSON, and the bytes of
its arrays. It is believed only if the hash is right and it is the file that was asked for: one that
was cut, altered or put in the place of another is told (``CACHE_REBUILT``), removed and made again.
A file gets its name when it is whole. Nothing here is the only copy of anything.
Source: specification page 2 "disposable verified cache".
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from equivalents.errors import Place, Problem
from equivalents.store.failpoints import failpoint

__all__ = ["CacheFolder", "Entry", "MOST_BYTES", "address_of"]

MOST_BYTES: Final = 8 << 30
"""What a folder may hold after a run; beyond it what was used least lately is removed."""

_MARK: Final = b"EQVCACH1"
_HASH: Final = hashlib.sha256
_HASH_SIZE: Final = 32
_ALIGNED: Final = 8

_Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a file holds: facts (JSON values) and arrays of one dimension by name."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    arrays: _Arrays = field(default_factory=dict)


def address_of(*parts: object) -> str:
    """One address for some JSON values, texts, bytes and arrays, in their order."""
    hashed = _HASH()
    for part in parts:
        if isinstance(part, np.ndarray):
            body = f"{part.dtype.str}{part.shape}".encode() + np.ascontiguousarray(part).tobytes()
        elif isinstance(part, bytes):
            body = part
        else:
            body = json.dumps(part, ensure_ascii=True, separators=(",", ":")).encode()
        hashed.update(len(body).to_bytes(_ALIGNED, "little"))
        hashed.update(body)
    return hashed.hexdigest()


class CacheFolder:
    """Files by kind and address below one folder; for several threads and several programs.

    ``problems`` are warnings: what was not to be believed, and what could not be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self._lock = Lock()
        self._closed = False

    def path(self, kind: str, address: str) -> Path:
        """Where a file of this address stands."""
        return self.folder / kind / address[:2] / address[2:]

    def get(self, kind: str, address: str) -> Entry | None:
        """What is kept under an address; ``None`` where nothing is, or nothing that is true."""
        if self._closed:
            return None
        path = self.path(kind, address)
        try:
            with path.open("rb") as file:
                body = file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._close(path, error)
            return None
        entry = _read(body, bytes.fromhex(address))
        if entry is None:
            self._note("CACHE_REBUILT", path)
            with suppress(OSError):
                path.unlink(missing_ok=True)
            return None
        with suppress(OSError):
            os.utime(path)
        return entry

    def put(self, kind: str, address: str, entry: Entry) -> None:
        """Keep an entry; where that fails it is told once, and nothing more is kept."""
        if self._closed:
            return
        path = self.path(kind, address)
        fresh: Path | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
            fresh = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(_written(entry, bytes.fromhex(address)))
            failpoint("cache.written")
            fresh.replace(path)
        except OSError as error:
            self._close(path, error)
            if fresh is not None:
                with suppress(OSError):
                    fresh.unlink(missing_ok=True)

    def trim(self, most: int = MOST_BYTES) -> None:
        """Remove what was used least lately, until the folder holds no more than ``most`` bytes."""
        found = []
        for path in self.folder.glob("*/??/*"):
            with suppress(OSError):
                about = path.stat()
                found.append((about.st_mtime_ns, path.as_posix(), about.st_size, path))
        left = sum(size for _, _, size, _ in found)
        for _, _, size, path in sorted(found):
            if left <= most:
                break
            with suppress(OSError):
                path.unlink(missing_ok=True)
                left -= size

    def _close(self, path: Path, error: OSError) -> None:
        """Use the folder no more; that is told once."""
        with self._lock:
            told, self._closed = self._closed, True
        if not told:
            self._note("CACHE_UNUSED", path, str(error.strerror))

    def _note(self, code: str, path: Path, detail: str = "") -> None:
        name = path.relative_to(self.folder).as_posix()
        with self._lock:
            self.problems.append(Problem(code, Place(name), name, {"detail": detail}))


def _written(entry: Entry, address: bytes) -> bytes:
    """The bytes of a file; an array of one value throughout is written once."""
    pieces, told, at = [], [], 0
    for name, array in entry.arrays.items():
        alike = array.size > 1 and bool((array == array[0]).all())
        body = np.ascontiguousarray(array[:1] if alike else array).tobytes()
        told.append([name, array.dtype.str, array.size, alike, at, len(body)])
        body += bytes(-len(body) % _ALIGNED)
        pieces.append(body)
        at += len(body)
    head = json.dumps({"facts": entry.facts, "arrays": told}, separators=(",", ":")).encode()
    head += b" " * (-len(head) % _ALIGNED)
    after = b"".join([address, len(head).to_bytes(_ALIGNED, "little"), head, *pieces])
    return b"".join([_MARK, _HASH(after).digest(), after])


def _read(body: bytes, address: bytes) -> Entry | None:
    """The entry in a file of this address; ``None`` where it is not that file, to the last bit."""
    view = memoryview(body)
    mark, hashed, after = view[: len(_MARK)], view[len(_MARK) :][:_HASH_SIZE], view[len(_MARK) :]
    after = after[_HASH_SIZE:]
    if bytes(mark) != _MARK or _HASH(after).digest() != hashed or after[: len(address)] != address:
        return None
    # From here on it is what we wrote.
    after = after[len(address) :]
    size = int.from_bytes(after[:_ALIGNED], "little")
    head = json.loads(bytes(after[_ALIGNED : _ALIGNED + size]))
    data = after[_ALIGNED + size :]
    arrays = {}
    for name, kind, count, alike, start, length in head["arrays"]:
        array = np.frombuffer(data[start : start + length], np.dtype(kind))
        arrays[name] = np.broadcast_to(array[0], count) if alike else array
    return Entry(head["facts"], arrays)
