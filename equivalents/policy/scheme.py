"""A scheme 分配方案 as plain immutable values: where money comes from and what becomes of it.

A scheme names funds, the channels that items are bought through, the bridges from money to pools
(D0), the total pay cap and tests of shares. Sources: B1, B4, B9, D0; definitions 5.13, 5.18.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from equivalents.errors import NOWHERE, Place
from equivalents.policy.assessment import Assessment
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.components import Component
from equivalents.policy.effective import EffectivePolicy
from equivalents.policy.funds import Dated, Fund
from equivalents.policy.prices import ChargePrices

__all__ = [
    "Bridge",
    "BridgeRule",
    "CapKind",
    "CapPer",
    "CapStaff",
    "CapTerm",
    "CapTermKind",
    "Channel",
    "Excess",
    "OpenChoice",
    "PayCap",
    "Scheme",
    "Several",
    "ShareTest",
]


@dataclass(frozen=True, slots=True)
class Channel:
    """A purchase channel 购买渠道 (B1) and the items it buys, with the part of each that it buys.

    Over all channels the parts of an item add to 1: no service is bought twice. A channel with
    ``others`` lists none and buys what the channels in force leave of every item.
    """

    name: str
    title: str = ""
    items: Mapping[str, Fraction] = field(default_factory=dict)
    valid_from: int = FIRST_DAY
    valid_to: int = LAST_DAY
    reference: str = ""
    place: Place = NOWHERE
    others: bool = False


class BridgeRule(StrEnum):
    """How money becomes a pool (D0)."""

    ALL = "all"
    PERCENT = "percent"
    AFTER_COSTS = "after_costs"


@dataclass(frozen=True, slots=True)
class Bridge:
    """A pool made of a fund's due money, or of an approved total of pay (D0).

    ``fund`` names the source; ``approved_line`` instead takes rows ``approved`` of the accounts
    with that line (an approved total 绩效工资总量). ``share`` is the part for the rule ``percent``
    (the incentive part of a base to incentive ratio, B9), half-up to the fen; ``cost_lines`` are
    the account lines of expenditure that ``after_costs`` takes off first, never below 0.
    """

    pool: str
    fund: str = ""
    approved_line: str = ""
    rule: BridgeRule = BridgeRule.ALL
    share: Dated[Fraction] | None = None
    cost_lines: tuple[str, ...] = ()
    series: str = ""
    in_cap: bool = True
    valid_from: int = FIRST_DAY
    valid_to: int = LAST_DAY
    reference: str = ""
    place: Place = NOWHERE


class CapKind(StrEnum):
    """Whether an institution's total pay is capped, and how (B9)."""

    NONE = "none"
    FIXED = "fixed"
    FORMULA = "formula"


class CapTermKind(StrEnum):
    """The declared terms of a formula cap; they are added up."""

    PER_HEAD = "per_head"
    FUND_SHARE = "fund_share"
    LINE_SHARE = "line_share"
    AMOUNT = "amount"


class CapStaff(StrEnum):
    """Whom a term counts: those whose posting counts in the cap, or everybody."""

    IN_CAP = "in_cap"
    ALL = "all"


class Several(StrEnum):
    """People at several institutions and no main posting: refused, or counted at each."""

    REFUSE = "refuse"
    EACH = "each"


@dataclass(frozen=True, slots=True)
class CapTerm:
    """One term of a formula cap, in fen once computed, rounded down (5.11).

    ``per_head``: people posted on the last day x ``rate_e4`` a month x months; ``staff`` says
    which, ``several`` what becomes of people at several institutions without a main posting.
    ``fund_share`` and ``line_share``: ``share`` of a fund's due money or of an account line.
    ``amount``: rows ``approved`` of the accounts with the line ``name``.
    """

    kind: CapTermKind
    name: str = ""
    rate_e4: Dated[int] | None = None
    share: Dated[Fraction] | None = None
    reference: str = ""
    place: Place = NOWHERE
    staff: CapStaff = CapStaff.IN_CAP
    several: Several = Several.REFUSE


