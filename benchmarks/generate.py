"""Generated cases for the benchmarks: the same records, of any number, always the same bytes.

A case has 1,500 institutions, 60,000 people (some with a second posting, some that join, leave or
are promoted within the year), 200 items with dated and conditional weights, one pool per
institution, and records in random order. One record in a thousand is faulty, so that an engine
that skips a check pays other amounts. The records come as Parquet or as CSV; both hold the same.

Records are drawn and written in chunks, each from a seed of its own, so that memory does not grow
with their number.
"""

import argparse
import csv
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

__all__ = ["DIRTY_KINDS", "Kind", "case_folder", "default_data"]

Kind = Literal["parquet", "csv"]
Int64 = npt.NDArray[np.int64]

VERSION: Final = 2
"""Part of the folder's name: a change of what is drawn must not meet an old cache."""
CHUNK: Final = 1_000_000
"""Records a chunk, which is a row group of the Parquet file."""

_SEED: Final = 20_250_101
_INSTITUTIONS: Final = 1_500
_PEOPLE_EACH: Final = 40
_ITEMS: Final = 200
_GROUPS: Final = ("I", "II", "III")
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

_YEAR_START: Final = int(np.datetime64("2025-01-01").astype(int))
_YEAR_END: Final = int(np.datetime64("2026-01-01").astype(int))
_STOPPED, _NOT_YET = _ITEMS - 2, _ITEMS - 1


def default_data() -> Path:
    """Where generated cases are kept unless told otherwise."""
    return Path(tempfile.gettempdir()) / "equivalents-benchmarks"


def case_folder(size: int, kind: Kind, data: Path) -> Path:
    """The case with ``size`` records of one format: made when it is not there yet."""
    home = data / f"case-{size}-v{VERSION}"
    folder = home / kind
    if folder.is_dir():
        return folder
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{kind}-", dir=home) as scratch:
        made = Path(scratch) / kind
        made.mkdir()
        world = _world()
        world.write_tables(made)
        write = _write_parquet if kind == "parquet" else _write_csv
        write(made, _chunks(world, size))
        shutil.move(made, folder)  # within one file system: all or nothing
    return folder


# -- master tables ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _World:
    """The master data as columns: postings by position, the days worked within the year."""

    person: Int64
    institution: Int64
    first_day: Int64
    last_day: Int64
    title: npt.NDArray[np.str_]

    def write_tables(self, folder: Path) -> None:
        """Everything of a case but its records."""
        (folder / "case.yaml").write_text('period: "2025"\ntitle: 基准测试 benchmark\n', "utf-8")
        groups = [[_place(i), _GROUPS[i % 3]] for i in range(_INSTITUTIONS)]
        _table(folder / "institutions.csv", ["institution_id", "group"], groups)
        heading = ["person_id", "institution_id", "title_tier", "active_from", "active_to"]
        _table(folder / "staff.csv", heading, self._staff())
        _table(folder / "weights.csv", _WEIGHT_COLUMNS, _weights())
        heading = ["institution_id", "pool", "amount", "series"]
        _table(folder / "pools.csv", heading, _pools())

    def _staff(self) -> Iterator[list[str]]:
        columns = (self.person, self.institution, self.title, self.first_day, self.last_day)
        for person, institution, title, first, last in zip(*columns, strict=True):
            start = "2019-07-01" if first == _YEAR_START else _date(first)
            end = "" if last == _YEAR_END else _date(last)
            yield [_person(person), _place(institution), str(title), start, end]


