"""Text columns by their distinct values: parse each value once, then only move small integers.

A column of a million dates has a few hundred distinct texts. So every check and every parse is
done on the distinct values, strictly and in plain Python or one vectorised call, and the records
themselves only cost a gather. Float columns never become numbers of record (page 2 "Numbers").
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from equivalents.policy.posts import Codes
from equivalents.units import QUANTITY_PLACES, Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "DayColumn",
    "NULL_NUMBER",
    "NumberColumn",
    "TextColumn",
    "UnusableColumnError",
    "make_column",
]

NULL_NUMBER: Final = np.iinfo(np.int64).min
"""Stands for a missing value in a typed column; no legal quantity or day is near it."""


class UnusableColumnError(Exception):
    """A column type that cannot be read exactly; ``code`` is FLOAT_COLUMN or COLUMN_TYPE."""

    def __init__(self, code: str, kind: str) -> None:
        super().__init__(kind)
        self.code = code
        self.kind = kind


@dataclass(frozen=True, slots=True)
class TextColumn:
    """``index[i]`` is the position in ``distinct`` of record i's text; blanks are ``""``."""

    index: Codes
    distinct: "pa.Array"

    def texts(self) -> list[str]:
        """The distinct values as Python texts."""
        return [str(value) for value in self.distinct.to_pylist()]

    def gather(self, by_distinct: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Values by distinct text, spread over the records."""
        return by_distinct[self.index]

    def blank_only(self) -> bool:
        """Whether every record is blank here."""
        return all(not text for text in self.distinct.to_pylist())


@dataclass(frozen=True, slots=True)
class DayColumn:
    """Day numbers from a date column; :data:`NULL_NUMBER` where missing."""

    day: Int64


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """Thousandths from a decimal or whole-number column; ``places_lost`` marks further decimals."""

    value_e3: Int64
    places_lost: npt.NDArray[np.bool_]


def make_column(array: "pa.Array", name: str) -> TextColumn | DayColumn | NumberColumn:
    """A column of any supported Arrow type as text, days or thousandths.

    Raises:
        UnusableColumnError: a type that is not exact text, date or decimal for this column.
    """
    import pyarrow as pa

    kind = array.type
    if pa.types.is_dictionary(kind):
        return _dictionary(array)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return _dictionary(array.cast(pa.string()).dictionary_encode())
    if name == "service_date" and pa.types.is_date32(kind):
        return DayColumn(_numbers(array.cast(pa.int32()).cast(pa.int64())))
    if name == "quantity" and (pa.types.is_decimal128(kind) or pa.types.is_integer(kind)):
        return _decimal(array)
    if pa.types.is_integer(kind) and name != "service_date":
        return _dictionary(array.cast(pa.string()).dictionary_encode())
    raise UnusableColumnError(
        "FLOAT_COLUMN" if pa.types.is_floating(kind) else "COLUMN_TYPE", str(kind)
    )


def _dictionary(array: "pa.DictionaryArray") -> TextColumn:
    """Indices and values of a dictionary column; missing values become the blank text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = array.dictionary
    if pa.types.is_integer(values.type) or pa.types.is_large_string(values.type):
        values = values.cast(pa.string())
    elif not pa.types.is_string(values.type):
        raise UnusableColumnError("COLUMN_TYPE", str(array.type))
    if values.null_count:
        values = pc.fill_null(values, "")
    indices = array.indices
    if indices.null_count:
        values = pa.concat_arrays([values, pa.array([""])])
        indices = pc.fill_null(indices, pa.scalar(len(values) - 1, indices.type))
    return TextColumn(indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False), values)


def _numbers(array: "pa.Array") -> Int64:
    import pyarrow.compute as pc

    filled = pc.fill_null(array, int(NULL_NUMBER)) if array.null_count else array
    return np.asarray(filled.to_numpy(zero_copy_only=False), np.int64)


def _decimal(array: "pa.Array") -> NumberColumn:
    """Exact thousandths of a decimal128 or integer column, without any float.

    A decimal128 is a pair of 64-bit words; a value whose upper word is not the sign extension of
    the lower one is far beyond any legal quantity and is marked like a value out of range.
    """
    import pyarrow as pa

    if pa.types.is_integer(array.type):
        whole = _numbers(array.cast(pa.int64()))
        scale, high = 0, None
    else:
        scale = array.type.scale
        words = np.frombuffer(array.buffers()[1], np.int64)
        words = words[2 * array.offset : 2 * (array.offset + len(array))]
        whole, high = words[0::2].copy(), words[1::2]
        if array.null_count:
            missing = array.is_null().to_numpy(zero_copy_only=False)
            whole[missing] = NULL_NUMBER
            high = np.where(missing, -1, high)
    lost = np.zeros(whole.size, bool)
    missing = whole == NULL_NUMBER
    if scale > QUANTITY_PLACES:
        step = 10 ** (scale - QUANTITY_PLACES)
        lost = (whole % step != 0) & ~missing
        whole = np.where(missing, NULL_NUMBER, whole // step)
    elif scale < QUANTITY_PLACES:
        step = 10 ** (QUANTITY_PLACES - scale)
        far = np.abs(whole) > 10**15
        whole = np.where(missing, NULL_NUMBER, np.where(far, 10**15, whole) * step)
    if high is not None:
        whole = np.where((high != whole >> 63) & ~missing, np.int64(10**18), whole)
    return NumberColumn(whole, lost)
