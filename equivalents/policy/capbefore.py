"""What earlier locked periods say for the total pay cap of a year, as plain values (B9, 5.18).

The rows are those of the table ``opening`` whose kind begins with ``cap_``; ``opening_next.csv``
writes them for the next period. Sources: B9; definition 5.18.
"""

from enum import StrEnum
from typing import NamedTuple

from equivalents.errors import NOWHERE, Place

__all__ = ["CapBefore", "CapBeforeKind"]


class CapBeforeKind(StrEnum):
    """What a row brings in.

    ``cap_base``: the base part that was paid; there is one for every earlier period, also of
    0.00, which says that the period is known. ``cap_pool``: what a pool in the cap had, after the
    cap. ``cap_fund`` and ``cap_line``: what a fund owed, or a line brought in, of which the cap is
    a share. ``cap_excess``: what the cap took off a pool and carried.
    """

    BASE = "cap_base"
    POOL = "cap_pool"
    FUND = "cap_fund"
    LINE = "cap_line"
    EXCESS = "cap_excess"


class CapBefore(NamedTuple):
    """One row, in fen: ``name`` is the pool, fund or line, blank for the base part.

    ``period`` is an earlier one of the year, blank for an excess, which is a balance.
    """

    kind: CapBeforeKind
    institution_id: str
    name: str
    period: str
    amount_fen: int
    place: Place = NOWHERE
