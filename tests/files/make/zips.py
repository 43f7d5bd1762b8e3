"""Zip files written byte by byte, so that each may be wrong in its own way."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Entry", "zip_of", "zipped"]


@dataclass(frozen=True)
class Entry:
    """One member; what is not given is as it should be."""

    name: str
    data: bytes = b""
    deflate: bool = False
    declared: int | None = None
    checksum: int | None = None
    flags: int = 0x800
    method: int | None = None
    mode: int = 0
    local_name: str | None = None
    raw_name: bytes | None = None


def zipped(files: dict[str, bytes | str], *, deflate: bool = False) -> bytes:
    """A proper zip of these files."""
    return zip_of(
        [
            Entry(name, data.encode() if isinstance(data, str) else data, deflate)
            for name, data in files.items()
        ]
    )


def zip_of(entries: Sequence[Entry], *, count: int | None = None, overlap: bool = False) -> bytes:
    """A zip of these members; ``overlap`` lets every entry of the list mean the first member."""
    body, listed = bytearray(), bytearray()
    starts: list[int] = []
    for one in entries:
        starts.append(starts[0] if overlap and starts else len(body))
        packed = _packed(one)
        fields = _fields(one, packed)
        name = one.raw_name or one.name.encode()
        local = name if one.local_name is None else one.local_name.encode()
        if not overlap or len(starts) == 1:
            body += b"PK\x03\x04" + fields + struct.pack("<2H", len(local), 0) + local + packed
        listed += b"PK\x01\x02" + struct.pack("<H", 0x0314) + fields
        listed += struct.pack("<5H2L", len(name), 0, 0, 0, 0, one.mode << 16, starts[-1]) + name
    total = len(entries) if count is None else count
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, total, total, len(listed), len(body), 0)
    return bytes(body + listed) + end


def _packed(one: Entry) -> bytes:
    if not one.deflate:
        return one.data
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(one.data) + packer.flush()


def _fields(one: Entry, packed: bytes) -> bytes:
    """What the header of a member and its entry in the list share; dated 1980-01-01."""
    method = (8 if one.deflate else 0) if one.method is None else one.method
    checksum = zlib.crc32(one.data) if one.checksum is None else one.checksum
    size = len(one.data) if one.declared is None else one.declared
    return struct.pack("<5H3L", 20, one.flags, method, 0, 0x21, checksum, len(packed), size)
