"""The last level of a settlement: by what keys people share, and what their parents had to share.

The price that a period was locked at is, for each parent of people (an institution or department),
the money that went down to it over the sum of its people's positive keys (5.19). Keys are those
before ``nobody: equal`` puts one for everybody, as equal parts are no price of work.
Sources: D1, D5; definitions 5.9, 5.19.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equivalents.codes import Coded
from equivalents.paidrows import POOL_SHARE, PaidRows
from equivalents.policy.sharing import LevelKind
from equivalents.settle import Settlement
from equivalents.step import Step
from equivalents.units import Codes, Int64

__all__ = ["LastLevel", "last_level"]


@dataclass(frozen=True, slots=True)
class LastLevel:
    """Keys by (pool's institution, pool, parent, institution, person), in e7, none below 0.

    ``deficits`` are what is below 0 in keys before that (5.9), by the same names. ``received_fen``
    is what went down to the parent of each row; ``pools`` are the fen of each pool by its
    institution and name.
    """

    keys: PaidRows
    deficits: PaidRows
    received_fen: Int64
    pools: dict[tuple[str, str], int]

    def parents(self) -> dict[tuple[str, str, str], tuple[int, int]]:
        """By parent (pool's institution, pool, parent): fen to share, sum of keys."""
        found: dict[tuple[str, str, str], tuple[int, int]] = {}
        owner, pool, parent, *_ = self.keys.columns
        values = zip(self.received_fen.tolist(), self.keys.value.tolist(), strict=True)
        for name, (fen, key) in zip(zip(owner, pool, parent, strict=True), values, strict=True):
            found[name] = fen, found.get(name, (0, 0))[1] + key
        return found

    def by_person(self) -> PaidRows:
        """The keys by the names of what people are paid."""
        _, pool, _, place, person = self.keys.columns
        component = Coded.alike(POOL_SHARE, len(pool))
        return PaidRows((place, pool, person, component), self.keys.value)


def last_level(settlement: Settlement) -> LastLevel:
    """The last level of a settlement that is paid."""
    payouts, plan = settlement.payouts, settlement.plan
    pools = {(pool.institution_id, pool.pool): pool.amount_fen for pool in settlement.pools}
    steps = payouts.steps if payouts is not None else ()
    people = next((step for step in steps if step.to is LevelKind.PERSON), None)
    if payouts is None or people is None:
        none = PaidRows.none(5)
        return LastLevel(none, none, none.value, pools)
    columns = (
        _coded([pool.institution_id for pool in settlement.pools], people.pool),
        _coded([pool.pool for pool in settlement.pools], people.pool),
        _coded(payouts.units, people.parent),
        _coded(plan.institutions.values, people.institution),
        _coded(plan.persons.values, people.child),
    )
    received = _received(settlement, steps)
    parents = zip(people.pool.tolist(), people.parent.tolist(), strict=True)
    fen = np.array([received[name] for name in parents], np.int64)
    keys, deficits = np.maximum(people.raw_e7, 0), np.minimum(people.raw_e7, 0)
    return LastLevel(PaidRows(columns, keys), PaidRows(columns, deficits), fen, pools)


def _received(settlement: Settlement, steps: Sequence[Step]) -> dict[tuple[int, int], int]:
    """The fen that went down to each parent, by pool (position) and unit.

    A pool starts at its institution with what its first level received, which is what is left of
    it after all that is not shared; every level above the people's says what its children have,
    also where an institution is its own child.
    """
    find = settlement.plan.institutions.find
    found = {}
    for at, pool in enumerate(settlement.pools):
        first = (int(step.received_fen[at]) for step in steps if step.received_fen[at])
        found[at, find(pool.institution_id)] = next(first, 0)
    for step in steps:
        if step.to is not LevelKind.PERSON:
            columns = step.pool.tolist(), step.child.tolist(), step.amount_fen.tolist()
            found |= {(pool, child): fen for pool, child, fen in zip(*columns, strict=True)}
    return found


def _coded(texts: Sequence[str], code: Codes) -> Coded:
    """A column by the texts that occur in it; several codes may have one text."""
    used, at = np.unique(code, return_inverse=True)
    names = [texts[one] for one in used.tolist()]
    every = sorted(set(names))
    rank = dict(zip(every, range(len(every)), strict=True))
    return Coded(every, np.array([rank[name] for name in names], np.int32)[at])
