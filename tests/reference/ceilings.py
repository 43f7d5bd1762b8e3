"""Ceilings and marginal tiers on one person's equivalents: A8 of page 1; 5.12 of page 5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tests.reference.case import Case
from tests.reference.declared import Ceiling
from tests.reference.numbers import E7, e7, half_up
from tests.reference.sharing import largest_remainder
from tests.reference.splitting import Line, LineKey, Piece
from tests.reference.windows import window_of


class Cut(NamedTuple):
    """What a ceiling takes from one person at one institution in one window (封顶扣减)."""

    ceiling: Ceiling
    institution: str
    person: str
    window: str
    cut_e7: int


def tiers(ceiling: Ceiling, equivalents: Fraction) -> Fraction:
    """Return what counts of an amount of equivalents: marginal, [a, b), once rounded (5.12).

    Below 0 the first rate applies, so that a correction is f(new) - f(old).
    """
    first_rate = ceiling.tiers[0][1]
    if equivalents < 0:
        return half_up(equivalents * first_rate, 7)
    counted = Fraction(0)
    ends = [start for start, _ in ceiling.tiers[1:]] + [equivalents]
    for (start, rate), end in zip(ceiling.tiers, ends, strict=True):
        counted += max(Fraction(0), min(end, equivalents) - start) * rate
    return half_up(counted, 7)


def in_force(case: Case, ceiling: Ceiling, window: str) -> bool:
    """Say whether a ceiling is in force on the first day of a window that is in the period."""
    year, _, month = window.partition("-")
    first = max(date(int(year), int(month or 1), 1), case.first_day)
    return ceiling.valid_from <= first < ceiling.valid_to


def cuts(case: Case, pieces: Sequence[Piece]) -> list[Cut]:
    """Return every cut; a later ceiling acts on what the earlier ones left."""
    found: list[Cut] = []
    for ceiling in case.declared.ceilings:
        totals: dict[tuple[str, str], dict[str, int]] = {}
        for piece in pieces:
            group = piece.group
            window = window_of(piece.day, ceiling.window)
            if group.series == ceiling.series and in_force(case, ceiling, window):
                places = totals.setdefault((group.person, window), {})
                at = places.get(group.institution, 0)
                places[group.institution] = at + piece.equivalents_e7
        for earlier in found:
            window = earlier.window if ceiling.window != "year" else earlier.window[:4]
            places = totals.get((earlier.person, window), {})
            if earlier.ceiling.series == ceiling.series and earlier.institution in places:
                places[earlier.institution] -= earlier.cut_e7
        found += [
            Cut(ceiling, place, person, window, cut_e7)
            for (person, window), places in totals.items()
            for place, cut_e7 in cut_of(ceiling, places, before(case, ceiling, person)).items()
            if cut_e7
        ]
    return found


def before(case: Case, ceiling: Ceiling, person: str) -> dict[str, int]:
    """Return what a person earned by place in earlier periods of the year, in e7 (5.12)."""
    default = case.series[0] if len(case.series) == 1 else "pay"
    found: dict[str, int] = {}
    for row in case.earned if ceiling.window == "year" else ():
        if row.person == person and (row.series or default) == ceiling.series:
            found[row.institution] = found.get(row.institution, 0) + e7(row.equivalents)
    return found


def cut_of(
    ceiling: Ceiling, places: Mapping[str, int], earlier: Mapping[str, int]
) -> dict[str, int]:
    """Return the cut at each place of one person in one window, in e7."""
    if ceiling.places == "each":
        return {
            place: _cut(ceiling, total_e7, earlier.get(place, 0))
            for place, total_e7 in places.items()
        }
    keys = sorted(places.items())
    return apportion(_cut(ceiling, sum(places.values()), sum(earlier.values())), keys)


def _cut(ceiling: Ceiling, total_e7: int, earlier_e7: int) -> int:
    """Return what does not count: what is added to a total counts f(new) - f(old) (5.12)."""
    old = e7(tiers(ceiling, Fraction(earlier_e7, E7)))
    return total_e7 - (e7(tiers(ceiling, Fraction(earlier_e7 + total_e7, E7))) - old)


def apportion(cut_e7: int, keys: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Split a cut by 5.10 in e7: keys are equivalents, negative ones as 0.

    Where no key is positive they count by their absolute value.
    """
    positive = [(code, Fraction(max(0, key))) for code, key in keys]
    if not any(key for _, key in positive):
        positive = [(code, Fraction(abs(key))) for code, key in keys]
    sign = -1 if cut_e7 < 0 else 1
    split = largest_remainder(abs(cut_e7), positive)
    return {code: sign * part.amount for code, part in split.items()}


def cut_lines(found: Sequence[Cut]) -> dict[LineKey, Line]:
    """Return the separate negative lines of the cuts: no item, the ceiling's name as row."""
    return {
        LineKey(
            cut.ceiling.series,
            cut.institution,
            cut.person,
            "",
            cut.window,
            f"ceiling:{cut.ceiling.name}",
        ): Line(Fraction(0), Fraction(0), Fraction(-cut.cut_e7, E7))
        for cut in found
    }
