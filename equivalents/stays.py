"""Days of stays 床日: cut at months and versions, each day counted once (A3, definition 5.6).

The first day of a stay counts, the last does not (算头不算尾); a stay that ends on its first day
is one day. Days outside the period are cut away. A day of one resident in overlapping stays of
one item belongs to the first stay by the order of 5.5; days of an item that a stay rule excludes
do not count during a stay that it names. A stay becomes one entry for each piece that lies in one
bucket and posting; its first entry carries the record.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from equivalents.grouping import group
from equivalents.policy.basis import month_of_day
from equivalents.policy.book import ANY_VISIT, Verdict
from equivalents.policy.contacts import StayRule
from equivalents.policy.posts import NO_POSTING
from equivalents.tally import Plan, find_performers
from equivalents.units import QUANTITY_PLACES, Codes, Int64
from equivalents.waiting import Entries
from equivalents.weigh import Scales

__all__ = [
    "Lying",
    "any_visit",
    "cut_stays",
    "exclude_plain_days",
    "judge_plain_days",
    "lying_days",
    "takes_part",
]

_Mask = npt.NDArray[np.bool_]
_ONE_E3 = 10**QUANTITY_PLACES
_DAYS = 1 << 18
"""More than any day number, so that resident and day fit one key."""


def judge_plain_days(entries: Entries, where: Int64) -> None:
    """Days given as a quantity without an end date: whole, and no more than the month has left."""
    some = entries.take(where)
    size = np.abs(some.quantity_e3)
    month = month_of_day(some.day)
    left = _month_end(month) - some.day
    held = np.where(size > left * _ONE_E3, np.int32(Verdict.DAYS_RANGE), np.int32(0))
    held[size % _ONE_E3 != 0] = Verdict.DAYS_NOT_WHOLE
    entries.held[where] = held


def _month_end(month: Int64) -> Int64:
    """The day number that follows the last day of each month, counted from January 1970."""
    return (month + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


Lying = Sequence[tuple[StayRule, Int64]]
"""Each stay rule with the (resident, day) keys of the stays that it names."""


def takes_part(entries: Entries, scales: Scales) -> _Mask:
    """Which entries have a place in the period and, at both ends, a weight in some series.

    Only these make others wait: what is rejected owns no day and is no stay (5.5).
    """
    plan = scales.plan
    start, end = _span(entries, plan)
    inside = np.flatnonzero(start < end)
    posting, _ = find_performers(entries.take(inside).who, plan)
    inside, posting = inside[posting >= 0], posting[posting >= 0]
    part = np.zeros(len(entries), bool)
    some = entries.take(inside)
    attribute = any_visit(plan, some.attribute, plan.waits.visits[_known(some.item, plan)])
    ends = start[inside].astype(np.int32), (end[inside] - 1).astype(np.int32)
    for series in plan.series:
        counts, refused = np.zeros((2, inside.size), bool)
        for day in ends:
            rows = scales.rows(series, posting, some.item, attribute, plan.buckets(day))
            counts |= rows >= 0
            for verdict in set(rows[rows < 0].tolist()):
                if not scales.excludes(series, Verdict(verdict)):
                    refused |= rows == verdict
        part[inside] |= counts & ~refused
    return part


def any_visit(plan: Plan, attribute: Codes, where: _Mask) -> Codes:
    """Attributes that meet every visit number, for the entries of a mask."""
    codes = np.unique(attribute[where])
    learned = plan.attributes.learn(
        replace(plan.attributes[code], visit_number=ANY_VISIT) for code in codes.tolist()
    )
    found = attribute.copy()
    found[where] = np.array(learned, np.int32)[np.searchsorted(codes, attribute[where])]
    return found


def _known(item: Codes, plan: Plan) -> Codes:
    return np.minimum(item, np.int32(len(plan.known_items)))


def lying_days(
    entries: Entries, where: Int64, part: _Mask, rules: Sequence[StayRule], plan: Plan
) -> Lying:
    """The days on which residents lie in a stay that a rule names, in or out of the period.

    Days given as a quantity all lie on their service date. What is corrected to nothing, has no
    place, or is held for another reason, is no stay.
    """
    if not rules:
        return ()
    stands = (entries.held == 0) & (entries.void == 0) & (entries.resident >= 0) & part
    some = entries.take(where[stands[where]])
    of, day = _days(some.day.astype(np.int64), np.maximum(some.end, some.day + 1).astype(np.int64))
    key = some.resident[of].astype(np.int64) * _DAYS + day
    named = [np.isin(some.item[of], plan.items.find_all(sorted(rule.inside))) for rule in rules]
    return [(rule, np.unique(key[mine])) for rule, mine in zip(rules, named, strict=True)]


def exclude_plain_days(entries: Entries, plain: Int64, lying: Lying, plan: Plan) -> None:
    """Hold days given as a quantity on a date that lies in a stay that excludes them."""
    some = entries.take(plain)
    inside = _inside(some, np.arange(plain.size), some.day.astype(np.int64), lying, plan)
    entries.held[plain[inside & (some.held == 0)]] = Verdict.STAY_INSIDE


def cut_stays(
    entries: Entries, where: Int64, part: _Mask, lying: Lying, plan: Plan
) -> tuple[Entries, Codes]:
    """The entries with those at ``where`` (stays) cut into pieces, and the posting of each piece.

    Other entries have posting :data:`NO_POSTING` and come first. Stays that are held for another
    reason, have no place or no resident, or take no ``part``, keep one entry.
    """
    whole = np.ones(len(entries), bool)
    stays = entries.take(where)
    posting, _ = find_performers(stays.who, plan)
    start, end = _span(stays, plan)
    outside = (stays.held == 0) & (start >= end)
    early = (stays.day < plan.period.start) & (
        stays.day >= plan.waits.item_since[_known(stays.item, plan)]
    )
    stays.held[outside] = np.where(early[outside], Verdict.BEFORE_PERIOD, Verdict.OUTSIDE_PERIOD)
    lost = (stays.held == 0) & (posting < 0)
    stays.held[lost] = np.where(posting[lost] == NO_POSTING, Verdict.NO_POST, posting[lost])
    stays.held[(stays.held == 0) & (stays.resident < 0)] = Verdict.RESIDENT_MISSING
    stays.held[stays.held == 0] = stays.void[stays.held == 0]
    entries.held[where] = stays.held
    # A stay that began before the period stands on its first day inside.
    entries.day[where] = np.where(start < end, start, stays.day).astype(np.int32)
    able = np.flatnonzero((stays.held == 0) & (stays.void == 0) & part[where])
    whole[where[able]] = False
    kept = entries.take(np.flatnonzero(whole))
    cut, cut_posting = _cut(stays.take(able), posting[able], start[able], end[able], lying, plan)
    others = np.full(len(kept), NO_POSTING, np.int32)
    return kept.followed_by(cut), np.concatenate([others, cut_posting])


def _span(stays: Entries, plan: Plan) -> tuple[Int64, Int64]:
    """The days of each stay inside the period, half-open."""
    end = np.maximum(stays.end, stays.day + 1)
    return (
        np.maximum(stays.day, plan.period.start).astype(np.int64),
        np.minimum(end, plan.period.end).astype(np.int64),
    )


def _cut(
    stays: Entries, posting: Codes, start: Int64, end: Int64, lying: Lying, plan: Plan
) -> tuple[Entries, Codes]:
    of, day = _days(start, end)
    first = _first_of_day(stays, of, day)
    inside = _inside(stays, of, day, lying, plan)
    counts = first & ~inside
    posting_of_day = _posting_of_day(stays, of[counts], day[counts], posting, plan)
    bucket = plan.buckets(day[counts].astype(np.int32))
    # A concurrent rule looks at single days.
    single = plan.waits.concurrent[_known(stays.item[of[counts]], plan)]
    apart = np.where(single, day[counts] - int(start.min(initial=0)), 0)
    order, begins = group([of[counts], posting_of_day, bucket, apart])
    at = np.flatnonzero(counts)[order[begins]]
    # The order within equal keys is of no meaning: a piece stands on its earliest day.
    pieces = stays.take(of[at])
    if at.size:
        pieces.day = np.minimum.reduceat(day[counts][order], begins).astype(np.int32)
    pieces.quantity_e3 = np.diff(begins, append=order.size) * _ONE_E3
    by_day = np.lexsort((pieces.day, of[at]))
    pieces = pieces.take(by_day)
    posting_of_piece = posting_of_day[order[begins]][by_day]
    pieces.records = (np.diff(of[at][by_day], prepend=-1) != 0).astype(np.int64)
    return _with_empty(stays, posting, start, counts, of, inside, pieces, posting_of_piece)


def _days(start: Int64, end: Int64) -> tuple[Int64, Int64]:
    """Every day of every stay: the number of the stay, and the day."""
    size = end - start
    of = np.repeat(np.arange(size.size), size)
    begins = np.cumsum(size) - size
    return of, np.arange(of.size) - begins[of] + start[of]


def _first_of_day(stays: Entries, of: Int64, day: Int64) -> _Mask:
    """The days that belong to the first stay of their resident and item."""
    key = stays.resident[of].astype(np.int64) * _DAYS + day
    order = np.lexsort((stays.order[of], stays.item[of], key))
    first = np.ones(of.size, bool)
    same = (np.diff(key[order]) == 0) & (np.diff(stays.item[of][order]) == 0)
    first[order[1:][same]] = False
    return first


def _inside(stays: Entries, of: Int64, day: Int64, lying: Lying, plan: Plan) -> _Mask:
    """The days that a stay rule excludes."""
    key = stays.resident[of].astype(np.int64) * _DAYS + day
    excluded = np.zeros(of.size, bool)
    for rule, keys in lying:
        exclude = np.isin(stays.item[of], plan.items.find_all(sorted(rule.exclude)))
        excluded |= exclude & np.isin(key, keys)
    return excluded


def _posting_of_day(stays: Entries, of: Int64, day: Int64, posting: Codes, plan: Plan) -> Codes:
    """The person's posting there on each day, or that of the first day where there is none."""
    who = stays.take(of).who._replace(day=day.astype(np.int32))
    found, _ = find_performers(who, plan)
    return np.where(found < 0, posting[of], found)


def _with_empty(
    stays: Entries,
    posting: Codes,
    start: Int64,
    counts: _Mask,
    of: Int64,
    inside: _Mask,
    pieces: Entries,
    posting_of_piece: Codes,
) -> tuple[Entries, Codes]:
    """Add one entry for each stay that no day is left of, with the reason."""
    left = np.bincount(of[counts], minlength=len(stays))
    lost = np.flatnonzero(left == 0)
    empty = stays.take(lost)
    covered = np.bincount(of[inside], minlength=len(stays))[lost] > 0
    empty.held = np.where(covered, np.int32(Verdict.STAY_INSIDE), np.int32(Verdict.BASIS_REPEAT))
    empty.day = start[lost].astype(np.int32)
    empty.quantity_e3 = np.zeros(lost.size, np.int64)
    return empty.followed_by(pieces), np.concatenate([posting[lost], posting_of_piece])
