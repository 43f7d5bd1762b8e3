"""People without a key of their own: a multiple of the mean key of their pool (5.16).

    key = multiple x head x sum of the positive keys of the pool / people with a positive key,

rounded once, half-up, to seven places. The head is the person's part of one by attendance and FTE
(5.3). The mean goes over everybody of the pool, in whatever department or institution below it;
whoever has work in several departments is one, with the sum of the keys that count there. The key
that is made stands in the department of the person's main posting among those that the rule picks,
else in the first. Sources: D4; definitions 5.3, 5.16.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from equivalents.errors import Problem, RefusedError
from equivalents.policy.model import Pool
from equivalents.policy.sharing import AverageRule, LevelKind, Sharing
from equivalents.policy.who import Who
from equivalents.sharers import sharing_postings
from equivalents.staff import ONE_HEAD_E4, Staff
from equivalents.tally import Plan
from equivalents.tree import Keys, Tree
from equivalents.units import INT64_LIMIT, Int64, print_e7

__all__ = ["AverageKeys", "AverageLine", "average_key_e7"]


class AverageLine(NamedTuple):
    """The key that a person has by an average; ``pool`` is a position, ``department`` a code.

    ``sum_e7`` are the positive keys of ``people`` people. Where ``own_e7`` is not 0 the person has
    a key of his own and keeps it: ``key_e7`` is 0 then.
    """

    pool: int
    institution: int
    person: int
    department: int
    multiple_e4: int
    head_e4: int
    sum_e7: int
    people: int
    own_e7: int
    key_e7: int
    reference: str


def average_key_e7(multiple_e4: int, head_e4: int, sum_e7: int, people: int) -> int:
    """Multiple x head x mean, rounded once, half-up, to seven places (5.16, 5.3).

    Raises:
        RefusedError: the key is beyond the limit (``TOTAL_TOO_LARGE``).
    """
    if not people:
        return 0
    above, below = multiple_e4 * head_e4 * sum_e7, 10**8 * people
    key = (2 * above + below) // (2 * below)  # half-up: nothing here is negative
    if key >= INT64_LIMIT:
        raise RefusedError([Problem("TOTAL_TOO_LARGE")])
    return key


class AverageKeys:
    """What averages add to the keys of pools, each pool and key once."""

    def __init__(self, tree: Tree, keys: Keys, plan: Plan, pools: Sequence[Pool]) -> None:
        self._tree, self._keys, self._plan, self._pools = tree, keys, plan, pools
        self._known: dict[tuple[int, int], tuple[AverageLine, ...]] = {}
        self._picked: dict[tuple[Who | None, Who], Mapping[tuple[int, int], int]] = {}

    def lines(self, pool: int, sharing: Sharing, posting_e7: Int64) -> tuple[AverageLine, ...]:
        """The lines of a pool where its levels go by some vector, by institution and person."""
        name = pool, id(posting_e7)
        if name not in self._known:
            self._known[name] = tuple(self._lines(pool, sharing, posting_e7))
        return self._known[name]

    def own_key(self, line: AverageLine) -> Problem:
        """What is told of somebody whom a rule picks and who has a key of his own."""
        pool = self._pools[line.pool]
        facts = {"pool": pool.pool, "key": print_e7(line.own_e7)}
        person = self._tree.persons[line.person]
        return Problem("AVERAGE_OWN_KEY", pool.place, person, facts, pool.series)

    def added(self, pool: int, sharing: Sharing, posting_e7: Int64, staff: Staff) -> Int64:
        """What they add to each row of a staff table of the pool's people."""
        more = np.zeros(staff.person.size, np.int64)
        divided = len(staff.departments) > 1
        for line in self.lines(pool, sharing, posting_e7):
            mine = (staff.institution == line.institution) & (staff.person == line.person)
            if divided:
                mine &= staff.department == line.department
            more[mine] = line.key_e7
        return more

    def _lines(self, pool: int, sharing: Sharing, posting_e7: Int64) -> Iterator[AverageLine]:
        staff = self._tree.staff_of(sharing)
        rows = np.flatnonzero(np.isin(staff.institution, self._places(pool, sharing)))
        own_e7 = self._tree.sums(staff, posting_e7)[rows].tolist()
        of_row = zip(staff.institution[rows].tolist(), staff.person[rows].tolist(), strict=True)
        counts: dict[tuple[int, int], int] = {}
        below: dict[tuple[int, int], int] = {}
        for pair, value in zip(of_row, own_e7, strict=True):
            counts[pair] = counts.get(pair, 0) + max(value, 0)
            below[pair] = below.get(pair, 0) + min(value, 0)
        mean = sum(counts.values()), sum(value > 0 for value in counts.values())
        heads = self._keys.heads(pool)
        for pair, counted in counts.items():
            found = self._rule(sharing, pair)
            if found is None:
                continue
            multiple_e4, reference, posting = found
            head_e4 = heads.get(pair, ONE_HEAD_E4)
            own = counted or below[pair]
            key_e7 = 0 if own else average_key_e7(multiple_e4, head_e4, *mean)
            figures = multiple_e4, head_e4, *mean, own, key_e7
            yield AverageLine(pool, *pair, self._department(posting), *figures, reference)

    def _places(self, pool: int, sharing: Sharing) -> Int64:
        """The institutions whose people share in a pool."""
        nodes = self._tree.top([self._pools[pool]], [pool])
        if sharing.level(LevelKind.INSTITUTION) is None:
            return nodes.institution.astype(np.int64)
        below = self._tree.children(LevelKind.INSTITUTION, nodes, sharing)
        return below.institution.astype(np.int64)

    def _rule(self, sharing: Sharing, pair: tuple[int, int]) -> tuple[int, str, int] | None:
        """Multiple, reference and posting of the first rule that picks somebody.

        The multiple is the one in force on the last day of the period.
        """
        for rule in sharing.averages:
            version = rule.multiple.on(self._plan.period.end - 1)
            posting = self._postings(sharing.who, rule).get(pair)
            if version is not None and posting is not None:
                return version.value, version.reference or rule.reference, posting
        return None

    def _postings(self, who: Who | None, rule: AverageRule) -> Mapping[tuple[int, int], int]:
        """By institution and person the posting that a rule picks: the main one, else the first."""
        name = who, rule.who
        if name not in self._picked:
            postings = self._plan.postings
            found: dict[tuple[int, int], int] = {}
            for at in np.flatnonzero(sharing_postings(self._plan, who)).tolist():
                if not rule.who.fits(postings[at], self._plan.outside_types):
                    continue
                pair = int(postings.institution[at]), int(postings.person[at])
                if pair not in found or (postings[at].main and not postings[found[pair]].main):
                    found[pair] = at
            self._picked[name] = found
        return self._picked[name]

    def _department(self, posting: int) -> int:
        """The department of a posting as staff tables number them."""
        name = self._plan.postings[posting].department_id
        return self._tree.divided.departments.index(name)
