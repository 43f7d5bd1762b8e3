"""Crews 参与人员: who shares a record, with which postings and which whole-number shares.

A record names its performers, or a team. Who they are on the service date, and with which
postings, is worked out once per distinct (set, institution, day) of a block, for all of them in
one look-up of postings. What comes out is a *crew*: ((posting, share), ...) in lowest terms. In the
tally a crew takes the place of a posting: its code follows those of the postings.

Sources: A5, A6; definitions 5.4, 5.20.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import gcd
from threading import Lock
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from equivalents.codes import Codebook
from equivalents.grouping import group
from equivalents.policy.book import Verdict
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.model import TeamMember
from equivalents.policy.posts import NO_POSTING, Codes, Postings
from equivalents.units import Int64

__all__ = ["Found", "Members", "Performers", "SetBook", "Shared", "lowest_terms"]

Shared = tuple[tuple[int, int], ...]
"""Some persons or postings, ascending, each with a whole-number share."""

_Mask = npt.NDArray[np.bool_]
_DAYS: Final = LAST_DAY - FIRST_DAY + 1


def lowest_terms(members: Iterable[tuple[int, int]]) -> Shared:
    """The members in ascending order, their shares divided by what divides them all (5.4)."""
    ordered = sorted(members)
    divisor = gcd(*(share for _, share in ordered)) or 1
    # exact: the divisor divides every share
    return tuple((member, share // divisor) for member, share in ordered)


class Members(NamedTuple):
    """Sets laid out one behind the other: set ``i`` has ``member[starts[i] : starts[i + 1]]``."""

    starts: Int64
    member: Codes
    share: Int64

    def expand(self, sets: Codes) -> tuple[Int64, Int64]:
        """For each member of each asked set: which of the asked it is of, and where it stands."""
        first, count = self.starts[sets], self.starts[sets + 1] - self.starts[sets]
        of = np.repeat(np.arange(sets.size), count)
        skipped = first - (np.cumsum(count) - count)
        return of, np.arange(of.size) + skipped[of]


class SetBook:
    """A codebook of sets that are also laid out in arrays; grows from several threads."""

    def __init__(self) -> None:
        self._book: Codebook[Shared] = Codebook()
        self._laid_out = Members(
            np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int64)
        )
        self._growing = Lock()

    def __len__(self) -> int:
        return len(self._book)

    def __getitem__(self, position: int) -> Shared:
        return self._book[position]

    def learn(self, sets: Iterable[Shared]) -> list[int]:
        """The positions of sets, adding those that are new."""
        return self._book.learn(sets)

    def members(self) -> Members:
        """All sets known by now, laid out."""
        if self._laid_out.starts.size <= len(self):
            with self._growing:
                self._laid_out = self._grown(self._laid_out)
        return self._laid_out

    def _grown(self, old: Members) -> Members:
        news = self._book.values[old.starts.size - 1 : len(self)]
        sizes = np.array([len(one) for one in news], np.int64)
        flat = np.array([pair for one in news for pair in one], np.int64).reshape(-1, 2)
        return Members(
            np.concatenate([old.starts, old.starts[-1] + np.cumsum(sizes)]),
            np.concatenate([old.member, flat[:, 0].astype(np.int32)]),
            np.concatenate([old.share, flat[:, 1]]),
        )


class Found(NamedTuple):
    """Who shared each record: a posting, or a crew behind all postings, or a negative verdict.

    ``absent`` is the first performer without a posting there where that is the verdict, else -1.
    """

    posting: Codes
    absent: Codes


class Performers:
    """The performers of shared records of a case: teams by date, and sets as records name them.

    The code of a shared record is the position of its team, or ``len(teams)`` plus the position
    of its performer set in ``sets``. ``crews`` are the postings that shared a record.
    """

    def __init__(
        self, postings: Postings, persons: Codebook[str], members: Sequence[TeamMember]
    ) -> None:
        """Lay out who is in each team from when on."""
        self.teams = Codebook(sorted({member.team_id for member in members}))
        self.sets = SetBook()
        self.crews = SetBook()
        self._postings = postings
        self._latest = _Latest()
        self._since, self._who = self._by_date(members, persons)
        self.dated = sorted(
            (one.team_id, one.person_id, one.share, one.valid_from, one.valid_to) for one in members
        )

    def learn(self, sets: Iterable[Shared]) -> list[int]:
        """The codes of performer sets ((person, share), ...) in lowest terms."""
        return [len(self.teams) + code for code in self.sets.learn(sets)]

    def named(self, shared: Codes) -> tuple[Int64, Codes]:
        """Who shares some records that name performers, no team: of which record, and whom."""
        members = self.sets.members()
        of, at = members.expand(shared - np.int32(len(self.teams)))
        return of, members.member[at]

    def _by_date(
        self, members: Sequence[TeamMember], persons: Codebook[str]
    ) -> tuple[Int64, Codes]:
        """First days (team x days + day), sorted, and the set of those who are in from then on."""
        by_team: dict[str, list[TeamMember]] = defaultdict(list)
        for member in members:
            by_team[member.team_id].append(member)
        since: list[int] = [-1]
        who: list[Shared] = [()]
        for team, name in enumerate(self.teams.values):
            rows = by_team[name]
            edges = {day for row in rows for day in (row.valid_from, row.valid_to)}
            for day in sorted(edges | {FIRST_DAY}):
                here = [row for row in rows if row.valid_from <= day < row.valid_to]
                since.append(team * _DAYS + day - FIRST_DAY)
                who.append(lowest_terms((persons.find(row.person_id), row.share) for row in here))
        return np.array(since, np.int64), np.array(self.sets.learn(who), np.int32)

    def find(
        self, shared: Codes, institution: Codes, person: Codes, day: Codes, post: Codes | None
    ) -> Found:
        """Who shared each record; all columns of one length, ``shared`` not negative.

        ``post`` is that of ``person`` alone, as :meth:`Postings.find` has it. Of a named set each
        needs a posting there on the day (``NO_POST``). Of a team those without one do not share;
        where nobody is left the verdict is ``TEAM_EMPTY``.
        """
        keys = [shared, institution, day - FIRST_DAY]
        if post is not None:
            keys += [np.where(post == 0, 0, person + 1), post + 1]
        order, starts = group(keys)
        head = order[starts]
        own = None if post is None else post[head]
        one = self._find(shared[head], institution[head], person[head], day[head], own)
        times = np.diff(starts, append=order.size)
        found = Found(np.empty(order.size, np.int32), np.empty(order.size, np.int32))
        for column, answer in zip(found, one, strict=True):
            column[order] = np.repeat(answer, times)
        return found

    def _find(
        self, shared: Codes, institution: Codes, person: Codes, day: Codes, post: Codes | None
    ) -> Found:
        team = shared < len(self.teams)
        members = self.sets.members()
        sets = self._set_of(shared, team, day)
        of, at = members.expand(sets)
        who = members.member[at]
        own = None if post is None else np.where(who == person[of], post[of], np.int32(0))
        posting = self._postings.find(institution[of], who, day[of], own)
        missing = posting == NO_POSTING
        left = np.bincount(of[~missing], minlength=shared.size)
        code = np.where(left == 0, np.int32(Verdict.TEAM_EMPTY), np.int32(Verdict.NO_POST))
        absent = np.full(shared.size, -1, np.int32)
        # Backwards, so that of several who are missing the first one is written last and stays.
        needed = np.flatnonzero(missing & ~team[of])[::-1]
        absent[of[needed]] = who[needed]
        code[absent >= 0] = Verdict.NO_POST
        good = (absent < 0) & (left > 0)
        code[good] = self._latest.codes(sets, of, at, posting)[good]
        new = good & (code < 0)
        taken = np.flatnonzero(~missing & new[of])
        code[new] = self._crews_of(of[taken], posting[taken], members.share[at[taken]])
        self._latest.note(sets, of, at, posting, np.where(new, code, np.int32(-1)))
        return Found(code, absent)

    def _set_of(self, shared: Codes, team: _Mask, day: Codes) -> Codes:
        """The set of each code: that of a team is the one of the day."""
        key = shared.astype(np.int64) * _DAYS + (day - FIRST_DAY)
        of_team = self._who[np.searchsorted(self._since, np.where(team, key, -1), "right") - 1]
        return np.where(team, of_team, shared - np.int32(len(self.teams)))

    def _crews_of(self, of: Int64, posting: Codes, share: Int64) -> Codes:
        """One code for each run of ``of``: its posting where it is alone, else its crew."""
        starts = np.flatnonzero(np.diff(of, prepend=-1))
        if starts.size == 0:
            return np.zeros(0, np.int32)
        size = np.diff(starts, append=of.size)
        # exact: a greatest common divisor
        share = share // np.repeat(np.gcd.reduceat(share, starts), size)
        code = posting[starts].copy()
        news = np.flatnonzero((size > 1) & _differs_from_last(starts, size, posting, share))
        ends = starts + size
        crews = [
            tuple(zip(posting[a:b].tolist(), share[a:b].tolist(), strict=True))
            for a, b in zip(starts[news].tolist(), ends[news].tolist(), strict=True)
        ]
        learned = np.array(self.crews.learn(crews), np.int32) + np.int32(len(self._postings))
        several = np.flatnonzero(size > 1)
        code[several] = learned[np.searchsorted(news, several, "right") - 1]
        return code


class _Latest:
    """The crew that each set was when it was last looked up; for all threads.

    Postings rarely change, so mostly a set is the same crew again and no crew has to be built. That
    the same members are missing is part of being the same; whether they may be, is not asked here.
    """

    def __init__(self) -> None:
        self._code, self._posting = np.zeros((2, 0), np.int32)
        self._lock = Lock()

    def codes(self, sets: Codes, of: Int64, at: Int64, posting: Codes) -> Codes:
        """The code of each asked set where its members have the same postings again, else -1."""
        with self._lock:
            self._code, self._posting = _grown(self._code, sets), _grown(self._posting, at)
            code = self._code[sets]
            code[of[self._posting[at] != posting]] = -1
        return code

    def note(self, sets: Codes, of: Int64, at: Int64, posting: Codes, code: Codes) -> None:
        """Keep the codes of the asked sets, where they are not negative."""
        some, members = np.flatnonzero(code >= 0), np.flatnonzero(code[of] >= 0)
        with self._lock:
            # Of a set that is asked for on several days the last one stays, in both.
            self._code[sets[some]] = code[some]
            self._posting[at[members]] = posting[members]


def _grown(held: Codes, asked: npt.NDArray[np.integer]) -> Codes:
    """A column that has all asked positions; -1 at the new ones."""
    size = int(asked.max(initial=-1)) + 1
    return held if size <= held.size else np.append(held, np.full(size, -1, np.int32))


def _differs_from_last(starts: Int64, size: Int64, posting: Codes, share: Int64) -> _Mask:
    """Which runs do not repeat the run before: days in a row mostly do, and cost nothing then."""
    back = np.arange(posting.size) - np.repeat(np.concatenate([[0], size[:-1]]), size)
    back = np.maximum(back, 0)
    other = (posting != posting[back]) | (share != share[back])
    differs: _Mask = np.logical_or.reduceat(other, starts) | (np.diff(size, prepend=0) != 0)
    differs[0] = True
    return differs
