"""Zip files read with suspicion: the list of members, and members unpacked in pieces.

Nothing here trusts what a zip says of itself. Its list must lie where its end says, members may
not overlap, and a member must unpack to exactly what was declared, with its checksum, never
to more. Two readers that understand a zip differently are how things are hidden in one, so a zip
whose local headers disagree with its list is not read.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO, Final

from equivalents.reasons import BOTH

__all__ = ["Member", "ZipFaultError", "pieces", "read_members"]

_END: Final = struct.Struct("<4s4H2LH")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_FAR: Final = struct.Struct("<4sLQL")
_ENTRY: Final = struct.Struct("<4s4B4HL2L5H2L")
_LOCAL: Final = struct.Struct("<4s2B4HL2L2H")
_COMMENT: Final = 1 << 16
_PACKED: Final = 1 << 16
_UNPACKED: Final = 1 << 20
_STORED: Final = 0
_DEFLATED: Final = 8
_ENCRYPTED: Final = 1
_UTF8: Final = 1 << 11
_LINK: Final = 0o120000
_FORMAT: Final = 0o170000
_32: Final = 0xFFFFFFFF


class ZipFaultError(Exception):
    """A zip that cannot be trusted; the message is a fact in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}{BOTH}{en}")


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a zip, as its list has it: sizes in bytes are only declared."""

    name: str
    written: bytes
    flags: int
    method: int
    checksum: int
    packed: int
    unpacked: int
    start: int
    mode: int

    @property
    def encrypted(self) -> bool:
        """Whether a password is needed."""
        return bool(self.flags & _ENCRYPTED)

    @property
    def folder(self) -> bool:
        """Whether it is a folder."""
        return self.name.endswith("/")

    @property
    def link(self) -> bool:
        """Whether it is a symbolic link."""
        return self.mode & _FORMAT == _LINK


def read_members(path: Path, most_bytes: int) -> list[Member]:
    """The members of a zip in the order of its list, which may have ``most_bytes``.

    Raises:
        ZipFaultError: no zip, or one whose parts do not fit together.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        count, length, start = _end(file, size)
        if length > most_bytes:
            raise ZipFaultError("成员清单过大", "its list of members is too large")
        file.seek(start)
        listed = file.read(length)
    members = []
    at = 0
    while at < length:
        member, at = _entry(listed, at)
        members.append(member)
    if len(members) != count:
        raise ZipFaultError("成员数与清单不符", "it has not as many members as it says")
    _do_not_overlap(members, start)
    return members


def _end(file: IO[bytes], size: int) -> tuple[int, int, int]:
    """How many members the list has, its length in bytes and its start."""
    tail_start = max(size - _COMMENT - _END.size, 0)
    file.seek(tail_start)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise ZipFaultError("结尾缺失，可能没有传完", "its end is missing; it may be cut off")
    end = _END.unpack_from(tail, at)
    count, length, start, comment = end[4], end[5], end[6], end[7]
    position = tail_start + at
    if at + _END.size + comment != len(tail):
        raise ZipFaultError("结尾之后还有内容", "something follows its end")
    far_at = at - _FAR.size
    if far_at >= 0 and tail.startswith(b"PK\x06\x07", far_at):
        position = _FAR.unpack_from(tail, far_at)[2]
        file.seek(position)
        found = file.read(_END_64.size)
        if len(found) < _END_64.size or not found.startswith(b"PK\x06\x06"):
            raise ZipFaultError("结尾损坏", "its end is damaged")
        count, length, start = _END_64.unpack(found)[7:]
    if start + length != position:
        raise ZipFaultError(
            "成员清单不在应在的位置", "its list of members is not where it should be"
        )
    return count, length, start


def _entry(listed: bytes, at: int) -> tuple[Member, int]:
    """One entry of the list and where the next one begins."""
    if len(listed) - at < _ENTRY.size or not listed.startswith(b"PK\x01\x02", at):
        raise ZipFaultError("成员清单损坏", "its list of members is damaged")
    values = _ENTRY.unpack_from(listed, at)
    flags, method, checksum, packed, unpacked = values[5], values[6], *values[9:12]
    name_length, extra_length, comment_length = values[12:15]
    attributes, start = values[17:19]
    name_at = at + _ENTRY.size
    extra_at = name_at + name_length
    after = extra_at + extra_length + comment_length
    if after > len(listed):
        raise ZipFaultError("成员清单损坏", "its list of members is damaged")
    written = listed[name_at:extra_at]
    if _32 in (packed, unpacked, start):
        sizes = _large(listed[extra_at : extra_at + extra_length], (unpacked, packed, start))
        unpacked, packed, start = sizes
    return (
        Member(
            _name(written, flags), written, flags, method, checksum, packed, unpacked, start,
            attributes >> 16,
        ),
        after,
    )  # fmt: skip


