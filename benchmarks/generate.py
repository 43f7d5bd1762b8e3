"""Generated cases for the benchmarks: the same records, of any number, always the same bytes.

A case has 1,500 institutions, 60,000 people (some with a second posting, some that join, leave or
are promoted within the year), 200 items with dated and conditional weights, one pool per
institution, and records in random order. One record in a thousand is faulty, so that an engine
that skips a check pays other amounts. The records come as Parquet or as CSV; both hold the same.
With full rules some of the same records also name a resident or performers (``benchmarks.full``).

Records are drawn and written in chunks, each from a seed of its own, so that memory does not grow
with their number.
"""

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from benchmarks.full import more_columns
from benchmarks.world import (
    INSTITUTIONS,
    ITEMS,
    NOT_YET,
    PEOPLE,
    PEOPLE_EACH,
    SEED,
    STOPPED,
    YEAR_END,
    Rules,
    World,
    item_code,
    item_ends,
    person_id,
    place_id,
    world,
)

__all__ = ["DIRTY_KINDS", "Kind", "case_folder", "default_data"]

Kind = Literal["parquet", "csv"]
Int64 = npt.NDArray[np.int64]

VERSION: Final = 2
"""Part of the folder's name: a change of what is drawn must not meet an old cache."""
CHUNK: Final = 1_000_000
"""Records a chunk, which is a row group of the Parquet file."""

_SETTINGS: Final = ("", "home", "ward", "school")
"""Where a service took place; no weight asks for ``school``."""
_DIRTY_ONE_IN: Final = 1_000
DIRTY_KINDS: Final = (
    "INSTITUTION_UNKNOWN",
    "PERSON_UNKNOWN",
    "OUTSIDE_PERIOD",
    "NO_POST",
    "ITEM_UNKNOWN",
    "ITEM_STOPPED",
    "NO_WEIGHT_ON_DATE",
)
"""The faults that are drawn, all as frequent, by the engine's codes."""


def default_data() -> Path:
    """Where generated cases are kept unless told otherwise."""
    return Path(tempfile.gettempdir()) / "equivalents-benchmarks"


def case_folder(size: int, kind: Kind, data: Path, rules: Rules = "plain") -> Path:
    """The case with ``size`` records of one format: made when it is not there yet."""
    named = "" if rules == "plain" else f"-{rules}"
    home = data / f"case-{size}{named}-v{VERSION}"
    folder = home / kind
    if folder.is_dir():
        return folder
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{kind}-", dir=home) as scratch:
        made = Path(scratch) / kind
        made.mkdir()
        world().write_tables(made, rules)
        write = _write_parquet if kind == "parquet" else _write_csv
        write(made, _chunks(size, rules))
        shutil.move(made, folder)  # within one file system: all or nothing
    return folder


# -- records ------------------------------------------------------------------------------


