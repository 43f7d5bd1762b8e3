"""Yearly limits on a person's total of several pools (D3; 5.11, 5.3, 5.10).

Written day by day from docs/calculation.md, "Yearly limits".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.reference.case import Case
from tests.reference.levels import PoolSharing
from tests.reference.payouts import PoolTotal
from tests.reference.sharing import largest_remainder
from tests.reference.text import AMOUNT, FIRST_DAY, NO_END, Refused, date_or, must
from tests.reference.todate import Part, Span


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


def limit_all(case: Case, shared: Sequence[PoolSharing]) -> None:
    """Take what is above a limit off the payouts; it stays with the pool that it came from."""
    for limit in read_limits(case):
        named = [one for one in shared if one.pool.pool in limit.pools]
        people = sorted({person for one in named for _, person in one.payouts})
        for person in people:
            _limit_person(case, limit, person, named)


def _limit_person(
    case: Case,
    limit: YearlyLimit,
    person: str,
    named: Sequence[PoolSharing],
) -> None:
    """Hold one person's total against a limit; ties go by institution, then by pool."""
    mine = _payouts_of(person, named)
    part = _part(case, limit, person, [at for at, _ in mine])
    cap = part.cap(limit.people.get(person, limit.cap_fen))
    amounts = {at: one.payouts[at[0], person].amount_fen for at, one in mine}
    excess = sum(amounts.values()) - cap
    if excess <= 0:
        return
    codes = {at: f"{number:09}" for number, (at, _) in enumerate(mine)}
    keys = [(codes[at], Fraction(amounts[at])) for at, _ in mine]
    parts = largest_remainder(excess, keys)
    for at, one in mine:
        _take(one, (at[0], person), parts[codes[at]].amount, limit.excess)


def _part(case: Case, limit: YearlyLimit, person: str, paying: Sequence[tuple[str, str]]) -> Part:
    """Return the part of the year: months at whatever institutions, heads added up (5.3)."""
    before = [row for row in case.paid if row.person == person and row.pool in limit.pools]
    span = Span(case, before)
    heads: dict[str, Fraction] = {}
    for institution, pool in {*paying, *((row.institution, row.pool) for row in before)}:
        head = span.head(person, institution, pool)
        if head is not None:
            heads[institution] = max(heads.get(institution, Fraction(0)), head)
    head = min(sum(heads.values(), Fraction(0)), max(Fraction(1), *heads.values()))
    return Part(span.months(person, begun=limit.months == "begun"), head, span.paid_fen)


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
