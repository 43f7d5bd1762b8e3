"""What everybody gets: all pools down all their levels, and the payouts put in order.

Sources: D1, D2, D3; definitions 5.2, 5.3, 5.9 to 5.11.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from equivalents.averages import AverageKeys, AverageLine
from equivalents.contracts import ContractLine
from equivalents.errors import ConservationError, Problem, RefusedError
from equivalents.keys import PoolKeys
from equivalents.ladderkeys import Held, held_back
from equivalents.leave import LeaveLine
from equivalents.levels import Ladder
from equivalents.policy.model import CaseRules, Pool
from equivalents.policy.posts import Codes
from equivalents.policy.sharing import LevelKind, Sharing
from equivalents.sayings import Sayings
from equivalents.secondary import Secondary
from equivalents.step import Step
from equivalents.tally import Plan
from equivalents.tree import Keys, Tree
from equivalents.units import Int64, print_e7, print_fen
from equivalents.withhold import KeyDetail, key_detail, withhold_problems
from equivalents.yearly import Limited, limit_payouts
from equivalents.yeartodate import YearToDate

__all__ = ["Payouts", "share"]

_BY_POOL = {"received_fen", "retained_fen", "carried_fen"}


@dataclass(frozen=True, slots=True)
class Payouts:
    """One row per institution, pool and person, sorted so; and each step on the way there.

    ``pool`` points into ``Settlement.pools``, ``institution`` is where the person works (a pool
    of a higher institution pays there too). ``equivalents_e7`` may be negative, ``key_e7`` not;
    ``raw_e7`` is the key before a negative one counts as 0, ``deficit_e7`` what is below 0 in it.
    ``amount_fen`` is paid, ``detail`` says what was withheld and how keys came about (``None``
    where they are the exact equivalents). ``capped_fen`` and ``floored_fen`` are what caps took
    and floors added; ``limited`` says what of it yearly limits took, ``held`` what coefficients of
    institutions kept of pools before they were shared, ``averages`` who shares by a multiple of a
    mean key (5.16), ``charged_fen`` what adjustments of people were charged to each pool (none: to
    no pool): it is paid out of it and not shared.
    ``retained_fen`` and ``carried_fen`` have one value per pool. ``steps`` are the levels, highest
    first; their parents and children are positions in ``units``, but people's in the plan's
    codebook.
    """

    pool: Codes
    institution: Codes
    person: Codes
    equivalents_e7: Int64
    key_e7: Int64
    amount_fen: Int64
    remainder_fen: Int64
    capped_fen: Int64
    floored_fen: Int64
    retained_fen: Int64
    carried_fen: Int64
    raw_e7: Int64
    deficit_e7: Int64
    steps: tuple[Step, ...]
    units: Sequence[str]
    detail: KeyDetail | None = None
    limited: Limited | None = None
    contracts: tuple[ContractLine, ...] = ()
    held: Held | None = None
    charged_fen: tuple[int, ...] = ()
    averages: tuple[AverageLine, ...] = ()

    def steps_of(self, pool: int) -> tuple[Step, ...]:
        """The levels that one pool goes down, highest first."""
        return tuple(step for step in self.steps if (step.pool == pool).any())


def share(
    pools: Sequence[Pool],
    rules: CaseRules,
    plan: Plan,
    keys: Keys,
    origin: PoolKeys | None = None,
    charged: Sequence[int] = (),
) -> tuple[Payouts, tuple[Problem, ...]]:
    """Share all pools among people, each as its name's rule says, and what has to be said.

    ``origin`` is what the keys were made of, where coefficients may hold back money; ``charged``
    is what adjustments take of each pool before it is shared, in fen (5.19).

    Raises:
        RefusedError: every pool that cannot be shared as declared, and why.
        ConservationError: payouts, retained and carried do not add up to the pools (a defect).
    """
    tree = Tree(rules, plan, keys)
    held = held_back(origin, pools, rules) if origin is not None else None
    year = YearToDate(rules, plan, origin)
    charged = tuple(charged) if any(charged) else ()
    averages = AverageKeys(tree, keys, plan, pools)
    secondary = Secondary(tree, pools, rules.secondary)
    going = _going(pools, held, charged)
    ladder = Ladder(going, tree, keys, year, averages, secondary, Sayings(going, tree))
    parts, equivalents = _down(ladder, pools, rules)
    people = parts.get(LevelKind.PERSON, [])
    _tell_negative(ladder, people)
    if origin is not None and not plan.coefficients.plain:
        for step in people:
            pair = origin.staff.find_all(step.institution, step.child)
            ladder.sayings.told += withhold_problems(origin, pools, step.pool, pair)
    problems = ladder.stop_on_errors()
    merged = tuple(_merged(parts[kind]) for kind in LevelKind if kind in parts)
    payouts = _payouts(pools, merged, people, equivalents, tree)
    payouts = replace(payouts, averages=tuple(ladder.averaged))
    if origin is not None:
        payouts = _kept_back(payouts, pools, rules, origin, held, keys.leave)
    payouts = replace(_limited(payouts, pools, rules, plan, year), charged_fen=charged)
    if keys.contracts is not None:
        payouts = replace(payouts, contracts=keys.contracts.lines)
    _conserve(pools, payouts)
    more = payouts.limited.problems if payouts.limited is not None else ()
    return payouts, (*ladder.absent(rules.sharing), *problems, *more)


def _down(
    ladder: Ladder, pools: Sequence[Pool], rules: CaseRules
) -> tuple[dict[LevelKind, list[Step]], list[Int64]]:
    """All pools down the ladder: the steps by level, and the equivalents of the people paid."""
    tree, keys = ladder.tree, ladder.keys
    parts: dict[LevelKind, list[Step]] = {}
    equivalents: list[Int64] = []
    for which, sharing in _alike(pools, rules, keys):
        steps = ladder.down(which, sharing)
        for step in steps:
            parts.setdefault(step.to, []).append(step)
        staff = tree.staff_of(sharing)
        vector = keys.counted_e7(which[0], pools[which[0]].series)
        equivalents.append(tree.sums(staff, vector)[steps[-1].row])
    return parts, equivalents


def _going(pools: Sequence[Pool], held: Held | None, charged: Sequence[int]) -> Sequence[Pool]:
    """The pools with what goes down the ladder.

    Raises:
        RefusedError: every ``ADJUSTMENTS_ABOVE_POOL``: adjustments take more than there is.
    """
    if (held is None or not held.fen.any()) and not charged:
        return pools
    kept = held.fen.tolist() if held is not None else [0] * len(pools)
    taken = charged or [0] * len(pools)
    rows = [*zip(pools, kept, taken, strict=True)]
    over = [
        Problem(
            "ADJUSTMENTS_ABOVE_POOL",
            pool.place,
            pool.pool,
            {
                "institution": pool.institution_id,
                "amount": print_fen(fen),
                "left": print_fen(pool.amount_fen - held_fen),
            },
        )
        for pool, held_fen, fen in rows
        if fen > pool.amount_fen - held_fen
    ]
    if over:
        raise RefusedError(over)
    return [replace(pool, amount_fen=pool.amount_fen - one - fen) for pool, one, fen in rows]


def _kept_back(
    payouts: Payouts,
    pools: Sequence[Pool],
    rules: CaseRules,
    origin: PoolKeys,
    held: Held | None,
    leave: Sequence[Sequence[LeaveLine]],
) -> Payouts:
    """The payouts less what is withheld of them; what coefficients keep back stays with pools."""
    detail = None
    if not origin.plan.coefficients.plain:
        pair = origin.staff.find_all(payouts.institution, payouts.person)
        detail = key_detail(origin, pools, payouts.pool, pair, payouts.amount_fen, leave)
    retained, carried = payouts.retained_fen.copy(), payouts.carried_fen.copy()
    amount = payouts.amount_fen
    if detail is not None:
        later = origin.plan.coefficients.released([pool.pool for pool in pools])[payouts.pool]
        np.add.at(retained, payouts.pool, np.where(later, 0, detail.withheld_fen))
        np.add.at(carried, payouts.pool, np.where(later, detail.withheld_fen, 0))
        amount = amount - detail.withheld_fen
    if held is not None:
        retained, carried = retained + held.retained_fen, carried + held.carried_fen
    paid = replace(payouts, amount_fen=amount, detail=detail, held=held)
    return replace(paid, retained_fen=retained, carried_fen=carried)


def _limited(
    payouts: Payouts,
    pools: Sequence[Pool],
    rules: CaseRules,
    plan: Plan,
    year: YearToDate,
) -> Payouts:
    """The payouts less what yearly limits take of them, which stays with the pools (5.11)."""
    columns = payouts.pool, payouts.institution, payouts.person
    found = limit_payouts(rules.yearly, pools, plan, year, columns, payouts.amount_fen)
    if found is None:
        return payouts
    return replace(
        payouts,
        amount_fen=payouts.amount_fen - found.taken_fen,
        capped_fen=payouts.capped_fen + found.taken_fen,
        retained_fen=payouts.retained_fen + found.retained_fen,
        carried_fen=payouts.carried_fen + found.carried_fen,
        limited=found,
    )


def _alike(
    pools: Sequence[Pool], rules: CaseRules, keys: Keys
) -> Iterable[tuple[list[int], Sharing]]:
    """Pools with one sharing, series and keys, which go down together."""
    groups: dict[tuple[object, ...], list[int]] = {}
    sharings = {name: rules.sharing_of(name) for name in {pool.pool for pool in pools}}
    for at, pool in enumerate(pools):
        sharing = sharings[pool.pool]
        # A mean is of one pool.
        alone = at if sharing.averages else -1
        name = (id(sharing), alone, pool.series, *keys.group(at, pool.series))
        groups.setdefault(name, []).append(at)
    for which in groups.values():
        yield which, rules.sharing_of(pools[which[0]].pool)


def _merged(steps: Sequence[Step]) -> Step:
    """The steps of one level as one, in the order of the pools."""
    if len(steps) == 1:
        return steps[0]
    order = np.argsort(np.concatenate([step.pool for step in steps]), kind="stable")
    columns = {}
    for field in fields(Step):
        values = [getattr(step, field.name) for step in steps]
        if field.name in _BY_POOL:
            columns[field.name] = sum(values[1:], values[0])
        elif field.name != "to":
            columns[field.name] = np.concatenate(values)[order]
    return replace(steps[0], **columns)


def _payouts(
    pools: Sequence[Pool],
    steps: tuple[Step, ...],
    people: Sequence[Step],
    equivalents: Sequence[Int64],
    tree: Tree,
) -> Payouts:
    """The lowest step in order; a person's rows of several departments become one."""
    pool, institution, person = (
        np.concatenate([np.zeros(0, np.int32), *(getattr(step, name) for step in people)])
        for name in ("pool", "institution", "child")
    )
    sums = [np.concatenate([np.zeros(0, np.int64), *equivalents])]
    for name in ("key_e7", "amount_fen", "remainder_fen", "capped_fen", "floored_fen", "raw_e7"):
        sums.append(np.concatenate([np.zeros(0, np.int64), *(getattr(s, name) for s in people)]))
    sums.append(np.minimum(sums[-1], 0))
    if len(people) > 1 or len(steps) > 1:
        names = {name: at for at, name in enumerate(sorted({pool.pool for pool in pools}))}
        rank = np.array([names[pool.pool] for pool in pools], np.int32)
        order = np.lexsort((person, rank[pool], institution))
        pool, institution, person = pool[order], institution[order], person[order]
        new = (np.diff(institution, prepend=-1) != 0) | (np.diff(pool, prepend=-1) != 0)
        first = np.flatnonzero(new | (np.diff(person, prepend=-1) != 0))
        sums = [np.add.reduceat(column[order], first) for column in sums]
        pool, institution, person = pool[first], institution[first], person[first]
    retained, carried = (
        sum((getattr(step, name) for step in steps), np.zeros(len(pools), np.int64))
        for name in ("retained_fen", "carried_fen")
    )
    mine, key, amount, remainder, capped, floored, raw, deficit = sums
    return Payouts(
        pool, institution, person, mine, key, amount, remainder, capped, floored,
        retained, carried, raw, deficit, steps, tree.units,
    )  # fmt: skip


def _tell_negative(ladder: Ladder, people: Sequence[Step]) -> None:
    """List negative keys, which counted as 0 (5.9)."""
    for step in people:
        for at in np.flatnonzero(step.raw_e7 < 0).tolist():
            position = int(step.pool[at])
            pool = ladder.pools[position]
            facts = {"pool": pool.pool, "key": print_e7(int(step.raw_e7[at]))}
            person = ladder.tree.persons[int(step.child[at])]
            problem = Problem("NEGATIVE_KEY", pool.place, person, facts, pool.series)
            ladder.sayings.told.append((position, problem))


def _conserve(pools: Sequence[Pool], payouts: Payouts) -> None:
    """Payouts + adjustments charged + retained + carried = pool, for each pool (D2)."""
    total = payouts.retained_fen + payouts.carried_fen
    if payouts.charged_fen:
        total = total + np.array(payouts.charged_fen, np.int64)
    np.add.at(total, payouts.pool, payouts.amount_fen)
    if total.tolist() != [pool.amount_fen for pool in pools]:
        raise ConservationError("payouts, retained and carried do not add up to the pools")
