"""One row of funds.csv, and a check with its two sides: what the rooms of money have in common."""

from typing import NamedTuple

__all__ = ["Flow", "Sides"]


class Flow(NamedTuple):
    """One row of funds.csv: an amount from a source to a use."""

    institution_id: str
    fund: str
    source: str
    use: str
    amount_fen: int
    line: str = ""


class Sides(NamedTuple):
    """A check in both languages with its two sides, which must be equal."""

    zh: str
    en: str
    left: str
    right: str
