"""Corrections of a closed period, and what a year-end pays (D5; 5.18, 5.19).

A closed period and the same period as it is known now are two settled cases; the rows that
earlier corrections paid are given by institution, pool and person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from tests.reference.components import ADJUSTMENT
from tests.reference.numbers import half_up
from tests.reference.settling import Outcome
from tests.reference.text import Refused

Who = tuple[str, str, str]
"""Institution, pool (or component) and person."""


class Difference(NamedTuple):
    """One row of `adjustments.csv`; amounts in fen, the amount is what is still to pay."""

    key_closed: Fraction
    key_now: Fraction
    closed_fen: int
    earlier_fen: int
    amount_fen: int


def corrections(
    closed: Outcome, now: Outcome, mode: str, earlier: Sequence[Mapping[Who, int]] = ()
) -> dict[Who, Difference]:
    """Return the differences that are not 0, also of leavers and of people who are new.

    `at_price` pays the difference of the keys at the closed run's price; `reshare` what
    everything comes to now, less what was paid. Components are their new amount in both.
    """
    found: dict[Who, Difference] = {}
    zero = Fraction(0)
    for who in sorted({*closed.payouts, *now.payouts}):
        before, after = closed.payouts.get(who), now.payouts.get(who)
        paid = before.amount_fen if before else 0
        if mode == "at_price":
            change = int(half_up(_at_price(closed, now, who), 0))
        else:
            change = (after.amount_fen if after else 0) - paid
        keys = (sum(_keys(closed, who).values(), zero), sum(_keys(now, who).values(), zero))
        _add(found, who, keys, paid, change, earlier)
    for name in sorted({*closed.beside, *now.beside}):
        if name.component != ADJUSTMENT:
            paid = closed.beside.get(name, 0)
            _add(found, (*name,), (zero, zero), paid, now.beside.get(name, 0) - paid, earlier)
    return found


def _add(
    found: dict[Who, Difference],
    who: Who,
    keys: tuple[Fraction, Fraction],
    paid_fen: int,
    change_fen: int,
    earlier: Sequence[Mapping[Who, int]],
) -> None:
    """Add a difference less everything that was corrected before (5.19)."""
    before = sum(one.get(who, 0) for one in earlier)
    if change_fen != before:
        found[who] = Difference(*keys, paid_fen, before, change_fen - before)


def _at_price(closed: Outcome, now: Outcome, who: Who) -> Fraction:
    """Return the exact fen of the difference in keys, at each parent's price of the closed run.

    The price is what the parent received over the positive keys of its children; a key below 0
    counts as 0, then and now (5.9). What is withheld of an amount is withheld of this one too, as
    it is known now (5.3, 5.19): work that is late is worth no more than it was in time.
    """
    then, after = _keys(closed, who), _keys(now, who)
    exact = Fraction(0)
    for at in {*then, *after}:
        change = after.get(at, Fraction(0)) - then.get(at, Fraction(0))
        if change:
            exact += change * _price(closed, at)
    return exact * now.parts.get(who, closed.parts.get(who, Fraction(1)))


At = tuple[str, str, str, str]
"""Institution and name of a pool, then institution and code of a parent at its last level."""


def _keys(of: Outcome, who: Who) -> dict[At, Fraction]:
    """Return the keys of a person by parent, not below 0; in pools of the name that pay him."""
    institution, name, person = who
    found: dict[At, Fraction] = {}
    for (owner, pool), shelves in of.shelves.items():
        for shelf in shelves:
            if (pool, shelf.institution) == (name, institution) and person in shelf.keys:
                at = (owner, pool, shelf.institution, shelf.parent)
                found[at] = max(shelf.keys[person], Fraction(0))
    return found


def _price(closed: Outcome, at: At) -> Fraction:
    """Return the fen of one unit of key under a parent of the closed run."""
    for shelf in closed.shelves.get(at[:2], ()):
        if (shelf.institution, shelf.parent) == at[2:]:
            total = sum((max(key, Fraction(0)) for key in shelf.keys.values()), Fraction(0))
            if total:
                return shelf.amount_fen / total
    raise Refused("CORRECTION_NO_PRICE", "/".join(at))


class YearRow(NamedTuple):
    """One row of `year_end.csv`, in fen: due + paid + adjusted = entitlement."""

    entitlement_fen: int
    paid_fen: int
    adjusted_fen: int

    @property
    def due_fen(self) -> int:
        """Return what is still to pay; below 0 it was too much: recovered or carried."""
        return self.entitlement_fen - self.paid_fen - self.adjusted_fen

    def pays_now(self, over_paid: str) -> int:
        """Return what is paid now: too much is recovered, or carried to the next year."""
        return max(self.due_fen, 0) if over_paid == "carry" else self.due_fen


def year_end(
    year: Outcome, months: Sequence[Outcome], adjusted: Sequence[Mapping[Who, int]] = ()
) -> dict[Who, YearRow]:
    """Return everybody's entitlement of the year less what its periods paid (5.18).

    Differences of closed periods that a month paid as a component are told by `adjusted`, by the
    pool that they are of, so the component itself is left out.
    """
    paid: dict[Who, int] = {}
    for one in months:
        for who, fen in amounts(one).items():
            paid[who] = paid.get(who, 0) + fen
    due = amounts(year)
    every = {*due, *paid, *(who for one in adjusted for who in one)}
    return {
        who: YearRow(due.get(who, 0), paid.get(who, 0), sum(one.get(who, 0) for one in adjusted))
        for who in sorted(every)
    }


def amounts(of: Outcome) -> dict[Who, int]:
    """Return what everybody has of pools and components, in fen."""
    found = {who: one.amount_fen for who, one in of.payouts.items()}
    for name, fen in of.beside.items():
        if name.component != ADJUSTMENT:
            assert (*name,) not in found, "no component is named as a pool"
            found[(*name,)] = fen
    return found


def pool_rows(year: Outcome, months: Sequence[Outcome]) -> dict[tuple[str, str, str], YearRow]:
    """Return what is retained and carried of each pool: in the year, and by its periods."""
    found: dict[tuple[str, str, str], YearRow] = {}
    for what, part in (("retained", 2), ("carried", 3)):
        every = {*year.pools, *(at for one in months for at in one.pools)}
        for at in sorted(every):
            whole = year.pools[at][part] if at in year.pools else 0
            before = sum(one.pools[at][part] for one in months if at in one.pools)
            found[*at, what] = YearRow(whole, before, 0)
    return found
