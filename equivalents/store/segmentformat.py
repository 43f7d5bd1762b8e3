"""A segment as bytes: Parquet of natural codes; and its identity, which is not Parquet's.

A segment of records has the columns of the table ``records``, where each row stood (``file``,
``sheet``, ``row``), its key (``key_a``, ``key_b``) and occurrence (:mod:`~.rowkeys`). Texts are
dictionaries, dates ``date32``, quantities ``decimal128(18, 3)``: exact, and readable by anything
that reads Parquet. A reversal has the month and institution of each row that is taken back, and
its key. Rows stand by month, institution, then what they say.
Source: specification page 2 "Records at rest".
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from equivalents.intake.columns import NULL_DAY, numbers
from equivalents.intake.headings import TABLES
from equivalents.policy.calendar import month_of
from equivalents.store.arrowtables import number_column, whole_column
from equivalents.store.rowkeys import Lanes
from equivalents.units import Codes, Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "COLUMNS",
    "DAYS",
    "LARGEST",
    "ORIGIN",
    "REVERSAL",
    "Range",
    "TEXTS",
    "as_json",
    "day_codes",
    "day_column",
    "decoded",
    "encoded",
    "facts_of",
    "identity_of",
    "key_lanes",
    "month_codes",
    "quantity_column",
    "ranges_of",
    "words_e3",
]

LARGEST: Final = 16 << 20
"""Bytes that a segment may have."""
DAYS: Final = ("service_date", "service_end_date")
ORIGIN: Final = ("file", "sheet", "row")
_KEY: Final = ("key_a", "key_b", "occurrence")
_NAMES: Final = TABLES["records"].names
COLUMNS: Final = (*_NAMES, *ORIGIN, *_KEY)
"""The columns of a segment of records, in their order."""
REVERSAL: Final = ("institution_id", "service_date", *_KEY)
"""Those of a reversal."""
TEXTS: Final = tuple(name for name in (*_NAMES, "file", "sheet") if name not in (*DAYS, "quantity"))
_FORMAT: Final = b"equivalents segment 1\n"


class Range(NamedTuple):
    """Rows of one month and institution that stand together in a segment."""

    month: str
    institution: str
    first: int
    rows: int


def quantity_column(value_e3: Int64) -> "pa.Array":
    """Thousandths as ``decimal128(18, 3)``, without any float."""
    import pyarrow as pa

    words = np.empty((value_e3.size, 2), "<i8")
    words[:, 0], words[:, 1] = value_e3, value_e3 >> 63
    kind = pa.decimal128(18, 3)
    return pa.Array.from_buffers(kind, value_e3.size, [None, pa.py_buffer(words)])


def words_e3(array: "pa.Array") -> Int64:
    """The thousandths of such a column."""
    words = np.frombuffer(array.buffers()[1], "<i8").reshape(-1, 2)
    value: Int64 = words[array.offset : array.offset + len(array), 0].copy()
    return value


def day_column(day: Codes) -> "pa.Array":
    """Day numbers as dates, missing where :data:`~equivalents.intake.columns.NULL_DAY` stands."""
    import pyarrow as pa

    missing = day == NULL_DAY
    bits = None
    if missing.any():
        bits = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    data = pa.py_buffer(day.astype("<i4"))
    return pa.Array.from_buffers(pa.date32(), day.size, [bits, data])


def day_codes(array: "pa.Array") -> Codes:
    """The day numbers of such a column."""
    import pyarrow as pa

    return numbers(array.cast(pa.int32()), int(NULL_DAY))


def month_codes(day: Codes) -> Int64:
    """The month of each day as months since 1970: equal numbers for equal months, in order."""
    months: Int64 = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months


def key_lanes(table: "pa.Table | pa.RecordBatch") -> Lanes:
    """The keys of the rows of a segment."""
    first, second = (whole_column(table, name) for name in _KEY[:2])
    return numbers(first), numbers(second)


def encoded(table: "pa.Table") -> bytes:
    """The bytes of a segment."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    texts = [name for name in table.column_names if name in TEXTS]
    plain = dict.fromkeys(_KEY[:2], "NONE")
    packed = {name: plain.get(name, "ZSTD") for name in table.column_names}
    pq.write_table(
        table,
        sink,
        row_group_size=max(table.num_rows, 1),
        use_dictionary=[*texts, *(n for n in (*DAYS, "quantity") if n in table.column_names)],
        compression=packed,
        write_statistics=False,
        data_page_size=1 << 20,
    )
    return bytes(sink.getvalue())


