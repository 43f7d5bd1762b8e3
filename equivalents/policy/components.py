"""Components of pay 构成项 beside the pools, as plain immutable values (D4, B9).

A scheme declares components: allowances by the month, allowances per signed contract, bonuses,
the pay of heads 单位负责人 by a multiple of an average, the release of what was withheld earlier.
Corrections of earlier periods are paid as the component ``adjustment``, which is always there.
Sources: D4, B9; definitions 5.3, 5.15, 5.18 to 5.20.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from equivalents.errors import NOWHERE, Place
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.funds import Dated, Heads
from equivalents.policy.who import Who

__all__ = [
    "ADJUSTMENT",
    "Adjustment",
    "Bonus",
    "Component",
    "ComponentKind",
    "MonthRule",
    "POOL_SHARE",
    "PayRows",
    "Rest",
    "SignedCount",
]

ADJUSTMENT: Final = "adjustment"
"""The component of what corrections of earlier periods pay or take back 补发扣回."""
POOL_SHARE: Final = "pool_share"
"""What ``payouts.csv`` calls a person's share of a pool; no component may be called so."""


class ComponentKind(StrEnum):
    """How a component is computed."""

    ALLOWANCE = "allowance"
    PER_CONTRACT = "per_contract"
    BONUS = "bonus"
    LEADER = "leader"
    RELEASE = "release"


class MonthRule(StrEnum):
    """When a month counts: by a posting on its last day, or by days of the days of the month."""

    LAST_DAY = "last_day"
    DAYS = "days"


class Rest(StrEnum):
    """What becomes of withheld money that is not released: retained, or carried on."""

    RETAIN = "retain"
    CARRY = "carry"


@dataclass(frozen=True, slots=True)
class Component:
    """One component; which fields count depends on its kind.

    ``rate_e4``: ten-thousandths of a yuan a month (``allowance``), a contract and month or, with
    ``yearly``, year (``per_contract``); ten-thousandths of the average (``leader``, the multiple).
    ``by_head``: attendance and FTE multiply it (5.3). ``coefficient`` names a kind of coefficient,
    of the person or, for heads, of the institution. ``fund`` or ``line``, an approved line of the
    accounts, pays it; with neither it is the institution's own money. ``in_cap``: it counts in the
    total pay cap before the pools and is never cut. ``pools`` are those of the average, or those
    whose withheld money is released; ``rest`` is what becomes of the rest of it.
    """

    name: str
    kind: ComponentKind
    title: str = ""
    rate_e4: Dated[int] | None = None
    who: Who = field(default_factory=Who)
    month: MonthRule = MonthRule.LAST_DAY
    by_head: bool = True
    coefficient: str = ""
    heads: Heads = field(default_factory=Heads)
    yearly: bool = False
    fund: str = ""
    line: str = ""
    in_cap: bool = True
    pools: tuple[str, ...] = ()
    rest: Rest = Rest.RETAIN
    valid_from: int = FIRST_DAY
    valid_to: int = LAST_DAY
    reference: str = ""
    place: Place = NOWHERE

    def in_force(self, day: int) -> bool:
        """Whether it is paid for a day."""
        return self.valid_from <= day < self.valid_to

    def days_in_force(self, days: Iterable[int]) -> list[int]:
        """Those of some days for which it is paid."""
        return [day for day in days if self.in_force(day)]


class Bonus(NamedTuple):
    """A single bonus 单项奖 of a person at an institution (D4); ``day`` is ``None`` without one."""

    institution_id: str
    person_id: str
    component: str
    amount_fen: int
    day: int | None = None
    reference: str = ""
    place: Place = NOWHERE


class Adjustment(NamedTuple):
    """What a correction of a closed period pays, or takes back below 0 (D5, 5.19).

    ``pool`` and ``component`` are those that were corrected, of ``period``. A ``fund`` pays it;
    without one the open period's pool of that name does, or what pays that component.
    """

    institution_id: str
    pool: str
    person_id: str
    period: str
    component: str
    amount_fen: int
    fund: str = ""
    mode: str = ""
    reference: str = ""
    place: Place = NOWHERE


class SignedCount(NamedTuple):
    """Contracts on a day that a component pays for: of a person, else of a team (5.15)."""

    component: str
    day: int
    team_id: str
    person_id: str
    contracts: int
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class PayRows:
    """What the tables of a case say for components: all of these tables that a result keeps."""

    bonuses: Sequence[Bonus] = ()
    adjustments: Sequence[Adjustment] = ()
    signed: Sequence[SignedCount] = ()
