"""What has to be said of a level of sharing: nobody to pay, a share that is missing, bounds.

Each is a problem of one pool and keeps the pool's position, so that all are told in the order of
the pools. Sources: definitions 5.9 to 5.11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.errors import Problem
from equivalents.policy.model import Pool
from equivalents.policy.sharing import Level, LevelKind, Nobody
from equivalents.tree import Children, Nodes, Tree
from equivalents.units import print_fen

__all__ = ["Sayings"]

_DONE: Final = {
    Nobody.RETAIN: "留存¦it is retained",
    Nobody.CARRY: "结转下期¦it is carried to the next period",
    Nobody.EQUAL: "平均分配¦it is shared equally",
}


@dataclass(slots=True)
class Sayings:
    """What is said so far: ``told`` has the position of the pool beside each problem."""

    pools: Sequence[Pool]
    tree: Tree
    told: list[tuple[int, Problem]] = field(default_factory=list)

    def parent(self, code: str, nodes: Nodes, at: int, name: str, **more: str) -> None:
        """Something of the parent ``at``, whom the fact ``name`` names."""
        position = int(nodes.pool[at])
        pool = self.pools[position]
        parent = self.tree.units[int(nodes.unit(self.tree)[at])]
        facts = {"amount": print_fen(int(nodes.amount_fen[at])), name: parent, **more}
        self.told.append((position, Problem(code, pool.place, pool.pool, facts, pool.series)))

    def nobody(
        self, level: Level, nodes: Nodes, children: Children, stuck: npt.NDArray[np.bool_]
    ) -> None:
        """What becomes of the money of the ``stuck`` parents, who have nobody to pay (5.9)."""
        for at in np.flatnonzero(stuck).tolist():
            empty = children.count[at] == 0
            if level.nobody == Nobody.REFUSE or (empty and level.nobody == Nobody.EQUAL):
                self.parent("POOL_NO_PEOPLE" if empty else "POOL_NO_KEY", nodes, at, "institution")
            else:
                self.parent("NOBODY_TO_PAY", nodes, at, "parent", done=_DONE[level.nobody])

    def missing(self, level: Level, nodes: Nodes, children: Children, codes: Sequence[str]) -> None:
        """Children without a fixed share."""
        for at, code in enumerate(codes):
            if code not in level.shares_e4:
                self.child("SHARE_MISSING", level, nodes, children, at, {})

    def child(
        self,
        code: str,
        level: Level,
        nodes: Nodes,
        children: Children,
        at: int,
        facts: Mapping[str, str],
    ) -> None:
        """Something of the child ``at``."""
        node = int(children.parent[at])
        position = int(nodes.pool[node])
        names = self.tree.persons if level.to == LevelKind.PERSON else self.tree.units
        facts = {
            "pool": self.pools[position].pool,
            "parent": self.tree.units[int(nodes.unit(self.tree)[node])],
            **facts,
        }
        child = names[int(children.code[at])]
        self.told.append((position, Problem(code, level.place, child, facts)))
