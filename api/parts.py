"""Files that are given out, whole or in part.

Whoever sees every institution gets a file as it is, byte for byte. Others get of a table that
names institutions the rows of theirs, and of everything else nothing.
"""

import csv
import io
from hashlib import sha256
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from starlette.responses import Response

from api.access.roles import ALL, Reach
from api.asks import Asking
from api.problems import RequestError

__all__ = [
    "FILES",
    "HEAD_BYTES",
    "file_answer",
    "media_type",
    "opens",
    "part_of_table",
]

_PLACE: Final = "institution_id"
_TYPES: Final = {
    ".csv": "text/csv",
    ".ndjson": "application/x-ndjson",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".parquet": "application/vnd.apache.parquet",
    ".txt": "text/plain",
}
_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}
FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string", "description": "Its charset is told"}},
            "text/plain": {"schema": {"type": "string", "description": "Its charset is told"}},
            _TYPES[".ndjson"]: _BYTES,
            _TYPES[".xlsx"]: _BYTES,
            _TYPES[".parquet"]: _BYTES,
            "application/octet-stream": _BYTES,
        }
    }
}
"""What a route that gives out files answers, for its document.

A JSON file, too, is given out as bytes: a client that was made from the document would read
every file of the route as JSON, if that were among its types.
"""


HEAD_BYTES: Final = 4_096
"""So much of the start of a file tells whether it names institutions."""


def opens(name: str, head: bytes, reach: Reach) -> bool:
    """Whether somebody gets a file, or a part of it; ``head``: how it begins."""
    if reach is ALL:
        return True
    if not name.endswith(".csv"):
        return False
    line = io.StringIO(head.decode("utf-8-sig", "replace"), newline="")
    return _PLACE in next(csv.reader(line), [])


def part_of_table(body: bytes, reach: Reach) -> bytes | None:
    """The rows of some institutions of a CSV table; ``None`` where it does not name any."""
    reader = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    head = next(reader, [])
    if _PLACE not in head:
        return None
    at, out = head.index(_PLACE), io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(row for row in reader if row[at] in reach)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def file_answer(asking: Asking, name: str, body: bytes | None, reach: Reach) -> Response:
    """A file as an answer: its ETag is the hash of its bytes.

    Raises:
        RequestError: ``OBJECT_UNKNOWN``: there is none, or nothing of it is for the asker.
    """
    if body is not None and reach is not ALL:
        body = part_of_table(body, reach) if name.endswith(".csv") else None
    if body is None:
        raise RequestError("OBJECT_UNKNOWN", name)
    etag = sha256(body).hexdigest()
    headers = {
        "ETag": f'"{etag}"',
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
    }
    if asking.has(etag):
        return Response(None, 304, headers)
    return Response(body, 200, headers, media_type(name))


def media_type(name: str, charset: str = "utf-8") -> str:
    """The media type of a file by its name; of a text with the charset that it is written in."""
    found = _TYPES.get(PurePath(name).suffix, "application/octet-stream")
    return f"{found}; charset={charset}" if found.startswith("text/") else found
