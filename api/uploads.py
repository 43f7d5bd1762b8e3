"""Files on their way in: written as they come, in pieces, and whole or not at all.

An upload waits in a folder of its own until the job that imports it is queued; then it is the
job's, in the same transaction. Memory holds one piece. Source: issue 8, "imports as streamed
uploads".
"""

import os
import re
import shutil
from collections.abc import AsyncIterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.envelope import BodyTooLargeError
from api.jobs.context import given_of, uploads_of
from api.problems import RequestError

__all__ = [
    "Upload",
    "last_name",
    "whole_body",
]

_PIECE: Final = 1 << 20
_LONGEST: Final = 200


def last_name(text: str) -> str:
    """The last part of the name of a file, whatever system wrote it.

    ``!`` becomes ``_``, as members of archives stand behind it.

    Raises:
        RequestError: ``FIELD_MISSING``; ``FIELD_INVALID``: nothing is left, or it is too long.
    """
    if not text:
        raise RequestError("FIELD_MISSING", pointer="?file_name")
    last = re.split(r"[\\/]", text)[-1].replace("!", "_")
    name = "".join(one for one in last if one.isprintable()).strip()
    if not name.strip(". ") or len(name.encode("utf-8", "replace")) > _LONGEST:
        detail = "应为文件名，如 一月.xlsx a file name, as january.xlsx"
        raise RequestError("FIELD_INVALID", text, pointer="?file_name", detail=detail)
    return name


class Upload:
    """One upload: at first in the folder of uploads, then given to its job, or gone."""

    def __init__(self, data: Path, job: str, name: str) -> None:
        self._data, self._job, self.name = data, job, name
        self._folder = uploads_of(data) / job
        self._hash = sha256()
        self.handed_over = False

    @property
    def sha256(self) -> str:
        """The hash of what was taken."""
        return self._hash.hexdigest()

    async def take(self, pieces: AsyncIterable[bytes]) -> None:
        """Write what comes, and have it on the disk.

        Raises:
            RequestError: ``UPLOAD_BROKEN``: whoever sent it is gone; ``UPLOAD_UNWRITABLE``.
            BodyTooLargeError: it is larger than an upload may be.
        """
        try:
            await run_in_threadpool(self._begin)
            waiting = bytearray()
            async for piece in pieces:
                waiting += piece
                if len(waiting) >= _PIECE:
                    await run_in_threadpool(self._write, bytes(waiting))
                    waiting.clear()
            await run_in_threadpool(self._write, bytes(waiting))
            await run_in_threadpool(self._sync)
        except ClientDisconnect:
            raise RequestError("UPLOAD_BROKEN", self.name) from None
        except OSError as error:
            detail = error.strerror or type(error).__name__
            raise RequestError("UPLOAD_UNWRITABLE", detail=detail) from None

    def put(self, content: bytes) -> None:
        """Write it all at once.

        Raises:
            RequestError: ``UPLOAD_UNWRITABLE``.
        """
        try:
            self._begin()
            self._write(content)
            self._sync()
        except OSError as error:
            detail = error.strerror or type(error).__name__
            raise RequestError("UPLOAD_UNWRITABLE", detail=detail) from None

    def hand_over(self) -> None:
        """Give it to its job, whose row is about to be committed."""
        given = given_of(self._data, self._job)
        given.parent.mkdir(parents=True, mode=0o700)
        self._folder.rename(given)
        _sync_folder(given.parent)
        self.handed_over = True

    def drop(self) -> None:
        """Delete it, wherever it is."""
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.rmtree(given_of(self._data, self._job).parent, ignore_errors=True)

    def _begin(self) -> None:
        self._folder.mkdir(parents=True, mode=0o700)
        (self._folder / self.name).touch(mode=0o600)

    def _write(self, piece: bytes) -> None:
        self._hash.update(piece)
        with (self._folder / self.name).open("ab") as stream:
            stream.write(piece)

    def _sync(self) -> None:
        with (self._folder / self.name).open("rb") as stream:
            os.fsync(stream.fileno())
        _sync_folder(self._folder)


def _sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system can."""
    if os.name == "posix":
        held = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(held)
        finally:
            os.close(held)


async def whole_body(pieces: AsyncIterable[bytes], most: int) -> bytes:
    """A body that is read as a whole.

    Raises:
        BodyTooLargeError: it is longer than ``most`` bytes.
        RequestError: ``UPLOAD_BROKEN``: whoever sent it is gone.
    """
    body = bytearray()
    try:
        async for piece in pieces:
            body += piece
            if len(body) > most:
                raise BodyTooLargeError(most)
    except ClientDisconnect:
        raise RequestError("UPLOAD_BROKEN") from None
    return bytes(body)
