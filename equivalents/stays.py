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

from equivalents.policy.basis import month_of_day
from equivalents.policy.book import Verdict
from equivalents.policy.contacts import StayRule
from equivalents.tally import Plan, find_performers
from equivalents.units import QUANTITY_PLACES, Codes, Int64
from equivalents.waiting import Entries

__all__ = ["Cut", "Pieces", "cut_records", "first_in_bed", "lying_inside", "plain_day_faults"]

_Mask = npt.NDArray[np.bool_]
_ONE_E3 = 10**QUANTITY_PLACES
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

    By record: ``stay`` says which are stays, ``verdict`` why a record has no place (date, posting)
    or 0, ``absent`` who has no posting there or -1, ``history`` which lie before the period in a
    window that reaches into it.
    """

    pieces: Pieces
    stay: _Mask
    verdict: Codes
    absent: Codes
    history: _Mask


def cut_records(entries: Entries, plan: Plan) -> Cut:
    """Cut stays into pieces and find the place of every piece."""
    item = np.minimum(entries.item, np.int32(len(plan.known_items)))
    stay = plan.waits.days[item] & (entries.end >= 0)
    of, day = _days(*_span(entries, stay, plan))
    head = np.diff(of, prepend=-1) != 0
    posting, absent = _first_lost(entries, of, day, plan)
    since = np.where(stay, np.int32(plan.period.start), plan.waits.item_since[item])
    bucket = np.where(day >= since[of], plan.buckets_ever(day), plan.buckets(day))
    verdict = _unposted(of, posting, len(entries))
    early = (bucket[head] >= 0) & (bucket[head] < plan.first_bucket)
    # The date is judged first: what was before the period needs no posting.
    verdict[early & (verdict < 0)] = Verdict.BEFORE_PERIOD
    verdict[bucket[head] < 0] = Verdict.OUTSIDE_PERIOD
    lost = verdict < 0
    changed = head | (np.diff(bucket, prepend=-1) != 0) | (np.diff(posting, prepend=-1) != 0)
    begins = np.flatnonzero(changed | _apart(entries, stay, item, of, day, plan))
    size = np.diff(begins, append=of.size)
    kept = ~lost[of[begins]] | head[begins]
    begins, size = begins[kept], size[kept]
    placed = ~lost[of[begins]]
    pieces = Pieces(
        of[begins],
        day[begins],
        np.where(stay[of[begins]], size, 0),
        np.where(placed, posting[begins], np.int32(0)),
        np.where(placed, bucket[begins], np.int32(0)),
    )
    return Cut(pieces, stay, verdict, absent, early & ~lost)


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


def _first_lost(entries: Entries, of: Int64, day: Codes, plan: Plan) -> tuple[Codes, Codes]:
    """The posting or crew of each day, and for each record who is absent on the first bad day."""
    posting, missing = find_performers(entries.who(of, day), plan)
    absent = np.full(len(entries), -1, np.int32)
    if missing is not None:
        bad = np.flatnonzero(posting < 0)[::-1]
        # Backwards, so that of several days the first is written last and stays.
        absent[of[bad]] = missing[bad]
    return posting, absent


def _unposted(of: Int64, posting: Codes, records: int) -> Codes:
    """``NO_POST`` or ``TEAM_EMPTY`` of the first day that nobody could do, by record, or 0."""
    verdict = np.zeros(records, np.int32)
    bad = np.flatnonzero(posting < 0)[::-1]
    empty = posting[bad] == Verdict.TEAM_EMPTY
    verdict[of[bad]] = np.where(empty, np.int32(Verdict.TEAM_EMPTY), np.int32(Verdict.NO_POST))
    return verdict


def _apart(entries: Entries, stay: _Mask, item: Codes, of: Int64, day: Codes, plan: Plan) -> _Mask:
    """Days of stays that must be pieces of their own: another record may take them away."""
    apart = np.zeros(of.size, bool)
    rows = np.flatnonzero(stay[of])
    if rows.size == 0:
        return apart
    apart[rows] = plan.waits.concurrent[item[of[rows]]]
    known = rows[entries.resident[of[rows]] >= 0]
    beds = _beds(entries, of[known], day[known], plan)
    order = np.argsort(beds, kind="stable")
    again = np.flatnonzero(np.diff(beds[order]) == 0)
    apart[known[order[again]]] = apart[known[order[again + 1]]] = True
    inside = np.unique(entries.resident[plan.waits.inside[item]])
    excluded = plan.waits.excluded[item[of[known]]]
    apart[known[excluded & np.isin(entries.resident[of[known]], inside)]] = True
    # The day behind a piece of its own begins another piece.
    apart[1:] |= apart[:-1] & (of[1:] == of[:-1])
    return apart


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
    """Which of the pieces at ``where`` are the first of their resident, item and day (5.5)."""
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
