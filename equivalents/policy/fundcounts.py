"""What the tables of funds come down to, as plain values: heads, charges, approved tasks.

A county has 400,000 contracts; a settlement asks only how many heads a filter has on a day. These
sums are all of the tables that the rules of a case hold and a result keeps. Sources: B3 to B5;
definition 5.15.
"""

from dataclasses import dataclass
from typing import NamedTuple

from equivalents.errors import NOWHERE, Place
from equivalents.policy.funds import Heads

__all__ = ["Charged", "FundCounts", "HeadCount", "Task"]


class Task(NamedTuple):
    """An approved task 核定任务 of a fund, or approved income 核定收入 beside it (B3).

    ``task`` is blank in a row that has income alone. With a ``year`` the quantity is what was done
    in that past year, from which a fund may forecast; 0: the row is of the period itself.
    """

    institution_id: str
    fund: str
    task: str = ""
    quantity_e3: int = 0
    income_fen: int = 0
    year: int = 0
    place: Place = NOWHERE


class HeadCount(NamedTuple):
    """So many heads of a fund's filter at an institution on a day: all that a result keeps.

    ``effective_e4`` are those that are effective (C4), in ten-thousandths of a head, where the
    filter asks for them.
    """

    heads: Heads
    day: int
    institution_id: str
    total: int
    effective_e4: int = 0


class Charged(NamedTuple):
    """What residents were charged with a code at an institution in the period (B5)."""

    institution_id: str
    code: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class FundCounts:
    """What funds ask of their tables, counted: all of these tables that a result keeps."""

    heads: tuple[HeadCount, ...] = ()
    charges: tuple[Charged, ...] = ()
    tasks: tuple[Task, ...] = ()
