"""Funds 资金 of a scheme as plain immutable values: each of a declared kind, never a formula.

Every figure is :class:`Dated`: versions with a span of days, unit and reference. What an
institution does otherwise stands beside the community's value (:attr:`Fund.own`), so that a
computation asks one object and never merges. Sources: B1 to B10; definitions 5.13, 5.15.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Generic, TypeVar

from equivalents.errors import NOWHERE, Place
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY

__all__ = [
    "Dated",
    "Deficit",
    "Floor",
    "ForecastRule",
    "Fund",
    "FundBody",
    "Given",
    "HeadSource",
    "Heads",
    "Instalments",
    "OverBudget",
    "Package",
    "Packages",
    "Payer",
    "Per",
    "PerEquivalent",
    "PerHead",
    "PerItem",
    "PriceTier",
    "Scope",
    "Split",
    "Tasks",
    "Version",
]

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Version(Generic[_Value]):
    """One value in force over ``[valid_from, valid_to)``; ``illustrative`` where no source says it.

    ``unit`` and ``reference`` are texts for people: 元/人·年, 三政办〔2019〕2号 四（一）1.
    """

    value: _Value
    valid_from: int = FIRST_DAY
    valid_to: int = LAST_DAY
    unit: str = ""
    reference: str = ""
    illustrative: bool = False
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Dated(Generic[_Value]):
    """The versions of one value, by start, without overlaps; gaps are allowed and say "none"."""

    versions: tuple[Version[_Value], ...]

    def on(self, day: int) -> Version[_Value] | None:
        """The version in force on a day, or ``None``."""
        return next((v for v in self.versions if v.valid_from <= day < v.valid_to), None)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which institutions a rule concerns: all where every list is empty, else those that fit all.

    ``ids`` are institution codes, ``groups`` and ``kinds`` values of these columns.
    """

    ids: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays a part of a fund 出资方, in the declared order, which settles ties (5.15).

    ``key`` is the part as a whole number: a share, ten-thousandths of a percent, or an amount in
    ten-thousandths of a yuan; the fund's total is split by 5.10 over the keys.
    """

    name: str
    key: int
    level: str = ""


class Per(StrEnum):
    """Whether a rate is for a month or for a year (5.15)."""

    MONTH = "month"
    YEAR = "year"


class HeadSource(StrEnum):
    """Where heads are counted: in the contracts of the case, or in its registers."""

    CONTRACTS = "contracts"
    REGISTERS = "registers"


@dataclass(frozen=True, slots=True)
class Heads:
    """Which heads a fund counts, each resident once.

    From contracts: those active on the counting day whose contract has every filled condition:
    ``permanent`` residents, one of the ``groups``, an age on 31 December from ``age_from`` up to
    and including ``age_to`` (5.15), a ``package``. From registers: rows of ``register``, the last
    one on or before the counting day and within the period. With ``once`` a resident with contracts
    at several institutions is one head, at that of the earliest contract (then by contract id).
    A ``monthly`` register has a row of its own in each month that a fund counts. ``effective``
    names the policy by which contracts are effective 有效签约 (C4); blank counts every signed head.
    """

    source: HeadSource = HeadSource.CONTRACTS
    register: str = ""
    permanent: bool = False
    groups: tuple[str, ...] = ()
    age_from: int | None = None
    age_to: int | None = None
    package: str = ""
    once: bool = False
    monthly: bool = False
    effective: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """Amounts that somebody approved: rows ``approved`` of the accounts whose line is the fund.

    Line items 定项补助 (B1) and insurance prepayment (B5). ``coefficient`` names an institution
    coefficient that multiplies what was approved, half-up once: an assessment result that public
    health money or an insurance payment is tied to (C1).
    """

    coefficient: str = ""


@dataclass(frozen=True, slots=True)
class PerHead:
    """Heads x rate (B4, B5): contract fees, head-count lines, capitation.

    ``rate_e4`` is in ten-thousandths of a yuan a head and month or year. ``prorate`` pays a yearly
    rate by months active; else heads of 31 December (or the period's last day) pay in full.
    ``coefficient`` names an institution coefficient (an effective rate) that multiplies the heads.
    ``less_charges`` are codes of the table of charges that are taken off (referral charges, B5).
    ``at_least_e4`` is what the rate may never be below (不低于, B4), in the rate's own unit.
    """

    heads: Heads
    rate_e4: Dated[int]
    per: Per = Per.YEAR
    prorate: bool = False
    coefficient: str = ""
    less_charges: tuple[str, ...] = ()
    below_zero: bool = False
    at_least_e4: Dated[int] | None = None


class OverBudget(StrEnum):
    """What happens when the sum over a fund is above its budget (5.13)."""

    REFUSE = "refuse"
    SCALE = "scale"


@dataclass(frozen=True, slots=True)
class PerItem:
    """Counted quantity x price of an item: fixed-price purchase 定额定项 (B1).

    ``prices_e4`` by item, in ten-thousandths of a yuan, by the month of service; ``channel``
    takes the item's share in that channel, where one is declared.
    """

    series: str
    prices_e4: Mapping[str, Dated[int]]
    channel: str = ""
    budget_fen: Dated[int] | None = None
    over_budget: OverBudget = OverBudget.REFUSE


@dataclass(frozen=True, slots=True)
class PriceTier:
    """The price of institutions with at least ``from_e7`` equivalents (the whole of them, B2)."""

    from_e7: int
    price_e4: Dated[int]


@dataclass(frozen=True, slots=True)
class PerEquivalent:
    """Purchase by equivalents 标化当量购买 (B2): D x P x T - I, not below 0 unless declared (5.13).

    D are the institution's equivalents in ``series`` (of the items of ``channel`` and by their
    shares, where one is named). P is fixed: ``price_e4``, by institution ``group_prices_e4`` or
    by scale ``tiers``; or floating: ``budget_fen`` shared by D x T. T is the product of the named
    institution ``coefficients``, rounded once to four places; I the income of the account lines
    ``offset_lines``, and what residents were charged by the codes ``offset_charges``.
    """

    series: str
    channel: str = ""
    price_e4: Dated[int] | None = None
    group_prices_e4: Mapping[str, Dated[int]] = field(default_factory=dict)
    tiers: tuple[PriceTier, ...] = ()
    floating: bool = False
    budget_fen: Dated[int] | None = None
    over_budget: OverBudget = OverBudget.REFUSE
    coefficients: tuple[str, ...] = ()
    offset_lines: tuple[str, ...] = ()
    below_zero: bool = False
    offset_charges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Package:
    """A service package 服务包 (B4a): the resident pays price minus reimbursement."""

    name: str
    price_e4: Dated[int]
    reimbursement_e4: Dated[int]
    items: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Packages:
    """Contracts by package x its price; payers are the resident and who reimburses (B4a)."""

    packages: tuple[Package, ...]
    reimbursed_by: str
    per: Per = Per.YEAR


@dataclass(frozen=True, slots=True)
class ForecastRule:
    """How a year's equivalents are foretold from the years before it 预测 (B3).

    ``weights`` are those of as many years, the earliest first (1:2:7); none: the last year grows
    on at its rate over the year before it.
    """

    weights: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Tasks:
    """Budget mode 核定任务、核定收支、绩效考核补助 (B3).

    (approved tasks x standards - approved income) x the institution coefficient ``assessment``
    (blank: none). Tasks and approved income stand in the table ``tasks``. With a ``forecast``, a
    task that has no approved quantity has the one foretold from its past years there.
    """

    standards_e4: Mapping[str, Dated[int]]
    assessment: str = ""
    below_zero: bool = False
    forecast: ForecastRule | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """托底 (B8): max(0, recurrent expenditure - recurrent income), recurrent rows only.

    With ``count_dues`` what other funds owe the institution as income is recurrent income, too.
    """

    count_dues: bool = True


@dataclass(frozen=True, slots=True)
class Split:
    """A share of another fund's money, taken out of it: the rest of the parent shrinks (B4, B10).

    Rounded half-up once per institution; a split has no payers, and the splits of one parent take
    no more than all of it.
    """

    of: str
    share: Dated[Fraction]


FundBody = Given | PerHead | PerItem | PerEquivalent | Packages | Tasks | Floor | Split


class Deficit(StrEnum):
    """What becomes of an advance above what is due 先预拨后结算 (B6)."""

    RECOVER = "recover"
    CARRY = "carry"


@dataclass(frozen=True, slots=True)
class Instalments:
    """Due money in ``count`` equal instalments, everything left to the first (5.10)."""

    count: int
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Fund:
    """One source of an institution's money 资金 (B10), in force over ``[valid_from, valid_to)``.

    ``income`` says whether it stands in the institution's business account, ``in_cap`` whether pay
    out of it counts in the total pay cap (B9), ``restricted`` whether what is unspent is carried
    to the same purpose next year. ``own`` holds the whole fund as an institution has it, where
    its layer says otherwise.
    """

    name: str
    body: FundBody
    title: str = ""
    channel: str = ""
    level: str = ""
    purpose: str = ""
    scope: Scope = Scope()
    payers: Dated[tuple[Payer, ...]] = Dated(())
    income: bool = True
    in_cap: bool = True
    restricted: bool = False
    over_advanced: Deficit = Deficit.RECOVER
    valid_from: int = FIRST_DAY
    valid_to: int = LAST_DAY
    reference: str = ""
    illustrative: bool = False
    own: Mapping[str, "Fund"] = field(default_factory=dict)
    place: Place = NOWHERE
    number: int = 0
    """Its position in the declared order, which a result keeps."""
    instalments: Instalments | None = None

    def of(self, institution_id: str) -> "Fund":
        """The fund as an institution has it."""
        return self.own.get(institution_id, self)