class CapPer(StrEnum):
    """Whether a cap is one of the year, tested to date (5.18), or one of the period alone."""

    YEAR = "year"
    PERIOD = "period"


class Excess(StrEnum):
    """What happens to pay above the cap: it stays with the institution, is carried or returned."""

    KEPT = "kept"
    CARRIED = "carried"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class PayCap:
    """The total pay cap 绩效工资总量 of an institution (B9, 5.18).

    Fixed: rows ``approved`` of the accounts with the line ``line``. The base part (rows ``paid``
    of ``base_line``) counts first and is untouched; the excess comes off the in-cap pools in
    proportion (5.10). ``coefficient`` names an institution coefficient that moves the total.
    Pools that are given or a surplus count in it too, unless ``outside`` names them.

    The cap is one of the year, and a shorter period is tested with what its earlier periods had
    (5.18): against the whole of it, or with ``prorate`` against the months to date of its amounts.
    Postings of ``outside_types`` 用工类别 are no heads in it, and their components do not count.
    """

    kind: CapKind = CapKind.NONE
    line: str = "pay_cap"
    base_line: str = "base_pay"
    terms: tuple[CapTerm, ...] = ()
    coefficient: str = ""
    excess: Excess = Excess.CARRIED
    valid_from: int = FIRST_DAY
    valid_to: int = LAST_DAY
    reference: str = ""
    place: Place = NOWHERE
    outside: tuple[str, ...] = ()
    per: CapPer = CapPer.YEAR
    prorate: bool = False
    outside_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShareTest:
    """A test that a part is at least a share of a whole, compared exactly (B4): both account lines.

    A line is looked for among rows of ``expenditure`` for the part and of ``income`` and
    ``received`` for the whole, project money included.
    """

    name: str
    part_lines: tuple[str, ...]
    whole_lines: tuple[str, ...]
    at_least: Dated[Fraction]
    title: str = ""
    reference: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class OpenChoice:
    """A choice that a document leaves open (原文未定): where it stands, what was taken and why.

    ``decided_by`` is the later file that writes the same path, blank while nobody did.
    """

    path: str
    taken: str
    reason: str
    file: str
    decided_by: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme as it applies to a case: the community's layer with what institutions changed."""

    name: str
    title: str = ""
    reference: str = ""
    illustrative: bool = False
    funds: Mapping[str, Fund] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    bridges: Mapping[str, Bridge] = field(default_factory=dict)
    pay_cap: PayCap = field(default_factory=PayCap)
    share_tests: tuple[ShareTest, ...] = ()
    consultation_codes: tuple[str, ...] = ()
    """Charge codes of the general consultation fee 一般诊疗费, not to be charged to the signed."""
    layers: Sequence[str] = ()
    """The files that made it, community first."""
    place: Place = NOWHERE
    choices: tuple[OpenChoice, ...] = ()
    """What its documents leave open, illustrative 示例 until decided."""
    charge_prices: ChargePrices | None = None
    """What residents may be charged 收费价格: it checks charges and is no fiscal price (B4a)."""
    assessment: Assessment | None = None
    effective: Mapping[str, EffectivePolicy] = field(default_factory=dict)
    """Indicators and composites 考核: a composite is a kind of coefficient (C1, C2)."""
    components: Mapping[str, Component] = field(default_factory=dict)
    """What people are paid beside the pools 构成项 (D4)."""

    def bought(self, channel: str, item: str, day: int) -> Fraction:
        """The part of an item that a channel in force buys on a day (B1)."""
        one = self.channels[channel]
        if not one.others:
            return one.items.get(item, Fraction())
        listing = (other for other in self.channels.values() if item in other.items)
        return 1 - sum(
            (other.items[item] for other in listing if other.valid_from <= day < other.valid_to),
            Fraction(),
        )

    def __post_init__(self) -> None:
        """Funds stand in their declared order, also when they are read again from a result."""
        ordered = sorted(self.funds.items(), key=lambda named: named[1].number)
        object.__setattr__(self, "funds", dict(ordered))
