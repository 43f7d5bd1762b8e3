"""Texts of plain files, understood as those of cleaned files are.

Large plain files are searched for marks of dirt in parts only, so a text that needs cleaning may
stand in one. Where it would be taken for another text in silence it is understood here as well, as
its column is made: a lone dash or slash is a blank in columns that may be blank, and of ids that no
table knows (whose faults nobody would see) outer blanks, full-width letters and ``="..."`` go, as
:mod:`~.opening.celltexts` says. So the result does not depend on where a file is cut. Source:
docs/files.md, files as they are; specification page 2 "Same inputs, same bytes".
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["DASHES", "dash_words", "understood", "without_dashes"]

DASHES: Final = frozenset(("-", "--", "---", "—", "——", "–", "－", "－－", "/", "／", "―"))
_KEPT: Final = frozenset(("institution_id", "person_id", "item_code", "service_date"))
"""Columns of records in which a dash stays what it is: they may not be blank."""
_FREE: Final = frozenset(("resident_id", "household_id"))
"""Ids that no table knows: two ways of writing one would be two residents, and nobody would see."""
_LONGEST: Final = max(len(text.encode()) for text in DASHES)
_DASH: Final = np.zeros(256, bool)
_DASH[[text.encode()[0] for text in DASHES]] = True
_ENDS: Final = _DASH.copy()
"""Bytes with which a text begins or ends that may need cleaning: any that is not ASCII, too."""
_ENDS[[*range(0x21), ord("=")]] = True
_ENDS[0x80:] = True
_WORDS: Final = np.array([int.from_bytes(text.encode(), "little") for text in DASHES], np.uint64)


def understood(name: str, texts: "pa.Array") -> "pa.Array":
    """The texts of a column of records by its name; ``texts`` have no missing values."""
    if name in _KEPT:
        return texts
    if name not in _FREE:
        return without_dashes(texts)
    where = _odd(texts)
    if not where.size:
        return texts
    return _replaced(texts, where, [_meant(texts[at].as_py()) for at in where.tolist()])


def without_dashes(texts: "pa.Array") -> "pa.Array":
    """The same texts, with a blank for each lone dash."""
    where = _dashes(texts)
    return _replaced(texts, where, [""] * where.size) if where.size else texts


def dash_words(
    word: npt.NDArray[np.uint64], length: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Positions of lone dashes by the first eight bytes of texts, padded with zeros."""
    short = np.flatnonzero((length > 0) & (length <= _LONGEST))
    return short[np.isin(word[short], _WORDS)]


def _replaced(texts: "pa.Array", where: npt.NDArray[np.int64], meant: Sequence[str]) -> "pa.Array":
    import pyarrow as pa
    import pyarrow.compute as pc

    mask = np.zeros(len(texts), bool)
    mask[where] = True
    bits = pa.py_buffer(np.packbits(mask, bitorder="little"))
    chosen = pa.Array.from_buffers(pa.bool_(), len(texts), [None, bits])
    return pc.replace_with_mask(texts, chosen, pa.array(meant, texts.type))


@lru_cache(maxsize=1 << 16)
def _meant(text: str) -> str:
    """What an id means; one that cannot be understood stays what it is."""
    from equivalents.intake.opening.celltexts import clean_text

    meaning = clean_text(text, "id", required=False, epoch_1904=None)
    return text if meaning.fault else meaning.text


def _bounds(texts: "pa.Array") -> npt.NDArray[np.int64]:
    import pyarrow as pa

    large = pa.types.is_large_string(texts.type)
    bounds = np.frombuffer(texts.buffers()[1] or b"", np.int64 if large else np.int32)
    return bounds[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)


def _dashes(texts: "pa.Array") -> npt.NDArray[np.int64]:
    """Positions of lone dashes; only short texts that begin like one are looked at."""
    bounds = _bounds(texts)
    lengths = np.diff(bounds)
    short = np.flatnonzero((lengths > 0) & (lengths <= _LONGEST))
    if not short.size:
        return short
    data = np.frombuffer(texts.buffers()[2], np.uint8)
    short = short[_DASH[data[bounds[short]]]]
    return np.array([at for at in short.tolist() if texts[at].as_py() in DASHES], np.int64)


def _odd(texts: "pa.Array") -> npt.NDArray[np.int64]:
    """Positions of texts that may need cleaning, by their ends and by bytes that are not ASCII."""
    bounds = _bounds(texts)
    filled = np.flatnonzero(np.diff(bounds))
    if not filled.size:
        return filled
    data = np.frombuffer(texts.buffers()[2], np.uint8)
    begin, end = bounds[filled], bounds[filled + 1]
    odd = _ENDS[data[begin]] | _ENDS[data[end - 1]]
    high = data[bounds[0] : bounds[-1]] >= 0x80
    if high.any():
        odd |= np.add.reduceat(high, begin - bounds[0], dtype=np.int64) > 0
    return filled[odd]
