"""Who stands below whom, and by what keys: the tree that pools are shared down.

A *unit* is an institution or a department; both stand in one list of codes, so that a parent or a
child is one number. Staff without department stand directly under their institution, as a child
with the institution's own code. Sources: D1; definitions 5.1 to 5.3, 5.9.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from equivalents.contracts import ContractKeys
from equivalents.errors import Problem, RefusedError
from equivalents.leave import LeaveLine
from equivalents.policy.model import CaseRules, Pool
from equivalents.policy.posts import Codes
from equivalents.policy.sharing import LevelKey, LevelKind, Sharing
from equivalents.policy.who import Who
from equivalents.sharers import sharing_postings
from equivalents.staff import Staff, add_up
from equivalents.tally import Plan
from equivalents.units import INT64_LIMIT, Int64

__all__ = ["Children", "Keys", "Nodes", "Tree"]

_WHOLE = -1
"""The department of a node that is an institution with all its departments."""

_ONE_E4: Final = 10_000
_VECTORS: Final = (LevelKey.ADJUSTED, LevelKey.EQUIVALENTS)
_ALL_WHOLE: Final[Mapping[tuple[int, int], int]] = {}


@dataclass(frozen=True, slots=True)
class Keys:
    """By what pools may be shared, before any sharing.

    Attributes:
        equivalents_e7: by series, the exact equivalents of each posting.
        adjusted_e7: for each pool, by position, the adjusted equivalents of each posting; without
            it they are the equivalents. Pools with the same coefficients should have the same
            array: it is summed up once.
        plain_e7: the same before coefficients, with the keys brought in (5.9).
        heads_e4: for each pool, how much of a head (attendance, FTE) somebody is, by position of
            institution and person, where it is not 1 (5.3).
        institution_e4: for each pool, the coefficient of each institution (5.2), by position, or
            ``None`` where all are 1.
        leave: for each pool, the lines that leave adds to the keys of its people (5.20); they are
            in the vectors.
        contracts: the contracts of each posting, where a level is shared by them.
        department_e4: for each pool, the coefficients of departments by code, where not 1.
        shared_e7: for each pool that some postings share in only, their equivalents after
            ceilings; ``None`` for the others. Without it all of them are as they were earned.
    """

    equivalents_e7: Mapping[str, Int64]
    adjusted_e7: Sequence[Int64] | None = None
    plain_e7: Sequence[Int64] | None = None
    heads_e4: Sequence[Mapping[tuple[int, int], int]] | None = None
    institution_e4: Sequence[Int64 | None] | None = None
    leave: Sequence[Sequence[LeaveLine]] = ()
    contracts: ContractKeys | None = None
    department_e4: Sequence[Mapping[str, int]] = ()
    shared_e7: Sequence[Int64 | None] = ()

    def vector(self, pool: int, series: str, key: LevelKey = LevelKey.ADJUSTED) -> Int64:
        """The equivalents of each posting by which a pool is shared."""
        if key == LevelKey.CONTRACTS and self.contracts is not None:
            return self.contracts.posting_e7
        chosen = self.plain_e7 if key == LevelKey.EQUIVALENTS else self.adjusted_e7
        return self.equivalents_e7[series] if chosen is None else chosen[pool]

    def counted_e7(self, pool: int, series: str) -> Int64:
        """The equivalents of each posting that are told of a pool's people."""
        mine = self.shared_e7[pool] if self.shared_e7 else None
        return self.equivalents_e7[series] if mine is None else mine

    def heads(self, pool: int) -> Mapping[tuple[int, int], int]:
        """Who is not one whole head in a pool."""
        return self.heads_e4[pool] if self.heads_e4 is not None else _ALL_WHOLE

    def group(self, pool: int, series: str) -> tuple[int, ...]:
        """The same for pools that have the same keys and may go down together."""
        own = self.adjusted_e7, self.plain_e7, self.heads_e4, self.institution_e4
        if all(one is None for one in own):
            return (id(self.equivalents_e7[series]),)
        departments = id(self.department_e4[pool]) if self.department_e4 else 0
        at_institutions = self.institution_e4[pool] if self.institution_e4 is not None else None
        vectors = (self.vector(pool, series, key) for key in _VECTORS)
        return (*map(id, vectors), id(self.heads(pool)), id(at_institutions), departments)

    def with_institution(self, pool: int, key_e7: Int64, institution: Codes) -> Int64:
        """Institutions' keys times their coefficients, half-up at seven places (5.2).

        Raises:
            RefusedError: a key is beyond the limit.
        """
        coefficient_e4 = self.institution_e4[pool] if self.institution_e4 is not None else None
        return key_e7 if coefficient_e4 is None else _times(key_e7, coefficient_e4[institution])

    def with_department(self, pool: int, key_e7: Int64, codes: Sequence[str]) -> Int64:
        """Departments' keys times their coefficients, in the same way; ``codes`` name them.

        Raises:
            RefusedError: a key is beyond the limit.
        """
        coefficients = self.department_e4[pool] if self.department_e4 else {}
        if not coefficients:
            return key_e7
        values = [coefficients.get(code, _ONE_E4) for code in codes]
        return _times(key_e7, np.array(values, np.int64))


