"""Heads 人数: how many signed or registered residents a fund pays an institution for, on a day.

The idea: a filter is a handful of comparisons of whole columns, and a head is a distinct pair
(institution, resident) among the contracts that pass. A resident with two active contracts at one
institution is one head; with contracts at two institutions one at each, which the checks of
contracts report (C5), unless the fund counts everybody once. Sources: B4, B4a, B5; definition
5.15 (active on the last day, ages on 31 December).
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from equivalents.codes import Coded
from equivalents.grouping import group
from equivalents.policy.calendar import same_day
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.funds import Heads, HeadSource
from equivalents.policy.heads import NO_BIRTH, Charges, Contracts, HeadCount, Registers
from equivalents.policy.residentgroups import canonical
from equivalents.units import Codes, Int64

__all__ = [
    "charged_fen",
    "counter",
    "effective_of",
    "fitting",
    "heads_of",
    "months_of",
    "places_on",
    "unborn",
]

_Flags = npt.NDArray[np.bool_]


def heads_of(
    contracts: Contracts,
    registers: Registers,
    heads: Heads,
    institutions: Sequence[str],
    day: int,
    year_end: int,
) -> Int64:
    """The heads on a day, one count for each institution; ``year_end`` is the day of ages (5.15).

    Contracts that belong nowhere on that day count nowhere, and an institution without a register
    has 0: :func:`equivalents.headchecks.head_counts` refuses both before anything is paid.
    """
    if heads.source is HeadSource.REGISTERS:
        return _registered(registers, heads.register, institutions, day)
    at, place = _located(contracts, heads, institutions, day, year_end)
    place = _each_once(place, contracts.resident.code[at], len(contracts.resident.texts))
    return np.bincount(place, minlength=len(institutions)).astype(np.int64)


def effective_of(
    contracts: Contracts,
    heads: Heads,
    institutions: Sequence[str],
    day: int,
    year_end: int,
    worth_e4: Int64,
) -> Int64:
    """The effective heads 有效签约人数 of a day by institution, in ten-thousandths of a head (C4).

    ``worth_e4`` says of each contract how much of a head it is worth. Of several contracts of a
    resident at one institution the one that is worth most counts.
    """
    at, place = _located(contracts, heads, institutions, day, year_end)
    total = np.zeros(len(institutions), np.int64)
    if at.size:
        order, starts = group([place, contracts.resident.code[at].astype(np.int64)])
        most = np.maximum.reduceat(worth_e4[at][order], starts)
        np.add.at(total, place[order[starts]], most)
    return total


def _located(
    contracts: Contracts, heads: Heads, institutions: Sequence[str], day: int, year_end: int
) -> tuple[Int64, Int64]:
    """The contracts that a filter counts on a day, and the position of the institution of each."""
    at = np.flatnonzero(fitting(contracts, heads, day, year_end))
    if heads.once:
        at = _earliest(contracts, at)
    position = {name: number for number, name in enumerate(institutions)}
    # The last place stands for everything that is not asked for, also for no home at all.
    known = [position.get(name, -1) for name in contracts.homes.institutions]
    place = np.array([*known, -1, -1], np.int64)[places_on(contracts, day)[at]]
    return at[place >= 0], place[place >= 0]


def months_of(
    contracts: Contracts,
    registers: Registers,
    heads: Heads,
    institutions: Sequence[str],
    days: Iterable[int],
    year_end: int,
) -> Int64:
    """Months of all heads together: the heads of each month's last day, added up (5.15)."""
    months = np.zeros(len(institutions), np.int64)
    for day in days:
        months += heads_of(contracts, registers, heads, institutions, day, year_end)
    return months


def places_on(contracts: Contracts, day: int) -> Codes:
    """The institution of each contract on a day: the named one, else the home of its owner.

    A position in ``homes.institutions``, ``NOBODY`` or ``UNCLEAR``.
    """
    home = contracts.homes.on(day)[contracts.owner]
    return np.where(contracts.institution >= 0, contracts.institution, home)


