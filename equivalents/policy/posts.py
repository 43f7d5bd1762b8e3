"""Which posting a record belongs to: by institution, person, date and, if given, post.

A posting is the dated truth about a person at a place (post, title tier, department), so the
tally is keyed by it and nobody has to cut buckets at everybody's dates. Sources: A6, 5.20.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from equivalents.codes import Codebook
from equivalents.policy.calendar import LAST_DAY
from equivalents.policy.model import Posting

__all__ = ["Codes", "NO_POSTING", "Postings"]

Codes = npt.NDArray[np.int32]
NO_POSTING = -1

_FEW = 6
"""Runs of one person that are looked at in turn before searching."""

_SPAN = 2 * LAST_DAY
"""More than any day number: day numbers from 1900 to 2200 lie within half of it either way."""


class Postings:
    """Finds postings for whole columns of records.

    ``find`` first tries each person's first run of days (one gather), then their others, and
    searches the sorted runs where a post is named or somebody has very many. ``post`` is 0
    where the record names none, -1 where it names an unknown one.
    """

    def __init__(
        self, postings: Iterable[Posting], institutions: Codebook[str], persons: Codebook[str]
    ) -> None:
        """Order the postings naturally and lay out their runs of days."""
        given = tuple(postings)
        self.posts = Codebook(["", *sorted({row.post_id for row in given if row.post_id})])
        order = _natural_order(given, institutions, persons, self.posts)
        self.rows: Sequence[Posting] = tuple(given[i] for i in order)
        self.institution = _column(institutions.find(row.institution_id) for row in self.rows)
        self.person = _column(persons.find(row.person_id) for row in self.rows)
        self._persons = max(len(persons), 1)
        self._lay_out()

    def _lay_out(self) -> None:
        """Runs of days (key, from, to, posting), sorted; each key's runs do not overlap."""
        post = _column(self.posts.find(row.post_id) for row in self.rows)
        pair = self.institution.astype(np.int64) * self._persons + self.person
        named = np.flatnonzero(post > 0)
        everyone = np.arange(len(self.rows))
        keys = np.concatenate([pair, pair[named]]) * len(self.posts)
        keys[len(self.rows) :] += post[named]
        owner = np.concatenate([everyone, named])
        order = np.argsort(keys, kind="stable")
        keys, owner = keys[order], owner[order]
        runs = sorted(self._runs(keys, owner))
        self._keys = np.array([run[0] for run in runs], np.int64)
        starts = np.array([run[1] for run in runs], np.int64)
        self._ends = np.array([run[2] for run in runs], np.int64)
        self._postings = _column(run[3] for run in runs)
        self._order = self._keys * _SPAN + starts
        self._set_homes(starts)

    def _runs(
        self, keys: npt.NDArray[np.int64], owner: npt.NDArray[np.int64]
    ) -> Iterator[tuple[int, int, int, int]]:
        """Cut the postings of each key at each other's dates."""
        edges = [*np.flatnonzero(np.diff(keys, prepend=-1)).tolist(), keys.size]
        owners, every_key = owner.tolist(), keys.tolist()
        for start, stop in pairwise(edges):
            for since, until, posting in self._cut(owners[start:stop]):
                yield every_key[start], since, until, posting

    def _cut(self, several: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        """Cut overlapping postings at each other's dates; the main one counts, then post order."""
        if len(several) == 1:
            only = self.rows[several[0]]
            yield only.active_from, only.active_to, several[0]
            return
        edges = {day for i in several for day in (self.rows[i].active_from, self.rows[i].active_to)}
        ordered = sorted(edges)
        for start, end in pairwise(ordered):
            active = [i for i in several if self._active(i, start)]
            if active:
                yield start, end, min(active, key=lambda i: (not self.rows[i].main, i))

    def _active(self, index: int, day: int) -> bool:
        return self.rows[index].active_from <= day < self.rows[index].active_to

    def _set_homes(self, starts: npt.NDArray[np.int64]) -> None:
        """The quick ways: each person's first run beside the person, and where all of them are.

        A row of ``_home`` is (institution, from, to, posting); one row is one cache line's read.
        ``_walk`` has the runs of everybody person by person, ``_first`` where each one's begin.
        """
        plain = np.flatnonzero(self._keys % len(self.posts) == 0)
        owner = self.person[self._postings[plain]]
        by_person = plain[np.argsort(owner, kind="stable")]
        posting = self._postings[by_person]
        columns = (self.institution[posting], starts[by_person], self._ends[by_person], posting)
        self._walk = np.ascontiguousarray(np.stack(columns, axis=1).astype(np.int32))
        self._count = np.bincount(owner, minlength=self._persons)
        self._first = np.concatenate([[0], np.cumsum(self._count)[:-1]])
        self._home = np.full((self._persons, 4), NO_POSTING, np.int32)
        some = np.flatnonzero(self._count)
        self._home[some] = self._walk[self._first[some]]

    def find(self, institution: Codes, person: Codes, day: Codes, post: Codes | None) -> Codes:
        """The posting of each record, or :data:`NO_POSTING`; all columns of one length."""
        home = self._home[person]
        fits = (home[:, 0] == institution) & (home[:, 1] <= day) & (day < home[:, 2])
        if post is not None:
            fits &= post == 0
        found = np.where(fits, home[:, 3], np.int32(NO_POSTING))
        rest = np.flatnonzero(~fits)
        if rest.size:
            asked = institution[rest], person[rest], day[rest]
            if post is None:
                found[rest] = self._look_further(*asked)
            else:
                found[rest] = self._search(*asked, post[rest])
        return found

    def _look_further(self, institution: Codes, person: Codes, day: Codes) -> Codes:
        """People with several runs: each of theirs in turn; nearly all have two or three."""
        found = np.full(person.size, NO_POSTING, np.int32)
        left = np.flatnonzero(self._count[person] > 1)
        for nth in range(1, _FEW):
            if left.size == 0:
                return found
            run = self._walk[self._first[person[left]] + nth]
            fits = (
                (run[:, 0] == institution[left])
                & (run[:, 1] <= day[left])
                & (day[left] < run[:, 2])
            )
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


def _natural_order(
    rows: Sequence[Posting],
    institutions: Codebook[str],
    persons: Codebook[str],
    posts: Codebook[str],
) -> list[int]:
    """By institution, person, post, dates, main first; the codebooks are in code point order."""
    columns = (
        [not row.main for row in rows],
        [row.active_to for row in rows],
        [row.active_from for row in rows],
        [posts.find(row.post_id) for row in rows],
        [persons.find(row.person_id) for row in rows],
        [institutions.find(row.institution_id) for row in rows],
    )
    order: list[int] = np.lexsort(columns).tolist()
    return order


def _column(values: Iterable[int]) -> Codes:
    return np.fromiter(values, np.int32)
