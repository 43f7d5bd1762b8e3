"""The keys of all pools as the ladder takes them: a value per posting, heads, institutions.

Adjusted lines are per institution, person, segment and post; the ladder adds up postings, by
person or by department. So each line stands on the first of its stints, and what was brought in on
the first of the person's: sums by person come out as the key. Where a pool is shared by
departments, a line is divided among those of its stints: each has its equivalents, less its part
of the cut by 5.10, times the coefficient, rounded down, and the units that are left of the line go
by larger remainder, then larger equivalents, then department.

An institution's coefficient multiplies its key at the level above, a department's its own
(:mod:`equivalents.departmentkeys`). A pool that goes straight to
departments or people is multiplied itself, half-up to the fen; the rest is carried, or retained
where every kind that holds it back says so; above 1 a fund must pay the excess
(:mod:`equivalents.raised`). Sources: A7; definitions 5.1 to 5.3, 5.9, 5.10.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from equivalents.ceilings import exact_sums, half_up, split_e7
from equivalents.contracts import contract_keys
from equivalents.departmentkeys import departments_e4
from equivalents.errors import Problem, RefusedError
from equivalents.grouping import group
from equivalents.headcount import headcount_e4
from equivalents.keys import AdjustedLines, KeyTable, PoolKeys, times
from equivalents.leave import LeaveKeys
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.keyrules import Applies, Excess, Scope
from equivalents.policy.model import CaseRules, Pool
from equivalents.policy.sharing import LevelKey, LevelKind
from equivalents.policy.who import Who
from equivalents.tree import Keys
from equivalents.units import Exact, Int64, print_e4

__all__ = ["Held", "held_back", "ladder_keys"]

_ALL_WHOLE: Final[Mapping[tuple[int, int], int]] = {}


@dataclass(frozen=True, slots=True)
class Held:
    """What coefficients of institutions keep of pools before they are shared, by pool (5.2)."""

    retained_fen: Int64
    carried_fen: Int64

    @property
    def fen(self) -> Int64:
        """What is not shared of each pool."""
        return self.retained_fen + self.carried_fen


def ladder_keys(keys: PoolKeys, pools: Sequence[Pool], rules: CaseRules) -> Keys:
    """The keys of pools, by position. Without rules about keys they are the equivalents.

    Raises:
        RefusedError: a total is beyond the limits; an institution's coefficient changes; leave
            has no average to go by.
    """
    contracts = contract_keys(keys.plan, rules)
    if keys.plan.coefficients.plain:
        plain = {series: keys.posting_e7(series) for series in keys.series}
        return Keys(plain, contracts=contracts)
    vectors = _Vectors(keys)
    department = LevelKind.DEPARTMENT
    divided = [rules.sharing_of(pool.pool).level(department) is not None for pool in pools]
    leave = LeaveKeys(keys, pools, rules, vectors.of_departments)

    def by(key: LevelKey) -> list[Int64]:
        both = zip(pools, divided, strict=True)
        return [leave.added(vectors.of_pool(pool, key, cut), pool, key) for pool, cut in both]

    whole = {
        name: vectors.of(name, frozenset(), LevelKey.EQUIVALENTS, by_department=False)
        for name in keys.series
    }
    places = _Places(keys, pools)
    return Keys(
        whole,
        by(LevelKey.ADJUSTED),
        by(LevelKey.EQUIVALENTS),
        _heads(keys, pools),
        [places.of(pool) for pool in pools],
        [leave.shown(pool) for pool in pools],
        contracts,
        departments_e4(keys.plan, pools, rules),
        [vectors.shared(pool) for pool in pools],
    )


def held_back(keys: PoolKeys, pools: Sequence[Pool], rules: CaseRules) -> Held:
    """What coefficients of institutions keep of pools that have no level above people (5.2).

    Raises:
        RefusedError: ``POOL_COEFFICIENT_ABOVE_ONE``: no fund pays the excess.
    """
    retained, carried = np.zeros((2, len(pools)), np.int64)
    refused = []
    places = frozenset(keys.plan.coefficients.places)
    for at, pool in enumerate(pools if places else ()):
        above = rules.sharing_of(pool.pool).level(LevelKind.INSTITUTION)
        if pool.institution_id not in places or above is not None:
            continue
        value = keys.plan.coefficients.institution_runs(pool.institution_id, pool.pool)[0].value_e4
        if value > ONE_E4:
            if rules.scheme is not None and rules.sharing_of(pool.pool).excess_fund:
                continue  # a fund has made the pool larger already
            facts = {"found": print_e4(value), "institution": pool.institution_id}
            refused.append(
                Problem("POOL_COEFFICIENT_ABOVE_ONE", pool.place, pool.pool, facts, pool.series)
            )
            continue
        going = int(half_up(np.array([pool.amount_fen * value], object), ONE_E4)[0])
        kept = retained if _retains(keys, pool) else carried
        kept[at] = pool.amount_fen - going
    if refused:
        raise RefusedError(refused)
    return Held(retained, carried)


def _retains(keys: PoolKeys, pool: Pool) -> bool:
    """Whether all kinds of a pool's institution that are not 1 say that the rest is retained."""
    rules, period = keys.plan.coefficients.rules, keys.plan.period
    kinds = {
        row.kind
        for row in rules.coefficients
        if row.scope is Scope.INSTITUTION
        and row.institution_id == pool.institution_id
        and row.kind in keys.plan.coefficients.kinds(Applies.KEY, pool.pool)
        and row.value_e4 != ONE_E4
        and row.valid_from < period.end
        and row.valid_to > period.start
    }
    return bool(kinds) and all(rules.rule(kind).excess is Excess.RETAIN for kind in kinds)