def _chunks(size: int, rules: Rules) -> Iterator[pa.Table]:
    """The records, a million at a time; the last of each text list is the unknown one."""
    texts = {
        "institution_id": pa.array([*map(place_id, range(INSTITUTIONS)), "J99999"]),
        "person_id": pa.array([*map(person_id, range(PEOPLE)), "P9999999"]),
        "item_code": pa.array([*map(item_code, range(ITEMS)), "ITEM_999"]),
        "setting": pa.array(_SETTINGS[1:]),
    }
    for chunk in range(-(-size // CHUNK)):
        draw = np.random.default_rng([SEED, 4, chunk])
        columns = _draw(world(), draw, min(CHUNK, size - chunk * CHUNK))
        soiled = _soil(columns, draw)
        more = {} if rules == "plain" else more_columns(columns, soiled, size, chunk)
        arrays = {name: _coded(columns[name], texts[name]) for name in list(texts)[:3]}
        arrays["service_date"] = pa.array(columns["day"].astype(np.int32), pa.date32())
        arrays["quantity"] = _decimals(columns["quantity_e3"])
        arrays["setting"] = _coded(columns["setting"] - 1, texts["setting"])
        yield pa.table(arrays | {name: _coded(*column) for name, column in more.items()})


def _draw(county: World, draw: np.random.Generator, count: int) -> dict[str, Int64]:
    posting = draw.integers(0, county.person.size, count)
    return {
        "institution_id": county.institution[posting],
        "person_id": county.person[posting],
        "day": county.days(posting, draw),
        "item_code": _draw_items(draw, count),
        "quantity_e3": _draw_quantities(draw, count),
        "setting": np.array([0] * 6 + [1, 1, 2, 3])[draw.integers(0, 10, count)],
    }


def _draw_items(draw: np.random.Generator, count: int) -> Int64:
    """Some items are common and most are rare: the frequency falls with the rank."""
    ends = item_ends()
    return np.searchsorted(ends, draw.integers(0, ends[-1], count), side="right")


def _draw_quantities(draw: np.random.Generator, count: int) -> Int64:
    """Mostly one; some whole numbers up to 30; a few with three decimals."""
    kind = draw.integers(0, 100, count)
    whole = 1_000 * draw.integers(2, 31, count)
    fine = draw.integers(1, 20_000, count)
    return np.where(kind < 80, 1_000, np.where(kind < 95, whole, fine))


def _soil(columns: dict[str, Int64], draw: np.random.Generator) -> Int64:
    """Spoil one record in a thousand, in one of the ways of :data:`DIRTY_KINDS`; says which."""
    where = np.flatnonzero(draw.integers(0, _DIRTY_ONE_IN, columns["day"].size) == 0)
    kind = draw.integers(0, len(DIRTY_KINDS), where.size)
    hit = {code: where[kind == number] for number, code in enumerate(DIRTY_KINDS)}
    columns["institution_id"][hit["INSTITUTION_UNKNOWN"]] = INSTITUTIONS
    columns["person_id"][hit["PERSON_UNKNOWN"]] = PEOPLE
    columns["day"][hit["OUTSIDE_PERIOD"]] = YEAR_END
    homeless = hit["NO_POST"]
    columns["institution_id"][homeless] = _stranger(columns["person_id"][homeless])
    columns["item_code"][hit["ITEM_UNKNOWN"]] = ITEMS
    columns["item_code"][hit["ITEM_STOPPED"]] = STOPPED
    columns["item_code"][hit["NO_WEIGHT_ON_DATE"]] = NOT_YET
    return where


def _stranger(person: Int64) -> Int64:
    """For each person an institution where he has no posting."""
    county = world()
    taken = set(zip(county.person.tolist(), county.institution.tolist(), strict=True))
    found = []
    for one in person.tolist():
        place = one // PEOPLE_EACH
        while (one, place) in taken:
            place = (place + 1) % INSTITUTIONS
        found.append(place)
    return np.array(found, np.int64)


def _coded(codes: Int64, texts: pa.Array) -> pa.Array:
    """A dictionary column; code -1 is missing."""
    blank = codes < 0
    indices = pa.array(codes.astype(np.int32), mask=blank if blank.any() else None)
    return pa.DictionaryArray.from_arrays(indices, texts)


def _decimals(quantity_e3: Int64) -> pa.Array:
    """decimal128(9, 3) from thousandths: the lower and the upper 64 bits, no text and no float."""
    words = np.stack([quantity_e3, quantity_e3 >> 63], axis=1).astype("<i8")
    buffers = [None, pa.py_buffer(words.tobytes())]
    return pa.Array.from_buffers(pa.decimal128(9, 3), quantity_e3.size, buffers)


# -- files --------------------------------------------------------------------------------


def _write_parquet(folder: Path, chunks: Iterator[pa.Table]) -> None:
    """One file with a row group a chunk; decimals stored as integers, as Spark does."""
    first = next(chunks)
    with pq.ParquetWriter(
        folder / "records.parquet", first.schema, store_decimal_as_integer=True
    ) as writer:
        writer.write_table(first, row_group_size=CHUNK)
        for chunk in chunks:
            writer.write_table(chunk, row_group_size=CHUNK)


def _write_csv(folder: Path, chunks: Iterator[pa.Table]) -> None:
    """One UTF-8 file without quote marks; quantities without idle zeros, as systems export them."""
    options = pa.csv.WriteOptions(include_header=False, quoting_style="none")
    with (folder / "records.csv").open("wb") as file:
        for number, chunk in enumerate(chunks):
            if number == 0:
                file.write(",".join(chunk.schema.names).encode() + b"\n")
            at = chunk.schema.get_field_index("quantity")
            plain = chunk.set_column(at, "quantity", _plain(chunk.column("quantity")))
            pa.csv.write_csv(plain, file, options)


def _plain(quantity: pa.ChunkedArray) -> pa.Array:
    """``1.000`` as ``1`` and ``2.500`` as ``2.5``, by the few thousand distinct values."""
    coded = quantity.cast(pa.string()).combine_chunks().dictionary_encode()
    plain = pa.array([text.rstrip("0").rstrip(".") for text in coded.dictionary.to_pylist()])
    return plain.take(coded.indices)


def main() -> None:
    """Make cases without measuring anything."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--size", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--formats", nargs="+", choices=["parquet", "csv"], default=["parquet"])
    parser.add_argument("--rules", nargs="+", choices=get_args(Rules), default=["plain"])
    parser.add_argument("--data", type=Path, default=default_data())
    chosen = parser.parse_args()
    for rules, size, kind in product(chosen.rules, chosen.size, chosen.formats):
        print(case_folder(size, kind, chosen.data, rules))


if __name__ == "__main__":
    main()
