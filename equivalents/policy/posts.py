"""Which posting a record belongs to: by institution, person, date and, if given, post.

A posting is the dated truth about a person at a place (post, title tier, department), so the
tally is keyed by it and nobody has to cut buckets at everybody's dates. Sources: A6, 5.20.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from equivalents.codes import Codebook, Coded
from equivalents.grouping import each_once
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.model import Posting
from equivalents.policy.roster import Roster
from equivalents.units import Codes, Int64

__all__ = ["Codes", "NO_POSTING", "Postings"]

NO_POSTING = -1

_FEW = 6
"""Runs of one person that are looked at in turn before searching."""

_SPAN = 2 * LAST_DAY
"""More than any day number: day numbers from 1900 to 2200 lie within half of it either way."""


class Postings:
    """Finds postings for whole columns of records.

    ``find`` first tries people who are at one place throughout (two narrow gathers), then the runs
    of days of each of the others in turn, and searches the sorted runs where a post is named or
    somebody has very many. ``post`` is 0 where the record names none, -1 where it names an unknown
    one.
    """

    def __init__(
        self,
        postings: Iterable[Posting],
        institutions: Codebook[str],
        persons: Codebook[str],
        mostly: tuple[int, int] = (FIRST_DAY, LAST_DAY),
    ) -> None:
        """Order the postings naturally and lay out their runs of days.

        ``mostly`` are the days ``[first, after)`` that nearly all records lie in. It decides how
        fast they are found, never what is found.
        """
        given = Roster.of(postings)
        self.posts = Codebook(["", *(text for text in given.post_id.texts if text)])
        institution = _positions(given.institution_id, institutions)
        person = _positions(given.person_id, persons)
        post = _positions(given.post_id, self.posts)
        since, until, beside = given.active_from, given.active_to, ~given.main
        # Codebooks are in code point order, so this is the natural order of the rows.
        self.order = np.lexsort((beside, until, since, post, person, institution))
        self._given = given
        self.institution, self.person = institution[self.order], person[self.order]
        self.post = post[self.order]
        self._since, self._until = since[self.order], until[self.order]
        self._persons = max(len(persons), 1)
        self._mostly = mostly
        self._lay_out(self.post)

    def __len__(self) -> int:
        return int(self.order.size)

    def __getitem__(self, index: int) -> Posting:
        return self._given[int(self.order[index])]

    @cached_property
    def rows(self) -> Sequence[Posting]:
        """All postings in their natural order, as objects: for reports, not for sums."""
        return tuple(map(self._given.__getitem__, self.order.tolist()))

    @cached_property
    def identity(self) -> Codes:
        """A number for each posting: one for all that differ only in dates, title and the like."""
        return _numbered(self.institution, self.person, self.post)

    @cached_property
    def pair(self) -> Codes:
        """A number for each posting: one for all of a person at an institution, in their order."""
        return _numbered(self.institution, self.person)

    @cached_property
    def beside(self) -> npt.NDArray[np.bool_]:
        """Which postings are of a person who has another one at the place at the same time."""
        pair = self.institution.astype(np.int64) * self._persons + self.person
        order = np.lexsort((self._since, pair))
        key, since, until = pair[order], self._since[order], self._until[order]
        # Sorted by their first day, some posting of a pair meets another only if neighbours do.
        meets = (key[1:] == key[:-1]) & (since[1:] < until[:-1])
        return np.isin(pair, key[1:][meets])

    @cached_property
    def department(self) -> Int64:
        """The rank of each posting's department by code; a blank one comes first."""
        blank = ("",) * len(self._given)
        named = np.array(self._given.others.get("department_id") or blank, np.str_)
        return np.unique(named, return_inverse=True)[1].astype(np.int64)[self.order]

    @cached_property
    def moves(self) -> bool:
        """Whether somebody's post goes from one department to another."""
        same = np.diff(self.identity) == 0
        return bool((same & (np.diff(self.department) != 0)).any())

    def _lay_out(self, post: Codes) -> None:
        """Runs of days (key, from, to, posting), sorted; each key's runs do not overlap."""
        pair = self.institution.astype(np.int64) * self._persons + self.person
        named = np.flatnonzero(post > 0)
        keys = np.concatenate([pair, pair[named]]) * len(self.posts)
        keys[pair.size :] += post[named]
        owner = np.concatenate([np.arange(pair.size), named])
        crossing = np.isin(keys, self._overlapping(keys, owner))
        cut = np.array(list(self._runs(keys[crossing], owner[crossing])), np.int64).reshape(-1, 4)
        single = owner[~crossing]
        columns = (keys[~crossing], self._since[single], self._until[single], single)
        key, start, end, posting = (
            np.concatenate([column, cut[:, at]]) for at, column in enumerate(columns)
        )
        self._order = key * _SPAN + start
        if (np.diff(self._order) < 0).any():  # where nothing is cut or named it is in order
            order = np.argsort(self._order, kind="stable")
            key, start, end, posting = key[order], start[order], end[order], posting[order]
            self._order = self._order[order]
        self._keys, self._ends, self._postings = key, end, posting.astype(np.int32)
        self._set_homes(start)

    def _overlapping(self, keys: Int64, owner: Int64) -> Int64:
        """The keys whose runs of days overlap: only their postings must be cut at dates."""
        order = np.lexsort((self._since[owner], keys))
        key, since, until = keys[order], self._since[owner[order]], self._until[owner[order]]
        # Sorted by their first day, some run of a key overlaps another only if two neighbours do.
        meets = (key[1:] == key[:-1]) & (since[1:] < until[:-1])
        return each_once(key[1:][meets])

    def _runs(self, keys: Int64, owner: Int64) -> Iterator[tuple[int, int, int, int]]:
        """Cut the postings that share a key at each other's dates."""
        together: dict[int, list[int]] = defaultdict(list)
        for key, posting in zip(keys.tolist(), owner.tolist(), strict=True):
            together[key].append(posting)
        for key, several in together.items():
            for since, until, posting in self._cut(several):
                yield key, since, until, posting

    def _cut(self, several: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        """Cut overlapping postings at each other's dates; the main one counts, then post order."""
        edges = {int(day) for i in several for day in (self._since[i], self._until[i])}
        ordered = sorted(edges)
        for start, end in pairwise(ordered):
            active = [i for i in several if self._active(i, start)]
            if active:
                yield start, end, min(active, key=lambda i: (not self[i].main, i))

    def _active(self, index: int, day: int) -> bool:
        return bool(self._since[index] <= day < self._until[index])

    def _set_homes(self, starts: Int64) -> None:
        """The quick ways: the run of each person who has one throughout, and where all of them are.

        ``_steady`` is the institution of a person whose first run holds on all the days of
        ``_mostly``, ``_lasting`` its posting. A row of ``_walk`` is (institution, from, to,
        posting): the runs of everybody person by person, ``_first`` where each one's begin. A row
        of ``_home`` has the first two of a person side by side: one read of the memory.
        """
        plain = np.flatnonzero(self._keys % len(self.posts) == 0)
        owner = self.person[self._postings[plain]]
        by_person = plain[np.argsort(owner, kind="stable")]
        posting = self._postings[by_person]
        columns = (self.institution[posting], starts[by_person], self._ends[by_person], posting)
        self._walk = np.ascontiguousarray(np.stack(columns, axis=1).astype(np.int32))
        self._count = np.bincount(owner, minlength=self._persons)
        self._first = np.concatenate([[0], np.cumsum(self._count)[:-1]])
        self._home = np.full((self._persons, 8), NO_POSTING, np.int32)
        two = np.flatnonzero(self._count > 1)
        self._home[two, 4:] = self._walk[self._first[two] + 1]
        some = np.flatnonzero(self._count)
        home = self._home[some, :4] = self._walk[self._first[some]]
        lasts = (home[:, 1] <= self._mostly[0]) & (home[:, 2] >= self._mostly[1])
        self._steady, self._lasting = np.full((2, self._persons), NO_POSTING, np.int32)
        self._steady[some[lasts]], self._lasting[some[lasts]] = home[lasts, 0], home[lasts, 3]

    @property
    def since(self) -> Codes:
        """The first day of each posting."""
        return self._since

    @property
    def until(self) -> Codes:
        """The end of each posting, exclusive."""
        return self._until

    @property
    def main(self) -> npt.NDArray[np.bool_]:
        """Which postings are main ones: of several at a place these have the records (5.20)."""
        main: npt.NDArray[np.bool_] = self._given.main[self.order]
        return main

    def overlap(self, start: int, end: int) -> npt.NDArray[np.bool_]:
        """Which postings have a day in ``[start, end)``."""
        return (self._since < end) & (self._until > start)

    def find(self, institution: Codes, person: Codes, day: Codes, post: Codes | None) -> Codes:
        """The posting of each record, or :data:`NO_POSTING`; all columns of one length."""
        # `take` reads twice as fast as an index expression does, and whole rows ten times.
        missed = np.take(self._steady, person) != institution
        missed |= day < self._mostly[0]
        missed |= day >= self._mostly[1]
        if post is not None:
            missed |= post != 0
        found: Codes = np.take(self._lasting, person)
        rest = np.flatnonzero(missed)
        if rest.size:
            asked = np.take(institution, rest), np.take(person, rest), np.take(day, rest)
            if post is None:
                found[rest] = self._walk_through(*asked)
            else:
                found[rest] = self._search(*asked, post[rest])
        return found

    def _walk_through(self, institution: Codes, person: Codes, day: Codes) -> Codes:
        """The runs of each person in turn; nearly all have one to three."""
        home = np.take(self._home, person, axis=0)
        found = np.full(person.size, NO_POSTING, np.int32)
        for run in (home[:, :4], home[:, 4:]):
            here = np.flatnonzero(_within(run, institution, day))
            found[here] = run[here, 3]
        left = np.flatnonzero((found == NO_POSTING) & (np.take(self._count, person) > 2))
        for nth in range(2, _FEW):
            if left.size == 0:
                return found
            run = np.take(self._walk, self._first[person[left]] + nth, axis=0)
            fits = _within(run, institution[left], day[left])
            found[left[fits]] = run[fits, 3]
            left = left[~fits & (self._count[person[left]] > nth + 1)]
        if left.size:
            blank = np.zeros(left.size, np.int32)
            found[left] = self._search(institution[left], person[left], day[left], blank)
        return found

    def _search(self, institution: Codes, person: Codes, day: Codes, post: Codes) -> Codes:
        pair = institution.astype(np.int64) * self._persons + person
        key = pair * len(self.posts) + post
        at = np.searchsorted(self._order, key * _SPAN + day, side="right") - 1
        at = np.maximum(at, 0)
        if self._keys.size == 0:
            return np.full(key.size, NO_POSTING, np.int32)
        fits = (self._keys[at] == key) & (day < self._ends[at]) & (post >= 0)
        # A day before the first run of a key lands on the run of a smaller key, or on none.
        fits &= self._order[at] <= key * _SPAN + day
        return np.where(fits, self._postings[at], NO_POSTING).astype(np.int32)


def _within(run: Codes, institution: Codes, day: Codes) -> npt.NDArray[np.bool_]:
    """Which records lie in their run, a row of (institution, from, to, posting) for each."""
    fits: npt.NDArray[np.bool_] = run[:, 0] == institution
    fits &= run[:, 1] <= day
    fits &= day < run[:, 2]
    return fits


def _numbered(*columns: Codes) -> Codes:
    """Numbers from 0 for the rows of sorted columns, the same for equal rows."""
    changed = [np.diff(column, prepend=column[:1]) != 0 for column in columns]
    return np.cumsum(np.logical_or.reduce(changed), dtype=np.int32)


def _positions(column: Coded, book: Codebook[str]) -> Codes:
    """The position in a codebook of each row's text."""
    if book.values == column.texts:
        return column.code
    return np.array(book.find_all(column.texts), np.int32)[column.code]
