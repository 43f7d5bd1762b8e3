"""Sharing one amount among its children, with caps and floors: D2, D3; 5.9 to 5.11 of page 5."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from tests.reference.declared import NO_LIMITS, Bound, Level
from tests.reference.numbers import ceiling, floor
from tests.reference.sharing import Fen, largest_remainder
from tests.reference.text import Refused
from tests.reference.todate import Part


class Shared(NamedTuple):
    """What one child gets; `capped` and `floored` are against the sharing without bounds."""

    amount_fen: int
    remainder_fen: int
    capped_fen: int = 0
    floored_fen: int = 0


class Node(NamedTuple):
    """An amount shared: amount = what the children get + retained + carried."""

    children: Mapping[str, Shared]
    retained_fen: int = 0
    carried_fen: int = 0
    equal: bool = False
    """Nobody had a key, and everybody's counts as 1, as declared (5.9)."""


class Range(NamedTuple):
    """Floor and cap of one child in whole fen; a cap that is nothing is no cap."""

    floor: int
    cap: int | None

    def clamp(self, amount: Fraction) -> Fraction:
        """Return the amount within the bounds."""
        above = max(amount, Fraction(self.floor))
        return above if self.cap is None else min(above, Fraction(self.cap))


def share_node(
    level: Level,
    amount_fen: int,
    keys: Mapping[str, Fraction],
    sizes: Mapping[str, Fraction],
    where: str,
    parts: Mapping[str, Part],
) -> Node:
    """Share an amount among children; negative keys count as 0, nobody to pay as declared.

    `sizes` is what each child counts in a headcount: bounds are in proportion to it (5.3). `parts`
    are the parts of a year of those who have a bound of a year.
    """
    if amount_fen == 0:
        return Node({code: Shared(0, 0) for code in keys})
    at_least_0 = {code: max(key, Fraction(0)) for code, key in keys.items()}
    if not any(at_least_0.values()):
        if level.nobody == "refuse" or (level.nobody == "equal" and not keys):
            raise Refused("POOL_NO_KEY" if keys else "POOL_NO_PEOPLE", where)
        if level.nobody == "equal":
            at_least_0 = dict.fromkeys(keys, Fraction(1))
    equal = any(at_least_0.values()) and not any(key > 0 for key in keys.values())
    ranges = ranges_of(level, amount_fen, sizes, where, parts)
    if any(at_least_0.values()):
        return within(level, amount_fen, at_least_0, ranges, where)._replace(equal=equal)
    # Floors apply also with key 0 (5.11); what they leave is retained or carried, as declared.
    node = within(level, amount_fen, at_least_0, ranges, where)
    left = node.retained_fen
    if level.nobody == "carry":
        return node._replace(retained_fen=0, carried_fen=left)
    return node


def within(
    level: Level,
    amount_fen: int,
    keys: Mapping[str, Fraction],
    ranges: Mapping[str, Range],
    where: str,
) -> Node:
    """Share an amount within bounds (5.11)."""
    # Without bounds nobody has anything where nobody has a key.
    shared_fen = amount_fen if any(keys.values()) else 0
    free = largest_remainder(shared_fen, list(keys.items()))
    floors = {code: Fraction(one.floor) for code, one in ranges.items()}
    if sum(floors.values()) > amount_fen:
        if not level.scale_floors:
            raise Refused("FLOORS_OVER_POOL", where)
        got = largest_remainder(amount_fen, list(floors.items()))
        return Node({code: _moved(got[code], free[code], "floor") for code in keys})
    if level.retain_excess:
        return _cut_at_caps(amount_fen, keys, ranges, free)
    exact = clamped(amount_fen, keys, ranges)
    paid = sum(exact.values(), Fraction(0))
    assert paid.denominator == 1, "bounds are whole fen, and so is what is left under the caps"
    got = largest_remainder(paid.numerator, list(exact.items()))
    children = {
        code: _moved(got[code], free[code], _bound_met(exact[code], ranges[code])) for code in keys
    }
    return Node(children, retained_fen=amount_fen - paid.numerator)


