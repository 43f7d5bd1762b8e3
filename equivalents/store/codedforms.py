"""The coded columns of a part, as arrays and facts that hold under other rosters, and back.

Reading and coding a file does not ask who works where and when: a new posting, another share of a
team or another day at which weights change leaves the columns as they are. Institutions, people,
posts and teams are kept by their ids, and found again among those of the plan. Where one is missing
there, or where rows were refused because an id was in no table (which another table may have), the
columns are not used and the file is read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from equivalents.codes import Codebook
from equivalents.policy.posts import Codes
from equivalents.records import Contact, FaultSet, Origin, RecordBlock
from equivalents.store.cachefiles import Entry, address_of
from equivalents.store.keptforms import (
    above,
    attributes_learned,
    attributes_told,
    codes_of,
    faults_told,
    ids_learned,
    ids_told,
    narrow,
    numbered,
    told_faults,
)
from equivalents.tally import Plan
from equivalents.units import Int64
from equivalents.waiting import Columns, Waiting

__all__ = ["Collected", "blocks_of", "coding_address"]

_Array = npt.NDArray[Any]
_SLICE: Final = 1 << 17
"""Records a block: as the reader makes them."""
_MOST: Final = 1 << 23
"""A part of more records is not collected: it would have to stand in memory as a whole."""
_KINDS: Final = ("own", "waiting")
"""Records that are counted as they come, and those that wait for others."""
_AS_THEY_ARE: Final = ("row", "day", "quantity_e3", "end")


def coding_address(plan: Plan) -> str:
    """The hash of what decides which records wait, and so whose residents are kept."""
    waits = np.flatnonzero(plan.waits.item[:-1]).tolist()
    return address_of(sorted(plan.known_items[at] for at in waits))


class Collected:
    """What the blocks of a part hold, gathered in narrow columns while they stream by."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._columns = {kind: Waiting() for kind in _KINDS}
        self._faults: list[FaultSet] = []
        self._refused = 0

    def add(self, block: RecordBlock) -> None:
        """Gather a block as it came from the reader."""
        self._refused += block.refused
        self._faults += block.faults
        if block.contact is not None:
            self._columns["waiting"].add(block)
            return
        blank: Codes = np.broadcast_to(np.int32(-1), len(block))
        contact = Contact(blank, blank, blank, self._origin)
        self._columns["own"].add(replace(block, contact=contact))

    @property
    def fits(self) -> bool:
        """Whether the records are few enough to be kept."""
        return sum(map(len, self._columns.values())) <= _MOST

    def entry(self, dates: Sequence[Sequence[Any]], plan: Plan) -> Entry:
        """All of it."""
        told, arrays = faults_told(self._faults)
        facts: dict[str, Any] = {"refused": self._refused, "faults": told, "dates": dates}
        facts["masters"] = _masters(plan)
        facts["strange_post"] = False
        for kind, waiting in self._columns.items():
            columns = waiting.held()
            if not columns["row"].size:
                continue
            facts["strange_post"] |= bool((columns["post"] < 0).any())
            facts[kind], more = _told(columns, plan, kind)
            arrays |= {name: narrow(column) for name, column in more.items()}
        return Entry(facts, arrays)


def blocks_of(entry: Entry, at: int, origin: Origin, plan: Plan) -> Iterator[RecordBlock] | None:
    """The blocks of a part again; ``None`` where they are not the same under this plan."""
    facts = entry.facts
    doubtful = facts["refused"] or facts["strange_post"]
    if doubtful and facts["masters"] != _masters(plan):
        return None
    found: dict[str, Columns] = {}
    for kind in _KINDS:
        if kind in facts:
            columns = _learned(entry, kind, plan)
            if columns is None:
                return None
            found[kind] = columns
    return _blocks(entry, found, at, origin)


def _blocks(
    entry: Entry, found: dict[str, Columns], at: int, origin: Origin
) -> Iterator[RecordBlock]:
    faults = tuple(told_faults(entry, at))
    yield RecordBlock.empty(at, entry.facts["refused"], faults)
    for kind, columns in found.items():
        size = columns["row"].size
        for start in range(0, size, _SLICE):
            yield _block(columns, slice(start, start + _SLICE), at, kind, origin)


def _block(columns: Columns, some: slice, at: int, kind: str, origin: Origin) -> RecordBlock:
    def codes(name: str) -> Codes:
        return columns[name][some].astype(np.int32)

    def numbers(name: str) -> Int64:
        return columns[name][some].astype(np.int64)

    contact = None
    if kind == "waiting":
        contact = Contact(codes("resident"), codes("household"), codes("end"), origin)
    shared = codes("shared")
    return RecordBlock(
        at,
        numbers("row"),
        codes("institution"),
        codes("person"),
        codes("item"),
        codes("day"),
        numbers("quantity_e3"),
        codes("attribute") if columns["attribute"].any() else None,
        codes("post") if columns["post"].any() else None,
        contact=contact,
        shared=shared if (shared >= 0).any() else None,
    )


