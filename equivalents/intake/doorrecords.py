"""The well-formed records of a case as the columns that the checks at the door look at.

A pass over the parts before any is counted. Corrections are left out: a record stands with what
they leave of it, and not at all where they leave nothing. So are records outside the period.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from equivalents.doorway import DoorRecords
from equivalents.errors import ConservationError, called
from equivalents.intake.batch import Mask
from equivalents.intake.coding import Coder
from equivalents.intake.columns import numbers
from equivalents.intake.parquet import text_column
from equivalents.intake.source import Source
from equivalents.records import RecordBlock
from equivalents.tally import Plan
from equivalents.units import Int64

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Collected", "collect", "places"]

_FILE: Final = "\uffff"
"""Before the name of a file that stands for a source: behind every source that is told."""


@dataclass(frozen=True, slots=True)
class Collected:
    """The records to be looked at, and all corrections.

    ``correction`` has a line for each: part and row of the correction, part and row of what it
    corrects.
    """

    records: DoorRecords
    correction: Int64


def collect(source: Source, plan: Plan, *, residents: bool) -> Collected:
    """Read every part; ``plan`` is not the one that counts, for its codebooks grow.

    Residents and sources are read only if asked; without them both are -1 throughout.
    """
    coder, pieces = Coder(plan, source.times), [_nothing()]
    of, who, done = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], 0
    texts = _Texts()
    for index in range(len(source.parts)):
        blocks = [block for block in source.read(index, coder) if len(block)]
        piece, (mine, people) = _joined(index, blocks, plan)
        pieces.append(piece)
        of.append(mine + done)
        who.append(people)
        done += piece[0].size
        if residents:
            texts.read(source, index, piece[1])
    part, row, institution, item, day, quantity = map(np.concatenate, zip(*pieces, strict=True))
    resident, told = texts.codes(done) if residents else np.full((2, done), -1, np.int64)
    columns = part, row, institution, item, day, quantity, resident, told
    inside = (day >= plan.period.start) & (day < plan.period.end)
    correction = _corrections(source)
    # A correction of another period is not of this one: here its record stands as it is.
    left, corrects = _left(correction, part, row, quantity, np.where(inside, quantity, 0))
    keep = (left > 0) & (quantity > 0) & ~corrects & inside
    records = DoorRecords(*columns, np.concatenate(of), np.concatenate(who))
    return Collected(_only(records, keep, left), correction)


def places(source: Source, records: DoorRecords, at: Int64) -> list[str]:
    """Where some records stand: file, sheet and row."""
    named = [called(part.name, part.sheet) for part in source.parts]
    pairs = zip(records.part[at].tolist(), records.row[at].tolist(), strict=True)
    return [f"{named[part]} {row}" for part, row in pairs]


_Piece = tuple[Int64, Int64, Int64, Int64, Int64, Int64]


def _nothing() -> _Piece:
    part, row, institution, item, day, quantity = np.zeros((6, 0), np.int64)
    return part, row, institution, item, day, quantity


def _joined(
    index: int, blocks: Sequence[RecordBlock], plan: Plan
) -> tuple[_Piece, tuple[Int64, Int64]]:
    """All blocks of a part in the order of rows, and the people of each record."""
    pieces, of, who, done = [_nothing()], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], 0
    for block in blocks:
        columns = block.institution, block.item, block.day, block.quantity_e3
        wide = [column.astype(np.int64) for column in columns]
        institution, item, day, quantity = wide
        part = np.full(len(block), index, np.int64)
        pieces.append((part, block.row, institution, item, day, quantity))
        mine, people = _people(block, plan)
        of.append(mine + done)
        who.append(people)
        done += len(block)
    part, row, *others = map(np.concatenate, zip(*pieces, strict=True))
    order = np.argsort(row, kind="stable")
    rank = np.empty(order.size, np.int64)
    rank[order] = np.arange(order.size)
    institution, item, day, quantity = (column[order] for column in others)
    mine, people = rank[np.concatenate(of)], np.concatenate(who)
    by_record = np.argsort(mine, kind="stable")
    return (
        (part, row[order], institution, item, day, quantity),
        (mine[by_record], people[by_record]),
    )


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


def _corrections(source: Source) -> Int64:
    """All corrections: part and row of each, part and row of what it names."""
    links = [
        (index, number, *target)
        for index in range(len(source.parts))
        for number, target in source.corrected(index).items()
    ]
    return np.array(links, np.int64).reshape(-1, 4)


def _left(
    correction: Int64, part: Int64, row: Int64, quantity: Int64, taken: Int64
) -> tuple[Int64, Mask]:
    """What corrections leave of each record, and which records are corrections."""
    left, corrects = quantity.copy(), np.zeros(quantity.size, bool)
    by, here = _find(part, row, correction[:, 0], correction[:, 1])
    corrects[by[here]] = True
    root = _roots(correction)
    to, there = _find(part, row, root[:, 0], root[:, 1])
    both = here & there
    np.add.at(left, to[both], taken[by[both]])
    return left, corrects


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


def _only(records: DoorRecords, keep: Mask, left: Int64) -> DoorRecords:
    """The records that are kept, with what is left of them and who did them."""
    rank = np.cumsum(keep) - 1
    mine = keep[records.of]
    names = [one.name for one in fields(DoorRecords)][:-2]
    columns = {name: getattr(records, name)[keep] for name in names}
    columns["quantity_e3"] = left[keep]
    return DoorRecords(**columns, of=rank[records.of[mine]], who=records.who[mine])


class _Texts:
    """Residents and sources of the records of all parts, as codes in the order of their texts."""

    def __init__(self) -> None:
        self._found: tuple[list[pa.Array], list[pa.Array]] = ([], [])

    def read(self, source: Source, index: int, rows: Int64) -> None:
        """Read the two columns for some rows of a part, ascending."""
        import pyarrow as pa
        import pyarrow.compute as pc

        part, names = source.opened(index)
        blank = pa.repeat(pa.scalar("", pa.large_string()), rows.size)
        columns = {"resident_id": blank, "source": blank}
        wanted = {name: heading for heading, name in names.items() if name in columns}
        pieces: dict[str, list[pa.Array]] = {name: [] for name in wanted}
        for raw in part.batches(frozenset(wanted.values())) if wanted and rows.size else ():
            if not raw.columns or not raw.row.size:
                continue
            start, stop = np.searchsorted(rows, [raw.row[0], raw.row[-1] + 1])
            here = pa.array(np.searchsorted(raw.row, rows[start:stop]))
            for name, heading in wanted.items():
                pieces[name].append(text_column(raw.columns[heading].take(here)))
        columns |= {name: pa.concat_arrays(some) for name, some in pieces.items() if some}
        file = pa.scalar(_FILE + called(part.name, part.sheet), pa.large_string())
        told = pc.if_else(pc.equal(columns["source"], ""), file, columns["source"])
        for kept, column in zip(self._found, (columns["resident_id"], told), strict=True):
            kept.append(column)

    def codes(self, size: int) -> tuple[Int64, Int64]:
        """The code of each record; -1 where the text is blank."""
        resident, told = (_coded(columns) for columns in self._found)
        if resident.size != size:
            raise ConservationError(f"{resident.size} residents of {size} records")
        return resident, told


def _coded(columns: "list[pa.Array]") -> Int64:
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = pa.chunked_array(columns, pa.large_string()).combine_chunks().dictionary_encode()
    order = numbers(pc.sort_indices(coded.dictionary))
    rank = np.empty(order.size, np.int64)
    blank = bool(order.size) and coded.dictionary[int(order[0])].as_py() == ""
    rank[order] = np.arange(order.size) - int(blank)
    codes: Int64 = rank[numbers(coded.indices)]
    return codes
