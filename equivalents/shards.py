"""Waiting records in shards: what is decided in one says nothing of what is decided in another.

Items that no rule brings together do not meet, nor do records of different residents, unless
an item counts by household as well. So the records are parted by groups of items, and large groups
again by resident or household. Each shard is resolved by itself: it fits into the processor's
cache, threads share the shards, and memory is that of a few of them. A correction stands in the
shard of the record that it takes back; where that is of another resident, the group is not parted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.grouping import each_once
from equivalents.policy.waits import Waits
from equivalents.tally import Plan
from equivalents.units import Codes, Int64
from equivalents.waiting import Columns, Entries, Waiting, entries_of, links_of, narrowed

__all__ = ["Ledger", "Shard"]

_SIZE: Final = 1 << 17
"""Records a shard, where they can be parted."""

_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shard:
    """Records from ``start`` to before ``stop`` of a ledger.

    ``subject`` says whose records must stay together: ``resident``, ``household``, or blank where
    all of them must.
    """

    start: int
    stop: int
    subject: str

    def together(self, entries: Entries, some: Int64) -> Int64:
        """The positions of all entries that must stay together with some of them, ascending."""
        if not self.subject or not some.size:
            return np.arange(len(entries) if some.size else 0)
        whose: Codes = getattr(entries, self.subject)
        # Who is blank, -1, has the last place.
        marked = np.zeros(int(whose.max(initial=0)) + 2, bool)
        marked[whose[some]] = True
        back = np.flatnonzero(entries.target >= 0)
        there = entries.target[back]
        other = whose[back] != whose[there]
        marked[whose[back[other]]] = marked[whose[there[other]]] = True
        return np.flatnonzero(marked[whose])


class Ledger:
    """All waiting records of a case, parted into ``shards``, with corrections matched."""

    def __init__(
        self, waiting: Waiting, plan: Plan, freed: Callable[[], None] | None = None
    ) -> None:
        """Take the records over; ``freed`` is called when ``waiting`` has given away any."""
        self._columns = columns = waiting.taken()
        if freed is not None and columns["part"].size:
            freed()
        self.origins = waiting.origins
        back, there = links_of(columns, self.origins)
        subjects = _subjects(plan.waits)
        key, first = _keys(columns, plan, subjects, back, there)
        # Places fit into 32 bits, as the columns of so many records fit into memory.
        self._order = np.argsort(key, kind="stable").astype(np.uint32)
        bounds = np.append(0, np.cumsum(np.bincount(key, minlength=1))).tolist()
        owner = np.searchsorted(first, np.arange(len(bounds) - 1), "right") - 1
        self.shards = [
            Shard(start, stop, subjects[at])
            for at, start, stop in zip(owner.tolist(), bounds[:-1], bounds[1:], strict=True)
            if start < stop
        ]
        self._set_links(back, there)

    def _set_links(self, back: Int64, there: Int64) -> None:
        """Corrections and their records by where they stand in the order of shards."""
        if back.size:
            place = np.empty(self._order.size, np.int64)
            place[self._order] = np.arange(place.size)
            back, there = place[back], place[there]
        ascending = np.argsort(back)
        self._back, self._there = back[ascending], there[ascending]

    def entries(self, shard: Shard, only: Int64 | None = None) -> Entries:
        """The records of a shard, or some of them (ascending positions), not yet ordered."""
        at = self._order[shard.start : shard.stop]
        target = np.full(at.size, -1, np.int64)
        links = slice(*np.searchsorted(self._back, [shard.start, shard.stop]).tolist())
        target[self._back[links] - shard.start] = self._there[links] - shard.start
        if only is not None:
            at, target = at[only], narrowed(target, only)
        return entries_of(self._columns, at, target)


def _subjects(waits: Waits) -> list[str]:
    """By whom the records of each group of items can be parted; blank where they cannot."""
    resident = waits.by_resident | waits.concurrent | waits.inside | waits.excluded
    of_resident = set(waits.groups[resident].tolist())
    of_household = set(waits.groups[waits.by_household].tolist())
    found = []
    for at in range(int(waits.groups.max()) + 1):
        household = "" if at in of_resident else "household"
        found.append(household if at in of_household else "resident")
    return found


def _keys(
    columns: Columns, plan: Plan, subjects: list[str], back: Int64, there: Int64
) -> tuple[npt.NDArray[np.unsignedinteger], Int64]:
    """The number of the shard of each record, and of the first shard of each group."""
    which = _groups(columns["item"], plan)
    sizes = np.bincount(which, minlength=len(subjects))
    parted = np.array([subject != "" for subject in subjects])
    several = np.maximum(np.where(parted, -(-sizes // _SIZE), 1), 1)
    first = np.cumsum(several) - several
    key = first.astype(np.min_scalar_type(int(several.sum())))[which]
    for at in range(0, key.size, _SIZE):
        some = slice(at, at + _SIZE)
        group = which[some]
        for name in ("resident", "household"):
            own = np.array([subject == name for subject in subjects])
            mine = np.flatnonzero((own & (several > 1))[group])
            added = columns[name][some][mine] % several[group[mine]]
            key[some][mine] += added.astype(key.dtype)
    crossing = each_once(which[back[key[back] != key[there]]])
    if crossing.size:
        alone = np.isin(which, crossing)
        key[alone] = first[which[alone]]
    return key, first


def _groups(item: npt.NDArray[np.signedinteger], plan: Plan) -> npt.NDArray[np.unsignedinteger]:
    """The group of the item of each record."""
    groups = plan.waits.groups
    narrow = groups.astype(np.min_scalar_type(int(groups.max())))
    return np.take(narrow, item, mode="clip")
