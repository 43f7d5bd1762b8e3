"""A whole pool explained: what it had, who got what at each level, what is paid and what stays.

Every figure is one that the paying functions returned. A level lists each parent that had money,
also one with nobody below it, so that what stays is seen where it stays. Sources: D1 to D3;
definitions 5.2, 5.3, 5.9 to 5.11.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equivalents.componentpay import ComponentPay
from equivalents.components import charged_to
from equivalents.errors import Problem, RefusedError, near
from equivalents.handedin import handed_by
from equivalents.origin import Origin, origin_of
from equivalents.policy.coefficients import ONE_E4, Stretch
from equivalents.policy.model import Pool
from equivalents.policy.sharing import Level, LevelKey
from equivalents.policy.who import Who
from equivalents.poolstory import FactorsOf, on_pool
from equivalents.settle import Settlement
from equivalents.sharesteps import ShareStep, paid, share_steps
from equivalents.yearly import LimitedPayout

__all__ = ["Family", "LevelAccount", "Payee", "PoolAccount", "explain_pool"]


@dataclass(frozen=True, slots=True)
class Family:
    """What a parent had, in fen, and the steps to its children (none: nobody stands below it).

    ``handed`` says whether it handed in ``shares``, ``amounts`` or ``nothing``, where it may.
    """

    parent: str
    had_fen: int
    steps: tuple[ShareStep, ...]
    handed: str = ""

    @property
    def given_fen(self) -> int:
        """What the children got of it."""
        return sum(step.amount_fen for step in self.steps)


@dataclass(frozen=True, slots=True)
class LevelAccount:
    """One level of a pool and its key; what of it did not go down is retained or carried."""

    level: str
    key: str
    families: tuple[Family, ...]
    retained_fen: int
    carried_fen: int


@dataclass(frozen=True, slots=True)
class Payee:
    """What one person is paid of a pool at an institution: the last steps, less what is taken.

    ``parts_fen`` are the amounts of the last steps, several where departments pay apart.
    """

    place: str
    person_id: str
    parts_fen: tuple[int, ...]
    withhold_e4: int
    withheld_fen: int
    factors: tuple[Stretch, ...]
    limited: LimitedPayout | None
    amount_fen: int
    released_later: bool = False

    @property
    def plain(self) -> bool:
        """Whether the amount simply is that of the one last step."""
        return self.parts_fen == (self.amount_fen,)


@dataclass(frozen=True, slots=True)
class PoolAccount:
    """All of a pool: amount = paid + retained + carried, and how each of the three comes about.

    ``institution_e4``, the product of ``factors``, multiplies the pool before ``shared_fen`` goes
    down; ``kept_fen`` is what it keeps, retained and carried (5.2). ``charged`` are adjustments,
    which it pays first. Of ``who`` only the postings share.
    """

    origin: Origin
    pool: Pool
    institution_e4: int
    factors: tuple[Stretch, ...]
    shared_fen: int
    kept_fen: tuple[int, int]
    levels: tuple[LevelAccount, ...]
    payees: tuple[Payee, ...]
    retained_fen: int
    carried_fen: int
    charged: tuple[ComponentPay, ...] = ()
    who: Who | None = None

    @property
    def steps(self) -> tuple[ShareStep, ...]:
        """Every step, highest level first, each parent's children in their order."""
        return tuple(
            step for level in self.levels for family in level.families for step in family.steps
        )

    @property
    def paid_fen(self) -> int:
        """What people are paid of it, adjustments included."""
        return sum(payee.amount_fen for payee in self.payees) + self.charged_fen

    @property
    def charged_fen(self) -> int:
        """What adjustments of people take of it before it goes down, below 0: bring in (5.19)."""
        return sum(one.amount_fen for one in self.charged)


