"""What a period lacks against an earlier one: months without records or with few, silence (A10).

Compared are the records that were counted, by institution and item. An item that an institution
had less than once a month before is left alone: nothing tells that it is missing.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

import numpy as np

from equivalents.doorchecks import months_missing, months_thin
from equivalents.errors import Problem
from equivalents.policy.calendar import print_day
from equivalents.policy.checks import Check, Checks
from equivalents.tally import Plan, Tally
from equivalents.units import Int64

__all__ = ["silences"]

_Group = tuple[str, str]
"""An institution and an item."""
_MONTH: Final = 7
"""Characters of a date that name its month."""


def silences(
    rules: Checks, now: tuple[Plan, Tally], before: tuple[Plan, Tally]
) -> Iterator[Problem]:
    """Institutions without any record, then months without or with few, in the order of names.

    ``now`` and ``before`` are plans and tallies of two periods, whose items go by one code. Of an
    institution that is silent no month is told.
    """
    here, earlier = _by_month(*now), _by_month(*before)
    heard = {place for place, _ in here}
    silent = sorted({place for place, _ in earlier} - heard)
    if Check.INSTITUTION_SILENT in rules:
        for place in silent:
            count = sum(int(sums.sum()) for (one, _), sums in earlier.items() if one == place)
            facts = {"before": str(count), "period": before[0].period.name}
            yield Problem("INSTITUTION_SILENT", value=place, facts=facts)
    months = before[0].months.size
    totals = {group: int(sums.sum()) for group, sums in earlier.items() if group[0] in heard}
    groups = sorted(group for group, total in totals.items() if total >= months)
    if not groups:
        return
    none = np.zeros(now[0].months.size, np.int64)
    counts = np.array([here.get(group, none) for group in groups], np.int64)
    total = np.array([totals[group] for group in groups], np.int64)
    found: dict[tuple[int, int], str] = {}
    if Check.MONTH_MISSING in rules:
        found |= dict.fromkeys(_pairs(months_missing(counts, total)), "MONTH_MISSING")
    if Check.MONTH_THIN in rules:
        percent = rules[Check.MONTH_THIN][0].percent
        found |= dict.fromkeys(_pairs(months_thin(counts, total, months, percent)), "MONTH_THIN")
    for (group, month), code in sorted(found.items()):
        place, item = groups[group]
        yield Problem(
            code,
            value=place,
            facts={
                "item": item,
                "month": print_day(int(now[0].months[month]))[:_MONTH],
                "count": str(counts[group, month]),
                "before": str(total[group]),
                "period": before[0].period.name,
                "months": str(months),
            },
        )


def _pairs(found: Int64) -> list[tuple[int, int]]:
    return [(group, month) for group, month in found.tolist()]


def _by_month(plan: Plan, tally: Tally) -> dict[_Group, Int64]:
    """How many records each institution and item has in each month of the period."""
    sums: Counter[tuple[int, int, int]] = Counter()
    month = plan.month_of_bucket[tally.bucket]
    postings = len(plan.postings)
    crews = plan.performers.crews
    of = [crews[at][0][0] for at in range(len(crews))]
    owner = np.concatenate([np.arange(postings), np.array(of, np.int64)])[tally.posting]
    place = plan.postings.institution[owner]
    columns = (place.tolist(), tally.item.tolist(), month.tolist(), tally.records.tolist())
    for institution, item, at, count in zip(*columns, strict=True):
        if at >= 0:
            sums[institution, item, at] += count
    found: dict[_Group, Int64] = {}
    for (institution, item, at), count in sums.items():
        group = plan.institutions[institution], plan.items[item]
        found.setdefault(group, np.zeros(plan.months.size, np.int64))[at] += count
    return found
