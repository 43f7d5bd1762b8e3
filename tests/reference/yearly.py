"""Yearly limits on a person's total of several pools (D3; 5.11, 5.3, 5.10).

Written day by day from docs/calculation.md, "Yearly limits".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from tests.reference.case import Case
from tests.reference.coefficients import Coefficients
from tests.reference.levels import PoolSharing, PoolTotal
from tests.reference.numbers import floor
from tests.reference.sharing import largest_remainder
from tests.reference.text import AMOUNT, FIRST_DAY, NO_END, Refused, date_or, must


@dataclass(frozen=True)
class YearlyLimit:
    """What one person may get from some pools in a year, in fen."""

    pools: frozenset[str]
    cap_fen: Fraction
    people: Mapping[str, Fraction]
    excess: str
    months: str


def read_limits(case: Case) -> list[YearlyLimit]:
    """Return the limits of `case.yaml` that are in force in the period."""
    found: list[YearlyLimit] = []
    for one in case.yearly_limits:
        first = date_or(one.get("valid_from", ""), FIRST_DAY)
        to = date_or(one.get("valid_to", ""), NO_END)
        if first >= case.after or to <= case.first_day:
            continue
        if first > case.first_day or to < case.after:
            raise Refused("YEARLY_DATES", one["name"])
        found.append(_limit(one))
    return found


def _limit(one: Mapping[str, Any]) -> YearlyLimit:
    pools = one["pools"] if isinstance(one["pools"], list) else [one["pools"]]
    people = {who: must(yuan, AMOUNT) * 100 for who, yuan in (one.get("people") or {}).items()}
    return YearlyLimit(
        frozenset(pools),
        must(one["cap"], AMOUNT) * 100,
        people,
        one.get("excess", "retain"),
        one.get("months", "whole"),
    )


def months_employed(case: Case, person: str, counts: str) -> int:
    """Return the months with a posting on every day, or on any if a month begun counts."""
    days: dict[tuple[int, int], list[bool]] = {}
    day = case.first_day
    while day < case.after:
        posted = any(one.person == person and one.active_on(day) for one in case.postings)
        days.setdefault((day.year, day.month), []).append(posted)
        day += timedelta(days=1)
    test = all if counts == "whole" else any
    return sum(test(of_month) for of_month in days.values())


def limit_all(case: Case, shared: Sequence[PoolSharing], coefficients: Coefficients) -> None:
    """Take what is above a limit off the payouts; it stays with the pool that it came from."""
    for limit in read_limits(case):
        named = [one for one in shared if one.pool.pool in limit.pools]
        people = sorted({person for one in named for _, person in one.payouts})
        for person in people:
            _limit_person(case, limit, person, named, coefficients)


def _limit_person(
    case: Case,
    limit: YearlyLimit,
    person: str,
    named: Sequence[PoolSharing],
    coefficients: Coefficients,
) -> None:
    """Hold one person's total against a limit; ties go by institution, then by pool."""
    mine = _payouts_of(person, named)
    heads: dict[str, Fraction] = {}
    for (institution, pool), _ in mine:
        head = coefficients.headcount(person, institution, pool)
        heads[institution] = max(heads.get(institution, Fraction(0)), head)
    head = min(sum(heads.values(), Fraction(0)), max(Fraction(1), *heads.values()))
    months = months_employed(case, person, limit.months)
    cap = floor(limit.people.get(person, limit.cap_fen) * months * head / 12)
    amounts = {at: one.payouts[at[0], person].amount_fen for at, one in mine}
    excess = sum(amounts.values()) - cap
    if excess <= 0:
        return
    codes = {at: f"{number:09}" for number, (at, _) in enumerate(mine)}
    keys = [(codes[at], Fraction(amounts[at])) for at, _ in mine]
    parts = largest_remainder(excess, keys)
    for at, one in mine:
        _take(one, (at[0], person), parts[codes[at]].amount, limit.excess)


def _payouts_of(
    person: str, named: Sequence[PoolSharing]
) -> list[tuple[tuple[str, str], PoolSharing]]:
    """Return the payouts of a person by institution and pool, in that order."""
    found = {
        (institution, one.pool.pool): one
        for one in named
        for institution, who in one.payouts
        if who == person
    }
    return sorted(found.items(), key=lambda one: one[0])


def _take(one: PoolSharing, at: tuple[str, str], taken_fen: int, excess: str) -> None:
    payout = one.payouts[at]
    one.payouts[at] = payout._replace(
        amount_fen=payout.amount_fen - taken_fen, capped_fen=payout.capped_fen + taken_fen
    )
    total = one.total
    carried = taken_fen if excess == "carry" else 0
    one.total = PoolTotal(
        total.amount_fen,
        total.paid_fen - taken_fen,
        total.retained_fen + taken_fen - carried,
        total.carried_fen + carried,
    )
