"""The rows of each table of a comparison, as exact texts. Sources: F, D6; definition 5.22."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

import numpy as np

from equivalents.compare import Comparison, Paid, Side
from equivalents.keys import VARIED
from equivalents.policy.calendar import print_day
from equivalents.policy.model import CONDITIONS, CaseRules, Pool
from equivalents.policy.sharing import LevelKey
from equivalents.report.comparison_booked import group_rows
from equivalents.report.comparison_people import (
    People,
    Staff,
    people_rows,
    three,
    total_rows,
)
from equivalents.report.results import paid_by_pool
from equivalents.spread import MEASURE_PLACES, Spread, spread_rows
from equivalents.units import WEIGHT_PLACES, print_e4, print_e7, print_fen, print_fixed

__all__ = ["ROWS", "pool_ends", "price"]

_Rows = Iterator[Sequence[str]]
_ENDS: Final = ("paid", "retained", "carried")
_BY_EQUIVALENTS: Final = (LevelKey.EQUIVALENTS, LevelKey.ADJUSTED)
_MEASURES: Final = ("max_min_e4", "p90_p10_e4", "gini_e4", "cv_e4")


def price(pool_fen: int, equivalents_e7: int) -> str:
    """Yuan per equivalent at four places, half-up: shown, never calculated with (5.13)."""
    if equivalents_e7 <= 0:
        return ""
    exact = Fraction(pool_fen, 100) / Fraction(equivalents_e7, 10**7)
    return print_fixed(int(exact * 10**WEIGHT_PLACES + Fraction(1, 2)), WEIGHT_PLACES)


def _item_names(comparison: Comparison) -> Mapping[str, str]:
    sides = (comparison.before, comparison.after)
    rows = (row for side in sides for row in side.settlement.rules.weights)
    return {row.item_code: row.item_name for row in rows if row.item_name}


def _maybe(before: int | None, after: int | None) -> tuple[str, str, str]:
    """The same of ten-thousandths that may be absent on a side."""
    change = "" if before is None or after is None else print_e4(after - before)
    one, other = ("" if value is None else print_e4(value) for value in (before, after))
    return one, other, change


# -- change lists ----------------------------------------------------------------------------------


def _changes(comparison: Comparison, people: People) -> _Rows:
    names = _item_names(comparison)
    for change in comparison.weights:
        filled = zip(CONDITIONS, change.conditions, strict=True)
        conditions = ";".join(f"{name}={value}" for name, value in filled if value)
        name = names.get(change.item_code, "")
        weights = _maybe(change.before_e4, change.after_e4)
        bases = (change.before_basis, change.after_basis)
        what = (change.series, change.item_code, name, conditions)
        yield *what, *_days(change.since, change.until), *weights, *bases


def _coefficients(comparison: Comparison, people: People) -> _Rows:
    for change in comparison.coefficients:
        values = _maybe(change.before_e4, change.after_e4)
        what = (change.scope, change.subject_id, change.kind)
        yield *what, *_days(change.since, change.until), *values


def _days(since: int, until: int) -> tuple[str, str]:
    """First day and end, exclusive."""
    return print_day(since), print_day(until)


# -- items -----------------------------------------------------------------------------------------


def _items(comparison: Comparison, people: People) -> _Rows:
    """Equivalents by item and month."""
    names = _item_names(comparison)
    for (series, item, month), (before, after) in comparison.items.items():
        yield series, item, names.get(item, ""), month, *three(before, after, print_e7)


def _item_totals(comparison: Comparison, people: People) -> _Rows:
    """Equivalents by item over the period."""
    names = _item_names(comparison)
    sums = _summed(comparison, lambda key: key[:2])
    for (series, item), (before, after) in sums.items():
        yield series, item, names.get(item, ""), *three(before, after, print_e7)


def _months(comparison: Comparison, people: People) -> _Rows:
    """Equivalents by month over all items."""
    sums = _summed(comparison, lambda key: (key[0], key[2]))
    for (series, month), (before, after) in sums.items():
        yield series, month, *three(before, after, print_e7)


def _summed(
    comparison: Comparison, by: Callable[[tuple[str, str, str]], tuple[str, ...]]
) -> dict[tuple[str, ...], tuple[int, int]]:
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    for key, (before, after) in comparison.items.items():
        one, other = found.get(by(key), (0, 0))
        found[by(key)] = one + before, other + after
    return dict(sorted(found.items()))


# -- pools and payouts -----------------------------------------------------------------------------


def _payouts(comparison: Comparison, people: People) -> _Rows:
    """What everybody has of each pool: equivalents, coefficient, key and money."""
    staff = Staff.of(comparison.before.settlement)
    pools = comparison.before.settlement.pools
    for (place, at, person), (one, other) in comparison.payouts().items():
        pool = pools[at]
        who = (place, pool.institution_id, pool.pool, pool.series, person)
        yield (
            *who,
            staff.get(place, person).name,
            *three(one.equivalents_e7, other.equivalents_e7, print_e7),
            *(_coefficient(paid) for paid in (one, other)),
            *three(one.key_e7, other.key_e7, print_e7),
            *three(one.amount_fen, other.amount_fen, print_fen),
        )


def _coefficient(paid: Paid) -> str:
    """The coefficient; blank where several applied in the period, as in payouts.csv."""
    return "" if paid.coefficient_e4 == VARIED else print_e4(paid.coefficient_e4)


def pool_ends(side: Side) -> dict[str, list[int]]:
    """Where the money of each pool ended: paid to people, retained, carried."""
    payouts = side.payouts
    return {
        "paid": [int(fen) for fen in paid_by_pool(side.settlement, payouts)],
        "retained": [int(fen) for fen in payouts.retained_fen],
        "carried": [int(fen) for fen in payouts.carried_fen],
    }


def _pools(comparison: Comparison, people: People) -> _Rows:
    """Each pool before and after; paid + retained + carried of both sides are the pool."""
    sides = (comparison.before, comparison.after)
    before, after = (pool_ends(side) for side in sides)
    sums = [_equivalents_of(side) for side in sides]
    for at, pool in enumerate(comparison.before.settlement.pools):
        ends = [(before[name][at], after[name][at]) for name in _ENDS]
        yield (
            pool.institution_id,
            pool.pool,
            pool.series,
            print_fen(pool.amount_fen),
            *(print_fen(fen) for pair in ends for fen in pair),
            print_fen(sum(new - old for old, new in ends)),
            *(_price(comparison.rules, pool, of_pool[at]) for of_pool in sums),
        )


def _price(rules: CaseRules, pool: Pool, equivalents_e7: int) -> str:
    """Yuan per equivalent of one pool; blank where any level shares by something else."""
    levels = rules.sharing_of(pool.pool).levels
    by_equivalents = all(level.key in _BY_EQUIVALENTS for level in levels)
    return price(pool.amount_fen, equivalents_e7) if by_equivalents else ""


def _equivalents_of(side: Side) -> list[int]:
    """The equivalents of everybody who is paid from each pool."""
    sums = np.zeros(len(side.settlement.pools), object)
    np.add.at(sums, side.payouts.pool, side.payouts.equivalents_e7.astype(object))
    return [int(value) for value in sums]


def _spread(comparison: Comparison, people: People) -> _Rows:
    sides = []
    for side in (comparison.before, comparison.after):
        rows = spread_rows(side.settlement, side.payouts)
        sides.append({(row.scope, row.subject, row.series): row for row in rows})
    before, after = sides
    for key in sorted(before.keys() & after.keys()):
        one, other = before[key], after[key]
        yield (
            *key,
            str(one.people),
            *_measures(one.before),
            *_measures(other.before),
            *_measures(one.after),
            *_measures(other.after),
        )


def _measures(spread: Spread) -> tuple[str, ...]:
    values = (getattr(spread, name) for name in _MEASURES)
    return tuple("" if value is None else print_fixed(value, MEASURE_PLACES) for value in values)


ROWS: Final[Mapping[str, Callable[[Comparison, People], _Rows]]] = {
    "changes": _changes,
    "coefficients": _coefficients,
    "people": people_rows,
    "totals": total_rows,
    "groups": group_rows,
    "items": _items,
    "item_totals": _item_totals,
    "months": _months,
    "payouts": _payouts,
    "pools": _pools,
    "spread": _spread,
}
"""What makes the rows of each table."""
