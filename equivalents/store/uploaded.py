"""Files of tables as evidence of what was handed in.

How they are kept, and when enciphered, stands in :mod:`~.evidence`. Source: specification page 2
"Records at rest".
"""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from equivalents.errors import Problem
from equivalents.store.evidence import Secrecy, Upload, secrecy_of

__all__ = ["upload_of", "whole_case"]

_LARGEST: Final = 200_000_000
_LARGE: Final = "超过 200 MB，正文不保存 above 200 MB: the body is not kept"


def upload_of(
    path: Path,
    name: str,
    *,
    rows: int,
    hidden: bool,
    mapped: bool = False,
    problems: Iterable[Problem] = (),
) -> Upload:
    """The file of a table.

    ``hidden``: ids of residents were read; ``mapped``: by a column map; ``problems``: what reading
    it told.

    Raises:
        OSError: it cannot be read.
    """
    secrecy = secrecy_of(path, name, problems, hidden=hidden, mapped=mapped)
    return _upload("table", path, name, rows, secrecy)


def whole_case(path: Path, *, hidden: bool) -> Upload:
    """A whole case in one file, which may hold anything, as the records of residents.

    Raises:
        OSError: it cannot be read.
    """
    return _upload("case", path, path.name, 0, Secrecy.IDS if hidden else Secrecy.WHOLE)


def _upload(kind: str, path: Path, name: str, rows: int, secrecy: Secrecy) -> Upload:
    body = path.read_bytes()
    why = _LARGE if len(body) > _LARGEST else ""
    digest = sha256(body).hexdigest()
    return Upload(kind, name, digest, len(body), rows, b"" if why else body, why, secrecy)
