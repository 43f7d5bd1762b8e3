"""People without a key of their own: a multiple of the mean key of a pool (5.16)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from fractions import Fraction

from tests.reference.case import Case
from tests.reference.declared import Average
from tests.reference.numbers import half_up
from tests.reference.people import chosen
from tests.reference.scheme import on_day


def multiple_of(
    case: Case, averages: Sequence[Average], institution: str, person: str
) -> Fraction | None:
    """Return the multiple of the first rule that a person matches, on the last day."""
    for rule in averages:
        if person in chosen(case, institution, rule.who):
            return on_day(rule.multiple, case.after - timedelta(days=1), "averages")
    return None


def averaged(multiple: Fraction, size: Fraction, own: Collection[Fraction]) -> Fraction:
    """Return multiple x part of a head x mean key of those above 0, once to seven places."""
    positive = [key for key in own if key > 0]
    if not positive:
        return Fraction(0)
    return half_up(multiple * size * sum(positive, Fraction(0)) / len(positive), 7)
