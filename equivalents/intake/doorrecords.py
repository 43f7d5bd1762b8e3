"""The well-formed records of a case as the columns that the checks at the door look at.

A pass over the parts before any is counted. Corrections are left out: a record stands with what
they leave of it, and not at all where they leave nothing. So are records outside the period.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from equivalents.doorway import DoorRecords, chosen
from equivalents.errors import ConservationError, called
from equivalents.intake.batch import Mask
from equivalents.intake.coding import Coder
from equivalents.intake.columns import numbers
from equivalents.intake.doorstore import DoorStore
from equivalents.intake.parquet import known_text
from equivalents.intake.source import Source
from equivalents.reasons import BOTH
from equivalents.records import RecordBlock
from equivalents.tally import Plan
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Collected", "collect", "places"]

_TOLD: Final = ("resident_id", "source")
_COLUMNS: Final = ("part", "row", "institution", "item", "day", "quantity_e3")


class Collected:
    """The records to be looked at, by spans of days, and all corrections.

    ``named`` is how many sources tell their name: their codes are below it, and those
    of files, which stand for sources that tell none, from it on.
    """

    def __init__(self, store: DoorStore, sources: "_Sources", links: Sequence[Int64]) -> None:
        """``links`` has the corrections by parts, as ``_links`` tells them."""
        self._links = np.concatenate([np.zeros((0, 6), np.int64), *links])
        self._root = _roots(self._links[:, :4])
        self._store = store
        self._rank, self.named = sources.ranks()

    def spans(self) -> Iterator[DoorRecords]:
        """The records of each span of days, by part and row; repeatable."""
        for table in self._store.tables():
            records = _records(table, self._rank)
            left = self._left(records)
            yield chosen(records, left > 0, left)

    def corrections(self) -> tuple[list[list[int]], list[list[int]]]:
        """Part and row of each well-formed correction, and of what it corrects in the end."""
        sound = self._links[:, 4] > 0
        return self._links[sound, :2].tolist(), self._root[sound].tolist()

    def _left(self, records: DoorRecords) -> Int64:
        """What corrections leave of each record."""
        left = records.quantity_e3.copy()
        to, found = _find(records.part, records.row, self._root[:, 0], self._root[:, 1])
        np.add.at(left, to[found], self._links[found, 5])
        return left


def collect(source: Source, plan: Plan, store: DoorStore, *, residents: bool) -> Collected:
    """Read every part into the store; ``plan`` is not the one that counts: its codebooks grow.

    Residents and sources are read only if asked; without them both are -1 throughout.
    """
    coder, sources, links = Coder(plan, source.times), _Sources(), []
    for index in range(len(source.parts)):
        blocks = [block for block in source.read(index, coder) if len(block)]
        columns, of, who = _joined(index, blocks, plan)
        day, quantity = columns["day"], columns["quantity_e3"]
        inside = (day >= plan.period.start) & (day < plan.period.end)
        # A correction of another period is not of this one: here its record stands as it is.
        corrections, here = _links(source, index, columns["row"], np.where(inside, quantity, 0))
        links.append(corrections)
        inside[here] = False
        keep = np.flatnonzero((quantity > 0) & inside)
        if keep.size:
            texts = _texts(source, index, columns["row"], sources) if residents else {}
            store.put(day[keep], _batch(columns, (of, who), texts, keep))
    return Collected(store, sources, links)


def places(source: Source, records: DoorRecords, at: Int64) -> list[str]:
    """Where some records stand: file, sheet and row, in both languages."""
    named = [called(part.name, part.sheet) for part in source.parts]
    pairs = zip(records.part[at].tolist(), records.row[at].tolist(), strict=True)
    return [f"{named[part]} 第 {row} 行{BOTH}{named[part]} row {row}" for part, row in pairs]


def _batch(
    columns: dict[str, Int64],
    people: tuple[Int64, Int64],
    texts: "dict[str, pa.Array]",
    keep: Int64,
) -> "pa.RecordBatch":
    """Some records of a part; who did each of them is a list."""
    import pyarrow as pa

    of, who = people
    starts = np.searchsorted(of, np.arange(columns["row"].size + 1)).astype(np.int32)
    arrays: dict[str, pa.Array] = {name: pa.array(columns[name]) for name in _COLUMNS}
    # Codes, days and numbers of parts are below 2**31.
    narrow = {"part", "institution", "item", "day"}
    arrays |= {name: pa.array(columns[name].astype(np.int32)) for name in narrow}
    arrays["who"] = pa.ListArray.from_arrays(pa.array(starts), pa.array(who.astype(np.int32)))
    batch = pa.RecordBatch.from_pydict(arrays | texts)
    return batch if keep.size == len(batch) else batch.take(pa.array(keep))


def _records(table: "pa.Table", rank: Int64) -> DoorRecords:
    """A span of days as columns; sources in the order of their names."""
    import pyarrow.compute as pc

    columns = {name: numbers(table[name].combine_chunks()).astype(np.int64) for name in _COLUMNS}
    unknown = np.full(len(table), -1, np.int64)
    resident, told = unknown, unknown
    if "resident" in table.column_names:
        coded = table["resident"].combine_chunks().dictionary_encode()
        resident = numbers(coded.indices).astype(np.int64)
        blank = pc.index(coded.dictionary, "").as_py()
        resident[resident == blank] = -1
        told = rank[numbers(table["source"].combine_chunks())]
    people = table["who"].combine_chunks()
    size = numbers(pc.list_value_length(people))
    of = np.repeat(np.arange(len(table)), size)
    who = numbers(pc.list_flatten(people)).astype(np.int64)
    return DoorRecords(**columns, resident=resident, source=told, of=of, who=who)


def _joined(
    index: int, blocks: Sequence[RecordBlock], plan: Plan
) -> tuple[dict[str, Int64], Int64, Int64]:
    """All blocks of a part in the order of rows, and the people of each record, likewise."""
    none = np.zeros(0, np.int64)
    pieces, of, who, done = [(none,) * 5], [none], [none], 0
    for block in blocks:
        columns = block.row, block.institution, block.item, block.day, block.quantity_e3
        row, institution, item, day, quantity = (one.astype(np.int64) for one in columns)
        pieces.append((row, institution, item, day, quantity))
        mine, people = _people(block, plan)
        of.append(mine + done)
        who.append(people)
        done += len(block)
    joined = [np.concatenate(column) for column in zip(*pieces, strict=True)]
    order = np.argsort(joined[0], kind="stable")
    rank = np.empty(order.size, np.int64)
    rank[order] = np.arange(order.size)
    columns_ = dict(zip(_COLUMNS[1:], (column[order] for column in joined), strict=True))
    mine, people = rank[np.concatenate(of)], np.concatenate(who)
    by_record = np.argsort(mine, kind="stable")
    part = {"part": np.full(order.size, index, np.int64)}
    return part | columns_, mine[by_record], people[by_record]


def _people(block: RecordBlock, plan: Plan) -> tuple[Int64, Int64]:
    """Each person of each record. Of a team nobody but who is named: the others may be away."""
    alone = np.ones(len(block), bool)
    named = np.zeros(0, np.int64)
    if block.shared is not None:
        named = np.flatnonzero(block.shared >= len(plan.performers.teams))
        alone[named] = False
        alone &= block.person >= 0
    at = np.flatnonzero(alone)
    if not named.size or block.shared is None:
        return at, block.person[at].astype(np.int64)
    of, who = plan.performers.named(block.shared[named])
    every = np.concatenate([at, named[of]])
    return every, np.concatenate([block.person[at], who]).astype(np.int64)


def _links(source: Source, index: int, row: Int64, taken: Int64) -> tuple[Int64, Int64]:
    """The corrections of a part, and where the well-formed ones are among its rows.

    Of each its part and row, those of what it corrects, 1 if it is well-formed, and what it adds.
    """
    links = [(index, number, *target) for number, target in source.corrected(index).items()]
    table = np.array(links, np.int64).reshape(-1, 4)
    part = np.full(row.size, index, np.int64)
    at, found = _find(part, row, table[:, 0], table[:, 1])
    off = np.zeros(found.size, np.int64)
    off[found] = taken[at[found]]
    return np.column_stack([table, found, off]), at[found]


def _roots(correction: Int64) -> Int64:
    """Part and row of what each correction corrects in the end; -1 where they go in a ring."""
    order = np.lexsort((correction[:, 1], correction[:, 0]))
    table = correction[order]
    following, goes_on = _find(table[:, 0], table[:, 1], table[:, 2], table[:, 3])
    last = np.where(goes_on, following, np.arange(len(table)))
    for _ in range(len(table).bit_length()):
        last = last[last]
    root = np.empty((len(table), 2), np.int64)
    root[order] = np.where(goes_on[last, None], -1, table[last, 2:])
    return root


def _find(part: Int64, row: Int64, of: Int64, number: Int64) -> tuple[Int64, Mask]:
    """Where rows stand among records, which go by part and row; and whether they are there."""
    width = max(int(row.max(initial=0)), int(number.max(initial=0))) + 1
    keys, asked = part * width + row, of * width + number
    at = np.searchsorted(keys, asked)
    found = at < keys.size
    found[found] = keys[at[found]] == asked[found]
    return np.where(found, at, 0), found


class _Sources:
    """The sources of records by number as they are met: names, or files where none is told."""

    def __init__(self) -> None:
        self._code: dict[tuple[bool, str], int] = {}

    def code(self, name: str, file: str) -> int:
        """The number of a source."""
        key = (False, name) if name else (True, file)
        return self._code.setdefault(key, len(self._code))

    def ranks(self) -> tuple[Int64, int]:
        """Each number in the order of names, files behind them; how many names there are."""
        ranked = sorted(self._code)
        rank = np.zeros(len(ranked), np.int64)
        rank[[self._code[key] for key in ranked]] = np.arange(len(ranked))
        return rank, sum(1 for is_file, _ in ranked if not is_file)


def _texts(source: Source, index: int, rows: Int64, sources: _Sources) -> "dict[str, pa.Array]":
    """The residents, and the numbers of the sources, of some rows of a part, ascending."""
    import pyarrow as pa

    part, names = source.opened(index)
    wanted = {name: heading for heading, name in names.items() if name in _TOLD}
    pieces: dict[str, list[pa.Array]] = {name: [] for name in wanted}
    for raw in part.batches(frozenset(wanted.values())) if wanted else ():
        if not raw.columns or not raw.row.size:
            continue
        start, stop = np.searchsorted(rows, [raw.row[0], raw.row[-1] + 1])
        here = pa.array(np.searchsorted(raw.row, rows[start:stop]))
        for name, heading in wanted.items():
            pieces[name].append(known_text(name, raw.columns[heading].take(here)))
    blank = pa.repeat(pa.scalar("", pa.large_string()), rows.size)
    texts = {name: pa.concat_arrays(pieces[name]) if name in wanted else blank for name in _TOLD}
    if any(len(column) != rows.size for column in texts.values()):
        raise ConservationError(f"texts of other rows than the {rows.size} of part {index}")
    coded, file = texts["source"].dictionary_encode(), called(part.name, part.sheet)
    codes = [sources.code(name, file) for name in coded.dictionary.to_pylist()]
    told = np.array(codes, np.int32)[numbers(coded.indices)]
    return {"resident": texts["resident_id"], "source": pa.array(told)}
