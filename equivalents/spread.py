"""Spread 分配差距: how far apart people are in equivalents, and in what they are paid for them.

The policy wants 拉开差距 without 大锅饭, so the same four measures stand side by side *before*
(equivalents per person) and *after* (yuan per person):

- max / min: the largest value over the smallest;
- P90 / P10: percentiles by nearest rank, without interpolation: of n values in ascending order,
  P_q is the one of rank ceil(q x n / 100), counted from 1;
- Gini: the sum over all ordered pairs of ``|x - y|``, over 2 x n x sum; 0 when all are equal,
  (n - 1) / n when one has everything;
- CV, the coefficient of variation: the standard deviation of the whole group over its mean.

They are worked out from exact integers, the square root by :func:`math.isqrt`, and rounded once,
half-up, to four places: the same digits on every machine. A measure whose divisor is 0 is
``None``, never infinite. Nothing comes back from here into what is paid. Source: rule D6.

The trick: sums of squares of e7 need 140 bits and NumPy has 64. A figure is cut into three limbs
of 21 bits; products of limbs have 42 bits, and 2**20 people of them still fit in 62. Sums over all
groups at once are sums of limbs, put together as Python integers, one per group. Larger groups
and larger figures take Python integers throughout.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import isqrt
from typing import Final, NamedTuple

import numpy as np

from equivalents.settle import Payouts, Settlement
from equivalents.units import INT64_LIMIT, WEIGHT_PLACES, Exact, Int64

__all__ = ["MEASURE_PLACES", "Spread", "SpreadRow", "spread", "spread_rows", "spreads"]

MEASURE_PLACES: Final = WEIGHT_PLACES
"""Decimals of a measure, all of them printed."""
_UNIT: Final = 10**MEASURE_PLACES
_LIMB: Final = 21
_LIMBS: Final = 3
_MOST_PEOPLE: Final = 2**20


@dataclass(frozen=True, slots=True)
class Spread:
    """The measures of one group, in ten-thousandths; ``None`` where a measure is not defined."""

    max_min_e4: int | None
    p90_p10_e4: int | None
    gini_e4: int | None
    cv_e4: int | None


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """One group: ``scope`` is ``all``, ``institution`` or ``post``; ``subject`` says which.

    ``people`` counts everybody who takes part in a pool of the series, also with 0.
    """

    scope: str
    subject: str
    series: str
    people: int
    before: Spread
    after: Spread


def spread(values: Iterable[int]) -> Spread:
    """The measures of some people's figures, in any unit; a negative figure counts as 0 (5.9).

    ``max_min_e4`` needs a smallest value above 0, ``p90_p10_e4`` a P10 above 0, the others a sum
    above 0.
    """
    figures = list(values)
    if not figures:
        return Spread(None, None, None, None)
    whole = np.zeros(1, np.int64)
    if all(-INT64_LIMIT < figure < INT64_LIMIT for figure in figures):
        return spreads(np.array(figures, np.int64), whole)[0]
    return spreads(np.array(figures, np.object_), whole)[0]


def spreads(values: Exact, starts: Int64) -> list[Spread]:
    """The measures of many groups at once; see :func:`spread`.

    Args:
        values: ``(people,)`` figures in any unit; those of one group stand together.
        starts: ``(groups,)`` the first person of each group, ascending from 0; none is empty.
    """
    if starts.size == 0:
        return []
    size = np.diff(starts, append=values.size)
    ordered = _ascending(np.maximum(values, 0), np.repeat(np.arange(size.size), size))
    limbs = _limbs(ordered, int(size.max()))
    # 2 i - n - 1, with i from 1
    rank = 2 * (np.arange(values.size) - np.repeat(starts, size)) + 1 - np.repeat(size, size)
    total = _joined([(limb, shift) for limb, shift in limbs], starts)
    ranked = _joined([(limb * rank, shift) for limb, shift in limbs], starts)
    # (a + b + c)**2: the products of different limbs count twice, which is one more bit
    products = combinations_with_replacement(limbs, 2)
    squares = _joined([(a * b, i + j + (i != j)) for (a, i), (b, j) in products], starts)
    columns = (
        *(ordered[starts + at].tolist() for at in (0 * size, size - 1)),
        *(ordered[starts + _rank(percent, size) - 1].tolist() for percent in (10, 90)),
    )
    return [
        Spread(
            _ratio_e4(largest, smallest),
            _ratio_e4(high, low),
            _ratio_e4(by_rank, people * whole),
            _cv_e4(people, whole, square),
        )
        for smallest, largest, low, high, people, whole, by_rank, square in zip(
            *columns, size.tolist(), total, ranked, squares, strict=True
        )
    ]


def _ascending(values: Exact, group_of: Int64) -> Exact:
    """The figures of each group in ascending order."""
    if values.dtype != object:
        return values[np.lexsort((values, group_of))]
    # lexsort takes no Python integers
    order = np.argsort(values, kind="stable")
    return values[order[np.argsort(group_of[order], kind="stable")]]


def _limbs(values: Exact, most_people: int) -> list[tuple[Exact, int]]:
    """Limbs with the bits that each is shifted by; one limb of Python integers if need be."""
    if values.dtype == object or most_people > _MOST_PEOPLE:
        return [(values.astype(np.object_), 0)]
    shifts = [_LIMB * at for at in range(_LIMBS)]
    return [((values >> shift) & (2**_LIMB - 1), shift) for shift in shifts]


def _joined(parts: Sequence[tuple[Exact, int]], starts: Int64) -> list[int]:
    """The sum of each group over all parts, each shifted to its place: exact Python integers."""
    sums = [(np.add.reduceat(part, starts).tolist(), shift) for part, shift in parts]
    return [sum(int(values[at]) << shift for values, shift in sums) for at in range(starts.size)]


def _rank(percent: int, size: Int64) -> Int64:
    """The nearest rank: ceil(percent x n / 100), from 1."""
    return -(-percent * size // 100)


def _ratio_e4(above: int, below: int) -> int | None:
    """A quotient of integers in ten-thousandths, rounded half-up; ``None`` over 0."""
    return (2 * _UNIT * above + below) // (2 * below) if below else None


def _cv_e4(people: int, total: int, squares: int) -> int | None:
    """sqrt(n x sum of squares - sum**2) / sum, rounded half-up without ever taking a float.

    k is the rounded figure if (2k - 1) x sum <= sqrt(4 x unit**2 x d) < (2k + 1) x sum, and the
    floor of a root over an integer is that of the floored root.
    """
    if total == 0:
        return None
    deviation = people * squares - total * total
    return (isqrt(4 * _UNIT * _UNIT * deviation) // total + 1) // 2


def spread_rows(settlement: Settlement, payouts: Payouts) -> tuple[SpreadRow, ...]:
    """The spread of all, of each institution and of each post, per series that shares a pool.

    Before: the exact equivalents in the series, at the places whose pools it shares. After: what
    all pools of the series pay. A person of several institutions is one person in ``all`` and in
    ``post``, with the sums. The post of a person at a place is that of the last posting there in
    the period (of several that begin together the main one); people without one are in no post
    row.
    """
    rows = [
        SpreadRow(group.scope, subject, series, people, before, after)
        for series in sorted({pool.series for pool in settlement.pools})
        for group in _People(settlement, payouts, series).groups()
        for subject, people, before, after in zip(
            group.subjects,
            np.diff(group.starts, append=group.before.size).tolist(),
            spreads(group.before, group.starts),
            spreads(group.after, group.starts),
            strict=True,
        )
    ]
    return tuple(sorted(rows, key=lambda row: (row.scope, row.subject, row.series)))


class _Groups(NamedTuple):
    """The groups of one scope: figures before and after, one of each a person and subject."""

    scope: str
    subjects: list[str]
    starts: Int64
    before: Exact
    after: Exact


class _People:
    """Everybody at a place with a pool of the series: equivalents there, and what is paid."""

    def __init__(self, settlement: Settlement, payouts: Payouts, series: str) -> None:
        plan = settlement.plan
        self._plan = plan
        self._width = max(len(plan.persons), 1)
        mine = np.array([pool.series == series for pool in settlement.pools], bool)[payouts.pool]
        place = payouts.institution[mine].astype(np.int64)
        pair = place * self._width + payouts.person[mine]
        pairs, at = np.unique(pair, return_inverse=True)
        self.institution, self.person = pairs // self._width, pairs % self._width
        self.after = _sums(at, payouts.amount_fen[mine], pairs.size)
        owner = plan.postings.institution.astype(np.int64) * self._width + plan.postings.person
        self._posting = np.flatnonzero(np.isin(owner, pairs))
        self._owner = np.searchsorted(pairs, owner[self._posting])
        equivalents_e7 = settlement.weighed[series].posting_e7[self._posting]
        self.before = _sums(self._owner, equivalents_e7, pairs.size)

    def groups(self) -> Iterator[_Groups]:
        """Everybody, the people of each institution, the people of each post."""
        yield self._by("all", [""], np.zeros(self.person.size, np.int64))
        yield self._by("institution", self._plan.institutions.values, self.institution)
        yield self._by("post", *self._posts())

    def _posts(self) -> tuple[list[str], Int64]:
        """The post of each person at each place, as a position; -1 where there is none."""
        plan, rows = self._plan, self._plan.postings.rows
        present = plan.postings.overlap(plan.period.start, plan.period.end)[self._posting]
        owner, posting = self._owner[present], self._posting[present]
        since = np.array([rows[at].active_from for at in posting], np.int64)
        main = np.array([rows[at].main for at in posting], bool)
        # The last of each owner is taken: the latest, the main one, the first in natural order.
        order = np.lexsort((-posting, main, since, owner))
        last = order[np.flatnonzero(np.diff(owner[order], append=-1))]
        named = [rows[at].post for at in posting[last]]
        posts = sorted(set(named) - {""})
        position = {post: at for at, post in enumerate(posts)}
        of = np.full(self.person.size, -1, np.int64)
        of[owner[last]] = [position.get(post, -1) for post in named]
        return posts, of

    def _by(self, scope: str, subjects: Sequence[str], subject: Int64) -> _Groups:
        """The figures of each subject, a person's places added up within it."""
        inside = np.flatnonzero(subject >= 0)
        key = subject[inside] * self._width + self.person[inside]
        keys, at = np.unique(key, return_inverse=True)
        owner = keys // self._width
        starts = np.flatnonzero(np.diff(owner, prepend=-1))
        return _Groups(
            scope,
            [subjects[position] for position in owner[starts].tolist()],
            starts,
            _sums(at, self.before[inside], keys.size),
            _sums(at, self.after[inside], keys.size),
        )


def _sums(owner: Int64, values: Exact, count: int) -> Exact:
    """Sums by owner, exactly: Python integers where 64 bits are not proven to be enough."""
    if np.abs(values.astype(np.float64)).sum() > 2.0**62:
        exact = np.zeros(count, np.object_)
        np.add.at(exact, owner, values.astype(np.object_))
        return exact
    sums = np.zeros(count, np.int64)
    np.add.at(sums, owner, values)
    return sums
