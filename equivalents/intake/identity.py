"""Repeated record ids and corrections that name nothing, over all files of a case (5.8).

The idea: ids are compared by a 64-bit hash first, eight bytes a record; only where hashes meet
are the rows read again and compared in full, so a hash collision can cost time but no record. Of
rows with one id and the same content the first (file name, then row) is kept and the others are
rejected; with other content all are rejected. Files without ids cost nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from equivalents.intake.coding import IdFaults
from equivalents.intake.csvfile import CsvPart
from equivalents.intake.headings import TABLES
from equivalents.intake.parquet import ParquetPart, text_values
from equivalents.units import QUANTITY_PLACES, Int64, NumberFaultError, parse_fixed, print_e3

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Hashes", "Identities", "canonical_rows", "find_identities", "hash_texts"]

_Part = CsvPart | ParquetPart
Hashes = npt.NDArray[np.uint64]
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_COLUMNS: Final = TABLES["records"].names


@dataclass(frozen=True, slots=True)
class Identities:
    """What the record ids of a case tell, part by part.

    ``faults`` are ``None`` where a part has none. ``links`` leads from the row of a correction to
    the part and row of the record that it names.
    """

    faults: Sequence[IdFaults | None]
    links: Sequence[Mapping[int, tuple[int, int]]]


def find_identities(parts: Sequence[_Part], names: Sequence[Mapping[str, str]]) -> Identities:
    """Compare the record ids of all parts, and find what corrections name."""
    faults: dict[int, list[tuple[int, str, str, str]]] = defaultdict(list)
    with_ids = [i for i, columns in enumerate(names) if "record_id" in columns.values()]
    hashes = {i: _hashes(parts[i], names[i], "record_id") for i in with_ids}
    everything = np.concatenate([np.zeros(0, np.uint64), *hashes.values()])
    everything.sort()
    _repeats(parts, names, hashes, everything, faults)
    links: list[dict[int, tuple[int, int]]] = [{} for _ in parts]
    _corrections(parts, names, hashes, faults, links)
    found = [_as_faults(faults[i]) if i in faults else None for i in range(len(parts))]
    return Identities(found, links)


def _as_faults(found: list[tuple[int, str, str, str]]) -> IdFaults:
    # A row may have both faults; the record id comes first, as in the order of columns.
    first: dict[int, tuple[str, str, str]] = {}
    for row, code, column, note in sorted(found, key=lambda f: (f[0], f[2] != "record_id")):
        first.setdefault(row, (code, column, note))
    rows = np.array(list(first), np.int64)
    codes, columns, notes = zip(*first.values(), strict=True)
    return IdFaults(rows, codes, columns, notes)


def _hashes(part: _Part, names: Mapping[str, str], column: str) -> Hashes:
    """The hash of one column's text for each record of a part; blanks hash to 0."""
    heading = next(heading for heading, name in names.items() if name == column)
    batches = [hash_texts(b.columns[heading]) for b in _batches(part, heading) if b.columns]
    return np.concatenate([np.zeros(0, np.uint64), *batches])


def _batches(part: _Part, heading: str) -> Iterator:  # type: ignore[type-arg]
    if not (isinstance(part, ParquetPart) and part.group < 0):
        yield from part.batches(frozenset([heading]))


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
        hashed = (hashed ^ word) * _MIX
        hashed ^= hashed >> np.uint64(29)
    return hashed | np.uint64(1)


_Faults = dict[int, list[tuple[int, str, str, str]]]


def _repeats(
    parts: Sequence[_Part],
    names: Sequence[Mapping[str, str]],
    hashes: Mapping[int, Hashes],
    everything: Hashes,
    faults: _Faults,
) -> None:
    """Find rows that share a record id, read them in full and judge each id."""
    doubled = np.unique(everything[1:][(everything[1:] == everything[:-1]) & (everything[1:] > 0)])
    if doubled.size == 0:
        return
    groups: dict[str, list[tuple[int, int, tuple[str, ...]]]] = defaultdict(list)
    for index, hashed in hashes.items():
        suspects = np.flatnonzero(np.isin(hashed, doubled))
        for row, content in _contents(parts[index], names[index], suspects):
            groups[content[_COLUMNS.index("record_id")]].append((index, row, content))
    for rows in groups.values():
        if len(rows) > 1:
            _judge(rows, parts, faults)


