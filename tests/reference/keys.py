"""Keys (分配依据): equivalents less cuts, times coefficients, by person, post and date segment.

5.1, 5.12 of page 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from tests.reference.case import Case
from tests.reference.ceilings import Cut, apportion
from tests.reference.coefficients import Coefficients, Segment
from tests.reference.numbers import E7, e7, half_up
from tests.reference.splitting import Piece, divided
from tests.reference.windows import window_of


class Place(NamedTuple):
    """Where a part of a key belongs: by date segment, then post."""

    segment: Segment
    post: str


class Part(NamedTuple):
    """What of a line belongs to one department; the parts of a line add up to it."""

    equivalents: Fraction
    adjusted: Fraction


class Adjusted(NamedTuple):
    """One line of `adjusted.csv`: equivalents x coefficient, rounded once to seven places."""

    institution: str
    person: str
    pool: str
    place: Place
    equivalents: Fraction
    adjusted: Fraction
    parts: Mapping[str, Part]
    """By department, for pools that are shared by departments."""


Departments = dict[str, int]
"""Equivalents in e7 by department."""


class Keys:
    """Makes the keys of a case."""

    def __init__(
        self, case: Case, pieces: Sequence[Piece], cuts: Sequence[Cut], coefficients: Coefficients
    ) -> None:
        """Keep the pieces and cuts of every person at every institution."""
        self.case = case
        self.coefficients = coefficients
        self.pieces: dict[tuple[str, str, str], list[Piece]] = {}
        for piece in pieces:
            group = piece.group
            at = (group.series, group.institution, group.person)
            self.pieces.setdefault(at, []).append(piece)
        self.cuts: dict[tuple[str, str, str], list[Cut]] = {}
        for cut in cuts:
            at = (cut.ceiling.series, cut.institution, cut.person)
            self.cuts.setdefault(at, []).append(cut)

    def lines(self, series: str, institution: str, pool: str) -> list[Adjusted]:
        """Return the adjusted lines of everybody at an institution for one pool (5.1)."""
        return [
            self.line(institution, person, pool, place, left)
            for name, where, person in sorted(self.pieces)
            if (name, where) == (series, institution)
            for place, left in self.places(series, institution, person, pool).items()
        ]

    def line(
        self, institution: str, person: str, pool: str, place: Place, left: Departments
    ) -> Adjusted:
        """Return one line from what is left in each department."""
        equivalents = Fraction(sum(left.values()), E7)
        adjusted = half_up(equivalents * place.segment.coefficient, 7)
        exact = {name: value * place.segment.coefficient for name, value in left.items()}
        units = divided(e7(adjusted), exact)
        parts = {
            name: Part(Fraction(value, E7), Fraction(units[name], E7))
            for name, value in left.items()
        }
        return Adjusted(institution, person, pool, place, equivalents, adjusted, parts)

    def places(
        self, series: str, institution: str, person: str, pool: str
    ) -> dict[Place, Departments]:
        """Return one person's equivalents by place and department, the cuts taken off."""
        at = (series, institution, person)
        placed = [(self.place(piece, pool), piece) for piece in self.pieces[at]]
        left = added(placed)
        for cut in self.cuts.get(at, []):
            window = cut.ceiling.window
            own = added([one for one in placed if window_of(one[1].day, window) == cut.window])
            # Ties: earlier, then post code.
            places = sorted(own)
            borne = in_order(cut.cut_e7, [sum(own[place].values()) for place in places])
            for place, cut_e7 in zip(places, borne, strict=True):
                names = sorted(own[place])
                less = in_order(cut_e7, [own[place][name] for name in names])
                for name, part in zip(names, less, strict=True):
                    left[place][name] -= part
        return left

    def place(self, piece: Piece, pool: str) -> Place:
        """Return where a piece belongs."""
        group = piece.group
        segment = self.coefficients.segment(
            group.person, group.institution, piece.post, pool, piece.day
        )
        return Place(segment, piece.post)


def added(placed: Iterable[tuple[Place, Piece]]) -> dict[Place, Departments]:
    """Add pieces up by place and department."""
    totals: dict[Place, Departments] = {}
    for place, piece in placed:
        of_place = totals.setdefault(place, {})
        for department, value in piece.departments.items():
            of_place[department] = of_place.get(department, 0) + value
    return totals


def in_order(cut_e7: int, keys: Sequence[int]) -> list[int]:
    """Split a cut by 5.10; ties go by the order of the keys, which is the code of 5.10."""
    split = apportion(cut_e7, [(f"{at:09}", key) for at, key in enumerate(keys)])
    return [split[f"{at:09}"] for at in range(len(keys))]


def of_line(line: Adjusted, key: str, department: str | None) -> Fraction:
    """Return what a line gives to a key: in one department, or in all."""
    if department is None:
        return line.adjusted if key == "adjusted" else line.equivalents
    part = line.parts.get(department)
    if part is None:
        return Fraction(0)
    return part.adjusted if key == "adjusted" else part.equivalents
