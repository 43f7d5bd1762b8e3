"""The whole chain as one pure function: rules and records in, equivalents and payouts out.

Nothing here reads a file, a clock or the environment: :func:`settle` gets the dated rules of a
case and its records as parts, and returns a :class:`Settlement`, which the report room writes
down. Each stage ends with its own conservation check. Sources: A1 to A10, B7, D1 to D3;
definitions 5.1 to 5.3, 5.9 to 5.12, 5.14.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from equivalents.componentpay import ComponentPay
from equivalents.components import NO_PAY, FixedPay, charged_fen, fixed_pay
from equivalents.count import Counted, Keeper, Way, count
from equivalents.errors import ConservationError, Problem
from equivalents.fund import needs_lines
from equivalents.fundfacts import Money
from equivalents.fundsettle import Funded, facts_of, funded, with_leaders
from equivalents.keys import PoolKeys
from equivalents.ladderkeys import ladder_keys
from equivalents.leaderpay import leader_pay
from equivalents.payouts import Payouts, share
from equivalents.policy.model import CaseRules, Pool
from equivalents.records import RecordBlock
from equivalents.sharesums import shared_sums
from equivalents.surplus import Surplus, surplus_of, surplus_pools
from equivalents.tally import Plan, Tally
from equivalents.weigh import DirectSum, NeedsTallyError, Scales, Weighed, weigh_tally

__all__ = [
    "METHOD",
    "Payouts",
    "Settlement",
    "pay",
    "settle",
    "settle_kept",
    "share_pools",
    "weigh",
]

METHOD: Final = "2026-11"
"""The dated method of calculation; a change that alters any settled byte renames it."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """A settled period. ``payouts`` is ``None`` when rejected rows stopped it.

    ``pools`` are those that are shared; with a scheme, as soon as its money is computed, also the
    pools that come of it. ``funded`` is ``None`` before that, and without a scheme. ``fixed`` is
    what components pay before the pools, ``components`` what all of them pay once pools are
    shared.
    """

    rules: CaseRules
    plan: Plan
    scales: Scales
    counted: Counted
    weighed: Mapping[str, Weighed]
    pools: tuple[Pool, ...]
    payouts: Payouts | None
    problems: tuple[Problem, ...] = ()
    surpluses: tuple[Surplus, ...] = ()
    funded: Funded | None = None
    fixed: FixedPay = NO_PAY
    components: tuple[ComponentPay, ...] = ()

    @property
    def money(self) -> Money | None:
        """What the funds of the scheme owe."""
        return self.funded.money if self.funded is not None else None


def settle(
    rules: CaseRules,
    parts: Callable[[Plan], Sequence[Iterable[RecordBlock]]],
    *,
    path: Way = "tally",
    stop_on_reject: bool = False,
    workers: int = 1,
    more_cuts: Iterable[int] = (),
    progress: Callable[[int], None] | None = None,
    freed: Callable[[], None] | None = None,
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
        freed: called when much memory has become free before more is asked for; whoever knows
            how gives it back to the machine. It changes no result.

    Raises:
        RefusedError: a pool that cannot be paid (5.9), or a total beyond the limits.
        ConservationError: a defect; the numbers are in the message.
    """
    plan = Plan(rules, more_cuts)
    unpaid = weigh(rules, plan, parts(plan), path, workers=workers, progress=progress, freed=freed)
    if stop_on_reject and unpaid.counted.rejected:
        return unpaid
    return pay(unpaid)


def pay(unpaid: Settlement) -> Settlement:
    """Compute the money of a weighed case and share its pools.

    Raises:
        RefusedError: what :func:`equivalents.fundsettle.funded` and :func:`share_pools` refuse.
    """
    again = unpaid.funded is not None
    unpaid = _with_money(unpaid)
    funded, fixed = unpaid.funded, unpaid.fixed
    payouts, problems = share_pools(unpaid)
    paid = fixed.paid
    if funded is not None and not again:
        leaders = leader_pay(unpaid.rules, unpaid.plan, unpaid.pools, payouts)
        funded = with_leaders(funded, unpaid.rules, leaders)
        paid = tuple(sorted((*paid, *leaders), key=lambda one: one.order))
    said = funded.problems if funded is not None else fixed.problems
    return replace(
        unpaid,
        payouts=payouts,
        problems=(*said, *problems),
        funded=funded,
        components=unpaid.components if again else paid,
    )


