"""What departments hand in 二次分配 as plain values: how they share their part of a pool (D1)."""

from typing import NamedTuple

from equivalents.errors import NOWHERE, Place

__all__ = ["SecondaryRow"]


class SecondaryRow(NamedTuple):
    """What a department hands in for a person: a whole-number share, or an amount in fen.

    ``department_id`` is blank where an institution's people are not parted by department. The
    other one of ``share`` and ``amount_fen`` is ``None``.
    """

    institution_id: str
    department_id: str
    pool: str
    person_id: str
    share: int | None
    amount_fen: int | None
    place: Place = NOWHERE
