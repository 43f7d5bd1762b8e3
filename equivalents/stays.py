"""Days of stays 床日: records cut into pieces, each day counted once (A3, definition 5.6).

The first day of a stay counts, the last does not (算头不算尾); a stay that ends on its first day
is one day. Every day is work of its own date: its posting, team, title, coefficient and weight are
those of the day, and a day that nobody there could do rejects the stay (5.20). Days outside the
period are cut away. A *piece* is a run of days of one stay that lie in one bucket and posting; a
record that is no stay is one piece. Days that another record may take away are pieces by
themselves, so that whatever is decided, is decided of whole pieces.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equivalents.grouping import among, group, numbered
from equivalents.policy.basis import month_of_day
from equivalents.policy.book import Verdict
from equivalents.policy.calendar import FIRST_DAY
from equivalents.policy.contacts import StayRule
from equivalents.tally import Plan, find_performers
from equivalents.units import QUANTITY_PLACES, Codes, Int64
from equivalents.waiting import Entries

__all__ = ["Cut", "Pieces", "cut_records", "first_in_bed", "lying_inside", "plain_day_faults"]

_Mask = npt.NDArray[np.bool_]
_ONE_E3 = 10**QUANTITY_PLACES
_ALL = slice(None)
_DAYS = 1 << 18
"""More than any day number, so that resident and day fit one key."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of some records, in the order of records and days; columns of one length.

    ``of`` is the record, ``day`` the first day, ``days`` how many (0: the record is no stay).
    Posting and bucket mean nothing where the record has no place.
    """

    of: Int64
    day: Codes
    days: Int64
    posting: Codes
    bucket: Codes

    def __len__(self) -> int:
        return int(self.of.size)


@dataclass(frozen=True, slots=True)
class Cut:
    """All waiting records in pieces, and what holds of a record in every series.

    By record: ``stay`` says which are stays, ``contested`` which of them another record may take
    days away from, ``verdict`` why a record has no place (date, posting) or 0, ``absent`` who has
    no posting there or -1, ``history`` which lie before the period in a window that reaches into
    it.
    """

    pieces: Pieces
    stay: _Mask
    contested: _Mask
    verdict: Codes
    absent: Codes
    history: _Mask


def cut_records(entries: Entries, plan: Plan) -> Cut:
    """Cut stays into pieces and find the place of every piece."""
    item = np.minimum(entries.item, np.int32(len(plan.known_items)))
    stay = plan.waits.days[item] & (entries.end >= 0)
    if not stay.any():
        return _uncut(entries, plan.waits.item_since[item], plan)
    start, end = _span(entries, stay, plan)
    since = np.where(stay, np.int32(plan.period.start), plan.waits.item_since[item])
    contested = _contested(entries, stay, item, start, end, plan)
    first = np.arange(len(entries))
    posting, absent = _posted(entries, _ALL, start.astype(np.int32), plan)
    bucket = _bucket(start.astype(np.int32), since, plan)
    whole = _in_one_piece(entries, start, end, posting, bucket, plan) & ~(
        contested & (end - start > 1)
    )
    split = np.flatnonzero(~whole)
    days = _by_day(entries, split, start, end, since, contested, plan)
    verdict = _unposted(posting)
    verdict[split] = days.verdict
    absent[split] = days.absent
    early = _judge_dates(verdict, bucket, plan)
    length = np.where(stay, end - start, 0)
    uncut = Pieces(first, start.astype(np.int32), length, posting, bucket)
    pieces = _merged(uncut, np.flatnonzero(whole | (verdict < 0)), days.pieces, verdict)
    return Cut(pieces, stay, contested, verdict, absent, early & (verdict == 0))


def _judge_dates(verdict: Codes, bucket: Codes, plan: Plan) -> _Mask:
    """Judge the dates first, in place: what was before the period needs no posting.

    Returns which records lie before the period in a window that reaches into it.
    """
    early: _Mask = (bucket >= 0) & (bucket < plan.first_bucket)
    verdict[early & (verdict < 0)] = Verdict.BEFORE_PERIOD
    verdict[bucket < 0] = Verdict.OUTSIDE_PERIOD
    return early


def _uncut(entries: Entries, since: Codes, plan: Plan) -> Cut:
    """All records in one piece each, as none of them is a stay."""
    first, none = np.arange(len(entries)), np.zeros(len(entries), bool)
    posting, absent = _posted(entries, _ALL, entries.day, plan)
    bucket = _bucket(entries.day, since, plan)
    verdict = _unposted(posting)
    early = _judge_dates(verdict, bucket, plan)
    history = early & (verdict == 0)
    lost = np.flatnonzero(verdict)
    posting[lost] = bucket[lost] = 0
    pieces = Pieces(first, entries.day, np.zeros(len(entries), np.int64), posting, bucket)
    return Cut(pieces, none, none, verdict, absent, history)


def _merged(uncut: Pieces, kept: Int64, cut: Pieces, verdict: Codes) -> Pieces:
    """Records in one piece (``kept``) with the pieces of the others, in their order.

    A record without a place has one piece whose posting and bucket mean nothing.
    """
    other = np.flatnonzero(verdict[cut.of] == 0)
    names = ("of", "day", "days", "posting", "bucket")
    columns = [
        np.concatenate([getattr(uncut, name)[kept], getattr(cut, name)[other]]) for name in names
    ]
    # Either kind is in order, so a stable sort merges them, and days stay in theirs.
    order = np.argsort(columns[0], kind="stable")
    of, day, days, posting, bucket = (column[order] for column in columns)
    placed = verdict[of] == 0
    zero = np.int32(0)
    return Pieces(of, day, days, np.where(placed, posting, zero), np.where(placed, bucket, zero))


def _posted(entries: Entries, of: Int64 | slice, day: Codes, plan: Plan) -> tuple[Codes, Codes]:
    """Posting or crew of some records on a day of theirs, and who is absent there, or -1."""
    posting, absent = find_performers(entries.who(of, day), plan)
    return posting, np.full(day.size, -1, np.int32) if absent is None else absent


def _bucket(day: Codes, since: Codes, plan: Plan) -> Codes:
    return np.where(day >= since, plan.buckets_ever(day), plan.buckets(day))


def _unposted(posting: Codes) -> Codes:
    """``NO_POST`` or ``TEAM_EMPTY`` where there is no posting, else 0."""
    empty = posting == Verdict.TEAM_EMPTY
    none = np.where(empty, np.int32(Verdict.TEAM_EMPTY), np.int32(Verdict.NO_POST))
    return np.where(posting < 0, none, np.int32(0))


def _in_one_piece(
    entries: Entries, start: Int64, end: Int64, posting: Codes, bucket: Codes, plan: Plan
) -> _Mask:
    """Which records surely lie in one bucket and posting, without a look at every day."""
    single: _Mask = end - start == 1
    whole = single.copy()
    some = np.flatnonzero(~single & (posting >= 0) & (posting < len(plan.postings)))
    some = some[~plan.postings.beside[posting[some]]]
    last = (end[some] - 1).astype(np.int32)
    whole[some] = (plan.postings.until[posting[some]] > last) & (plan.buckets(last) == bucket[some])
    # Who shares a stay may change from day to day.
    return single | (whole & (entries.shared < 0))


@dataclass(frozen=True, slots=True)
class _Days:
    """Some records cut day by day: the pieces, and by record the verdict and who is absent."""

    pieces: Pieces
    verdict: Codes
    absent: Codes


def _by_day(
    entries: Entries,
    split: Int64,
    start: Int64,
    end: Int64,
    since: Codes,
    contested: _Mask,
    plan: Plan,
) -> _Days:
    """Cut records where bucket or posting change, contested ones into single days."""
    at, day = _days(start[split], end[split])
    of = split[at]
    posting, missing = _posted(entries, of, day, plan)
    bucket = _bucket(day, since[of], plan)
    verdict, absent = np.zeros(split.size, np.int32), np.full(split.size, -1, np.int32)
    # Backwards, so that of several days the first is written last and stays.
    bad = np.flatnonzero(posting < 0)[::-1]
    verdict[at[bad]], absent[at[bad]] = _unposted(posting[bad]), missing[bad]
    changed = contested[of]
    for column in (of, bucket, posting):
        changed |= np.diff(column, prepend=-2) != 0
    begins = np.flatnonzero(changed)
    size = np.diff(begins, append=of.size)
    return _Days(
        Pieces(of[begins], day[begins], size, posting[begins], bucket[begins]), verdict, absent
    )


def _span(entries: Entries, stay: _Mask, plan: Plan) -> tuple[Int64, Int64]:
    """The days of each record, half-open: of a stay those inside the period, if there are any."""
    start = entries.day.astype(np.int64)
    end = start + 1
    inside = np.maximum(start, plan.period.start)
    until = np.minimum(np.maximum(entries.end, end), plan.period.end)
    reaches = stay & (inside < until)
    return np.where(reaches, inside, start), np.where(reaches, until, end)


def _days(start: Int64, end: Int64) -> tuple[Int64, Codes]:
    """Every day of every span: the number of the span, and the day."""
    size = end - start
    of = np.repeat(np.arange(size.size), size)
    begins = np.cumsum(size) - size
    return of, (np.arange(of.size) - begins[of] + start[of]).astype(np.int32)


def _contested(
    entries: Entries, stay: _Mask, item: Codes, start: Int64, end: Int64, plan: Plan
) -> _Mask:
    """The stays whose days another record may take away, one by one.

    They overlap another stay of their resident and item, may lie in a stay that excludes them, or
    are of an item with a concurrent rule.
    """
    contested: _Mask = stay & plan.waits.concurrent[item]
    known = np.flatnonzero(stay & (entries.resident >= 0))
    inside = np.unique(entries.resident[plan.waits.inside[item]])
    excluded = known[plan.waits.excluded[item[known]]]
    contested[excluded[among(entries.resident[excluded], inside)]] = True
    bed = numbered([entries.resident[known], entries.item[known]])
    order = group([bed, start[known] - FIRST_DAY])[0]
    # One time line for all beds, one behind the other; a stay meets one before it or does not.
    begins = (bed * _DAYS + start[known])[order]
    until = np.maximum.accumulate((bed * _DAYS + end[known])[order])
    meets = np.zeros(order.size + 1, bool)
    meets[1:-1] = begins[1:] < until[:-1]
    contested[known[order[meets[:-1] | meets[1:]]]] = True
    return contested


def _beds(entries: Entries, of: Int64, day: Codes, plan: Plan) -> Int64:
    """A key for each resident, item and day."""
    whose = entries.resident[of].astype(np.int64) * max(len(plan.items), 1) + entries.item[of]
    return whose * _DAYS + day


def plain_day_faults(entries: Entries, plan: Plan) -> Codes:
    """Days given as a quantity, without an end date: whole, and no more than the month has left.

    Returns for each record ``DAYS_NOT_WHOLE``, ``DAYS_RANGE`` or 0.
    """
    fault = np.zeros(len(entries), np.int32)
    days = plan.waits.days[np.minimum(entries.item, len(plan.known_items))]
    where = np.flatnonzero(days & (entries.end < 0))
    size = np.abs(entries.quantity_e3[where])
    day = entries.day[where]
    left = _month_end(month_of_day(day)) - day
    held = np.where(size > left * _ONE_E3, np.int32(Verdict.DAYS_RANGE), np.int32(0))
    held[size % _ONE_E3 != 0] = Verdict.DAYS_NOT_WHOLE
    fault[where] = held
    return fault


def _month_end(month: Int64) -> Int64:
    """The day number that follows the last day of each month, counted from January 1970."""
    return (month + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def first_in_bed(entries: Entries, pieces: Pieces, where: Int64, plan: Plan) -> _Mask:
    """Which contested pieces (``where``) are first of their resident, item and day (5.5)."""
    beds = _beds(entries, pieces.of[where], pieces.day[where], plan)
    order = np.lexsort((entries.order[pieces.of[where]], beds))
    first = np.ones(where.size, bool)
    first[order[1:][np.diff(beds[order]) == 0]] = False
    return first


def lying_inside(
    entries: Entries, cut: Cut, stands: _Mask, rules: Sequence[StayRule], plan: Plan
) -> _Mask:
    """The pieces of a resident's days during a stay that a rule of the case names.

    ``stands`` are the records that are a stay for this purpose: they take part in some series and
    are not taken back. Days given as a quantity all lie on their service date.
    """
    pieces = cut.pieces
    inside = np.zeros(len(pieces), bool)
    item, resident = entries.item[pieces.of], entries.resident[pieces.of].astype(np.int64)
    for rule in rules:
        excluded = np.flatnonzero(np.isin(item, _codes(rule.exclude, plan)) & (resident >= 0))
        named = np.isin(item, _codes(rule.inside, plan)) & stands[pieces.of] & (resident >= 0)
        where = np.flatnonzero(named)
        start = pieces.day[where].astype(np.int64)
        of, day = _days(start, start + np.maximum(pieces.days[where], 1))
        lying = resident[where][of] * _DAYS + day
        keys = resident[excluded] * _DAYS + pieces.day[excluded]
        inside[excluded[np.isin(keys, lying)]] = True
    return inside


def _codes(names: frozenset[str], plan: Plan) -> list[int]:
    return [at for at in plan.items.find_all(sorted(names)) if at >= 0]
