"""What-if: a proposal against the rules in force, over the same counts (F, 5.22).

The records are not read again: the counts of a case are weighed a second time with the proposal,
only where it differs (:mod:`equivalents.reweigh`), and the same pools are shared again by the
functions that pay. Where a proposal changes how items are counted, those items alone are counted
again and the other cells carried over (:mod:`equivalents.recount`). Under fixed pools the changes
of paid + retained + carried add to zero, which is checked pool by pool.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from equivalents.changes import (
    CoefficientChange,
    WeightChange,
    coefficient_changes,
    weight_changes,
)
from equivalents.codes import Codebook
from equivalents.errors import ConservationError, DataError, Problem, RefusedError
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.model import CaseRules
from equivalents.recount import carry, recounted_items, same_stints, tied_items
from equivalents.reweigh import Counts
from equivalents.settle import Payouts, Settlement, settle_kept
from equivalents.tally import Plan, Tally
from equivalents.units import Exact, Int64
from equivalents.weigh import Scales, Weighed

__all__ = [
    "Comparison",
    "Figures",
    "Paid",
    "Recount",
    "Side",
    "compare",
    "paid_side",
    "proposed_scales",
]

Recount = Callable[[CaseRules, Plan, Sequence[str]], Tally]
"""Counts the records of some items again under other rules and their plan."""


class Figures(NamedTuple):
    """Equivalents and money of one subject, before and after.

    ``before_e7`` and ``after_e7`` are what counts, after ceilings; the cuts are what they took.
    """

    before_e7: int
    after_e7: int
    before_fen: int
    after_fen: int
    cut_before_e7: int = 0
    cut_after_e7: int = 0


class Paid(NamedTuple):
    """What somebody has of one pool: equivalents, coefficient (``VARIED``: several), key, money."""

    equivalents_e7: int = 0
    coefficient_e4: int = ONE_E4
    key_e7: int = 0
    amount_fen: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """Counts with the settlement that some rules make of them."""

    settlement: Settlement
    counts: Counts

    @property
    def payouts(self) -> Payouts:
        """What is paid: a side is always paid."""
        payouts = self.settlement.payouts
        assert payouts is not None, "a side is paid"
        return payouts


@dataclass(frozen=True)
class Comparison:
    """Two settlements of the same records, and what changed between their rules.

    ``recounted`` are the items whose records were counted again.
    """

    before: Side
    after: Side
    weights: tuple[WeightChange, ...]
    coefficients: tuple[CoefficientChange, ...]
    recounted: tuple[str, ...] = ()

    @property
    def rules(self) -> CaseRules:
        """The rules in force."""
        return self.before.settlement.rules

    def people(self) -> dict[tuple[str, str, str], Figures]:
        """By series, institution and person: equivalents, and pay from pools of the series."""
        before, after = (_people(side.settlement) for side in (self.before, self.after))
        none = (0, 0, 0)
        found = {}
        for key in sorted(before.keys() | after.keys()):
            (one, fen, cut), (other, new_fen, new_cut) = before.get(key, none), after.get(key, none)
            found[key] = Figures(one, other, fen, new_fen, cut, new_cut)
        return found

    @cached_property
    def items(self) -> Mapping[tuple[str, str, str], tuple[int, int]]:
        """Equivalents by series, item and month, before and after, before any ceiling."""
        sides = [_items(side) for side in (self.before, self.after)]
        keys = sorted(sides[0].keys() | sides[1].keys())
        return {key: (sides[0].get(key, 0), sides[1].get(key, 0)) for key in keys}

    def payouts(self) -> dict[tuple[str, int, str], tuple[Paid, Paid]]:
        """By institution, position of the pool and person: key and money before and after."""
        before, after = (_payouts(side) for side in (self.before, self.after))
        keys = sorted(before.keys() | after.keys())
        return {key: (before.get(key, Paid()), after.get(key, Paid())) for key in keys}


# -- comparing -------------------------------------------------------------------------------------


def paid_side(rules: CaseRules, plan: Plan, tally: Tally, money: Settlement | None = None) -> Side:
    """The counts of a case, weighed and paid under its rules; with the pools of ``money``, if any.

    Raises:
        RefusedError: a pool that cannot be paid (5.9).
    """
    counts = Counts(plan, tally)
    return Side(settle_kept(rules, plan, tally, weigher=counts.weigh, money=money), counts)


def proposed_scales(before: Side, proposed: CaseRules, plan: Plan | None = None) -> Scales:
    """The weights of a proposal over the counts there are.

    Items that only records or only the proposal know follow those of the tables in force.
    """
    plan = before.settlement.plan if plan is None else plan
    items = Codebook(plan.known_items)
    codes = {row.item_code for row in proposed.weights}
    if not codes <= set(items.values):
        items = Codebook(before.counts.plan.items.values)
        items.learn(sorted(codes))
    return Scales(proposed, plan, items)


def compare(before: Side, proposed: CaseRules, recount: Recount | None = None) -> Comparison:
    """Weigh and pay the counts of a paid side again under a proposal.

    Args:
        before: the rules in force.
        proposed: those rules with the proposal in the place of what it replaces.
        recount: counts the records of some items again, where records are at hand.

    Raises:
        DataError: ``COMPARE_NEEDS_RECORDS``, with the items, when records are not at hand.
        RefusedError: ``PROPOSAL_UNPAYABLE`` and every pool that cannot be paid under the proposal.
        ConservationError: the changes of a fixed pool do not add to zero (a defect).
    """
    force = before.settlement
    items = recounted_items(force.rules, proposed, force.plan, force.counted.tally)
    plan = _same_plan(force, proposed)
    try:
        if plan is not None and not items:
            after = _again(before, proposed, plan)
        else:
            after, items = _other_plan(before, proposed, items, recount)
    except RefusedError as error:
        raise RefusedError([Problem("PROPOSAL_UNPAYABLE"), *error.problems]) from None
    _check_fixed(before, after)
    rules = force.rules, after.settlement.rules
    weights, coefficients = weight_changes(*rules), coefficient_changes(*rules)
    return Comparison(before, after, tuple(weights), tuple(coefficients), items)


def _same_plan(force: Settlement, proposed: CaseRules) -> Plan | None:
    """The plan by which the counts can be weighed under the proposal as they are, if there is."""
    if proposed.key_rules == force.rules.key_rules:
        return force.plan
    return same_stints(force.plan, proposed)


def _again(before: Side, proposed: CaseRules, plan: Plan) -> Side:
    """The same counts: only what the proposal weighs differently is weighed."""
    force, counts = before.settlement, before.counts
    known = force.scales

    def weigher(scales: Scales, series: str) -> Weighed:
        return counts.weigh_changed(force.weighed[series], known, scales)

    scales = proposed_scales(before, proposed, plan)
    tally = force.counted.tally
    return Side(settle_kept(proposed, plan, tally, scales, weigher, force), counts)


def _other_plan(
    before: Side, proposed: CaseRules, items: tuple[str, ...], recount: Recount | None
) -> tuple[Side, tuple[str, ...]]:
    """Cells carried over to a plan of the proposal; some items counted again."""
    force = before.settlement
    old, tally = force.plan, force.counted.tally
    plan = Plan(proposed, old.bucket_starts)
    carried = carry(tally, old, plan, items)
    if carried.torn:
        items = tied_items({*items, *carried.torn}, proposed)
        plan = Plan(proposed, old.bucket_starts)
        carried = carry(tally, old, plan, items)
    if items:
        if recount is None:
            facts = {"items": ", ".join(items)}
            raise DataError([Problem("COMPARE_NEEDS_RECORDS", facts=facts)])
        carried.tally.absorb(recount(proposed, plan, items))
        carried.tally.settle()
    return paid_side(proposed, plan, carried.tally, force), items


def _check_fixed(before: Side, after: Side) -> None:
    """Each pool is the same before and after, and its changes add to zero (5.22)."""
    pools = [
        [(pool.institution_id, pool.pool, pool.amount_fen) for pool in side.settlement.pools]
        for side in (before, after)
    ]
    if pools[0] != pools[1]:
        raise ConservationError("the pools before and after are not the same")
    ends = [_ends(side.payouts) for side in (before, after)]
    moved = np.flatnonzero(ends[0] != ends[1])
    if moved.size:
        named = ", ".join(f"{pools[0][at][0]} {pools[0][at][1]}" for at in moved.tolist())
        raise ConservationError(f"changes of paid + retained + carried do not add to zero: {named}")


def _ends(payouts: Payouts) -> Int64:
    """Paid + retained + carried of each pool."""
    total = payouts.retained_fen + payouts.carried_fen
    np.add.at(total, payouts.pool, payouts.amount_fen)
    return total


# -- figures of one side ---------------------------------------------------------------------------


def _people(side: Settlement) -> dict[tuple[str, str, str], tuple[int, int, int]]:
    """What counts of everybody's equivalents, their pay, and what ceilings cut."""
    plan = side.plan
    found: dict[tuple[str, str, str], tuple[int, int, int]] = {}
    width = max(len(plan.persons), 1)
    for series, weighed in side.weighed.items():
        pair = plan.postings.institution.astype(np.int64) * width + plan.postings.person
        pairs, at = np.unique(pair, return_inverse=True)
        sums: Exact = np.zeros(pairs.size, np.object_)
        np.add.at(sums, at, weighed.posting_e7.astype(np.object_))
        paid, cuts = _paid(side, series, pairs, width), _cuts(side, series, pairs, width)
        for key, equivalents, fen, cut in zip(
            pairs.tolist(), sums.tolist(), paid.tolist(), cuts.tolist(), strict=True
        ):
            place, person = divmod(key, width)
            ids = (series, plan.institutions[place], plan.persons[person])
            found[ids] = int(equivalents) - cut, fen, cut
    return found


