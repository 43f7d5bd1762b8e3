"""Where bodies of segments lie: in the database, or in a folder or S3 as ``EQUIVALENTS_SEGMENTS``.

Outside the database a body is a file under its own SHA-256, written before the transaction that
names it: a body that no segment names is harmless, and is there already when the same is written
again. What is read is held to its hash, wherever it lay. A segment keeps the place that it was
written to, so the setting may change; the bodies outside move with the folder.
Source: specification page 2 "Records at rest".
"""

import os
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, select

from equivalents.errors import DataError, Problem
from equivalents.store.place import StorePlace
from equivalents.store.schema import SEGMENT_BODIES
from equivalents.store.sealing import sha256_of
from equivalents.store.writing import Writing

__all__ = ["add_body", "body_of", "keep_outside"]

_SUFFIX: Final = ".parquet"


def keep_outside(place: StorePlace, body: bytes) -> str:
    """Write a body where the setting says, and give its name there; empty: into the database.

    Raises:
        DataError: ``SEGMENTS_PLACE``: it cannot be written.
    """
    if not place.segments:
        return ""
    digest = sha256_of(body)
    name = f"{digest[:2]}/{digest}{_SUFFIX}"
    try:
        if "://" in place.segments:
            _write_far(place.segments, name, body)
        else:
            _write_near(Path(place.segments), name, body)
    except (OSError, ValueError, ImportError) as error:
        facts = {"detail": str(error)[:200]}
        raise DataError([Problem("SEGMENTS_PLACE", value=place.segments, facts=facts)]) from None
    return name


def _write_near(root: Path, name: str, body: bytes) -> None:
    target = root / name
    if target.is_file() and target.stat().st_size == len(body):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    other = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with other.open("wb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        other.replace(target)
    finally:
        other.unlink(missing_ok=True)


def _far(address: str) -> tuple[Any, str]:
    from pyarrow.fs import FileSystem

    found: tuple[Any, str] = FileSystem.from_uri(address)
    return found


def _write_far(address: str, name: str, body: bytes) -> None:
    system, root = _far(address)
    folder = f"{root.rstrip('/')}/{name.partition('/')[0]}"
    if system.type_name == "local":
        system.create_dir(folder, recursive=True)
    # Object stores show a whole body or none.
    with system.open_output_stream(f"{root.rstrip('/')}/{name}") as stream:
        stream.write(body)


def add_body(writer: Writing, segment_id: int, body: bytes, place: str) -> None:
    """Keep the body of a new segment in the database, unless it lies at ``place`` already."""
    if not place:
        writer.add_body(SEGMENT_BODIES, segment_id, body)


def body_of(
    place: StorePlace, connection: Connection, segment_id: int, kept_at: str, sha256: str
) -> bytes:
    """The body of a segment, held to its hash.

    Raises:
        DataError: ``SEGMENT_ABSENT``: it is not there; ``SEGMENT_DAMAGED``: it is another.
    """
    body = _from_database(connection, segment_id) if not kept_at else _from_outside(place, kept_at)
    facts = {"place": kept_at}
    if body is None:
        raise DataError([Problem("SEGMENT_ABSENT", value=str(segment_id), facts=facts)])
    if sha256_of(body) != sha256:
        raise DataError([Problem("SEGMENT_DAMAGED", value=str(segment_id), facts=facts)])
    return body


def _from_database(connection: Connection, segment_id: int) -> bytes | None:
    wanted = select(SEGMENT_BODIES.c.body).where(SEGMENT_BODIES.c.segment_id == segment_id)
    body = connection.execute(wanted).scalar()
    return None if body is None else bytes(body)


def _from_outside(place: StorePlace, name: str) -> bytes | None:
    try:
        if "://" in place.segments:
            system, root = _far(place.segments)
            with system.open_input_stream(f"{root.rstrip('/')}/{name}") as stream:
                return bytes(stream.read())
        return (Path(place.segments) / name).read_bytes()
    except (OSError, ValueError):
        return None