def _masters(plan: Plan) -> str:
    """The hash of the ids that records may name."""
    lists = plan.institutions, plan.persons, plan.postings.posts, plan.performers.teams
    return address_of(*([*one.values] for one in lists))


# -- columns ---------------------------------------------------------------------------------------


def _told(columns: Columns, plan: Plan, kind: str) -> tuple[dict[str, Any], dict[str, _Array]]:
    facts: dict[str, Any] = {}
    arrays: dict[str, _Array] = {name: columns[name] for name in _AS_THEY_ARE}
    for name, book in _books(plan).items():
        known, arrays[name] = numbered(columns[name].astype(np.int32) + np.int32(1))
        facts[name] = ["" if code == 0 else book[code - 1] for code in known.tolist()]
        # Blank and unknown have no code; whoever is first in the list may be one of them.
        facts[f"{name}.none"] = [code == 0 for code in known.tolist()]
    attributes, arrays["attribute"] = numbered(columns["attribute"])
    facts["attribute"] = attributes_told(attributes, plan)
    facts["shared"], arrays["shared"] = _shared_told(columns["shared"], plan)
    if kind == "waiting":
        for name, ids in (("resident", plan.residents), ("household", plan.households)):
            arrays |= ids_told(columns[name], name, ids)
    return facts, {f"{kind}.{name}": column for name, column in arrays.items()}


def _shared_told(codes: _Array, plan: Plan) -> tuple[dict[str, Any], Codes]:
    """Teams by their ids, sets by those of their people; -1 stays."""
    teams = plan.performers.teams
    found, sets = above(codes, len(teams))
    persons = plan.persons
    named = [[[persons[who], share] for who, share in plan.performers.sets[at]] for at in sets]
    return {"teams": [*teams.values], "sets": named}, found


def _learned(entry: Entry, kind: str, plan: Plan) -> Columns | None:
    facts = entry.facts[kind]
    columns: Columns = {name: entry.arrays[f"{kind}.{name}"] for name in _AS_THEY_ARE}
    for name, book in _books(plan).items():
        known = _found(facts[name], facts[f"{name}.none"], book)
        if known is None:
            return None
        columns[name] = known[entry.arrays[f"{kind}.{name}"]]
    attributes = attributes_learned(facts["attribute"], plan)
    columns["attribute"] = attributes[entry.arrays[f"{kind}.attribute"]]
    shared = _shared_learned(facts["shared"], entry.arrays[f"{kind}.shared"], plan)
    if shared is None:
        return None
    columns["shared"] = shared
    if kind == "waiting":
        for name, ids in (("resident", plan.residents), ("household", plan.households)):
            renamed = {
                part: entry.arrays[f"{kind}.{part}"]
                for part in (name, f"{name}.letters", f"{name}.lengths")
            }
            columns[name] = ids_learned(Entry(arrays=renamed), name, ids)
    return columns


def _found(
    texts: Sequence[str], none: Sequence[bool], book: "Codebook[str] | _Items"
) -> Codes | None:
    """The codes of some texts, -1 for those that stand for none; ``None`` where one is missing."""
    codes = [-1 if off else book.find(text) for text, off in zip(texts, none, strict=True)]
    missing = [code < 0 and not off for code, off in zip(codes, none, strict=True)]
    return None if any(missing) else codes_of(codes)


def _shared_learned(facts: Any, codes: _Array, plan: Plan) -> Codes | None:
    teams, sets = plan.performers.teams, []
    for members in facts["sets"]:
        pairs = [(plan.persons.find(who), share) for who, share in members]
        if any(who < 0 for who, _ in pairs):
            return None
        sets.append(tuple(sorted(pairs)))
    learned = plan.performers.learn(sets)
    known = codes_of([*teams.find_all(facts["teams"]), *learned])
    found = codes.astype(np.int32)
    where = np.flatnonzero(found >= 0)
    found[where] = known[found[where]]
    return None if (found[where] < 0).any() else found


class _Items:
    """The items of a plan as a codebook that knows every text: those in no table are learned."""

    def __init__(self, plan: Plan) -> None:
        self._items = plan.items

    def __getitem__(self, code: int) -> str:
        return self._items[code]

    def find(self, text: str) -> int:
        """The code of a text."""
        return self._items.learn([text])[0]


def _books(plan: Plan) -> "dict[str, Codebook[str] | _Items]":
    """Who or what the codes of each column are."""
    return {
        "institution": plan.institutions,
        "person": plan.persons,
        "item": _Items(plan),
        "post": plan.postings.posts,
    }
