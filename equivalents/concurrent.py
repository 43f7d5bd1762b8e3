"""Concurrent items 同次服务: what a second item earns on the day of a first one (A12).

A rule looks at the records that count in a series: where a resident has one of its ``beside``
items, those of its ``items`` on the same day get full, part or no credit; the first rule of the
case that fits wins.
"""

import numpy as np
import numpy.typing as npt

from equivalents.grouping import among
from equivalents.policy.book import Verdict
from equivalents.policy.contacts import FULL_E4
from equivalents.stays import Pieces
from equivalents.tally import Plan
from equivalents.units import Codes
from equivalents.waiting import Entries
from equivalents.weigh import Scales

__all__ = ["mark_concurrent"]

_Mask = npt.NDArray[np.bool_]
_DAYS = 1 << 18
"""More than any day number, so that resident and day fit one key."""


def mark_concurrent(
    entries: Entries, pieces: Pieces, counted: _Mask, stands: _Mask, scales: Scales, series: str
) -> Codes:
    """The mark of each piece in one series: 0, ``CONCURRENT``, or the number of a rule (from 1).

    ``counted`` are the pieces that count in the series so far; ``stands``, by record, those that
    are neither taken back nor take anything back: only they stand beside others. What takes
    back a record that counts is marked like that record, so that both are weighed alike.
    """
    rules, plan = scales.rules.concurrent, scales.plan
    mark = np.zeros(len(pieces), np.int32)
    resident, item = entries.resident[pieces.of], entries.item[pieces.of]
    place = entries.institution[pieces.of]
    known = resident >= 0
    open_ = counted.copy()
    by_day = resident.astype(np.int64) * _DAYS + pieces.day
    for number, rule in enumerate(rules, start=1):
        if not rule.concerns(series):
            continue
        dated = (pieces.day >= rule.valid_from) & (pieces.day < rule.valid_to) & known
        contact = counted & dated & stands[pieces.of]
        beside = np.flatnonzero(contact & _is(item, rule.beside, plan))
        items = np.flatnonzero(open_ & dated & _is(item, rule.items, plan))
        width = max(len(plan.institutions), 1)
        keys = by_day * width + place if rule.at_institution else by_day
        found = items[among(keys[items], keys[beside])]
        if rule.credit_e4 == 0:
            mark[found] = Verdict.CONCURRENT
        elif rule.credit_e4 < FULL_E4:
            mark[found] = number
        open_[found] = False
    _like_targets(entries, pieces, counted, mark)
    return mark


def _like_targets(entries: Entries, pieces: Pieces, counted: _Mask, mark: Codes) -> None:
    """Mark what takes back a record that counts like that record, in place."""
    head = np.flatnonzero(np.diff(pieces.of, prepend=-1))
    corrections = np.flatnonzero(entries.target >= 0)
    here, there = head[corrections], head[entries.target[corrections]]
    both = counted[here] & counted[there]
    mark[here[both]] = mark[there[both]]


def _is(item: Codes, names: frozenset[str], plan: Plan) -> _Mask:
    return np.isin(item, [at for at in plan.items.find_all(sorted(names)) if at >= 0])
