"""Text columns by their distinct values: parse each value once, then only move small integers.

A column of a million dates has a few hundred distinct texts. So every check and every parse is
done on the distinct values, strictly and in plain Python or one vectorised call, and the records
themselves only cost a gather. Float columns never become numbers of record (page 2 "Numbers").
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from equivalents.intake.plaintexts import understood
from equivalents.intake.timetypes import units_of_day, with_time, with_zone
from equivalents.policy.daytext import Times
from equivalents.policy.posts import Codes
from equivalents.units import QUANTITY_PLACES, Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "AnyColumn",
    "DayColumn",
    "Distinct",
    "Known",
    "NULL_DAY",
    "NULL_NUMBER",
    "NumberColumn",
    "PlainColumn",
    "TextColumn",
    "UnusableColumnError",
    "make_column",
    "numbers",
    "text_array",
]

Known = TypeVar("Known")

NULL_NUMBER: Final = np.iinfo(np.int64).min
"""Stands for a missing value in a number column; no legal quantity is near it."""
_PLAIN: Final = ("institution_id", "person_id")
"""Columns that are looked up in master data record by record when they come as plain text."""
_DATES: Final = ("service_date", "service_end_date")
_FAR: Final = 10**18
"""Stands for a number beyond any quantity; it is out of range like the number itself."""
NULL_DAY: Final = np.iinfo(np.int32).min
"""Stands for a missing value in a day column; no legal day is near it."""


class UnusableColumnError(Exception):
    """A column type that cannot be read exactly; ``code`` is FLOAT_COLUMN or COLUMN_TYPE."""

    def __init__(self, code: str, kind: str) -> None:
        super().__init__(kind)
        self.code = code
        self.kind = kind


class Distinct:
    """The distinct texts of a column, and what was worked out about them, each thing once.

    Batches cut from one column share it, so that a code table of 60,000 ids is matched once a row
    group and not once a batch.
    """

    def __init__(self, values: "pa.Array") -> None:
        self.values = values
        self._known: dict[str, Any] = {}
        # The same of the texts that these have grown from: how many they were, and what it is.
        self._before: dict[str, tuple[int, Any]] = {}

    def once(self, name: str, work: "Callable[[Distinct], Known]") -> "Known":
        """What ``work`` makes of the texts, one by one; worked out on first asking for the name."""
        if name not in self._known:
            count, before = self._before.get(name, (0, None))
            news = work(Distinct(self.values[count:]) if count else self)
            self._known[name] = _joined(before, news) if count else news
        known: Known = self._known[name]
        return known

    def grown(self, more: "pa.Array") -> "Distinct":
        """These texts and some more; what is known of these is kept."""
        import pyarrow as pa

        grown = Distinct(pa.concat_arrays([self.values, more]))
        size = len(self.values)
        grown._before = self._before | {name: (size, it) for name, it in self._known.items()}
        return grown

    def texts(self) -> list[str]:
        """The distinct values as Python texts."""
        return self.once("texts", lambda own: own.values.to_pylist())

    def some(self, where: Int64) -> "pa.Array":
        """Some of the distinct values, where all of them would be too many."""
        import pyarrow as pa

        asked = pa.Array.from_buffers(pa.int64(), where.size, [None, pa.py_buffer(where)])
        return self.values.take(asked)

    def blanks(self) -> npt.NDArray[np.bool_]:
        """Which of the distinct values are blank."""
        return self.once("blanks", _blanks)

    def broken(self) -> npt.NDArray[np.bool_]:
        """Which of the distinct values hold a line break."""
        return self.once("broken", _broken)


def _joined(before: Any, news: Any) -> Any:
    """What is known of some texts and of more of them: lists, columns, or tuples of these."""
    if isinstance(before, tuple):
        return tuple(_joined(*pair) for pair in zip(before, news, strict=True))
    return before + news if isinstance(before, list) else np.concatenate([before, news])


def _broken(distinct: Distinct) -> npt.NDArray[np.bool_]:
    import pyarrow.compute as pc

    feed = pc.match_substring(distinct.values, "\n")
    broken: npt.NDArray[np.bool_] = numbers(pc.or_(feed, pc.match_substring(distinct.values, "\r")))
    return broken


def _blanks(distinct: Distinct) -> npt.NDArray[np.bool_]:
    """Texts of no length, seen from where each text begins."""
    values = distinct.values
    if len(values) == 0:
        return np.zeros(0, bool)
    begins = np.frombuffer(values.buffers()[1], np.int32)
    begins = begins[values.offset : values.offset + len(values) + 1]
    blank: npt.NDArray[np.bool_] = np.diff(begins) == 0
    return blank


@dataclass(frozen=True, slots=True)
class TextColumn:
    """``index[i]`` is the position in ``distinct`` of record i's text; blanks are ``""``."""

    index: Codes
    distinct: Distinct

    def blank_only(self) -> bool:
        """Whether every record is blank here."""
        return bool(self.distinct.blanks().all())

    def may_be_blank(self) -> bool:
        """Whether any of the distinct texts is blank; a look at few values instead of many."""
        return bool(self.distinct.blanks().any())

    def blank(self) -> npt.NDArray[np.bool_]:
        """Which records are blank here."""
        return np.take(self.distinct.blanks(), self.index)

    def take(self, where: slice | Int64) -> "TextColumn":
        """Some of the records."""
        return TextColumn(self.index[where], self.distinct)


