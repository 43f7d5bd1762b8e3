"""Keys (分配依据): equivalents less cuts, times coefficients, by person, post and date segment.

5.1, 5.12 of page 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from tests.reference.case import Case
from tests.reference.ceilings import Cut, apportion
from tests.reference.coefficients import Coefficients, Segment
from tests.reference.numbers import E7, half_up
from tests.reference.splitting import Piece
from tests.reference.windows import window_of


class Place(NamedTuple):
    """Where a part of a key belongs: by date segment, then post, then department."""

    segment: Segment
    post: str
    department: str


class Adjusted(NamedTuple):
    """One line of `adjusted.csv`: equivalents x coefficient, rounded once to seven places."""

    institution: str
    person: str
    pool: str
    place: Place
    equivalents: Fraction
    adjusted: Fraction


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
            Adjusted(
                institution,
                person,
                pool,
                place,
                Fraction(total_e7, E7),
                half_up(Fraction(total_e7, E7) * place.segment.coefficient, 7),
            )
            for name, where, person in sorted(self.pieces)
            if (name, where) == (series, institution)
            for place, total_e7 in self.places(series, institution, person, pool).items()
        ]

    def places(self, series: str, institution: str, person: str, pool: str) -> dict[Place, int]:
        """Return one person's equivalents in e7 by place, the cuts of ceilings taken off."""
        at = (series, institution, person)
        placed = [(self.place(piece, pool), piece) for piece in self.pieces[at]]
        totals: dict[Place, int] = {}
        for place, piece in placed:
            totals[place] = totals.get(place, 0) + piece.equivalents_e7
        for cut in self.cuts.get(at, []):
            own: dict[Place, int] = {}
            for place, piece in placed:
                if window_of(piece.day, cut.ceiling.window) == cut.window:
                    own[place] = own.get(place, 0) + piece.equivalents_e7
            order = sorted(own)
            # Ties: earlier, then post code; the position in that order is the code of 5.10.
            keys = [(f"{at:09}", own[place]) for at, place in enumerate(order)]
            split = apportion(cut.cut_e7, keys)
            for position, place in enumerate(order):
                totals[place] -= split[f"{position:09}"]
        return totals

    def place(self, piece: Piece, pool: str) -> Place:
        """Return where a piece belongs."""
        group = piece.group
        segment = self.coefficients.segment(
            group.person, group.institution, piece.post, pool, piece.day
        )
        return Place(segment, piece.post, group.department)