def _heads(keys: PoolKeys, pools: Sequence[Pool]) -> list[Mapping[tuple[int, int], int]]:
    """Who is not one head in each pool; pools with the same kinds have the same mapping."""
    known: dict[tuple[frozenset[str], Who | None], Mapping[tuple[int, int], int]] = {}
    found = []
    for pool in pools:
        kinds = keys.plan.coefficients.kinds(Applies.HEADCOUNT, pool.pool)
        name = kinds, keys.who(pool)
        if name not in known:
            heads = headcount_e4(keys, pool) if kinds else np.zeros(0, np.int64) + ONE_E4
            known[name] = {
                (int(keys.staff.institution[at]), int(keys.staff.person[at])): int(heads[at])
                for at in np.flatnonzero(heads != ONE_E4).tolist()
            }
        found.append(known[name] or _ALL_WHOLE)
    return found


class _Places:
    """The coefficients of institutions by position, found once for each set of kinds."""

    def __init__(self, keys: PoolKeys, pools: Sequence[Pool]) -> None:
        self._plan = keys.plan
        self._known: dict[frozenset[str], Int64 | None] = {}
        refused: dict[str, Problem] = {}
        for place in self._plan.coefficients.places:
            for pool in pools:
                runs = self._plan.coefficients.institution_runs(place, pool.pool)
                if len(runs) > 1:
                    refused.setdefault(place, self._varies(place, {run.value_e4 for run in runs}))
        if refused:
            raise RefusedError(list(refused.values()))

    def _varies(self, place: str, values: set[int]) -> Problem:
        rows = [
            row
            for row in self._plan.coefficients.rules.coefficients
            if row.scope is Scope.INSTITUTION and row.institution_id == place
        ]
        facts = {"found": ", ".join(map(print_e4, sorted(values)))}
        at = max(row.place for row in rows)
        return Problem("INSTITUTION_COEFFICIENT_VARIES", at, place, facts)

    def of(self, pool: Pool) -> Int64 | None:
        """The coefficient of every institution in a pool; ``None`` where all are 1."""
        rules = self._plan.coefficients
        kinds = rules.kinds(Applies.KEY, pool.pool)
        if kinds not in self._known:
            values = np.full(len(self._plan.institutions), ONE_E4, np.int64)
            for place in rules.places:
                at = self._plan.institutions.find(place)
                values[at] = rules.institution_runs(place, pool.pool)[0].value_e4
            self._known[kinds] = values if (values != ONE_E4).any() else None
        return self._known[kinds]


