"""Headcount keys: eligible people, each counted by attendance and FTE where those apply (5.3).

One person counts as one. Kinds of coefficients that apply to ``headcount`` (by default
``attendance`` and ``fte``) lower or raise that; where they change in the period, or differ between
posts, the mean over the person's days of posting there is taken, rounded once, half-up, to four
places. Sources: A7; definitions 5.3, 5.9.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from equivalents.ceilings import half_up
from equivalents.keys import PoolKeys
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.keyrules import Applies
from equivalents.policy.model import Pool
from equivalents.units import Int64

__all__ = ["HeadDays", "head_of", "headcount_e4"]


class _HeadLine(NamedTuple):
    """Days ``[since, until)`` of a posting of one pair of the staff, and what they count as."""

    pair: int
    post: int
    since: int
    until: int
    value_e4: int


class HeadDays(NamedTuple):
    """Days ``[since, until)`` in a post that count as ``value_e4`` of a head."""

    post_id: str
    since: int
    until: int
    value_e4: int


def headcount_e4(keys: PoolKeys, pool: Pool, spans: Sequence[tuple[int, int]] = ()) -> Int64:
    """How much of one each (institution, person) of the staff counts in a pool, in e4.

    The mean goes over the days of the period, or over those of some ``spans`` of it.
    """
    count = np.full(len(keys.staff), ONE_E4, np.int64)
    days: dict[int, int] = {}
    total: dict[int, int] = {}
    for line in _head_lines(keys, pool):
        length = _days_in(line, spans) if spans else line.until - line.since
        days[line.pair] = days.get(line.pair, 0) + length
        total[line.pair] = total.get(line.pair, 0) + length * line.value_e4
    for pair in (pair for pair, length in days.items() if length):
        count[pair] = int(half_up(np.array([total[pair]], object), days[pair])[0])
    return count


def _days_in(line: _HeadLine, spans: Sequence[tuple[int, int]]) -> int:
    inside = (min(line.until, end) - max(line.since, start) for start, end in spans)
    return sum(max(length, 0) for length in inside)


def head_of(keys: PoolKeys, pool: Pool, pair: int) -> tuple[tuple[HeadDays, ...], int]:
    """The head of one pair in a pool, in e4, and the days it is the mean of.

    No days where every one of them counts as a whole head.
    """
    days: list[HeadDays] = []
    for line in _head_lines(keys, pool):
        if line.pair != pair:
            continue
        one = HeadDays(keys.plan.postings.posts[line.post], *line[2:])
        # Stints that months or other pools' coefficients cut are one again.
        if days and days[-1] == one._replace(since=days[-1].since, until=one.since):
            days[-1] = days[-1]._replace(until=one.until)
        else:
            days.append(one)
    if all(one.value_e4 == ONE_E4 for one in days):
        return (), ONE_E4
    return tuple(days), int(headcount_e4(keys, pool)[pair])


def _head_lines(keys: PoolKeys, pool: Pool) -> Iterator[_HeadLine]:
    """Of which days, at which coefficient, a head in a pool is the mean, stint by stint.

    Days of postings that do not share in the pool are none of them. Who has no line is one whole
    head.
    """
    kinds = keys.plan.coefficients.kinds(Applies.HEADCOUNT, pool.pool)
    staff, postings, period = keys.staff, keys.plan.postings, keys.plan.period
    shared = frozenset(keys.sharers(keys.who(pool)).tolist()) if kinds else frozenset()
    for at, runs in keys.runs(kinds) if kinds else ():
        if at not in shared:
            continue
        stint, pair = int(staff.present[at]), int(staff.pair[at])
        since = max(int(postings.since[stint]), period.start)
        until = min(int(postings.until[stint]), period.end)
        for run in runs:
            first, last = max(run.since, since), min(run.until, until)
            if first < last:
                yield _HeadLine(pair, int(postings.post[stint]), first, last, run.value_e4)
