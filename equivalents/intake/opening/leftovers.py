"""Temporary folders that outlive a killed program: found by their lock, removed by the next one.

Spools hold the records of people, so that they are not to lie about. Each folder has a file that
its program holds locked as long as it lives, whatever it dies of; a folder of ours whose lock is
free belongs to nobody. Where the system has no such locks (Windows) nothing is looked for.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

__all__ = ["PREFIX", "hold", "remove", "remove_left"]

PREFIX: Final = "equivalents-"
"""How the names of temporary folders begin."""
_LOCK: Final = ".held"
_NEW: Final = ".new"


def hold(folder: Path) -> int:
    """Mark a new folder as in use until this program ends; what :func:`remove` takes, or -1."""
    try:
        import fcntl
    except ImportError:  # Windows
        return -1
    held = os.open(folder / _NEW, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Only now it can be found: nobody meets it unlocked.
        (folder / _NEW).rename(folder / _LOCK)
    except OSError:  # a file system without locks: never looked for then
        pass
    return held


def remove(folder: Path, held: int) -> None:
    """Remove a folder of our own, and let its lock go."""
    shutil.rmtree(folder, ignore_errors=True)
    if held >= 0:
        os.close(held)


def remove_left() -> None:
    """Remove the folders of programs of this user that are gone."""
    try:
        import fcntl
    except ImportError:  # Windows
        return
    for folder in _ours():
        try:
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
        else:
            remove(folder, lock)


def _ours() -> Iterator[Path]:
    """Temporary folders of this user that may be spools."""
    try:
        found = [*Path(tempfile.gettempdir()).glob(f"{PREFIX}*")]
    except OSError:
        return
    for folder in found:
        try:
            state = folder.lstat()
        except OSError:
            continue
        if stat.S_ISDIR(state.st_mode) and state.st_uid == os.geteuid():
            yield folder
