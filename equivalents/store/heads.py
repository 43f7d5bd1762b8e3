"""The head of the audit chain, kept outside the store so that a cut tail is noticed.

A file of JSON lines, the latest last; each says the number and hash of an audit entry that was
committed. It is written after each commit, so it may be older than the store (a process that was
killed in between) and never newer: an entry that it names and the store lacks was cut off.
Source: specification page 2 "A period's life".
"""

import json
import os
from pathlib import Path
from typing import NamedTuple

from equivalents.errors import DataError, Place, Problem
from equivalents.store.sealing import canonical

__all__ = ["Head", "known_heads", "parse_head", "tell_head"]


class Head(NamedTuple):
    """An audit entry by its number and hash; ``str`` of it is what is printed on paper."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


def parse_head(text: str) -> Head:
    """A head as it was printed: ``12:abc...``.

    Raises:
        DataError: ``STORE_HEAD``: it does not look like one.
    """
    seq, _, digest = text.strip().partition(":")
    if not seq.isdecimal() or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise DataError([Problem("STORE_HEAD", value=text)])
    return Head(int(seq), digest)


def known_heads(file: Path) -> list[Head]:
    """Every head that the file names, in its order; none where there is no file.

    A last line that was cut by a full disk or a kill is left out: it was never acknowledged.

    Raises:
        DataError: ``STORE_HEADS_UNREADABLE``: another line is not a head.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    except FileNotFoundError:
        return []
    except (OSError, ValueError):
        raise _unreadable(file, 0) from None
    found = []
    for at, line in enumerate(lines, 1):
        try:
            one = json.loads(line)
            found.append(parse_head(f"{one['seq']}:{one['hash']}"))
        except (ValueError, KeyError, TypeError, DataError):
            if at == len(lines) and not line.endswith("\n"):
                break
            raise _unreadable(file, at) from None
    return found


def _unreadable(file: Path, row: int) -> DataError:
    return DataError([Problem("STORE_HEADS_UNREADABLE", Place(file.name, row=row), str(file))])


def tell_head(file: Path, head: Head) -> None:
    """Add a head to the file, which only grows: about 90 bytes a transaction.

    Called after the commit: the entry is kept whatever happens here, and the next one is told.

    Raises:
        OSError: the file cannot be written.
    """
    line = canonical({"seq": head.seq, "hash": head.hash}) + "\n"
    file.parent.mkdir(parents=True, exist_ok=True)
    # One write of a short line to a file opened for appending: lines of several processes never
    # mix, and their order is no more than a convenience.
    handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        size = os.fstat(handle).st_size
        if size:
            os.lseek(handle, size - 1, os.SEEK_SET)
            if os.read(handle, 1) != b"\n":
                line = "\n" + line
        os.write(handle, line.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