def _with_money(unpaid: Settlement) -> Settlement:
    """A weighed case with what its funds owe and the pools that come of it."""
    rules, scheme = unpaid.rules, unpaid.rules.scheme
    paying = partial(fixed_pay, rules, unpaid.plan)
    if scheme is None:
        return replace(unpaid, fixed=paying(unpaid.pools))
    if unpaid.funded is not None:
        return replace(unpaid, fixed=unpaid.funded.fixed)
    weighed = dict(unpaid.weighed)
    for series in needs_lines(scheme, rules.period):
        if weighed[series].lines is None:
            weighed[series] = weigh_tally(unpaid.counted.tally, unpaid.scales, series)
    facts = facts_of(scheme, rules, unpaid.plan, weighed)
    found = funded(scheme, rules, facts, unpaid.pools, unpaid.plan.coefficients, paying)
    return replace(unpaid, pools=found.pools, funded=found, fixed=found.fixed)


def weigh(
    rules: CaseRules,
    plan: Plan,
    parts: Sequence[Iterable[RecordBlock]],
    path: Way = "tally",
    *,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
    freed: Callable[[], None] | None = None,
    keeper: Keeper | None = None,
) -> Settlement:
    """Count and weigh all parts: a settlement whose pools are not shared yet.

    The direct path gives way to the tally path where its sums are not proven to fit, and where a
    fund asks for item lines. ``keeper`` knows parts that were counted before.
    """
    if rules.scheme is not None and needs_lines(rules.scheme, rules.period):
        path = "tally"
    scales = Scales(rules, plan)
    counted = count(
        parts, scales, path, workers=workers, progress=progress, freed=freed, keeper=keeper
    )
    try:
        weighed = {series: _weigh(counted, scales, series, path) for series in scales.series}
    except NeedsTallyError:
        return weigh(rules, plan, parts, "tally", workers=workers, freed=freed, keeper=keeper)
    return _unpaid(rules, plan, scales, counted, weighed)


def _unpaid(
    rules: CaseRules, plan: Plan, scales: Scales, counted: Counted, weighed: Mapping[str, Weighed]
) -> Settlement:
    """A weighed case with its pools, given ones and those of the surplus."""
    surpluses = surplus_of(rules.accounts, rules.surplus)
    given = (*rules.pools, *surplus_pools(surpluses, rules.surplus.series))
    pools = tuple(sorted(given, key=lambda pool: (pool.institution_id, pool.pool)))
    return Settlement(rules, plan, scales, counted, weighed, pools, None, (), surpluses)


def settle_kept(
    rules: CaseRules,
    plan: Plan,
    tally: Tally,
    scales: Scales | None = None,
    weigher: Callable[[Scales, str], Weighed] | None = None,
    money: Settlement | None = None,
) -> Settlement:
    """Settle a tally that was counted before: the same payouts, without the records.

    Args:
        rules: its own rules, or others over the same counts.
        plan: the plan of the tally.
        tally: the counts, settled.
        scales: the weight books of the rules, where they are made already.
        weigher: weighs the tally in a series; by default :func:`weigh_tally`, with item lines.
        money: a settlement whose pools are taken as they are: no fund is computed again (5.22).

    Raises:
        RefusedError: as :func:`settle`; never for a tally that was settled under these rules.
    """
    scales = Scales(rules, plan) if scales is None else scales
    if weigher is None:
        weighed = {series: weigh_tally(tally, scales, series) for series in scales.series}
    else:
        weighed = {series: weigher(scales, series) for series in scales.series}
    counted = Counted(tally, DirectSum(scales), int(tally.records.sum()))
    unpaid = _unpaid(rules, plan, scales, counted, weighed)
    if money is not None and money.funded is not None:
        unpaid = replace(
            unpaid, pools=money.pools, funded=money.funded, components=money.components
        )
    return pay(unpaid)


def _weigh(counted: Counted, scales: Scales, series: str, path: Way) -> Weighed:
    if path == "direct":
        sums = counted.direct.finish(series)
        if counted.shared:
            # The bound of `finish` holds for both together: it knows all quantities.
            sums = sums + shared_sums(counted.tally, scales, series)
        return Weighed(series, sums, counted.counted[series], counted.verdicts[series])
    weighed = weigh_tally(counted.tally, scales, series)
    if weighed.counted != counted.counted[series]:
        raise ConservationError(
            f"{series}: {weighed.counted} records weighed of {counted.counted[series]} counted"
        )
    return weighed


def share_pools(unpaid: Settlement) -> tuple[Payouts, tuple[Problem, ...]]:
    """Share the pools of a weighed case down their levels to people (D1, D2, D3).

    Raises:
        RefusedError: every pool that cannot be shared as declared, and why.
    """
    origin = PoolKeys(unpaid.plan, unpaid.weighed, unpaid.rules)
    keys = ladder_keys(origin, unpaid.pools, unpaid.rules)
    charged = charged_fen(unpaid.fixed.paid, unpaid.pools)
    return share(unpaid.pools, unpaid.rules, unpaid.plan, keys, origin, charged)
