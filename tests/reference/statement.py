"""Money on the lines of a statement: 5.13 of page 5, with 5.1, 5.10, 5.12 and 5.20.

A person's amount of a pool is apportioned over the lines of the key. Their keys are signed: the
equivalents of an item line times the coefficient of its days, the cut of a ceiling as a negative
line of its own, what leave adds, and what was brought in.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from tests.reference.keys import Keys
from tests.reference.leave import LeaveLine
from tests.reference.numbers import E7, floor


class MoneyName(NamedTuple):
    """What names a line of a statement, in the order in which lines stand."""

    kind: str
    """`0 item`, `1 cut`, `2 leave` or `3 brought`."""
    code: str = ""
    when: str = ""
    weight_row: str = ""
    less: Fraction = Fraction(0)
    """How much less than the row's own weight a concurrent rule gives."""
    share: Fraction = Fraction(1)
    coefficient: Fraction = Fraction(1)


class Money(NamedTuple):
    """The equivalents of a line, before the coefficient, and its fen."""

    equivalents: Fraction
    fen: int


def on_lines(amount_fen: int, keys: Sequence[Fraction]) -> list[int]:
    """Apportion an amount by 5.10 over signed keys, floors towards minus infinity (5.13).

    If the sum of the keys is not positive the lines have nothing. Last ties: the earlier line.
    """
    total = sum(keys, Fraction(0))
    if total <= 0:
        return [0 for _ in keys]
    exact = [amount_fen * key / total for key in keys]
    floors = [floor(part) for part in exact]
    left = amount_fen - sum(floors)
    order = sorted(range(len(keys)), key=lambda at: (floors[at] - exact[at], -keys[at], at))
    lucky = set(order[:left])
    return [fen + (at in lucky) for at, fen in enumerate(floors)]


def key_lines(
    keys: Keys, by: str, at: tuple[str, str, str], pool: str, more: Sequence[LeaveLine]
) -> dict[MoneyName, Fraction]:
    """Return the equivalents of every line of a person's key; `at` is series, place, person."""
    found: dict[MoneyName, Fraction] = {}

    def add(name: MoneyName, equivalents: Fraction) -> None:
        found[name] = found.get(name, Fraction(0)) + equivalents

    _, institution, person = at
    before: dict[Fraction, Fraction] = {}
    for piece in keys.pieces.get(at, []):
        group, value = piece.group, Fraction(piece.equivalents_e7, E7)
        segment = keys.place(piece, pool).segment
        coefficient = segment.coefficient if by == "adjusted" else Fraction(1)
        named = (group.row.item, group.month, group.row.label, group.row.weight - group.weight)
        add(MoneyName("0 item", *named, piece.share, coefficient), value)
        before[coefficient] = before.get(coefficient, Fraction(0)) + value
    if at in keys.pieces:
        for place, departments in keys.places(*at, pool).items():
            coefficient = place.segment.coefficient if by == "adjusted" else Fraction(1)
            before[coefficient] -= Fraction(sum(departments.values()), E7)
    for coefficient, cut in before.items():
        if cut:
            add(MoneyName("1 cut", coefficient=coefficient), -cut)
    for line in more:
        if (line.institution, line.person) == (institution, person):
            add(MoneyName("2 leave", line.kind, line.first.isoformat()), line.key)
    for row in keys.case.opening:
        if row[:3] == (institution, pool, person):
            add(MoneyName("3 brought"), row.equivalents)
    return {
        name: value
        for name, value in sorted(found.items())
        if value or name.kind in ("0 item", "2 leave")
    }


def money(amount_fen: int, lines: dict[MoneyName, Fraction]) -> dict[MoneyName, Money]:
    """Return the fen of every line, in the order of the lines."""
    fen = on_lines(amount_fen, [value * name.coefficient for name, value in lines.items()])
    both = zip(lines.items(), fen, strict=True)
    return {name: Money(value, own) for (name, value), own in both}