def _times(key_e7: Int64, coefficient_e4: Int64) -> Int64:
    """Keys of units times coefficients, half-up at seven places (5.2)."""
    products = key_e7.astype(object) * coefficient_e4
    # half-up: keys of units and coefficients are not negative
    rounded = (products + _ONE_E4 // 2) // _ONE_E4
    if any(value >= INT64_LIMIT for value in rounded):
        raise RefusedError([Problem("TOTAL_TOO_LARGE")])
    return rounded.astype(np.int64)


@dataclass(frozen=True, slots=True)
class Nodes:
    """Parents with money: columns of pool, institution, department (-1: all of them), fen."""

    pool: Codes
    institution: Codes
    department: Codes
    amount_fen: Int64

    def unit(self, tree: "Tree") -> Codes:
        """Each node as a unit."""
        return tree.unit(self.institution, self.department)


@dataclass(frozen=True, slots=True)
class Children:
    """The children of some nodes, parent by parent, each parent's in the order of their codes.

    ``count`` has one value per node; ``code`` is a unit, or a person; ``row`` of the staff table.
    """

    count: Int64
    parent: Int64
    institution: Codes
    department: Codes
    code: Codes
    row: Int64
    staff: Staff


class Tree:
    """The institutions, departments and people of a case, and who stands below whom.

    ``units`` are the codes of institutions, then of departments where any pool is shared by them.
    """

    def __init__(self, rules: CaseRules, plan: Plan, keys: Keys) -> None:
        self._rules, self._plan, self._keys = rules, plan, keys
        self.persons: Sequence[str] = plan.persons.values
        self._staff: dict[tuple[Who | None, bool], Staff] = {}
        self._sums: dict[tuple[int, int], Int64] = {}
        divides = any(rule.level(LevelKind.DEPARTMENT) for rule in rules.sharing.values())
        below = self.divided.departments[1:] if divides else ()
        self.units: tuple[str, ...] = (*plan.institutions.values, *below)

    @property
    def divided(self) -> Staff:
        """The staff by department."""
        return self.staff(None, by_department=True)

    def staff(self, who: Who | None, *, by_department: bool) -> Staff:
        """The people whose postings share, by institution or by department."""
        name = who, by_department
        if name not in self._staff:
            present = None
            if who is not None:
                present = np.flatnonzero(sharing_postings(self._plan, who))
            self._staff[name] = Staff(self._plan, by_department=by_department, present=present)
        return self._staff[name]

    def institution(self, position: int) -> str:
        """The code of an institution."""
        return self._plan.institutions[position]

    def unit(self, institution: Codes, department: Codes) -> Codes:
        """Institutions and departments as units."""
        first = len(self._plan.institutions) - 1
        return np.where(department > 0, first + department, institution).astype(np.int32)

    @cached_property
    def _rank(self) -> Int64:
        """The place of each unit in the order of codes."""
        return np.unique(np.array(self.units, np.str_), return_inverse=True)[1].astype(np.int64)

    def _below(self, whole: Staff) -> tuple[Codes, Codes]:
        """Institutions (parent, child), sorted; one with staff of its own is its own child."""
        find = self._plan.institutions.find
        pairs = {
            (find(row.parent_id), find(row.institution_id))
            for row in self._rules.institutions
            if row.parent_id
        }
        pairs |= {(at, at) for at in np.unique(whole.institution).tolist()}
        ordered = np.array(sorted(pairs), np.int32).reshape(-1, 2)
        return ordered[:, 0], ordered[:, 1]

    def top(self, pools: Sequence[Pool], positions: Sequence[int]) -> Nodes:
        """Some pools where they start: at their institutions."""
        institutions = self._plan.institutions.find_all(pool.institution_id for pool in pools)
        return Nodes(
            np.array(positions, np.int32),
            np.array(institutions, np.int32),
            np.full(len(pools), _WHOLE, np.int32),
            np.array([pool.amount_fen for pool in pools], np.int64),
        )

    def children(self, to: LevelKind, nodes: Nodes, sharing: Sharing) -> Children:
        """The children of each node at a level."""
        if to == LevelKind.INSTITUTION:
            whole = self.staff(sharing.who, by_department=False)
            parent, child = self._below(whole)
            start = np.searchsorted(parent, nodes.institution, side="left")
            stop = np.searchsorted(parent, nodes.institution, side="right")
            at, of = _ranges(start, stop)
            department = np.full(at.size, _WHOLE, np.int32)
            return Children(stop - start, of, child[at], department, child[at], at, whole)
        if to == LevelKind.DEPARTMENT:
            divided = self.staff(sharing.who, by_department=True)
            institution, department = divided.places()
            start = np.searchsorted(institution, nodes.institution, side="left")
            stop = np.searchsorted(institution, nodes.institution, side="right")
            at, of = _ranges(start, stop)
            # Staff without department stand under the institution's code, in the order of codes.
            at = at[np.lexsort((self._rank[self.unit(institution[at], department[at])], of))]
            code = self.unit(institution[at], department[at])
            return Children(stop - start, of, institution[at], department[at], code, at, divided)
        staff = self.staff_of(sharing)
        start, stop = staff.rows(nodes.institution, np.maximum(nodes.department, 0))
        row, of = _ranges(start, stop)
        return Children(
            stop - start, of, staff.institution[row], staff.department[row],
            staff.person[row], row, staff,
        )  # fmt: skip

    def staff_of(self, sharing: Sharing) -> Staff:
        """The staff table whose rows a sharing pays."""
        divided = sharing.level(LevelKind.DEPARTMENT) is not None
        return self.staff(sharing.who, by_department=divided)

    # -- keys ----------------------------------------------------------------------------------

    def equivalents(
        self, to: LevelKind, children: Children, posting_e7: Int64, more_e7: Int64 | None = None
    ) -> Int64:
        """The children's equivalents: people's as they are, others' as the sum of what counts.

        ``more_e7`` is what averages add to the rows of the children's staff table (5.16).
        """
        sums = self.sums(children.staff, posting_e7)
        if more_e7 is not None:
            sums = sums + more_e7
        if to == LevelKind.PERSON:
            return sums[children.row]
        return self._over_people(children, np.maximum(sums, 0))

    def heads(self, to: LevelKind, children: Children, pool: int) -> Int64:
        """The children's heads in a pool, in ten-thousandths."""
        heads = children.staff.heads(self._keys.heads(pool))
        return heads[children.row] if to == LevelKind.PERSON else self._over_people(children, heads)

    def sums(self, staff: Staff, posting_e7: Int64) -> Int64:
        """A vector over the postings summed up by staff row, once."""
        name = (id(staff), id(posting_e7))
        if name not in self._sums:
            self._sums[name] = staff.sum(posting_e7)
        return self._sums[name]

    @staticmethod
    def _over_people(children: Children, of_row: Int64) -> Int64:
        start, stop = children.staff.rows(children.institution, np.maximum(children.department, 0))
        row, of = _ranges(start, stop)
        return add_up(of_row[row], of, children.code.size)


def _ranges(start: Int64, stop: Int64) -> tuple[Int64, Int64]:
    """The numbers of all ranges one after the other, and which range each is of."""
    size = stop - start
    of = np.repeat(np.arange(size.size), size)
    first = np.cumsum(size) - size
    return np.arange(of.size) + (start - first)[of], of
