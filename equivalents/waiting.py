"""Records that wait for the others of their resident: gathered, corrections matched (5.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from equivalents.policy.book import Verdict
from equivalents.records import Origin, RecordBlock
from equivalents.tally import Who
from equivalents.units import Codes, Int64

__all__ = ["Columns", "Entries", "Waiting", "entries_of", "links_of", "narrowed", "void_of"]


@dataclass(slots=True)
class Entries:
    """Waiting records as columns of one length ``n``.

    ``resident``, ``household`` and ``end`` (the service end date) are -1 where blank. ``order``
    ranks the entries of one class, once :mod:`equivalents.order` has set it. ``target`` is the
    position of the record that a correction takes back, or -1.
    """

    part: Int64
    row: Int64
    institution: Codes
    person: Codes
    item: Codes
    day: Codes
    quantity_e3: Int64
    attribute: Codes
    post: Codes
    shared: Codes
    resident: Codes
    household: Codes
    end: Codes
    order: Int64
    target: Int64

    def __len__(self) -> int:
        return int(self.part.size)

    def who(self, of: Int64 | slice, day: Codes) -> Who:
        """Who did the records at ``of``, and where, on some days of theirs."""
        shared = self.shared[of]
        columns = self.institution[of], self.person[of], day, self.post[of]
        return Who(*columns, shared if (shared >= 0).any() else None)

    def only(self, where: Int64) -> "Entries":
        """Some of the entries, ascending; each with the record that it takes back."""
        columns: list[Any] = [getattr(self, name)[where] for name in _COLUMNS]
        columns += [self.order[where], narrowed(self.target, where)]
        return Entries(*columns)


_COLUMNS: Final = tuple(one.name for one in fields(Entries))[:-2]
"""What is told of a record; ``order`` and ``target`` are found out."""
_WIDE: Final = frozenset({"part", "row", "quantity_e3"})
"""Columns of 64 bits in :class:`Entries`; the others have 32."""
_NARROW: Final = (np.int8, np.int16, np.int32)

Columns = dict[str, npt.NDArray[np.signedinteger]]


@dataclass(slots=True)
class Waiting:
    """Waiting records of any part and thread, in columns as narrow as their values allow.

    Most records of a block have the same attributes and no end date, and codes are small: a record
    takes some 25 bytes. ``origins`` says where the records of each part came from.
    """

    origins: dict[int, Origin] = field(default_factory=dict)
    _pieces: list[Columns] = field(default_factory=list)

    def add(self, block: RecordBlock) -> None:
        """Keep a block whose records all wait."""
        contact = block.contact
        if contact is None or len(block) == 0:
            return
        self.origins[block.part] = contact.origin
        none, zero = (np.full(1, value, np.int32) for value in (-1, 0))
        columns: tuple[npt.NDArray[np.signedinteger], ...] = (
            np.full(1, block.part),
            block.row,
            block.institution,
            block.person,
            block.item,
            block.day,
            block.quantity_e3,
            zero if block.attribute is None else block.attribute,
            zero if block.post is None else block.post,
            none if block.shared is None else block.shared,
            contact.resident,
            contact.household,
            contact.end,
        )
        pairs = zip(_COLUMNS, columns, strict=True)
        self._pieces.append({name: _narrow(column, len(block)) for name, column in pairs})

    def absorb(self, other: "Waiting") -> None:
        """Add what another part keeps waiting."""
        self.origins |= other.origins
        self._pieces.extend(other._pieces)

    def put(self, part: int, origin: Origin, columns: Columns) -> None:
        """Keep records of a part in columns as :meth:`held` gives them."""
        size = columns["row"].size
        if size:
            self.origins[part] = origin
            self._pieces.append({**columns, "part": _narrow(np.full(1, part), size)})

    def held(self) -> Columns:
        """All records end to end; they are kept."""
        if not self._pieces:
            return {name: np.zeros(0, np.int8) for name in _COLUMNS}
        return {name: _joined([piece[name] for piece in self._pieces]) for name in _COLUMNS}

    def __len__(self) -> int:
        return sum(piece["part"].size for piece in self._pieces)

    def taken(self) -> Columns:
        """All records end to end, given away: column by column, so that memory is not doubled."""
        pieces, self._pieces = self._pieces, []
        if not pieces:
            return {name: np.zeros(0, np.int8) for name in _COLUMNS}
        return {name: _joined([piece.pop(name) for piece in pieces]) for name in _COLUMNS}


def _narrow(column: npt.NDArray[np.signedinteger], size: int) -> npt.NDArray[np.signedinteger]:
    """The column in as few bits as hold it; in none at all where it has one value."""
    low, high = int(column.min()), int(column.max())
    fitting = (kind for kind in _NARROW if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
    kind = next(fitting, np.int64)
    if low == high:
        return np.broadcast_to(np.array(low, kind), size)
    return column.astype(kind)


def _joined(parts: list[npt.NDArray[np.signedinteger]]) -> npt.NDArray[np.signedinteger]:
    """Columns end to end; one value stays one value."""
    if all(part.strides == (0,) and part[0] == parts[0][0] for part in parts):
        return np.broadcast_to(parts[0][:1].copy()[0], sum(part.size for part in parts))
    return np.concatenate(parts)


def entries_of(columns: Columns, at: npt.NDArray[np.integer], target: Int64) -> Entries:
    """Entries, not yet ordered, of some records in columns as :class:`Waiting` keeps them."""
    wide = (
        columns[name][at].astype(np.int64 if name in _WIDE else np.int32, copy=False)
        for name in _COLUMNS
    )
    entries: list[Any] = [*wide, np.zeros(target.size, np.int64), target]
    return Entries(*entries)


def narrowed(target: Int64, where: Int64) -> Int64:
    """The targets of some entries (ascending) by their positions among these; all are there."""
    found = target[where]
    linked = np.flatnonzero(found >= 0)
    found[linked] = np.searchsorted(where, found[linked])
    return found


def void_of(entries: Entries, part: npt.NDArray[np.bool_]) -> Codes:
    """What corrections make of the entries that take part, and of themselves; else 0 (5.5).

    A record that its corrections leave 0 or less of is ``VOIDED``, and so are they; a correction
    that leaves something, or whose record does not take part, is ``CORRECTION_ONLY``.
    """
    void = np.zeros(len(entries), np.int32)
    correcting = np.flatnonzero(part & (entries.quantity_e3 < 0))
    if correcting.size == 0:
        return void
    void[correcting] = Verdict.CORRECTION_ONLY
    target = entries.target[correcting]
    known = (target >= 0) & part[target]
    correcting, target = correcting[known], target[known]
    left = entries.quantity_e3.copy()
    np.add.at(left, target, entries.quantity_e3[correcting])
    gone = left[target] <= 0
    void[target[gone]] = void[correcting[gone]] = Verdict.VOIDED
    return void


def links_of(columns: Columns, origins: Mapping[int, Origin]) -> tuple[Int64, Int64]:
    """The corrections that take back a record, ascending, and the positions of these records."""
    part, row, quantity = (columns[name] for name in ("part", "row", "quantity_e3"))
    negative = np.flatnonzero(quantity < 0)
    if not negative.size:
        return negative, negative
    named = {
        at: origins[place].corrected().get(number)
        for at, place, number in zip(
            negative.tolist(), part[negative].tolist(), row[negative].tolist(), strict=True
        )
    }
    wanted = {place for place in named.values() if place is not None}
    rows = np.flatnonzero(np.isin(row, [number for _, number in wanted]))
    at = {(int(part[i]), int(row[i])): i for i in rows.tolist()}
    links = {index: at[place] for index, place in named.items() if place in at}
    item = columns["item"]
    target = [_root(quantity, item, index, links) for index in negative.tolist()]
    found = np.array(target, np.int64)
    return negative[found >= 0], found[found >= 0]


def _root(
    quantity: npt.NDArray[np.signedinteger],
    item: npt.NDArray[np.signedinteger],
    index: int,
    links: Mapping[int, int],
) -> int:
    """The record that a correction takes back, also through other corrections; -1 for none."""
    seen = {index}
    while quantity[index] < 0:
        target = links.get(index, -1)
        if target in seen or target < 0 or item[target] != item[index]:
            return -1
        seen.add(target)
        index = target
    return index
