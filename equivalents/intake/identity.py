"""Repeated record ids and corrections that name nothing, over all files of a case (5.8).

The idea: ids are compared by a 64-bit hash first, eight bytes a record; only where hashes meet
are the rows read again and compared in full, so a hash collision can cost time but no record. Of
rows with one id and the same content the first (file name, then row) is kept and the others are
rejected; with other content all are rejected. Files without ids cost nothing. Hashes beyond a
bound of memory go to temporary files (``hashstore``); what is found stays the same.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import numpy.typing as npt

from equivalents.errors import called
from equivalents.intake.columns import numbers
from equivalents.intake.csvfile import CsvPart, RawBatch
from equivalents.intake.form import IdFaults
from equivalents.intake.grid import Grid
from equivalents.intake.hashstore import Hashes, HashStore, memory_bound
from equivalents.intake.headings import TABLES
from equivalents.intake.idtexts import KeptHashes, texts_at
from equivalents.intake.parquet import ParquetPart, text_column
from equivalents.intake.plaintexts import dash_words, without_dashes
from equivalents.intake.words import BYTES
from equivalents.policy.daytext import Times, day_text
from equivalents.processors import workers
from equivalents.units import QUANTITY_PLACES, Int64, NumberFaultError, parse_fixed, print_e3

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Hashes", "Identities", "KeptHashes", "find_identities", "hash_texts"]

_Part = CsvPart | ParquetPart
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_COLUMNS: Final = TABLES["records"].names
_DAYS: Final = tuple(column.name for column in TABLES["records"].columns if column.is_day)


@dataclass(frozen=True, slots=True)
class Identities:
    """What the record ids of a case tell, part by part.

    ``faults`` are ``None`` where a part has none. ``links`` leads from the row of a correction to
    the part and row of the record that it names.
    """

    faults: Sequence[IdFaults | None]
    links: Sequence[Mapping[int, tuple[int, int]]]


def find_identities(
    parts: Sequence[_Part],
    names: Sequence[Mapping[str, str]],
    times: Times = Times.REFUSE,
    *,
    memory: int | None = None,
    kept: KeptHashes | None = None,
) -> Identities:
    """Compare the record ids of all parts, and find what corrections name.

    Dates are the same whatever their form; ``times`` says whether those are that differ in their
    time part alone. ``memory`` is how many bytes the hashes of a column may take before they go to
    temporary files; without it what ``EQUIVALENTS_MEMORY_MB`` says. What is found grows with
    repeats and corrections alone. ``kept`` knows hashes that need not be read again.

    Raises:
        OSError: the temporary files could not be written.
    """
    bound = memory_bound() if memory is None else memory
    faults: _Faults = defaultdict(list)
    links: list[dict[int, tuple[int, int]]] = [{} for _ in parts]
    with HashStore(bound) as hashes, HashStore(bound) as asked:
        _put_hashes(parts, names, "record_id", hashes, kept)
        _repeats(parts, names, hashes, faults, times, kept)
        _put_hashes(parts, names, "corrects", asked, kept)
        _corrections(parts, names, hashes, asked, faults, links, kept)
    found = [_as_faults(faults[i]) if i in faults else None for i in range(len(parts))]
    return Identities(found, links)


@dataclass(frozen=True, slots=True)
class _Found:
    """Rows of one part with one fault, and the note of each."""

    code: str
    column: str
    row: Int64
    notes: Sequence[str]


_Faults = dict[int, list[_Found]]


def _as_faults(found: list[_Found]) -> IdFaults:
    # A row may have both faults; the record id comes first, as in the order of columns.
    found = sorted(found, key=lambda one: one.column != "record_id")
    row = np.concatenate([one.row for one in found])
    which = np.repeat(np.arange(len(found)), [one.row.size for one in found])
    notes = [note for one in found for note in one.notes]
    order = np.lexsort((which, row))
    first = order[np.diff(row[order], prepend=-1) != 0]
    kinds = which[first].tolist()
    return IdFaults(
        row[first],
        tuple(found[kind].code for kind in kinds),
        tuple(found[kind].column for kind in kinds),
        tuple(notes[at] for at in first.tolist()),
    )


def _put_hashes(
    parts: Sequence[_Part],
    names: Sequence[Mapping[str, str]],
    column: str,
    store: HashStore,
    kept: KeptHashes | None,
) -> None:
    """Put the hash of one column's text for each record of the parts that have it."""

    def one(index: int) -> None:
        part = parts[index]
        heading = next(heading for heading, name in names[index].items() if name == column)
        read = partial(_read_hashes, part, heading)
        store.put(index, read() if kept is None else kept.hashes(part, heading, read))

    which = [i for i, columns in enumerate(names) if column in columns.values()]
    with ThreadPoolExecutor(workers()) as pool:
        for _ in pool.map(one, which):
            pass