def _judge(
    rows: list[tuple[int, int, tuple[str, ...]]], parts: Sequence[_Part], faults: _Faults
) -> None:
    rows.sort(key=lambda entry: (parts[entry[0]].name, entry[1]))
    same = len({content for _, _, content in rows}) == 1
    kept = f"{parts[rows[0][0]].name} {rows[0][1]}"
    for at, (index, row, _) in enumerate(rows):
        if not same:
            other = rows[1] if at == 0 else rows[0]
            note = f"{parts[other[0]].name} {other[1]}"
            faults[index].append((row, "RECORD_ID_CONFLICT", "record_id", note))
        elif at:
            faults[index].append((row, "RECORD_ID_REPEATED", "record_id", kept))


def _contents(
    part: _Part, names: Mapping[str, str], wanted: Int64
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Row number and canonical content of the wanted records (by position in the part)."""
    done = 0
    for batch in part.batches(frozenset(names)):
        if not batch.columns:
            continue
        here = wanted[(wanted >= done) & (wanted < done + batch.row.size)] - done
        done += batch.row.size
        if here.size == 0:
            continue
        texts = {names[h]: text_values(array.take(here)) for h, array in batch.columns.items()}
        texts["quantity"] = [_canonical(text) for text in texts["quantity"]]
        blank = [""] * here.size
        for row, *content in zip(
            batch.row[here], *(texts.get(name, blank) for name in _COLUMNS), strict=True
        ):
            yield int(row), tuple(content)


def canonical_rows(columns: Mapping[str, Sequence[str]], size: int) -> list[tuple[str, ...]]:
    """Rows as canonical text, column by column in the order of page 3 (5.5).

    Numbers have no needless zeros, groups stand in order; everything else is as it was written.
    """
    texts = dict(columns)
    texts["quantity"] = [_shortest(text) for text in texts["quantity"]]
    groups = texts.get("resident_group", ())
    texts["resident_group"] = [";".join(sorted(set(text.split(";")) - {""})) for text in groups]
    blank = ("",) * size
    return list(zip(*(texts.get(name) or blank for name in _COLUMNS), strict=True))


def _shortest(quantity: str) -> str:
    text = _canonical(quantity)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _canonical(quantity: str) -> str:
    """``1`` and ``1.0`` are the same quantity; what is no number stays as it is."""
    try:
        return print_e3(parse_fixed(quantity, QUANTITY_PLACES, signed=True))
    except NumberFaultError:
        return quantity


def _corrections(
    parts: Sequence[_Part],
    names: Sequence[Mapping[str, str]],
    hashes: Mapping[int, Hashes],
    faults: _Faults,
    links: Sequence[dict[int, tuple[int, int]]],
) -> None:
    """Rows whose ``corrects`` is no record id of the case: compared by hash, then in full.

    The others are linked to the record that they name, of several to the first, which is kept.
    """
    with_corrects = [i for i, columns in enumerate(names) if "corrects" in columns.values()]
    asked = {i: _hashes(parts[i], names[i], "corrects") for i in with_corrects}
    every = np.unique(np.concatenate([np.zeros(0, np.uint64), *asked.values()]))
    every = every[every > 0]
    known: dict[str, tuple[int, int]] = {}
    for index in sorted(hashes, key=lambda i: (parts[i].name, i)):
        hashed = hashes[index]
        hits = np.flatnonzero(np.isin(hashed, every)) if every.size else np.zeros(0, np.int64)
        for row, content in _contents(parts[index], names[index], hits):
            known.setdefault(content[_COLUMNS.index("record_id")], (index, row))
    for index, hashed in asked.items():
        filled = np.flatnonzero(hashed > 0)
        for row, content in _contents(parts[index], names[index], filled):
            named = known.get(content[_COLUMNS.index("corrects")])
            if named is None:
                faults[index].append((row, "CORRECTS_UNKNOWN", "corrects", ""))
            else:
                links[index][row] = named
