"""What institutions did, by series, item and month, for funds that buy work (B1, B2; 5.12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.reference.numbers import E7
from tests.reference.splitting import Piece
from tests.reference.verdicts import Judged

At = tuple[str, str, str, date]
"""Series, institution, item and the first day of the month."""


@dataclass(frozen=True)
class Work:
    """Counted quantities, each record once, and equivalents before any ceiling (5.12)."""

    quantity: Mapping[At, Fraction]
    equivalents: Mapping[At, Fraction]


def work(judged: Sequence[Judged], split: Sequence[Piece]) -> Work:
    """Add up what counts."""
    quantity: dict[At, Fraction] = {}
    for one in judged:
        for series, parts in one.parts.items():
            for part in parts:
                month = part.day.replace(day=1)
                at = (series, one.record["institution_id"], one.record["item_code"], month)
                quantity[at] = quantity.get(at, Fraction(0)) + part.quantity
    equivalents: dict[At, Fraction] = {}
    for piece in split:
        group = piece.group
        at = (group.series, group.institution, group.row.item, piece.day.replace(day=1))
        before = equivalents.get(at, Fraction(0))
        equivalents[at] = before + Fraction(piece.equivalents_e7, E7)
    return Work(quantity, equivalents)