def _read_hashes(part: _Part, heading: str) -> Hashes:
    return np.concatenate([np.zeros(0, np.uint64), *_part_hashes(part, heading)])


def _part_hashes(part: _Part, heading: str) -> Iterator[Hashes]:
    if isinstance(part, ParquetPart):
        pieces: Iterator[Grid | RawBatch] = iter(())
        if part.group >= 0:
            pieces = part.batches(frozenset([heading]))
    else:
        pieces = part.pieces(frozenset([heading]))
    for piece in pieces:
        if isinstance(piece, Grid):
            yield _hash_fields(piece, part.headings.index(heading))
        elif piece.columns:
            yield hash_texts(without_dashes(text_column(piece.columns[heading])))


def _hash_fields(grid: Grid, at: int) -> Hashes:
    """The same hash of the texts of a column where they stand in the file."""
    words = grid.words(at)
    if words is None:
        return hash_texts(without_dashes(grid.texts(at)))
    length = grid.lengths(at)
    hashed = length.astype(np.uint64) * _MIX
    for nth, word in enumerate(words):
        _mix(hashed, word, length > BYTES * nth)
    hashed |= np.uint64(1)
    hashed[length == 0] = 0
    hashed[dash_words(words[0], length)] = 0
    return hashed


def _mix(hashed: Hashes, word: Hashes, where: npt.NDArray[np.bool_] | Literal[True] = True) -> None:
    """Mix the next eight bytes of some texts into their hashes."""
    np.bitwise_xor(hashed, word, out=hashed, where=where)
    np.multiply(hashed, _MIX, out=hashed, where=where)
    np.bitwise_xor(hashed, hashed >> np.uint64(29), out=hashed, where=where)


def hash_texts(array: "pa.Array") -> Hashes:
    """A 64-bit hash of each text, by vectorised mixing of its bytes; 0 only for blank texts."""
    import pyarrow as pa

    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    array = array.cast(pa.large_string()).fill_null("")
    offsets = np.frombuffer(array.buffers()[1], np.int64)
    offsets = offsets[array.offset : array.offset + len(array) + 1]
    data = np.frombuffer(array.buffers()[2] or b"", np.uint8)
    lengths = np.diff(offsets)
    result = np.zeros(len(array), np.uint64)
    for length in np.unique(lengths[lengths > 0]):
        where = np.flatnonzero(lengths == length)
        result[where] = _hash_equal_lengths(data, offsets[where], int(length))
    return result