def clamped(
    amount_fen: int, keys: Mapping[str, Fraction], ranges: Mapping[str, Range]
) -> dict[str, Fraction]:
    """Return clamp(L x key, floor, cap) for the L that makes them sum to the amount (5.11).

    If the caps of the positive keys and the floors of the others stay under the amount, these.
    """

    def at(level: Fraction) -> dict[str, Fraction]:
        return {code: ranges[code].clamp(level * key) for code, key in keys.items()}

    def total(level: Fraction) -> Fraction:
        return sum(at(level).values(), Fraction(0))

    bends = {Fraction(0)}
    for code, key in keys.items():
        if key > 0:
            ends = (ranges[code].floor, ranges[code].cap)
            bends |= {Fraction(end) / key for end in ends if end is not None}
    last = max(bends)
    if total(last) <= amount_fen:
        # Beyond the last bend only those without a cap rise.
        rising = sum((k for code, k in keys.items() if ranges[code].cap is None), Fraction(0))
        return at(last + (amount_fen - total(last)) / rising) if rising else at(last)
    low, high = next(
        (low, high)
        for low, high in pairwise(sorted(bends))
        if total(low) <= amount_fen < total(high)
    )
    # Between two bends the sum is a straight line.
    part = (amount_fen - total(low)) / (total(high) - total(low))
    return at(low + part * (high - low))


def _cut_at_caps(
    amount_fen: int,
    keys: Mapping[str, Fraction],
    ranges: Mapping[str, Range],
    free: Mapping[str, Fen],
) -> Node:
    """Share as if there were no caps; what stands above one is retained (declared `retain`)."""
    uncapped = {code: Range(one.floor, None) for code, one in ranges.items()}
    exact = clamped(amount_fen, keys, uncapped)
    # The whole amount, or the floors alone where nobody has a key.
    given = sum(exact.values(), Fraction(0))
    got = largest_remainder(given.numerator, list(exact.items()))
    children: dict[str, Shared] = {}
    for code, one in got.items():
        cap = ranges[code].cap
        if cap is not None and one.amount > cap:
            children[code] = _moved(Fen(cap, 0), free[code], "cap")
        else:
            children[code] = _moved(one, free[code], _bound_met(exact[code], uncapped[code]))
    paid = sum(child.amount_fen for child in children.values())
    return Node(children, retained_fen=amount_fen - paid)


def _bound_met(exact: Fraction, of: Range) -> str:
    """Name the bounds that an amount stands at: a floor that is also the cap is both."""
    cap = "cap" if of.cap is not None and exact == of.cap else ""
    return cap + ("floor" if exact == of.floor else "")


def _moved(got: Fen, free: Fen, bound: str) -> Shared:
    """Compare with the sharing without bounds: yuan moved by the cap or floor that was met."""
    capped = max(0, free.amount - got.amount) if "cap" in bound else 0
    floored = max(0, got.amount - free.amount) if "floor" in bound else 0
    return Shared(got.amount, got.remainder, capped, floored)


def ranges_of(
    level: Level,
    amount_fen: int,
    sizes: Mapping[str, Fraction],
    where: str,
    parts: Mapping[str, Part],
) -> dict[str, Range]:
    """Return everybody's bounds: caps rounded down to fen, floors up (5.11)."""
    headcount = sum(sizes.values(), Fraction(0))
    average = amount_fen / headcount if headcount else Fraction(0)

    def fen(bound: Bound, size: Fraction) -> Fraction:
        if bound.fen is not None:
            return bound.fen * size
        return (bound.average or Fraction(0)) * average * size

    ranges: dict[str, Range] = {}
    for code, size in sizes.items():
        own = level.limits.get(code, NO_LIMITS)
        lower, upper = own.floor or level.bounds.floor, own.cap or level.bounds.cap
        if lower and lower.yearly:
            least = parts[code].floor(lower.fen or Fraction(0))
        else:
            least = ceiling(fen(lower, size)) if lower else 0
        if upper and upper.yearly:
            most: int | None = parts[code].cap(upper.fen or Fraction(0))
        else:
            most = floor(fen(upper, size)) if upper else None
        ranges[code] = Range(least, most)
        cap = ranges[code].cap
        if cap is not None and ranges[code].floor > cap:
            raise Refused("FLOOR_ABOVE_CAP", f"{where} {code}")
    return ranges
