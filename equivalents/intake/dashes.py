"""A lone dash or slash, which people write where there is nothing.

It is a blank in numbers and in columns that may be blank, whichever way a file is read: files that
are cleaned lose it there (:mod:`~.opening.celltexts`), plain ones here, as their columns are made.
Source: docs/files.md, files as they are.
"""

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["DASHES", "KEPT", "dash_words", "dashes_in", "without_dashes"]

DASHES: Final = frozenset(("-", "--", "---", "—", "——", "–", "－", "－－", "/", "／", "―"))
KEPT: Final = frozenset(("institution_id", "person_id", "item_code", "service_date"))
"""Columns of records in which it stays what it is: they may not be blank."""

_LONGEST: Final = max(len(text.encode()) for text in DASHES)
_WORDS: Final = np.array([int.from_bytes(text.encode(), "little") for text in DASHES], np.uint64)
_FIRST: Final = np.zeros(256, bool)
_FIRST[[text.encode()[0] for text in DASHES]] = True


def without_dashes(texts: "pa.Array") -> "pa.Array":
    """The same texts, with a blank for each lone dash; ``texts`` have no missing values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    where = dashes_in(texts)
    if not where.size:
        return texts
    mask = np.zeros(len(texts), bool)
    mask[where] = True
    bits = pa.py_buffer(np.packbits(mask, bitorder="little"))
    chosen = pa.Array.from_buffers(pa.bool_(), len(texts), [None, bits])
    return pc.if_else(chosen, pa.scalar("", texts.type), texts)


def dashes_in(texts: "pa.Array") -> npt.NDArray[np.int64]:
    """Positions of lone dashes; only short texts that begin like one are looked at."""
    import pyarrow as pa

    large = pa.types.is_large_string(texts.type)
    bounds = np.frombuffer(texts.buffers()[1] or b"", np.int64 if large else np.int32)
    bounds = bounds[texts.offset : texts.offset + len(texts) + 1]
    lengths = np.diff(bounds)
    short = np.flatnonzero((lengths > 0) & (lengths <= _LONGEST))
    if not short.size:
        return short
    data = np.frombuffer(texts.buffers()[2], np.uint8)
    short = short[_FIRST[data[bounds[short]]]]
    found = [at for at in short.tolist() if texts[at].as_py() in DASHES]
    return np.array(found, np.int64)


def dash_words(
    word: npt.NDArray[np.uint64], length: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """The same of texts by their first eight bytes, padded with zeros, and their lengths."""
    short = np.flatnonzero((length > 0) & (length <= _LONGEST))
    return short[np.isin(word[short], _WORDS)]