def fitting(contracts: Contracts, heads: Heads, day: int, year_end: int) -> _Flags:
    """Which contracts are active on a day and meet every condition of a filter."""
    fits = _but_ages(contracts, heads, day)
    # Whoever turns 40 on 31 December is 40: born 40 years before that day, or earlier.
    if heads.age_from is not None:
        fits &= contracts.birth <= same_day(year_end, -heads.age_from)
    if heads.age_to is not None:
        fits &= contracts.birth > same_day(year_end, -heads.age_to - 1)
    if heads.age_from is not None or heads.age_to is not None:
        fits &= contracts.birth != NO_BIRTH
    return fits


def unborn(contracts: Contracts, heads: Heads, day: int) -> _Flags:
    """Which contracts meet everything but a condition on ages that nobody can judge."""
    if heads.age_from is None and heads.age_to is None:
        return np.zeros(len(contracts), np.bool_)
    without: _Flags = contracts.birth == NO_BIRTH
    without &= _but_ages(contracts, heads, day)
    return without


def _but_ages(contracts: Contracts, heads: Heads, day: int) -> _Flags:
    fits: _Flags = (contracts.active_from <= day) & (day < contracts.active_to)
    if heads.permanent:
        fits &= contracts.permanent
    if heads.package:
        fits &= _among(contracts.package, lambda text: text == heads.package)
    if heads.groups:
        asked = {canonical(group) for group in heads.groups}
        fits &= _among(
            contracts.groups, lambda text: not asked.isdisjoint(map(canonical, text.split(";")))
        )
    return fits


def _among(column: Coded, wanted: Callable[[str], bool]) -> _Flags:
    """Which rows have a wanted text; each distinct text is judged once."""
    flags = np.fromiter(map(wanted, column.texts), np.bool_, len(column.texts))
    found: _Flags = flags[column.code]
    return found


def _earliest(contracts: Contracts, at: Int64) -> Int64:
    """Of some contracts the earliest of each resident, ties by contract id."""
    ids = np.array([contracts.contract_id[one] for one in at.tolist()], np.str_)
    order = np.lexsort((ids, contracts.active_from[at], contracts.resident.code[at]))
    resident = contracts.resident.code[at][order]
    first = np.ones(order.size, np.bool_)
    first[1:] = resident[1:] != resident[:-1]
    return np.sort(at[order[first]])


def _each_once(place: Int64, resident: Codes, residents: int) -> Int64:
    """The places with each resident once a place; only residents met twice are looked at."""
    again = np.bincount(resident, minlength=residents)[resident] > 1
    if not again.any():
        return place
    several = place[again]
    order, starts = group([several, resident[again]])
    return np.concatenate((place[~again], several[order[starts]]))


def _registered(registers: Registers, name: str, institutions: Sequence[str], day: int) -> Int64:
    """The heads of the last row of a register on or before a day; 0 where there is none."""
    rows = [row for row in registers.rows if row.group == name and row.day <= day]
    last = {row.institution_id: row.heads for row in sorted(rows, key=lambda row: row.day)}
    return np.array([last.get(name, 0) for name in institutions], np.int64)


def charged_fen(charges: Charges) -> dict[tuple[str, str], int]:
    """What was charged in the period, in fen, by institution and charge code (B5)."""
    if not len(charges):
        return {}
    institution, code = charges.institution, charges.code
    order, starts = group([institution.code, code.code])
    sums = np.add.reduceat(charges.amount_fen[order], starts)
    return {
        (institution.texts[institution.code[at]], code.texts[code.code[at]]): total
        for at, total in zip(order[starts].tolist(), sums.tolist(), strict=True)
    }


def counter(
    counts: Iterable[HeadCount], institutions: Sequence[str]
) -> Callable[[Heads, int], Sequence[int | Fraction]]:
    """Counted heads as a function of filter and day: one count for each institution, in order.

    Effective heads are fractions of four places. It raises ``KeyError`` for a filter or day that
    was not counted.
    """
    found: dict[tuple[Heads, int], dict[str, int | Fraction]] = {}
    for heads, day, institution_id, total, effective_e4 in counts:
        worth = Fraction(effective_e4, ONE_E4) if heads.effective else total
        found.setdefault((heads, day), {})[institution_id] = worth

    def of(heads: Heads, day: int) -> Sequence[int | Fraction]:
        here = found[heads, day]
        return [here[name] for name in institutions]

    return of