@cache
def _world() -> _World:
    """Postings: everybody's first one, the second ones elsewhere, and the promotions."""
    draw = np.random.default_rng([_SEED, 1])
    people = _INSTITUTIONS * _PEOPLE_EACH
    person = np.arange(people)
    institution = person // _PEOPLE_EACH
    first = np.full(people, _YEAR_START)
    last = np.full(people, _YEAR_END)
    change = draw.permutation(people)
    joins, leaves, promoted, both = np.split(change[:9_000], [2_000, 4_000, 6_000])
    first[joins] += draw.integers(20, 340, joins.size)
    last[leaves] -= draw.integers(20, 340, leaves.size)
    promotion = _YEAR_START + draw.integers(20, 340, promoted.size)
    last[promoted] = promotion
    elsewhere = (institution[both] + draw.integers(1, _INSTITUTIONS, both.size)) % _INSTITUTIONS
    return _World(
        np.concatenate([person, promoted, both]),
        np.concatenate([institution, institution[promoted], elsewhere]),
        np.concatenate([first, promotion, np.full(both.size, _YEAR_START)]),
        np.concatenate([last, np.full(promoted.size, _YEAR_END), np.full(both.size, _YEAR_END)]),
        np.repeat(["中级", "副高", "初级"], [people, promoted.size, both.size]),
    )


_WEIGHT_COLUMNS: Final = (
    "item_code", "weight", "valid_from", "valid_to", "stopped", "series",
    "institution_group", "setting",
)  # fmt: skip


def _weights() -> Iterator[list[str]]:
    """200 items: 20 by institution group, 8 by setting (3 by both), 20 with a second version."""
    draw = np.random.default_rng([_SEED, 2])
    for item in range(_ITEMS):
        base = int(draw.integers(1_000, 200_000)) * 10 ** int(item % 4 == 0) // 10
        spans = [("2020-01-01", "", "")]
        if item == _STOPPED:
            spans = [("2020-01-01", "2025-01-01", "1")]
        elif item == _NOT_YET:
            spans = [("2026-01-01", "", "")]
        elif item % 10 == 3:
            change = _date(_YEAR_START + int(draw.integers(30, 330)))
            spans = [("2020-01-01", change, ""), (change, "", "")]
        for version, (start, end, stopped) in enumerate(spans):
            for group, setting in _conditions(item):
                weight_e4 = base + 137 * version + 1_111 * len(group) + 777 * len(setting)
                weight = f"{weight_e4 // 10_000}.{weight_e4 % 10_000:04}"
                yield [_item(item), weight, start, end, stopped, "pay", group, setting]


def _conditions(item: int) -> Sequence[tuple[str, str]]:
    """The condition sets of an item's rows, from the most to the least general."""
    if item % 10 == 7:  # half of them only by group, half with a fallback for the third group
        groups = _GROUPS if item % 20 == 7 else ("", *_GROUPS[:2])
        return [(group, "") for group in groups]
    if item in (2, 12, 22, 32, 42):
        return [("", ""), ("", "home")]
    if item in (5, 13, 25):
        return [("", ""), ("", "home"), ("", "ward"), ("III", "home")]
    return [("", "")]


def _pools() -> Iterator[list[str]]:
    draw = np.random.default_rng([_SEED, 3])
    for institution, fen in enumerate(draw.integers(8_000_000, 40_000_000, _INSTITUTIONS)):
        yield [_place(institution), "incentive", f"{fen // 100}.{fen % 100:02}", "pay"]


def _table(path: Path, heading: Sequence[str], rows: Any) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(rows)


def _place(number: int) -> str:
    return f"J{number + 1:05}"


def _person(number: int) -> str:
    return f"P{number + 1:07}"


def _item(number: int) -> str:
    return f"ITEM_{number + 1:03}"


def _date(day: int) -> str:
    return str(np.datetime64(int(day), "D"))


# -- records ------------------------------------------------------------------------------


