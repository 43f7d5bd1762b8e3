"""The OUT folder appears whole or not at all, and never replaces what is not ours.

A result is written beside its destination and then exchanged with it in one step where the
system can (Linux), in two renames elsewhere; a reader sees the old result or the new one.
"""

import ctypes
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from equivalents.errors import DataError, Problem

__all__ = ["MARK", "check_replaceable", "new_folder", "sha256"]

MARK: Final = "summary.json"
"""A folder that holds this file is a result of ours and may be replaced."""

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2


def check_replaceable(destination: Path, mark: str = MARK) -> None:
    """Refuse early what :func:`new_folder` would refuse in the end.

    Raises:
        DataError: ``OUT_NOT_OURS`` when ``destination`` is neither absent, nor empty, nor ours.
    """
    if destination.exists() and not _replaceable(destination, mark):
        raise DataError([Problem("OUT_NOT_OURS", value=destination.name)])


def sha256(path: Path) -> str:
    """The hash of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def new_folder(destination: Path, mark: str = MARK) -> Iterator[Path]:
    """A fresh folder to write into; on success it becomes ``destination``, else it is removed.

    Raises:
        DataError: ``OUT_NOT_OURS`` when ``destination`` is neither absent, nor empty, nor ours.
    """
    destination = destination.resolve()
    check_replaceable(destination, mark)
    destination.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{destination.name}.", dir=destination.parent))
    try:
        yield fresh
        # mkdtemp makes private folders; a result has the ordinary rights of its parent.
        fresh.chmod(0o777 & ~_umask())
        check_replaceable(destination, mark)
        _move(fresh, destination)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _replaceable(folder: Path, mark: str) -> bool:
    return folder.is_dir() and ((folder / mark).is_file() or not any(folder.iterdir()))


def _move(fresh: Path, destination: Path) -> None:
    if not destination.exists():
        fresh.rename(destination)
    elif not _exchange(fresh, destination):
        old = fresh.with_name(fresh.name + ".old")
        destination.rename(old)
        try:
            fresh.rename(destination)
        except OSError:
            old.rename(destination)
            raise
        shutil.rmtree(old)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step; false where the system cannot."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    done = rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return bool(done == 0)
