"""The whole chain as one pure function: rules and records in, equivalents and payouts out.

Nothing here reads a file, a clock or the environment: :func:`settle` gets the dated rules of a
case and its records as parts, and returns a :class:`Settlement`, which the report room writes
down. Each stage ends with its own conservation check. Sources: A1 to A10, D1, D2; definitions
5.1, 5.9, 5.10.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from equivalents.allocate import largest_remainder
from equivalents.count import Counted, Way, count
from equivalents.errors import ConservationError, Problem, RefusedError
from equivalents.policy.model import CaseRules, Pool
from equivalents.policy.posts import Codes
from equivalents.records import RecordBlock
from equivalents.tally import Plan
from equivalents.units import Exact, Int64, checked_total, print_e7, print_fen
from equivalents.weigh import NeedsTallyError, Scales, Weighed, weigh_tally

__all__ = ["METHOD", "Payouts", "Settlement", "pay", "settle", "share_pools", "weigh"]

METHOD: Final = "2026-11"
"""The dated method of calculation; a change that alters any settled byte renames it."""


@dataclass(frozen=True, slots=True)
class Payouts:
    """One row per pool and eligible person, sorted by institution, pool and person.

    ``pool`` points into ``Settlement.pools``; ``equivalents_e7`` may be negative, ``key_e7`` not.
    """

    pool: Codes
    person: Codes
    equivalents_e7: Int64
    key_e7: Int64
    amount_fen: Int64
    remainder_fen: Int64


@dataclass(frozen=True, slots=True)
class Settlement:
    """A settled period. ``payouts`` is ``None`` when rejected rows stopped it."""

    rules: CaseRules
    plan: Plan
    scales: Scales
    counted: Counted
    weighed: Mapping[str, Weighed]
    pools: tuple[Pool, ...]
    payouts: Payouts | None
    problems: tuple[Problem, ...] = ()


def settle(
    rules: CaseRules,
    parts: Callable[[Plan], Sequence[Iterable[RecordBlock]]],
    *,
    path: Way = "tally",
    stop_on_reject: bool = False,
    workers: int = 1,
    more_cuts: Iterable[int] = (),
    progress: Callable[[int], None] | None = None,
) -> Settlement:
    """Settle a period: count, weigh and share, exactly.

    Args:
        rules: the dated rules and master data, already checked on reading.
        parts: given the counting plan, the record parts; each can be iterated more than once.
        path: ``tally`` keeps item lines, ``direct`` only sums per person; same payouts.
        stop_on_reject: leave the pools unshared when any record was rejected.
        workers: threads that count parts.
        more_cuts: further days at which buckets are cut; changes no result.
        progress: told of rows as they are counted.

    Raises:
        RefusedError: a pool that cannot be paid (5.9), or a total beyond the limits.
        ConservationError: a defect; the numbers are in the message.
    """
    plan = Plan(rules, more_cuts)
    unpaid = weigh(rules, plan, parts(plan), path, workers=workers, progress=progress)
    if stop_on_reject and unpaid.counted.rejected:
        return unpaid
    return pay(unpaid)


def pay(unpaid: Settlement) -> Settlement:
    """Share the pools of a weighed case; see :func:`share_pools` for what it refuses."""
    payouts, problems = share_pools(unpaid.pools, unpaid.plan, unpaid.weighed)
    return replace(unpaid, payouts=payouts, problems=problems)


def weigh(
    rules: CaseRules,
    plan: Plan,
    parts: Sequence[Iterable[RecordBlock]],
    path: Way = "tally",
    *,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Settlement:
    """Count and weigh all parts: a settlement whose pools are not shared yet.

    The direct path gives way to the tally path where its sums are not proven to fit.
    """
    scales = Scales(rules, plan)
    counted = count(parts, scales, path, workers=workers, progress=progress)
    try:
        weighed = {series: _weigh(counted, scales, series, path) for series in scales.series}
    except NeedsTallyError:
        return weigh(rules, plan, parts, "tally", workers=workers)
    pools = tuple(sorted(rules.pools, key=lambda pool: (pool.institution_id, pool.pool)))
    return Settlement(rules, plan, scales, counted, weighed, pools, None)


def _weigh(counted: Counted, scales: Scales, series: str, path: Way) -> Weighed:
    if path == "direct":
        sums = counted.direct.finish(series)
        if counted.shared:
            # The bound of `finish` holds for both together: it knows all quantities.
            sums = sums + weigh_tally(counted.tally, scales, series).posting_e7
        return Weighed(series, sums, counted.counted[series], counted.verdicts[series])
    weighed = weigh_tally(counted.tally, scales, series)
    if weighed.counted != counted.counted[series]:
        raise ConservationError(
            f"{series}: {weighed.counted} records weighed of {counted.counted[series]} counted"
        )
    return weighed


def share_pools(
    pools: Sequence[Pool], plan: Plan, weighed: Mapping[str, Weighed]
) -> tuple[Payouts, tuple[Problem, ...]]:
    """Share each pool among its institution's people by their equivalents (D1, D2, 5.9, 5.10).

    Eligible is everybody with a posting there on any day of the period. Negative keys count as 0
    and are listed.

    Raises:
        RefusedError: every pool that has money and nobody to pay.
    """
    staff = _Staff(plan)
    keys = {series: staff.sum(result.posting_e7) for series, result in weighed.items()}
    payees = [staff.of(plan.institutions.find(pool.institution_id)) for pool in pools]
    refused = [
        problem
        for pool, people in zip(pools, payees, strict=True)
        for problem in _unpayable(pool, keys[pool.series][people])
    ]
    if refused:
        raise RefusedError(refused)
    pool_of = np.repeat(np.arange(len(pools), dtype=np.int32), [p.stop - p.start for p in payees])
    parts = [keys[pool.series][people] for pool, people in zip(pools, payees, strict=True)]
    equivalents = np.concatenate([np.zeros(0, np.int64), *parts])
    person = np.concatenate([np.zeros(0, np.int32), *(staff.person[people] for people in payees)])
    key = np.maximum(equivalents, 0)
    starts = np.flatnonzero(np.diff(pool_of, prepend=-1))
    amounts = np.array([pool.amount_fen for pool in pools], np.int64)
    shares = largest_remainder(amounts[pool_of[starts]], key, starts)
    if int(shares.amount_fen.sum()) != int(amounts.sum()):
        raise ConservationError("payouts do not add up to the pools")
    payouts = Payouts(pool_of, person, equivalents, key, shares.amount_fen, shares.remainder_fen)
    return payouts, tuple(_negative_keys(payouts, pools, plan))


class _Staff:
    """The (institution, person) pairs with a posting in the period, sorted by both."""

    def __init__(self, plan: Plan) -> None:
        postings = plan.postings
        period = plan.period
        present = postings.overlap(period.start, period.end)
        width = max(len(plan.persons), 1)
        pair = postings.institution.astype(np.int64) * width + postings.person
        pairs = np.unique(pair[present])
        self.institution = (pairs // width).astype(np.int32)
        self.person = (pairs % width).astype(np.int32)
        self._present = np.flatnonzero(present)
        self._pair = np.searchsorted(pairs, pair[present])

    def of(self, institution: int) -> slice:
        """The people of one institution."""
        start, stop = np.searchsorted(self.institution, [institution, institution + 1])
        return slice(int(start), int(stop))

    def sum(self, posting_e7: Int64) -> Int64:
        """Equivalents per pair from equivalents per posting."""
        values: Exact = posting_e7[self._present]
        if np.abs(values.astype(np.float64)).sum() > 2.0**62:
            values = values.astype(object)
        sums = np.zeros(self.person.size, values.dtype)
        np.add.at(sums, self._pair, values)
        try:
            return checked_total(sums) if sums.dtype == object else sums.astype(np.int64)
        except OverflowError:
            raise RefusedError([Problem("TOTAL_TOO_LARGE")]) from None


def _unpayable(pool: Pool, keys: Int64) -> Iterable[Problem]:
    """Nobody to pay (5.9): a pool with money needs people and a positive key."""
    if pool.amount_fen and not (keys > 0).any():
        code = "POOL_NO_KEY" if keys.size else "POOL_NO_PEOPLE"
        facts = {"amount": print_fen(pool.amount_fen), "institution": pool.institution_id}
        yield Problem(code, pool.place, pool.pool, facts, pool.series)


def _negative_keys(payouts: Payouts, pools: Sequence[Pool], plan: Plan) -> Iterable[Problem]:
    for at in np.flatnonzero(payouts.equivalents_e7 < 0):
        pool = pools[payouts.pool[at]]
        facts = {"pool": pool.pool, "key": print_e7(int(payouts.equivalents_e7[at]))}
        person = plan.persons[int(payouts.person[at])]
        yield Problem("NEGATIVE_KEY", pool.place, person, facts, pool.series)
