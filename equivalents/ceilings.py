"""Ceilings and degressive tiers 封顶与分段 on one person's equivalents, before coefficients.

The idea: f(total) is what counts of a total, tier by tier, computed exactly and rounded once,
half-up, to seven places; what does not count is the *cut*, one separate negative line per person,
institution and window. A correction is f(new) - f(old) because f is only ever applied to whole
totals. A year that is settled in parts has f(earlier + now) - f(earlier), with the equivalents of
its earlier locked periods brought in (``opening``, kind ``earned``). The cut is then split by
largest remainder, in units of e7, wherever it has to be split: over places that count together,
and over posts and date segments.

The trick: the roster is cut at the months (:class:`~equivalents.policy.coefficients.Coefficients`)
where a ceiling counts by month, so that the sums per posting are sums per month already, on the
direct path and on the tally path. Sources: A8, definitions 5.10 and 5.12.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.allocate import largest_remainder
from equivalents.errors import ConservationError, Problem, RefusedError
from equivalents.grouping import group
from equivalents.policy.keyrules import Ceiling, Tier, Window
from equivalents.policy.posts import Codes
from equivalents.tally import Plan
from equivalents.units import INT64_LIMIT, Exact, Int64, checked_total

__all__ = [
    "Cuts",
    "after_tiers_e7",
    "cut_ceilings",
    "exact_sums",
    "half_up",
    "split_e7",
    "window_of",
]


_ANYWHERE: Final = -2
"""Stands for all institutions together; -1 is one that is not known."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """What does not count, one row per institution, person and window, sorted by those.

    ``since`` is the first day of the window and ``ceiling`` a position in the rules' ceilings.
    ``cut_e7`` is taken from the equivalents; it is below 0 where the total is, or where a
    correction takes a total of the year back over a bound.
    """

    institution: Codes
    person: Codes
    since: Int64
    ceiling: Int64
    cut_e7: Int64


def half_up(value: Exact, unit: int) -> Exact:
    """Divide by ``unit`` and round once, half-up, halves away from zero."""
    # rounded here: callers name the definition that rounds
    size = (np.abs(value) * 2 + unit) // (2 * unit)
    result: Exact = np.where(value < 0, -size, size)
    return result


def exact_sums(values: Exact, starts: Int64) -> Int64:
    """Sums of the runs that begin at ``starts``, whatever their size on the way.

    Raises:
        RefusedError: a total is beyond the limit of 2**63 units (``TOTAL_TOO_LARGE``).
    """
    if starts.size == 0:
        return np.zeros(0, np.int64)
    if values.dtype == np.int64 and np.abs(values.astype(np.float64)).sum() < INT64_LIMIT / 2:
        return np.add.reduceat(values, starts).astype(np.int64)
    try:
        return checked_total(np.add.reduceat(values.astype(object), starts))
    except OverflowError:
        raise RefusedError([Problem("TOTAL_TOO_LARGE")]) from None


def after_tiers_e7(total_e7: Int64, tiers: Sequence[Tier]) -> Int64:
    """What counts of each total: marginal tiers, exact, rounded once half-up to e7 (5.12).

    A tier counts what lies in its half-open ``[from, next from)`` at its rate; below 0 the first
    rate applies. No rate is above 1, so the result is never larger than the total.
    """
    # Products stay below 2**62 for totals under 46 million equivalents.
    small = total_e7.size == 0 or int(np.abs(total_e7).max()) < INT64_LIMIT // 20_000
    small &= all(tier.from_e7 < INT64_LIMIT // 20_000 for tier in tiers)
    value: Exact = total_e7 if small else total_e7.astype(object)
    counted: Exact = value * 0
    for at, tier in enumerate(tiers):
        upper = np.minimum(value, tiers[at + 1].from_e7) if at + 1 < len(tiers) else value
        inside = np.maximum(upper, tier.from_e7) - tier.from_e7 if at else upper
        counted = counted + inside * tier.rate_e4
    return half_up(counted, 10_000).astype(np.int64)


def split_e7(amount_e7: Int64, key_e7: Int64, starts: Int64) -> Int64:
    """Split each amount over its cells by largest remainder in e7 (5.10, 5.12).

    ``amount_e7`` and ``starts`` have one entry a group, ``key_e7`` one a cell, in the order that
    settles ties. Keys are the cells' equivalents, negative ones as 0; where a group has no
    positive key, they go by absolute value. The parts of a group add up to its amount.
    """
    if starts.size == 0:
        return np.zeros(0, np.int64)
    cells = np.diff(starts, append=key_e7.size)
    positive = np.maximum(key_e7, 0)
    some = np.logical_or.reduceat(positive > 0, starts)
    key = np.where(np.repeat(some, cells), positive, np.abs(key_e7))
    parts = largest_remainder(np.abs(amount_e7), key, starts).amount_fen
    return np.where(np.repeat(amount_e7, cells) < 0, -parts, parts)


def cut_ceilings(plan: Plan, series: str, posting_e7: Int64) -> Cuts | None:
    """The cuts of one series from its equivalents per stint; ``None`` without a ceiling.

    A ceiling counts per person, institution and month unless it says ``year`` or that all
    institutions count together; then the cut is split over the places by 5.10 (5.12).

    Raises:
        RefusedError: a total is beyond the limits.
    """
    windows = _windows(plan, series)
    if not windows:
        return None
    present = plan.present
    window = window_of(plan, series, present)
    keys: list[npt.NDArray[np.integer]] = [
        plan.postings.person[present],
        window,
        plan.postings.institution[present],
    ]
    order, starts = group(keys)
    total_e7 = exact_sums(posting_e7[present][order], starts)
    at = order[starts]
    person, place = plan.postings.person[present][at], plan.postings.institution[present][at]
    window = window[at]
    cut = _cut(windows, (person, window, place), total_e7, _Earlier(plan, series))
    kept = np.flatnonzero(cut)
    kept = kept[np.lexsort((window[kept], person[kept], place[kept]))]
    days = np.array([start for start, _, _ in windows], np.int64)
    numbers = np.array([number for _, number, _ in windows], np.int64)
    chosen = window[kept]
    return Cuts(place[kept], person[kept], days[chosen], numbers[chosen], cut[kept])


def window_of(plan: Plan, series: str, postings: Int64) -> Int64:
    """The number of the window that each of these stints lies in."""
    starts = np.array([start for start, _, _ in _windows(plan, series)], np.int64)
    first = np.maximum(plan.postings.since[postings], plan.period.start)
    return np.searchsorted(starts, first, side="right") - 1


def _windows(plan: Plan, series: str) -> Sequence[tuple[int, int, Ceiling | None]]:
    """First day, number and ceiling of each window of a series; none without a ceiling."""
    period = plan.period
    mine = [
        (number, one)
        for number, one in enumerate(plan.coefficients.rules.ceilings)
        if one.series == series and one.valid_from < period.end and one.valid_to > period.start
    ]
    if not mine:
        return []
    yearly = any(one.window is Window.YEAR for _, one in mine)
    starts = (period.start,) if yearly else period.month_starts
    found: list[tuple[int, int, Ceiling | None]] = []
    for start in starts:
        fits = [entry for entry in mine if entry[1].valid_from <= start < entry[1].valid_to]
        found.append((start, *(fits[0] if fits else (-1, None))))
    return found


class _Earlier:
    """The equivalents of the earlier locked periods of the year in one series, before ceilings."""

    def __init__(self, plan: Plan, series: str) -> None:
        self._of: dict[tuple[int, int], int] = defaultdict(int)
        for row in plan.coefficients.rules.earned:
            if row.series == series:
                person = plan.persons.find(row.person_id)
                place = plan.institutions.find(row.institution_id)
                self._of[person, place] += row.equivalents_e7
                self._of[person, _ANYWHERE] += row.equivalents_e7

    @property
    def any(self) -> bool:
        """Whether any are brought in."""
        return bool(self._of)

    def sums(self, person: Codes, place: Codes, together: bool) -> Int64:
        """Of each person at an institution, or at all of them together.

        Raises:
            RefusedError: a sum is beyond the limit (``TOTAL_TOO_LARGE``).
        """
        pairs = zip(person.tolist(), place.tolist(), strict=True)
        found = [self._of.get((who, _ANYWHERE if together else at), 0) for who, at in pairs]
        return exact_sums(np.array(found, object), np.arange(len(found)))


def _evens(count: int) -> Int64:
    return np.arange(count, dtype=np.int64) * 2


def _cut(
    windows: Sequence[tuple[int, int, Ceiling | None]],
    keys: tuple[Codes, Int64, Codes],
    total_e7: Int64,
    earlier: "_Earlier",
) -> Int64:
    """The cut of each (person, window, institution); cells stand sorted by those three."""
    person, window, place = keys
    apart = np.array([one is None or not one.together for _, _, one in windows])[window]
    new = np.ones(person.size, bool)
    new[1:] = apart[1:] | (np.diff(person) != 0) | (np.diff(window) != 0)
    starts = np.flatnonzero(new)
    owner_e7 = exact_sums(total_e7, starts)
    cut = np.zeros(starts.size, np.int64)
    for number, (_, _, ceiling) in enumerate(windows):
        if ceiling is not None:
            mine = np.flatnonzero(window[starts] == number)
            counted = after_tiers_e7(owner_e7[mine], ceiling.tiers)
            if ceiling.window is Window.YEAR and earlier.any:
                before = earlier.sums(person[starts[mine]], place[starts[mine]], ceiling.together)
                both = exact_sums(np.stack([before, owner_e7[mine]], 1).ravel(), _evens(mine.size))
                after = after_tiers_e7(both, ceiling.tiers)
                counted = after - after_tiers_e7(before, ceiling.tiers)
            cut[mine] = owner_e7[mine] - counted
    parts = split_e7(cut, total_e7, starts)
    if int(parts.astype(object).sum()) != int(cut.astype(object).sum()):
        raise ConservationError("the cuts of places do not add up to the cut")
    return parts
