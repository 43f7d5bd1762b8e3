"""One level of sharing as columns: what each child got and how, what stayed behind.

Sources: D1 to D3; definitions 5.2, 5.9 to 5.11.
"""

from dataclasses import dataclass

from equivalents.policy.posts import Codes
from equivalents.policy.sharing import LevelKind
from equivalents.units import Int64

__all__ = ["Step"]


@dataclass(frozen=True, slots=True)
class Step:
    """One level of some pools: what each child got, and what stayed behind.

    Columns of children: ``pool`` (position), ``parent`` and ``child`` (units of the tree, at the
    level of people the child is a person), ``institution`` (where the child is), ``row`` (of the
    staff table, for people), ``base_e7`` (the key before the coefficient of an institution),
    ``raw_e7`` (before a negative one counts as 0), ``key_e7``, and the fen. ``capped_fen`` and
    ``floored_fen`` are what a bound moved against the allocation
    without bounds. How bounds did it, for whoever adds it up again: ``held`` (at which bound),
    ``rest_fen`` (what the parent had left for those held at none), ``by`` (the key that shared it,
    or scaled floors), ``before_fen`` (the amount before an excess was retained) and ``head_e4``
    (the part of a head by which bounds shrink), see :class:`~equivalents.bounds.Bounded`.
    ``year`` (three columns) is the :class:`~equivalents.yeartodate.YearPart` of bounds of a year.
    ``received_fen, retained_fen, carried_fen`` have one value per pool.
    """

    to: LevelKind
    pool: Codes
    parent: Codes
    child: Codes
    institution: Codes
    row: Int64
    base_e7: Int64
    raw_e7: Int64
    key_e7: Int64
    amount_fen: Int64
    remainder_fen: Int64
    capped_fen: Int64
    floored_fen: Int64
    held: Int64
    rest_fen: Int64
    by: Int64
    before_fen: Int64
    head_e4: Int64
    year: Int64
    received_fen: Int64
    retained_fen: Int64
    carried_fen: Int64
