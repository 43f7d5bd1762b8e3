"""Bodies of segments that lie outside the database: in a folder, or a store like S3.

Each lies under the name that its row keeps; it is written before its row and never changed.
Source: specification page 2 "Records at rest".
"""

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from equivalents.errors import DataError, Problem

__all__ = ["outside_bodies", "put_outside"]


def outside_bodies(setting: str) -> Callable[[str], bytes | None] | None:
    """What gives a body by its name; ``None`` where no place outside is set."""
    if not setting:
        return None
    files, root = _place(setting)

    def body(name: str) -> bytes | None:
        try:
            with files.open_input_stream(f"{root}/{name}") as stream:
                return bytes(stream.read())
        except OSError:
            return None

    return body


def put_outside(setting: str, name: str, body: bytes) -> None:
    """Write a body under its name, as it was.

    Raises:
        DataError: ``RESTORE_SEGMENTS``: no place is set, or it cannot be written to.
    """
    path = PurePosixPath(name)
    if not setting or path.is_absolute() or ".." in path.parts or not path.parts:
        raise DataError([Problem("RESTORE_SEGMENTS", value=name, facts={"detail": setting})])
    files, root = _place(setting)
    try:
        files.create_dir(f"{root}/{path.parent}", recursive=True)
        with files.open_output_stream(f"{root}/{name}") as stream:
            stream.write(body)
    except OSError as error:
        facts = {"detail": f"{setting}: {error}"}
        raise DataError([Problem("RESTORE_SEGMENTS", value=name, facts=facts)]) from None


def _place(setting: str) -> tuple[Any, str]:
    """The file system and the folder in it."""
    from pyarrow import fs

    if "://" in setting:
        files, root = fs.FileSystem.from_uri(setting)
        return files, str(root)
    return fs.LocalFileSystem(), str(Path(setting).absolute())