def decoded(body: bytes, columns: Sequence[str] | None = None) -> "pa.Table":
    """The table of a segment, or some of its columns; texts stay dictionaries."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(pa.BufferReader(body))
    wanted = None if columns is None else [*columns]
    return file.read(columns=wanted, use_threads=False)


def ranges_of(day: Codes, institutions: Sequence[str], code: Codes) -> list[Range]:
    """The months and institutions of rows that stand in that order."""
    if not day.size:
        return []
    month = month_codes(day)
    new = np.ones(day.size, bool)
    new[1:] = (np.diff(month) != 0) | (np.diff(code) != 0)
    starts = np.flatnonzero(new).tolist()
    return [
        Range(month_of(int(day[a])), institutions[int(code[a])], a, b - a)
        for a, b in pairwise([*starts, day.size])
    ]


def identity_of(table: "pa.Table") -> str:
    """The identity of a segment: SHA-256 of a canonical encoding of its columns.

    Of a text column: its distinct texts in the order of code points, each with its length, and the
    position of each row's text among them. Numbers are 64-bit little-endian words, dates 32-bit
    ones. So it is the same however the columns are compressed, paged or coded.
    """
    whole = sha256(_FORMAT)
    for name in table.column_names:
        column = whole_column(table, name)
        whole.update(f"{name} {len(column)}\n".encode())
        for piece in _canonical(column):
            whole.update(piece)
    return whole.hexdigest()


def _canonical(column: "pa.Array") -> Iterator[Any]:
    import pyarrow as pa

    if pa.types.is_date32(column.type):
        yield np.ascontiguousarray(day_codes(column), "<i4")
    elif pa.types.is_decimal(column.type):
        yield np.ascontiguousarray(words_e3(column), "<i8")
    elif pa.types.is_integer(column.type):
        yield np.ascontiguousarray(numbers(column).astype("<i8", copy=False))
    else:
        yield from _canonical_texts(column)


def _canonical_texts(column: "pa.Array") -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = _coded(column)
    codes, texts = numbers(coded.indices.cast(pa.int32())), coded.dictionary.cast(pa.string())
    used = np.flatnonzero(np.bincount(codes, minlength=len(texts)))
    some = texts.take(number_column(used, pa.int64()))
    rank = np.empty(used.size, np.int32)
    order = numbers(pc.array_sort_indices(some).cast(pa.int64()))
    rank[order] = np.arange(used.size, dtype=np.int32)
    place = np.zeros(len(texts), np.int32)
    place[used] = rank
    sorted_ = some.take(number_column(order, pa.int64()))
    yield np.ascontiguousarray(numbers(pc.binary_length(sorted_)), "<i4")
    offsets = np.frombuffer(sorted_.buffers()[1], np.int32)
    if len(sorted_) and sorted_.buffers()[2] is not None:
        first, last = offsets[sorted_.offset], offsets[sorted_.offset + len(sorted_)]
        yield memoryview(sorted_.buffers()[2])[int(first) : int(last)]
    yield np.ascontiguousarray(place[codes], "<i4")


def _coded(column: "pa.Array") -> "pa.DictionaryArray":
    """A column of texts by its distinct texts; where parts were put together some stand twice."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not isinstance(column, pa.DictionaryArray):
        return column.dictionary_encode()
    if len(pc.unique(column.dictionary)) == len(column.dictionary):
        return column
    return column.dictionary_decode().dictionary_encode()


def as_json(ranges: Sequence[Range]) -> list[list[Any]]:
    """Ranges as they stand in the manifest."""
    return [list(one) for one in ranges]


def facts_of(table: "pa.Table") -> Mapping[str, Any]:
    """What the manifest says of a table: rows, identity, ranges."""
    import pyarrow as pa

    coded = _coded(whole_column(table, "institution_id"))
    day = day_codes(whole_column(table, "service_date"))
    found = ranges_of(day, coded.dictionary.to_pylist(), numbers(coded.indices.cast(pa.int32())))
    return {"rows": table.num_rows, "identity": identity_of(table), "ranges": found}
