"""Secondary distribution 二次分配: a department shares its own part of a pool as it hands in (D1).

Shares are keys of 5.10. Amounts add up to what the department received, to the fen; they are keys,
too, one unit a yuan, so that sharing by them gives each amount exactly. Whoever is not listed is
refused, or counts as 0 where that is declared; nobody else may be listed. A department that hands
in nothing shares by the keys of the level's default, or is refused. Sources: D1; definition 5.10.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from equivalents.errors import NOWHERE, Place, Problem
from equivalents.policy.model import Pool
from equivalents.policy.secondary import SecondaryRow
from equivalents.policy.sharing import Level
from equivalents.tree import Children, Nodes, Tree
from equivalents.units import E7_PLACES, INT64_LIMIT, Int64, print_fen

__all__ = ["FEN_TO_E7", "Secondary"]

_ONE_E7: Final = 10**E7_PLACES
FEN_TO_E7: Final[int] = 10 ** (E7_PLACES - 2)
"""The key of a fen that is handed in: an amount in yuan is a key."""

_MOST_FEN: Final[int] = INT64_LIMIT // FEN_TO_E7 // 2
"""Amounts handed in are below this, so that they can be keys."""

_Group = tuple[str, str, str]
"""Institution, department and pool."""


@dataclass(slots=True)
class Secondary:
    """The rows of a case by department and pool; which of them were used."""

    tree: Tree
    pools: Sequence[Pool]
    rows: Sequence[SecondaryRow]
    used: set[_Group] = field(default_factory=set)
    groups: Mapping[_Group, Mapping[str, SecondaryRow]] = field(init=False)

    def __post_init__(self) -> None:
        """Put the rows of each department together."""
        found: dict[_Group, dict[str, SecondaryRow]] = {}
        for row in self.rows:
            group = row.institution_id, row.department_id, row.pool
            found.setdefault(group, {})[row.person_id] = row
        self.groups = found

    def of(self, nodes: Nodes, at: int) -> Mapping[str, SecondaryRow]:
        """What a parent handed in, by person."""
        return self.groups.get(self._group(nodes, at), {})

    def _group(self, nodes: Nodes, at: int) -> _Group:
        place = self.tree.institution(int(nodes.institution[at]))
        department = max(int(nodes.department[at]), 0)
        name = self.tree.divided.departments[department] if department else ""
        return place, name, self.pools[int(nodes.pool[at])].pool

    def keys(
        self, level: Level, nodes: Nodes, children: Children, default_e7: Int64 | None
    ) -> tuple[Int64, list[tuple[int, Problem]]]:
        """The key of each child, and what is wrong, with the position of the pool.

        ``default_e7`` are the keys of those that hand in nothing; ``None``: that is refused.
        """
        key = np.zeros(children.code.size, np.int64)
        told: list[tuple[int, Problem]] = []
        ends = np.cumsum(children.count)
        for at, (start, end) in enumerate(zip(ends - children.count, ends, strict=True)):
            group, handed = self._group(nodes, at), self.of(nodes, at)
            self.used.add(group)
            position = int(nodes.pool[at])
            people = [self.tree.persons[code] for code in children.code[start:end].tolist()]
            if not handed:
                if default_e7 is not None:
                    key[start:end] = default_e7[start:end]
                elif people and nodes.amount_fen[at]:
                    told.append((position, self._problem("SECONDARY_NOTHING", level, nodes, at)))
                    key[start:end] = _ONE_E7  # told already: there is somebody to pay
                continue
            key[start:end] = [_key_e7(handed.get(person)) for person in people]
            if not key[start:end].any() and (nodes.amount_fen[at] and not _shares(handed)):
                key[start:end] = _ONE_E7  # amounts that do not add up are told below
            faults = self._faults(level, nodes, at, people, handed)
            told += [(position, fault) for fault in faults]
        return key, told

    def _faults(
        self,
        level: Level,
        nodes: Nodes,
        at: int,
        people: Sequence[str],
        handed: Mapping[str, SecondaryRow],
    ) -> Iterator[Problem]:
        for person in people if not level.missing_zero else ():
            if person not in handed:
                yield self._problem("SECONDARY_MISSING", level, nodes, at, person)
        for person in sorted(set(handed) - set(people)):
            place = handed[person].place
            yield self._problem("SECONDARY_STRANGER", level, nodes, at, person, place)
        amounts = [row.amount_fen for row in handed.values() if row.amount_fen is not None]
        had = int(nodes.amount_fen[at])
        if amounts and had >= _MOST_FEN:
            yield Problem("TOTAL_TOO_LARGE")
        elif amounts and sum(amounts) != had:
            first = min(row.place for row in handed.values())
            facts = {
                "found": print_fen(sum(amounts)),
                "received": print_fen(had),
                "difference": print_fen(sum(amounts) - had),
            }
            yield self._problem("SECONDARY_SUM", level, nodes, at, "", first, facts)

    def _problem(
        self,
        code: str,
        level: Level,
        nodes: Nodes,
        at: int,
        person: str = "",
        place: Place = NOWHERE,
        facts: Mapping[str, str] | None = None,
    ) -> Problem:
        institution, department, pool = self._group(nodes, at)
        parent = f"{institution}/{department}" if department else institution
        received = print_fen(int(nodes.amount_fen[at]))
        told = {"pool": pool, "parent": parent, "received": received, **(facts or {})}
        at_place = level.place if place == NOWHERE else place
        return Problem(code, at_place, person or parent, told)

    def outside(
        self, level: Level, nodes: Nodes, children: Children, floor_fen: Int64, cap_fen: Int64
    ) -> list[tuple[int, Problem]]:
        """The amounts that are below the floor or above the cap of the level."""
        told: list[tuple[int, Problem]] = []
        for child, at in enumerate(children.parent.tolist()):
            person = self.tree.persons[int(children.code[child])]
            row = self.of(nodes, at).get(person)
            if row is None or row.amount_fen is None:
                continue
            floor, cap = int(floor_fen[child]), int(cap_fen[child])
            if floor <= row.amount_fen <= cap:
                continue
            side = "保底¦floor" if row.amount_fen < floor else "封顶¦cap"
            bound = print_fen(floor if row.amount_fen < floor else cap)
            facts = {"found": print_fen(row.amount_fen), "side": side, "bound": bound}
            problem = self._problem("SECONDARY_BOUND", level, nodes, at, person, row.place, facts)
            told.append((int(nodes.pool[at]), problem))
        return told

    def unused(self) -> Iterator[Problem]:
        """Rows of departments that no money of such a pool reached."""
        for group, handed in sorted(self.groups.items()):
            if group not in self.used:
                institution, department, pool = group
                parent = f"{institution}/{department}" if department else institution
                first = min(row.place for row in handed.values())
                yield Problem("SECONDARY_UNUSED", first, parent, {"pool": pool})


def _shares(handed: Mapping[str, SecondaryRow]) -> bool:
    return any(row.share is not None for row in handed.values())


def _key_e7(row: SecondaryRow | None) -> int:
    if row is None:
        return 0
    if row.share is not None:
        return row.share * _ONE_E7
    amount_fen = row.amount_fen or 0
    return FEN_TO_E7 * (amount_fen if amount_fen < _MOST_FEN else _MOST_FEN)