def _hash_equal_lengths(data: npt.NDArray[np.uint8], starts: Int64, length: int) -> Hashes:
    words = -(-length // 8)
    padded = np.zeros((starts.size, words * 8), np.uint8)
    padded[:, :length] = data[starts[:, None] + np.arange(length)]
    hashed = np.full(starts.size, length, np.uint64) * _MIX
    for word in padded.view(np.uint64).T:
        _mix(hashed, word)
    return hashed | np.uint64(1)


@dataclass(frozen=True, slots=True)
class _Suspects:
    """Rows whose record ids may be shared, by columns: part, row number, id, whole content.

    ``record`` and ``content`` are numbers: equal where the texts are.
    """

    part: Int64
    row: Int64
    record: Int64
    content: Int64


def _repeats(
    parts: Sequence[_Part],
    names: Sequence[Mapping[str, str]],
    hashes: HashStore,
    faults: _Faults,
    times: Times,
    kept: KeptHashes | None,
) -> None:
    """Find rows that share a record id, read them in full and judge each id."""
    doubled = hashes.doubled()
    if doubled.size == 0:
        return
    found = _suspects(parts, names, hashes, doubled, times, kept)
    # The sheets of a file in their order there, which is that of the parts.
    places = [(part.name, part.sheet) for part in parts]
    by_name = sorted(dict.fromkeys(places), key=itemgetter(0))
    place = np.array([by_name.index(one) for one in places], np.int64)
    order = np.lexsort((found.row, place[found.part], found.record))
    starts = np.flatnonzero(np.diff(found.record[order], prepend=-1))
    content = found.content[order]
    same = np.minimum.reduceat(content, starts) == np.maximum.reduceat(content, starts)
    size = np.diff(starts, append=order.size)
    group = np.repeat(np.arange(starts.size), size)
    first = np.arange(order.size) == starts[group]
    kinds = {
        "RECORD_ID_REPEATED": same[group] & ~first,
        "RECORD_ID_CONFLICT": ~same[group],
    }
    # The other place: the first row of the id, and for the first row the second.
    other = order[np.minimum(starts[group] + first, order.size - 1)]
    for code, mask in kinds.items():
        where = np.flatnonzero(mask)
        part = found.part[order[where]]
        for index in np.flatnonzero(np.bincount(part, minlength=1)).tolist():
            mine = where[part == index]
            notes = _places(parts, found, other[mine])
            faults[index].append(_Found(code, "record_id", found.row[order[mine]], notes))


def _distinct(hashed: Hashes) -> Hashes:
    """Each hash of a sorted array once."""
    new = np.ones(hashed.size, bool)
    new[1:] = hashed[1:] != hashed[:-1]
    return hashed[new]


def _places(parts: Sequence[_Part], found: _Suspects, at: Int64) -> list[str]:
    pairs = zip(found.part[at].tolist(), found.row[at].tolist(), strict=True)
    return [f"{called(parts[part].name, parts[part].sheet)} {row}" for part, row in pairs]


def _suspects(
    parts: Sequence[_Part],
    names: Sequence[Mapping[str, str]],
    hashes: HashStore,
    doubled: Hashes,
    times: Times,
    kept: KeptHashes | None,
) -> _Suspects:
    """Rows with a hash that occurs twice, read in full: equal numbers only for equal texts."""
    part: list[Int64] = []
    rows: list[Int64] = []
    records: list[pa.Array] = []
    contents: list[pa.Array] = []
    for index in hashes.parts:
        wanted = np.flatnonzero(np.isin(hashes.of(index), doubled))
        for row, texts in texts_at(parts[index], names[index], _COLUMNS, wanted, kept):
            part.append(np.full(row.size, index))
            rows.append(row)
            records.append(texts["record_id"])
            contents.append(_content(texts, times))
    record, content = _numbered(records), _numbered(contents)
    return _Suspects(np.concatenate(part), np.concatenate(rows), record, content)


def _numbered(columns: "list[pa.Array]") -> Int64:
    """A number for each text of some columns; the columns are given up."""
    import pyarrow as pa

    coded = pa.chunked_array(columns, pa.large_string())
    columns.clear()
    chunks = [numbers(chunk.indices) for chunk in coded.dictionary_encode().chunks]
    return np.concatenate([np.zeros(0, np.int64), *chunks])


def _content(texts: "Mapping[str, pa.Array]", times: Times) -> "pa.Array":
    """All columns of each row as one text, different for different rows.

    Backslashes are doubled, so that the mark between two values is in no value.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    def text(value: str) -> "pa.Scalar":
        return pa.scalar(value, pa.large_string())

    day = partial(day_text, times=times)
    columns = {**texts, "quantity": _each(texts["quantity"], _written)}
    columns |= {name: _each(columns[name], day) for name in _DAYS if name in columns}
    values = [
        pc.replace_substring(columns[name], "\\", "\\\\") if name in columns else text("")
        for name in _COLUMNS
    ]
    return pc.binary_join_element_wise(*values, text("\\|"))


def _each(column: "pa.Array", write: Callable[[str], str]) -> "pa.Array":
    """The texts of a column, each written in one way."""
    import pyarrow as pa

    coded = column.dictionary_encode()
    written = [write(text) for text in coded.dictionary.to_pylist()]
    return pa.array(written, pa.large_string()).take(coded.indices)


def _written(quantity: str) -> str:
    """``1`` and ``1.0`` are the same quantity; what is no number stays as it is."""
    try:
        return print_e3(parse_fixed(quantity, QUANTITY_PLACES, signed=True))
    except NumberFaultError:
        return quantity


def _corrections(
    parts: Sequence[_Part],
    names: Sequence[Mapping[str, str]],
    hashes: HashStore,
    asked: HashStore,
    faults: _Faults,
    links: Sequence[dict[int, tuple[int, int]]],
    kept: KeptHashes | None,
) -> None:
    """Rows whose ``corrects`` is no record id of the case: compared by hash, then in full.

    The others are linked to the record that they name, of several to the first, which is kept.
    """
    filled = [np.zeros(0, np.uint64)]
    for index in asked.parts:
        hashed = asked.of(index)
        filled.append(hashed[hashed > 0])
    every = _distinct(np.sort(np.concatenate(filled)))
    if not every.size:
        return
    known: dict[str, tuple[int, int]] = {}
    for index in sorted(hashes.parts, key=lambda i: (parts[i].name, i)):
        hits = np.flatnonzero(np.isin(hashes.of(index), every))
        for row, texts in texts_at(parts[index], names[index], ("record_id",), hits, kept):
            ids = zip(texts["record_id"].to_pylist(), row.tolist(), strict=True)
            for text, number in ids:
                known.setdefault(text, (index, number))
    for index in asked.parts:
        wanted = np.flatnonzero(asked.of(index) > 0)
        for row, texts in texts_at(parts[index], names[index], ("corrects",), wanted, kept):
            named = texts["corrects"].to_pylist()
            unknown = row[[text not in known for text in named]]
            if unknown.size:
                blank = [""] * unknown.size
                faults[index].append(_Found("CORRECTS_UNKNOWN", "corrects", unknown, blank))
            pairs = zip(row.tolist(), named, strict=True)
            links[index].update({at: known[text] for at, text in pairs if text in known})