@dataclass(frozen=True, slots=True)
class PlainColumn:
    """Ids as they stand in a CSV file: so many are different that each is looked up by itself."""

    array: "pa.Array"

    def may_be_blank(self) -> bool:
        """Whether any record may be blank: not known before each is looked at."""
        return True

    def blank(self) -> npt.NDArray[np.bool_]:
        """Which records are blank here."""
        return _blanks(Distinct(self.array))

    def take(self, where: slice | Int64) -> "PlainColumn":
        """Some of the records."""
        if isinstance(where, slice):
            return PlainColumn(self.array[where])
        import pyarrow as pa

        return PlainColumn(self.array.take(pa.array(where)))

    def broken(self) -> npt.NDArray[np.bool_]:
        """Which records hold a line break here."""
        return Distinct(self.array).broken()


@dataclass(frozen=True, slots=True)
class DayColumn:
    """Day numbers from a date column; :data:`NULL_DAY` where missing."""

    day: Codes
    timed: bool = False
    """Whether they had a time of day, which was left out."""

    def take(self, where: slice | Int64) -> "DayColumn":
        """Some of the records."""
        return DayColumn(self.day[where], self.timed)


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """Thousandths from a decimal or whole-number column; ``places_lost`` marks further decimals."""

    value_e3: Int64
    places_lost: npt.NDArray[np.bool_]

    def take(self, where: slice | Int64) -> "NumberColumn":
        """Some of the records."""
        return NumberColumn(self.value_e3[where], self.places_lost[where])


AnyColumn = TextColumn | PlainColumn | DayColumn | NumberColumn
"""Any column of a batch."""


def make_column(
    array: "pa.Array", name: str, earlier: Distinct | None = None, *, times: Times = Times.REFUSE
) -> AnyColumn:
    """A column of any supported Arrow type as text, days or thousandths.

    ``earlier`` are the distinct texts of the batch before: where this one has the same, what is
    known about them is kept. ``times`` says whether dates with a time of day are read as days.

    Raises:
        UnusableColumnError: a type that is not exact text, date or decimal for this column.
    """
    import pyarrow as pa

    kind = array.type
    if name in _PLAIN and pa.types.is_string(kind) and not array.null_count:
        return PlainColumn(array)
    if pa.types.is_dictionary(kind):
        return _dictionary(array, name, earlier)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return _dictionary(array.cast(pa.string()).dictionary_encode(), name)
    if name in _DATES and (pa.types.is_date32(kind) or with_time(kind)):
        return _days(array, times)
    if name == "quantity" and (pa.types.is_decimal128(kind) or pa.types.is_integer(kind)):
        return _decimal(array)
    if pa.types.is_integer(kind) and name not in _DATES:
        return _dictionary(array.cast(pa.string()).dictionary_encode(), name)
    raise UnusableColumnError(
        "FLOAT_COLUMN" if pa.types.is_floating(kind) else "COLUMN_TYPE", str(kind)
    )


