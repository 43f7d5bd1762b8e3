"""Quick looks at all bytes of a column of texts at once; what they settle needs no closer look."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["all_words", "any_blank", "may_hold"]

_WORD: Final = np.zeros(256, bool)
_WORD[[*b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"]] = True


def _bounds(texts: "pa.Array") -> npt.NDArray[np.int32]:
    """Where each text begins in the bytes, and where the last one ends."""
    ends = np.frombuffer(texts.buffers()[1] or b"", np.int32)
    return ends[texts.offset : texts.offset + len(texts) + 1]


def _bytes(texts: "pa.Array") -> "memoryview | bytes":
    """The bytes of all texts, one after the other."""
    data, bounds = texts.buffers()[2], _bounds(texts)
    if data is None or not bounds.size:
        return b""
    return memoryview(data)[int(bounds[0]) : int(bounds[-1])]


def all_words(texts: "pa.Array") -> bool:
    """Whether texts have nothing but ASCII letters, digits and ``_``; they may be blank."""
    return bool(_WORD[np.frombuffer(_bytes(texts), np.uint8)].all())


def any_blank(texts: "pa.Array") -> bool:
    """Whether any text has no character at all, or is missing."""
    bounds = _bounds(texts)
    return bool(texts.null_count) or bool((bounds[1:] == bounds[:-1]).any())


def may_hold(texts: "pa.Array", parts: Iterable[str]) -> bool:
    """Whether a text may hold one of some parts; that two texts hold it together is not excluded.

    Parts must not be blank.
    """
    data = bytes(_bytes(texts))
    return any(part.encode() in data for part in parts)