def _chunks(world: _World, size: int) -> Iterator[pa.Table]:
    """The records, a million at a time; the last of each text list is the unknown one."""
    people, places = _INSTITUTIONS * _PEOPLE_EACH, _INSTITUTIONS
    texts = {
        "institution_id": pa.array([*map(_place, range(places)), "J99999"]),
        "person_id": pa.array([*map(_person, range(people)), "P9999999"]),
        "item_code": pa.array([*map(_item, range(_ITEMS)), "ITEM_999"]),
        "setting": pa.array(_SETTINGS[1:]),
    }
    for chunk in range(-(-size // CHUNK)):
        draw = np.random.default_rng([_SEED, 4, chunk])
        columns = _draw(world, draw, min(CHUNK, size - chunk * CHUNK))
        arrays = {name: _coded(columns[name], texts[name]) for name in list(texts)[:3]}
        arrays["service_date"] = pa.array(columns["day"].astype(np.int32), pa.date32())
        arrays["quantity"] = _decimals(columns["quantity_e3"])
        arrays["setting"] = _coded(columns["setting"] - 1, texts["setting"])
        yield pa.table(arrays)


def _draw(world: _World, draw: np.random.Generator, count: int) -> dict[str, Int64]:
    posting = draw.integers(0, world.person.size, count)
    since = world.first_day[posting]
    day = since + (draw.integers(0, 1 << 32, count) * (world.last_day[posting] - since) >> 32)
    columns = {
        "institution_id": world.institution[posting],
        "person_id": world.person[posting],
        "item_code": _draw_items(draw, count),
        "day": day,
        "quantity_e3": _draw_quantities(draw, count),
        "setting": np.array([0] * 6 + [1, 1, 2, 3])[draw.integers(0, 10, count)],
    }
    _soil(columns, draw)
    return columns


def _draw_items(draw: np.random.Generator, count: int) -> Int64:
    """Some items are common and most are rare: the frequency falls with the rank."""
    ranks = np.arange(_ITEMS - 2)
    frequency = 1_000_000 // (ranks * 37 % ranks.size + 10)
    ends = np.cumsum(frequency)
    return np.searchsorted(ends, draw.integers(0, ends[-1], count), side="right")


def _draw_quantities(draw: np.random.Generator, count: int) -> Int64:
    """Mostly one; some whole numbers up to 30; a few with three decimals."""
    kind = draw.integers(0, 100, count)
    whole = 1_000 * draw.integers(2, 31, count)
    fine = draw.integers(1, 20_000, count)
    return np.where(kind < 80, 1_000, np.where(kind < 95, whole, fine))


def _soil(columns: dict[str, Int64], draw: np.random.Generator) -> None:
    """Spoil one record in a thousand, in one of the ways of :data:`DIRTY_KINDS`."""
    where = np.flatnonzero(draw.integers(0, _DIRTY_ONE_IN, columns["day"].size) == 0)
    kind = draw.integers(0, len(DIRTY_KINDS), where.size)
    hit = {code: where[kind == number] for number, code in enumerate(DIRTY_KINDS)}
    columns["institution_id"][hit["INSTITUTION_UNKNOWN"]] = _INSTITUTIONS
    columns["person_id"][hit["PERSON_UNKNOWN"]] = _INSTITUTIONS * _PEOPLE_EACH
    columns["day"][hit["OUTSIDE_PERIOD"]] = _YEAR_END
    homeless = hit["NO_POST"]
    columns["institution_id"][homeless] = _stranger(columns["person_id"][homeless])
    columns["item_code"][hit["ITEM_UNKNOWN"]] = _ITEMS
    columns["item_code"][hit["ITEM_STOPPED"]] = _STOPPED
    columns["item_code"][hit["NO_WEIGHT_ON_DATE"]] = _NOT_YET


def _stranger(person: Int64) -> Int64:
    """For each person an institution where he has no posting."""
    world = _world()
    taken = set(zip(world.person.tolist(), world.institution.tolist(), strict=True))
    found = []
    for one in person.tolist():
        place = one // _PEOPLE_EACH
        while (one, place) in taken:
            place = (place + 1) % _INSTITUTIONS
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
    parser.add_argument("--data", type=Path, default=default_data())
    chosen = parser.parse_args()
    for size in chosen.size:
        for kind in chosen.formats:
            print(case_folder(size, kind, chosen.data))


if __name__ == "__main__":
    main()
