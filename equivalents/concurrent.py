"""Concurrent items 同次服务: what a second item earns on the day of a first one (A12).

A rule looks at the records that count in a series: where a resident has one of its ``beside``
items, those of its ``items`` on the same day get full, part or no credit; the first rule of the
case that fits wins.
"""

import numpy as np
import numpy.typing as npt

from equivalents.policy.book import Verdict
from equivalents.policy.contacts import FULL_E4, ConcurrentRule
from equivalents.tally import Plan
from equivalents.units import Codes, Int64
from equivalents.waiting import Entries
from equivalents.weigh import Scales

__all__ = ["mark_concurrent"]

_Mask = npt.NDArray[np.bool_]
_DAYS = 1 << 18
"""More than any day number, so that resident and day fit one key."""


def mark_concurrent(
    entries: Entries, counted: _Mask, contact: _Mask, scales: Scales, series: str
) -> Codes:
    """The mark of each entry in one series: 0, ``CONCURRENT``, or the number of a rule (from 1).

    ``counted`` are the entries that count in the series so far, ``contact`` those of them that
    are neither taken back nor take anything back: only they stand beside others.
    """
    rules, plan = scales.rules.concurrent, scales.plan
    mark = np.zeros(len(entries), np.int32)
    known = entries.resident >= 0
    open_ = counted.copy()
    by_day = entries.resident.astype(np.int64) * _DAYS + entries.day
    for number, rule in enumerate(rules, start=1):
        if not rule.concerns(series):
            continue
        dated = (entries.day >= rule.valid_from) & (entries.day < rule.valid_to) & known
        beside = np.flatnonzero(contact & dated & _is(entries.item, rule.beside, plan))
        items = np.flatnonzero(open_ & dated & _is(entries.item, rule.items, plan))
        keys = _keys(entries, by_day, rule, plan)
        found = items[np.isin(keys[items], keys[beside])]
        if rule.credit_e4 == 0:
            mark[found] = Verdict.CONCURRENT
        elif rule.credit_e4 < FULL_E4:
            mark[found] = number
        open_[found] = False
    return mark


def _is(item: Codes, names: frozenset[str], plan: Plan) -> _Mask:
    return np.isin(item, [at for at in plan.items.find_all(sorted(names)) if at >= 0])


def _keys(entries: Entries, by_day: Int64, rule: ConcurrentRule, plan: Plan) -> Int64:
    """Resident and day, and the institution where the rule looks at one only."""
    if not rule.at_institution:
        return by_day
    return by_day * max(len(plan.institutions), 1) + entries.institution
