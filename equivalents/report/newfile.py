"""A file that appears whole or not at all, and never in the place of another.

A workbook that somebody has filled in or corrected would be gone.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from equivalents.errors import DataError, Problem

__all__ = ["new_file"]


@contextmanager
def new_file(destination: Path, suffix: str) -> Iterator[Path]:
    """A path to write to; on success it becomes ``destination``, else nothing is left.

    Raises:
        DataError: ``FILE_EXISTS``, or ``FILE_NAME`` where the name does not end in ``suffix``.
    """
    if destination.suffix.lower() != suffix:
        facts = {"suffix": suffix}
        raise DataError([Problem("FILE_NAME", value=destination.name, facts=facts)])
    if destination.exists():
        raise DataError([Problem("FILE_EXISTS", value=destination.name)])
    destination.parent.mkdir(parents=True, exist_ok=True)
    # In a folder of its own on the same disk, beside which writers may keep what they need.
    with tempfile.TemporaryDirectory(prefix=f".{destination.name}.", dir=destination.parent) as own:
        path = Path(own) / f"new{suffix}"
        yield path
        try:
            os.link(path, destination)
        except FileExistsError:
            raise DataError([Problem("FILE_EXISTS", value=destination.name)]) from None
        except OSError:  # a disk without links
            path.rename(destination)
