"""From what counts to equivalents: merged, weighed, and split among the performers.

A5 of page 1; 5.4, 5.10 of page 5.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tests.reference.coefficients import Coefficients
from tests.reference.numbers import E7, e7, floor
from tests.reference.sharing import largest_remainder
from tests.reference.verdicts import Judged, Part
from tests.reference.weights import WeightRow


class Sharer(NamedTuple):
    """One of a performer set: post and share in lowest terms."""

    person: str
    post: str
    share: int


class Group(NamedTuple):
    """What is merged before it is weighed (5.4).

    The records of one weight row; where the weight depends on the performer, those of one
    performer's own weight row. The two are never mixed: the parts of a record that weighs the same
    for all must add up to it.
    """

    series: str
    institution: str
    sharers: tuple[Sharer, ...]
    person: str
    row: WeightRow
    weight: Fraction
    month: str
    cell: int
    """Which of the runs of days in which no coefficient of any of the set changes."""
    alone: bool
    """Whether the weight depends on the performer, so that this is his group and not the set's."""


class Piece(NamedTuple):
    """What one person has of one group; `quantity` is the whole, before it is shared."""

    group: Group
    post: str
    share: Fraction
    day: date
    """One of its days: they all lie in one month and in one segment of 5.1."""
    quantity: Fraction
    equivalents_e7: int
    departments: Mapping[str, int]
    """The same by the department of his posting on the days of the records."""


class LineKey(NamedTuple):
    """One line of `equivalents.csv`."""

    series: str
    institution: str
    person: str
    item: str
    month: str
    weight_row: str
    share: Fraction = Fraction(1)
    reduced: Fraction | None = None
    """The weight, where a concurrent rule made it another one than that of the row."""


class Line(NamedTuple):
    """The numbers of that line; equivalents = the share of quantity x weight, split in e7."""

    quantity: Fraction
    weight: Fraction
    equivalents: Fraction


def pieces(judged: Sequence[Judged], coefficients: Coefficients) -> list[Piece]:
    """Merge, weigh and split everything that counts (5.4)."""
    quantities: dict[Group, dict[str, Fraction]] = {}
    days: dict[Group, date] = {}
    for one in judged:
        for series, parts in one.parts.items():
            for part in parts:
                found = groups(series, one.record["institution_id"], part, coefficients)
                for group, performer in zip(found, part.performers, strict=True):
                    department = performer.posting.department
                    mine = quantities.setdefault(group, {})
                    mine[department] = mine.get(department, Fraction(0)) + part.quantity
                    days[group] = min(days.get(group, part.day), part.day)
    return [_piece(group, days[group], mine) for group, mine in quantities.items()]


def groups(series: str, institution: str, part: Part, coefficients: Coefficients) -> list[Group]:
    """Return the group of every performer: where his own weight row puts the record."""
    sharers = tuple(Sharer(one.person, one.posting.post, one.share) for one in part.performers)
    cuts = {day for one in sharers for day in coefficients.cuts(one.person, institution, one.post)}
    cell = bisect_right(sorted(cuts), part.day)
    month = part.day.isoformat()[:7]
    alone = len(set(zip(part.rows, part.weights, strict=True))) > 1
    return [
        Group(series, institution, sharers, one.person, row, weight, month, cell, alone)
        for one, row, weight in zip(part.performers, part.rows, part.weights, strict=True)
    ]


def _piece(group: Group, day: date, by_department: Mapping[str, Fraction]) -> Piece:
    """Weigh a group to e7 and split it over the whole set; the person takes his part."""
    quantity = sum(by_department.values(), Fraction(0))
    split = split_e7(
        e7(quantity * group.weight), [(one.person, one.share) for one in group.sharers]
    )
    own = next(one for one in group.sharers if one.person == group.person)
    share = Fraction(own.share, sum(one.share for one in group.sharers))
    exact = {name: one * group.weight * share * E7 for name, one in by_department.items()}
    part = split[group.person]
    return Piece(group, own.post, share, day, quantity, part, divided(part, exact))


def divided(total: int, exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Divide a rounded total among departments, whose exact parts may be below 0.

    Each has its exact part rounded down; the units left of the total go by larger remainder, then
    larger part, then department code.
    """
    floors = {name: floor(part) for name, part in exact.items()}
    order = sorted(exact, key=lambda name: (floors[name] - exact[name], -exact[name], name))
    left = total - sum(floors.values())
    assert 0 <= left <= len(order), "a rounded total is next to its exact one"
    return {name: floors[name] + (at < left) for at, name in enumerate(order)}


def split_e7(total_e7: int, shares: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Split equivalents by shares (5.4, 5.10); negative totals by absolute value."""
    sign = -1 if total_e7 < 0 else 1
    split = largest_remainder(abs(total_e7), [(who, Fraction(n)) for who, n in shares])
    return {who: sign * part.amount for who, part in split.items()}


def lines(found: Sequence[Piece]) -> Mapping[LineKey, Line]:
    """Add the pieces up to the lines of `equivalents.csv`."""
    added: dict[LineKey, Line] = {}
    for piece in found:
        group = piece.group
        key = LineKey(
            group.series,
            group.institution,
            group.person,
            group.row.item,
            group.month,
            group.row.label,
            piece.share,
            None if group.weight == group.row.weight else group.weight,
        )
        quantity, _, equivalents = added.get(key, (Fraction(0), Fraction(0), Fraction(0)))
        equivalents += Fraction(piece.equivalents_e7, E7)
        added[key] = Line(quantity + piece.quantity, group.weight, equivalents)
    return added
