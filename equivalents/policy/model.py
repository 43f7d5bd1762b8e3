"""The dated rules and master data of a case, as read: plain immutable values, no behaviour.

Every object knows the :class:`~equivalents.errors.Place` it came from, so that any later
complaint can name file and row. Sources: specification page 3 (tables), rules A1, A2, A6, A9.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from equivalents.errors import NOWHERE, Place
from equivalents.policy.accounts import Account, SurplusRule
from equivalents.policy.assessment import Outcome
from equivalents.policy.basis import RECORD, Basis
from equivalents.policy.calendar import Period, print_day
from equivalents.policy.capbefore import CapBefore
from equivalents.policy.components import PayRows
from equivalents.policy.contacts import ConcurrentRule, StayRule, UsedClass
from equivalents.policy.contracts import ContractCount
from equivalents.policy.daytext import Times
from equivalents.policy.fundcounts import FundCounts
from equivalents.policy.keyrules import KeyRules
from equivalents.policy.scheme import Scheme
from equivalents.policy.secondary import SecondaryRow
from equivalents.policy.sharing import DEFAULT_SHARING, FOR_ALL_POOLS, Sharing
from equivalents.policy.yearly import YearlyLimit

__all__ = [
    "CONDITIONS",
    "CaseRules",
    "Department",
    "Handling",
    "Institution",
    "Pool",
    "Posting",
    "TeamMember",
    "VILLAGE_ROOMS",
    "WeightRow",
]

CONDITIONS: Final = (
    "institution_group",
    "resident_group",
    "title_tier",
    "setting",
    "visit_number",
)
"""The columns of a weight row that make it conditional (A2), in the order that names a row."""


class Handling(StrEnum):
    """What happens to a record that a rule keeps out of a series."""

    REJECT = "reject"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution 机构; ``group`` is the institution group that a weight may depend on."""

    institution_id: str
    name: str = ""
    group: str = ""
    kind: str = ""
    parent_id: str = ""
    ownership: str = ""
    place: Place = NOWHERE


VILLAGE_ROOMS: Final = ("village_room", "村卫生室")
"""The kinds of departments that are a village room."""


class Department(NamedTuple):
    """A department 科室, team room or village room 村卫生室 of an institution, by its ``kind``."""

    department_id: str
    institution_id: str
    name: str = ""
    kind: str = ""
    place: Place = NOWHERE


class Posting(NamedTuple):
    """A person's posting 任职 at an institution over ``[active_from, active_to)`` (A6, 5.20)."""

    person_id: str
    institution_id: str
    active_from: int
    active_to: int
    post_id: str = ""
    department_id: str = ""
    name: str = ""
    post: str = ""
    title_tier: str = ""
    employment_type: str = ""
    main: bool = False
    kind: str = ""
    place: Place = NOWHERE
    in_cap: bool = True
    """Whether the posting counts in the heads of the total pay cap 计入总量 (B9)."""


@dataclass(frozen=True, slots=True)
class WeightRow:
    """One dated, possibly conditional weight 当量值 of a service item in a series (A1, A2, A9).

    ``conditions`` follows :data:`CONDITIONS`; an empty text means "any". ``valid_to`` is exclusive
    and the end of time when open. ``stopped`` says that nothing follows on purpose (停用).
    ``concurrent`` names the concurrent rule that the weight was lowered by, where one was (A12).
    """

    series: str
    item_code: str
    weight_e4: int
    valid_from: int
    valid_to: int
    conditions: tuple[str, str, str, str, str] = ("", "", "", "", "")
    stopped: bool = False
    item_name: str = ""
    unit: str = ""
    channel: str = ""
    reference: str = ""
    quantity_max_e3: int = 0
    place: Place = NOWHERE
    basis: Basis = RECORD
    concurrent: str = ""

    @property
    def specificity(self) -> int:
        """The number of filled conditions (5.7)."""
        return sum(1 for value in self.conditions if value)

    @property
    def row_id(self) -> str:
        """The row's name in every output: item, date and conditions, never a line number."""
        filled = zip(CONDITIONS, self.conditions, strict=True)
        conditions = "".join(f";{name}={value}" for name, value in filled if value)
        rule = f";concurrent={self.concurrent}" if self.concurrent else ""
        return f"{self.item_code}@{print_day(self.valid_from)}{conditions}{rule}"


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A member of a team 签约团队 over ``[valid_from, valid_to)``, and his whole-number share (A5).

    ``share`` is what the row declares, else what ``team_roles`` gives his role, else 1 (5.4).
    """

    team_id: str
    person_id: str
    role: str
    share: int
    valid_from: int
    valid_to: int
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool 绩效池 of given size, shared among an institution's people by one weight series."""

    institution_id: str
    pool: str
    series: str
    amount_fen: int
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class CaseRules:
    """Everything that decides a settlement except the records: dated rules and master data."""

    period: Period
    institutions: tuple[Institution, ...]
    postings: Sequence[Posting]
    weights: tuple[WeightRow, ...]
    pools: tuple[Pool, ...]
    title: str = ""
    outside_period: Handling = Handling.REJECT
    times: Times = Times.REFUSE
    missing: Mapping[str, Handling] = field(default_factory=dict)
    concurrent: tuple[ConcurrentRule, ...] = ()
    stays: tuple[StayRule, ...] = ()
    used: tuple[UsedClass, ...] = ()
    accounts: tuple[Account, ...] = ()
    surplus: SurplusRule = field(default_factory=SurplusRule)
    sharing: Mapping[str, Sharing] = field(default_factory=dict)
    teams: tuple[TeamMember, ...] = ()
    key_rules: KeyRules = field(default_factory=KeyRules)
    yearly: tuple[YearlyLimit, ...] = ()
    contracts: tuple[ContractCount, ...] = ()
    departments: tuple[Department, ...] = ()
    secondary: tuple[SecondaryRow, ...] = ()
    """What departments hand in 二次分配."""
    scheme: Scheme | None = None
    counts: FundCounts | None = None
    """What the funds of ``scheme`` ask of contracts, registers, charges and tasks."""
    cap_before: tuple[CapBefore, ...] | None = None
    """What earlier periods bring in for the pay cap of ``scheme``."""
    assessed: tuple[Outcome, ...] | None = None
    """What each composite of the assessment of ``scheme`` came to (C2)."""
    pay_rows: PayRows | None = None
    """Bonuses, adjustments and contracts that components of pay are made of."""

    @property
    def series(self) -> tuple[str, ...]:
        """The weight series of the case, by code point (A9)."""
        return tuple(sorted({row.series for row in self.weights}))

    @property
    def outside_types(self) -> tuple[str, ...]:
        """The employment types 用工类别 that the pay cap of the scheme does not count (B9)."""
        return self.scheme.pay_cap.outside_types if self.scheme is not None else ()

    def missing_in(self, series: str) -> Handling:
        """What a series does with an item that only other series weigh (A10).

        By default the county may leave items out of what it purchases; everywhere else a
        missing weight is a fault.
        """
        default = Handling.EXCLUDE if series == "purchase" else Handling.REJECT
        return self.missing.get(series, default)

    def sharing_of(self, pool: str) -> Sharing:
        """How the pools of a name are shared: as declared for it, for all, or to people."""
        return self.sharing.get(pool, self.sharing.get(FOR_ALL_POOLS, DEFAULT_SHARING))