def explain_pool(settlement: Settlement, institution_id: str, pool: str) -> PoolAccount:
    """Everything about one pool: source, every step, what is taken, paid and what stays.

    Raises:
        RefusedError: ``POOL_NOT_FOUND``.
    """
    for at, one in enumerate(settlement.pools):
        if (one.institution_id, one.pool) == (institution_id, pool):
            return _account(settlement, at, one)
    here = sorted(one.pool for one in settlement.pools if one.institution_id == institution_id)
    hint = near(pool, here)
    if not here:
        hint = near(institution_id, sorted({one.institution_id for one in settlement.pools}))
    facts = {"institution": institution_id, "near": hint}
    raise RefusedError([Problem("POOL_NOT_FOUND", value=pool, facts=facts)])


def _account(settlement: Settlement, at: int, pool: Pool) -> PoolAccount:
    payouts = paid(settlement)
    kept = (0, 0)
    if payouts.held is not None:
        kept = int(payouts.held.retained_fen[at]), int(payouts.held.carried_fen[at])
    shared_fen = pool.amount_fen - sum(kept)
    charged = charged_to(settlement.components, pool)
    going_fen = shared_fen - sum(one.amount_fen for one in charged)
    levels = _levels(settlement, at, pool, going_fen)
    return PoolAccount(
        origin_of(settlement, pool),
        pool,
        *on_pool(settlement, pool),
        shared_fen,
        kept,
        levels,
        _payees(settlement, at, levels[-1]),
        int(payouts.retained_fen[at]),
        int(payouts.carried_fen[at]),
        charged,
        settlement.rules.sharing_of(pool.pool).who,
    )


def _levels(
    settlement: Settlement, at: int, pool: Pool, shared_fen: int
) -> tuple[LevelAccount, ...]:
    by_level = {step.to: step for step in paid(settlement).steps}
    parents = {pool.institution_id: shared_fen}
    found = []
    for level in settlement.rules.sharing_of(pool.pool).levels:
        step = by_level[level.to]
        children: dict[str, list[ShareStep]] = {parent: [] for parent in parents}
        for one in share_steps(settlement, step, np.flatnonzero(step.pool == at)):
            children[one.parent_label].append(one)
        families = (
            Family(name, fen, tuple(below), _handed(settlement, pool, level, below))
            for (name, fen), below in zip(parents.items(), children.values(), strict=True)
        )
        stays = int(step.retained_fen[at]), int(step.carried_fen[at])
        found.append(LevelAccount(str(level.to), str(level.key), tuple(families), *stays))
        parents = {one.child_label: one.amount_fen for of in children.values() for one in of}
    return tuple(found)


def _handed(settlement: Settlement, pool: Pool, level: Level, steps: Sequence[ShareStep]) -> str:
    """What a parent handed in, where the level goes by that."""
    if level.key is not LevelKey.SECONDARY or not steps:
        return ""
    return handed_by(settlement, pool.pool, steps[0])


def _payees(settlement: Settlement, pool: int, last: LevelAccount) -> tuple[Payee, ...]:
    payouts, plan = paid(settlement), settlement.plan
    parts: dict[tuple[str, str], list[int]] = {}
    for step in (step for family in last.families for step in family.steps):
        parts.setdefault((step.place, step.child), []).append(step.amount_fen)
    taken: Sequence[LimitedPayout]
    taken = payouts.limited.payouts if payouts.limited is not None else ()
    limited = {one.row: one for one in taken}
    later = bool(plan.coefficients.released([settlement.pools[pool].pool])[0])
    found = []
    for row in np.flatnonzero(payouts.pool == pool).tolist():
        place, person = int(payouts.institution[row]), int(payouts.person[row])
        names = plan.institutions[place], plan.persons[person]
        withhold_e4, withheld_fen = ONE_E4, 0
        factors: tuple[Stretch, ...] = ()
        if payouts.detail is not None and payouts.detail.withheld_fen[row]:
            factors = FactorsOf(settlement, place, person).withheld(settlement.pools[pool])
            withhold_e4 = int(payouts.detail.withhold_e4[row])
            withheld_fen = int(payouts.detail.withheld_fen[row])
        found.append(
            Payee(
                *names,
                tuple(parts[names]),
                withhold_e4,
                withheld_fen,
                factors,
                limited.get(row),
                int(payouts.amount_fen[row]),
                later,
            )
        )
    return tuple(found)
