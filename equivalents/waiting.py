"""Records that wait for the others of their resident: gathered, corrections matched (5.5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from equivalents.grouping import group
from equivalents.policy.book import Verdict
from equivalents.records import Origin, RecordBlock
from equivalents.tally import Plan, Who
from equivalents.units import Codes, Int64

__all__ = ["Entries", "Waiting", "void_of"]


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

    def who(self, of: Int64, day: Codes) -> Who:
        """Who did the records at ``of``, and where, on some days of theirs."""
        columns = self.institution[of], self.person[of], day, self.post[of], self.shared[of]
        return Who(*columns)


@dataclass(slots=True)
class Waiting:
    """Blocks of waiting records, from any part and thread."""

    blocks: list[RecordBlock] = field(default_factory=list)

    def add(self, block: RecordBlock) -> None:
        """Keep a block whose records all wait."""
        self.blocks.append(block)

    def absorb(self, other: "Waiting") -> None:
        """Add what another part keeps waiting."""
        self.blocks.extend(other.blocks)

    def __len__(self) -> int:
        return sum(map(len, self.blocks))

    def parted(self, plan: Plan) -> "Iterator[Waiting]":
        """The records parted by the groups of items that may meet; they move, none is kept here."""
        groups = plan.waits.groups
        parts = [Waiting() for _ in range(int(groups.max()) + 1)]
        while self.blocks:
            block = self.blocks.pop(0)
            which = groups[np.minimum(block.item, len(plan.known_items))]
            order, starts = group([which])
            for where in np.split(order, starts[1:]) if len(block) else ():
                parts[int(which[where[0]])].add(block.only(np.sort(where)))
        return (part for part in parts if len(part))

    def origins(self) -> dict[int, Origin]:
        """Where the records of each part came from."""
        contacts = ((block.part, block.contact) for block in self.blocks)
        return {part: contact.origin for part, contact in contacts if contact is not None}

    def entries(self) -> Entries:
        """All waiting records as columns, with corrections matched, not yet ordered."""
        blocks = self.blocks
        contacts = [block.contact for block in blocks if block.contact is not None]
        none = np.zeros(0, np.int32)
        sizes = [len(block) for block in blocks]
        size = sum(sizes)

        def joined(columns: list[Codes | None], missing: int = 0) -> Codes:
            parts = zip(columns, sizes, strict=True)
            absent = (np.full(n, missing, np.int32) if c is None else c for c, n in parts)
            return np.concatenate([none, *absent])

        entries = Entries(
            np.repeat(np.array([block.part for block in blocks], np.int64), sizes),
            np.concatenate([np.zeros(0, np.int64), *(block.row for block in blocks)]),
            joined([block.institution for block in blocks]),
            joined([block.person for block in blocks]),
            joined([block.item for block in blocks]),
            joined([block.day for block in blocks]),
            np.concatenate([np.zeros(0, np.int64), *(block.quantity_e3 for block in blocks)]),
            joined([block.attribute for block in blocks]),
            joined([block.post for block in blocks]),
            joined([block.shared for block in blocks], missing=-1),
            joined([contact.resident for contact in contacts]),
            joined([contact.household for contact in contacts]),
            joined([contact.end for contact in contacts]),
            np.zeros(size, np.int64),
            np.full(size, -1, np.int64),
        )
        _match_corrections(entries, self.origins())
        return entries


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


def _match_corrections(entries: Entries, origins: Mapping[int, Origin]) -> None:
    """Find the record that each correction takes back (``target``)."""
    negative = np.flatnonzero(entries.quantity_e3 < 0).tolist()
    if not negative:
        return
    named = {index: _named(entries, index, origins) for index in negative}
    wanted = {place for place in named.values() if place is not None}
    rows = np.flatnonzero(np.isin(entries.row, [row for _, row in wanted]))
    at = {(int(entries.part[i]), int(entries.row[i])): i for i in rows.tolist()}
    links = {index: at[place] for index, place in named.items() if place in at}
    for index in negative:
        entries.target[index] = _root(entries, index, links)


def _named(entries: Entries, index: int, origins: Mapping[int, Origin]) -> tuple[int, int] | None:
    """The part and row that a correction names."""
    return origins[int(entries.part[index])].corrected().get(int(entries.row[index]))


def _root(entries: Entries, index: int, links: Mapping[int, int]) -> int:
    """The record that a correction takes back, also through other corrections; -1 for none."""
    seen = {index}
    while entries.quantity_e3[index] < 0:
        target = links.get(index, -1)
        if target in seen or target < 0 or entries.item[target] != entries.item[index]:
            return -1
        seen.add(target)
        index = target
    return index
