"""Postings by person, read once for each put of the staff table.

Rows are never edited, so what a put left is the same for good; a county's sixty thousand rows are
grouped once and every page of people is taken from them.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import Final

from sqlalchemy import Connection

from api.access.roles import ALL, Reach
from api.rowsasked import rows_at
from equivalents.store.datedread import DatedRow, last_put
from equivalents.store.engine import Store

__all__ = [
    "PEOPLE",
    "People",
    "PeopleKept",
]

_TABLE: Final = "staff"
_MOST: Final = 3
_Key = tuple[str, str, int, int]


class People:
    """Every person with their postings, by number."""

    def __init__(self, rows: Sequence[DatedRow]) -> None:
        found: dict[str, list[DatedRow]] = {}
        for one in rows:
            found.setdefault(one.row["person_id"], []).append(one)
        self.postings: Mapping[str, Sequence[DatedRow]] = {one: found[one] for one in sorted(found)}

    @cached_property
    def by_institution(self) -> Mapping[str, frozenset[str]]:
        """Who has a posting at each institution."""
        found: dict[str, set[str]] = {}
        for person, rows in self.postings.items():
            for one in rows:
                found.setdefault(one.row["institution_id"], set()).add(person)
        return {place: frozenset(people) for place, people in found.items()}

    def within(self, reach: Reach) -> frozenset[str]:
        """Who has a posting within somebody's reach."""
        if reach is ALL:
            return frozenset(self.postings)
        some = (self.by_institution.get(str(place), frozenset()) for place in reach)
        return frozenset[str]().union(*some)


class PeopleKept:
    """The last few that were asked for."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, People] = OrderedDict()
        self._lock = Lock()

    def of(
        self,
        store: Store,
        connection: Connection,
        period: str | None = None,
        as_of: int | None = None,
    ) -> People:
        """The people as they stand, or hold in a period, as known at an audit entry.

        Not for a transaction under way: what it put may yet be taken back.
        """
        # Which rows hold in a period follows from what was put for it and what stands.
        stands = last_put(connection, _TABLE, "", as_of)
        own = last_put(connection, _TABLE, period, as_of) if period else 0
        key = (store.place.name, period or "", stands, own)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        made = People(rows_at(connection, _TABLE, period, as_of))
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return made


PEOPLE: Final = PeopleKept()
"""Those of this process."""
