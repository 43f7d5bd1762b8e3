"""One step of money told so that it can be added up again: from a parent to one of its children.

Every figure is one that the ladder returned, or a sum of those of the parent's children. Where
caps and floors hold somebody, the others share what the held leave by the keys they leave, which
is the one L of 5.11 written as a fraction. Sources: D1 to D3; definitions 5.9 to 5.11.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from equivalents.bounds import AT_CAP, AT_FLOOR
from equivalents.limits import limits_of
from equivalents.payouts import Payouts
from equivalents.policy.coefficients import ONE_E4, Stretch
from equivalents.policy.sharing import Level, LevelKind, Sharing
from equivalents.settle import Settlement
from equivalents.step import Step
from equivalents.units import Int64
from equivalents.yeartodate import YearPart

__all__ = ["HeldChildren", "ShareStep", "StandingBound", "paid", "share_steps"]

_WORDS: Final = {AT_CAP: "cap", AT_FLOOR: "floor"}
_ANYWHERE: Final = -1


@dataclass(frozen=True, slots=True)
class StandingBound:
    """The cap or floor (``side``) at which a child stands, and the rule it comes from (5.11).

    ``value`` is fen, or with ``average`` ten-thousandths of what the parent has / its heads;
    either shrinks with the child's part of a head. Caps are rounded down to ``fen``, floors up.
    With ``year`` it is for that part of a year, less what was paid before.
    """

    side: str
    value: int
    average: bool
    heads_e4: int
    head_e4: int
    fen: int
    reference: str
    year: YearPart | None = None


@dataclass(frozen=True, slots=True)
class HeldChildren:
    """The children of a parent that stand at a bound, before the rest is shared by keys."""

    at_cap: int = 0
    at_floor: int = 0
    fen: int = 0
    key_e7: int = 0

    @property
    def count(self) -> int:
        """How many they are."""
        return self.at_cap + self.at_floor


@dataclass(frozen=True, slots=True)
class ShareStep:
    """One step of money from a parent to one child.

    Without a bound: amount = (parent - held) x key / (all keys - keys of the held), rounded;
    ``remainder_fen`` of the amount is the left-over fen (尾差). With ``bound``: the amount is that
    bound; with ``cut``, ``before_fen`` was shared as above and what is above the bound stayed with
    the parent; with ``floors_fen`` the floors of all children were too much: amount = parent x
    floor / all floors, rounded. ``capped_fen`` and ``floored_fen`` are what a cap took and a floor
    added against sharing without bounds.

    ``place`` is the institution where the child is. ``base_e7`` x ``institution_e4`` (at the level
    of departments that of the department), the product of ``factors``, is ``raw_e7`` (5.2), and
    that is the key where it is not negative; where nobody has a positive key and all get the same,
    each key is 1 (5.9).
    """

    level: str
    parent: str
    child: str
    place: str
    children: int
    parent_fen: int
    base_e7: int
    institution_e4: int
    factors: tuple[Stretch, ...]
    raw_e7: int
    key_e7: int
    all_keys_e7: int
    amount_fen: int
    remainder_fen: int
    capped_fen: int
    floored_fen: int
    before_fen: int
    held: HeldChildren
    bound: StandingBound | None = None
    cut: bool = False
    floors_fen: int = 0

    @property
    def parent_label(self) -> str:
        """The parent; a department with its institution, because others may have its code."""
        within = self.level == LevelKind.PERSON and self.parent != self.place
        return f"{self.place}/{self.parent}" if within else self.parent

    @property
    def child_label(self) -> str:
        """The child, in the same way: what the steps below call their parent."""
        within = self.level == LevelKind.DEPARTMENT and self.child != self.place
        return f"{self.place}/{self.child}" if within else self.child


@dataclass(frozen=True, slots=True)
class _Family:
    """What is said of a parent in each step to its children."""

    children: int
    fen: int
    all_keys_e7: int
    heads_e4: int
    floors_fen: int
    held: HeldChildren


def share_steps(settlement: Settlement, step: Step, where: Int64) -> Iterator[ShareStep]:
    """The steps to some children of a level; ``where`` are their positions in it."""
    payouts = paid(settlement)
    names: Sequence[str] = payouts.units
    if step.to == LevelKind.PERSON:
        names = settlement.plan.persons.values
    families: dict[tuple[int, int, int], _Family] = {}
    for at in where.tolist():
        # A department code may stand at several institutions; people are where their parent is.
        place = int(step.institution[at]) if step.to == LevelKind.PERSON else _ANYWHERE
        name = int(step.pool[at]), int(step.parent[at]), place
        if name not in families:
            families[name] = _family(payouts, step, *name)
        family = families[name]
        child = names[int(step.child[at])]
        pool = settlement.pools[name[0]].pool
        bound = _bound(settlement.rules.sharing_of(pool), step, at, child, family)
        yield ShareStep(
            str(step.to),
            payouts.units[name[1]],
            child,
            settlement.plan.institutions[int(step.institution[at])],
            family.children,
            family.fen,
            int(step.base_e7[at]),
            *_of_unit(settlement, step, child, pool),
            int(step.raw_e7[at]),
            int(step.key_e7[at]),
            family.all_keys_e7,
            int(step.amount_fen[at]),
            int(step.remainder_fen[at]),
            int(step.capped_fen[at]),
            int(step.floored_fen[at]),
            int(step.before_fen[at]),
            family.held,
            bound,
            bound is not None and bound.side == "cap" and int(step.by[at]) > 0,
            family.floors_fen,
        )


def paid(settlement: Settlement) -> Payouts:
    """The payouts of a settlement that was not stopped."""
    assert settlement.payouts is not None, "only paid settlements are explained"
    return settlement.payouts


def _of_unit(
    settlement: Settlement, step: Step, child: str, pool: str
) -> tuple[int, tuple[Stretch, ...]]:
    """The coefficient of an institution or department on its key in a pool, and its factors."""
    rules = settlement.plan.coefficients
    if step.to == LevelKind.INSTITUTION and child in rules.places:
        return (
            rules.institution_runs(child, pool)[0].value_e4,
            rules.institution_factors(child, pool),
        )
    if step.to == LevelKind.DEPARTMENT and child in rules.departments:
        return (
            rules.department_runs(child, pool)[0].value_e4,
            rules.department_factors(child, pool),
        )
    return ONE_E4, ()


def _family(payouts: Payouts, step: Step, pool: int, parent: int, place: int) -> _Family:
    of_parent = (step.pool == pool) & (step.parent == parent)
    if place != _ANYWHERE:
        of_parent &= step.institution == place
    mine = np.flatnonzero(of_parent)
    side, by, key, fen = (
        column[mine] for column in (step.held, step.by, step.key_e7, step.amount_fen)
    )
    scaled = bool(((side == AT_FLOOR) & (by > 0)).any())
    # A key of 0 without a floor gets 0 by its key: no bound holds it.
    held = (by == 0) & ((key > 0) | (fen > 0)) & (not scaled)
    return _Family(
        int(mine.size),
        _parent_fen(payouts, step, pool, parent, place),
        sum(key.tolist()),
        sum(step.head_e4[mine].tolist()),
        sum(by.tolist()) if scaled else 0,
        HeldChildren(
            int((held & (side == AT_CAP)).sum()),
            int((held & (side == AT_FLOOR)).sum()),
            sum(fen[held].tolist()),
            sum(key[held].tolist()),
        ),
    )


def _parent_fen(payouts: Payouts, step: Step, pool: int, parent: int, place: int) -> int:
    """What the parent had to share: from the level above, or the pool itself."""
    steps = payouts.steps_of(pool)
    at = next(i for i, one in enumerate(steps) if one is step)
    if at == 0:
        return int(step.received_fen[pool])
    before = steps[at - 1]
    above = (before.pool == pool) & (before.child == parent)
    if place != _ANYWHERE:
        above &= before.institution == place
    return int(before.amount_fen[above].sum())


def _bound(
    sharing: Sharing, step: Step, at: int, child: str, family: _Family
) -> StandingBound | None:
    """The bound at which a child stands; ``None`` where it has what its key gives it."""
    side, by, fen = int(step.held[at]), int(step.by[at]), int(step.amount_fen[at])
    held = by == 0 and (fen > 0 or int(step.key_e7[at]) > 0) and not family.floors_fen
    cut = side == AT_CAP and fen < int(step.before_fen[at])
    scaled = family.floors_fen > 0 and by > 0
    level: Level | None = sharing.level(step.to)
    if not (held or cut or scaled) or level is None:
        return None
    limits = limits_of(level, child)
    declared = limits.cap if side == AT_CAP else limits.floor
    assert declared is not None, "nobody stands at a bound that is not declared"
    return StandingBound(
        _WORDS[side],
        declared.value,
        declared.average,
        family.heads_e4,
        int(step.head_e4[at]),
        by if scaled else fen,
        level.reference or sharing.reference,
        YearPart(*step.year[at].tolist()) if declared.yearly else None,
    )
