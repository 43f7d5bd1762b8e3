"""How the keys of payouts came about, and the part of an amount that is withheld.

Personal assessment multiplies the key, so that the money stays in the pool. A kind of coefficient
declared as ``withhold`` multiplies the amount instead: it is paid half-up to the fen and the
difference is retained (5.3). An amount has no date, so a coefficient that withholds must be one
and the same for the whole time that the person has postings there in the period; above 1 it is
refused, because no fund pays the excess. Sources: A7; definitions 5.1, 5.3, 5.9.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from equivalents.ceilings import Cuts, half_up
from equivalents.errors import NOWHERE, Place, Problem
from equivalents.keys import AdjustedLines, PoolKeys, times
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.keyrules import Applies, OpeningKey
from equivalents.policy.model import Pool
from equivalents.policy.posts import Codes
from equivalents.units import Int64, print_e4

__all__ = ["KeyDetail", "key_detail", "withhold_fen", "withhold_problems"]


@dataclass(frozen=True, slots=True)
class KeyDetail:
    """How the keys of some payouts came about; columns as long as the payouts, but ``lines``.

    ``line_row`` says which payout each adjusted line belongs to. ``deficit_e7`` is the key where
    it is below 0, else 0. ``withheld_fen`` is what ``withhold_e4`` keeps back of the amount.
    ``unused`` are keys brought in for people without a posting in the period.
    """

    coefficient_e4: Int64
    brought_e7: Int64
    deficit_e7: Int64
    withhold_e4: Int64
    withheld_fen: Int64
    lines: AdjustedLines
    line_row: Int64
    cuts: Mapping[str, Cuts]
    unused: tuple[OpeningKey, ...]


def withhold_fen(amount_fen: Int64, coefficient_e4: Int64) -> Int64:
    """What is paid of each amount: amount times coefficient, half-up to the fen (5.3)."""
    return half_up(times(amount_fen, coefficient_e4), ONE_E4).astype(np.int64)


def withhold_problems(keys: PoolKeys, pools: Iterable[Pool]) -> list[Problem]:
    """What is wrong with the withheld parts of some pools: varying, or above 1 (5.3)."""
    problems: dict[tuple[str, str, str], Problem] = {}
    found = _Withholding(keys)
    for pool in pools:
        people = keys.staff.of(keys.plan.institutions.find(pool.institution_id))
        for pair, values in found.values(pool).items():
            good = len(values) == 1 and max(values) <= ONE_E4
            if good or not people.start <= pair < people.stop:
                continue
            code = "WITHHOLD_VARIES" if len(values) > 1 else "WITHHOLD_ABOVE_ONE"
            person = keys.plan.persons[int(keys.staff.person[pair])]
            facts = {"found": ", ".join(map(print_e4, sorted(values)))}
            problem = Problem(code, _place(keys, person, pool), person, facts)
            problems.setdefault((code, person, pool.institution_id), problem)
    return list(problems.values())


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
    keys: PoolKeys, pools: Sequence[Pool], pool: Codes, pair: Int64, amount_fen: Int64
) -> KeyDetail | None:
    """How the keys of payouts came about, and what is withheld of them.

    ``pool`` (ascending) and ``pair`` say whose payouts they are. ``None`` where every key is the
    plain equivalents.
    """
    if keys.plan.coefficients.plain:
        return None
    tables = [keys.of(one) for one in pools]
    found = _Withholding(keys)
    withhold = _gathered([found.coefficient_e4(one) for one in pools], pool, pair)
    signed = _gathered([table.key_e7 for table in tables], pool, pair)
    lines, row = _lines_of([table.lines for table in tables], pool, pair)
    opening = keys.plan.coefficients.rules.opening
    return KeyDetail(
        _gathered([table.coefficient_e4 for table in tables], pool, pair),
        _gathered([table.brought_e7 for table in tables], pool, pair),
        np.minimum(signed, 0),
        withhold,
        amount_fen - withhold_fen(amount_fen, withhold),
        lines,
        row,
        keys.cuts,
        tuple(one for one in opening if keys.pair_of(one) < 0),
    )


def _rows_of(pool: Codes, number: int) -> slice:
    """The payouts of one pool; payouts stand pool by pool."""
    start, stop = np.searchsorted(pool, [number, number + 1])
    return slice(int(start), int(stop))


def _gathered(tables: Sequence[Int64], pool: Codes, pair: Int64) -> Int64:
    """The value of each payout from the tables of the pools."""
    values = np.zeros(pool.size, np.int64)
    for number, table in enumerate(tables):
        mine = _rows_of(pool, number)
        values[mine] = table[pair[mine]]
    return values


def _lines_of(
    tables: Sequence[AdjustedLines | None], pool: Codes, pair: Int64
) -> tuple[AdjustedLines, Int64]:
    """The adjusted lines of all payouts in their order, and the payout of each."""
    names = [field.name for field in fields(AdjustedLines)]
    parts: dict[str, list[Int64]] = {name: [np.zeros(0, np.int64)] for name in names}
    rows = [np.zeros(0, np.int64)]
    for number, lines in enumerate(tables):
        if lines is None:
            continue
        mine = _rows_of(pool, number)
        start = np.searchsorted(lines.pair, pair[mine])
        count = np.searchsorted(lines.pair, pair[mine], side="right") - start
        rows.append(np.repeat(np.arange(mine.start, mine.stop), count))
        at = np.repeat(start - np.cumsum(count) + count, count) + np.arange(int(count.sum()))
        for name in names:
            parts[name].append(getattr(lines, name)[at])
    joined = {name: np.concatenate(some) for name, some in parts.items()}
    return AdjustedLines(**joined), np.concatenate(rows)
