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
from equivalents.keys import PoolKeys
from equivalents.policy.model import CaseRules, Pool
from equivalents.policy.posts import Codes
from equivalents.records import RecordBlock
from equivalents.tally import Plan
from equivalents.units import Int64, print_e7, print_fen
from equivalents.weigh import NeedsTallyError, Scales, Weighed, weigh_tally
from equivalents.withhold import KeyDetail, key_detail, withhold_problems

__all__ = ["METHOD", "Payouts", "Settlement", "pay", "settle", "share_pools", "weigh"]

METHOD: Final = "2026-11"
"""The dated method of calculation; a change that alters any settled byte renames it."""


@dataclass(frozen=True, slots=True)
class Payouts:
    """One row per pool and eligible person, sorted by institution, pool and person.

    ``pool`` points into ``Settlement.pools``; ``equivalents_e7`` may be negative, ``key_e7`` not.
    ``amount_fen`` is what is allocated; ``detail`` says what of it is withheld and how the keys
    came about, ``None`` where every key is the exact equivalents.
    """

    pool: Codes
    person: Codes
    equivalents_e7: Int64
    key_e7: Int64
    amount_fen: Int64
    remainder_fen: Int64
    detail: KeyDetail | None = None

    @property
    def deficit_e7(self) -> Int64:
        """The key of each payee where it is below 0, else 0 (5.9)."""
        if self.detail is not None:
            return self.detail.deficit_e7
        return np.minimum(self.equivalents_e7, 0)

    @property
    def paid_fen(self) -> Int64:
        """What is paid of each amount."""
        return self.amount_fen - self.detail.withheld_fen if self.detail else self.amount_fen


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
    """Share each pool among its institution's people by their keys (D1, D2, 5.1, 5.9, 5.10).

    Eligible is everybody with a posting there on any day of the period. Negative keys count as 0
    and are listed.

    Raises:
        RefusedError: every pool that has money and nobody to pay; amounts that cannot be withheld.
    """
    keys = PoolKeys(plan, weighed)
    staff = keys.staff
    tables = [keys.of(pool) for pool in pools]
    payees = [staff.of(plan.institutions.find(pool.institution_id)) for pool in pools]
    refused = [
        problem
        for pool, table, people in zip(pools, tables, payees, strict=True)
        for problem in _unpayable(pool, table.key_e7[people])
    ]
    refused += withhold_problems(keys, pools)
    if refused:
        raise RefusedError(refused)
    pool_of = np.repeat(np.arange(len(pools), dtype=np.int32), [p.stop - p.start for p in payees])
    pair = _joined([np.arange(people.start, people.stop) for people in payees])
    paired = list(zip(tables, payees, strict=True))
    equivalents = _joined([table.equivalents_e7[people] for table, people in paired])
    key = np.maximum(_joined([table.key_e7[people] for table, people in paired]), 0)
    starts = np.flatnonzero(np.diff(pool_of, prepend=-1))
    amounts = np.array([pool.amount_fen for pool in pools], np.int64)
    shares = largest_remainder(amounts[pool_of[starts]], key, starts)
    if int(shares.amount_fen.sum()) != int(amounts.sum()):
        raise ConservationError("payouts do not add up to the pools")
    detail = key_detail(keys, pools, pool_of, pair, shares.amount_fen)
    payouts = Payouts(
        pool_of,
        staff.person[pair],
        equivalents,
        key,
        shares.amount_fen,
        shares.remainder_fen,
        detail,
    )
    return payouts, tuple(_negative_keys(payouts, pools, plan))


def _joined(parts: Sequence[Int64]) -> Int64:
    return np.concatenate([np.zeros(0, np.int64), *parts])


def _unpayable(pool: Pool, keys: Int64) -> Iterable[Problem]:
    """Nobody to pay (5.9): a pool with money needs people and a positive key."""
    if pool.amount_fen and not (keys > 0).any():
        code = "POOL_NO_KEY" if keys.size else "POOL_NO_PEOPLE"
        facts = {"amount": print_fen(pool.amount_fen), "institution": pool.institution_id}
        yield Problem(code, pool.place, pool.pool, facts, pool.series)


def _negative_keys(payouts: Payouts, pools: Sequence[Pool], plan: Plan) -> Iterable[Problem]:
    deficit = payouts.deficit_e7
    for at in np.flatnonzero(deficit):
        pool = pools[payouts.pool[at]]
        facts = {"pool": pool.pool, "key": print_e7(int(deficit[at]))}
        person = plan.persons[int(payouts.person[at])]
        yield Problem("NEGATIVE_KEY", pool.place, person, facts, pool.series)