def _days(array: "pa.Array", times: Times) -> DayColumn:
    """Dates, or points in time as their days where that is declared."""
    import pyarrow as pa

    kind = array.type
    if pa.types.is_date32(kind):
        return DayColumn(numbers(array.cast(pa.int32()), int(NULL_DAY)))
    if times is Times.REFUSE or with_zone(kind):
        raise UnusableColumnError("TIME_COLUMN", str(kind))
    since = numbers(array.cast(pa.int64()), NULL_NUMBER)
    # Days before 1970 too. Far from any legal day, but no number that means something else.
    days = np.clip(since // units_of_day(kind), NULL_DAY + 1, np.iinfo(np.int32).max)
    days[since == NULL_NUMBER] = NULL_DAY
    return DayColumn(days.astype(np.int32), timed=True)


def _dictionary(
    array: "pa.DictionaryArray", name: str, earlier: Distinct | None = None
) -> TextColumn:
    """Indices and values of a dictionary column; missing values become the blank text.

    Its texts are understood as those of the column ``name`` of records.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    values = array.dictionary
    if pa.types.is_integer(values.type) or pa.types.is_large_string(values.type):
        values = values.cast(pa.string())
    elif not pa.types.is_string(values.type):
        raise UnusableColumnError("COLUMN_TYPE", str(array.type))
    if values.null_count:
        values = pc.fill_null(values, "")
    values = understood(name, values)
    indices = array.indices.cast(pa.int32())
    if indices.null_count:
        # The blank text stands first, so that a missing value's index becomes 0 by multiplying:
        # picking values by a mask without pattern takes ten times as long.
        values = pa.concat_arrays([text_array([""]), values])
        index = numbers(_without_nulls(indices)) + np.int32(1)
        index *= _present(indices)
    else:
        index = numbers(indices)
    if earlier is not None and values.equals(earlier.values):
        return TextColumn(index, earlier)
    return TextColumn(index, Distinct(values))


def _without_nulls(array: "pa.Array") -> "pa.Array":
    """The same values without telling which are missing; those may be any numbers."""
    import pyarrow as pa

    return pa.Array.from_buffers(
        array.type, len(array), [None, array.buffers()[1]], offset=array.offset
    )


def _present(array: "pa.Array") -> npt.NDArray[np.uint8]:
    """1 where an array has a value, 0 where it is missing: the bits of its first buffer."""
    first, size = array.offset // 8, array.offset % 8 + len(array)
    bits = np.frombuffer(array.buffers()[0], np.uint8)[first : first + -(-size // 8)]
    return np.unpackbits(bits, bitorder="little")[array.offset % 8 : size]


def numbers(array: "pa.Array", missing: int = 0) -> npt.NDArray[Any]:
    """A whole-number or true/false column as NumPy sees it, ``missing`` where it has no value.

    Arrow's own ``to_numpy`` and ``fill_null`` import pandas where it is installed: a second lost.
    """
    import pyarrow as pa

    if pa.types.is_boolean(array.type):
        return numbers(array.cast(pa.uint8()), missing).view(np.bool_)
    kind = "u" if str(array.type).startswith("u") else "i"
    values = np.frombuffer(array.buffers()[1], np.dtype(f"{kind}{array.type.bit_width // 8}"))
    values = values[array.offset : array.offset + len(array)]
    if array.null_count:
        values = values.copy()
        values[_present(array) == 0] = missing
    return values


def text_array(values: Sequence[str]) -> "pa.Array":
    """A text column from Python texts. Arrow's own way would import pandas, as above."""
    import pyarrow as pa

    joined = "".join(values)
    # A text has as many bytes as letters where all of them are ASCII.
    parts: Sequence[str | bytes] = values
    if not joined.isascii():
        parts = [value.encode() for value in values]
    offsets = np.zeros(len(values) + 1, np.int32)
    np.cumsum(np.fromiter(map(len, parts), np.int32, len(values)), out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(joined.encode())]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def _decimal(array: "pa.Array") -> NumberColumn:
    """Exact thousandths of a decimal128 or integer column, without any float."""
    import pyarrow as pa

    thousandths = pa.decimal128(38, QUANTITY_PLACES)
    try:
        exact = array if _scale(array) == QUANTITY_PLACES else array.cast(thousandths)
    except pa.ArrowInvalid:
        # More than three places, or beyond 38 digits: looked at one by one.
        return _one_by_one(array)
    missing = numbers(exact.is_null()) if exact.null_count else None
    return NumberColumn(_from_words(exact, missing), np.zeros(len(exact), bool))


def _scale(array: "pa.Array") -> int:
    import pyarrow as pa

    return int(array.type.scale) if pa.types.is_decimal(array.type) else 0


def _from_words(array: "pa.Array", missing: npt.NDArray[np.bool_] | None) -> Int64:
    """The unscaled values of a decimal128 column.

    Each is a pair of 64-bit words. Where the upper word is not the sign extension of the lower
    one, the value is beyond any quantity, and :data:`_FAR` stands for it.
    """
    words = np.frombuffer(array.buffers()[1], np.int64)
    words = words[2 * array.offset : 2 * (array.offset + len(array))]
    value, high = words[0::2].copy(), words[1::2]
    if high.any() or value.min(initial=0) < 0:
        value[(high != value >> 63) | (value == NULL_NUMBER)] = _FAR
    if missing is not None:
        value[missing] = NULL_NUMBER
    return value


def _one_by_one(array: "pa.Array") -> NumberColumn:
    """The same by Python decimals, for columns with values that are no quantities."""
    value = np.full(len(array), NULL_NUMBER, np.int64)
    lost = np.zeros(len(array), bool)
    for at, number in enumerate(array.to_pylist()):
        if number is not None:
            whole, part = divmod(abs(Fraction(number)) * 10**QUANTITY_PLACES, 1)
            value[at] = min(whole, _FAR) * (-1 if number < 0 else 1)
            lost[at] = part != 0
    return NumberColumn(value, lost)
