"""Who does a record: a posting of a role, at a place, that is in force on the day."""

from typing import Final

import numpy as np

from equivalents.demo.draw import Draw, Int64, Urn
from equivalents.demo.items import ROLES
from equivalents.demo.people import Posting
from equivalents.demo.places import INSTITUTIONS
from equivalents.demo.seasons import DAYS

__all__ = ["Workers"]

_ELSEWHERE_AFTER: Final = 40  # draws without success; then anybody of the role will do


class Workers:
    """The roster by columns, and draws from it by role and place, as often as each one's pace says.

    `person`, `place` and `role` give those of each posting.
    """

    def __init__(self, roster: list[Posting]) -> None:
        self.person = np.array([row.person for row in roster], dtype=np.int64)
        self.place = np.array([row.place for row in roster], dtype=np.int64)
        self.role = np.array([ROLES.index(row.role) for row in roster], dtype=np.int64)
        self._since = np.array([row.since for row in roster], dtype=np.int64)
        self._until = np.array(
            [DAYS * 9 if row.until is None else row.until for row in roster], dtype=np.int64
        )
        groups = [np.flatnonzero(self.role == role) for role in range(len(ROLES))]
        self._group = np.repeat(np.arange(len(ROLES))[:, None], len(INSTITUTIONS), axis=1)
        for role in range(len(ROLES)):
            for place in range(len(INSTITUTIONS)):
                here = np.flatnonzero((self.role == role) & (self.place == place))
                if here.size:
                    self._group[role, place] = len(groups)
                    groups.append(here)
        self._entries = np.concatenate(groups)
        self._urn = Urn([[roster[k].pace for k in group.tolist()] for group in groups])
        self._same = self._other_posting()

    def _other_posting(self) -> Int64:
        """The posting of the same person, place and role after each one, or before it, or itself.

        Promoted people have two.
        """
        same = np.arange(len(self.person))
        both = np.flatnonzero(
            (np.diff(self.person) == 0) & (np.diff(self.place) == 0) & (np.diff(self.role) == 0)
        )
        same[both], same[both + 1] = both + 1, both
        return same

    def there(
        self, posting: Int64, first: Int64, last: Int64
    ) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Whether each posting is in force from the first to the last day; -1 never is."""
        found = (self._since[posting] <= first) & (last < self._until[posting])
        return found & (posting >= 0)

    def find(
        self,
        draw: Draw,
        role: Int64,
        day: Int64,
        place: Int64 | None = None,
        usual: Int64 | None = None,
        last: Int64 | None = None,
    ) -> Int64:
        """A posting of each role (at each place, if given) in force on each day.

        `usual` are the postings to take if they are in force; up to `last`, if given, they must
        be in force all the time. Where nobody of the role is at the place then, somebody from
        elsewhere comes in.
        """
        last = day if last is None else last
        anywhere = role
        group = anywhere if place is None else self._group[role, place]
        posting = np.full(len(day), -1, dtype=np.int64) if usual is None else usual.copy()
        away = (posting >= 0) & ~self.there(posting, day, last)
        posting[away] = self._same[posting[away]]
        left = np.flatnonzero(~self.there(posting, day, last))
        for attempt in range(1000):
            if not len(left):
                return posting
            asked = group if attempt < _ELSEWHERE_AFTER else anywhere
            drawn = self._entries[self._urn.take(draw, asked[left])]
            there = self.there(drawn, day[left], last[left])
            posting[left[there]] = drawn[there]
            left = left[~there]
        raise AssertionError("a role has nobody at work on some day")
