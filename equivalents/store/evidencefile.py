"""A kept file written to a new file that only its owner may read; whole, or not at all.

Source: specification page 2 "Records at rest".
"""

import os
import tempfile
from pathlib import Path

from equivalents.errors import DataError, Problem

__all__ = ["check_absent", "write_evidence"]


def check_absent(file: Path) -> None:
    """Refuse a file that is there, before anything is opened.

    Raises:
        DataError: ``FILE_EXISTS``.
    """
    if file.exists() or file.is_symlink():
        raise DataError([Problem("FILE_EXISTS", value=str(file))])


def write_evidence(file: Path, body: bytes) -> None:
    """Write the bytes to a new file.

    Raises:
        DataError: ``FILE_EXISTS``; ``EVIDENCE_WRITE``: disk full, no folder or no right.
    """
    check_absent(file)
    try:
        # Made for its owner alone (0600), in the folder where it is to be.
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        fresh = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(body)
                stream.flush()
                os.fsync(stream.fileno())
            _give_name(fresh, file)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        facts = {"detail": error.strerror or str(error)}
        raise DataError([Problem("EVIDENCE_WRITE", value=str(file), facts=facts)]) from None


def _give_name(fresh: Path, file: Path) -> None:
    try:
        os.link(fresh, file)
    except FileExistsError:
        raise DataError([Problem("FILE_EXISTS", value=str(file))]) from None
    except OSError:  # a file system without links
        check_absent(file)
        fresh.replace(file)
