"""Headcount keys: eligible people, each counted by attendance and FTE where those apply (5.3).

One person counts as one. Kinds of coefficients that apply to ``headcount`` (by default
``attendance`` and ``fte``) lower or raise that; where they change in the period, or differ between
posts, the mean over the person's days of posting there is taken, rounded once, half-up, to four
places. Sources: A7; definitions 5.3, 5.9.
"""

import numpy as np

from equivalents.ceilings import half_up
from equivalents.keys import PoolKeys
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.keyrules import Applies
from equivalents.policy.model import Pool
from equivalents.units import Int64

__all__ = ["headcount_e4"]


def headcount_e4(keys: PoolKeys, pool: Pool) -> Int64:
    """How much of one each (institution, person) of the staff counts in a pool, in e4."""
    count = np.full(len(keys.staff), ONE_E4, np.int64)
    kinds = keys.plan.coefficients.kinds(Applies.HEADCOUNT, pool.pool)
    staff, postings, period = keys.staff, keys.plan.postings, keys.plan.period
    days: dict[int, int] = {}
    total: dict[int, int] = {}
    for at, runs in keys.runs(kinds) if kinds else ():
        stint, pair = staff.present[at], int(staff.pair[at])
        since = max(int(postings.since[stint]), period.start)
        until = min(int(postings.until[stint]), period.end)
        inside = [(max(run.since, since), min(run.until, until), run.value_e4) for run in runs]
        product = sum(max(end - start, 0) * value for start, end, value in inside)
        days[pair] = days.get(pair, 0) + until - since
        total[pair] = total.get(pair, 0) + product
    for pair, length in days.items():
        count[pair] = int(half_up(np.array([total[pair]], object), length)[0])
    return count
