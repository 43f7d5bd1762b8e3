"""How the keys of payouts came about, and the part of an amount that is withheld.

Personal assessment multiplies the key, so that the money stays in the pool. A kind of coefficient
declared as ``withhold`` multiplies the amount instead: it is paid half-up to the fen and the
difference is retained (5.3). An amount has no date, so a coefficient that withholds must be one
and the same for the whole time that the person has postings there in the period; above 1 it is
refused, because no fund pays the excess. Sources: A7; definitions 5.1, 5.3, 5.9.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from equivalents.ceilings import Cuts, half_up
from equivalents.errors import NOWHERE, Place, Problem
from equivalents.keys import BY_EQUIVALENTS, AdjustedLines, PoolKeys, times
from equivalents.leave import LeaveLine
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.keyrules import Applies, OpeningKey
from equivalents.policy.model import Pool
from equivalents.policy.posts import Codes
from equivalents.policy.sharing import LevelKey
from equivalents.units import Int64, print_e4

__all__ = ["KeyDetail", "key_detail", "withhold_fen", "withhold_problems"]


@dataclass(frozen=True, slots=True)
class KeyDetail:
    """How the keys of some payouts came about; columns as long as the payouts, but ``lines``.

    ``line_row`` says which payout each adjusted line belongs to. ``keyed`` tells the payouts whose
    key is the sum of their lines, of what was brought in and of what leave adds (``leave``, with
    the payout of each line in ``leave_row``); ``plain`` those of them where it is the sum of the
    lines' equivalents, not of what is adjusted. ``withheld_fen`` is what
    ``withhold_e4`` keeps back of what is allocated. ``unused`` are keys brought in that no payout
    has.
    """

    coefficient_e4: Int64
    brought_e7: Int64
    keyed: npt.NDArray[np.bool_]
    plain: npt.NDArray[np.bool_]
    withhold_e4: Int64
    withheld_fen: Int64
    lines: AdjustedLines
    line_row: Int64
    cuts: Mapping[str, Cuts]
    unused: tuple[OpeningKey, ...]
    leave: tuple[LeaveLine, ...] = ()
    leave_row: tuple[int, ...] = ()


def withhold_fen(amount_fen: Int64, coefficient_e4: Int64) -> Int64:
    """What is paid of each amount: amount times coefficient, half-up to the fen (5.3)."""
    return half_up(times(amount_fen, coefficient_e4), ONE_E4).astype(np.int64)


def withhold_problems(
    keys: PoolKeys, pools: Sequence[Pool], pool: Codes, pair: Int64
) -> list[tuple[int, Problem]]:
    """What is wrong with the withheld parts of some payees: varying, or above 1 (5.3).

    ``pool`` (a position) and ``pair`` say whose. Each problem comes with its pool.
    """
    found = _Withholding(keys)
    payees = {(int(at), int(who)) for at, who in zip(pool, pair, strict=True)} if found.any else ()
    told: dict[tuple[str, str, str], tuple[int, Problem]] = {}
    for at, who in sorted(payees):
        values = found.values(pools[at]).get(who, {ONE_E4})
        if len(values) == 1 and max(values) <= ONE_E4:
            continue
        code = "WITHHOLD_VARIES" if len(values) > 1 else "WITHHOLD_ABOVE_ONE"
        person = keys.plan.persons[int(keys.staff.person[who])]
        facts = {"found": ", ".join(map(print_e4, sorted(values)))}
        problem = Problem(code, _place(keys, person, pools[at]), person, facts)
        told.setdefault((code, person, pools[at].institution_id), (at, problem))
    return list(told.values())


def _place(keys: PoolKeys, person: str, pool: Pool) -> Place:
    """Where the last of the coefficients in question stands."""
    rules = keys.plan.coefficients
    kinds = rules.kinds(Applies.WITHHOLD, pool.pool)
    rows = [r for r in rules.rules.coefficients if r.person_id == person and r.kind in kinds]
    return max((row.place for row in rows), default=NOWHERE)


class _Withholding:
    """The coefficients that withhold, found once for each set of kinds."""

    def __init__(self, keys: PoolKeys) -> None:
        self._keys = keys
        self._known: dict[frozenset[str], Mapping[int, set[int]]] = {frozenset(): {}}

    @property
    def any(self) -> bool:
        """Whether any kind of coefficient withholds."""
        rules = self._keys.plan.coefficients.rules
        kinds = {row.kind for row in rules.coefficients}
        return any(rules.rule(kind).applies_to is Applies.WITHHOLD for kind in kinds)

    def values(self, pool: Pool) -> Mapping[int, set[int]]:
        """All coefficients that withhold from each pair while it has a posting in the period."""
        kinds = self._keys.plan.coefficients.kinds(Applies.WITHHOLD, pool.pool)
        if kinds not in self._known:
            self._known[kinds] = self._find(kinds)
        return self._known[kinds]

    def _find(self, kinds: frozenset[str]) -> Mapping[int, set[int]]:
        staff, postings = self._keys.staff, self._keys.plan.postings
        found: dict[int, set[int]] = {}
        for at, runs in self._keys.runs(kinds):
            stint = staff.present[at]
            first, last = int(postings.since[stint]), int(postings.until[stint])
            values = {run.value_e4 for run in runs if run.since < last and run.until > first}
            found.setdefault(int(staff.pair[at]), set()).update(values)
        return found

    def coefficient_e4(self, pool: Pool) -> Int64:
        """The one coefficient that withholds from each pair; 1 where none does."""
        coefficient = np.full(len(self._keys.staff), ONE_E4, np.int64)
        for pair, values in self.values(pool).items():
            coefficient[pair] = min(values)
        return coefficient


def key_detail(
    keys: PoolKeys,
    pools: Sequence[Pool],
    pool: Codes,
    pair: Int64,
    allocated_fen: Int64,
    leave: Sequence[Sequence[LeaveLine]] = (),
) -> KeyDetail | None:
    """How the keys of payouts came about, and what is withheld of them.

    ``pool`` (a position) and ``pair`` say whose payouts they are, ``leave`` what leave adds in each
    pool. ``None`` where every key is the
    plain equivalents.
    """
    if keys.plan.coefficients.plain:
        return None
    rows = _rows_by_pool(pool, len(pools))
    tables = [keys.of(one) for one in pools]
    by = [keys.people_by(one) for one in pools]
    found = _Withholding(keys)
    withhold = _gathered([found.coefficient_e4(one) for one in pools], rows, pair)
    lines, line_row = _lines_of([table.lines for table in tables], rows, pair)
    handed = _gathered([keys.handed_in(one) for one in pools], rows, pair) > 0
    keyed = np.array([key in BY_EQUIVALENTS for key in by], bool)[pool] & ~handed
    away = _leave_of(leave, rows, pair)
    return KeyDetail(
        np.where(handed, ONE_E4, _gathered([table.coefficient_e4 for table in tables], rows, pair)),
        np.where(handed, 0, _gathered([table.brought_e7 for table in tables], rows, pair)),
        keyed,
        np.array([key is LevelKey.EQUIVALENTS for key in by], bool)[pool],
        withhold,
        allocated_fen - withhold_fen(allocated_fen, withhold),
        lines,
        line_row,
        keys.cuts,
        _unused(keys, [one.pool for one in pools], pool[keyed], pair[keyed]),
        tuple(line for _, line in away),
        tuple(row for row, _ in away),
    )


def _leave_of(
    tables: Sequence[Sequence[LeaveLine]], pool_rows: Sequence[Int64], pair: Int64
) -> list[tuple[int, LeaveLine]]:
    """The lines of leave of all payouts, and the payout of each, in the order of the payouts."""
    found: list[tuple[int, LeaveLine]] = []
    for lines, mine in zip(tables, pool_rows, strict=False):
        of_pair = dict(zip(pair[mine].tolist(), mine.tolist(), strict=True)) if lines else {}
        found += [(of_pair[line.pair], line) for line in lines if line.pair in of_pair]
    return sorted(found, key=lambda one: (one[0], one[1].run.since))


def _unused(
    keys: PoolKeys, names: Sequence[str], pool: Codes, pair: Int64
) -> tuple[OpeningKey, ...]:
    """The keys brought in that none of these payouts has."""
    opening = keys.plan.coefficients.rules.opening
    if not opening:
        return ()
    used = {(names[at], who) for at, who in zip(pool.tolist(), pair.tolist(), strict=True)}
    return tuple(row for row in opening if (row.pool, keys.pair_of(row)) not in used)


def _rows_by_pool(pool: Codes, count: int) -> list[Int64]:
    """The payouts of each pool, in their order."""
    order = np.argsort(pool, kind="stable")
    bounds = np.searchsorted(pool[order], np.arange(count + 1))
    return [order[start:stop] for start, stop in pairwise(bounds.tolist())]


def _gathered(tables: Sequence[Int64], rows: Sequence[Int64], pair: Int64) -> Int64:
    """The value of each payout from the tables of the pools."""
    values = np.zeros(pair.size, np.int64)
    for table, mine in zip(tables, rows, strict=True):
        values[mine] = table[pair[mine]]
    return values


def _lines_of(
    tables: Sequence[AdjustedLines | None], pool_rows: Sequence[Int64], pair: Int64
) -> tuple[AdjustedLines, Int64]:
    """The adjusted lines of all payouts, and the payout of each."""
    names = [field.name for field in fields(AdjustedLines)]
    parts: dict[str, list[Int64]] = {name: [np.zeros(0, np.int64)] for name in names}
    rows = [np.zeros(0, np.int64)]
    for lines, mine in zip(tables, pool_rows, strict=True):
        if lines is None:
            continue
        start = np.searchsorted(lines.pair, pair[mine])
        count = np.searchsorted(lines.pair, pair[mine], side="right") - start
        rows.append(np.repeat(mine, count))
        at = np.repeat(start - np.cumsum(count) + count, count) + np.arange(int(count.sum()))
        for name in names:
            parts[name].append(getattr(lines, name)[at])
    joined = {name: np.concatenate(some) for name, some in parts.items()}
    return AdjustedLines(**joined), np.concatenate(rows)
