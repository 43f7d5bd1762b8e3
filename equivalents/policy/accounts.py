"""An institution's accounts as read, and the dated rule that shares its surplus: plain values.

The kinds of an account row are those of page 3. Six of them make the balance of the surplus rule
or stand beside it as project money; the others (approved, advance, received, paid) follow the
money of funds and touch no balance. Sources: rules B6, B7, B10; definition 5.14.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from equivalents.errors import NOWHERE, Place
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY

__all__ = [
    "Account",
    "BALANCE_KINDS",
    "FUND_KINDS",
    "KINDS",
    "PROJECT_KINDS",
    "SURPLUS_POOL",
    "SurplusRule",
    "by_line",
]

SURPLUS_POOL: Final = "surplus"
"""The name of the pool that the pay half becomes (page 3)."""

BALANCE_KINDS: Final = (
    "income",
    "opening_restricted",
    "expenditure",
    "closing_restricted",
    "deduction",
)
"""The kinds that make the balance B (5.14): the first two add to it, the others take from it."""

PROJECT_KINDS: Final = ("project_income", "project_expenditure")
"""Project money 专项资金 stays outside the balance (5.14)."""

FUND_KINDS: Final = ("advance", "received", "paid", "approved")
"""The kinds that follow the money of funds: what came, was paid and was approved (B6, B10)."""

KINDS: Final = (*BALANCE_KINDS, *PROJECT_KINDS, *FUND_KINDS)
"""Every kind of account row (page 3)."""


@dataclass(frozen=True, slots=True)
class Account:
    """One row of the accounts 收支账: an amount of one kind, not negative, within the period.

    ``day`` is ``None`` where the row has no date.
    """

    institution_id: str
    line: str
    kind: str
    amount_fen: int
    recurrent: bool = False
    source: str = ""
    day: int | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class SurplusRule:
    """How a surplus 结余 is shared (B7, 5.14), in force over ``[valid_from, valid_to)``.

    ``pay_ratio`` is the part of a positive balance that becomes incentive pay; ``odd_to_pay``
    says that pay is rounded up to the fen and not down. ``assessed`` says that results of the
    assessment are required. ``series`` shares the pay half; blank means the default of any pool.
    """

    pay_ratio: Fraction = Fraction(1, 2)
    odd_to_pay: bool = False
    assessed: bool = False
    series: str = ""
    reference: str = ""
    valid_from: int = FIRST_DAY
    valid_to: int = LAST_DAY
    place: Place = NOWHERE


def by_line(accounts: Iterable[Account]) -> dict[tuple[str, str, str], int]:
    """The rows of each institution, kind and line added up, in fen."""
    found: dict[tuple[str, str, str], int] = {}
    for row in accounts:
        key = (row.institution_id, row.kind, row.line)
        found[key] = found.get(key, 0) + row.amount_fen
    return found
