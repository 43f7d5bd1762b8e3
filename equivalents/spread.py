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
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isqrt
from typing import Final

import numpy as np

from equivalents.policy.posts import Codes
from equivalents.settle import Payouts, Settlement
from equivalents.units import WEIGHT_PLACES, Exact, Int64

__all__ = ["MEASURE_PLACES", "Spread", "SpreadRow", "spread", "spread_rows"]

MEASURE_PLACES: Final = WEIGHT_PLACES
"""Decimals of a measure, all of them printed."""
_UNIT: Final = 10**MEASURE_PLACES


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
    ordered = sorted(max(value, 0) for value in values)
    if not ordered:
        return Spread(None, None, None, None)
    return Spread(
        _ratio_e4(ordered[-1], ordered[0]),
        _ratio_e4(_percentile(ordered, 90), _percentile(ordered, 10)),
        _gini_e4(ordered),
        _cv_e4(ordered),
    )


def _ratio_e4(above: int, below: int) -> int | None:
    """A quotient of integers in ten-thousandths, rounded half-up; ``None`` over 0."""
    return (2 * _UNIT * above + below) // (2 * below) if below else None


def _percentile(ordered: Sequence[int], percent: int) -> int:
    """The nearest-rank percentile: rank = ceil(percent x n / 100), from 1."""
    return ordered[-(-percent * len(ordered) // 100) - 1]


def _gini_e4(ordered: Sequence[int]) -> int | None:
    """Sum of (2 i - n - 1) x_i over n x sum, with x ascending and i from 1."""
    count = len(ordered)
    ranked = sum((2 * at + 1 - count) * value for at, value in enumerate(ordered))
    return _ratio_e4(ranked, count * sum(ordered))


def _cv_e4(ordered: Sequence[int]) -> int | None:
    """sqrt(n x sum of squares - sum**2) / sum, rounded half-up without ever taking a float.

    k is the rounded figure if (2k - 1) x sum <= sqrt(4 x unit**2 x d) < (2k + 1) x sum, and the
    floor of a root over an integer is that of the floored root.
    """
    total = sum(ordered)
    if total == 0:
        return None
    deviation = len(ordered) * sum(value * value for value in ordered) - total * total
    return (isqrt(4 * _UNIT * _UNIT * deviation) // total + 1) // 2


def spread_rows(settlement: Settlement, payouts: Payouts) -> tuple[SpreadRow, ...]:
    """The spread of all, of each institution and of each post, per series that shares a pool.

    Before: the exact equivalents in the series, at the places whose pools it shares. After: what
    all pools of the series pay. A person of several institutions is one person in ``all`` and in
    ``post``, with the sums. The post of a person at a place is that of the last posting there in
    the period; people without one are in no post row.
    """
    rows = []
    for series in sorted({pool.series for pool in settlement.pools}):
        people = _People(settlement, payouts, series)
        for scope, subject, before, after in people.groups():
            rows.append(
                SpreadRow(scope, subject, series, len(before), spread(before), spread(after))
            )
    return tuple(sorted(rows, key=lambda row: (row.scope, row.subject, row.series)))


_Group = tuple[str, str, list[int], list[int]]
"""Scope, subject, figures before, figures after: one of each a person."""


class _People:
    """Everybody at a place with a pool of the series: equivalents there, and what is paid."""

    def __init__(self, settlement: Settlement, payouts: Payouts, series: str) -> None:
        plan = settlement.plan
        self._plan = plan
        width = max(len(plan.persons), 1)
        place = [plan.institutions.find(pool.institution_id) for pool in settlement.pools]
        mine = np.array([pool.series == series for pool in settlement.pools], bool)[payouts.pool]
        pool = payouts.pool[mine]
        pair = np.array(place, np.int64)[pool] * width + payouts.person[mine]
        pairs, at = np.unique(pair, return_inverse=True)
        self.institution = (pairs // width).astype(np.int32)
        self.person = (pairs % width).astype(np.int32)
        self.after = np.zeros(pairs.size, np.int64)
        np.add.at(self.after, at, payouts.amount_fen[mine])
        owner = plan.postings.institution.astype(np.int64) * width + plan.postings.person
        known = np.flatnonzero(np.isin(owner, pairs))
        self._posting = known
        self._owner = np.searchsorted(pairs, owner[known])
        self.before = _sums(self._owner, settlement.weighed[series].posting_e7[known], pairs.size)

    def groups(self) -> Iterator[_Group]:
        """Everybody, the people of each institution, the people of each post."""
        everybody = np.zeros(self.person.size, np.int32)
        yield from self._by("all", [""], everybody)
        yield from self._by("institution", self._plan.institutions.values, self.institution)
        posts, post = self._posts()
        yield from self._by("post", posts, post)

    def _posts(self) -> tuple[list[str], Codes]:
        """The post of each person at each place, as a position; -1 where there is none."""
        rows, period = self._plan.postings.rows, self._plan.period
        present = self._plan.postings.overlap(period.start, period.end)[self._posting]
        last: dict[int, tuple[int, bool, str]] = {}
        for owner, at in zip(
            self._owner[present].tolist(), self._posting[present].tolist(), strict=True
        ):
            row = rows[at]
            found = (row.active_from, row.main, row.post)
            # Of several that begin together the main one, then the first in natural order.
            if owner not in last or found[:2] > last[owner][:2]:
                last[owner] = found
        posts = sorted({post for _, _, post in last.values() if post})
        place = {post: at for at, post in enumerate(posts)}
        of = [place.get(last[at][2], -1) if at in last else -1 for at in range(self.person.size)]
        return posts, np.array(of, np.int32)

    def _by(self, scope: str, subjects: Sequence[str], subject: Codes) -> Iterator[_Group]:
        """The figures of each subject, a person's places added up within it."""
        inside = np.flatnonzero(subject >= 0)
        width = max(len(self._plan.persons), 1)
        key = subject[inside].astype(np.int64) * width + self.person[inside]
        keys, at = np.unique(key, return_inverse=True)
        before = _sums(at, self.before[inside], keys.size).tolist()
        after = _sums(at, self.after[inside], keys.size).tolist()
        owner = keys // width
        starts = np.flatnonzero(np.diff(owner, prepend=-1)).tolist()
        for start, stop in pairwise([*starts, keys.size]):
            name = subjects[int(owner[start])]
            yield scope, name, before[start:stop], after[start:stop]


def _sums(owner: Int64, values: Exact, count: int) -> Exact:
    """Sums by owner, exactly: Python integers where 64 bits are not proven to be enough."""
    if np.abs(values.astype(np.float64)).sum() > 2.0**62:
        exact = np.zeros(count, np.object_)
        np.add.at(exact, owner, values.astype(np.object_))
        return exact
    sums = np.zeros(count, np.int64)
    np.add.at(sums, owner, values)
    return sums
