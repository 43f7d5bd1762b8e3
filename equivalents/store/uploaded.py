"""Files of tables as evidence of what was handed in; never with ids of residents in clear.

A file whose table has such ids, or that holds more than one table, leaves its hash and size and a
tombstone that says why; of any other the bytes are kept. Source: specification page 2 "Records at
rest".
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from equivalents.store.schema import TOMBSTONES, UPLOAD_BODIES, UPLOADS
from equivalents.store.writing import Writing

__all__ = ["Upload", "keep_upload", "upload_of"]

_LARGEST: Final = 200_000_000
_HIDDEN: Final = "含居民编号，正文不保存 has ids of residents: the body is not kept"
_LARGE: Final = "超过 200 MB，正文不保存 above 200 MB: the body is not kept"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed in; ``why`` says why its ``body`` is not kept."""

    kind: str
    file_name: str
    sha256: str
    size: int
    rows: int
    body: bytes = b""
    why: str = ""


def upload_of(path: Path, name: str, kind: str, *, rows: int, hidden: bool) -> Upload:
    """A file as evidence; with ``hidden`` ids in it the body is left out.

    Raises:
        OSError: it cannot be read.
    """
    body = path.read_bytes()
    why = _HIDDEN if hidden else _LARGE if len(body) > _LARGEST else ""
    digest = sha256(body).hexdigest()
    return Upload(kind, name, digest, len(body), rows, b"" if why else body, why)


def keep_upload(writer: Writing, upload: Upload) -> int:
    """Keep a file within a transaction; gives its id."""
    facts = {"sha256": upload.sha256, "size": upload.size}
    one = writer.add_one(UPLOADS, kind=upload.kind, file_name=upload.file_name, **facts)
    if upload.why:
        writer.add_one(TOMBSTONES, upload_id=one, rows=upload.rows, why=upload.why, **facts)
    else:
        writer.add_body(UPLOAD_BODIES, one, upload.body)
    return one