def _paid(side: Settlement, series: str, pairs: Int64, width: int) -> Int64:
    """Pay of each (institution, person) from the pools of a series."""
    payouts = side.payouts
    assert payouts is not None, "only paid settlements are compared"
    mine = np.array([pool.series == series for pool in side.pools], bool)[payouts.pool]
    pair = payouts.institution[mine].astype(np.int64) * width + payouts.person[mine]
    sums = np.zeros(pairs.size, np.int64)
    np.add.at(sums, np.searchsorted(pairs, pair), payouts.amount_fen[mine])
    return sums


def _cuts(side: Settlement, series: str, pairs: Int64, width: int) -> Int64:
    """What ceilings cut of each (institution, person) in a series (5.12)."""
    sums = np.zeros(pairs.size, np.int64)
    detail = None if side.payouts is None else side.payouts.detail
    cuts = None if detail is None else detail.cuts.get(series)
    if cuts is not None:
        pair = cuts.institution.astype(np.int64) * width + cuts.person
        np.add.at(sums, np.searchsorted(pairs, pair), cuts.cut_e7)
    return sums


def _items(side: Side) -> dict[tuple[str, str, str], int]:
    """Equivalents by series, item and month."""
    settlement, plan = side.settlement, side.counts.plan
    return {
        (series, plan.items[item], str(np.datetime64(month, "D"))[:7]): value
        for series in settlement.weighed
        for (item, month), value in side.counts.by_item_and_month(settlement.scales, series).items()
    }


def _payouts(side: Side) -> Mapping[tuple[str, int, str], Paid]:
    payouts, plan = side.payouts, side.settlement.plan
    detail = payouts.detail
    ones = np.full(payouts.pool.size, ONE_E4, np.int64)
    coefficient = ones if detail is None else detail.coefficient_e4
    names = payouts.institution, payouts.pool, payouts.person
    figures = payouts.equivalents_e7, coefficient, payouts.key_e7, payouts.amount_fen
    return {
        (plan.institutions[place], pool, plan.persons[person]): Paid(*values)
        for place, pool, person, *values in zip(
            *(column.tolist() for column in (*names, *figures)), strict=True
        )
    }
