"""The ladder of sharing: from an institution over institutions and departments down to people.

Every level shares the already whole fen of its parent by largest remainder, within the caps and
floors declared for it, and each fen of a parent ends with a child, retained or carried. Pools
that are shared alike go down together, all at once.

Keys: a person's key is the sum of the person's equivalents there, adjusted by coefficients unless
the level says ``equivalents``; a negative one counts as 0 and is listed. A department's or an
institution's key is the sum of its people's keys as they count, so that a deficit, which is the
person's to carry, lowers nobody else's share. Sources: D1, D2, D3; definitions 5.2, 5.9 to 5.11.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.allocate import largest_remainder
from equivalents.averages import AverageKeys, AverageLine
from equivalents.bounds import AT_CAP, AT_FLOOR, NO_CAP, floors_exceed, share_within
from equivalents.errors import ConservationError, Problem, RefusedError
from equivalents.limits import limits_fen
from equivalents.policy.model import Pool
from equivalents.policy.sharing import Level, LevelKey, LevelKind, Nobody, Sharing
from equivalents.sayings import Sayings
from equivalents.secondary import Secondary
from equivalents.staff import ONE_HEAD_E4
from equivalents.step import Step
from equivalents.tree import Children, Keys, Nodes, Tree
from equivalents.units import E7_PLACES, WEIGHT_PLACES, Int64, print_fen
from equivalents.yeartodate import YearPart, YearToDate

__all__ = ["Ladder"]

_ONE_E7: Final = 10**E7_PLACES
_E4_TO_E7: Final = 10 ** (E7_PLACES - WEIGHT_PLACES)

_Mask = npt.NDArray[np.bool_]


def _no_year(size: int) -> Int64:
    """No bound of a year for any child: one row for all of them, not written to."""
    return np.broadcast_to(np.zeros(3, np.int64), (size, 3))


@dataclass(slots=True)
class _Fen:
    """What the children of a level get: amount, left-over fen, what bounds moved; what stays.

    Then how bounds did it, as in :class:`Step`.
    """

    amount: Int64
    remainder: Int64
    capped: Int64
    floored: Int64
    kept: Int64
    held: Int64
    rest: Int64
    by: Int64
    before: Int64
    head_e4: Int64
    year: Int64


@dataclass(slots=True)
class Ladder:
    """Takes pools down their levels; ``sayings`` collect what has to be said, by pool."""

    pools: Sequence[Pool]
    tree: Tree
    keys: Keys
    year: YearToDate
    averages: AverageKeys
    secondary: Secondary
    sayings: Sayings
    averaged: list[AverageLine] = field(default_factory=list)
    seen: dict[int, set[str]] = field(default_factory=dict)

    def down(self, which: Sequence[int], sharing: Sharing) -> list[Step]:
        """Share the pools at these positions, which have one sharing, series and key vector."""
        nodes = self.tree.top([self.pools[at] for at in which], which)
        steps = []
        for level in sharing.levels:
            step, nodes = self._step(level, sharing, nodes)
            steps.append(step)
        return steps

    def stop_on_errors(self) -> tuple[Problem, ...]:
        """The warnings in the order of the pools.

        Raises:
            RefusedError: every pool that cannot be shared as declared, and why.
        """
        problems = [problem for _, problem in sorted(self.sayings.told, key=lambda one: one[0])]
        problems += self.secondary.unused()
        errors = [problem for problem in problems if problem.severity == "error"]
        if errors:
            raise RefusedError(errors)
        return tuple(problems)

    def absent(self, sharing: Mapping[str, Sharing]) -> Iterable[Problem]:
        """Shares and bounds declared for children that no pool reached."""
        for pool, rule in sharing.items():
            for level in rule.levels:
                seen = self.seen.get(id(level))
                for child in (
                    sorted({*level.shares_e4, *level.own} - seen) if seen is not None else ()
                ):
                    yield Problem("CHILD_ABSENT", level.place, child, {"pool": pool})

    # -- one level -----------------------------------------------------------------------------

    def _step(self, level: Level, sharing: Sharing, nodes: Nodes) -> tuple[Step, Nodes]:
        children = self.tree.children(level.to, nodes, sharing)
        codes = self._codes(level, children)
        base, raw = self._raw_keys(level, sharing, nodes, children, codes)
        key = np.maximum(raw, 0)
        stuck = self._stuck(nodes, children, key)
        equal = stuck & (level.nobody == Nobody.EQUAL) & (children.count > 0)
        key[np.repeat(equal, children.count)] = _ONE_E7
        self.sayings.nobody(level, nodes, children, stuck)
        fen = self._share(level, nodes, children, key, codes, stuck & ~equal)
        carried = np.where(stuck & (level.nobody == Nobody.CARRY), fen.kept, 0)
        given = np.zeros(nodes.pool.size, np.int64)
        np.add.at(given, children.parent, fen.amount)
        if not np.array_equal(given + fen.kept, nodes.amount_fen):
            raise ConservationError(f"{level.to}: children and what stays do not add up")
        pool = nodes.pool[children.parent]
        step = Step(
            level.to,
            pool,
            nodes.unit(self.tree)[children.parent],
            children.code,
            children.institution,
            children.row,
            base,
            raw,
            key,
            fen.amount,
            fen.remainder,
            fen.capped,
            fen.floored,
            fen.held,
            fen.rest,
            fen.by,
            fen.before,
            fen.head_e4,
            fen.year,
            self._by_pool(nodes, nodes.amount_fen),
            self._by_pool(nodes, fen.kept - carried),
            self._by_pool(nodes, carried),
        )
        return step, Nodes(pool, children.institution, children.department, fen.amount)

    def _by_pool(self, nodes: Nodes, fen: Int64) -> Int64:
        sums = np.zeros(len(self.pools), np.int64)
        np.add.at(sums, nodes.pool, fen)
        return sums

    def _codes(self, level: Level, children: Children) -> list[str]:
        """The codes of the children, where a rule names some of them."""
        if not (level.shares_e4 or level.own):
            return []
        names = self.tree.persons if level.to == LevelKind.PERSON else self.tree.units
        codes = [names[at] for at in children.code.tolist()]
        self.seen.setdefault(id(level), set()).update(codes)
        return codes

    def _raw_keys(
        self,
        level: Level,
        sharing: Sharing,
        nodes: Nodes,
        children: Children,
        codes: Sequence[str],
    ) -> tuple[Int64, Int64]:
        """The keys before and after the coefficients of institutions and departments (5.2)."""
        pool = int(nodes.pool[0]) if nodes.pool.size else 0
        if level.key == LevelKey.FIXED:
            self.sayings.missing(level, nodes, children, codes)
            key = np.array([level.shares_e4.get(code, 0) for code in codes], np.int64)
            key *= _E4_TO_E7
        elif level.key == LevelKey.SECONDARY:
            key = self._handed_in(level, sharing, nodes, children)
        elif level.key == LevelKey.HEADCOUNT:
            key = self.tree.heads(level.to, children, pool) * _E4_TO_E7
        else:
            key = self._by_equivalents(level, sharing, nodes, children)
        if level.to == LevelKind.INSTITUTION:
            return key, self.keys.with_institution(pool, key, children.institution)
        if level.to == LevelKind.DEPARTMENT and self.keys.department_e4:
            names = [self.tree.units[at] for at in children.code.tolist()]
            return key, self.keys.with_department(pool, key, names)
        return key, key

    def _by_equivalents(
        self, level: Level, sharing: Sharing, nodes: Nodes, children: Children
    ) -> Int64:
        pool = int(nodes.pool[0]) if nodes.pool.size else 0
        vector = self.keys.vector(pool, self.pools[pool].series, level.by)
        more = self._averages(level, sharing, nodes, children, vector)
        return self.tree.equivalents(level.to, children, vector, more)

    def _handed_in(self, level: Level, sharing: Sharing, nodes: Nodes, children: Children) -> Int64:
        """What departments hand in; those that hand in nothing by the level's default."""
        default = None
        if level.by_default:
            default = self._by_equivalents(level, sharing, nodes, children)
        key, told = self.secondary.keys(level, nodes, children, default)
        self.sayings.told += told
        return key

    def _averages(
        self, level: Level, sharing: Sharing, nodes: Nodes, children: Children, vector: Int64
    ) -> Int64 | None:
        """What averages add to the keys of a pool, which goes down alone where it has any."""
        if not sharing.averages or not nodes.pool.size:
            return None
        pool = int(nodes.pool[0])
        if level.to == LevelKind.PERSON:
            lines = self.averages.lines(pool, sharing, vector)
            self.averaged += lines
            self.sayings.told += [(pool, self.averages.own_key(one)) for one in lines if one.own_e7]
        return self.averages.added(pool, sharing, vector, children.staff)

    @staticmethod
    def _stuck(nodes: Nodes, children: Children, key: Int64) -> _Mask:
        """Which parents have money and nobody to pay (5.9)."""
        payable = np.zeros(nodes.pool.size, bool)
        payable[children.parent[key > 0]] = True
        return (nodes.amount_fen > 0) & ~payable

    def _share(
        self,
        level: Level,
        nodes: Nodes,
        children: Children,
        key: Int64,
        codes: Sequence[str],
        stuck: _Mask,
    ) -> _Fen:
        """Share what each parent has; ``stuck`` parents pay floors only."""
        some = np.flatnonzero(children.count)
        starts = (np.cumsum(children.count) - children.count)[some]
        free = np.where(stuck[some], 0, nodes.amount_fen[some])
        shares = largest_remainder(free, key, starts)
        if level.bounded and some.size:
            paid = shares.amount_fen
            return self._share_within(level, nodes, children, key, codes, some, starts, paid)
        kept = np.where(stuck | (children.count == 0), nodes.amount_fen, 0)
        rest, paid = np.repeat(free, children.count[some]), shares.amount_fen
        none = np.zeros(key.size, np.int64)
        whole = none + ONE_HEAD_E4
        return _Fen(
            paid, shares.remainder_fen, none, none, kept, none, rest, key, paid, whole,
            _no_year(key.size),
        )  # fmt: skip

    def _share_within(
        self,
        level: Level,
        nodes: Nodes,
        children: Children,
        key: Int64,
        codes: Sequence[str],
        some: Int64,
        starts: Int64,
        unbounded_fen: Int64,
    ) -> _Fen:
        """The same within the level's bounds, for the parents ``some`` that have children."""
        heads = self._heads(level, nodes, children)
        parts = self._year_parts(level, nodes, children, key) if level.yearly else []
        floor, cap = self._limits(level, nodes, children, codes, some, starts, heads, parts)
        if level.key == LevelKey.SECONDARY:
            self.sayings.told += self.secondary.outside(level, nodes, children, floor, cap)
        bounded = share_within(
            nodes.amount_fen[some], key, starts, floor, cap,
            keep_excess=level.keep_excess, scale_floors=level.scale_floors,
        )  # fmt: skip
        kept = nodes.amount_fen.copy()
        kept[some] = bounded.retained_fen
        moved = bounded.amount_fen - unbounded_fen
        # Whoever stands at a floor that is also the cap stands at both; where the excess is kept
        # nobody stands at a cap but those who were cut down to it.
        both = (floor == cap) & (bounded.held != 0) & (not level.keep_excess)
        capped = np.where(both | (bounded.held == AT_CAP), np.maximum(-moved, 0), 0)
        floored = np.where(both | (bounded.held == AT_FLOOR), np.maximum(moved, 0), 0)
        return _Fen(
            bounded.amount_fen, bounded.remainder_fen, capped, floored, kept,
            bounded.held.astype(np.int64), np.repeat(bounded.rest_fen, children.count[some]),
            bounded.by, bounded.before_fen, heads,
            np.array(parts, np.int64) if parts else _no_year(key.size),
        )  # fmt: skip

    def _heads(self, level: Level, nodes: Nodes, children: Children) -> Int64:
        """By what part of a head the bounds of each child shrink (5.3): people's only."""
        if level.to == LevelKind.PERSON and nodes.pool.size:
            return self.tree.heads(level.to, children, int(nodes.pool[0]))
        return np.full(children.code.size, ONE_HEAD_E4, np.int64)

    def _year_parts(
        self, level: Level, nodes: Nodes, children: Children, key: Int64
    ) -> list[YearPart]:
        """The part of the year of each person; several places of one person are told (5.11)."""
        parts: list[YearPart] = []
        seen: set[tuple[int, int, int]] = set()
        pools = nodes.pool[children.parent].tolist()
        rows = zip(pools, children.institution.tolist(), children.code.tolist(), strict=True)
        for at, (pool, place, person) in enumerate(rows):
            name = self.pools[pool].pool
            parts.append(self.year.in_pool(name, place, person))
            if (pool, place, person) in seen:
                self.sayings.child("YEARLY_SEVERAL", level, nodes, children, at, {})
            seen.add((pool, place, person))
            if parts[-1].months == 0 and key[at] > 0:
                self.sayings.child("YEARLY_NOT_EMPLOYED", level, nodes, children, at, {})
        return parts

    def _limits(
        self,
        level: Level,
        nodes: Nodes,
        children: Children,
        codes: Sequence[str],
        some: Int64,
        starts: Int64,
        heads: Int64,
        parts: Sequence[YearPart],
    ) -> tuple[Int64, Int64]:
        """Floors and caps that can be met; those that cannot are told and set aside."""
        amount = nodes.amount_fen[some]
        floor, cap = limits_fen(level, amount, starts, codes, heads, parts)
        # Where there is 0.00 everybody gets 0.00 (5.9): no floor is owed, so none is above a cap.
        floor = np.where(np.repeat(amount == 0, children.count[some]), 0, floor)
        for at in np.flatnonzero(floor > cap).tolist():
            facts = {"floor": print_fen(int(floor[at])), "cap": print_fen(int(cap[at]))}
            self.sayings.child("FLOOR_ABOVE_CAP", level, nodes, children, at, facts)
        floor = np.minimum(floor, cap)
        over = floors_exceed(amount, floor, starts)
        for at in some[over].tolist():
            code = "FLOORS_SCALED" if level.scale_floors else "FLOORS_OVER_POOL"
            self.sayings.parent(code, nodes, at, "parent")
        if over.any():
            over_child = np.repeat(over, children.count[some])
            if level.scale_floors:
                cap = np.where(over_child, NO_CAP, cap)  # what is scaled down meets no cap
            else:
                floor = np.where(over_child, 0, floor)
        return floor, cap