def _large(extra: bytes, sizes: Sequence[int]) -> list[int]:
    """Sizes beyond four bytes, from the field of an entry that has them."""
    at, found = 0, list(sizes)
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            values = extra[at + 4 : at + 4 + length]
            for index, size in enumerate(sizes):
                if size == _32:
                    if len(values) < 8:
                        break
                    found[index], values = int.from_bytes(values[:8], "little"), values[8:]
            return found
        at += 4 + length
    return found


def _name(written: bytes, flags: int) -> str:
    """A name as text: UTF-8 if it says so or is, else as Chinese Windows writes it."""
    encodings = ("utf-8", "gb18030", "cp437")
    for encoding in encodings:
        try:
            return written.decode(encoding)
        except UnicodeDecodeError:
            if flags & _UTF8:
                break
    return written.decode("utf-8", "replace")


def _do_not_overlap(members: Sequence[Member], start_of_list: int) -> None:
    """Refuse members that share bytes: the trick of the densest zip bombs.

    Raises:
        ZipFaultError: they do, or one lies beyond the list.
    """
    spans = sorted((one.start, one.start + _LOCAL.size + one.packed) for one in members)
    spans.append((start_of_list, start_of_list))
    if any(end > following for (_, end), (following, _) in pairwise(spans)):
        raise ZipFaultError("成员相互重叠", "its members overlap")


def pieces(file: IO[bytes], member: Member) -> Iterator[bytes]:
    """Unpack one member in pieces of at most a mebibyte; never more than was declared.

    Raises:
        ZipFaultError: another size or checksum than declared, damaged, or packed in an odd way.
    """
    if member.encrypted:
        raise ZipFaultError("有密码", "it has a password")
    if member.method not in (_STORED, _DEFLATED):
        raise ZipFaultError(
            f"压缩方法 {member.method} 不支持", f"the packing method {member.method} is not known"
        )
    _go_to_data(file, member)
    total, checksum = 0, 0
    for piece in _unpacked(file, member):
        total += len(piece)
        checksum = zlib.crc32(piece, checksum)
        if total > member.unpacked:
            raise ZipFaultError("解压后大于声明的大小", "it unpacks to more than it declares")
        yield piece
    if total != member.unpacked:
        raise ZipFaultError("解压后小于声明的大小", "it unpacks to less than it declares")
    if checksum != member.checksum:
        raise ZipFaultError("校验和不符", "its checksum is wrong")


def _go_to_data(file: IO[bytes], member: Member) -> None:
    """Pass the header before a member; it must be of the same name."""
    file.seek(member.start)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
        raise ZipFaultError("成员头部损坏", "the header of a member is damaged")
    values = _LOCAL.unpack(header)
    name_length, extra_length = values[-2:]
    if file.read(name_length) != member.written or values[4] != member.method:
        raise ZipFaultError("成员头部与清单不符", "the header of a member is not as listed")
    file.seek(extra_length, 1)


def _unpacked(file: IO[bytes], member: Member) -> Iterator[bytes]:
    """The bytes of a member, at most those that are packed in it."""
    left = member.packed
    unpack = zlib.decompressobj(-zlib.MAX_WBITS) if member.method == _DEFLATED else None
    while left:
        packed = file.read(min(_PACKED, left))
        if not packed:
            raise ZipFaultError("文件不完整，可能没有传完", "it is cut off")
        left -= len(packed)
        if unpack is None:
            yield packed
            continue
        try:
            while packed:
                if piece := unpack.decompress(packed, _UNPACKED):
                    yield piece
                packed = unpack.unconsumed_tail
        except zlib.error:
            raise ZipFaultError("压缩数据损坏", "its packed data is damaged") from None
    if unpack is not None and not unpack.eof:
        raise ZipFaultError("压缩数据不完整", "its packed data is not whole")
