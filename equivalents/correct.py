"""A closed period against the same period as it is known now: who is owed what, to the fen (D5).

A correction never touches the closed run; it pays the difference against that run and all earlier
adjustments (5.19). ``at_price``: a difference in key is worth the locked ratio of the money that
went down to a parent at the last level to the keys it was shared by, so colleagues keep what they
have. ``reshare``: everything is shared again and all differences are paid, also those below 0.
A component without a key is corrected by the difference of its amounts in both modes. Nothing
changed, nothing is owed. Sources: D5; definitions 5.3, 5.9, 5.18, 5.19.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from equivalents.codes import Coded
from equivalents.errors import ConservationError, Problem, RefusedError
from equivalents.exact import half_up
from equivalents.lastlevel import LastLevel, last_level
from equivalents.paidrows import POOL_SHARE, Aligned, PaidRows, aligned, matching
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.corrections import CorrectionMode
from equivalents.settle import Settlement
from equivalents.units import INT64_LIMIT, Int64, print_e7, print_fen

__all__ = ["Adjustment", "Correction", "KeyChange", "Run", "correct"]

_Mask = npt.NDArray[np.bool_]
_Row = tuple[str, ...]
_WITH_POOL: Final = "绩效池不在现在的资料中¦the pool is not in the case as it is now"
_WITH_KEY: Final = "绩效池现在按另一种依据分到人¦the pool is now shared by another kind of key"


@dataclass(frozen=True, slots=True)
class Run:
    """A settled period and the rows that it pays, as ``payouts.csv`` has them."""

    settlement: Settlement
    paid: PaidRows


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A row that a correction pays (补发) or takes back (扣回); fen, keys in e7.

    ``key_closed`` and ``key_now`` are ``None`` for a component without a key.
    """

    institution_id: str
    pool: str
    person_id: str
    component: str
    key_closed_e7: int | None
    key_now_e7: int | None
    closed_fen: int
    earlier_fen: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A person's key under one parent, closed and now, and what the locked price makes of it.

    ``received_fen`` over ``keys_e7`` is the locked price; ``amount`` is the exact fen in the mode
    ``at_price``, before the one rounding per person and pool, and 0 in ``reshare``.
    """

    owner: str
    pool: str
    parent: str
    institution_id: str
    person_id: str
    closed_e7: int
    now_e7: int
    received_fen: int
    keys_e7: int
    withhold_e4: int
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Correction:
    """What a correction comes to; ``problems`` are warnings, ``compared`` rows were looked at.

    Totals in fen: what was paid when it was closed, what would be paid now, what earlier
    adjustments paid, and what is due of them and these together.
    """

    mode: CorrectionMode
    adjustments: tuple[Adjustment, ...]
    changes: tuple[KeyChange, ...]
    problems: tuple[Problem, ...]
    compared: int
    closed_fen: int
    now_fen: int
    earlier_fen: int
    due_fen: int

    @property
    def amount_fen(self) -> int:
        """What all adjustments come to."""
        return sum(row.amount_fen for row in self.adjustments)


def correct(mode: CorrectionMode, closed: Run, now: Run, earlier: Sequence[PaidRows]) -> Correction:
    """Compare a closed run with the period as it is known now.

    Args:
        mode: what is paid for a difference.
        closed: the closed run, settled again from what it kept.
        now: the case as it is known now.
        earlier: the adjustments of this run so far, one table each.

    Raises:
        RefusedError: ``CORRECT_NO_PRICE`` and ``CORRECT_NEEDS_RESHARE``, all of them at once.
        ConservationError: differences do not add up to the change of what is paid (a defect).
    """
    before, after = last_level(closed.settlement), last_level(now.settlement)
    priced = mode is CorrectionMode.AT_PRICE
    problems = _pools_differ(closed.settlement, now.settlement) if priced else ()
    changes, unpriced = _changes(before, after, _withheld(closed, now), priced=priced)
    problems += _deficits(before, after)
    refused = [*unpriced, *(one for one in problems if one.severity == "error")]
    if refused:
        raise RefusedError(refused)
    due = _due(mode, closed, now, changes)
    keys = [level.by_person() for level in (before, after)]
    sides = aligned([closed.paid, now.paid, due, *keys, *earlier])
    shut, paid, owed, key_closed, key_now = sides.values[:5]
    given = sum(sides.values[5:], np.zeros(owed.size, np.int64))
    amount = owed - given
    if not priced and not np.array_equal(shut + given + amount, paid):
        raise ConservationError("closed + earlier + amount is not what would be paid now")
    columns = key_closed, key_now, shut, given, amount
    adjustments = tuple(_adjustments(sides, amount != 0, columns))
    sums = (int(column.sum()) for column in (shut, paid, given, due.value))
    return Correction(mode, adjustments, tuple(changes), problems, amount.size, *sums)


def _adjustments(sides: Aligned, kept: _Mask, columns: Sequence[Int64]) -> Iterator[Adjustment]:
    """The rows with an amount; a component without a key has none to show."""
    rows = zip(*(column[kept].tolist() for column in columns), strict=True)
    for names, (one, other, shut, given, amount) in zip(sides.rows(kept), rows, strict=True):
        place, pool, person, component = names
        row = Adjustment(place, pool, person, component, one, other, shut, given, amount)
        keyed = component == POOL_SHARE
        yield row if keyed else replace(row, key_closed_e7=None, key_now_e7=None)


def _due(mode: CorrectionMode, closed: Run, now: Run, changes: Sequence[KeyChange]) -> PaidRows:
    """What the differences come to in all, earlier adjustments included, by row."""
    sides = aligned([closed.paid, now.paid])
    difference = sides.values[1] - sides.values[0]
    if mode is CorrectionMode.RESHARE:
        return PaidRows(sides.columns, difference)
    plain = ~matching(sides.columns[3], (POOL_SHARE,))
    exact: dict[_Row, Fraction] = {}
    for one in changes:
        row = one.institution_id, one.pool, one.person_id, POOL_SHARE
        exact[row] = exact.get(row, Fraction(0)) + one.amount
    rows = [*sides.rows(plain), *exact]
    fen = [*difference[plain].tolist(), *map(half_up, exact.values())]
    if any(abs(one) >= INT64_LIMIT for one in fen):
        raise RefusedError([Problem("TOTAL_TOO_LARGE")])
    columns = list(zip(*rows, strict=True)) if rows else [()] * 4
    return PaidRows(tuple(Coded.of(column) for column in columns), np.array(fen, np.int64))


def _changes(
    before: LastLevel, after: LastLevel, withheld: Mapping[_Row, int], *, priced: bool
) -> tuple[list[KeyChange], list[Problem]]:
    """Every key that changed, and where there is no price for it."""
    sides = aligned([before.keys, after.keys])
    closed, now = sides.values
    at = np.flatnonzero(closed != now)
    found, problems = [], []
    parents = before.parents()
    pairs = zip(closed[at].tolist(), now[at].tolist(), strict=True)
    for names, (one, other) in zip(sides.rows(closed != now), pairs, strict=True):
        owner, pool, parent, place, person = names
        received, keys = parents.get((owner, pool, parent), (0, 0))
        kept = withheld.get((owner, pool, place, person), ONE_E4)
        exact = Fraction(0)
        if priced and keys:
            exact = Fraction((other - one) * received * kept, keys * ONE_E4)
        elif priced and before.pools.get((owner, pool)) != 0:
            facts = {"pool": pool, "parent": parent}
            problems.append(Problem("CORRECT_NO_PRICE", value=person, facts=facts))
        row = owner, pool, parent, place, person
        found.append(KeyChange(*row, one, other, received, keys, kept, exact))
    return found, problems


def _withheld(closed: Run, now: Run) -> dict[_Row, int]:
    """The coefficients that withhold from an amount (5.3), as known now; else as they were."""
    found: dict[_Row, int] = {}
    for settlement in (closed.settlement, now.settlement):
        payouts, plan = settlement.payouts, settlement.plan
        if payouts is None:
            continue
        # Also those of 1: what is known now replaces what was.
        kept = np.full(payouts.pool.size, ONE_E4, np.int64)
        kept = kept if payouts.detail is None else payouts.detail.withhold_e4
        columns = (payouts.pool, payouts.institution, payouts.person, kept)
        for pool, place, person, e4 in zip(*(one.tolist() for one in columns), strict=True):
            owner = settlement.pools[pool]
            found[
                owner.institution_id, owner.pool, plan.institutions[place], plan.persons[person]
            ] = e4
    return found


def _deficits(before: LastLevel, after: LastLevel) -> tuple[Problem, ...]:
    """Deficits that changed: they pay nothing here, and open the person's next period (5.9)."""
    sides = aligned([before.deficits, after.deficits])
    odd = sides.values[0] != sides.values[1]
    figures = zip(*(value[odd].tolist() for value in sides.values), strict=True)
    return tuple(
        Problem(
            "CORRECT_DEFICIT",
            value=person,
            facts={
                "pool": pool,
                "institution": place,
                "closed": print_e7(one),
                "now": print_e7(two),
            },
        )
        for (_, pool, _, place, person), (one, two) in zip(sides.rows(odd), figures, strict=True)
    )


def _pools_differ(closed: Settlement, now: Settlement) -> tuple[Problem, ...]:
    """Pools that a locked price cannot correct, and amounts whose change it does not pay."""
    pools = {(pool.institution_id, pool.pool): pool for pool in now.pools}
    found = []
    for pool in closed.pools:
        mine = pools.get((pool.institution_id, pool.pool))
        facts = {"institution": pool.institution_id}
        kinds = [one.rules.sharing_of(pool.pool).levels[-1].key for one in (closed, now)]
        if mine is None or kinds[0] is not kinds[1]:
            why = {"why": _WITH_POOL if mine is None else _WITH_KEY}
            found.append(Problem("CORRECT_NEEDS_RESHARE", value=pool.pool, facts=facts | why))
        elif mine.amount_fen != pool.amount_fen:
            fen = {"closed": print_fen(pool.amount_fen), "now": print_fen(mine.amount_fen)}
            found.append(Problem("CORRECT_POOL_AMOUNT", value=pool.pool, facts=facts | fen))
    return tuple(found)