class _Vectors:
    """Keys per posting, each computed once, so that pools with the same keys share an array."""

    def __init__(self, keys: PoolKeys) -> None:
        self._keys = keys
        self._known: dict[tuple[object, ...], Int64] = {}

    def of_pool(self, pool: Pool, key: LevelKey, by_department: bool) -> Int64:
        """The vector of a pool by a key, with what was brought in."""
        kinds, brought = self._keys.kinds(pool), self._keys.brought(pool)
        who = self._keys.who(pool)
        of_pool = pool.pool if brought is not None else ""
        name = (pool.series, kinds, key, by_department, who, of_pool)
        if name not in self._known:
            vector = self.of(pool.series, kinds, key, by_department=by_department, who=who)
            self._known[name] = vector if brought is None else self._with(vector, brought, who)
        return self._known[name]

    def shared(self, pool: Pool) -> Int64 | None:
        """The equivalents after ceilings of the postings that share, where not all do."""
        who = self._keys.who(pool)
        if who is None:
            return None
        name = pool.series, self._keys.kinds(pool), LevelKey.EQUIVALENTS
        return self.of(*name, by_department=False, who=who)

    def of_departments(self, series: str, kinds: frozenset[str], key: LevelKey) -> Int64:
        """The same lines divided by department, without what was brought in."""
        return self.of(series, kinds, key, by_department=True)

    def of(
        self,
        series: str,
        kinds: frozenset[str],
        key: LevelKey,
        *,
        by_department: bool,
        who: Who | None = None,
    ) -> Int64:
        """What is left of the equivalents of each posting, or what is adjusted of it.

        With ``who`` only what stands on its postings counts.
        """
        name = (series, kinds, key, by_department, who)
        if name not in self._known:
            self._known[name] = self._on_postings(*name)
        return self._known[name]

    def _with(self, vector: Int64, brought_e7: Int64, who: Who | None) -> Int64:
        """The same with what was brought in on each pair's first posting that shares."""
        staff, shared = self._keys.staff, self._keys.sharers(who)
        pair = staff.pair[shared]
        first = np.flatnonzero(np.diff(pair, prepend=-1))
        more = np.zeros(vector.size, np.int64)
        more[staff.present[shared[first]]] = brought_e7[pair[first]]
        return exact_sums(np.stack([vector, more], 1).ravel(), np.arange(vector.size) * 2)

    def _on_postings(
        self,
        series: str,
        kinds: frozenset[str],
        key: LevelKey,
        by_department: bool,
        who: Who | None,
    ) -> Int64:
        """Each line, or each department's part of it, on the first of its stints."""
        keys, posting_e7 = self._keys, self._keys.posting_e7(series)
        table = keys.table(series, kinds, who)
        lines, cell = table.lines, table.line
        if lines is None or cell is None:
            return posting_e7
        present = keys.staff.present[keys.sharers(who)]
        adjusted = key is LevelKey.ADJUSTED
        value = lines.adjusted_e7 if adjusted else lines.equivalents_e7
        if by_department:
            cell, of, value = _departments_left(
                table, cell, keys.plan.postings.department[present], posting_e7[present]
            )
            value = _divided(lines, of, value) if adjusted else value
        first = np.full(value.size, posting_e7.size, np.int64)
        np.minimum.at(first, cell, present)
        vector = np.zeros(posting_e7.size, np.int64)
        vector[first] = value
        return vector


def _departments_left(
    table: KeyTable, line: Int64, department: Int64, stint_e7: Int64
) -> tuple[Int64, Int64, Int64]:
    """Each line by department: the cell of each stint, the line and what is left of each cell.

    Within each window the part of a cut that a line bears is split over its departments by 5.10.
    """
    cell, of, value = _cells(line, department, stint_e7)
    if table.cut_cell is None or table.borne_e7 is None:
        return cell, of, value
    part, owner, part_e7 = _cells(table.cut_cell, department, stint_e7)
    less = split_e7(table.borne_e7, part_e7, np.flatnonzero(np.diff(owner, prepend=-1)))
    cell_of_part = np.zeros(owner.size, np.int64)
    cell_of_part[part] = cell
    left = value.copy()
    np.subtract.at(left, cell_of_part, less)
    return cell, of, left


def _cells(owner: Int64, department: Int64, stint_e7: Int64) -> tuple[Int64, Int64, Int64]:
    """Stints by owner and department: the cell of each stint, owner and equivalents of each."""
    order, starts = group([owner, department])
    cell = np.zeros(order.size, np.int64)
    cell[order] = np.repeat(np.arange(starts.size), np.diff(starts, append=order.size))
    return cell, owner[order[starts]], exact_sums(stint_e7[order], starts)


def _divided(lines: AdjustedLines, line: Int64, left_e7: Int64) -> Int64:
    """Each line's adjusted value divided among its departments; the parts add up to it.

    ``line`` is that of each cell, ascending, and ``left_e7`` its equivalents after the cut.
    """
    starts = np.flatnonzero(np.diff(line, prepend=-1))
    product: Exact = times(left_e7, lines.coefficient_e4[line])
    floor = (product // ONE_E4).astype(np.int64)
    remainder = (product % ONE_E4).astype(np.int64)
    units = lines.adjusted_e7 - exact_sums(floor, starts)
    order = np.lexsort((np.arange(line.size), -left_e7, -remainder, line))
    place = np.arange(line.size) - np.repeat(starts, np.diff(starts, append=line.size))
    floor[order] += place < units[line]
    return floor
